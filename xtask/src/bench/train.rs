//! `cargo xtask bench train`: nn-core against other people's tools, the same training for all.
//!
//! Every contestant is a process of its own. They take turns, so that a machine that slows down for a while slows all of them
//! down; the medians of the rounds count.
//!
//! ```text
//! jobs.rs         what is trained, and who takes part
//! programs.rs     whose programs these are: built, installed, started
//! report.rs       tables, and goals
//! others.rs       loading, prediction, memory
//! processor.rs    what all this was measured on
//! ```

mod jobs;
mod others;
mod processor;
mod programs;
mod report;

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Result, anyhow, bail};

use crate::setup::Lab;
use jobs::{CONTESTANTS, Contestant, JOBS, Job};
use nn_kernel::{files, process};
use programs::Programs;
use report::Results;

/// Runs the comparison, prints its tables, writes `target/bench/train.csv` and `train.svg`.
///
/// Only contestants whose names contain one of `names`, and only jobs called as one of `words`, if there are any.
pub fn run(rounds: usize, names: &[String], words: &[String]) -> Result<ExitCode> {
    if rounds == 0 {
        bail!("--rounds: expected 1 or more, found 0");
    }
    let contestants = chosen(&CONTESTANTS, names, |contestant| contestant.name)?;
    let jobs = chosen(&JOBS, words, |job| job.name)?;
    let lab = Lab::here()?;
    let folder = lab.repository.join("target").join("bench");
    let data = folder.join("data");
    let programs = Programs::build(&lab, &contestants.iter().map(|contestant| contestant.team).collect::<Vec<_>>())?;
    let mut prepare = programs.ours();
    prepare.arg("prepare").arg(&data).arg(lab.repository.join("data")).args(jobs.iter().map(|job| job.sizes));
    process::run("train_once prepare", &mut prepare)?;

    let results = measure(rounds, &jobs, &contestants, &programs, &data)?;
    report::print(&results);
    if names.is_empty() && words.is_empty() {
        others::run(&lab, &programs, &data)?;
    }
    let csv = folder.join("train.csv");
    let row = |result: &Results| format!("{},{},{:.4}\n", result.job.name, result.contestant.name, result.median());
    files::write(&csv, format!("job,name,seconds\n{}", results.iter().map(row).collect::<String>()))?;
    process::run("train_once chart", programs.ours().arg("chart").arg(&folder))?;
    println!("\n{} and train.svg beside it", csv.display());
    Ok(ExitCode::SUCCESS)
}

/// Those of `all` whose names contain one of `words`; all, if there are no words.
fn chosen<T>(all: &'static [T], words: &[String], name: impl Fn(&T) -> &'static str) -> Result<Vec<&'static T>> {
    for word in words {
        if !all.iter().any(|one| name(one).contains(word)) {
            let names: Vec<_> = all.iter().map(&name).collect();
            bail!("bench train: expected a part of one of {}, found {word:?}", names.join(", "));
        }
    }
    let is_chosen = |one: &&T| words.is_empty() || words.iter().any(|word| name(one).contains(word));
    Ok(all.iter().filter(is_chosen).collect())
}

/// All jobs by all contestants, round after round.
fn measure(
    rounds: usize,
    jobs: &[&'static Job],
    contestants: &[&'static Contestant],
    programs: &Programs,
    data: &Path,
) -> Result<Vec<Results>> {
    let mut results = Vec::new();
    for &job in jobs {
        let there = contestants.iter().filter(|one| job.is_for(one) && programs.command(one.team).is_some());
        results.extend(there.map(|contestant| Results { job, contestant, seconds: Vec::new(), accuracy: f64::NAN }));
    }
    for round in 1..=rounds {
        for Results { job, contestant, seconds, accuracy } in &mut results {
            let Some(mut command) = programs.command(contestant.team) else { continue };
            command.arg(contestant.name).arg(data);
            command.args([job.sizes, &job.mini_batch.to_string(), &job.epochs.to_string()]);
            let [taken, ended] = two_numbers(&mut command)?;
            eprintln!("round {round} of {rounds}: {:<6}{:<18}{taken:8.2} s", job.name, contestant.name);
            seconds.push(taken);
            *accuracy = ended;
        }
    }
    Ok(results)
}

/// The two numbers that a contestant prints.
fn two_numbers(command: &mut Command) -> Result<[f64; 2]> {
    let line = process::read(command)?;
    let numbers: Vec<f64> = line.split_whitespace().flat_map(str::parse).collect();
    numbers.try_into().map_err(|_| anyhow!("{command:?}: expected two numbers, found {line:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contestants_are_chosen_by_a_part_of_their_names() {
        let chosen = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
            super::chosen(&CONTESTANTS, &words, |contestant| contestant.name)
        };
        let names = |words| chosen(words).unwrap().iter().map(|contestant| contestant.name).collect::<Vec<_>>();
        assert_eq!(names(&[]).len(), CONTESTANTS.len());
        assert_eq!(names(&["candle", "f64"]), ["nn-core f64", "candle by hand", "candle nn", "numpy f64"]);
        let error = chosen(&["tensorflow"]).err().unwrap().to_string();
        assert!(error.starts_with("bench train: expected a part of one of nn-core f32, "), "{error}");
        assert!(error.ends_with("found \"tensorflow\""), "{error}");
    }
}
