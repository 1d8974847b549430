//! Python as a witness: numpy made the numbers that nn-core's tests compare with, and reads the files that nn-core writes.

use crate::setup::Lab;
use crate::setup::python::Environment;
use anyhow::{Context, Result};
use nn_kernel::process;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the scripts and of what they need.
const SCRIPTS: &str = "nn-core/tests/reference";

/// Makes `target/lab/reference-venv` with the packages that requirements.txt pins, or finds it; returns its interpreter.
pub fn install(lab: &Lab) -> Result<PathBuf> {
    let environment = Environment {
        folder: lab.root.join("reference-venv"),
        requirements: lab.repository.join(SCRIPTS).join("requirements.txt"),
        needed: &["numpy", "safetensors"],
        is_complete: true,
    };
    environment.install()?;
    Ok(environment.interpreter())
}

/// Whether make_reference.py still makes the committed fixture, which must stay below 2 MB.
pub fn reproduce(lab: &Lab, python: &Path) -> Result<()> {
    let scripts = lab.repository.join(SCRIPTS);
    let fixture = scripts.join("numpy_twin.safetensors");
    let size = fs::metadata(&fixture).with_context(|| format!("cannot read {}", fixture.display()))?.len();
    anyhow::ensure!(size < 2_000_000, "{}: expected less than 2 MB, found {size} bytes", fixture.display());
    let printed = process::read(Command::new(python).arg(scripts.join("make_reference.py")).arg("--check"))
        .context("make_reference.py --check: numpy no longer makes the committed fixture")?;
    eprintln!("{}", printed.lines().last().context("make_reference.py --check printed nothing")?);
    Ok(())
}
