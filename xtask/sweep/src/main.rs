//! The trainer of `cargo xtask sweep`: one small program, of the network and its training alone, without polars and figures.
//!
//! ```text
//! nn-sweep jobs GRID       prints the jobs of a grid file, one line of JSON each           grid.rs, values.rs, setting.rs
//! nn-sweep train TABLE     reads jobs from stdin, a line each, and prints a receipt each    job.rs, trainer.rs
//! ```
//!
//! TABLE is `data/mnist_train.csv.gz`, or another of its form; it is loaded once. A receipt is a job with what came of it, so
//! it can be read as a job again: `head -1 grid.jsonl | nn-sweep train TABLE`.

mod grid;
mod job;
mod setting;
mod trainer;
mod values;

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use grid::Grid;
use trainer::Trainer;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["jobs", grid] => print_jobs(Path::new(grid)),
        ["train", table] => train(Path::new(table)),
        _ => Err(anyhow::anyhow!("nn-sweep: expected `jobs GRID` or `train TABLE`, found {arguments:?}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn print_jobs(path: &Path) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("{}: cannot read this grid file", path.display()))?;
    for job in Grid::read(&text).and_then(Grid::jobs).with_context(|| path.display().to_string())? {
        println!("{}", serde_json::to_string(&job)?);
    }
    Ok(())
}

/// One job after the other, until stdin ends.
fn train(table: &Path) -> Result<()> {
    let trainer = Trainer::load(table)?;
    for (index, line) in io::stdin().lock().lines().enumerate() {
        let line = line?;
        let Ok(job) = serde_json::from_str(&line) else {
            bail!("line {} of stdin: expected a job as `nn-sweep jobs` prints it, found {line}", index + 1);
        };
        // Whoever asked may have been killed: nobody reads the answer then, and this process ends too.
        writeln!(io::stdout(), "{}", serde_json::to_string(&trainer.train(&job))?)?;
    }
    Ok(())
}
