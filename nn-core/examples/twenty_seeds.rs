//! Is our training the same *kind* of training as the numpy original's? Twenty seeds of each must agree on average.
//!
//! ```text
//! cargo run -p nn-core --example twenty_seeds        in the folder of the repository; about a minute
//! ```
//!
//! One network says little: another seed moves its accuracy by 0.002. Here 784-100-10 is trained from 20 seeds, for 10 epochs in
//! the data's order, and the mean of each epoch is compared with the 20 of numpy_20_seeds.csv, which numpy drew for itself.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;

use nn_core::prelude::*;

/// Columns: seed, epoch, accuracy, cross_entropy, binary_cross_entropy.
const NUMPY: &str = include_str!("../tests/reference/numpy_20_seeds.csv");
const SEEDS: u64 = 20;
/// What the means may differ by: accuracies by this much, losses by this share.
const ACCURACY: f64 = 0.002;
const LOSS: f64 = 0.01;

/// Accuracy, cross-entropy and binary cross-entropy of each seed after one epoch.
type Rows = Vec<[f64; 3]>;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (ours, numpys) = (train()?, read()?);
    println!("\nmean ± standard deviation over {SEEDS} seeds, on the test set\n");
    println!("| epoch | accuracy | numpy | cross-entropy | numpy | binary cross-entropy | numpy |");
    println!("|---|---|---|---|---|---|---|");
    let (mut accuracy, mut loss) = (0.0_f64, 0.0_f64);
    for (epoch, rows) in &ours {
        let numpys = numpys.get(epoch).ok_or("numpy_20_seeds.csv: an epoch is missing")?;
        let mut line = format!("| {epoch} |");
        for column in 0..3 {
            let [(mean, spread), (numpy_mean, numpy_spread)] = [rows, numpys].map(|rows| statistics(rows, column));
            line += &format!(" {mean:.4} ± {spread:.4} | {numpy_mean:.4} ± {numpy_spread:.4} |");
            match column {
                0 => accuracy = accuracy.max((mean - numpy_mean).abs()),
                _ => loss = loss.max((mean / numpy_mean - 1.0).abs()),
            }
        }
        println!("{line}");
    }
    let agree = accuracy <= ACCURACY && loss <= LOSS && ours.len() == numpys.len();
    println!(
        "\nThe means {}: accuracies differ by at most {accuracy:.4} (allowed: {ACCURACY}), losses by at most {:.2} % \
         (allowed: {:.0} %).",
        if agree { "agree" } else { "do NOT agree" },
        100.0 * loss,
        100.0 * LOSS
    );
    Ok(if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn train() -> nn_core::Result<BTreeMap<usize, Rows>> {
    let mnist = data::mnist("data")?;
    let training = Training::new(Loss::CrossEntropy).also(Loss::BinaryCrossEntropy).quiet();
    let mut rows = BTreeMap::new();
    for seed in 0..SEEDS {
        let mut network = Network::new(&[784, 100, 10], &[Relu, Softmax], seed)?;
        let history = training.run(&mut network, &mnist.train, &mnist.test)?;
        println!("seed {seed}: {history:?}");
        let binary = history.losses(Loss::BinaryCrossEntropy)?;
        for (i, (epoch, binary)) in history.epochs.iter().zip(binary).enumerate() {
            rows.entry(i).or_insert_with(Vec::new).push([epoch.accuracy, epoch.test_loss, binary]);
        }
    }
    Ok(rows)
}

fn read() -> Result<BTreeMap<usize, Rows>, Box<dyn Error>> {
    let mut rows = BTreeMap::new();
    for line in NUMPY.lines().skip(1) {
        let numbers = line.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
        let [_, epoch, accuracy, loss, binary] = numbers[..] else { return Err("expected five columns".into()) };
        rows.entry(epoch as usize).or_insert_with(Vec::new).push([accuracy, loss, binary]);
    }
    Ok(rows)
}

/// Mean and standard deviation of a column.
fn statistics(rows: &Rows, column: usize) -> (f64, f64) {
    let n = rows.len() as f64;
    let values = || rows.iter().map(|row| row[column]);
    let mean = values().sum::<f64>() / n;
    (mean, (values().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}
