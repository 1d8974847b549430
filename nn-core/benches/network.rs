//! `cargo bench -p nn-core --profile dev`: the parts of a training, one at a time, on MNIST from `data/`.
//!
//! The profile is the one that notebooks use; without it cargo builds every dependency once more, for its own.

use std::sync::LazyLock;

use divan::{Bencher, counter::ItemsCount};
use nn_core::prelude::*;

static MNIST: LazyLock<Mnist> = LazyLock::new(|| data::mnist("../data").expect("data/ holds MNIST"));

fn main() {
    divan::main();
}

fn network() -> Network {
    Network::new(&[784, 100, 10], &[Relu, Softmax], 7).expect("sizes and activations go together")
}

/// The first mini-batch of 100, and its targets.
fn mini_batch() -> (Array2<f32>, Array2<f32>) {
    let first = MNIST.train.first(100);
    let targets = data::one_hot(first.labels.view(), 10).expect("labels are digits");
    (first.inputs, targets)
}

/// The equations of `network/mod.rs` on a mini-batch of 100.
mod plain {
    use super::*;

    #[divan::bench]
    fn forward(bencher: Bencher) {
        let (network, (inputs, _)) = (network(), mini_batch());
        bencher.counter(ItemsCount::new(100_usize)).bench(|| network.forward(inputs.view()));
    }

    #[divan::bench]
    fn backward(bencher: Bencher) {
        let (network, (inputs, targets)) = (network(), mini_batch());
        let trace = network.forward(inputs.view()).expect("inputs fit");
        bencher
            .counter(ItemsCount::new(100_usize))
            .bench(|| network.backward(&trace, targets.view(), Loss::CrossEntropy));
    }

    #[divan::bench]
    fn step(bencher: Bencher) {
        let (mut network, (inputs, targets)) = (network(), mini_batch());
        let trace = network.forward(inputs.view()).expect("inputs fit");
        let gradients = network.backward(&trace, targets.view(), Loss::CrossEntropy).expect("targets fit");
        bencher.counter(ItemsCount::new(100_usize)).bench_local(|| network.step(&gradients, 1e-9));
    }
}

/// One epoch of 60,000 examples and the test pass after it, with all cores.
#[divan::bench(types = [f32, f64], sample_count = 10)]
fn epoch<F: nn_core::Float>(bencher: Bencher) {
    let training = Training::new(Loss::CrossEntropy).epochs(1).quiet();
    let network = network().cast::<F>();
    bencher
        .counter(ItemsCount::new(MNIST.train.len()))
        .with_inputs(|| network.clone())
        .bench_refs(|network| training.run(network, &MNIST.train, &MNIST.test));
}

#[divan::bench]
fn classify_one(bencher: Bencher) {
    let network = network();
    bencher.bench(|| network.classify(MNIST.test.inputs.row(0)));
}

#[divan::bench]
fn classify_10000(bencher: Bencher) {
    let network = network();
    bencher.counter(ItemsCount::new(MNIST.test.len())).bench(|| network.classify_all(MNIST.test.inputs.view()));
}

#[divan::bench(sample_count = 10)]
fn load_csv_gz(bencher: Bencher) {
    bencher.bench(|| data::csv("../data/mnist_train.csv.gz"));
}
