//! Training: mini-batch stochastic gradient descent.
//!
//! ```text
//! for each epoch, for each mini-batch:  forward → loss → backward → step
//! ```
//!
//! [`Training::by_the_book`] is this loop, [`Training::run`] the same at full speed, with all that is measured, printed and
//! kept meanwhile.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | [`Training`]: the loop by the book, `run` and `resume` |
//! | `options` | learning rate, mini-batches, epochs, …, with their defaults |
//! | `epochs` | the loop of `run`: what is measured and kept after each epoch, divergence |
//! | `history` | [`History`], the record that a training leaves |
//! | `evaluate` | loss and accuracy on a data set |
//! | `progress` | the line that is printed after each epoch |
//! | `settings` | what must be the same for a training to go on, in words |
//! | `hint`, `signs` | [`Hint`]: likely mistakes, said in a line; how they are noticed |
//! | `stopped` | [`Stopped`]: where ■ stopped a training |
//! | `story` | what is written into the network's recipe and the checkpoints |
//! | `watch` | who looks on meanwhile |
//! | `checks` | what is refused |

#![expect(clippy::indexing_slicing, reason = "a trace holds a[0] to a[L]; sizes as well")]

mod checks;
mod epochs;
mod evaluate;
mod hint;
mod history;
mod options;
mod progress;
mod settings;
mod signs;
mod stopped;
mod story;
mod watch;

use std::path::PathBuf;

use ndarray::Axis;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::data::{Dataset, one_hot};
use crate::fast::check_machine;
use crate::protocol::LongWork;
use crate::{Error, Float, Loss, Network, Result};
use checks::{check_data, check_inputs};

pub use evaluate::Evaluation;
pub use hint::Hint;
pub use history::{Epoch, History};
pub(crate) use settings::Settings;
pub use stopped::Stopped;
pub(crate) use watch::{Nobody, Progress, Watch};

/// The most threads that [`Training::threads`] takes: more than most machines have.
const MAX_THREADS: usize = 1024;

/// How to train: a loss, and options with the original notebook's values as defaults.
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// // Exclusive or: the smallest task that needs a hidden layer.
/// let xor = Dataset::new(array![[0., 0.], [0., 1.], [1., 0.], [1., 1.]], array![0, 1, 1, 0])?;
/// let mut network = Network::new(&[2, 8, 2], &[Tanh, Softmax], 1)?;
/// let training = Training::new(Loss::CrossEntropy).learning_rate(0.5).mini_batch_size(4).epochs(500).quiet();
/// let history = training.run(&mut network, &xor, &xor)?;
/// assert_eq!(history.accuracy(), 1.0);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    loss: Loss,
    learning_rate: f64,
    mini_batch_size: usize,
    epochs: usize,
    shuffle: Option<u64>,
    also: Vec<Loss>,
    threads: Option<usize>,
    checkpoint: Option<PathBuf>,
    keep_networks: bool,
    quiet: bool,
}

impl Training {
    /// Stochastic gradient descent by the book: trains `network` on `train` and returns the mean loss of each epoch.
    ///
    /// ```text
    /// for each epoch, for each mini-batch of n examples:
    ///     z[l] = a[l-1] · W[l]ᵀ + b[l],  a[l] = σ(z[l])                   forward, l = 1 … L
    ///     loss = mean loss of a[L] against the targets                    loss
    ///     ∂loss/∂W[l], ∂loss/∂b[l]                                        backward, l = L … 1
    ///     W[l] ← W[l] − η ∂loss/∂W[l],  b[l] ← b[l] − η ∂loss/∂b[l]       step
    /// ```
    ///
    /// This is the definition of what [`Training::run`] does, and what it is tested against; `run` is several times as fast.
    /// It takes the same options, but measures nothing on a test set, prints nothing, keeps no checkpoint, and does not stop
    /// where training diverges.
    ///
    /// # Errors
    /// [`Error::Argument`] and [`Error::Shape`] as [`Training::run`]. Nothing has changed then.
    ///
    /// [`Error::Interrupted`] where ■ is pressed in a notebook; the network keeps the steps that were taken.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// // a = (x, 2x + 1), and the first of two classes is right: x = 2, y = (1, 0).
    /// let layer = Layer { weights: array![[1.0], [2.0]], biases: array![0.0, 1.0], activation: Identity };
    /// let mut network: Network = Network::from_layers(vec![layer])?;
    /// let train = Dataset::new(array![[2.0]], array![0])?;
    /// let training = Training::new(Loss::MeanSquaredError).learning_rate(0.5).mini_batch_size(1).epochs(1);
    ///
    /// // a = (2, 5), and the loss is (1² + 5²) / 2k, where k = 2.
    /// assert_eq!(training.by_the_book(&mut network, &train)?, [6.5]);
    /// // δ = (a − y) / k = (½, 5/2) and ∂loss/∂W = δ x = (1, 5), of which η = ½ is taken.
    /// assert_eq!(network.layers()[0].weights, array![[1.0 - 0.5], [2.0 - 2.5]]);
    /// assert_eq!(network.layers()[0].biases, array![0.0 - 0.25, 1.0 - 1.25]);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Source
    /// Nielsen, *Neural Networks and Deep Learning*, chapter 1, `SGD` and `update_mini_batch`; the original notebook's `train`.
    #[inline(never)]
    pub fn by_the_book<F: Float>(&self, network: &mut Network<F>, train: &Dataset) -> Result<Vec<f64>> {
        self.check(network, &[("train", train)])?;
        let sizes = network.sizes();
        let last = network.layers().len();
        let mut losses = Vec::new();
        let work = LongWork::begin("by_the_book");
        for epoch in 0..self.epochs {
            let mut sum = 0.0;
            for mini_batch in self.order(epoch, train.len()).chunks(self.mini_batch_size) {
                work.check()?;
                let inputs = train.inputs.select(Axis(0), mini_batch).mapv(|x| F::of(x.into()));
                let targets = one_hot(train.labels.select(Axis(0), mini_batch).view(), sizes[last])?;

                let trace = network.forward(inputs.view())?;
                let loss = self.loss.value(trace.activations[last].view(), targets.view())?;
                let gradients = network.backward(&trace, targets.view(), self.loss)?;
                network.step(&gradients, self.learning_rate)?;
                sum += loss.f64() * mini_batch.len() as f64;
            }
            losses.push(sum / train.len() as f64);
        }
        Ok(losses)
    }

    /// The order of the examples in this epoch: the data's own, or shuffled.
    fn order(&self, epoch: usize, n: usize) -> Vec<usize> {
        let mut order: Vec<_> = (0..n).collect();
        if let Some(seed) = self.shuffle {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(epoch as u64);
            order.shuffle(&mut rng);
        }
        order
    }

    /// Trains `network` on `train`, measures it on `test` after every epoch, and prints one line per epoch, with the loss so
    /// far as a small curve and the time left:
    ///
    /// ```text
    /// Epoch 2: accuracy: 0.8952 loss = 0.3857  █▆▅·······  3/10, 1.6 s left
    /// ```
    ///
    /// What it does to the network is [`Training::by_the_book`], faster:
    ///
    /// ```
    /// # use nn_core::prelude::*;
    /// # let train = Dataset::new(array![[0., 0.], [0., 1.], [1., 0.], [1., 1.]], array![0, 1, 1, 0])?;
    /// # let (epochs, mini_batch_size, learning_rate) = (3, 3, 0.5);
    /// # let mut network = Network::new(&[2, 8, 2], &[Tanh, Softmax], 1)?.cast::<f64>();
    /// # let mut fast = network.clone();
    /// for _ in 0..epochs {
    ///     for start in (0..train.len()).step_by(mini_batch_size) {
    ///         let rows = start..train.len().min(start + mini_batch_size);
    ///         let inputs = train.inputs.slice(s![rows.clone(), ..]).mapv(f64::from);
    ///         let targets = data::one_hot(train.labels.slice(s![rows]), 2)?;
    ///
    ///         let trace = network.forward(inputs.view())?;
    ///         let gradients = network.backward(&trace, targets.view(), Loss::CrossEntropy)?;
    ///         network.step(&gradients, learning_rate)?;
    ///     }
    /// }
    /// # let training = Training::new(Loss::CrossEntropy).epochs(epochs).mini_batch_size(mini_batch_size);
    /// # training.learning_rate(learning_rate).quiet().run(&mut fast, &train, &train)?;
    /// # let difference = &network.layers()[0].weights - &fast.layers()[0].weights;
    /// # assert!(difference.iter().all(|difference| difference.abs() < 1e-14));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// In a notebook with our kernel a curve of the losses grows below the lines, unless the training takes less than half a
    /// second, and ■ stops the training after the mini-batch: `network` keeps what it has learned, the history holds the whole
    /// epochs and says where it was [`stopped`](History::stopped), the checkpoint is that of the last whole epoch.
    ///
    /// A likely mistake that the epoch showed follows in a line of its own: a [`Hint`], such as a layer whose neurons are all
    /// silent, or inputs up to 255.
    ///
    /// # Errors
    /// [`Error::Argument`] if an option is not a positive number, there are no examples or fewer than one mini-batch, a
    /// label has no output, an input or weight is not a finite number, or the loss makes no sense after the last activation;
    /// [`Error::Shape`] if the inputs are not as wide as the network's. Nothing has changed then.
    ///
    /// [`Error::Diverged`] if a loss, a weight or a bias is not a finite number, or an epoch's mean loss is more than ten times
    /// the first epoch's, or the first epoch's more than ten times its first mini-batch's (more than 10, where that is below
    /// 1); the network then has the weights from before that epoch, and so has the checkpoint.
    ///
    /// # Source
    /// Nielsen, *Neural Networks and Deep Learning*, chapter 1; the original notebook's `train`.
    #[inline(never)]
    pub fn run<F: Float>(&self, network: &mut Network<F>, train: &Dataset, test: &Dataset) -> Result<History> {
        self.check(network, &[("train", train), ("test", test)])?;
        self.run_from(self.empty_history(), network, train, test)
    }

    /// Goes on where [`Training::checkpoint`] left off, after ■ or a crash: `network` becomes the saved one, and the epochs
    /// that are missing follow. It ends in the same bits as a training that was never interrupted.
    ///
    /// Without a checkpoint yet it is [`Training::run`]; with more [`Training::epochs`] than before it trains longer.
    ///
    /// # Errors
    /// As [`Training::run`]; [`Error::Argument`] if no checkpoint was asked for; [`Error::Content`] if the file there
    /// belongs to a training with other settings or to a network of another shape, [`Error::Io`] if it cannot be read.
    #[inline(never)]
    pub fn resume<F: Float>(&self, network: &mut Network<F>, train: &Dataset, test: &Dataset) -> Result<History> {
        self.check(network, &[("train", train), ("test", test)])?;
        let Some(path) = &self.checkpoint else {
            let expected = "the file of a checkpoint, given to Training::checkpoint";
            return Err(Error::argument("checkpoint", expected, "none"));
        };
        if !path.exists() {
            return self.run(network, train, test);
        }
        let (saved, history) = self.read_checkpoint(path, network, &self.settings(train.len()))?;
        *network = saved;
        if !self.quiet {
            let done = history.epochs.len();
            println!("Resuming after {done} epoch{} from {}", if done == 1 { "" } else { "s" }, path.display());
        }
        self.run_from(history, network, train, test)
    }

    /// What must be the same for a training on this many examples to go on as it began.
    fn settings(&self, examples: usize) -> Settings {
        Settings {
            loss: self.loss,
            also: self.also.clone(),
            learning_rate: self.learning_rate,
            mini_batch_size: self.mini_batch_size,
            examples,
            shuffle: self.shuffle,
        }
    }

    /// The record of no epoch.
    pub(crate) fn empty_history(&self) -> History {
        History {
            loss: self.loss,
            hints: Vec::new(),
            also: self.also.clone(),
            epochs: Vec::new(),
            stopped: None,
            networks: Vec::new(),
        }
    }

    /// Fails unless options, network and data go together; the first of `datasets` is the training set.
    fn check<F: Float>(&self, network: &Network<F>, datasets: &[(&'static str, &Dataset)]) -> Result<()> {
        Network::<F>::check_learning_rate(self.learning_rate)?;
        if self.epochs == 0 {
            return Err(Error::argument("epochs", "1 or more", 0));
        }
        for (argument, dataset) in datasets {
            check_data(argument, network, dataset)?;
            check_inputs(argument, dataset)?;
        }
        network.check_finite()?;
        check_machine()?;
        if let Some(threads) = self.threads.filter(|threads| !(1..=MAX_THREADS).contains(threads)) {
            return Err(Error::argument("threads", format!("1 to {MAX_THREADS}"), threads));
        }
        let examples = datasets[0].1.len();
        if self.mini_batch_size == 0 || self.mini_batch_size > examples {
            let expected = format!("1 to {examples}, the number of training examples");
            return Err(Error::argument("mini_batch_size", expected, self.mini_batch_size));
        }
        self.also.iter().chain([&self.loss]).try_for_each(|loss| loss.check_output(network.output_activation()))
    }
}
