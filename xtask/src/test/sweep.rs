//! A sweep whose workers come and go: every training's result is there, once.

use super::parts::Ended;
use super::{skip, trial};
use crate::setup::Lab;
use crate::setup::python::Environment;
use crate::sweep;
use anyhow::{Context, Result, bail, ensure};
use nn_kernel::{files, process};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// So many trainings, of about a fifth of a second each: long enough for a worker to come late.
const SEEDS: usize = 100;
const PATIENCE: Duration = Duration::from_secs(120);

/// Processes that end with the test.
struct Started(Vec<Child>);

impl Drop for Started {
    fn drop(&mut self) {
        for process in &mut self.0 {
            let _ = process.kill().and_then(|()| process.wait());
        }
    }
}

/// Three workers on this machine, one killed in the middle and one added; then what is missing, without a scheduler; then one
/// training alone. Skipped where Dask cannot be had.
pub fn check(lab: &Lab) -> Result<Ended> {
    let folder = trial::folder(lab).join("sweep");
    files::remove(&folder)?;
    let program = sweep::build(lab)?;
    let python = match sweep::python(lab) {
        Ok(python) => python,
        Err(missing) => return skip(&format!("{missing:#}")),
    };
    let grid = grid(&folder, SEEDS)?;

    let meeting = folder.join("scheduler.json");
    let mut started = Started(vec![dask(lab, &python, "scheduler --port 0", &meeting)?]);
    let address = wait_for("a Dask scheduler", || {
        let text = files::read_text(&meeting).ok()?;
        serde_json::from_str::<Value>(&text).ok()?["address"].as_str().map(str::to_owned)
    })?;
    let worker = |name| dask(lab, &python, &format!("worker --no-nanny --nthreads 1 --name {name}"), &meeting);
    for name in ["one", "two", "three"] {
        started.0.push(worker(name)?);
    }
    let mut sweep = Command::new(process::own_program()?);
    sweep.arg("sweep").arg(&grid).args(["--scheduler", &address]).stdin(Stdio::null());
    started.0.push(sweep.spawn().context("cannot start cargo xtask sweep")?);
    let receipts = grid.with_extension("jsonl");
    wait_for("a result of worker one", || workers(&receipts).ok()?.contains("one").then_some(()))?;
    started.0[1].kill().context("cannot kill a worker")?;
    started.0.push(worker("late")?);
    let status = started.0[4].wait().context("cannot wait for cargo xtask sweep")?;
    ensure!(status.success(), "cargo xtask sweep ended with {status}; its messages stand above");
    each_once(&receipts, SEEDS)?;
    let expected = ["late", "one", "three", "two"].map(str::to_owned);
    let found = workers(&receipts)?;
    ensure!(found == BTreeSet::from(expected), "expected results of four workers, found those of {found:?}");
    drop(started);

    let before = files::read_text(&receipts)?;
    let grid = self::grid(&folder, SEEDS + 3)?;
    process::run("cargo xtask sweep", Command::new(process::own_program()?).arg("sweep").arg(&grid))?;
    each_once(&receipts, SEEDS + 3)?;
    let after = files::read_text(&receipts)?;
    let Some(new) = after.strip_prefix(&before) else {
        bail!("{}: a rerun changed the results that were there", receipts.display());
    };
    ensure!(new.lines().count() == 3, "expected three new results, found:\n{new}");
    let receipt = after.lines().next().context("there are results")?;
    is_the_same_alone(receipt, &program, &sweep::table(lab))?;
    Ok(Ended::Passed)
}

/// A grid of small trainings.
fn grid(folder: &Path, seeds: usize) -> Result<PathBuf> {
    let grid = folder.join("grid.toml");
    files::write(&grid, format!("examples = 2000\nepochs = 5\nseed = {{ from = 1, to = {seeds} }}\n"))?;
    Ok(grid)
}

/// Starts a program of Dask's that is open to this machine alone and meets the others by this file.
fn dask(lab: &Lab, python: &Environment, program: &str, meeting: &Path) -> Result<Child> {
    let mut command = python.command();
    sweep::keep_inside(lab, &mut command);
    command.args(["-m", "dask"]).args(program.split(' ')).args(["--host", "127.0.0.1"]);
    command.args(["--dashboard-address", "127.0.0.1:0", "--scheduler-file"]).arg(meeting);
    let log = files::create(&meeting.with_file_name(format!("{program}.log")))?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().context("cannot start Dask")
}

fn wait_for<T>(what: &str, there: impl Fn() -> Option<T>) -> Result<T> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(found) = there() {
            return Ok(found);
        }
        thread::sleep(Duration::from_millis(20));
    }
    bail!("expected {what} within {} s, found none", PATIENCE.as_secs())
}

/// Whose results there are.
fn workers(receipts: &Path) -> Result<BTreeSet<String>> {
    let receipts = read(receipts)?;
    Ok(receipts.iter().filter_map(|receipt| Some(receipt["worker"].as_str()?.to_owned())).collect())
}

/// Whole lines; the last one may be growing.
fn read(receipts: &Path) -> Result<Vec<Value>> {
    let text = files::read_text(receipts)?;
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| serde_json::from_str(line).context("expected JSON")).collect()
}

/// Fails unless each seed from 1 on has one result.
fn each_once(receipts: &Path, seeds: usize) -> Result<()> {
    let mut found: Vec<_> = read(receipts)?.iter().map(|receipt| receipt["seed"].as_u64()).collect();
    found.sort_unstable();
    let expected: Vec<_> = (1..=seeds as u64).map(Some).collect();
    ensure!(found == expected, "{}: expected each seed up to {seeds} once, found {found:?}", receipts.display());
    Ok(())
}

/// Fails unless the trainer alone, asked for what a receipt says, gives the same network.
fn is_the_same_alone(receipt: &str, program: &Path, table: &Path) -> Result<()> {
    let mut trainer = Command::new(program);
    let mut trainer = trainer.arg("train").arg(table).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    trainer.stdin.take().context("stdin is a pipe")?.write_all(format!("{receipt}\n").as_bytes())?;
    let alone = trainer.wait_with_output()?.stdout;
    let [receipt, alone] = [receipt.as_bytes(), &alone].map(serde_json::from_slice::<Value>);
    let (receipt, alone) = (receipt?, alone?);
    ensure!(receipt["accuracy"].is_number(), "expected a training that came to its end, found {receipt}");
    for same in ["fingerprint", "accuracy", "validation_loss", "train_loss"] {
        ensure!(alone[same] == receipt[same], "expected the same {same} alone, found {alone} instead of {receipt}");
    }
    Ok(())
}
