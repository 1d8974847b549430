//! The epochs of [`Training::run`] at full speed: what [`Training::by_the_book`] defines, with all that is kept and shown.

#![expect(clippy::expect_used, reason = "Training::check: there is data")]

use super::progress::Lines;
use super::signs::{Signs, of_data};
use super::story::Story;
use super::{Epoch, History, Nobody, Progress, Stopped, Training, Watch};
use crate::data::Dataset;
use crate::fast::{Descent, Examples, Team};
use crate::protocol::interrupted;
use crate::{Error, Float, Network, Result};

/// Training has diverged when the first epoch's loss is this many times the loss of its first mini-batch, taken before
/// anything was learned, or a later epoch's this many times the first epoch's.
const DIVERGED: f64 = 10.0;

/// Smaller steps (parameters × examples, for each layer but the first) run on one thread: sharing them out would take longer.
///
/// Unit tests share out all, to see that it changes nothing.
const WORTH_SHARING: usize = if cfg!(test) { 0 } else { 1_250_000 };

/// What became of a pass over the training set.
enum Pass {
    /// The loss of its first mini-batch, and the mean of all.
    Whole { first_loss: f64, train_loss: f64 },
    /// ■ stopped it after so many mini-batches.
    Stopped { mini_batches: usize },
}

impl Training {
    /// The epochs that `history` does not hold yet.
    pub(super) fn run_from<F: Float>(
        &self,
        mut history: History,
        network: &mut Network<F>,
        train: &Dataset,
        test: &Dataset,
    ) -> Result<History> {
        let begins = history.epochs.len();
        let mut watch = if self.quiet { Box::new(Nobody) } else { crate::watch(begins, self.epochs) };
        let result = self.add_epochs(&mut history, network, train, test, watch.as_mut());
        watch.end(&history);
        // No epoch's line came, below which they would have stood.
        if !self.quiet && matches!(result, Err(Error::Diverged { epoch, .. }) if epoch == begins) {
            of_data(self, train, test).iter().for_each(|hint| println!("Hint: {hint}"));
        }
        result.map(|()| history)
    }

    fn add_epochs<F: Float>(
        &self,
        history: &mut History,
        network: &mut Network<F>,
        train: &Dataset,
        test: &Dataset,
        watch: &mut dyn Watch,
    ) -> Result<()> {
        let mut losses = vec![self.loss];
        losses.extend(&self.also);
        let story = Story::of(self.settings(train.len()), network, history);
        if !history.epochs.is_empty() {
            network.set_recipe(story.after(history.epochs.len()));
        }
        let lines = Lines::new(history, self.epochs);
        let mut signs = Signs::new(train, test);
        if self.keep_networks {
            history.networks = vec![network.cast()];
        }
        Team::with(self.team_size(network), |team| {
            let mut fast = Descent::new(network, (train, test), self.mini_batch_size, losses.len(), team);
            let mut stopped_after = None;
            for epoch in history.epochs.len()..self.epochs {
                let (first_loss, train_loss) = match self.epoch(history, &mut fast, train.len(), team, watch)? {
                    Pass::Whole { first_loss, train_loss } => (first_loss, train_loss),
                    Pass::Stopped { mini_batches } => {
                        stopped_after = Some(mini_batches);
                        break;
                    }
                };
                // Judged by the record alone, so that a training that was resumed is judged as one that was never interrupted.
                let start = history.epochs.first().map_or(first_loss, |first| first.train_loss);
                self.check_loss(epoch, train_loss, DIVERGED * start.max(1.0))?;
                let Some((mut measured, accuracy)) = fast.evaluate(&losses, team) else {
                    stopped_after = Some(self.mini_batches(train.len()));
                    break;
                };
                measured.iter().try_for_each(|&loss| self.check_loss(epoch, loss, f64::MAX))?;
                self.take_weights(epoch, &fast, network)?;
                let test_loss = measured.remove(0);
                history.epochs.push(Epoch { train_loss, test_loss, accuracy, also: measured });
                network.set_recipe(story.after(history.epochs.len()));
                if !self.quiet {
                    lines.print(history);
                }
                for hint in signs.after_epoch(self, history, network)? {
                    if !self.quiet {
                        println!("Hint: {hint}");
                    }
                }
                if self.keep_networks {
                    history.networks.push(network.cast());
                }
                if let Some(path) = &self.checkpoint {
                    self.write_checkpoint(path, network, &story.begun, &story.settings, history)?;
                }
            }

            match stopped_after {
                Some(mini_batches) => self.stop(mini_batches, &fast, network, &story, history),
                None => Ok(()),
            }
        })
    }

    /// Keeps what was learned before ■, `mini_batches` of the epoch that is not whole among it.
    fn stop<F: Float>(
        &self,
        mini_batches: usize,
        fast: &Descent<'_, F>,
        network: &mut Network<F>,
        story: &Story,
        history: &mut History,
    ) -> Result<()> {
        let whole = history.epochs.len();
        let mini_batches_per_epoch = self.mini_batches(story.settings.examples);
        let stopped = Stopped { epoch: whole + 1, epochs: self.epochs, mini_batches, mini_batches_per_epoch };
        let before = self.take_weights(whole, fast, network)?;
        network.set_recipe(story.until(stopped));
        if let Some(path) = self.checkpoint.as_deref().filter(|path| whole == 0 && !path.exists()) {
            // No epoch is whole: `resume` must begin again with the network as it came. A file that is there holds more.
            self.write_checkpoint(path, &before, &story.before, &story.settings, history)?;
        }
        history.stopped = Some(stopped);
        if !self.quiet {
            println!("{stopped}");
        }
        Ok(())
    }

    /// Gives `network` the weights that `fast` has come to; returns it as it was before.
    fn take_weights<F: Float>(
        &self,
        epoch: usize,
        fast: &Descent<'_, F>,
        network: &mut Network<F>,
    ) -> Result<Network<F>> {
        let before = network.clone();
        fast.copy_to(network.layers_mut());
        if network.check_finite().is_err() {
            // The loss may not show it: relu hides a pre-activation of −∞, and a pixel that is 0 its weights.
            *network = before;
            return Err(Error::Diverged { epoch, loss: f64::NAN, learning_rate: self.learning_rate });
        }
        Ok(before)
    }

    /// How many mini-batches an epoch of `len` examples has.
    fn mini_batches(&self, len: usize) -> usize {
        len.div_ceil(self.mini_batch_size)
    }

    fn team_size<F: Float>(&self, network: &Network<F>) -> usize {
        let (work, layers) = (network.parameter_count() * self.mini_batch_size, network.layers().len());
        let worth_sharing = WORTH_SHARING * (layers - 1).max(1);
        match self.threads {
            _ if work < worth_sharing => 1,
            Some(threads) => threads,
            None => Team::threads_for(work, worth_sharing),
        }
    }

    /// One pass over the training set of `len` examples, unless ■ stops it: looked for before each mini-batch.
    ///
    /// [`Descent::step`] does to a mini-batch what [`Network::forward`], [`Network::backward`] and [`Network::step`] do.
    fn epoch<F: Float>(
        &self,
        history: &History,
        descent: &mut Descent<'_, F>,
        len: usize,
        team: &mut Team<'_>,
        watch: &mut dyn Watch,
    ) -> Result<Pass> {
        let epoch = history.epochs.len();
        let order = self.shuffle.map(|_| self.order(epoch, len).into());
        let all = self.mini_batches(len);
        let (mut first, mut sum) = (None, 0.0);
        for (done, start) in (0..len).step_by(self.mini_batch_size).enumerate() {
            if interrupted() {
                return Ok(Pass::Stopped { mini_batches: done });
            }
            let end = (start + self.mini_batch_size).min(len);
            let n = (end - start) as f64;
            let examples = Examples::of(start..end, order.as_ref());
            let loss = descent.step(&examples, self.loss, self.learning_rate, team);
            self.check_loss(epoch, loss / n, f64::MAX)?;
            first.get_or_insert(loss / n);
            sum += loss;
            watch.see(history, Progress { done: done + 1, all, loss: sum / end as f64 });
        }
        let first_loss = first.expect("there is an example: Training::check");
        Ok(Pass::Whole { first_loss, train_loss: sum / len as f64 })
    }

    /// Fails unless `loss` is a number up to `limit`.
    fn check_loss(&self, epoch: usize, loss: f64, limit: f64) -> Result<()> {
        // Not true of NaN.
        if loss <= limit {
            return Ok(());
        }
        Err(Error::Diverged { epoch, loss, learning_rate: self.learning_rate })
    }
}
