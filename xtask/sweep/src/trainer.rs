//! Trains one job after the other on a data set that is loaded once.

use std::borrow::Cow;
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use nn_core::{Activation, Network, Training, VERSION, data, data::Dataset, processor};
use sha2::{Digest, Sha256};

use crate::job::{Job, Outcome, Receipt};
use crate::setting::EXAMPLES;

/// What a digit's picture consists of, and what it may be.
const PIXELS: usize = 784;
const CLASSES: usize = 10;

/// The digits to learn from and those to measure on. The test set stays in its drawer: settings are not chosen on it.
pub struct Trainer {
    train: Dataset,
    validation: Dataset,
    sum: String,
    processor: String,
}

impl Trainer {
    /// Loads a table of digits: the first [`EXAMPLES`] are learned from, the others measured on.
    pub fn load(table: &Path) -> Result<Self> {
        let whole = data::csv(table)?;
        ensure!(
            whole.len() > EXAMPLES,
            "{}: expected more than {EXAMPLES} digits, found {}",
            table.display(),
            whole.len()
        );
        let (train, validation) = whole.split(EXAMPLES)?;
        let file = fs::read(table).with_context(|| format!("{}: cannot read", table.display()))?;
        let sum = Sha256::digest(&file).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { train, validation, sum, processor: processor() })
    }

    /// Trains the job's network, from nothing. A training that nn-core refuses or breaks off is a result as well.
    pub fn train<'a>(&'a self, job: &'a Job) -> Receipt<'a> {
        let start = Instant::now();
        let outcome = self.outcome(job).unwrap_or_else(|error| Outcome::Failed { error: error.to_string() });
        let seconds = (start.elapsed().as_secs_f64() * 1e3).round() / 1e3;
        Receipt { job, outcome, seconds, data: &self.sum, nn_core: VERSION, processor: &self.processor }
    }

    fn outcome(&self, job: &Job) -> nn_core::Result<Outcome> {
        let hidden: Vec<_> = job.hidden.0.iter().map(|size| size.0).collect();
        let sizes = [&[PIXELS], &hidden[..], &[CLASSES]].concat();
        let activations = [vec![job.activation.0; hidden.len()], vec![Activation::Softmax]].concat();
        let mut network = Network::new(&sizes, &activations, job.seed)?;

        let train = match job.examples.0 {
            EXAMPLES => Cow::Borrowed(&self.train),
            fewer => Cow::Owned(self.train.first(fewer)),
        };
        // One thread each: two trainings beside each other never wait for each other, two threads of one do so in every step.
        let training = Training::new(job.loss.0).learning_rate(job.learning_rate.0).epochs(job.epochs.0);
        let training = training.mini_batch_size(job.mini_batch.0).threads(1).quiet();
        let history = training.run(&mut network, &train, &self.validation)?;
        let Some(last) = history.epochs.last() else { unreachable!("a job has one epoch or more: setting::Count") };
        Ok(Outcome::Trained {
            accuracy: last.accuracy,
            validation_loss: last.test_loss,
            train_loss: last.train_loss,
            fingerprint: network.fingerprint(),
        })
    }
}
