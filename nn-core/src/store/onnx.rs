//! Writing a network as ONNX, which other programs run: onnxruntime, browsers, phones.
//!
//! An ONNX file is one message of Protocol Buffers: fields, each a number and a value. A network needs few of them, and they are
//! written here by hand. Layer i is the operator `Gemm`, z = a · Wᵀ + b, with the tensors `{2i}.weight` and `{2i}.bias` as in
//! the safetensors file, then its activation. What goes in is called `inputs`, `(n, sizes[0])`, what comes out `outputs`,
//! `(n, sizes[L])`.
//!
//! # Source
//! The ONNX project's `onnx.proto`, from which the numbers of the fields are, and its operators' specification, version 13;
//! Protocol Buffers' *Encoding*.

use std::path::Path;

use crate::{Activation, Error, Float, Network, Result};

/// The version of the format, and that of the operators: both old enough for every program in use.
const FORMAT: u64 = 8;
const OPERATORS: u64 = 13;

/// A message of Protocol Buffers may not be longer, in bytes.
const LONGEST: usize = i32::MAX as usize;

/// A message being written.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    /// Seven bits a byte, the lowest first; the eighth says that more follow.
    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn number(mut self, field: u64, value: u64) -> Self {
        self.varint(field << 3);
        self.varint(value);
        self
    }

    fn bytes(mut self, field: u64, content: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(content.len() as u64);
        self.0.extend(content);
        self
    }

    fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    fn message(self, field: u64, message: Self) -> Self {
        self.bytes(field, &message.0)
    }
}

impl<F: Float> Network<F> {
    /// The bytes of the ONNX file that [`Network::save`] writes to `path`.
    pub(super) fn to_onnx(&self, path: &Path) -> Result<Vec<u8>> {
        // Far more than all but the numbers take.
        const REST: usize = 1 << 20;
        let bytes = self.parameter_count().saturating_mul(size_of::<F>());
        if bytes.saturating_add(REST) > LONGEST {
            let expected = "a network of less than 2 GiB, the most that ONNX's format holds in one file";
            return Err(Error::content(path, "", expected, format!("{bytes} bytes; safetensors holds them")));
        }
        let mut graph = Message::default().text(2, "network");
        let mut before = "inputs".to_owned();
        let last = self.layers().len() - 1;
        for (i, layer) in self.layers().iter().enumerate() {
            let after = if i == last { "outputs".to_owned() } else { format!("a{}", i + 1) };
            let (weight, bias) = (format!("{}.weight", 2 * i), format!("{}.bias", 2 * i));
            let operator = operator(layer.activation);
            let z = if operator.is_some() { format!("z{}", i + 1) } else { after.clone() };
            // z = a · Wᵀ + b
            let gemm = node("Gemm", &[&before, &weight, &bias], &z).message(5, attribute("transB", 1));
            graph = graph.message(1, gemm);
            if let Some((operator, attributes)) = operator {
                let mut node = node(operator, &[&z], &after);
                for (name, value) in attributes {
                    node = node.message(5, attribute(name, *value));
                }
                graph = graph.message(1, node);
            }
            let numbers = layer.weights.iter().flat_map(|number| number.little_endian()).collect();
            graph = graph.message(5, tensor::<F>(&weight, layer.weights.shape(), numbers));
            let numbers = layer.biases.iter().flat_map(|number| number.little_endian()).collect();
            graph = graph.message(5, tensor::<F>(&bias, layer.biases.shape(), numbers));
            before = after;
        }
        let sizes = self.sizes();
        let (inputs, outputs) = (sizes.first().copied().unwrap_or(0), sizes.last().copied().unwrap_or(0));
        graph = graph.message(11, value::<F>("inputs", inputs)).message(12, value::<F>("outputs", outputs));
        let operators = Message::default().text(1, "").number(2, OPERATORS);
        let model = Message::default().number(1, FORMAT).text(2, "nn-core").text(3, env!("CARGO_PKG_VERSION"));
        Ok(model.message(7, graph).message(8, operators).0)
    }
}

/// The operator of an activation, with its attributes; none for the identity.
fn operator(activation: Activation) -> Option<(&'static str, &'static [(&'static str, u64)])> {
    match activation {
        Activation::Sigmoid => Some(("Sigmoid", &[])),
        Activation::Relu => Some(("Relu", &[])),
        Activation::Tanh => Some(("Tanh", &[])),
        Activation::Softmax => Some(("Softmax", &[("axis", 1)])),
        Activation::Identity => None,
    }
}

/// `NodeProto`: one operator, what goes into it, what comes out.
fn node(operator: &str, inputs: &[&str], output: &str) -> Message {
    let mut node = Message::default();
    for input in inputs {
        node = node.text(1, input);
    }
    node.text(2, output).text(3, &format!("{operator} to {output}")).text(4, operator)
}

/// `AttributeProto` of a whole number.
fn attribute(name: &str, value: u64) -> Message {
    const INT: u64 = 2;
    Message::default().text(1, name).number(3, value).number(20, INT)
}

/// The type of the numbers, as `TensorProto.DataType` counts them.
fn data_type<F: Float>() -> u64 {
    const FLOAT: u64 = 1;
    const DOUBLE: u64 = 11;
    if size_of::<F>() == size_of::<f32>() { FLOAT } else { DOUBLE }
}

/// `TensorProto`: weights or biases, `numbers` in little-endian bytes.
fn tensor<F: Float>(name: &str, shape: &[usize], numbers: Vec<u8>) -> Message {
    let mut tensor = Message::default();
    for &size in shape {
        tensor = tensor.number(1, size as u64);
    }
    tensor.number(2, data_type::<F>()).text(8, name).bytes(9, &numbers)
}

/// `ValueInfoProto` of a matrix of n rows of `width` numbers.
fn value<F: Float>(name: &str, width: usize) -> Message {
    let rows = Message::default().text(2, "n");
    let columns = Message::default().number(1, width as u64);
    let shape = Message::default().message(1, rows).message(1, columns);
    let tensor = Message::default().number(1, data_type::<F>()).message(2, shape);
    Message::default().text(1, name).message(2, Message::default().message(1, tensor))
}
