//! Checks what failing cells do: `cargo xtask run` notices each of the ways to fail, and the user's variables outlive them.

use crate::lab::Lab;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Name, code of the second cell, and what the report must hold; `None` for a notebook that passes.
const NOTEBOOKS: [(&str, &str, Option<&str>); 4] = [
    ("panics", "panic!(\"too many lemons\");", Some("too many lemons")),
    ("returns_an_error", "Err(\"no lemons\")?;", Some("no lemons")),
    ("does_not_compile", "let lemons: u8 = \"yellow\";", Some("mismatched types")),
    ("passes", "assert_eq!(lemons, 3);", None),
];

/// Cells that fail in every way, tagged as such, each after `let lemons = vec![3, 4];` and before a cell that needs them.
const FAILING: [&str; 5] = [
    "panic!(\"too many lemons\");",
    "lemons[lemons.len()]",
    "Err(\"no lemons\")?;",
    "let lemons: u8 = \"yellow\";",
    "std::thread::spawn(|| panic!(\"lemons elsewhere\")).join().unwrap();",
];

/// Runs one small notebook for each, in a kernel of its own.
pub fn check(lab: &Lab) -> Result<()> {
    let folder = lab.root.join("failures");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for (name, code, expected) in NOTEBOOKS {
        let path = write(&folder, name, &[cell("let lemons = 3;"), cell(code), cell("println!(\"{lemons}\");")])?;
        let output = run(&path)?;
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
    variables_outlive_failures(&folder)?;
    cells_follow_edits(&folder)
}

/// Fails if a cell that panics, returns an error or does not compile costs the user a variable.
fn variables_outlive_failures(folder: &Path) -> Result<()> {
    let mut cells = vec![cell("let mut lemons = vec![3_usize, 4];")];
    for code in FAILING {
        let mut failing = cell(code);
        failing["metadata"] = json!({ "tags": ["raises-exception"] });
        // Used, changed and kept: the next failure meets a variable with a history.
        cells.extend([failing, cell("lemons.push(lemons.len());\nprintln!(\"still {lemons:?}\");")]);
    }
    let output = run(&write(folder, "variables_outlive_failures", &cells)?)?;
    let (said, reported) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() || !said.contains("still [3, 4, 2, 3, 4, 5, 6]") {
        bail!("a cell that failed cost the user a variable:\n{said}\n{reported}");
    }
    eprintln!("   variables outlive failures: as expected");
    Ok(())
}

/// Fails if a cell does not see that a crate was edited since the cell before, or if cells go through cargo without need.
fn cells_follow_edits(folder: &Path) -> Result<()> {
    let lemons = folder.join("lemons");
    let source = lemons.join("src/lib.rs");
    fs::create_dir_all(lemons.join("src")).with_context(|| format!("cannot create {}", lemons.display()))?;
    fs::write(lemons.join("Cargo.toml"), "[package]\nname = \"lemons\"\nedition = \"2024\"\n\n[workspace]\n")?;
    fs::write(&source, "pub fn count() -> i32 { 3 }")?;
    let count = "println!(\"{} lemons\", lemons::count());";
    let edit = format!("std::fs::write({source:?}, \"pub fn count() -> i32 {{ 4 + NONE }} const NONE: i32 = 0;\")?;");
    let recorded = "println!(\"recorded: {}\", std::path::Path::new(&std::env::var(\"EVCXR_TMPDIR\")?).join(\"cell.json\").exists());";
    let cells = [
        &format!(":dep lemons = {{ path = {lemons:?} }}"),
        "let before = lemons::count();",
        count,
        recorded,
        &edit,
        count,
        recorded,
        "println!(\"{before} before, {} now\", lemons::count());",
    ];
    let output = run(&write(folder, "cells_follow_edits", &cells.map(cell))?)?;
    let (said, reported) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let both = said.matches("recorded: true").count() == 2 || !cfg!(unix);
    let seen = ["3 lemons", "4 lemons", "3 before, 4 now"].iter().all(|line| said.contains(line));
    if !output.status.success() || !seen || !both {
        bail!("a cell did not follow an edit, or went through cargo:\n{said}\n{reported}");
    }
    eprintln!("   cells follow edits: as expected");
    Ok(())
}

fn cell(source: &str) -> Value {
    json!({ "cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": source })
}

/// Writes a notebook of these cells; its path.
fn write(folder: &Path, name: &str, cells: &[Value]) -> Result<PathBuf> {
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
    Ok(path)
}

/// `cargo xtask run` of this notebook.
fn run(notebook: &Path) -> Result<Output> {
    let program = std::env::current_exe().context("cannot tell where this program is")?;
    let output = Command::new(program).arg("run").arg(notebook).stdin(Stdio::null()).output();
    output.context("cannot run the notebook")
}
