//! Training: mini-batch stochastic gradient descent.

#![expect(clippy::indexing_slicing, reason = "a network has an input and an output size; rows are those of the data")]

use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView1};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::data::{Dataset, one_hot};
use crate::kernels::{self, Descent, Examples, Team};
use crate::metrics::correct;
use crate::network::check_learning_rate;
use crate::progress::Lines;
use crate::{Epoch, Error, Float, History, Loss, Network, Result};

/// Training has diverged when the first epoch's loss is so many times its first mini-batch's, which nothing was learned from
/// yet, or a later epoch's so many times the first epoch's.
const DIVERGED: f64 = 10.0;

/// Steps of fewer multiplications, the number of parameters times that of the examples, are for one thread: sharing them out
/// takes longer than doing them.
const WORTH_SHARING: usize = 500_000;

/// The most threads that [`Training::threads`] takes: more than most machines have.
const MAX_THREADS: usize = 1024;

/// How to train: a loss, and options with the original notebook's values as defaults.
///
/// # Example
/// ```
/// use ndarray::array;
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

/// How good a network is on a data set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean loss.
    pub loss: f64,
    /// The share of the examples that are classified right.
    pub accuracy: f64,
}

impl Training {
    /// Training on `loss`: learning rate 0.01, mini-batches of 100, 10 epochs, in the data's order.
    pub fn new(loss: Loss) -> Self {
        Self {
            loss,
            learning_rate: 0.01,
            mini_batch_size: 100,
            epochs: 10,
            shuffle: None,
            also: Vec::new(),
            threads: None,
            checkpoint: None,
            keep_networks: false,
            quiet: false,
        }
    }

    /// η: how far each step follows the gradient.
    pub fn learning_rate(self, learning_rate: f64) -> Self {
        Self { learning_rate, ..self }
    }

    /// How many examples each step averages its gradient over. The last mini-batch of an epoch takes what is left.
    pub fn mini_batch_size(self, mini_batch_size: usize) -> Self {
        Self { mini_batch_size, ..self }
    }

    /// How many times to go through the training set.
    pub fn epochs(self, epochs: usize) -> Self {
        Self { epochs, ..self }
    }

    /// Takes the training set in a new order in every epoch, drawn from `seed`.
    pub fn shuffle(self, seed: u64) -> Self {
        Self { shuffle: Some(seed), ..self }
    }

    /// Measures another loss on the test set after every epoch, beside the one that is trained on.
    pub fn also(mut self, loss: Loss) -> Self {
        self.also.push(loss);
        self
    }

    /// Works with this many threads. Without it, all cores work, or one where the steps are too small to share out.
    ///
    /// The number changes the time it takes and nothing else: the trained network is the same, bit for bit.
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Keeps a checkpoint in the file `path` after every epoch: the network and what was measured so far.
    ///
    /// The file is replaced at once, so that at every moment it is whole; [`Training::resume`] goes on from it, and
    /// [`Network::load`] reads the network in it.
    pub fn checkpoint(self, path: impl AsRef<Path>) -> Self {
        Self { checkpoint: Some(path.as_ref().to_owned()), ..self }
    }

    /// Keeps the network as it was before training and after every epoch in [`History::networks`], for
    /// [`History::scrubber`]; with 784-100-10, that is 0.3 MB for each.
    pub fn keep_networks(self) -> Self {
        Self { keep_networks: true, ..self }
    }

    /// Prints nothing.
    pub fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }

    /// Trains `network` on `train`, measures it on `test` after every epoch, and prints a line of it, with the loss so far as
    /// a small curve and the time left:
    ///
    /// ```text
    /// Epoch 2: accuracy: 0.8952 loss = 0.3857  █▆▅·······  3/10, 1.6 s left
    /// ```
    ///
    /// What it does:
    ///
    /// ```text
    /// for each epoch, for each mini-batch:  forward → loss → backward → step
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if an option is not a positive number, there are no examples or fewer than one mini-batch, a
    /// label has no output, an input or weight is not a finite number, or the loss has no meaning for the last activation;
    /// [`Error::Shape`] if the inputs are not as wide as the network's. Nothing has changed then.
    ///
    /// [`Error::Diverged`] if a loss, a weight or a bias is not a finite number, or an epoch's mean loss is more than ten times
    /// the first epoch's, or the first epoch's more than ten times its first mini-batch's (more than 10, where that is below
    /// 1); the network then has the weights from before that epoch, and so has the checkpoint.
    ///
    /// # Source
    /// Nielsen, *Neural Networks and Deep Learning*, chapter 1; the original notebook's `train`.
    pub fn run<F: Float>(&self, network: &mut Network<F>, train: &Dataset, test: &Dataset) -> Result<History> {
        self.check(network, train, test)?;
        F::train(self, self.empty_history(), network, train, test)
    }

    /// Goes on where [`Training::checkpoint`] left off, after an interrupt or a crash: `network` becomes the saved one, and
    /// the epochs that are missing follow. It ends in the same bits as a training that was never interrupted.
    ///
    /// Without a checkpoint yet it is [`Training::run`]; with more [`Training::epochs`] than before it trains longer.
    ///
    /// # Errors
    /// As [`Training::run`]; [`Error::Argument`] if no checkpoint was asked for; [`Error::Content`] if the file there
    /// belongs to a training with other settings or to a network of another shape, [`Error::Io`] if it cannot be read.
    pub fn resume<F: Float>(&self, network: &mut Network<F>, train: &Dataset, test: &Dataset) -> Result<History> {
        self.check(network, train, test)?;
        let Some(path) = &self.checkpoint else {
            return Err(Error::argument(
                "checkpoint",
                "the file of a checkpoint, given to Training::checkpoint",
                "none",
            ));
        };
        if !path.exists() {
            return self.run(network, train, test);
        }
        let (saved, history) = self.read_checkpoint(path, network, train)?;
        *network = saved;
        if !self.quiet {
            let done = history.epochs.len();
            println!("Resuming after {done} epoch{} from {}", if done == 1 { "" } else { "s" }, path.display());
        }
        F::train(self, history, network, train, test)
    }

    /// What must be the same for a training to go on as it began, in words.
    pub(crate) fn settings(&self, train: &Dataset) -> String {
        let order = self.shuffle.map_or("in order".to_owned(), |seed| format!("shuffled with seed {seed}"));
        let also: String = self.also.iter().map(|loss| format!(" and {loss}")).collect();
        format!(
            "{}{also}, learning rate {}, mini-batches of {} from {} examples {order}",
            self.loss,
            self.learning_rate,
            self.mini_batch_size,
            train.len()
        )
    }

    pub(crate) fn empty_history(&self) -> History {
        History { loss: self.loss, also: self.also.clone(), epochs: Vec::new(), networks: Vec::new() }
    }

    /// The epochs that `history` does not hold yet.
    pub(crate) fn run_from<F: Float>(
        &self,
        mut history: History,
        network: &mut Network<F>,
        train: &Dataset,
        test: &Dataset,
    ) -> Result<History> {
        let losses: Vec<_> = [self.loss].iter().chain(&self.also).copied().collect();
        let settings = self.settings(train);
        let recipe = network.recipe().clone();
        // A checkpoint already says what its training began with.
        let recipe = if history.epochs.is_empty() { recipe.begun(&network.fingerprint()) } else { recipe };
        if !history.epochs.is_empty() {
            network.set_recipe(recipe.trained(history.epochs.len(), &settings));
        }
        let lines = Lines::new(&history, self.epochs);
        if self.keep_networks {
            history.networks = vec![network.cast()];
        }
        let step = network.parameter_count() * self.mini_batch_size;
        let threads = self.threads.unwrap_or_else(|| kernels::threads_worth(step, WORTH_SHARING));
        Team::with(threads, |team| {
            let mut descent = Descent::new(network, (train, test), self.mini_batch_size, losses.len(), team);
            for epoch in history.epochs.len()..self.epochs {
                let (first_loss, train_loss) = self.epoch(epoch, &mut descent, train.len(), team)?;
                // Of the record alone, so that a training that was resumed is judged as one that was never interrupted.
                let start = history.epochs.first().map_or(first_loss, |first| first.train_loss);
                self.check_loss(epoch, train_loss, DIVERGED * start.max(1.0))?;
                let (losses, accuracy) = descent.evaluate(&losses, team);
                losses.iter().try_for_each(|&loss| self.check_loss(epoch, loss, f64::MAX))?;
                let good = network.clone();
                descent.copy_to(network.layers_mut());
                if network.check_finite().is_err() {
                    // The loss may not show it: relu hides a pre-activation of −∞, and a pixel that is 0 its weights.
                    *network = good;
                    return Err(Error::Diverged { epoch, loss: f64::NAN, learning_rate: self.learning_rate });
                }
                let measured = Epoch { train_loss, test_loss: losses[0], accuracy, also: losses[1..].to_vec() };
                history.epochs.push(measured);
                network.set_recipe(recipe.trained(history.epochs.len(), &settings));
                if !self.quiet {
                    lines.print(&history);
                }
                if self.keep_networks {
                    history.networks.push(network.cast());
                }
                if let Some(path) = &self.checkpoint {
                    self.write_checkpoint(path, network, &recipe, train, &history)?;
                }
            }
            Ok(history)
        })
    }

    /// One pass over the training set of `len` examples; returns the loss of its first mini-batch, and the mean of all.
    ///
    /// [`Descent::step`] does to a mini-batch what [`Network::forward`], [`Network::backward`] and [`Network::step`] do.
    fn epoch<F: Float>(
        &self,
        epoch: usize,
        descent: &mut Descent<'_, F>,
        len: usize,
        team: &mut Team<'_>,
    ) -> Result<(f64, f64)> {
        let order = self.order(epoch, len);
        let (mut first, mut sum) = (None, 0.0);
        for start in (0..len).step_by(self.mini_batch_size) {
            let rows = start..(start + self.mini_batch_size).min(len);
            let n = rows.len() as f64;
            let examples = match &order {
                Some(order) => Examples::Picked(&order[rows]),
                None => Examples::Run(rows),
            };
            let loss = descent.step(&examples, self.loss, self.learning_rate, team);
            self.check_loss(epoch, loss / n, f64::MAX)?;
            first.get_or_insert(loss / n);
            sum += loss;
        }
        Ok((first.unwrap_or(0.0), sum / len as f64))
    }

    /// The order of the examples in this epoch, where it is not the data's own.
    fn order(&self, epoch: usize, n: usize) -> Option<Vec<usize>> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.shuffle?);
        rng.set_stream(epoch as u64);
        let mut order: Vec<_> = (0..n).collect();
        order.shuffle(&mut rng);
        Some(order)
    }

    fn check<F: Float>(&self, network: &Network<F>, train: &Dataset, test: &Dataset) -> Result<()> {
        check_learning_rate::<F>(self.learning_rate)?;
        if self.epochs == 0 {
            return Err(Error::argument("epochs", "1 or more", 0));
        }
        for (argument, dataset) in [("train", train), ("test", test)] {
            check_data(argument, network, dataset)?;
            check_inputs(argument, dataset)?;
        }
        network.check_finite()?;
        if !(1..=MAX_THREADS).contains(&self.threads.unwrap_or(1)) {
            return Err(Error::argument("threads", format!("1 to {MAX_THREADS}"), self.threads.unwrap_or(1)));
        }
        if self.mini_batch_size == 0 || self.mini_batch_size > train.len() {
            let expected = format!("1 to {}, the number of training examples", train.len());
            return Err(Error::argument("mini_batch_size", expected, self.mini_batch_size));
        }
        self.also.iter().chain([&self.loss]).try_for_each(|loss| loss.check(network.output_activation()))
    }

    fn check_loss(&self, epoch: usize, loss: f64, limit: f64) -> Result<()> {
        // Not true of NaN.
        if loss <= limit {
            return Ok(());
        }
        Err(Error::Diverged { epoch, loss, learning_rate: self.learning_rate })
    }
}

impl<F: Float> Network<F> {
    /// The mean loss and the accuracy on `dataset`.
    ///
    /// # Errors
    /// [`Error::Argument`] if there are no examples, a label has no output, or the loss has no meaning for the last
    /// activation; [`Error::Shape`] if the inputs are not as wide as the network's.
    pub fn evaluate(&self, dataset: &Dataset, loss: Loss) -> Result<Evaluation> {
        check_data("dataset", self, dataset)?;
        loss.check(self.output_activation())?;
        let (losses, accuracy) = measure(self, dataset, &[loss])?;
        Ok(Evaluation { loss: losses[0], accuracy })
    }
}

/// The mean of each loss, and the accuracy, a thousand examples at a time to keep the memory small.
fn measure<F: Float>(network: &Network<F>, dataset: &Dataset, losses: &[Loss]) -> Result<(Vec<f64>, f64)> {
    let mut sums = vec![0.0; losses.len()];
    let mut hits = 0;
    for start in (0..dataset.len()).step_by(1000) {
        let rows = start..(start + 1000).min(dataset.len());
        let (inputs, targets) = rows_of(dataset, rows.clone(), &network.sizes())?;
        let z = network.logits(inputs.view())?;
        for (sum, loss) in sums.iter_mut().zip(losses) {
            let mean = loss.value_from_logits(network.output_activation(), z.view(), targets.view())?;
            *sum += mean.f64() * rows.len() as f64;
        }
        let outputs = network.output_activation().value(z.view());
        hits += correct(outputs.view(), dataset.labels.slice(ndarray::s![rows]));
    }
    let n = dataset.len() as f64;
    Ok((sums.into_iter().map(|sum| sum / n).collect(), hits as f64 / n))
}

/// Some rows of the data: inputs, `(n, sizes[0])`, and one-hot targets, `(n, sizes[L])`.
fn rows_of<F: Float>(dataset: &Dataset, rows: Range<usize>, sizes: &[usize]) -> Result<(Array2<F>, Array2<F>)> {
    let inputs = dataset.inputs.slice(ndarray::s![rows.clone(), ..]).mapv(|x| F::of(x.into()));
    let labels = dataset.labels.slice(ndarray::s![rows]);
    Ok((inputs, one_hot(labels, sizes[sizes.len() - 1])?))
}

fn check_data<F: Float>(argument: &'static str, network: &Network<F>, dataset: &Dataset) -> Result<()> {
    let sizes = network.sizes();
    if dataset.is_empty() {
        return Err(Error::argument(argument, "at least one example", "none"));
    }
    if dataset.inputs.dim() != (dataset.labels.len(), sizes[0]) {
        return Err(Error::shape(
            argument,
            format!("({}, {})", dataset.labels.len(), sizes[0]),
            dataset.inputs.shape(),
        ));
    }
    let classes = sizes[sizes.len() - 1];
    match dataset.labels.iter().find(|&&label| usize::from(label) >= classes) {
        Some(label) => Err(Error::argument(argument, format!("labels below {classes}, one per output"), label)),
        None => Ok(()),
    }
}

/// Whether every input is a finite number: one that is not would look like a learning rate that is too large.
fn check_inputs(argument: &'static str, dataset: &Dataset) -> Result<()> {
    let finite = |row: ArrayView1<'_, f32>| row.fold(true, |finite, x| finite & x.is_finite());
    match dataset.inputs.outer_iter().position(|row| !finite(row)) {
        Some(row) => Err(Error::argument(argument, "finite inputs", format!("NaN or infinity in row {row}"))),
        None => Ok(()),
    }
}
