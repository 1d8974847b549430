//! A real browser: the tests that drive JupyterLab and the exported page, and the pictures for the README.
//!
//! The scripts stand in `xtask/browser`; they are copied to `target/lab/browser`, beside the packages that they use.

mod install;
mod server;

pub use install::Browser;

use crate::notebook::{self, cell};
use crate::run;
use crate::setup::Lab;
use anyhow::{Context, Result, bail};
use nn_kernel::{files, process};
use serde_json::Value;
use server::Server;
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
    let browser = Browser::set_up(&lab)?;
    let folder = lab.repository.join(".github/pictures");
    process::run("pictures", browser.script(&lab, "pictures.mjs").env("NN_PAGE", page).env("NN_SCREENSHOTS", &folder))?;
    println!("{}", folder.display());
    Ok(())
}

fn page(lab: &Lab) -> Result<PathBuf> {
    let page = run::output(lab, Path::new("mnist.html"))?;
    if !page.is_file() {
        bail!("{} is not there; cargo xtask run mnist writes it", page.display());
    }
    Ok(page)
}

/// Notebooks to change, with their paths as seen from two folders deeper.
fn copy_notebooks(lab: &Lab) -> Result<PathBuf> {
    let folder = lab.repository.join(NOTEBOOKS);
    files::remove(&folder)?;
    let settings = "evcxr.toml";
    files::copy(&notebook::folder(lab).join(settings), &folder.join(settings))?;
    for path in notebook::all(lab)? {
        let name = path.file_name().context("a notebook has a name")?;
        let text = files::read_text(&path)?;
        files::write(&folder.join(name), text.replace("\\\"../", "\\\"../../../"))?;
    }
    files::write(&folder.join("interrupt.ipynb"), interrupted().to_string())?;
    Ok(folder)
}

/// A training of some seconds, whole, cut off, and resumed.
fn interrupted() -> Value {
    let set_up = ":dep nn-core = { path = \"../../../nn-core\" }\nuse nn_core::prelude::*;";
    let load = "let mnist = data::mnist(\"../../../data\")?;";
    notebook::of(vec![
        cell(set_up),
        cell(load),
        cell(&training("whole", "run", "whole")),
        cell(&training("cut", "run", "cut")),
        cell(&training("network", "resume", "cut")),
    ])
}

/// A cell that trains a new network called `name`, or goes on (`verb` is `run` or `resume`), with this checkpoint.
fn training(name: &str, verb: &str, checkpoint: &str) -> String {
    format!(
        "let training = Training::new(Loss::CrossEntropy).epochs(80).checkpoint(\"{checkpoint}.safetensors\");\n\
         let mut {name} = Network::new(&[784, 100, 10], &[Relu, Softmax], 7)?;\n\
         training.{verb}(&mut {name}, &mnist.train, &mnist.test)?;\n\
         println!(\"fingerprint {{}}\", {name}.fingerprint());"
    )
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
