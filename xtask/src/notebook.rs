//! Notebooks as files: those of `notebooks/`, and those that a test makes.

use crate::setup::Lab;
use anyhow::{Context, Result, bail};
use nn_kernel::files;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The folder of notebooks.
pub fn folder(lab: &Lab) -> PathBuf {
    lab.repository.join("notebooks")
}

/// All of `notebooks/`, in the order of their names, with the translations.
pub fn all(lab: &Lab) -> Result<Vec<PathBuf>> {
    let mut paths = files::list(&folder(lab))?;
    paths.retain(|path| is_notebook(path));
    Ok(paths)
}

/// The notebook that this one is a Chinese translation of, going by its name: `mnist.ipynb` for `mnist.zh-CN.ipynb`.
pub fn original(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?.strip_suffix(".zh-CN.ipynb")?;
    Some(path.with_file_name(format!("{name}.ipynb")))
}

/// The notebooks called `names` (by name or path), or all of `notebooks/`, without translations: those take their outputs
/// from the original.
pub fn find(lab: &Lab, names: &[String]) -> Result<Vec<PathBuf>> {
    let mut known = all(lab)?;
    known.retain(|path| original(path).is_none());
    if names.is_empty() {
        if known.is_empty() {
            bail!("{} holds no notebook", folder(lab).display());
        }
        return Ok(known);
    }
    names.iter().map(|name| find_one(&known, name)).collect()
}

fn find_one(known: &[PathBuf], name: &str) -> Result<PathBuf> {
    let path = Path::new(name);
    let file = if is_notebook(path) { name.to_owned() } else { format!("{name}.ipynb") };
    if let Some(original) = original(Path::new(&file)) {
        bail!("{name} is a translation, with the outputs of {}: name that", original.display());
    }
    if let Some(known) = known.iter().find(|known| known.file_stem() == Some(path.as_os_str())) {
        return Ok(known.clone());
    }
    if is_notebook(path) && path.is_file() {
        return dunce::canonicalize(path).with_context(|| format!("cannot read {name}"));
    }
    let known: Vec<_> = known.iter().filter_map(|path| path.file_stem()).map(|stem| stem.to_string_lossy()).collect();
    bail!("no notebook called {name}; there are: {}, or give the path of an .ipynb file", known.join(", "))
}

/// Reads a notebook's JSON.
pub fn read(path: &Path) -> Result<Value> {
    serde_json::from_str(&files::read_text(path)?).with_context(|| format!("{} is not JSON", path.display()))
}

/// A cell of code.
pub fn cell(source: &str) -> Value {
    json!({ "cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": source })
}

/// A notebook of these cells, for our kernel.
pub fn of(mut cells: Vec<Value>) -> Value {
    for (number, cell) in cells.iter_mut().enumerate() {
        cell["id"] = json!(format!("cell-{number}"));
    }
    json!({
        "cells": cells,
        "metadata": { "kernelspec": { "display_name": "Rust", "language": "rust", "name": "rust" } },
        "nbformat": 4, "nbformat_minor": 5,
    })
}

/// Whether `path` is a notebook, going by its name.
fn is_notebook(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "ipynb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_translation_is_told_by_its_name() {
        let original = |path: &str| super::original(Path::new(path));
        assert_eq!(original("some/mnist.zh-CN.ipynb"), Some("some/mnist.ipynb".into()));
        assert_eq!(original("some/mnist.ipynb"), None);
        assert_eq!(original("some/mnist.zh-CN.html"), None);
    }

    #[test]
    fn translations_are_not_run() {
        let lab = Lab::here().unwrap();
        let found = find(&lab, &[]).unwrap();
        assert!(found.iter().all(|path| original(path).is_none()), "{found:?}");
        for name in ["mnist.zh-CN", "notebooks/mnist.zh-CN.ipynb"] {
            let error = find(&lab, &[name.to_owned()]).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{name} is a translation")) && error.contains("mnist.ipynb"), "{error}");
        }
    }
}
