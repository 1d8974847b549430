//! Weights from PyTorch and for ONNX: the same numbers, the same answers, and every file that does not fit is named.
//!
//! `tests/reference/pytorch_writes.py` wrote the files in `tests/reference/pytorch`; `NN_CORE_PYTHON` names a Python that has
//! onnxruntime, `cargo xtask test` sets it.

mod common;
#[path = "common/onnx.rs"]
mod onnx;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{bits, message, normal, skip};
use ndarray::Array;
use nn_core::Float;
use nn_core::prelude::*;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};

fn pytorch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/pytorch").join(name)
}

/// A tensor of the file of inputs and logits.
fn expected(name: &str) -> Array2<f64> {
    let content = fs::read(pytorch("expected.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&content).unwrap();
    let view = tensors.tensor(name).unwrap();
    let numbers = match view.dtype() {
        Dtype::F32 => view.data().chunks(4).map(|x| f32::from_le_bytes(x.try_into().unwrap()).into()).collect(),
        _ => view.data().chunks(8).map(|x| f64::from_le_bytes(x.try_into().unwrap())).collect(),
    };
    Array::from_shape_vec((view.shape()[0], view.shape()[1]), numbers).unwrap()
}

/// Expected values: PyTorch's logits in f64, `tests/reference/pytorch_writes.py`.
#[test]
fn networks_of_pytorch_have_pytorchs_logits_to_1e_5() {
    let inputs = expected("inputs").mapv(|x| x as f32);
    let named = [("fc1", Relu), ("fc2", Tanh), ("out", Softmax)];
    let sequential = [("0", Relu), ("2", Softmax)];
    let mut files = vec![("named".to_owned(), &named[..])];
    files.extend(["f32", "f16", "bf16", "f64"].map(|precision| (format!("sequential_{precision}"), &sequential[..])));
    for (name, layers) in files {
        let network = Network::from_safetensors(pytorch(&format!("{name}.safetensors")), layers).unwrap();
        let logits = network.logits(inputs.view()).unwrap().mapv(f64::from);
        let difference = (&logits - &expected(&name)).fold(0.0_f64, |most, x| most.max(x.abs()));
        println!("{name}: {network:?}, largest difference {difference:.1e}");
        assert!(difference <= 1e-5, "{name}: {difference}");
        // The same files are no networks of ours, and say what reads them.
        let error = message(Network::load(pytorch(&format!("{name}.safetensors"))));
        assert!(error.ends_with("if PyTorch wrote it, Network::from_safetensors reads it"), "{error}");
    }
}

#[test]
fn what_we_saved_is_read_by_the_names_of_its_layers_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network.safetensors");
    let network = Network::new(&[5, 4, 3], &[Sigmoid, Softmax], 7).unwrap();
    network.save(&path).unwrap();
    let again = Network::from_safetensors(&path, &[("0", Sigmoid), ("2", Softmax)]).unwrap();
    assert_eq!(bits(&again), bits(&network));
}

/// The message without the path, of a file of these tensors read by the names of its layers.
fn refusal(tensors: &[(&str, Dtype, &[usize])], layers: &[(&str, Activation)]) -> String {
    let data = vec![0; 4096];
    let views = tensors.iter().map(|(name, dtype, shape)| {
        let bytes = shape.iter().product::<usize>() * dtype.bitsize() / 8;
        (*name, TensorView::new(*dtype, shape.to_vec(), &data[..bytes]).unwrap())
    });
    refused(&serialize(views, None).unwrap(), layers)
}

fn refused(content: &[u8], layers: &[(&str, Activation)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.safetensors");
    fs::write(&path, content).unwrap();
    let error = message(Network::from_safetensors(&path, layers));
    error.replace(&format!("{}: ", path.display()), "FILE: ")
}

#[test]
fn tensors_that_do_not_fit_are_named_with_the_cure() {
    use Dtype::{F32, I64};
    let layers = [("0", Relu), ("2", Softmax)];
    let first = [("0.weight", F32, &[3, 4][..]), ("0.bias", F32, &[3])];
    let and = |more: &[(&'static str, Dtype, &'static [usize])]| [&first[..], more].concat();
    let rows = [
        (
            refusal(&and(&[("1.weight", F32, &[2, 3])]), &layers),
            "FILE: tensor 2.weight: expected to be there, found the layers 0, 1",
        ),
        (
            refusal(&[("w", F32, &[2, 3])], &layers),
            "FILE: tensor 0.weight: expected to be there, found no layers but w",
        ),
        (
            refusal(&[("0.kernel", F32, &[4, 3])], &layers),
            "FILE: tensor 0.weight: expected to be there, found 0.kernel, which is W transposed, as JAX has it: save \
             0.kernel.T as 0.weight",
        ),
        (
            refusal(&and(&[("2.weight", F32, &[2, 3])]), &layers[..1]),
            "FILE: expected the tensors of the layers that were named, and no others, found also 2.weight: name their \
             layers as well",
        ),
        (
            refusal(&and(&[("2.weight", F32, &[2, 5])]), &layers),
            "FILE: expected layers that fit together, found weights: expected shape (fan_out, 3), found [2, 5]",
        ),
        (
            refusal(&and(&[("2.weight", F32, &[2, 3, 1, 1])]), &layers),
            "FILE: tensor 2.weight: expected 2 axes, those of a fully connected layer, found shape [2, 3, 1, 1]",
        ),
        (
            refusal(&and(&[("2.weight", I64, &[2, 3])]), &layers),
            "FILE: tensor 2.weight: expected numbers of type F32, F64, F16 or BF16, found I64: in PyTorch, model.float() \
             makes them F32",
        ),
        (
            refusal(&first, &[]),
            "layers: expected a name and an activation for each layer, such as (\"0\", Relu), found none",
        ),
    ];
    for (found, expected) in rows {
        assert_eq!(found, expected);
    }
}

#[test]
fn files_that_are_no_safetensors_are_named() {
    let layers = [("0", Relu)];
    let torch = [b"PK\x03\x04".as_slice(), &[0; 22], &[16, 0, 0, 0], b"archive/data.pkl"].concat();
    let error = refused(&torch, &layers);
    let expected = "FILE: expected a safetensors file, found a PyTorch file (.pt, .pth: loading one can run code): in Python, \
                    safetensors.torch.save_file(model.state_dict(), \"network.safetensors\") writes one that \
                    Network::from_safetensors reads";
    assert_eq!(error, expected);
    assert!(refused(b"<!DOCTYPE html><html>", &layers).contains("found a web page (HTML)"));
    assert!(refused(b"what?", &layers).ends_with("one cut short; it starts with the bytes [77, 68, 61, 74, 3f]"));
    assert!(refused(b"", &layers).ends_with("found an empty file (0 bytes)"));
    let sound = fs::read(pytorch("named.safetensors")).unwrap();
    for length in 0..sound.len() {
        let error = refused(&sound[..length], &[("fc1", Relu), ("fc2", Tanh), ("out", Softmax)]);
        assert!(error.starts_with("FILE: expected a safetensors file, found "), "{length}: {error}");
    }
    let mut infinite = sound.clone();
    let end = infinite.len();
    infinite[end - 4..].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let error = refused(&infinite, &[("fc1", Relu), ("fc2", Tanh), ("out", Softmax)]);
    assert!(error.contains(": expected finite numbers, found inf at index "), "{error}");
}

/// Saves as ONNX and reads it with a reader of our own.
fn through_onnx<F: Float>(network: &Network<F>) -> onnx::Model {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network.onnx");
    network.save(&path).unwrap();
    onnx::read(&fs::read(&path).unwrap())
}

#[test]
fn an_onnx_file_holds_every_weight_and_activation() {
    for activations in [[Relu, Softmax], [Tanh, Sigmoid], [Identity, Identity], [Softmax, Relu]] {
        let network = Network::new(&[300, 130, 3], &activations, 7).unwrap();
        let wide: Network<f64> = network.cast();
        for model in [through_onnx(&network), through_onnx(&wide)] {
            assert_eq!(model.widths, [300, 3]);
            let layers = model.layers.into_iter();
            let layers = layers.map(|(weights, biases, activation)| Layer { weights, biases, activation }).collect();
            assert_eq!(Network::from_layers(layers).unwrap(), wide);
        }
    }
}

#[test]
fn an_onnx_file_is_named_where_it_is_loaded_and_no_nan_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mnist.ONNX");
    Network::new(&[4, 3], &[Softmax], 7).unwrap().save(&path).unwrap();
    let error = message(Network::load(&path));
    assert!(error.ends_with("found an ONNX network: ONNX is written, not read; load the safetensors file"), "{error}");
    let broken = Layer { weights: array![[f32::NAN]], biases: array![0.0], activation: Identity };
    let error = message(Network::from_layers(vec![broken]).unwrap().save(&path));
    assert_eq!(error, "network: expected finite weights and biases in layers[0], found NaN");
}

/// Runs a script on a saved network, inputs and the outputs that we found for them.
fn compare(python: Command, script: &str, network: &Network, ending: &str) -> Option<(bool, String)> {
    let mut python = python;
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join(format!("network.{ending}"));
    network.save(&saved).unwrap();
    let inputs = normal::<f32>(20, network.sizes()[0], 1);
    let outputs = network.predict(inputs.view()).unwrap();
    let bytes = [&inputs, &outputs].map(|array| array.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>());
    let view = |array: &Array2<f32>, bytes| TensorView::new(Dtype::F32, array.shape().to_vec(), bytes).unwrap();
    let views = [("inputs", view(&inputs, &bytes[0])), ("outputs", view(&outputs, &bytes[1]))];
    let expected = folder.path().join("expected.safetensors");
    fs::write(&expected, serialize(views, None).unwrap()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(script);
    let output = python.arg(script).arg(&saved).arg(expected).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if text.contains("No module named") {
        skip(&text);
        return None;
    }
    print!("{text}");
    Some((output.status.success(), text))
}

#[test]
fn onnxruntime_finds_the_same_outputs_to_1e_5() {
    let Some(python) = std::env::var_os("NN_CORE_PYTHON") else {
        return skip(
            "set NN_CORE_PYTHON to a python with onnxruntime, numpy and safetensors, or run `cargo xtask test`",
        );
    };
    for activations in [[Relu, Tanh, Softmax], [Sigmoid, Identity, Sigmoid], [Softmax, Relu, Identity]] {
        let network = Network::new(&[784, 100, 30, 10], &activations, 7).unwrap();
        let Some((same, text)) = compare(Command::new(&python), "onnx_reads.py", &network, "onnx") else { return };
        assert!(same, "{text}");
    }
}

/// Only where `NN_CORE_JAX` names a Python that has jax: a hundred megabytes, which `cargo xtask test` does not fetch.
#[test]
fn jax_finds_the_same_outputs_to_1e_5() {
    let Some(python) = std::env::var_os("NN_CORE_JAX") else { return };
    let network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    let Some((same, text)) = compare(Command::new(python), "jax_reads.py", &network, "safetensors") else { return };
    assert!(same, "{text}");
}

/// The lines that the messages about `mnist.pkl.gz` and `.npz` tell: what they write is read.
#[test]
fn the_cures_for_pickles_and_numpys_arrays_work() {
    let Some(python) = std::env::var_os("NN_CORE_PYTHON") else {
        return skip("set NN_CORE_PYTHON to a python with numpy, or run `cargo xtask test`");
    };
    let folder = tempfile::tempdir().unwrap();
    for (start, arrays) in [
        (&b"\x80\x02}q\0"[..], "x = pixels.reshape(2, 784).astype(numpy.float32) / 255"),
        (b"PK\x03\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0x.npy", "x = pixels"),
    ] {
        fs::write(folder.path().join("mnist.pkl.gz"), start).unwrap();
        let error = message(data::csv(folder.path().join("mnist.pkl.gz")));
        let (_, line) = error.split_once("in Python, ").unwrap();
        let (line, _) = line.split_once(" writes its labels").unwrap();
        let script = format!(
            "import numpy; y = numpy.array([7, 2]); pixels = (numpy.arange(1568) % 256).astype(numpy.uint8).reshape(2, 28, 28)\n\
             {arrays}\n{line}"
        );
        assert!(
            Command::new(&python).arg("-c").arg(&script).current_dir(&folder).status().unwrap().success(),
            "{script}"
        );
        let dataset = data::csv(folder.path().join("mnist_train.csv")).unwrap();
        assert_eq!(dataset.labels.to_vec(), [7, 2]);
        let pixels = Array2::from_shape_fn((2, 784), |(row, pixel)| ((784 * row + pixel) % 256) as f32 / 255.0);
        assert!(dataset.inputs == pixels, "{script}");
    }
}
