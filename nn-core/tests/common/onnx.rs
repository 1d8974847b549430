//! A reader of ONNX files as far as networks need it, written apart from the writer: fields by their numbers in `onnx.proto`.

use std::collections::HashMap;

use nn_core::Activation;
use nn_core::ndarray::{Array1, Array2};

/// One field of a message: its number, and its value.
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

fn varint(content: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (&byte, rest) = content.split_first().expect("a varint ends");
        *content = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

/// The fields of a message, in order.
fn fields(mut content: &[u8]) -> Vec<(u64, Value<'_>)> {
    let mut fields = Vec::new();
    while !content.is_empty() {
        let key = varint(&mut content);
        let value = match key & 7 {
            0 => Value::Number(varint(&mut content)),
            2 => {
                let length = varint(&mut content) as usize;
                let (bytes, rest) = content.split_at(length);
                content = rest;
                Value::Bytes(bytes)
            }
            other => panic!("wire type {other}"),
        };
        fields.push((key >> 3, value));
    }
    fields
}

fn messages(content: &[u8], field: u64) -> Vec<&[u8]> {
    let all = fields(content).into_iter().filter(|(number, _)| *number == field);
    all.map(|(_, value)| match value {
        Value::Bytes(bytes) => bytes,
        Value::Number(_) => panic!("field {field} is a number"),
    })
    .collect()
}

fn texts(content: &[u8], field: u64) -> Vec<String> {
    messages(content, field).into_iter().map(|bytes| String::from_utf8(bytes.to_vec()).expect("a text")).collect()
}

fn numbers(content: &[u8], field: u64) -> Vec<u64> {
    let all = fields(content).into_iter().filter(|(number, _)| *number == field);
    all.map(|(_, value)| match value {
        Value::Number(value) => value,
        Value::Bytes(_) => panic!("field {field} is bytes"),
    })
    .collect()
}

/// An operator: its name, what goes in, what comes out, its attributes that are whole numbers.
type Node = (String, Vec<String>, Vec<String>, Vec<(String, u64)>);

/// What was read: W, b and σ of each layer, in the order of the graph, and the widths of its inputs and outputs.
pub struct Model {
    pub layers: Vec<(Array2<f64>, Array1<f64>, Activation)>,
    pub widths: [usize; 2],
}

/// Reads a model that consists of fully connected layers, one after the other; panics on any other.
pub fn read(content: &[u8]) -> Model {
    let [graph] = messages(content, 7)[..] else { panic!("one graph") };
    assert_eq!(numbers(content, 1), [8], "ir_version");
    let opsets = messages(content, 8);
    assert_eq!((opsets.len(), numbers(opsets[0], 2)), (1, vec![13]), "opset_import");

    let mut tensors = HashMap::new();
    for tensor in messages(graph, 5) {
        let [raw] = messages(tensor, 9)[..] else { panic!("raw_data") };
        let values: Vec<f64> = match numbers(tensor, 2)[..] {
            [1] => raw.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()).into()).collect(),
            [11] => raw.chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap())).collect(),
            ref other => panic!("data_type {other:?}"),
        };
        tensors.insert(texts(tensor, 8).remove(0), (numbers(tensor, 1), values));
    }
    let nodes: Vec<Node> = messages(graph, 1)
        .into_iter()
        .map(|node| {
            let attributes = messages(node, 5).into_iter().map(|a| (texts(a, 1).remove(0), numbers(a, 3)[0])).collect();
            (texts(node, 4).remove(0), texts(node, 1), texts(node, 2), attributes)
        })
        .collect();

    let (mut layers, mut before) = (Vec::new(), "inputs".to_owned());
    let mut nodes = nodes.into_iter().peekable();
    while let Some((operator, inputs, outputs, attributes)) = nodes.next() {
        assert_eq!((operator.as_str(), &attributes[..]), ("Gemm", &[("transB".to_owned(), 1)][..]));
        let [input, weight, bias] = &inputs[..] else { panic!("{inputs:?}") };
        assert_eq!(*input, before);
        before = outputs[0].clone();
        let (shape, weights) = tensors.remove(weight).expect("W is there");
        let weights = Array2::from_shape_vec((shape[0] as usize, shape[1] as usize), weights).unwrap();
        let (shape, biases) = tensors.remove(bias).expect("b is there");
        assert_eq!(shape, [biases.len() as u64]);
        let mut activation = Activation::Identity;
        if let Some((operator, inputs, outputs, attributes)) = nodes.next_if(|(operator, ..)| operator != "Gemm") {
            assert_eq!(inputs, [before]);
            before = outputs[0].clone();
            activation =
                Activation::ALL.into_iter().find(|a| a.name() == operator.to_lowercase()).expect("an activation");
            let axis = attributes.iter().any(|(name, value)| name == "axis" && *value == 1);
            assert_eq!((axis, attributes.len()), (activation == Activation::Softmax, usize::from(axis)));
        }
        layers.push((weights, Array1::from_vec(biases), activation));
    }
    assert_eq!(before, "outputs");
    assert!(tensors.is_empty(), "tensors are left over");
    let width = |field| {
        let [value] = messages(graph, field)[..] else { panic!("one value") };
        let shape = messages(messages(messages(value, 2)[0], 1)[0], 2)[0];
        let [rows, columns] = messages(shape, 1)[..] else { panic!("two axes") };
        assert_eq!(texts(rows, 2), ["n"]);
        numbers(columns, 1)[0] as usize
    };
    Model { layers, widths: [width(11), width(12)] }
}
