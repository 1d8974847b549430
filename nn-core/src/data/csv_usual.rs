//! Lines of any layout, made the usual ones: `label,pixel,…,pixel`, whole numbers, commas.
//!
//! Only what has one meaning is changed: the columns' order, what stands between them, and `7.0` into `7`.

use std::path::Path;

use super::csv_faults;
use super::csv_layout::{Header, Label};
use crate::error::shown;
use crate::{Error, Result};

/// What was seen of a table's numbers, over all its lines.
#[derive(Default)]
pub(super) struct Seen {
    /// Numbers were written as `7.0`.
    decimals: bool,
    /// A pixel was neither 0 nor 1.
    beyond_one: bool,
    /// A label was not 0, or a last pixel above 9.
    told: bool,
    /// A last pixel was not 0.
    last: bool,
}

/// The lines of `text` as the usual ones; the first is line number `line`.
///
/// # Errors
/// [`Error::Content`] if a line does not have the header's number of columns.
pub(super) fn usual(path: &Path, text: Vec<u8>, header: &Header, mut line: usize, seen: &mut Seen) -> Result<Vec<u8>> {
    let from = line;
    if header.is_usual() && !has_point(&text) {
        seen.beyond_one = true;
        return Ok(text);
    }
    let mut out = Vec::with_capacity(text.len());
    for content in text.strip_suffix(b"\n").unwrap_or(&text).split(|&byte| byte == b'\n') {
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let fault = if content.is_empty() { None } else { append(content, header, seen, &mut out) };
        if let Some((expected, found)) = fault {
            // A line before this one may be wrong in another way.
            let earlier = if out.is_empty() { None } else { csv_faults::first(path, &out, header, from) };
            return Err(earlier.unwrap_or_else(|| Error::content(path, format!("line {line}: "), expected, found)));
        }
        out.push(b'\n');
        line += 1;
    }
    Ok(out)
}

/// Whether there is a point anywhere, asked of many bytes at once: nearly all tables have none, and are long.
fn has_point(text: &[u8]) -> bool {
    text.chunks(4096).any(|bytes| bytes.iter().fold(false, |found, &byte| found | (byte == b'.')))
}

/// Adds one line, without its end; if it cannot be, says what was expected and what was found, and adds nothing.
fn append(content: &[u8], header: &Header, seen: &mut Seen, out: &mut Vec<u8>) -> Option<(String, String)> {
    let fields = || content.split(|&byte| byte == header.separator);
    let count = fields().count();
    if count != header.columns {
        return Some((format!("{} fields", header.columns), count.to_string()));
    }
    if let Some(field) = fields().find(|field| whole(field, header).0.contains(&b',')) {
        return Some(("whole numbers".to_owned(), format!("`{}`", shown(&String::from_utf8_lossy(field)))));
    }
    let skipped = usize::from(header.index) + usize::from(header.label == Some(Label::First));
    let label = match header.label {
        Some(Label::First) => fields().nth(usize::from(header.index)),
        Some(Label::Last) => fields().next_back(),
        None => None,
    };
    out.extend(label.map_or(b"0".as_slice(), |label| whole(label, header).0));
    for field in fields().skip(skipped).take(header.names.len() - 1) {
        let (field, decimal) = whole(field, header);
        seen.decimals |= decimal;
        seen.beyond_one |= !matches!(field, b"0" | b"1");
        out.push(b',');
        out.extend(field);
    }
    None
}

/// `7` for a field `7.0`, and whether it was one; `7,0` too where no comma stands between the columns.
fn whole<'a>(field: &'a [u8], header: &Header) -> (&'a [u8], bool) {
    let is_point = |&byte: &u8| byte == b'.' || byte == b',' && header.separator != b',';
    if let Some(point) = field.iter().position(is_point)
        && let (before, [_, zeros @ ..]) = field.split_at(point)
        && !before.is_empty()
        && before.iter().all(u8::is_ascii_digit)
        && !zeros.is_empty()
        && zeros.iter().all(|&digit| digit == b'0')
    {
        return (before, true);
    }
    (field, false)
}

impl Seen {
    /// Looks at lines without a header, usual ones, whether their first column can be the labels'.
    pub(super) fn look_for_labels(&mut self, text: &[u8]) {
        for line in text.split(|&byte| byte == b'\n') {
            if self.told {
                return;
            }
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let mut fields = line.split(|&byte| byte == b',');
            if let (Some(first), Some(last)) = (fields.next(), fields.next_back()) {
                self.told |= first != b"0" || !matches!(last, [b'0'..=b'9']);
                self.last |= last != b"0";
            }
        }
    }

    /// Refuses a table whose numbers, taken together, may mean something else than they would be read as.
    ///
    /// # Errors
    /// [`Error::Content`], with the cure.
    pub(super) fn check(&self, path: &Path, header: &Header) -> Result<()> {
        if self.decimals && !self.beyond_one {
            let found = "0.0 and 1.0 alone: scaled or black and white? Write them times 255, as whole numbers";
            return Err(Error::content(path, "", "pixels from 0 to 255", found));
        }
        if header.lines == 0 && header.label.is_some() && !self.told && self.last {
            let found = "0 in the first column of every line and 0 to 9 in the last: if those are the labels, put a header \
                         before the lines whose last name is `label`";
            return Err(Error::content(path, "", "labels in the first column, where no header names them", found));
        }
        Ok(())
    }
}
