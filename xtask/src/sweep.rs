//! `cargo xtask sweep`: trainings by the hundred, as a grid file asks for them, on this machine's cores or on a cluster.
//!
//! ```text
//! grid.toml ─ nn-sweep jobs ─► jobs ─ those without a result ─► sweep.py ─ Dask ─► workers, nn-sweep train beside each
//! grid.jsonl, grid.csv  ◄─ one line for each, as it comes ─────────┘
//! ```
//!
//! The grid and the training are `xtask/sweep`, a crate of its own, because this one does without nn-core. Who trains what, and
//! what becomes of a job whose worker was lost, is Dask's affair, on one machine as on many (`xtask/python/sweep.py`).

mod progress;
mod results;

use crate::setup::Lab;
use crate::setup::python::Environment;
use anyhow::{Context, Result, bail};
use nn_kernel::process;
use progress::Progress;
use results::Results;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// Trains what has no result yet; on this machine's cores, or where `scheduler` sends it.
pub fn run(grid: &Path, scheduler: Option<&str>) -> Result<ExitCode> {
    let lab = Lab::here()?;
    let program = build(&lab)?;
    let Some(jobs) = jobs(&program, grid)? else { return Ok(ExitCode::FAILURE) };
    let mut results = Results::open(grid, &jobs)?;
    eprintln!("sweep: {} trainings, {} of them missing", jobs.len(), results.missing().len());
    if !results.missing().is_empty() {
        train(&lab, &program, scheduler, &mut results)?;
    }
    println!("{} and .csv beside it", results.path().display());
    match results.missing().len() {
        0 => Ok(ExitCode::SUCCESS),
        missing => bail!("{missing} trainings have no result, and why stands above; the same command tries them again"),
    }
}

/// The trainer, small and optimised, which needs no library of ours beside it.
pub fn build(lab: &Lab) -> Result<PathBuf> {
    let target = lab.repository.join("target");
    let program = target.join("release").join(process::executable("nn-sweep"));
    if !program.exists() {
        eprintln!("lab: compiling the trainer: about a minute, once …");
    }
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--release", "--package", "nn-sweep", "--target-dir"]).arg(&target);
    process::run("cargo build", cargo.current_dir(&lab.repository).env_remove("RUSTFLAGS"))?;
    Ok(program)
}

/// What the trainer is given to learn from.
pub fn table(lab: &Lab) -> PathBuf {
    lab.repository.join("data/mnist_train.csv.gz")
}

/// Python with Dask, made or found.
pub fn python(lab: &Lab) -> Result<Environment> {
    let environment = Environment {
        folder: lab.root.join("sweep-venv"),
        requirements: lab.repository.join("xtask/python/sweep.txt"),
        needed: &["distributed", "bokeh"],
        is_complete: false,
    };
    environment.install()?;
    Ok(environment)
}

/// Has Dask read and write nothing outside the laboratory.
pub fn keep_inside(lab: &Lab, dask: &mut Command) {
    let folder = lab.root.join("sweep");
    dask.env("DASK_CONFIG", folder.join("config")).env("DASK_TEMPORARY_DIRECTORY", folder);
}

/// The grid's jobs, a line each; none if it is a bad one, which has been said then.
fn jobs(program: &Path, grid: &Path) -> Result<Option<Vec<String>>> {
    let output = Command::new(program).arg("jobs").arg(grid).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("cannot start {}", program.display()))?;
    let lines = String::from_utf8(output.stdout).context("nn-sweep jobs: expected UTF-8")?;
    Ok(output.status.success().then(|| lines.lines().map(str::to_owned).collect()))
}

/// Has the missing jobs done, and adds each result as it comes.
fn train(lab: &Lab, program: &Path, scheduler: Option<&str>, results: &mut Results) -> Result<()> {
    let mut script = python(lab)?.command();
    keep_inside(lab, &mut script);
    script.arg(lab.repository.join("xtask/python/sweep.py")).arg(program).arg(table(lab)).args(scheduler);
    // Ctrl+C ends this process, with it the script's stdin, and so the script, in order and without words.
    process::lead_group(&mut script);
    let mut script = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start Python")?;
    let missing = results.missing();
    let (jobs, printed) = (script.stdin.take(), script.stdout.take());
    let mut jobs = jobs.context("stdin is a pipe")?;
    jobs.write_all((missing.join("\n") + "\n\n").as_bytes())
        .context("sweep.py did not read its jobs; why stands above")?;
    let mut progress = Progress::begin(missing.len());
    for line in BufReader::new(printed.context("stdout is a pipe")?).lines() {
        results.add(&line?)?;
        progress.one_more();
    }
    script.wait().context("cannot wait for Python")?;
    drop(jobs);
    Ok(())
}
