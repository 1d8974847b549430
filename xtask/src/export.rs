//! `cargo xtask export`: all plots of a notebook, as files.

use crate::setup::{Lab, python};
use crate::{notebook, run};
use anyhow::{Context, Result};
use nn_kernel::process;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Writes the plots of the notebooks called `names`, or of all, to `target/export/NAME`.
pub fn run(names: &[String]) -> Result<()> {
    let lab = Lab::here()?;
    for path in notebook::find(&lab, names)? {
        let path = newest(&path, &run::output(&lab, &path)?)?;
        let name = path.file_stem().with_context(|| format!("{} names no file", path.display()))?;
        let folder = lab.repository.join("target/export").join(name);
        let count = plots(&lab, &path, &folder)?;
        println!("{count} plots of {} in {}", path.display(), folder.join("index.html").display());
    }
    Ok(())
}

/// Of a notebook and the copy that `cargo xtask run` made, the one that was run last.
fn newest(notebook: &Path, executed: &Path) -> Result<PathBuf> {
    let saved = written(notebook).with_context(|| format!("cannot read {}", notebook.display()))?;
    Ok(if written(executed).is_ok_and(|executed| executed >= saved) { executed } else { notebook }.to_owned())
}

fn written(path: &Path) -> io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}

/// Writes the plots among the outputs in `notebook` to `folder`; returns how many they are.
fn plots(lab: &Lab, notebook: &Path, folder: &Path) -> Result<usize> {
    let mut python = python::find()?.command();
    python.args(["-X", "utf8"]).arg(lab.repository.join("xtask/python/export_plots.py")).arg(notebook).arg(folder);
    let count = process::read(&mut python)?;
    count.parse().with_context(|| format!("export_plots.py: expected a number, found `{count}`"))
}

#[cfg(test)]
mod tests {
    use super::plots;
    use crate::setup::Lab;
    use nn_kernel::files;
    use serde_json::{Value, json};

    /// The plots of a notebook whose code cells have these outputs: the files' names, and `index.html`.
    fn export(name: &str, outputs: &[Value]) -> anyhow::Result<(Vec<String>, String)> {
        let lab = Lab::here()?;
        let folder = lab.repository.join("target/tmp/export").join(name);
        files::remove(&folder)?;
        let mut cells = Vec::new();
        for data in outputs {
            let output = json!({ "output_type": "execute_result", "data": data });
            cells.push(json!({ "cell_type": "code", "source": "plot()", "outputs": [output] }));
        }
        let path = folder.join("some.ipynb");
        files::write(&path, json!({ "cells": cells }).to_string())?;
        let plots_folder = folder.join("plots");
        let count = plots(&lab, &path, &plots_folder)?;
        let paths = files::list(&plots_folder)?;
        let names = paths.iter().filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect();
        let index = files::read_text(&plots_folder.join("index.html"))?;
        assert_eq!(index.matches("<figure>").count(), count);
        Ok((names, index))
    }

    #[test]
    fn every_way_that_a_plot_is_shown_gives_its_files() -> anyhow::Result<()> {
        // `<svg><title>A &amp; B</title></svg>` and `png`.
        let (svg, png) = ("PHN2Zz48dGl0bGU+QSAmYW1wOyBCPC90aXRsZT48L3N2Zz4=", "cG5n");
        let (names, index) = export(
            "ways",
            &[
                json!({ "text/html": format!("<picture><img alt=\"A falls, B &lt; 1.\" \
                         src=\"data:image/svg+xml;base64,{svg}\"></picture>"), "image/png": png }),
                json!({ "text/html": "<div><svg width=\"600\"\n height=\"300\"><circle r=\"1\"/></svg></div>" }),
                json!({ "image/svg+xml": ["<svg><title>Loss 1,000</title>", "</svg>"], "text/plain": "It falls." }),
                json!({ "text/html": "<table><tr><td>2</td></tr></table>", "text/plain": "2" }),
                json!({ "text/html": "<button><svg width=\"16\"></svg></button><img alt=\"7\" src=\"data:image/png;base64,AA==\">",
                        "image/png": format!("{png}\n"), "text/plain": "混淆矩阵: 7 is taken for 1\n12 times" }),
            ],
        )?;
        let expected = [
            "01-a-b.png",
            "01-a-b.svg",
            "02-a-picture-without-a-description.svg",
            "03-loss-1000.svg",
            "04-混淆矩阵.png",
            "index.html",
        ];
        assert_eq!(names, expected);
        for part in
            ["alt=\"A falls, B &lt; 1.\"", "alt=\"It falls.\"", "alt=\"混淆矩阵: 7 is taken for 1\"", "Code cell 5"]
        {
            assert!(index.contains(part), "{part} is missing in\n{index}");
        }
        Ok(())
    }

    #[test]
    fn a_notebook_without_plots_is_an_error_that_says_what_to_do() {
        let error = export("none", &[json!({ "text/plain": "2" })]).unwrap_err().to_string();
        assert!(error.contains("holds no plot") && error.contains("cargo xtask run some"), "{error}");
    }
}
