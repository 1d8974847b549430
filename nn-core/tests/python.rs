//! Others read our files: a saved network in Python, with numpy and the `safetensors` package.
//!
//! `NN_CORE_PYTHON` names a Python that has them; `cargo xtask test` sets it.

mod common;

use std::path::Path;
use std::process::Command;

use common::{message, normal, skip};
use nn_core::prelude::*;
use safetensors::tensor::{Dtype, TensorView, serialize};

/// The Python that has the packages; none is a mistake where the tests run by themselves, else said where it is seen.
fn python() -> Option<Command> {
    let python = std::env::var_os("NN_CORE_PYTHON");
    if python.is_none() {
        let requirements = "nn-core/tests/reference/requirements.txt";
        skip(&format!("set NN_CORE_PYTHON to a python with {requirements}, or run `cargo xtask test`"));
    }
    python.map(Command::new)
}

/// Pixels: from 0 to 1, most of them 0.
fn pixels() -> Array2<f32> {
    normal::<f32>(20, 784, 1).mapv(|x| (x - 1.0).clamp(0.0, 1.0))
}

/// Runs a script on the network, saved, and on inputs with these logits.
fn compare(python: &mut Command, network: &Network, inputs: &Array2<f32>, logits: &Array2<f32>) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("network.safetensors");
    network.save(&saved).unwrap();
    compare_file("read_safetensors.py", python, &saved, inputs, logits)
}

fn compare_file(
    script: &str,
    python: &mut Command,
    saved: &Path,
    inputs: &Array2<f32>,
    logits: &Array2<f32>,
) -> (bool, String) {
    let expected = saved.with_file_name("expected.safetensors");
    let bytes = [inputs, logits].map(|array| array.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>());
    let view = |array: &Array2<f32>, bytes| TensorView::new(Dtype::F32, array.shape().to_vec(), bytes).unwrap();
    let views = [("inputs", view(inputs, &bytes[0])), ("logits", view(logits, &bytes[1]))];
    std::fs::write(&expected, serialize(views, None).unwrap()).unwrap();

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(script);
    let output = python.arg(script).arg(saved).arg(expected).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

#[test]
fn python_reads_a_saved_network_and_finds_the_same_logits_to_1e_5() {
    for activations in [[Relu, Tanh, Softmax], [Sigmoid, Identity, Sigmoid], [Softmax, Relu, Identity]] {
        let Some(mut python) = python() else { return };
        let network = Network::new(&[784, 100, 30, 10], &activations, 7).unwrap();
        let inputs = pixels();
        let logits = network.logits(inputs.view()).unwrap();
        let (same, text) = compare(&mut python, &network, &inputs, &logits);
        print!("{text}");
        assert!(same, "{text}");
    }
}

#[test]
fn python_reads_a_checkpoint_as_well() {
    let Some(mut python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.safetensors");
    let data = Dataset::new(pixels(), (0..20).map(|i| i % 10).collect()).unwrap();
    let mut network = Network::new(&[784, 30, 10], &[Relu, Softmax], 7).unwrap();
    let training = Training::new(Loss::CrossEntropy).mini_batch_size(5).epochs(2).checkpoint(&path).quiet();
    training.run(&mut network, &data, &data).unwrap();
    let logits = network.logits(data.inputs.view()).unwrap();
    let (same, text) = compare_file("read_safetensors.py", &mut python, &path, &data.inputs, &logits);
    assert!(same, "{text}");
}

/// Only where `NN_CORE_PYTORCH` names a Python that has torch: gigabytes, which `cargo xtask test` does not fetch.
#[test]
fn pytorch_reads_a_saved_network_and_finds_the_same_logits_to_1e_5() {
    let Some(pytorch) = std::env::var_os("NN_CORE_PYTORCH") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network.safetensors");
    let network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    network.save(&path).unwrap();
    let logits = network.logits(pixels().view()).unwrap();
    let (same, text) = compare_file("pytorch_reads.py", &mut Command::new(pytorch), &path, &pixels(), &logits);
    print!("{text}");
    assert!(same, "{text}");
}

#[test]
fn python_notices_numbers_that_were_changed() {
    let Some(mut python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network.safetensors");
    let network = Network::new(&[784, 10], &[Softmax], 7).unwrap();
    network.save(&path).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let logits = network.logits(pixels().view()).unwrap();
    let (same, text) = compare_file("read_safetensors.py", &mut python, &path, &pixels(), &logits);
    assert!(!same && text.contains("expected numbers with the checksum"), "{text}");
}

#[test]
fn python_notices_logits_that_are_off() {
    let Some(mut python) = python() else { return };
    let network = Network::new(&[784, 10], &[Softmax], 7).unwrap();
    let inputs = Array2::ones((5, 784));
    let mut logits = network.logits(inputs.view()).unwrap();
    logits[(4, 9)] += 1e-3;
    let (same, text) = compare(&mut python, &network, &inputs, &logits);
    assert!(!same && text.contains("largest difference 1.0e-03"), "{text}");
}

#[test]
fn what_numpy_and_pickle_write_is_refused() {
    let Some(mut python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let script = "import numpy, pickle; w = numpy.zeros((10, 784), numpy.float32)\n\
                  numpy.save('w.npy', w); numpy.savez('w.npz', w); pickle.dump(w, open('w.pkl', 'wb'))";
    assert!(python.arg("-c").arg(script).current_dir(&folder).status().unwrap().success());
    for (name, kind) in [("w.npy", "a numpy .npy file"), ("w.npz", "a zip archive"), ("w.pkl", "a Python pickle")] {
        let error = message(Network::load(folder.path().join(name)));
        assert!(error.contains(&format!("found {kind}")) && error.contains("can run code"), "{error}");
    }
}
