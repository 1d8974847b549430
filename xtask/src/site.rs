//! `cargo xtask site`: everything there is to read, as pages in `target/site`.
//!
//! ```text
//! index.html, index.zh-CN.html    all notebooks, with a picture and three lines each
//! NAME.html, NAME.zh-CN.html      the notebooks, as last run or as committed
//! doc/                            nn-core's documentation
//! ```
//!
//! No kernel is needed: the outputs are in the notebooks. What the index says of each stands in `xtask/page/site/texts.json`.

use crate::setup::Lab;
use crate::{export, notebook, run};
use anyhow::{Context, Result};
use nn_kernel::{files, process};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Writes the site and names its first page.
pub fn run() -> Result<()> {
    let folder = build(&Lab::here()?)?;
    println!("{}", folder.join("index.html").display());
    Ok(())
}

/// Writes the site anew; returns its folder. A link that leads nowhere is an error.
pub fn build(lab: &Lab) -> Result<PathBuf> {
    lab.set_up_python()?;
    let folder = lab.repository.join("target/site");
    files::remove(&folder)?;
    documentation(lab, &folder.join("doc"))?;
    let mut script = lab.script("site.py");
    script.arg(&folder);
    for path in notebook::all(lab)? {
        script.arg(export::newest(&path, &run::output(lab, &path)?)?);
    }
    process::run("site.py", &mut script)?;
    Ok(folder)
}

/// Writes nn-core's documentation, without that of the other crates. Their build is shared with everything else.
fn documentation(lab: &Lab, folder: &Path) -> Result<()> {
    let target = lab.repository.join("target");
    let made = target.join("site-doc");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["doc", "--package", "nn-core", "--no-deps", "--quiet", "--target-dir"]).arg(&made);
    cargo.env("CARGO_BUILD_BUILD_DIR", &target).current_dir(&lab.repository);
    process::run("cargo doc", &mut cargo)?;
    copy_all(&made.join("doc"), folder)
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    for path in files::list(from)? {
        let target = to.join(path.file_name().context("a file has a name")?);
        if path.is_dir() { copy_all(&path, &target)? } else { files::copy(&path, &target)? }
    }
    Ok(())
}
