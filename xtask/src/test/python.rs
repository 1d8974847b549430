//! Python as a witness: numpy made the numbers that nn-core's tests compare with, and reads the files that nn-core writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::lab::{Lab, python};
use nn_kernel::process;

/// The folder of the scripts and of what they need.
const SCRIPTS: &str = "nn-core/tests/reference";

/// Makes `target/lab/reference-venv` with the packages that requirements.txt pins, or finds it; returns its interpreter.
pub fn install(lab: &Lab) -> Result<PathBuf> {
    let venv = lab.root.join("reference-venv");
    let interpreter = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let requirements = lab.repository.join(SCRIPTS).join("requirements.txt");
    let pinned =
        fs::read_to_string(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    // An environment holds its own absolute path: one that was moved is broken. The stamp is written last.
    let wanted = format!("{}\n{pinned}", venv.display());
    let stamp = venv.join("stamp");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) && interpreter.exists() {
        return Ok(interpreter);
    }
    eprintln!("lab: numpy and safetensors into {} …", venv.display());
    process::run("python -m venv", python::find()?.command().args(["-m", "venv", "--clear"]).arg(&venv))?;
    let mut pip = Command::new(&interpreter);
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "-r"]);
    process::run("pip install", pip.arg(&requirements))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(interpreter)
}

/// Whether make_reference.py still makes the committed fixture, which must stay below 2 MB.
pub fn reproduce(lab: &Lab, python: &Path) -> Result<()> {
    let scripts = lab.repository.join(SCRIPTS);
    let fixture = scripts.join("numpy_twin.safetensors");
    let size = fs::metadata(&fixture).with_context(|| format!("cannot read {}", fixture.display()))?.len();
    anyhow::ensure!(size < 2_000_000, "{}: expected less than 2 MB, found {size} bytes", fixture.display());
    let printed = process::read(Command::new(python).arg(scripts.join("make_reference.py")).arg("--check"))
        .context("make_reference.py --check: numpy no longer makes the committed fixture")?;
    eprintln!("{}", printed.lines().last().unwrap_or_default());
    Ok(())
}
