//! Checks the runner itself: a cell that fails, in each of the ways that there are, must make `cargo xtask run` fail.

use crate::lab::Lab;
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::fs;
use std::process::{Command, Stdio};

/// Name, code of the second cell, and what the report must hold; `None` for a notebook that passes.
const NOTEBOOKS: [(&str, &str, Option<&str>); 4] = [
    ("panics", "panic!(\"too many lemons\");", Some("too many lemons")),
    ("returns_an_error", "Err(\"no lemons\")?;", Some("no lemons")),
    ("does_not_compile", "let lemons: u8 = \"yellow\";", Some("mismatched types")),
    ("passes", "assert_eq!(lemons, 3);", None),
];

/// Runs one small notebook for each.
pub fn check(lab: &Lab) -> Result<()> {
    let folder = lab.root.join("failures");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for (name, code, expected) in NOTEBOOKS {
        let path = folder.join(format!("{name}.ipynb"));
        let cell = |id: &str, source: &str| json!({ "cell_type": "code", "id": id, "execution_count": null, "metadata": {}, "outputs": [], "source": source });
        let notebook = json!({
            "cells": [cell("first", "let lemons = 3;"), cell("second", code), cell("third", "println!(\"{lemons}\");")],
            "metadata": { "kernelspec": { "display_name": "Rust", "language": "rust", "name": "rust" } },
            "nbformat": 4, "nbformat_minor": 5,
        });
        fs::write(&path, notebook.to_string()).with_context(|| format!("cannot write {}", path.display()))?;

        let program = std::env::current_exe().context("cannot tell where this program is")?;
        let output = Command::new(program).arg("run").arg(&path).stdin(Stdio::null()).output();
        let output = output.context("cannot run the notebook")?;
        let (said, reported) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let problem = match expected {
            None if !output.status.success() => "failed, but should have passed",
            Some(_) if output.status.success() => "passed, but should have failed",
            Some(_) if !reported.contains("code cell 2 of 3") => "did not name the cell",
            Some(message) if !reported.contains(message) => "did not show the message",
            Some(_) if said.contains("3/3") => "went on after the failure",
            _ => {
                eprintln!("   {name}: as expected");
                continue;
            }
        };
        bail!("{name}.ipynb {problem}:\n{said}\n{reported}");
    }
    Ok(())
}
