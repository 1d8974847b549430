//! `cargo xtask bench train`: nn-core against other people's tools, the same training for all.
//!
//! Every contestant is a process of its own: `nn-core/examples/train_once.rs` for ours, `xtask/python/peers.py` for Python's.
//! They take turns, so that a machine that slows down for a while slows all of them down; the medians of the rounds count.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Result, anyhow, bail};

use crate::setup::python::Environment;
use crate::setup::{Lab, Rust, template};
use nn_kernel::progress::Progress;
use nn_kernel::{files, folder, process};

/// Names as in train.csv; the Python half knows all but the first three.
const CONTESTANTS: [&str; 11] = [
    "nn-core f32",
    "nn-core f64",
    "plain ndarray",
    "dense limit",
    "JAX jit",
    "PyTorch by hand",
    "PyTorch nn",
    "scikit-learn",
    "numpy f32",
    "numpy f64",
    "numpy per sample",
];

/// What one contestant did in each round.
struct Results {
    name: &'static str,
    seconds: Vec<f64>,
    accuracy: f64,
}

impl Results {
    fn median(&self) -> f64 {
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        let middle = seconds.len() / 2;
        if seconds.len() % 2 == 1 { seconds[middle] } else { (seconds[middle - 1] + seconds[middle]) / 2.0 }
    }
}

/// Runs the comparison, prints its table, writes `target/bench/train.csv` and `train.svg`.
pub fn run(rounds: usize) -> Result<ExitCode> {
    if rounds == 0 {
        bail!("--rounds: expected 1 or more, found 0");
    }
    let lab = Lab::here()?;
    let folder = lab.repository.join("target").join("bench");
    let data = folder.join("data");
    let ours = build(&lab)?;
    let (python, torch) = install(&lab)?;
    let prepare =
        ["prepare".as_ref(), data.as_os_str(), lab.repository.join("data").as_os_str()].map(ToOwned::to_owned);
    process::run("train_once prepare", Command::new(&ours).args(prepare))?;

    let contestants = CONTESTANTS.into_iter().filter(|name| torch || !name.starts_with("PyTorch"));
    let mut results: Vec<_> =
        contestants.map(|name| Results { name, seconds: Vec::new(), accuracy: f64::NAN }).collect();
    for round in 1..=rounds {
        for result in &mut results {
            let is_ours = result.name.starts_with("nn-core") || result.name == "plain ndarray";
            let mut command = if is_ours { Command::new(&ours) } else { peers(&lab, &python) };
            let [seconds, accuracy] = two_numbers(command.arg(result.name).arg(&data))?;
            eprintln!("round {round} of {rounds}: {:<18}{seconds:8.2} s", result.name);
            result.seconds.push(seconds);
            result.accuracy = accuracy;
        }
    }
    report(&results);
    others(&lab, &ours, &python, &data)?;
    let csv = folder.join("train.csv");
    let rows: String = results.iter().map(|result| format!("{},{:.4}\n", result.name, result.median())).collect();
    files::write(&csv, format!("name,seconds\n{rows}"))?;
    process::run("train_once chart", Command::new(&ours).arg("chart").arg(&folder))?;
    println!("\n{} and train.svg beside it", csv.display());
    Ok(ExitCode::SUCCESS)
}

/// The contestants of ours, in the profile that notebooks use and where its dependencies are compiled.
fn build(lab: &Lab) -> Result<PathBuf> {
    let (_, rust) = Rust::find()?;
    let progress = Progress::begin(&lab.root);
    template::build(lab, &rust, &progress)?;
    progress.end()?;
    let mut cargo = Command::new(rust.tool("cargo"));
    cargo.args(["build", "--quiet", "--package", "nn-core", "--example", "train_once"]).current_dir(&lab.repository);
    template::share_target(&mut cargo, lab, &rust);
    process::run("cargo build", &mut cargo)?;
    let target = folder::template(&lab.kernels()).join("target").join(&rust.host);
    Ok(target.join("debug/examples").join(process::executable("train_once")))
}

/// Loading, prediction and memory: what each takes, and what it is to take at most.
fn others(lab: &Lab, ours: &Path, python: &Environment, folder: &Path) -> Result<()> {
    let table = lab.repository.join("data/mnist_train.csv.gz");
    let (plain, images, labels) =
        (folder.join("train.csv"), folder.join("images.idx.gz"), folder.join("labels.idx.gz"));
    two_numbers(peers(lab, python).arg("files").arg(folder).arg(&table))?;

    println!("\n| measure | nn-core | polars in Python | target |\n|---|---|---|---|");
    for (name, path, most) in [("csv.gz", &table, 0.5), ("csv", &plain, 1.0)] {
        let [own, _] = two_numbers(Command::new(ours).arg("csv").arg(path))?;
        let [peer, _] = two_numbers(peers(lab, python).arg("load").arg(path))?;
        println!("| load 60,000 examples, {name} | {own:.3} s | {peer:.3} s | {:.2} × of {most:.1} × |", own / peer);
    }
    let [idx, _] = two_numbers(Command::new(ours).arg("idx").arg(&images).arg(&labels))?;
    println!("| load 60,000 examples, IDX.gz | {idx:.3} s | | 0.3 s |");
    let [one, all] = two_numbers(Command::new(ours).arg("predict").arg(folder))?;
    println!("| classify one image | {:.1} µs | | 20 µs |", one * 1e6);
    println!("| classify 10,000 images | {:.1} ms | | 20 ms |", all * 1e3);
    let [seconds, memory] = two_numbers(Command::new(ours).arg("job").arg(lab.repository.join("data")))?;
    println!("| load csv.gz and train ten epochs | {seconds:.2} s | | |");
    println!("| the same, peak of memory | {memory:.0} MB | | 400 MB |");
    Ok(())
}

/// The two numbers that a contestant prints.
fn two_numbers(command: &mut Command) -> Result<[f64; 2]> {
    let line = process::read(command)?;
    let numbers: Vec<f64> = line.split_whitespace().flat_map(str::parse).collect();
    numbers.try_into().map_err(|_| anyhow!("{command:?}: expected two numbers, found {line:?}"))
}

/// The Python half.
fn peers(lab: &Lab, python: &Environment) -> Command {
    let mut command = python.command();
    command.arg(lab.repository.join("xtask/python/peers.py"));
    command
}

/// A Python environment with the peers, and whether PyTorch is among them.
fn install(lab: &Lab) -> Result<(Environment, bool)> {
    let lists = lab.repository.join("xtask/python");
    let environment = Environment {
        folder: lab.root.join("bench-venv"),
        requirements: lists.join("peers.txt"),
        needed: &["jax", "numpy", "polars", "scikit-learn"],
        is_complete: false,
    };
    environment.install()?;
    let has_torch = process::read(environment.command().args(["-c", "import torch"])).is_ok();
    let torch = has_torch || environment.add(&lists.join("peers-torch.txt")).is_ok();
    if !torch {
        eprintln!("bench: PyTorch could not be installed; its rows are left out");
    }
    Ok((environment, torch))
}

fn report(results: &[Results]) {
    let ours = results[0].median();
    println!("\n| 10 epochs of 784-100-10 | median s | best | worst | × nn-core f32 | accuracy |");
    println!("|---|---|---|---|---|---|");
    for result in results {
        let best = result.seconds.iter().copied().fold(f64::INFINITY, f64::min);
        let worst = result.seconds.iter().copied().fold(0.0, f64::max);
        // The limit trains nothing, and the per-sample loop only a tenth of an epoch.
        let untrained = ["dense limit", "numpy per sample"].contains(&result.name);
        let accuracy = if untrained { String::new() } else { format!("{:.4}", result.accuracy) };
        let median = result.median();
        println!("| {} | {median:.2} | {best:.2} | {worst:.2} | {:.2} | {accuracy} |", result.name, median / ours);
    }
    let peers = results.iter().filter(|result| !["dense limit", "plain ndarray"].contains(&result.name)).skip(2);
    let fastest = peers.map(Results::median).fold(f64::INFINITY, f64::min);
    println!("\nnn-core f32 / fastest peer  {:.2}  (target: at most 0.50)", ours / fastest);
    println!("nn-core f32 / dense limit   {:.2}  (target: at most 1.00)", ours / median(results, "dense limit"));
    println!(
        "numpy f64 / nn-core f64     {:.2}  (target: at least 3.00)",
        median(results, "numpy f64") / median(results, "nn-core f64")
    );
}

/// The median of the contestant called `name`; not a number if it did not take part.
fn median(results: &[Results], name: &str) -> f64 {
    results.iter().find(|result| result.name == name).map_or(f64::NAN, Results::median)
}
