//! Kernels where not everybody's repository lies: in a folder with a blank in its path, and in the user's own Jupyter, for
//! notebooks elsewhere. None of them has a network.

use super::trial;
use crate::setup::{Lab, evcxr, install_program};
use anyhow::{Context, Result, bail};
use nn_kernel::{copy, files, folder, process, settings};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A port on which nobody listens.
const NO_NETWORK: &str = "http://127.0.0.1:9";

/// Runs a few cells in each.
pub fn check(lab: &Lab) -> Result<()> {
    in_a_folder_with_a_blank(lab)?;
    in_the_users_own_jupyter(lab)
}

/// What came of a kernel's cells.
struct Cells(Vec<Value>);

impl Cells {
    /// What a cell showed.
    fn shown(&self, cell: usize) -> &str {
        self.0.get(cell).and_then(|cell| cell["shown"].as_str()).unwrap_or("no such cell")
    }

    /// Fails unless each cell passed, and those that print something printed `expected`, a cell's number and its words.
    fn expect(&self, problem: &str, expected: &[(usize, &str)]) -> Result<()> {
        let passed = self.0.iter().all(|cell| cell["status"] == "ok");
        if passed && expected.iter().all(|(cell, words)| self.shown(*cell).contains(words)) {
            return Ok(());
        }
        bail!("{problem}: expected {expected:?}, found {:#}", Value::from(self.0.clone()))
    }
}

/// Fails if a kernel whose folders have blanks and letters of several languages in their paths does not start, loses a cell, or
/// sends cells through cargo without need.
fn in_a_folder_with_a_blank(lab: &Lab) -> Result<()> {
    let folder = lab.root.join("trials/My Projects/Übung 数字");
    files::remove(&folder)?;
    let there = Lab { repository: folder.clone(), root: folder.join("lab") };
    link(lab, &there)?;
    let lemons = folder.join("lemons");
    let source = trial::lemons(&lemons)?;
    files::write(&lemons.join("build.rs"), "fn main() { println!(\"cargo:rerun-if-changed=build.rs\"); }")?;
    let count = "println!(\"{} lemons\", lemons::count());";
    let edit = format!("std::fs::write({source:?}, \"pub fn count() -> i32 {{ 4 + NONE }} const NONE: i32 = 0;\")?;");
    let recorded = "let kernel = std::path::PathBuf::from(std::env::var(\"EVCXR_TMPDIR\")?);\n\
                    println!(\"blank: {}, recorded: {}\", kernel.to_string_lossy().contains(' '), \
                    kernel.join(\"cell.json\").exists());";
    let cells = [
        ":dep lemons = { path = \"lemons\" }",
        "let before = lemons::count();",
        count,
        recorded,
        &edit,
        count,
        recorded,
        "println!(\"{before} before, {} now\", lemons::count());",
    ];
    let launcher = there.bin().join(process::executable("nn-kernel"));
    let argv = json!([launcher, "kernel", "start", "--evcxr", evcxr::installed(lab)?, "{connection_file}"]);
    let ran = run(lab, lab.python_command(), &json!({ "argv": argv, "folder": folder, "cells": cells }))?;
    // On Windows every cell goes through cargo's record as well.
    let kept = "blank: true, recorded: true";
    ran.expect(
        "a kernel in a folder with a blank",
        &[(2, "3 lemons"), (3, kept), (5, "4 lemons"), (6, kept), (7, "3 before, 4 now")],
    )?;
    eprintln!("   in {}: as expected", folder.display());
    files::remove(&lab.root.join("trials/My Projects"))
}

/// Makes a laboratory `there` with the programs of another, and its compiled crates as hard links.
fn link(lab: &Lab, there: &Lab) -> Result<()> {
    for program in ["nn-kernel", "stand-in/bin/cargo", "stand-in/bin/rustup"].map(process::executable) {
        install_program(&there.bin().join(&program), &files::read(&lab.bin().join(&program))?)?;
    }
    let (from, to) = (folder::template(&lab.kernels()), folder::template(&there.kernels()));
    let edited = copy::path_packages(&files::read_text(&from.join("Cargo.lock"))?);
    copy::merge(&from, &to, None, &edited)?;
    let settings_here = settings(&lab.kernels()).join("evcxr.toml");
    files::copy(&settings_here, &settings(&there.kernels()).join("evcxr.toml"))
}

/// Fails if `cargo xtask kernel install` writes more than two files, if the kernel that it writes has to compile crates for a
/// notebook outside of the repository, or if `uninstall` leaves something.
fn in_the_users_own_jupyter(lab: &Lab) -> Result<()> {
    let home = std::env::temp_dir().join(format!("nn home {}", std::process::id()));
    let (data, folder) = (home.join("share/jupyter"), home.join("My notebooks"));
    files::remove(&home)?;
    files::create_dir(&folder)?;
    let installed = own_jupyter(&data, "install")?;
    let written = tree(&data)?;
    if written.len() != 2 || !written.iter().all(|path| installed.contains(&path.display().to_string())) {
        bail!("cargo xtask kernel install: expected two files, and to hear of both, found {written:?} and {installed}");
    }
    let count = "let deps = std::path::Path::new(&std::env::var(\"EVCXR_TMPDIR\")?).join(\"target\");\n\
                 let mut libraries = 0;\n\
                 let mut folders = vec![deps];\n\
                 while let Some(folder) = folders.pop() {\n\
                     for entry in std::fs::read_dir(folder)? {\n\
                         let path = entry?.path();\n\
                         if path.is_dir() { folders.push(path); } else if path.extension().is_some_and(|e| e == \"rlib\") { libraries += 1; }\n\
                     }\n\
                 }\n\
                 println!(\"libraries: {libraries}\");";
    let nn_core = format!(":dep nn-core = {{ path = {:?} }}\nuse nn_core::prelude::*;", lab.repository.join("nn-core"));
    let cells = [
        count,
        &nn_core,
        "let lemons: Array1<f32> = Array1::linspace(1.0, 4.0, 4);",
        "println!(\"{} lemons\", lemons.sum());",
        count,
    ];
    let mut python = lab.python_command();
    python.env("JUPYTER_DATA_DIR", &data);
    let ran = run(lab, python, &json!({ "name": "rust-nn", "folder": folder, "cells": cells }))?;
    // As many as the template had: another profile would have had every crate compiled besides.
    ran.expect("\"Rust (nn)\" elsewhere", &[(3, "10 lemons"), (4, ran.shown(0)), (0, "libraries: ")])?;
    says_that_its_repository_is_gone(lab, &data, &folder)?;
    own_jupyter(&data, "uninstall")?;
    let left = tree(&data)?;
    if !left.is_empty() {
        bail!("cargo xtask kernel uninstall: expected nothing to be left, found {left:?}");
    }
    eprintln!("   in a Jupyter elsewhere: as expected");
    files::remove(&home)
}

/// Fails if the cells of a kernel whose repository was moved do not say so.
fn says_that_its_repository_is_gone(lab: &Lab, data: &Path, folder: &Path) -> Result<()> {
    let path = data.join("kernels/rust-nn/kernel.json");
    let mut spec: Value = serde_json::from_slice(&files::read(&path)?).context("a kernel spec is JSON")?;
    for argument in spec["argv"].as_array_mut().into_iter().flatten() {
        if *argument == json!(lab.root) {
            *argument = json!(folder.join("gone/target/lab"));
        }
    }
    files::write(&path, spec.to_string())?;
    let mut python = lab.python_command();
    python.env("JUPYTER_DATA_DIR", data);
    let ran = run(lab, python, &json!({ "name": "rust-nn", "folder": folder, "cells": ["1 + 1", "2"] }))?;
    for cell in 0..2 {
        let said = ran.shown(cell);
        if !said.contains(&folder.join("gone").display().to_string()) || !said.contains("cargo xtask kernel install") {
            bail!("a kernel whose repository is gone: expected its cells to say so, found {said}");
        }
    }
    Ok(())
}

/// Runs `cargo xtask kernel WHAT` for a Jupyter whose data are in `data`; what it said.
fn own_jupyter(data: &Path, what: &str) -> Result<String> {
    let program = std::env::current_exe().context("cannot tell where this program is")?;
    process::read(Command::new(program).args(["kernel", what]).env("JUPYTER_DATA_DIR", data))
}

/// All files below a folder.
fn tree(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for path in files::list(&folder)? {
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    Ok(found)
}

/// Runs the cells of a `task`, as `xtask/python/in_kernel.py` describes it.
fn run(lab: &Lab, mut python: Command, task: &Value) -> Result<Cells> {
    python.arg(lab.repository.join("xtask/python/in_kernel.py"));
    for variable in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "CARGO_HTTP_PROXY"] {
        python.env(variable, NO_NETWORK);
    }
    let mut child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start Python")?;
    child.stdin.take().context("Python has no stdin")?.write_all(task.to_string().as_bytes())?;
    let output = child.wait_with_output().context("cannot wait for Python")?;
    if !output.status.success() {
        bail!("in_kernel.py: {}; its messages stand above", output.status);
    }
    Ok(Cells(serde_json::from_slice(&output.stdout).context("in_kernel.py: its answer is not understood")?))
}
