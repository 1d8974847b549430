//! `cargo xtask bench notebook`: what a person waits for in a notebook, in our kernel and in plain evcxr.
//!
//! `bench_notebook.py` drives the kernels; here is what it needs: a set-up, and the same training in a release build.

use super::set_up;
use crate::setup::{Lab, evcxr};
use crate::{notebook, run};
use anyhow::{Context, Result, bail};
use nn_kernel::{files, process};
use std::path::Path;
use std::process::{Command, ExitCode};

/// Runs `rounds` kernels of ours and `plain` of evcxr's own; writes `target/bench/notebook.csv`.
///
/// `first_set_up` measures that as well, in a fresh clone.
pub fn run(rounds: usize, plain: usize, first_set_up: bool) -> Result<ExitCode> {
    if rounds == 0 {
        bail!("--rounds: expected 1 or more, found 0");
    }
    let lab = Lab::here()?;
    lab.set_up()?;
    let folder = lab.repository.join("target").join("bench");
    files::create_dir(&folder)?;

    let mut script = lab.script("bench_notebook.py");
    script.arg(&folder).arg("--lab").arg(&lab.root).arg("--notebook").arg(notebook::folder(&lab).join("mnist.ipynb"));
    script.arg("--evcxr").arg(evcxr::installed(&lab)?);
    script.args(["--rounds", &rounds.to_string(), "--plain", &plain.to_string(), "--release"]);
    script.args(train_in_release(&lab, &folder)?.iter().map(f64::to_string));
    if first_set_up {
        script.arg("--first-set-up");
        script.args(set_up::anew(&lab, &folder)?.iter().map(|(measure, seconds)| format!("{measure}={seconds}")));
    }
    let status = run::run_with_kernels(&lab, &mut script)?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The seconds that ten epochs took in each of three runs of a program that `cargo build --release` made.
fn train_in_release(lab: &Lab, folder: &Path) -> Result<Vec<f64>> {
    eprintln!("bench: cargo build --release, for the same training outside a notebook (minutes, the first time)");
    let target = folder.join("release-target");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--release", "--package", "nn-core", "--example", "train_once"]);
    cargo.current_dir(&lab.repository).env("CARGO_TARGET_DIR", &target).env_remove("RUSTFLAGS");
    process::run("cargo build --release", &mut cargo)?;
    let program = target.join("release/examples").join(process::executable("train_once"));
    let data = folder.join("data");
    let mut prepare = Command::new(&program);
    prepare.arg("prepare").arg(&data).arg(lab.repository.join("data"));
    process::run("train_once prepare", &mut prepare)?;
    let mut seconds = Vec::new();
    for _ in 0..3 {
        let mut train = Command::new(&program);
        let line = process::read(train.arg("nn-core f32").arg(&data).args(["784-100-10", "100", "10"]))?;
        let first = line.split_whitespace().next().and_then(|word| word.parse().ok());
        seconds.push(first.with_context(|| format!("train_once: expected seconds, found {line:?}"))?);
    }
    Ok(seconds)
}
