//! Whether each number that a notebook's prose prints with three decimals or more is shown by one of its cells, or held by a test.
//!
//! Rounding counts, and so does the difference of two numbers of the same text. Whatever else follows from what is shown has a line
//! in [`RECKONED`]. Numbers that a page of numbers could hold by chance (with fewer decimals, in a table's HTML, in a figure's
//! coordinates) are not looked at.

use crate::notebook;
use crate::setup::Lab;
use anyhow::{Result, bail};
use nn_kernel::files;
use serde_json::Value;

/// How few decimals are looked at.
const DECIMALS: usize = 3;

/// Of which notebook, which number, and where it comes from.
const RECKONED: [(&str, &str, &str); 17] = [
    ("mnist", "0.9975", "a − 1 for a = 0.0025"),
    ("mnist", "2.303", "ln 10"),
    ("mnist", "0.1135", "1,135 ones of 10,000: the first row of the confusion matrix"),
    ("mnist", "0.2092", "rounding decides; a_learning_rate_of_1_still_learns_and_2_hardly wants less than a half"),
    ("mnist", "0.9251", "five_networks_trained_on_the_binary_loss_end_above_the_original wants 0.924 to 0.928"),
    ("mnist", "0.9272", "the same"),
    ("experiments", "0.0133", "the second point of the figure above it, less the first"),
    ("experiments", "0.0058", "0.9638 − 0.9580, printed above it"),
    ("experiments", "0.2334", "1,167 of 5,000, in the exercise"),
    ("overfitting", "0.9997", "1 − 0.1 · 0.003"),
    ("overfitting", "0.0335", "printed above it, the second accuracy less the first"),
    ("overfitting", "0.4795", "reckoned in the text, and checked by the exercise"),
    ("overfitting", "0.9211", "printed in handwriting.ipynb"),
    ("overfitting", "0.7384", "printed in handwriting.ipynb"),
    ("handwriting", "0.2044", "a bar of the figure above it"),
    ("handwriting", "0.8333", "reckoned in the text, and checked by the exercise"),
    ("handwriting", "1.8333", "the same"),
];

/// Looks at all notebooks but the translated ones, whose numbers are compared with these.
pub fn check(lab: &Lab) -> Result<()> {
    let mut held = files::read_text(&lab.repository.join("nn-core/benches/README.md"))?;
    held += &files::read_text(&lab.repository.join("nn-core/tests/reference/README.md"))?;
    for test in files::list(&lab.repository.join("nn-core/tests"))? {
        if test.extension().is_some_and(|extension| extension == "rs") {
            held += &files::read_text(&test)?;
        }
    }
    let held: Vec<String> = decimals(&held).into_iter().map(|number| number.text).collect();
    let mut problems = Vec::new();
    for path in notebook::all(lab)? {
        if notebook::original(&path).is_some() {
            continue;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (count, unheld) = unheld(&notebook::read(&path)?, &held, &name);
        eprintln!("{name}.ipynb: {count} numbers in prose");
        problems.extend(unheld.into_iter().map(|problem| format!("{name}.ipynb, {problem}")));
    }
    if problems.is_empty() {
        return Ok(());
    }
    bail!("expected numbers that an output or a test of nn-core holds, found in prose:\n  {}", problems.join("\n  "))
}

/// How many numbers stand in the prose of a notebook, and those that nothing holds.
fn unheld(notebook: &Value, held: &[String], name: &str) -> (usize, Vec<String>) {
    let cells = notebook["cells"].as_array().map_or(&[][..], Vec::as_slice);
    let (mut shown, mut code) = (Vec::new(), Vec::new());
    for cell in cells.iter().filter(|cell| cell["cell_type"] == "code") {
        code.extend(decimals(&text(&cell["source"])));
        for output in cell["outputs"].as_array().into_iter().flatten() {
            shown.extend(decimals(&text(&output["text"])));
            shown.extend(decimals(&text(&output["data"]["text/plain"])));
        }
    }
    let (mut count, mut unheld) = (0, Vec::new());
    for (index, cell) in cells.iter().enumerate().filter(|(_, cell)| cell["cell_type"] == "markdown") {
        let own = decimals(&text(&cell["source"]));
        for number in own.iter().filter(|number| number.decimals >= DECIMALS) {
            count += 1;
            let is_shown = shown.iter().any(|shown| number.is(shown.value));
            let is_held = held.contains(&number.text) || code.iter().any(|other| other.text == number.text);
            let is_difference = own.iter().any(|a| own.iter().any(|b| number.is_exactly(a.value - b.value)));
            let is_reckoned = RECKONED.iter().any(|(of, text, _)| (*of, *text) == (name, number.text.as_str()));
            if !is_shown && !is_held && !is_difference && !is_reckoned {
                unheld.push(format!("cell {}: {}", index + 1, number.text));
            }
        }
    }
    (count, unheld)
}

/// A number with a decimal point.
#[derive(Clone, Debug, PartialEq)]
pub struct Decimal {
    /// As it is written, without commas.
    pub text: String,
    /// What it is.
    pub value: f64,
    /// How many digits are behind its point.
    pub decimals: usize,
}

impl Decimal {
    /// Whether `value`, rounded to as many decimals, is this number.
    fn is(&self, value: f64) -> bool {
        // A half may be rounded either way.
        (self.value - value.abs()).abs() <= 0.5001 * self.unit()
    }

    fn is_exactly(&self, value: f64) -> bool {
        (self.value - value.abs()).abs() <= 0.001 * self.unit()
    }

    fn unit(&self) -> f64 {
        0.1_f64.powf(self.decimals as f64)
    }
}

/// The numbers with a decimal point in a text, without their signs.
pub fn decimals(text: &str) -> Vec<Decimal> {
    let is_of_a_number = |character: char| character.is_ascii_digit() || character == ',' || character == '.';
    let mut decimals = Vec::new();
    let mut before = ' ';
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|character| !is_of_a_number(character)).unwrap_or(rest.len());
        if end == 0 {
            before = first;
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, after) = rest.split_at(end);
        let number = word.trim_end_matches(['.', ',']).replace(',', "");
        if !before.is_ascii_alphanumeric()
            && before != '_'
            && let Some((_, fraction)) = number.split_once('.')
            && let Ok(value) = number.parse()
        {
            decimals.push(Decimal { decimals: fraction.len(), value, text: number.clone() });
        }
        before = word.chars().last().unwrap_or(before);
        rest = after;
    }
    decimals
}

/// A cell's text: a string, or a list of lines.
fn text(value: &Value) -> String {
    match value {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        text => text.as_str().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(prose: &str, output: &str, held: &[&str]) -> Vec<String> {
        let notebook = json!({ "cells": [
            { "cell_type": "markdown", "source": [prose] },
            { "cell_type": "code", "source": ["let rate = 0.125;"],
              "outputs": [{ "text": [output] }, { "data": { "text/plain": "0.777", "text/html": "0.888" } }] },
        ] });
        let held: Vec<String> = held.iter().map(|number| (*number).to_owned()).collect();
        unheld(&notebook, &held, "a").1
    }

    #[test]
    fn numbers_are_found_without_signs_and_commas() {
        let texts = |text: &str| decimals(text).into_iter().map(|number| number.text).collect::<Vec<_>>();
        assert_eq!(
            texts("at −0.9975, 1,234.5 and 0.25. x1.5 v_2.5 约0.3，3 (1.2.3)"),
            ["0.9975", "1234.5", "0.25", "0.3"]
        );
        assert!(texts("").is_empty() && texts("7, 8, 1,000").is_empty());
    }

    #[test]
    fn what_a_cell_shows_or_a_test_holds_may_be_said() {
        assert!(problems("0.9184, 0.125, 0.777, 0.333", "accuracy -0.91836", &["0.333"]).is_empty());
        assert!(problems("from 0.918 to 0.920, 0.002 more", "0.9184 0.9203", &[]).is_empty());
    }

    #[test]
    fn what_nobody_shows_is_named() {
        assert_eq!(problems("It reaches 0.9184, or 0.888.", "0.9183", &[]), ["cell 1: 0.9184", "cell 1: 0.888"]);
    }
}
