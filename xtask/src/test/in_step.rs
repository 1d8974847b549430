//! Whether a committed notebook's outputs are those of its code.

use crate::notebook;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::Path;

/// Compares the notebook as committed with the same notebook just executed.
pub fn check(committed: &Path, executed: &Path) -> Result<()> {
    let differences = differences(&notebook::read(committed)?, &notebook::read(executed)?);
    if differences.is_empty() {
        return Ok(());
    }
    let name = committed.file_stem().context("a notebook has a name")?.to_string_lossy();
    bail!(
        "the committed outputs are not those of the code:\n  {}\nrefresh them: cargo xtask run {name} --in-place",
        differences.join("\n  ")
    );
}

/// One line for each cell that was committed unexecuted, out of order, with text on stderr, or with outputs of another kind.
fn differences(committed: &Value, executed: &Value) -> Vec<String> {
    let (committed, executed) = (code_cells(committed), code_cells(executed));
    let mut differences = Vec::new();
    for (index, (old, new)) in committed.into_iter().zip(executed).enumerate() {
        let number = index + 1;
        if old["execution_count"] != number {
            differences.push(format!("code cell {number}: its execution count is {}", old["execution_count"]));
        }
        if wrote_to_stderr(old) && !may_fail(old) {
            differences.push(format!("code cell {number}: committed with text on stderr"));
        }
        let (old, new) = (kinds(old), kinds(new));
        if old != new {
            differences.push(format!("code cell {number}: committed {old:?}, now {new:?}"));
        }
    }
    differences
}

/// The cells with code in them.
fn code_cells(notebook: &Value) -> Vec<&Value> {
    let cells = notebook["cells"].as_array().into_iter().flatten();
    cells.filter(|cell| cell["cell_type"] == "code" && !text(&cell["source"]).trim().is_empty()).collect()
}

/// A warning, say: readers need not see it, and should not wonder.
fn wrote_to_stderr(cell: &Value) -> bool {
    cell["outputs"].as_array().into_iter().flatten().any(|output| output["name"] == "stderr")
}

/// Whether the cell is there to show how something fails.
fn may_fail(cell: &Value) -> bool {
    cell["metadata"]["tags"].as_array().into_iter().flatten().any(|tag| tag == "raises-exception")
}

/// The outputs of a cell with everything left out that may differ from run to run: MIME types, and printed text without
/// its numbers.
fn kinds(cell: &Value) -> Vec<String> {
    cell["outputs"].as_array().into_iter().flatten().map(kind).collect()
}

fn kind(output: &Value) -> String {
    match output["output_type"].as_str() {
        Some("stream") => format!("{}: {}", text(&output["name"]), mask(&text(&output["text"]))),
        Some("error") => format!("error: {}", text(&output["ename"])),
        _ => {
            let mut types: Vec<_> =
                output["data"].as_object().into_iter().flat_map(|data| data.keys().map(|name| live(name))).collect();
            types.sort_unstable();
            // HTML that comes without a text is committed with one.
            if types == ["text/html", "text/plain"] { "text/html".to_owned() } else { types.join(" + ") }
        }
    }
}

/// The MIME type as the kernel gave it: committed notebooks hold HTML under one of our own (`xtask/python/hosted.py`).
fn live(mime: &str) -> &str {
    if mime == "application/vnd.nn-core.html" { "text/html" } else { mime }
}

/// A notebook's text: a string, or a list of lines; empty where there is none.
fn text(value: &Value) -> String {
    match value {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => value.as_str().unwrap_or_default().to_owned(),
    }
}

/// Replaces each number by `#`, each column of a curve by the highest one, and each run of blanks by one, because a column
/// is as wide as its numbers.
fn mask(text: &str) -> String {
    let mut masked = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_ascii_digit() {
            while characters.next_if(|next| next.is_ascii_digit() || *next == '.').is_some() {}
            masked.push('#');
        } else if matches!(character, '▁'..='█') {
            masked.push('█');
        } else if character.is_whitespace() {
            while characters.next_if(|next| next.is_whitespace()).is_some() {}
            masked.push(' ');
        } else {
            masked.push(character);
        }
    }
    masked.trim_end().replace("-#", "#").replace("#e#", "#")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn notebook(count: u32, outputs: Value) -> Value {
        json!({ "cells": [
            { "cell_type": "markdown", "source": "# Title" },
            { "cell_type": "code", "execution_count": count, "source": ["train()"], "outputs": outputs },
        ] })
    }

    fn printed(text: &str) -> Value {
        json!([{ "output_type": "stream", "name": "stdout", "text": text }])
    }

    #[test]
    fn numbers_may_differ() {
        let old = notebook(1, printed("Epoch 0: accuracy: 0.85 loss = 1.1e-3  █▅··  2/4, 0.9 s left\n"));
        let new = notebook(1, printed("Epoch 0: accuracy: 0.9134 loss = -12 █▆··  2/4, 10 s left\n"));
        assert_eq!(differences(&old, &new), Vec::<String>::new());
    }

    #[test]
    fn words_may_not_differ() {
        let found = differences(&notebook(1, printed("loss 1")), &notebook(1, printed("error 1")));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("loss #") && found[0].contains("error #"), "{found:?}");
    }

    #[test]
    fn a_cell_that_was_not_executed_is_named() {
        let mut committed = notebook(1, json!([]));
        committed["cells"][1]["execution_count"] = Value::Null;
        assert_eq!(differences(&committed, &notebook(1, json!([]))), ["code cell 1: its execution count is null"]);
    }

    #[test]
    fn text_on_stderr_is_not_committed_unless_the_cell_is_to_fail() {
        let warning = json!([{ "output_type": "stream", "name": "stderr", "text": "careful" }]);
        let mut notebook = notebook(1, warning);
        assert_eq!(differences(&notebook, &notebook), ["code cell 1: committed with text on stderr"]);
        notebook["cells"][1]["metadata"]["tags"] = json!(["raises-exception"]);
        assert!(differences(&notebook, &notebook).is_empty());
    }

    #[test]
    fn a_figure_that_became_text_is_a_difference() {
        let result = "execute_result";
        let both = json!({ "text/plain": "a", "image/svg+xml": "<svg/>" });
        let figure = notebook(1, json!([{ "output_type": result, "data": both }]));
        let text = notebook(1, json!([{ "output_type": result, "data": { "text/plain": "a" } }]));
        assert_eq!(differences(&figure, &text).len(), 1);
        assert!(differences(&figure, &figure).is_empty());
    }
}
