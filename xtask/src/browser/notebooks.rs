//! The notebooks that a browser may change: copies of ours, and small ones.

use crate::notebook::{self, cell};
use crate::setup::Lab;
use anyhow::{Context, Result};
use nn_kernel::files;
use serde_json::Value;
use std::path::PathBuf;

/// Where they stand, as JupyterLab serves them.
pub const SERVED: &str = "target/browser/notebooks";

/// Writes them anew, with their paths as seen from two folders deeper, and returns their folder.
pub fn write(lab: &Lab) -> Result<PathBuf> {
    let folder = lab.repository.join(SERVED);
    files::remove(&folder)?;
    let settings = "evcxr.toml";
    files::copy(&notebook::folder(lab).join(settings), &folder.join(settings))?;
    for path in notebook::all(lab)? {
        let name = path.file_name().context("a notebook has a name")?;
        let text = files::read_text(&path)?;
        files::write(&folder.join(name), text.replace("\\\"../", "\\\"../../../"))?;
    }
    files::write(&folder.join("early.ipynb"), notebook::of(vec![cell("println!(\"it has run\");")]).to_string())?;
    files::write(&folder.join("failure.ipynb"), failing().to_string())?;
    files::write(&folder.join("interrupt.ipynb"), interrupted().to_string())?;
    Ok(folder)
}

/// A cell that panics, one that returns an error, and after each of them one that must not run.
fn failing() -> Value {
    notebook::of(vec![
        cell("let kept = 42_usize;"),
        cell("let numbers = vec![1, 2, 3];\nprintln!(\"so far so good\");\nnumbers[kept]"),
        cell("println!(\"after the panic\");"),
        cell("let name = \"nowhere.txt\";\nlet text = std::fs::read_to_string(name)?;\nprintln!(\"{text}\");"),
        cell("println!(\"after the error\");"),
    ])
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
        cell("println!(\"queued behind\");"),
        cell(
            "println!(\"accuracy {}\", cut.evaluate(&mnist.test, Loss::CrossEntropy)?.accuracy);\n\
              println!(\"fingerprint {}\", whole.fingerprint());",
        ),
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
