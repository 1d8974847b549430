//! What is wrong with a table, and on which line: polars is fast, but says where only in bytes, and lets some faults pass.

use std::path::Path;

use super::csv_layout::Header;
use super::csv_number::number;
use crate::Error;
use crate::error::shown;

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
                text => format!("`{}`{}", shown(&field), cure(text, column == 0)),
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

/// What helps against fields that many tables have.
fn cure(field: &str, is_label: bool) -> &'static str {
    match field.parse::<f64>() {
        Ok(label) if is_label && (10.0..62.0).contains(&label) => {
            ": one of EMNIST's classes? data::idx reads its files, with as many classes as there are"
        }
        Ok(pixel) if (0.0..=1.0).contains(&pixel) && field.contains('.') && !is_label => {
            ": pixels from 0 to 1? Write them times 255, as whole numbers"
        }
        Ok(_) if field.contains("e+") => ": numpy.savetxt writes whole numbers with fmt=\"%d\"",
        _ => "",
    }
}
