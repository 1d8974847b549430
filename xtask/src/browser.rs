//! A real browser: the tests that drive JupyterLab and the exported page, and the pictures for the README.
//!
//! The scripts stand in `xtask/browser`; they are copied to `target/lab/browser`, beside the packages that they use.

mod install;
mod server;

pub use install::Browser;

use crate::lab::Lab;
use crate::notebook;
use anyhow::{Context, Result, bail};
use nn_kernel::process;
use serde_json::{Value, json};
use server::Server;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The copies of the notebooks that a browser may change, below `target`.
const NOTEBOOKS: &str = "target/browser/notebooks";

/// Drives JupyterLab through `mnist.ipynb`, and through a training that is interrupted.
pub fn check_lab(lab: &Lab, browser: &Browser) -> Result<()> {
    let folder = copy_notebooks(lab)?;
    let server = Server::start(lab)?;
    let mut script = browser.script(lab, "lab.test.mjs");
    script.env("NN_LAB_URL", &server.url).env("NN_LAB_TOKEN", &server.token);
    script.env("NN_NOTEBOOKS", folder).env("NN_NOTEBOOKS_SERVED", NOTEBOOKS);
    process::run("the browser test", &mut script).with_context(|| format!("JupyterLab's log: {}", server.log.display()))
}

/// Opens the exported page of `mnist.ipynb` from its file.
pub fn check_page(lab: &Lab, browser: &Browser) -> Result<()> {
    process::run("the browser test", browser.script(lab, "page.test.mjs").env("NN_PAGE", page(lab)?))
}

/// `cargo xtask pictures`: the pictures in the README, from the exported page.
pub fn pictures() -> Result<()> {
    let lab = Lab::here()?;
    let page = page(&lab)?;
    let browser = Browser::install(&lab)?;
    let folder = lab.repository.join(".github/pictures");
    process::run("pictures", browser.script(&lab, "pictures.mjs").env("NN_PAGE", page).env("NN_SCREENSHOTS", &folder))?;
    println!("{}", folder.display());
    Ok(())
}

fn page(lab: &Lab) -> Result<PathBuf> {
    let page = notebook::output(lab, Path::new("mnist.html"));
    if !page.is_file() {
        bail!("{} is not there; cargo xtask run mnist writes it", page.display());
    }
    Ok(page)
}

/// Notebooks to change, with their paths as seen from two folders deeper.
fn copy_notebooks(lab: &Lab) -> Result<PathBuf> {
    let folder = lab.repository.join(NOTEBOOKS);
    crate::lab::remove_folder(&folder)?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let settings = "evcxr.toml";
    let from = lab.repository.join("notebooks").join(settings);
    fs::copy(&from, folder.join(settings)).with_context(|| format!("cannot copy {}", from.display()))?;
    for path in notebook::find(lab, &[])? {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let copy = folder.join(path.file_name().unwrap_or_default());
        fs::write(&copy, text.replace("\\\"../", "\\\"../../../"))
            .with_context(|| format!("cannot write {}", copy.display()))?;
    }
    let path = folder.join("interrupt.ipynb");
    fs::write(&path, interrupted().to_string()).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(folder)
}

/// A training of some seconds, whole, cut off, and resumed.
fn interrupted() -> Value {
    let network = |name: &str| format!("let mut {name} = Network::new(&[784, 100, 10], &[Relu, Softmax], 7)?;");
    let and = |name: &str, verb: &str| {
        format!(
            "{}\ntraining.{verb}(&mut {name}, &mnist.train, &mnist.test)?;\nprintln!(\"fingerprint {{}}\", {name}.fingerprint());",
            network(name)
        )
    };
    let training = "let training = Training::new(Loss::CrossEntropy).epochs(80).checkpoint";
    let code = [
        ":dep nn-core = { path = \"../../../nn-core\" }\nuse nn_core::prelude::*;".to_owned(),
        "let mnist = data::mnist(\"../../../data\")?;".to_owned(),
        format!("{training}(\"whole.safetensors\");\n{}", and("whole", "run")),
        format!("{training}(\"cut.safetensors\");\n{}", and("cut", "run")),
        format!("{training}(\"cut.safetensors\");\n{}", and("network", "resume")),
    ];
    let cells: Vec<_> = code
        .iter()
        .enumerate()
        .map(|(i, source)| json!({ "cell_type": "code", "id": format!("cell{i}"), "execution_count": null, "metadata": {}, "outputs": [], "source": source }))
        .collect();
    json!({
        "cells": cells,
        "metadata": { "kernelspec": { "display_name": "Rust", "language": "rust", "name": "rust" } },
        "nbformat": 4, "nbformat_minor": 5,
    })
}

impl Browser {
    /// One of our scripts, ready to run.
    fn script(&self, lab: &Lab, name: &str) -> Command {
        let mut node = Command::new(&self.node);
        node.arg(self.scripts.join(name));
        node.env("NN_BROWSER", &self.chromium);
        node.env("NN_SCREENSHOTS", lab.repository.join("target/screenshots"));
        node
    }
}
