//! What must be the same for a training to go on as it began.

use std::fmt;

use crate::Loss;

/// The settings that decide what a training makes of a network.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    pub(crate) loss: Loss,
    pub(crate) also: Vec<Loss>,
    pub(crate) learning_rate: f64,
    pub(crate) mini_batch_size: usize,
    /// How many there are in the training set.
    pub(crate) examples: usize,
    pub(crate) shuffle: Option<u64>,
}

impl Settings {
    /// `cross-entropy, learning rate 0.01`: what the weights follow from, without the losses that are only measured.
    pub(crate) fn descent(&self) -> String {
        format!("{}, learning rate {}", self.loss, self.learning_rate)
    }

    /// `of 100 from 60000 examples in order`.
    pub(crate) fn mini_batches(&self) -> String {
        let order = match self.shuffle {
            Some(seed) => format!("shuffled with seed {seed}"),
            None => "in order".to_owned(),
        };
        format!("of {} from {} examples {order}", self.mini_batch_size, self.examples)
    }
}

/// As a checkpoint holds them: `cross-entropy, learning rate 0.01, mini-batches of 100 from 60000 examples in order`.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.loss)?;
        for loss in &self.also {
            write!(f, " and {loss}")?;
        }
        write!(f, ", learning rate {}, mini-batches {}", self.learning_rate, self.mini_batches())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checkpoints hold these words: others would refuse the files that are there.
    #[test]
    fn the_settings_are_these_words() {
        let mut settings = Settings {
            loss: Loss::CrossEntropy,
            also: vec![],
            learning_rate: 0.01,
            mini_batch_size: 100,
            examples: 60_000,
            shuffle: None,
        };
        assert_eq!(
            settings.to_string(),
            "cross-entropy, learning rate 0.01, mini-batches of 100 from 60000 examples in order"
        );
        assert_eq!(settings.descent(), "cross-entropy, learning rate 0.01");
        settings.also = vec![Loss::BinaryCrossEntropy, Loss::MeanSquaredError];
        settings.shuffle = Some(3);
        assert_eq!(
            settings.to_string(),
            "cross-entropy and binary cross-entropy and mean squared error, learning rate 0.01, mini-batches of 100 \
             from 60000 examples shuffled with seed 3"
        );
        assert_eq!(settings.descent(), "cross-entropy, learning rate 0.01");
    }
}
