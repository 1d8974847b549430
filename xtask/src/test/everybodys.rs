//! Whether our kernel keeps its word with everybody's tools: Jupyter's own tests of kernels, nbclient, papermill; and with
//! scripts of ours that ask it for what a person does, and for what nobody should.

use super::parts::Ended;
use super::{skip, trial};
use crate::run;
use crate::setup::Lab;
use crate::setup::python::Environment;
use anyhow::{Context, Result, bail};
use nn_kernel::files;
use std::path::Path;
use std::process::Command;

/// A part, and its script in `xtask/python`.
pub struct Script {
    /// As it stands in the table of parts.
    pub name: &'static str,
    file: &'static str,
}

/// Each starts kernels, and ends with 0 if all is as it should be.
pub const SCRIPTS: [Script; 4] = [
    Script { name: "Jupyter's own tests of kernels", file: "kernel_conformance.py" },
    Script { name: "the kernel tells the truth", file: "kernel_truth.py" },
    Script { name: "the kernel bears bad input", file: "kernel_abuse.py" },
    Script { name: "nbclient and papermill", file: "others_run.py" },
];

/// Runs one of them; skipped where its packages cannot be had.
pub fn check(lab: &Lab, script: &Script) -> Result<Ended> {
    let environment = environment(lab);
    if let Err(missing) = environment.install() {
        return skip(&format!("{}: {missing:#}", environment.requirements.display()));
    }
    let folder = trial::folder(lab);
    files::create_dir(&folder)?;
    let status = run::run_with_kernels(lab, &mut command(lab, &environment, script.file, &folder)?)?;
    if !status.success() {
        bail!("{} ended with {status}; what went wrong stands above", script.file);
    }
    Ok(Ended::Passed)
}

fn environment(lab: &Lab) -> Environment {
    Environment {
        folder: lab.root.join("tools-venv"),
        requirements: lab.repository.join("xtask/python/tools.txt"),
        needed: &["jupyter_kernel_test", "papermill", "nbclient"],
        is_complete: false,
    }
}

/// The script in that environment, with Jupyter's settings and kernels from JupyterLab's, and `folder` for its files.
fn command(lab: &Lab, environment: &Environment, file: &str, folder: &Path) -> Result<Command> {
    let mut command = environment.command();
    for (name, value) in lab.python_command().get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let venv = Environment::of_lab(lab).folder;
    let kernels = std::env::join_paths([venv.join("share/jupyter")]).context("a path with a colon")?;
    command.env("JUPYTER_PATH", kernels).arg(lab.repository.join("xtask/python").join(file)).current_dir(folder);
    Ok(command)
}
