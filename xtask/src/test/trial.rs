//! Notebooks made for a test, and what `cargo xtask run` says of them.

use crate::lab::Lab;
use anyhow::{Context, Error, Result, anyhow};
use serde_json::{Value, json};
use std::fs;
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
pub fn folder(lab: &Lab) -> Result<PathBuf> {
    let folder = lab.root.join("trials");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

/// A cell of code.
pub fn cell(source: &str) -> Value {
    json!({ "cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": source })
}

/// Runs a notebook of these cells, in a kernel of its own.
pub fn run(folder: &Path, name: &str, cells: &[Value]) -> Result<Trial> {
    let mut cells = cells.to_vec();
    for (number, cell) in cells.iter_mut().enumerate() {
        cell["id"] = json!(format!("cell-{number}"));
    }
    let notebook = json!({
        "cells": cells,
        "metadata": { "kernelspec": { "display_name": "Rust", "language": "rust", "name": "rust" } },
        "nbformat": 4, "nbformat_minor": 5,
    });
    let path = folder.join(format!("{name}.ipynb"));
    fs::write(&path, notebook.to_string()).with_context(|| format!("cannot write {}", path.display()))?;
    let program = std::env::current_exe().context("cannot tell where this program is")?;
    let output = Command::new(program).arg("run").arg(&path).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot run {}", path.display()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Trial { passed: output.status.success(), said: text(&output.stdout), reported: text(&output.stderr) })
}
