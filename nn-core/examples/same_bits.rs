//! Trains a few small networks with 1, 2 and 4 threads, and prints their fingerprints, which must not depend on that.
//!
//! `cargo run -p nn-core --example same_bits` in the folder of the repository; with `--release`, or with
//! `--config profile.dev.package.nn-core.opt-level=0`, it must print the same. `cargo xtask test` compares.

use nn_core::prelude::*;

fn main() -> Result<()> {
    println!("debug assertions: {}", cfg!(debug_assertions));
    let pictures = data::csv("data/mnist_test.csv.gz")?.first(300);
    // Paper that is not white: for the loops that do not skip zeros.
    let grey = Dataset::new(pictures.inputs.mapv(|x| 0.1 + 0.9 * x), pictures.labels.clone())?;
    for (loss, hidden, output) in [
        (Loss::CrossEntropy, Relu, Softmax),
        (Loss::BinaryCrossEntropy, Tanh, Sigmoid),
        (Loss::BinaryCrossEntropy, Softmax, Softmax),
        (Loss::MeanSquaredError, Sigmoid, Identity),
    ] {
        for (paper, data) in [("white", &pictures), ("grey", &grey)] {
            let start = Network::new(&[784, 20, 10], &[hidden, output], 7)?;
            let training = Training::new(loss).learning_rate(0.05).mini_batch_size(32).epochs(2).shuffle(3).quiet();
            let mut fingerprints = vec![];
            for threads in [1, 2, 4] {
                let (mut single, mut double) = (start.clone(), start.cast::<f64>());
                training.clone().threads(threads).run(&mut single, data, data)?;
                training.clone().threads(threads).run(&mut double, data, data)?;
                fingerprints.push(format!("f32 {} f64 {}", single.fingerprint(), double.fingerprint()));
            }
            assert!(fingerprints.iter().all(|found| *found == fingerprints[0]), "threads matter: {fingerprints:?}");
            println!("{} {hidden} {output} on {paper}: {loss}", fingerprints[0]);
        }
    }
    Ok(())
}
