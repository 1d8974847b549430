//! The parts of `cargo xtask test`: which are wanted, how they ended, and how long they took.

use anyhow::{Result, bail};
use std::process::ExitCode;
use std::time::Instant;

/// The part that is always wanted, because others need it.
pub const SET_UP: &str = "set-up";

/// How a part that did not fail ended.
pub enum Ended {
    /// All was as it should be.
    Passed,
    /// It could not be run here; the line says why, and what to do about it.
    Skipped(String),
}

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

/// What is asked for, and what ran, how it ended, and how many seconds it took.
pub struct Parts {
    words: Vec<String>,
    /// Of all parts, whether asked for or not.
    names: Vec<String>,
    done: Vec<(String, Outcome, f64)>,
}

impl Parts {
    /// All parts, or the set-up and those whose names contain one of `words`.
    pub fn new(words: Vec<String>) -> Parts {
        Parts { words, names: Vec::new(), done: Vec::new() }
    }

    /// Whether a part of this name is asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.words.is_empty() || name == SET_UP || self.words.iter().any(|word| name.contains(word.as_str()))
    }

    /// Runs a part if it is asked for. One that fails does not stop the ones after it.
    pub fn run(&mut self, name: &str, part: impl FnOnce() -> Result<()>) {
        self.run_or_skip(name, || part().map(|()| Ended::Passed));
    }

    /// The same with a part that may find out that it cannot be run here.
    pub fn run_or_skip(&mut self, name: &str, part: impl FnOnce() -> Result<Ended>) {
        self.names.push(name.to_owned());
        if !self.wants(name) {
            return;
        }
        eprintln!("\n== {name}");
        let start = Instant::now();
        let ended = part();
        let seconds = start.elapsed().as_secs_f64();
        let outcome = match ended {
            Ok(Ended::Passed) => {
                eprintln!("== {name}: passed in {seconds:.1} s");
                Outcome::Passed
            }
            Ok(Ended::Skipped(reason)) => {
                eprintln!("== {name}: SKIPPED: {reason}");
                Outcome::Skipped
            }
            Err(error) => {
                eprintln!("== {name}: FAILED after {seconds:.1} s: {error:#}");
                Outcome::Failed
            }
        };
        self.done.push((name.to_owned(), outcome, seconds));
    }

    /// Prints all that ran; the last line is `N passed, N failed`.
    pub fn table(&self) -> Result<ExitCode> {
        for word in &self.words {
            if !self.names.iter().any(|name| name.contains(word.as_str())) {
                bail!("no part's name contains {word:?}; the parts are: {}", self.names.join(", "));
            }
        }
        println!();
        for (name, outcome, seconds) in &self.done {
            let outcome = match outcome {
                Outcome::Passed => "passed",
                Outcome::Failed => "FAILED",
                Outcome::Skipped => "skipped",
            };
            println!("{name:<40}{outcome:<8}{seconds:8.1} s");
        }
        let total: f64 = self.done.iter().map(|(_, _, seconds)| seconds).sum();
        println!("{:<48}{total:8.1} s\n", "together");
        let [passed, failed, skipped] =
            [Outcome::Passed, Outcome::Failed, Outcome::Skipped].map(|outcome| self.count(outcome));
        let skipped = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
        println!("{passed} passed, {failed} failed{skipped}");
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.done.iter().filter(|(_, found, _)| *found == outcome).count()
    }
}
