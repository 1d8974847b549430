//! Whether a Chinese notebook is its original's twin: other prose, the same code and outputs.

use super::numbers;
use crate::notebook;
use crate::setup::Lab;
use anyhow::{Result, bail};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Compares all of `notebooks/` that have a twin, and names those that have none yet.
pub fn check(lab: &Lab) -> Result<()> {
    let mut problems = Vec::new();
    for path in notebook::all(lab)? {
        let Some(original) = notebook::original(&path) else {
            if !path.with_extension("zh-CN.ipynb").is_file() {
                eprintln!("{}: no Chinese twin yet", name(&path));
            }
            continue;
        };
        let found = problems_between(&original, &path)?;
        eprintln!("{}: {} problems", name(&path), found.len());
        problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", name(&path))));
    }
    if problems.is_empty() {
        return Ok(());
    }
    bail!(
        "expected the cells, code and outputs of the original, and Chinese prose:\n  {}\n\
         cargo xtask run NAME --in-place copies code and outputs, if the cells are the same",
        problems.join("\n  ")
    )
}

fn problems_between(original: &Path, twin: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let (ours, theirs) = (notebook::read(original)?, notebook::read(twin)?);
    for (language, notebook, other) in [("简体中文", &ours, twin), ("English", &theirs, original)] {
        let link = format!("[{language}]({})", name(other));
        if !prose(&notebook["cells"][0]).contains(&link) {
            problems.push(format!("the first cell beside {} has no {link}", name(other)));
        }
    }
    problems.extend(differences(&ours, &theirs));
    Ok(problems)
}

/// One line for each cell, or part of the notebook, that is not as it should be.
fn differences(original: &Value, twin: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    for key in ["metadata", "nbformat", "nbformat_minor"] {
        if original[key] != twin[key] {
            differences.push(format!("other {key}"));
        }
    }
    let (originals, twins) = (cells(original), cells(twin));
    if originals.len() != twins.len() {
        differences.push(format!("expected {} cells, found {}", originals.len(), twins.len()));
    }
    for (index, (ours, theirs)) in originals.iter().zip(twins).enumerate() {
        let is_prose = ours["cell_type"] == "markdown";
        let keys: &[&str] = if is_prose {
            &["cell_type", "id", "metadata"]
        } else {
            &["cell_type", "id", "metadata", "source", "outputs", "execution_count"]
        };
        let others: Vec<&str> = keys.iter().copied().filter(|key| ours[*key] != theirs[*key]).collect();
        let mut problems: Vec<String> = others.iter().map(|key| format!("other {key}")).collect();
        if is_prose && others.is_empty() {
            problems.extend(problems_of_prose(&prose(ours), &prose(theirs)));
        }
        differences.extend(problems.iter().map(|problem| format!("cell {}, {}: {problem}", index + 1, ours["id"])));
    }
    differences
}

fn problems_of_prose(original: &str, twin: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if original == twin || !twin.contains(is_chinese) {
        problems.push("not translated".to_owned());
    }
    let numbers = |text: &str| numbers::decimals(text).into_iter().map(|number| number.text).collect::<BTreeSet<_>>();
    for number in numbers(original).symmetric_difference(&numbers(twin)) {
        problems.push(format!("{number} stands in one of the two only"));
    }
    let lines: Vec<&str> = twin.lines().collect();
    for pair in lines.windows(2) {
        // Markdown shows a line break in a paragraph as a blank, which Chinese has none of.
        if pair[0].ends_with(is_chinese) && pair[1].starts_with(is_chinese) {
            problems.push(format!("a line break between Chinese characters, before {}", pair[1]));
        }
    }
    problems
}

fn cells(notebook: &Value) -> &[Value] {
    notebook["cells"].as_array().map_or(&[], Vec::as_slice)
}

/// The text of a cell: a string, or a list of lines.
fn prose(cell: &Value) -> String {
    match &cell["source"] {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        text => text.as_str().unwrap_or_default().to_owned(),
    }
}

/// A character of Chinese, or its punctuation.
fn is_chinese(character: char) -> bool {
    matches!(character, '\u{3001}'..='\u{303f}' | '\u{3400}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn notebook(prose: &str, code: &str, output: &str) -> Value {
        json!({ "metadata": {}, "nbformat": 4, "nbformat_minor": 5, "cells": [
            { "cell_type": "markdown", "id": "a", "metadata": {}, "source": [prose] },
            { "cell_type": "code", "id": "b", "metadata": {}, "source": [code], "execution_count": 1,
              "outputs": [{ "output_type": "stream", "name": "stdout", "text": [output] }] },
        ] })
    }

    #[test]
    fn prose_alone_may_differ() {
        assert_eq!(differences(&notebook("Loss", "f()", "1"), &notebook("损失", "f()", "1")), Vec::<String>::new());
    }

    #[test]
    fn other_code_outputs_kinds_and_ids_are_named() {
        let original = notebook("Loss", "f()", "1");
        assert_eq!(differences(&original, &notebook("损失", "f() ", "1")), ["cell 2, \"b\": other source"]);
        assert_eq!(differences(&original, &notebook("损失", "f()", "2")), ["cell 2, \"b\": other outputs"]);
        let mut twin = notebook("损失", "f()", "1");
        twin["cells"][0]["id"] = json!("c");
        twin["cells"][1]["cell_type"] = json!("raw");
        assert_eq!(differences(&original, &twin), ["cell 1, \"a\": other id", "cell 2, \"b\": other cell_type"]);
        twin["cells"].as_array_mut().unwrap().pop();
        assert_eq!(differences(&original, &twin), ["expected 2 cells, found 1", "cell 1, \"a\": other id"]);
    }

    #[test]
    fn prose_that_is_not_chinese_is_named() {
        let original = notebook("Loss", "f()", "1");
        for prose in ["Loss", "The loss"] {
            assert_eq!(differences(&original, &notebook(prose, "f()", "1")), ["cell 1, \"a\": not translated"]);
        }
    }

    #[test]
    fn a_line_break_that_would_show_as_a_blank_is_named() {
        assert_eq!(problems_of_prose("Loss", "损失，\n越小越好").len(), 1);
        assert_eq!(problems_of_prose("Loss", "损失\n\n- 越小越好\n- `f`\n"), Vec::<String>::new());
    }
}
