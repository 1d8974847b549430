//! `cargo xtask run`: notebooks executed from top to bottom, without a screen.

use crate::notebook;
use crate::setup::Lab;
use anyhow::{Context, Result, bail};
use nn_kernel::{files, folder, guard, variables};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

/// What is done with a notebook besides running it.
#[derive(Clone, Copy, PartialEq)]
pub enum Besides {
    Nothing,
    /// Its fresh outputs are written into it.
    InPlace,
    /// Its exercise cells are also run with their mistakes and their solutions.
    Exercises,
}

/// Runs the notebooks called `names`, or all; stops at the first that fails.
pub fn run(names: &[String], besides: Besides) -> Result<ExitCode> {
    let lab = Lab::here()?;
    let notebooks = notebook::find(&lab, names)?;
    lab.set_up()?;
    for notebook in &notebooks {
        if !execute(&lab, notebook, besides)? {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the executed copy of a notebook goes.
pub fn output(lab: &Lab, notebook: &Path) -> Result<PathBuf> {
    let name = notebook.file_name().with_context(|| format!("{} names no file", notebook.display()))?;
    Ok(lab.repository.join("target/notebooks").join(name))
}

/// Executes one notebook with progress on stdout; false if a cell failed, which has then been reported on stderr.
pub fn execute(lab: &Lab, notebook: &Path, besides: Besides) -> Result<bool> {
    let output = output(lab, notebook)?;
    let folder = output.parent().context("a file lies in a folder")?;
    files::create_dir(folder)?;
    let mut script = lab.script("run_notebook.py");
    script.arg(notebook).arg(&output);
    script.args(match besides {
        Besides::Nothing => None,
        Besides::InPlace => Some("--in-place"),
        Besides::Exercises => Some("--exercises"),
    });
    let status = run_with_kernels(lab, &mut script)?;
    match status.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => bail!("{}: the runner ended with {status}", notebook.display()),
    }
}

/// Runs a Python script that starts kernels. They end with it, and it ends with this process, however that ends: the script
/// stops when its stdin closes.
pub fn run_with_kernels(lab: &Lab, script: &mut Command) -> Result<ExitStatus> {
    let (owner, _alive) = guard::owner(&lab.root)?;
    let mut child = script.env(variables::OWNER, owner).stdin(Stdio::piped()).spawn().context("cannot start Python")?;
    // Waiting for a child closes its stdin first, unless it is taken.
    let pipe = child.stdin.take();
    let status = child.wait().context("cannot wait for Python")?;
    drop(pipe);
    folder::sweep(&lab.kernels())?;
    Ok(status)
}
