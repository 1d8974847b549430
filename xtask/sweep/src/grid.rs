//! A grid file: for each setting one value or several, and so a job for each combination.

use anyhow::{Result, anyhow, ensure};
use nn_core::{Activation, Loss};
use serde::Deserialize;

use crate::job::Job;
use crate::setting::{Count, EXAMPLES, Hidden, Named, Rate, Setting};
use crate::values::Values;

/// The settings and their values. What a file leaves out is as in [`nn_core::Training::new`], for one hidden layer of 100.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Grid {
    hidden: Values<Hidden>,
    activation: Values<Named<Activation>>,
    loss: Values<Named<Loss>>,
    learning_rate: Values<Rate>,
    mini_batch: Values<Count>,
    epochs: Values<Count>,
    examples: Values<Count>,
    seed: Values<u64>,
}

impl Default for Grid {
    fn default() -> Self {
        Self {
            hidden: Values(vec![Hidden(vec![Count(100)])]),
            activation: Values(vec![Named(Activation::Relu)]),
            loss: Values(vec![Named(Loss::CrossEntropy)]),
            learning_rate: Values(vec![Rate(0.01)]),
            mini_batch: Values(vec![Count(100)]),
            epochs: Values(vec![Count(10)]),
            examples: Values(vec![Count(EXAMPLES)]),
            seed: Values(vec![7]),
        }
    }
}

impl Grid {
    /// Reads a grid; an error shows the line and says what was expected there.
    pub fn read(text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| anyhow!(error.to_string().trim_end().to_owned()))
    }

    /// Every combination, the last key's values next to each other.
    pub fn jobs(self) -> Result<Vec<Job>> {
        for (Count(size), Count(examples)) in pairs(&self.mini_batch, &self.examples) {
            ensure!(
                size <= examples,
                "mini_batch: expected at most {examples}, which is a value of examples, found {size}"
            );
        }
        let Grid { hidden, activation, loss, learning_rate, mini_batch, epochs, examples, seed } = self;
        let mut jobs = Vec::new();
        for (hidden, activation) in pairs(&hidden, &activation) {
            for (loss, learning_rate) in pairs(&loss, &learning_rate) {
                for (mini_batch, epochs) in pairs(&mini_batch, &epochs) {
                    for (examples, seed) in pairs(&examples, &seed) {
                        let hidden = hidden.clone();
                        jobs.push(Job { hidden, activation, loss, learning_rate, mini_batch, epochs, examples, seed });
                    }
                }
            }
        }
        Ok(jobs)
    }
}

/// Each value of the one with each of the other.
fn pairs<A: Setting, B: Setting>(one: &Values<A>, other: &Values<B>) -> impl Iterator<Item = (A, B)> {
    one.0.iter().flat_map(|a| other.0.iter().map(|b| (a.clone(), b.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_has_a_job_for_every_combination() {
        let grid = "hidden = [[], 30, [100, 50]]\nlearning_rate = { from = 0.1, to = 10, count = 3, log = true }\nseed = { from = 1, to = 4 }";
        let jobs = Grid::read(grid).unwrap().jobs().unwrap();
        assert_eq!(jobs.len(), 3 * 3 * 4);
        assert!((1..jobs.len()).all(|i| !jobs[..i].contains(&jobs[i])));
        let last = r#"{"hidden":[100,50],"activation":"relu","loss":"cross-entropy","learning_rate":10.0,"mini_batch":100,"epochs":10,"examples":50000,"seed":4}"#;
        assert_eq!(serde_json::to_string(jobs.last().unwrap()).unwrap(), last);
        assert_eq!(serde_json::from_str::<Job>(last).unwrap(), *jobs.last().unwrap());
    }

    #[test]
    fn a_file_without_keys_is_one_training_with_the_originals_settings() {
        assert_eq!(Grid::read("").unwrap().jobs().unwrap().len(), 1);
    }

    #[test]
    fn a_bad_grid_is_refused_with_its_key_what_was_expected_and_what_was_found() {
        for (line, expected) in [
            ("learning_rat = 0.1", "unknown field `learning_rat`, expected one of `hidden`, `activation`, `loss`"),
            ("learning_rate = \"fast\"", "expected a positive number, found \"fast\""),
            ("learning_rate = [0.1, -1]", "expected a positive number, found -1"),
            (
                "hidden = 0",
                "expected the size of a hidden layer, 1 or more, or a list of them such as [100, 30], found 0",
            ),
            (
                "activation = \"step\"",
                "expected \"sigmoid\" or \"relu\" or \"softmax\" or \"tanh\" or \"identity\", found \"step\"",
            ),
            ("loss = { from = 1, to = 2 }", "expected \"cross-entropy\" or"),
            ("seed = -1", "expected a whole number, 0 or more, found -1"),
            ("epochs = 1.5", "expected a whole number, 1 to 50000, found 1.5"),
            ("examples = 60000", "expected a whole number, 1 to 50000, found 60000"),
            ("seed = []", "expected a whole number, 0 or more, or a list of such, found an empty list"),
        ] {
            let message = format!("{:#}", Grid::read(line).unwrap_err());
            assert!(message.contains(expected) && message.contains(&format!("1 | {line}")), "{message}");
        }
        let too_few = Grid::read("mini_batch = [10, 200]\nexamples = [1000, 100]").unwrap().jobs().unwrap_err();
        assert_eq!(too_few.to_string(), "mini_batch: expected at most 100, which is a value of examples, found 200");
    }
}
