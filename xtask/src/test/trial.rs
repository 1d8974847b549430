//! Notebooks made for a test, and what `cargo xtask run` says of them.

use crate::notebook;
use crate::setup::Lab;
use anyhow::{Context, Error, Result, anyhow};
use nn_kernel::{files, process};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What came of a notebook.
pub struct Trial {
    /// Whether all of its cells passed.
    pub passed: bool,
    /// What its cells printed, among the names of the cells.
    pub said: String,
    /// The report of the cell that failed.
    pub reported: String,
}

impl Trial {
    /// The error that shows all of it.
    pub fn error(&self, problem: &str) -> Error {
        anyhow!("{problem}:\n{}\n{}", self.said, self.reported)
    }
}

/// The folder of these notebooks.
pub fn folder(lab: &Lab) -> PathBuf {
    lab.root.join("trials")
}

/// Writes a small crate, `lemons`, into a folder; the path of its source, where `count` gives 3.
pub fn lemons(folder: &Path) -> Result<PathBuf> {
    let source = folder.join("src/lib.rs");
    files::write(&folder.join("Cargo.toml"), "[package]\nname = \"lemons\"\nedition = \"2024\"\n\n[workspace]\n")?;
    files::write(&source, "pub fn count() -> i32 { 3 }")?;
    Ok(source)
}

/// Runs a notebook of these cells, in a kernel of its own.
pub fn run(folder: &Path, name: &str, cells: &[Value]) -> Result<Trial> {
    run_with(folder, name, cells, &[])
}

/// The same with these arguments of `cargo xtask run`.
pub fn run_with(folder: &Path, name: &str, cells: &[Value], arguments: &[&str]) -> Result<Trial> {
    let path = folder.join(format!("{name}.ipynb"));
    files::write(&path, notebook::of(cells.to_vec()).to_string())?;
    let program = process::own_program()?;
    let output = Command::new(program).arg("run").args(arguments).arg(&path).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot run {}", path.display()))?;
    Ok(Trial {
        passed: output.status.success(),
        said: String::from_utf8_lossy(&output.stdout).into_owned(),
        reported: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}
