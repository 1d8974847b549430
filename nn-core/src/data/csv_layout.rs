//! How a table is laid out: with a header or without, where its labels stand, what stands between its columns.
//!
//! Tables come from many hands. What can be meant in one way only is read; anything else is refused, with the cure.

use std::collections::HashSet;
use std::path::Path;

use super::csv_number::number;
use super::dataset::{PIXELS, SIDE};
use crate::error::shown;
use crate::store::kind::{self, Wanted};
use crate::{Error, Result};

/// A byte order mark.
const MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

const HEADER: &str = "a header line `label,1x1,1x2,…,28x28`";

/// What the labels' column may be called, whatever its case.
const LABEL_NAMES: [&str; 5] = ["label", "labels", "class", "target", "y"];

/// What a column may be called that only numbers the lines; pandas gives it no name, or this one.
const INDEX_NAMES: [&str; 4] = ["", "unnamed: 0", "index", "id"];

/// What a table is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// Pictures and their labels.
    Digits,
    /// Pictures, with labels or without.
    Inputs,
}

/// A table's first line, and what it says of the others.
pub(super) struct Header {
    /// The names of the columns as they are read: `label`, then those of the pixels.
    pub(super) names: Vec<String>,
    /// How many bytes come before the first line of numbers.
    pub(super) length: usize,
    /// How many lines come before it: 1, or 0 without a header.
    pub(super) lines: usize,
    /// What stands between two columns.
    pub(super) separator: u8,
    /// How many columns the file has.
    pub(super) columns: usize,
    /// Where the labels stand, if anywhere.
    pub(super) label: Option<Label>,
    /// Whether the first column only numbers the lines.
    pub(super) index: bool,
}

/// Where the labels stand, an index left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    First,
    Last,
}

impl Header {
    /// Whether the lines are as `csv_plain` reads them: a label, then the pixels, with commas between.
    pub(super) fn is_usual(&self) -> bool {
        self.separator == b',' && self.label == Some(Label::First) && !self.index
    }
}

/// Reads the header from the start of a table, or finds that there is none but numbers.
///
/// # Errors
/// [`Error::Content`] if the first line is none of a table of digits, or may mean several things.
pub(super) fn header(path: &Path, text: &[u8], purpose: For) -> Result<Header> {
    if text.starts_with(&[0xff, 0xfe]) || text.starts_with(&[0xfe, 0xff]) {
        return Err(line_1(path, "UTF-8 text", "UTF-16: save the table again as UTF-8"));
    }
    if let Some(found) = kind::foreign(text.get(..kind::ENOUGH).unwrap_or(text), Wanted::Table) {
        return Err(line_1(path, HEADER, found));
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
    let separator = separator(line);
    if separator == b' ' {
        let found = "numbers with blanks between them: numpy.savetxt writes commas with delimiter=\",\"";
        return Err(line_1(path, "commas, semicolons or tabs between the columns", found));
    }
    // Counted before they are kept: a long line of commas should not fill the memory.
    let columns = fields(line, separator).count();
    let numbers = fields(line, separator).filter(|field| is_number(field)).count();
    // pandas names columns 0, 1, 2, …: a name that is none of these shows that it is a header.
    let mut ends = fields(line, separator).take(1).chain(fields(line, separator).skip(1).last());
    let named = ends.any(|name| is_one_of(name, &LABEL_NAMES) || is_one_of(name, &INDEX_NAMES));
    let only_numbered = purpose == For::Inputs && columns == PIXELS && counts(line, separator, 0);
    if 2 * numbers > columns && !named && !only_numbered {
        return without_header(path, line, separator, columns, mark, purpose);
    }
    with_header(path, line, separator, columns, mark + end, purpose)
}

/// The layout of a table whose first line holds numbers, after `mark` bytes.
fn without_header(path: &Path, line: &str, separator: u8, columns: usize, mark: usize, purpose: For) -> Result<Header> {
    let first = shown(fields(line, separator).next().unwrap_or_default());
    if columns > 2 && (counts(line, separator, 0) || counts(line, separator, 1)) {
        let cure = "in pandas, to_csv(…, header=False, index=False) leaves it out";
        return Err(line_1(path, HEADER, format!("a header that only numbers the columns, `{first},…`: {cure}")));
    }
    // A picture's pixels are of 256 tones: more different numbers than that are names that were made from a picture.
    let different: HashSet<&str> = fields(line, separator).take(columns.min(COLUMNS)).collect();
    if different.len() > 512 {
        let cure = "pandas took the first picture for one; read_csv(…, header=None), then to_csv(…, header=False, index=False)";
        return Err(line_1(path, HEADER, format!("a header of numbers, `{first},…`: {cure}")));
    }
    let label = match columns {
        COLUMNS => Some(Label::First),
        PIXELS if purpose == For::Inputs => None,
        PIXELS => {
            return Err(line_1(
                path,
                COLUMNS_EXPECTED,
                format!("{PIXELS} numbers: pictures without labels are read by data::inputs"),
            ));
        }
        _ => {
            let cure = match columns.checked_sub(1) {
                Some(COLUMNS) => ": an index before the label? In pandas, to_csv(…, index=False) leaves it out",
                _ => "",
            };
            return Err(line_1(path, COLUMNS_EXPECTED, format!("{columns} (the first is `{first}`){cure}")));
        }
    };
    let pixels = (0..PIXELS).map(|pixel| format!("{}x{}", pixel / SIDE + 1, pixel % SIDE + 1));
    let names = ["label".to_owned()].into_iter().chain(pixels).collect();
    Ok(Header { names, length: mark, lines: 0, separator, columns, label, index: false })
}

const COLUMNS: usize = PIXELS + 1;
const COLUMNS_EXPECTED: &str = "785 columns, `label` and 784 pixels";

/// The layout of a table whose first line holds names; it is `length` bytes long.
fn with_header(path: &Path, line: &str, separator: u8, columns: usize, length: usize, purpose: For) -> Result<Header> {
    let all = || fields(line, separator);
    let first = all().next().unwrap_or_default();
    let labels = all().filter(|name| is_one_of(name, &LABEL_NAMES)).count();
    let index = is_one_of(first, &INDEX_NAMES) && matches!((columns, labels), (786, 1) | (785, 0));
    let names = || all().skip(usize::from(index));
    let label = match (columns - usize::from(index), labels) {
        (PIXELS, 0) if purpose == For::Inputs => None,
        (PIXELS, 0) => {
            let found = format!("{PIXELS} and none of them `label`: pictures without labels are read by data::inputs");
            return Err(line_1(path, COLUMNS_EXPECTED, found));
        }
        (COLUMNS, 1) if names().next().is_some_and(|name| is_one_of(name, &LABEL_NAMES)) => Some(Label::First),
        (COLUMNS, 1) if names().last().is_some_and(|name| is_one_of(name, &LABEL_NAMES)) => Some(Label::Last),
        (COLUMNS, 0) => {
            let found = format!("`{}`: rename the labels' column to `label`", shown(first));
            return Err(line_1(path, "`label` as the first column's name", found));
        }
        (COLUMNS, count) => {
            let found = match count {
                1 => "it between the pixels' columns".to_owned(),
                _ => format!("{count} columns with such a name"),
            };
            return Err(line_1(path, "the labels' column, `label` or `class`, first or last", found));
        }
        _ => return Err(line_1(path, COLUMNS_EXPECTED, format!("{columns} (the first is `{}`)", shown(first)))),
    };
    let pixels = names().skip(usize::from(label == Some(Label::First))).take(PIXELS);
    let names: Vec<String> = ["label"].into_iter().chain(pixels).map(str::to_owned).collect();
    let mut seen = HashSet::new();
    if let Some(twice) = names.iter().find(|&name| !seen.insert(name)) {
        return Err(line_1(path, "a different name for every column", format!("`{}` twice", shown(twice))));
    }
    Ok(Header { names, length, lines: 1, separator, columns, label, index })
}

fn line_1(path: &Path, expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::content(path, "line 1: ", expected, found)
}

/// What stands between the columns: of comma, semicolon, tab and blank the one that the line has most of.
fn separator(line: &str) -> u8 {
    let mut most = (0, b',');
    for separator in [b',', b';', b'\t', b' '] {
        let count = line.bytes().filter(|&byte| byte == separator).count();
        // Words have blanks between them; only very many of them are columns.
        if count > most.0 && (separator != b' ' || count >= PIXELS - 1) {
            most = (count, separator);
        }
    }
    most.1
}

/// The fields of the first line, without blanks and quotes around them.
fn fields(line: &str, separator: u8) -> impl Iterator<Item = &str> {
    line.trim_end_matches(['\r', '\n', ' ']).split(char::from(separator)).map(|name| name.trim().trim_matches('"'))
}

/// Whether the fields are from, from + 1, ….
fn counts(line: &str, separator: u8, from: usize) -> bool {
    fields(line, separator).zip(from..).all(|(field, number)| field == number.to_string())
}

/// Whether a field of the first line is a number, so that the line is no header.
fn is_number(field: &str) -> bool {
    number(field.as_bytes()).is_some() || field.parse::<f64>().is_ok_and(f64::is_finite)
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}
