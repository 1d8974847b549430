//! What is wrong with a table, and on which line: polars is fast, but says where only in bytes, and lets some faults pass.

use std::collections::HashSet;
use std::path::Path;

use super::PIXELS;
use crate::error::shown;
use crate::{Error, Result};

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
pub(super) fn header(path: &Path, text: &[u8]) -> Result<Header> {
    let wrong = |expected: String, found: String| Err(Error::content(path, "line 1: ", expected, found));
    if text.starts_with(&[0xff, 0xfe]) || text.starts_with(&[0xfe, 0xff]) {
        return wrong("UTF-8 text".into(), "UTF-16: save the table again as UTF-8".into());
    }
    let mark = if text.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
    let end = text.iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| at + 1);
    let line = text.get(mark..end).unwrap_or_default();
    let Some(line) = std::str::from_utf8(line).ok().filter(|line| !line.contains('\0')) else {
        return wrong(HEADER.into(), "bytes that are not text".into());
    };
    if line.trim().is_empty() {
        return wrong(HEADER.into(), "an empty line".into());
    }
    let names = || line.trim_end().split(',').map(|name| name.trim().trim_matches('"'));
    let label = names().next().unwrap_or_default();
    if number(label.as_bytes()).is_some() {
        let found = format!("no header but a number, `{}`: add that line before it", shown(label));
        return wrong(HEADER.into(), found);
    }
    // Counted before they are kept: a long line of commas should not fill the memory.
    let count = names().count();
    if count != PIXELS + 1 {
        let expected = format!("{} columns, `label` and {PIXELS} pixels", PIXELS + 1);
        return wrong(expected, format!("{count} (the first is `{}`)", shown(label)));
    }
    if !label.eq_ignore_ascii_case("label") {
        return wrong("`label` as the first column's name".into(), format!("`{}`", shown(label)));
    }
    let names: Vec<String> = ["label"].into_iter().chain(names().skip(1)).map(str::to_owned).collect();
    let mut seen = HashSet::new();
    if let Some(twice) = names.iter().find(|&name| !seen.insert(name)) {
        return wrong("a different name for every column".into(), format!("`{}` twice", shown(twice)));
    }
    Ok(Header { names, length: end })
}

/// The first fault in whole lines of text, of which the first is line number `line`.
pub(super) fn first(path: &Path, text: &[u8], header: &Header, mut line: usize) -> Option<Error> {
    for content in text.strip_suffix(b"\n").unwrap_or(text).split(|&byte| byte == b'\n') {
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let fault = |at: String, expected: &str, found: String| Some(Error::content(path, at, expected, found));
        if content.is_empty() {
            return fault(format!("line {line}: "), "a label and 784 pixels", "an empty line".into());
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
            return fault(format!("line {line}, column {}: ", shown(name)), expected, found);
        }
        if fields != header.names.len() {
            let expected = format!("{} fields", header.names.len());
            return fault(format!("line {line}: "), &expected, fields.to_string());
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
    // Three digits suffice to know whether it is too large.
    if significant.len() > 3 { Some(u32::MAX) } else { Some(significant.parse().unwrap_or(0)) }
}
