//! Tables: rows and columns as a cell's result, in HTML and in plain text.

mod column;
mod frame;
mod html;
mod rows;

use std::fmt::{self, Display};

use crate::plot::{bundle, text};
use crate::{Error, Result};
use column::{Column, Shown};
use rows::{FIRST_ROWS, LAST_ROWS, Rows};

/// Where a column's texts stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// At the left, as words do.
    Left,
    /// At the right, as numbers do.
    Right,
}

/// Rows and columns that show themselves as a cell's last expression.
///
/// A long table and a wide one are cut in their middle, and say how much is left out. Columns of numbers
/// stand at the right.
///
/// ```
/// use nn_core::notebook::Table;
///
/// let table = Table::new("Accuracy", ["epoch", "ours", "original"], [["0", "0.8551", "0.8534"], ["1", "0.8849", "0.8837"]])?;
/// assert_eq!(table.to_text(), "Accuracy\nepoch    ours  original\n    0  0.8551    0.8534\n    1  0.8849    0.8837");
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Table {
    caption: String,
    columns: Vec<Column>,
    /// Of which the columns hold only those that are shown.
    row_count: usize,
    /// Whether a last row, apart from the others, holds their sums.
    has_total: bool,
    decimals: Option<usize>,
}

/// What can be shown as a table: `frame.table()`.
pub trait ToTable {
    /// The table, ready to be a cell's last expression.
    fn table(&self) -> Table;
}

/// Of a wider table, only its first and last columns are shown.
const FIRST_COLUMNS: usize = 8;
const LAST_COLUMNS: usize = 4;
/// A text longer than this is cut.
const LONGEST: usize = 80;

impl Table {
    /// A table of texts; numbers become texts by [`plot::number`](crate::plot::number) or
    /// `format!`.
    ///
    /// A column whose texts are all numbers is aligned right, any other left; [`align`](Self::align) changes that. An empty
    /// `caption` is not shown.
    ///
    /// # Errors
    /// [`Error::Argument`] if a row has more or fewer texts than there are headers.
    pub fn new<Row>(
        caption: impl AsRef<str>,
        headers: impl IntoIterator<Item = impl Display>,
        rows: impl IntoIterator<Item = Row>,
    ) -> Result<Self>
    where
        Row: IntoIterator<Item: Display>,
    {
        let headers: Vec<_> = headers.into_iter().map(clean).collect();
        let count = headers.len();
        let mut kept = Rows::new(headers);
        for (index, row) in rows.into_iter().enumerate() {
            let texts: Vec<_> = row.into_iter().map(clean).collect();
            if texts.len() != count {
                let expected = format!("{count} texts in each row, one for each header");
                return Err(Error::argument("rows", expected, format!("{} in row {index}", texts.len())));
            }
            kept.push(texts);
        }
        Ok(Self::of_rows(clean(caption.as_ref()), kept))
    }

    /// A table of rows with as many texts as there are headers.
    pub(super) fn of(caption: String, headers: Vec<String>, rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        let mut kept = Rows::new(headers);
        rows.into_iter().for_each(|row| kept.push(row));
        Self::of_rows(caption, kept)
    }

    fn of_rows(caption: String, rows: Rows) -> Self {
        let row_count = rows.count();
        Self { caption, columns: rows.columns(), row_count, has_total: false, decimals: None }
    }

    /// A last row apart from the others, with as many texts as there are headers.
    pub(super) fn total(mut self, total: Vec<String>) -> Self {
        self.has_total = true;
        for (column, total) in self.columns.iter_mut().zip(total) {
            column.total = total;
        }
        self
    }

    /// The line above the table.
    pub fn caption(mut self, caption: impl AsRef<str>) -> Self {
        self.caption = clean(caption.as_ref());
        self
    }

    /// Where each column stands, from the left; columns without one keep theirs.
    pub fn align(mut self, aligns: impl IntoIterator<Item = Align>) -> Self {
        for (column, align) in self.columns.iter_mut().zip(aligns) {
            column.align = align;
        }
        self
    }

    /// How many decimals a frame's floats have; without it, as many as the column needs, at most 4, or an exponent where all
    /// are below 0.0001.
    pub fn decimals(mut self, decimals: usize) -> Self {
        self.decimals = Some(decimals);
        self
    }

    /// The table in plain text, its columns aligned by spaces.
    pub fn to_text(&self) -> String {
        let mut lines = vec![String::new(); 1 + self.shown_rows() + usize::from(self.has_total)];
        for (index, column) in self.shown().iter().enumerate() {
            let total = self.has_total.then_some(&column.total);
            let texts: Vec<&String> = std::iter::once(&column.header).chain(&column.texts).chain(total).collect();
            let widest = texts.iter().map(|text| width(text)).fold(0, usize::max);
            for (line, text) in lines.iter_mut().zip(texts) {
                let space = " ".repeat(widest - width(text));
                line.push_str(if index > 0 { "  " } else { "" });
                match column.align {
                    Align::Left => line.extend([text.as_str(), &space]),
                    Align::Right => line.extend([space.as_str(), text]),
                }
            }
        }
        if let Some(rest) = self.rest_of_rows() {
            lines.insert(1 + FIRST_ROWS, rest);
        }
        if !self.caption.is_empty() {
            lines.insert(0, self.caption.clone());
        }
        lines.extend(self.rest_of_columns());
        lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
    }

    /// Shows the table as a cell's result: HTML, with plain text for viewers that have only that.
    pub fn evcxr_display(&self) {
        bundle::print(&[("text/html", &self.to_html()), ("text/plain", &self.to_text())]);
    }

    /// The columns that are shown, with a column of dots for those that are not.
    fn shown(&self) -> Vec<Shown> {
        let count = self.columns.len();
        let mut shown = Vec::new();
        for (index, column) in self.columns.iter().enumerate() {
            if is_shown(index, count) {
                shown.push(column.shown(self.decimals));
            } else if index == FIRST_COLUMNS {
                shown.push(Shown::dots(self.shown_rows()));
            }
        }
        shown
    }

    fn shown_rows(&self) -> usize {
        self.row_count.min(FIRST_ROWS + LAST_ROWS)
    }

    /// "… 59,980 more rows"
    fn rest_of_rows(&self) -> Option<String> {
        rest(self.row_count - self.shown_rows(), "row")
    }

    /// "… 773 more columns"
    fn rest_of_columns(&self) -> Option<String> {
        rest(self.columns.len().saturating_sub(FIRST_COLUMNS + LAST_COLUMNS), "column")
    }
}

/// One line: `Table: 10 rows, 3 columns`.
impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table: {} rows, {} columns", self.row_count, self.columns.len())
    }
}

/// Whether the column at `index` of `count` is shown.
fn is_shown(index: usize, count: usize) -> bool {
    index < FIRST_COLUMNS || index + LAST_COLUMNS >= count
}

fn rest(count: usize, what: &str) -> Option<String> {
    let plural = if count == 1 { "" } else { "s" };
    (count > 0).then(|| format!("… {} more {what}{plural}", text::whole(count)))
}

fn clean(text: impl Display) -> String {
    let text = text::clean(&text.to_string());
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.split_at(end).0),
        None => text,
    }
}

/// How many columns of a terminal the text takes: Chinese signs take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{FFDC}') { 2 } else { 1 }).sum()
}
