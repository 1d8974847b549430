//! What several tests share.
#![allow(dead_code, reason = "every test file is a crate of its own and uses a part of this")]

use std::process::Command;

use ndarray::{Array, Array1, Array2, Dimension};
use nn_core::prelude::*;
use nn_core::{Float, Layer};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal, Uniform};

/// Every loss with every activation that it goes with at the end of a network.
pub fn pairs() -> Vec<(Loss, Activation)> {
    let all = Loss::ALL.into_iter().flat_map(|loss| Activation::ALL.map(|output| (loss, output)));
    all.filter(|(loss, output)| loss.check_output(*output).is_ok()).collect()
}

/// Numbers of N(0, 1), `(rows, columns)`, the same for the same seed.
pub fn normal<F: Float>(rows: usize, columns: usize, seed: u64) -> Array2<F> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Array2::from_shape_simple_fn((rows, columns), || F::of(StandardNormal.sample(&mut rng)))
}

/// One-hot rows, `(n, classes)`, of labels that go round.
pub fn targets<F: Float>(n: usize, classes: usize) -> Array2<F> {
    Array2::from_shape_fn((n, classes), |(row, column)| if row % classes == column { F::one() } else { F::zero() })
}

/// A network of f64 whose weights and biases are all N(0, 1) / √fan_in: nothing is 0, nothing saturates.
pub fn small_network(sizes: &[usize], activations: &[Activation], seed: u64) -> Network<f64> {
    Network::new(sizes, activations, seed).unwrap().cast()
}

/// `n` examples of `inputs` numbers from 0 to 1, whose label is the index of the largest of their first `classes`.
pub fn easy_data(n: usize, inputs: usize, classes: usize, seed: u64) -> Dataset {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let uniform = Uniform::new(0.0_f32, 1.0).unwrap();
    let inputs = Array2::from_shape_simple_fn((n, inputs), || uniform.sample(&mut rng));
    let labels: Array1<u8> = inputs.outer_iter().map(|row| metrics::argmax(row.slice(s![..classes])) as u8).collect();
    Dataset::new(inputs, labels).unwrap()
}

/// A layer of these weights and biases.
pub fn layer<F: Float>(weights: Array2<F>, biases: Array1<F>, activation: Activation) -> Layer<F> {
    Layer { weights, biases, activation }
}

/// ‖found − expected‖ / ‖expected‖ over all numbers of a tensor; the plain distance where all that is expected is 0.
pub fn deviation<A: Float, B: Float, D: Dimension>(found: &Array<A, D>, expected: &Array<B, D>) -> f64 {
    assert_eq!(found.shape(), expected.shape());
    let norm = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
    let distance = norm(&mut found.iter().zip(expected).map(|(found, expected)| found.f64() - expected.f64()));
    let size = norm(&mut expected.iter().map(|expected| expected.f64()));
    if size == 0.0 { distance } else { distance / size }
}

/// The message of the error that `result` must hold.
pub fn message<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => panic!("expected an error"),
        Err(error) => error.to_string(),
    }
}

/// All weights and biases as bits, so that −0 is not 0 and equal means equal.
pub fn bits(network: &Network) -> Vec<u32> {
    let layers = network.layers().iter();
    layers.flat_map(|layer| layer.weights.iter().chain(&layer.biases)).map(|number| number.to_bits()).collect()
}

/// Runs the test of this name once more, in a process of its own that our kernel might have started, and returns what it
/// printed; in that process it returns none. `variables` are those of [`nn_core::protocol`] that it has.
///
/// Its working folder is a new one; ■ is the file `interrupt` in it.
pub fn in_a_cell(test: &str, variables: &[&str]) -> Option<String> {
    if std::env::var_os("NN_CORE_TEST_IS_A_CELL").is_some() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).current_dir(&folder).env("NN_CORE_TEST_IS_A_CELL", "1");
    command.env_remove("NN_KERNEL").env_remove("NN_KERNEL_INTERRUPT");
    for &variable in variables {
        command.env(variable, if variable == "NN_KERNEL" { "1" } else { "interrupt" });
    }
    let output = command.output().unwrap();
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    assert!(output.status.success(), "{test}:\n{stdout}\n{stderr}");
    assert!(stdout.contains("1 passed"), "there is no test {test}: {stdout}");
    Some(stdout)
}

/// Says that a test was skipped, where it is seen; a failure where tests run by themselves, with `CI` set.
pub fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    say(&format!("skipped: {why}"));
}

/// Says a line where it is seen: not by eprintln!, which a test that passes keeps to itself.
pub fn say(line: &str) {
    std::io::Write::write_all(&mut std::io::stderr(), format!("{line}\n").as_bytes()).unwrap();
}

/// Node, if there is one; `NN_CORE_NODE` may name it. Without it, the test is skipped.
pub fn node() -> Option<Command> {
    let program = std::env::var_os("NN_CORE_NODE").unwrap_or_else(|| "node".into());
    if Command::new(&program).arg("--version").output().is_ok_and(|output| output.status.success()) {
        return Some(Command::new(program));
    }
    skip("JavaScript was not run; install Node, or set NN_CORE_NODE to it");
    None
}

/// The script of an interactive part of a page.
pub fn script(html: &str) -> &str {
    html.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0
}
