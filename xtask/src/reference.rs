//! `cargo xtask reference`: ten whole epochs in numpy, float64, and in nn-core, from the same initial weights.
//!
//! numpy is `xtask/python/peers.py`, whose training `cargo xtask bench train` measures too; ours is
//! `nn-core/examples/ten_epochs.rs`, which compares.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::setup::{Lab, Rust, template};
use crate::test::python;
use nn_kernel::{files, process};

/// Trains both, prints the table, writes `target/reference/ten_epochs.csv` and `.svg`; an error if they do not agree.
pub fn run() -> Result<ExitCode> {
    let lab = Lab::here()?;
    let rust = lab.set_up()?;
    let numpy = python::install(&lab)?;
    let folder = lab.repository.join("target").join("reference");
    let (weights, data) = (folder.join("data"), lab.repository.join("data"));
    example(&lab, &rust, "train_once", &["prepare".as_ref(), &weights, &data, "784-100-10".as_ref()])?;
    eprintln!("reference: ten epochs in numpy …");
    let peers = lab.repository.join("xtask/python/peers.py");
    let csv = process::read(Command::new(numpy).arg(peers).arg("history").arg(&weights))?;
    files::write(&folder.join("numpy.csv"), csv + "\n")?;
    eprintln!("reference: ten epochs in nn-core, f64 and f32 …\n");
    example(&lab, &rust, "ten_epochs", &[&folder, &data])?;
    println!("\n{} and .svg beside it", folder.join("ten_epochs.csv").display());
    Ok(ExitCode::SUCCESS)
}

fn example(lab: &Lab, rust: &Rust, name: &str, arguments: &[&Path]) -> Result<()> {
    let mut cargo = Command::new(rust.tool("cargo"));
    cargo.args(["run", "--quiet", "--package", "nn-core", "--example", name]).current_dir(&lab.repository);
    template::share_target(&mut cargo, lab, rust);
    process::run(name, cargo.arg("--").args(arguments))
}
