//! `cargo xtask run`: notebooks executed from top to bottom, without a screen.

use crate::lab::{Lab, python};
use anyhow::{Context, Result, bail};
use nn_kernel::{folder, guard, variables};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

/// Runs the notebooks called `names`, or all; stops at the first that fails.
pub fn run(names: &[String], in_place: bool) -> Result<ExitCode> {
    let lab = Lab::here()?;
    let notebooks = find(&lab, names)?;
    lab.set_up()?;
    for notebook in &notebooks {
        if !execute(&lab, notebook, in_place)? {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The notebooks called `names` (by name or path), or all of `notebooks/` in the order of their names.
pub fn find(lab: &Lab, names: &[String]) -> Result<Vec<PathBuf>> {
    let folder = python::notebooks(lab);
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut known: Vec<_> =
        entries.flatten().map(|entry| entry.path()).filter(|path| python::is_notebook(path)).collect();
    known.sort();
    if names.is_empty() {
        if known.is_empty() {
            bail!("{} holds no notebook", folder.display());
        }
        return Ok(known);
    }
    let mut found = Vec::new();
    for name in names {
        let path = Path::new(name);
        if let Some(known) = known.iter().find(|known| known.file_stem() == Some(path.as_os_str())) {
            found.push(known.clone());
        } else if python::is_notebook(path) && path.is_file() {
            found.push(path.canonicalize().with_context(|| format!("cannot read {name}"))?);
        } else {
            let known: Vec<_> =
                known.iter().filter_map(|path| path.file_stem()).map(|stem| stem.to_string_lossy()).collect();
            bail!("no notebook called {name}; there are: {}, or give the path of an .ipynb file", known.join(", "));
        }
    }
    Ok(found)
}

/// Where the executed copy of a notebook goes.
pub fn output(lab: &Lab, notebook: &Path) -> PathBuf {
    lab.repository.join("target/notebooks").join(notebook.file_name().unwrap_or_default())
}

/// Executes one notebook with progress on stdout; false if a cell failed, which has then been reported on stderr.
pub fn execute(lab: &Lab, notebook: &Path, in_place: bool) -> Result<bool> {
    let script = lab.repository.join("xtask/src/run_notebook.py");
    let output = output(lab, notebook);
    if let Some(folder) = output.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let mut command = lab.python_command();
    let (owner, _alive) = guard::owner(&lab.root)?;
    command.env(variables::OWNER, owner).arg(script).arg(notebook).arg(&output);
    if in_place {
        command.arg("--in-place");
    }
    // The script stops its kernel when this pipe closes, that is, when this process ends, however it ends.
    let mut child = command.stdin(Stdio::piped()).spawn().context("cannot start Python")?;
    let pipe = child.stdin.take();
    let status = child.wait().context("cannot wait for Python")?;
    drop(pipe);
    folder::sweep(&lab.kernels())?;
    match status.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => bail!("{}: the runner ended with {status}", notebook.display()),
    }
}
