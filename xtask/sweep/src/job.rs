//! One training, and its receipt.

use nn_core::{Activation, Loss};
use serde::{Deserialize, Serialize};

use crate::setting::{Count, Hidden, Named, Rate};

/// The settings of one training. As a line of JSON it is what a worker is asked for, and by what a result is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The sizes of the hidden layers; none for a network of one layer.
    pub hidden: Hidden,
    /// What follows each hidden layer; softmax follows the last one.
    pub activation: Named<Activation>,
    pub loss: Named<Loss>,
    pub learning_rate: Rate,
    pub mini_batch: Count,
    pub epochs: Count,
    /// How many of the training set to learn from, the first ones.
    pub examples: Count,
    /// Of the initial weights.
    pub seed: u64,
}

/// A job, and what came of it: enough to see that the same training gives the same network.
#[derive(Debug, Serialize)]
pub struct Receipt<'a> {
    #[serde(flatten)]
    pub job: &'a Job,
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Of the training alone.
    pub seconds: f64,
    /// SHA-256 of the table's file.
    pub data: &'a str,
    pub nn_core: &'static str,
    pub processor: &'a str,
}

/// What was measured at the end, on the validation set but for `train_loss`; or why there is nothing to measure.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    Trained { accuracy: f64, validation_loss: f64, train_loss: f64, fingerprint: String },
    Failed { error: String },
}
