//! What is wrong with a table, and on which line: polars is fast, but says where only in bytes, and lets some faults pass.

use std::collections::HashSet;
use std::path::Path;

use super::dataset::PIXELS;
use crate::error::shown;
use crate::{Error, Result};

/// A byte order mark.
const MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

const HEADER: &str = "a header line `label,1x1,1x2,…,28x28`";

/// A table's first line.
pub(super) struct Header {
    pub names: Vec<String>,
    /// Its length in bytes, a byte order mark before it and the line end after it included.
    pub length: usize,
}

/// Reads the header from the start of a table.
///
/// # Errors
/// [`Error::Content`] if there is none, or another than a table of digits has.
#[expect(clippy::expect_used, reason = "what is split has a first part")]
pub(super) fn header(path: &Path, text: &[u8]) -> Result<Header> {
    if text.starts_with(&[0xff, 0xfe]) || text.starts_with(&[0xfe, 0xff]) {
        return Err(line_1(path, "UTF-8 text", "UTF-16: save the table again as UTF-8"));
    }
    let mark = if text.starts_with(&MARK) { MARK.len() } else { 0 };
    let (_, rest) = text.split_at(mark);
    let end = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
    let Some(line) = std::str::from_utf8(rest.split_at(end).0).ok().filter(|line| !line.contains('\0')) else {
        return Err(line_1(path, HEADER, "bytes that are not text"));
    };
    if line.trim().is_empty() {
        return Err(line_1(path, HEADER, "an empty line"));
    }
    let label = names(line).next().expect("what is split has a first part");
    if number(label.as_bytes()).is_some() {
        let found = format!("no header but a number, `{}`: add that line before it", shown(label));
        return Err(line_1(path, HEADER, found));
    }
    // Counted before they are kept: a long line of commas should not fill the memory.
    let count = names(line).count();
    if count != PIXELS + 1 {
        let expected = format!("{} columns, `label` and {PIXELS} pixels", PIXELS + 1);
        return Err(line_1(path, expected, format!("{count} (the first is `{}`)", shown(label))));
    }
    if !label.eq_ignore_ascii_case("label") {
        return Err(line_1(path, "`label` as the first column's name", format!("`{}`", shown(label))));
    }
    let names: Vec<String> = ["label"].into_iter().chain(names(line).skip(1)).map(str::to_owned).collect();
    let mut seen = HashSet::new();
    if let Some(twice) = names.iter().find(|&name| !seen.insert(name)) {
        return Err(line_1(path, "a different name for every column", format!("`{}` twice", shown(twice))));
    }
    Ok(Header { names, length: mark + end })
}

fn line_1(path: &Path, expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::content(path, "line 1: ", expected, found)
}

/// The names in a header.
fn names(line: &str) -> impl Iterator<Item = &str> {
    line.trim_end().split(',').map(|name| name.trim().trim_matches('"'))
}

/// The first fault in whole lines of text, of which the first is line number `line`.
pub(super) fn first(path: &Path, text: &[u8], header: &Header, mut line: usize) -> Option<Error> {
    for content in text.strip_suffix(b"\n").unwrap_or(text).split(|&byte| byte == b'\n') {
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let at = format!("line {line}: ");
        if content.is_empty() {
            return Some(Error::content(path, at, "a label and 784 pixels", "an empty line"));
        }
        let fields = content.split(|&byte| byte == b',').count();
        for (column, (field, name)) in content.split(|&byte| byte == b',').zip(&header.names).enumerate() {
            let (expected, most) =
                if column == 0 { ("a label from 0 to 9", 9) } else { ("a whole number from 0 to 255", 255) };
            match number(field) {
                Some(value) if value <= most => continue,
                // A short line ends in a field cut in two, if at all: its length is the fault to name.
                _ if fields != header.names.len() => break,
                _ => {}
            }
            let field = String::from_utf8_lossy(field);
            let found = match field.trim() {
                "" => "nothing".into(),
                text if text.starts_with('"') => format!("`{}` in quotes", shown(text.trim_matches('"'))),
                _ => format!("`{}`", shown(&field)),
            };
            return Some(Error::content(path, format!("line {line}, column {}: ", shown(name)), expected, found));
        }
        if fields != header.names.len() {
            let expected = format!("{} fields", header.names.len());
            return Some(Error::content(path, at, expected, fields.to_string()));
        }
        line += 1;
    }
    None
}

/// A number as polars reads it: blanks, one plus sign and zeros may stand before it, nothing behind it.
fn number(field: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(field).ok()?.trim_start_matches([' ', '\t']);
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    // Three digits suffice to know whether it is too large; none are left of 0.
    match significant.len() {
        0 => Some(0),
        1..=3 => significant.parse().ok(),
        _ => Some(u32::MAX),
    }
}
