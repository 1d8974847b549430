//! What `cargo xtask bench train` has every contestant in Rust do: the data, the order, the clock.
//!
//! ```text
//! bench-burn NAME FOLDER SIZES MINI_BATCH EPOCHS     and bench-candle: prints the seconds, and the accuracy at the end
//! ```
//!
//! FOLDER holds what `train_once prepare` wrote: MNIST and the initial weights, as bare little-endian numbers. Everybody trains the
//! network of these SIZES (784-100-10: relu, softmax, cross-entropy) by mini-batches in the data's order, with the loss and the
//! accuracy on the test set after every epoch. Loading and a few warming steps are not timed.

use std::error::Error;
use std::ops::Range;
use std::path::Path;
use std::time::Instant;
use std::{env, fs};

pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// η.
pub const LEARNING_RATE: f64 = 0.01;

/// What is trained, on what.
pub struct Job {
    /// The weights to begin with.
    pub layers: Vec<Layer>,
    pub train: Examples,
    pub test: Examples,
    /// Examples to a step.
    pub mini_batch: usize,
}

/// A layer's W, row by row, `(fan_out, fan_in)`, and b.
pub struct Layer {
    pub shape: [usize; 2],
    pub weights: Vec<f32>,
    pub biases: Vec<f32>,
}

/// Inputs, row by row, and labels.
pub struct Examples {
    pub inputs: Vec<f32>,
    pub labels: Vec<u8>,
}

/// Somebody's network, and what is to be done with it.
pub trait Contestant {
    /// A step on these examples of the training set.
    fn step(&mut self, mini_batch: Range<usize>) -> Outcome;

    /// Loss and accuracy on the test set.
    fn evaluate(&self) -> Outcome<[f32; 2]>;
}

/// Does what the command line asks for, by the contestant that `begin` makes of a name and a job.
pub fn run(begin: fn(&str, &Job) -> Outcome<Box<dyn Contestant>>) -> Outcome {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, folder, sizes, mini_batch, epochs] = &arguments[..] else {
        return Err("expected: NAME FOLDER SIZES MINI_BATCH EPOCHS".into());
    };
    let job = Job::read(Path::new(folder), sizes, mini_batch.parse()?)?;
    epoch(&mut *begin(name, &job)?, 20 * job.mini_batch, job.mini_batch)?;
    let mut contestant = begin(name, &job)?;
    let clock = Instant::now();
    let mut accuracy = 0.0;
    for _ in 0..epochs.parse()? {
        [_, accuracy] = epoch(&mut *contestant, job.train.labels.len(), job.mini_batch)?;
    }
    println!("{} {accuracy}", clock.elapsed().as_secs_f64());
    Ok(())
}

fn epoch(contestant: &mut dyn Contestant, examples: usize, mini_batch: usize) -> Outcome<[f32; 2]> {
    for first in (0..examples).step_by(mini_batch) {
        contestant.step(first..first + mini_batch)?;
    }
    contestant.evaluate()
}

impl Job {
    fn read(folder: &Path, sizes: &str, mini_batch: usize) -> Outcome<Self> {
        let weights = folder.join(sizes);
        let sizes = sizes.split('-').map(str::parse).collect::<Result<Vec<_>, _>>()?;
        let mut layers = Vec::new();
        for (pair, i) in sizes.windows(2).zip(1..) {
            let (weights, biases) = (weights.join(format!("weights{i}.f32")), weights.join(format!("biases{i}.f32")));
            layers.push(Layer { shape: [pair[1], pair[0]], weights: numbers(&weights)?, biases: numbers(&biases)? });
        }
        let [train, test] = ["train", "test"].map(|name| Examples::read(folder, name));
        Ok(Self { layers, train: train?, test: test?, mini_batch })
    }
}

impl Examples {
    fn read(folder: &Path, name: &str) -> Outcome<Self> {
        let labels = bytes(&folder.join(format!("{name}_labels.u8")))?;
        Ok(Self { inputs: numbers(&folder.join(format!("{name}_inputs.f32")))?, labels })
    }

    /// How many there are, and how many inputs each has.
    pub fn shape(&self) -> [usize; 2] {
        [self.labels.len(), self.inputs.len() / self.labels.len()]
    }
}

fn numbers(path: &Path) -> Outcome<Vec<f32>> {
    Ok(bytes(path)?.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
}

fn bytes(path: &Path) -> Outcome<Vec<u8>> {
    Ok(fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?)
}
