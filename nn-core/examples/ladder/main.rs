//! The ladder: one training seven times, from plain loops to the fastest that we know. In the folder of the repository,
//!
//! ```text
//! cargo run -p nn-core --example ladder
//! ```
//!
//! runs all of them, compares each with the first, and draws them to target/bench/ladder.svg. Every version goes four times through
//! the first 5,000 images of MNIST, by mini-batches of 100, with 784-100-10 (relu, softmax, cross-entropy) and η = 0.01:
//!
//! ```text
//! z[1] = x · W[1]ᵀ + b[1]    a[1] = relu(z[1])    z[2] = a[1] · W[2]ᵀ + b[2]    a[2] = softmax(z[2])
//! δ[2] = a[2] − y            δ[1] = (δ[2] · W[2]) ⊙ relu′(z[1])
//! W[l] ← W[l] − η δ[l]ᵀ · a[l-1] / n              b[l] ← b[l] − η (column sums of δ[l]) / n
//! ```
//!
//! | file, in the order to read them | version | what it saves |
//! |---|---|---|
//! | `loops.rs` | 1 loops | nothing: the equations as they stand |
//! | `arrays.rs` | 2 ndarray | additions that wait for each other |
//! | | 3 mini-batches | loads of the weights for every example anew |
//! | `ink.rs` | 4 ink only | multiplications by 0, four of five |
//! | `wide.rs` | 5 wide registers | loads and stores of sums, half of the instructions |
//! | `threads.rs` | 6 threads | time in which other cores do nothing |
//! | `nn-core/src/fast/` | 7 Training | what its `mod.rs` lists: allocations, passes over the outputs, … |
//!
//! `net.rs` holds what they share: the network, and the last layer's part of a mini-batch.
//!
//! All of them add the same numbers, but not in the same order, and sums are rounded. The weights differ from the sixth digit on.

mod arrays;
mod ink;
mod loops;
mod net;
mod threads;
mod wide;

use std::error::Error;
use std::time::Instant;

use nn_core::prelude::*;

use net::{BATCH, EPOCHS, ETA, Net};

/// One version of the training.
struct Rung {
    name: &'static str,
    train: fn(&mut Net, &Dataset),
}

const LADDER: [Rung; 7] = [
    Rung { name: "loops", train: loops::train },
    Rung { name: "ndarray", train: arrays::by_examples },
    Rung { name: "mini-batches", train: arrays::by_mini_batches },
    Rung { name: "ink only", train: ink::train },
    Rung { name: "wide registers", train: wide::train },
    Rung { name: "threads", train: threads::train },
    Rung { name: "Training", train: training },
];

/// Each is timed so often, in turns; the medians count.
const ROUNDS: usize = 3;
/// A weight or bias may differ so much from the first version's. A bias takes 20,000 small steps, each of them rounded; and a z
/// that is 0 but for rounding may fall to either side of relu's corner. Seen: 2e-5.
const TOLERANCE: f32 = 1e-4;

fn main() -> Result<(), Box<dyn Error>> {
    let images = data::csv("data/mnist_train.csv.gz")?.first(5000);
    let start = Net::new()?;
    let mut trained = vec![start.clone(); LADDER.len()];
    let mut seconds = vec![vec![]; LADDER.len()];
    for _ in 0..ROUNDS {
        for (i, rung) in LADDER.iter().enumerate() {
            trained[i] = start.clone();
            let clock = Instant::now();
            (rung.train)(&mut trained[i], &images);
            seconds[i].push(clock.elapsed().as_secs_f64());
        }
    }
    let costs: Vec<f64> = seconds.into_iter().map(|seconds| median(seconds) / (images.len() * EPOCHS) as f64).collect();

    println!("| | version | µs per image | × the one before | × the first | largest difference of a weight |");
    println!("|---|---|---|---|---|---|");
    for (i, (rung, cost)) in LADDER.iter().zip(&costs).enumerate() {
        let (name, difference) = (rung.name, trained[i].difference(&trained[0]));
        let (before, first) = (costs[i.saturating_sub(1)] / cost, costs[0] / cost);
        println!("| {} | {name} | {:.2} | {before:.1} | {first:.0} | {difference:.0e} |", i + 1, cost * 1e6);
        assert!(difference <= TOLERANCE, "{name}: expected the first version's weights to {TOLERANCE:e}");
    }
    let speeds = costs.iter().map(|cost| 1e-3 / cost);
    let names = LADDER.iter().map(|rung| rung.name);
    let figure = plot::bars("Seven ways to train a network", "", "thousands of images a second", names, speeds);
    std::fs::create_dir_all("target/bench")?;
    figure.decimals(0).size(760, 300).save("target/bench/ladder.svg")?;
    println!("\ntarget/bench/ladder.svg");
    Ok(())
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[ROUNDS / 2]
}

/// 7. What the notebooks call. `nn-core/src/fast/mod.rs` lists what it saves besides.
fn training(net: &mut Net, data: &Dataset) {
    let training =
        Training::new(Loss::CrossEntropy).learning_rate(ETA.into()).mini_batch_size(BATCH).epochs(EPOCHS).quiet();
    let layer = |weights: &Array2<f32>, biases: &Array1<f32>, activation| Layer {
        weights: weights.clone(),
        biases: biases.clone(),
        activation,
    };
    let layers = vec![layer(&net.w1, &net.b1, Relu), layer(&net.w2, &net.b2, Softmax)];
    let mut network = Network::from_layers(layers).expect("layers that fit together");
    // It measures a test set after the epoch; one image is hardly any.
    training.run(&mut network, data, &data.first(1)).expect("MNIST fits the network");
    *net = Net::of(&network);
}
