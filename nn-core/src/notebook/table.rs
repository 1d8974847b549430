//! Tables: rows and columns as a cell's result, in HTML with plain text beside it.

use std::collections::VecDeque;
use std::fmt::{self, Display, Write};

use polars_core::prelude::{AnyValue, Column, DataFrame};

use crate::plot::{bundle, number, text};
use crate::{Error, Result};

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
    headers: Vec<String>,
    aligns: Vec<Align>,
    /// Only the rows that are shown.
    rows: Vec<Vec<Cell>>,
    row_count: usize,
    /// A last row of texts, apart from the others: their sums.
    total: Option<Vec<String>>,
    decimals: Option<usize>,
}

/// A number keeps its value until it is shown: only then are its decimals known.
#[derive(Clone)]
enum Cell {
    Text(String),
    Float(f64),
}

/// Of a longer table, only its first and last rows are shown.
const FIRST_ROWS: usize = 15;
const LAST_ROWS: usize = 5;
/// Of a wider table, only its first and last columns are shown.
const FIRST_COLUMNS: usize = 8;
const LAST_COLUMNS: usize = 4;
/// A text longer than this is cut.
const LONGEST: usize = 80;
/// Floats have at most this many decimals unless the caller chooses.
const DECIMALS: usize = 4;
/// A column of floats that are all below this is written with exponents: `1.1e−16`.
const SMALLEST: f64 = 1e-4;

impl Table {
    /// A table of texts; numbers become texts by [`number`] or `format!`.
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
        let mut error = None;
        let count = headers.len();
        let rows = rows.into_iter().enumerate().map_while(|(index, row)| {
            let texts: Vec<_> = row.into_iter().map(clean).collect();
            if texts.len() != count {
                let expected = format!("{count} texts in each row, one for each header");
                error = Some(Error::argument("rows", expected, format!("{} in row {index}", texts.len())));
                return None;
            }
            Some(texts)
        });
        let table = Self::of(clean(caption.as_ref()), headers, rows);
        error.map_or(Ok(table), Err)
    }

    /// A table of rows with as many texts as there are headers.
    pub(super) fn of(caption: String, headers: Vec<String>, rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        let mut first: Vec<Vec<Cell>> = Vec::new();
        let mut last: VecDeque<Vec<Cell>> = VecDeque::new();
        let mut is_numeric = vec![true; headers.len()];
        let mut row_count = 0;
        for texts in rows {
            row_count += 1;
            is_numeric.iter_mut().zip(&texts).for_each(|(is, text)| *is &= is_number(text));
            let cells = texts.into_iter().map(Cell::Text).collect();
            if first.len() < FIRST_ROWS {
                first.push(cells);
                continue;
            }
            if last.len() == LAST_ROWS {
                last.pop_front();
            }
            last.push_back(cells);
        }
        let right = |is_numeric| if is_numeric && row_count > 0 { Align::Right } else { Align::Left };
        let aligns = is_numeric.into_iter().map(right).collect();
        let rows = first.into_iter().chain(last).collect();
        Self { caption, headers, aligns, rows, row_count, total: None, decimals: None }
    }

    /// A last row apart from the others.
    pub(super) fn total(self, total: Vec<String>) -> Self {
        Self { total: Some(total), ..self }
    }

    /// A polars frame as a table: of more than 20 rows the first 15 and the last 5, of more than 12 columns the first 8 and the
    /// last 4.
    pub fn from_frame(frame: &DataFrame) -> Self {
        let columns = frame.columns();
        let cell = |column: &Column, row: usize| match column.get(row) {
            Ok(AnyValue::Float32(value)) => Cell::Float(f64::from(value)),
            Ok(AnyValue::Float64(value)) => Cell::Float(value),
            Ok(AnyValue::String(value)) => Cell::Text(clean(value)),
            Ok(value) => Cell::Text(clean(value)),
            Err(_) => Cell::Text(String::new()),
        };
        let height = frame.height();
        let rows = (0..height).filter(|&row| row < FIRST_ROWS || row + LAST_ROWS >= height);
        let is_shown = |index: usize| index < FIRST_COLUMNS || index + LAST_COLUMNS >= columns.len();
        let row = |row| {
            let cells = columns.iter().enumerate().map(|(index, column)| match is_shown(index) {
                true => cell(column, row),
                // Never shown: the frame's other columns need not be read.
                false => Cell::Text(String::new()),
            });
            cells.collect()
        };
        let align = |column: &Column| match column.dtype().is_primitive_numeric() {
            true => Align::Right,
            false => Align::Left,
        };
        Self {
            caption: String::new(),
            headers: columns.iter().map(|column| clean(column.name())).collect(),
            aligns: columns.iter().map(align).collect(),
            rows: rows.map(row).collect(),
            row_count: height,
            total: None,
            decimals: None,
        }
    }

    /// The line above the table.
    pub fn caption(mut self, caption: impl AsRef<str>) -> Self {
        self.caption = clean(caption.as_ref());
        self
    }

    /// Where each column stands, from the left; columns without one keep theirs.
    pub fn align(mut self, aligns: impl IntoIterator<Item = Align>) -> Self {
        self.aligns.iter_mut().zip(aligns).for_each(|(old, new)| *old = new);
        self
    }

    /// How many decimals a frame's floats have; without it, as many as the column needs, at most 4, or an exponent where all
    /// are below 0.0001.
    pub fn decimals(mut self, decimals: usize) -> Self {
        self.decimals = Some(decimals);
        self
    }

    /// The table in HTML: colours come from the page it stands on, light or dark.
    pub fn to_html(&self) -> String {
        let shown = self.shown();
        let line = "1px solid rgba(128,128,128,0.45)";
        let mut html = String::from(
            "<table style=\"border-collapse:collapse;border:0;color:inherit;font-variant-numeric:tabular-nums;margin:0.4em 0\">\n",
        );
        if !self.caption.is_empty() {
            let caption = escape(&self.caption);
            let style =
                "caption-side:top;text-align:left;white-space:nowrap;font-weight:600;padding:0.2em 0;color:inherit";
            let _ = writeln!(html, "<caption style=\"{style}\">{caption}</caption>");
        }
        html += "<thead><tr>";
        for column in &shown {
            let (align, header) = (css(column.align), escape(&column.header));
            let style =
                format!("text-align:{align};padding:0.25em 0.7em;border:0;border-bottom:{line};font-weight:600");
            let _ = write!(html, "<th scope=\"col\" style=\"{style}\">{header}</th>");
        }
        html += "</tr></thead>\n<tbody>\n";
        let span = shown.len().max(1);
        for row in 0..self.rows.len() {
            if let (FIRST_ROWS, Some(rest)) = (row, self.rest_of_rows()) {
                let style = "text-align:left;padding:0.2em 0.7em;border:0;opacity:0.75";
                let _ = writeln!(html, "<tr><td colspan=\"{span}\" style=\"{style}\">{rest}</td></tr>");
            }
            html += "<tr>";
            for column in &shown {
                let (align, text) = (css(column.align), escape(column.texts.get(row).map_or("", String::as_str)));
                let style = format!("text-align:{align};padding:0.2em 0.7em;border:0;white-space:nowrap");
                let _ = write!(html, "<td style=\"{style}\">{text}</td>");
            }
            html += "</tr>\n";
        }
        html += "</tbody>\n";
        if self.total.is_some() || self.rest_of_columns().is_some() {
            html += "<tfoot>";
            if self.total.is_some() {
                html += "<tr>";
                for column in &shown {
                    let style = format!(
                        "text-align:{};padding:0.25em 0.7em;border:0;border-top:{line};font-weight:600",
                        css(column.align)
                    );
                    let _ = write!(html, "<td style=\"{style}\">{}</td>", escape(&column.total));
                }
                html += "</tr>";
            }
            if let Some(rest) = self.rest_of_columns() {
                let style = format!("text-align:left;padding:0.25em 0.7em;border:0;border-top:{line};opacity:0.75");
                let _ = write!(html, "<tr><td colspan=\"{span}\" style=\"{style}\">{rest}</td></tr>");
            }
            html += "</tfoot>\n";
        }
        html + "</table>"
    }

    /// The table in plain text, its columns aligned by spaces.
    pub fn to_text(&self) -> String {
        let shown = self.shown();
        let mut lines = vec![String::new(); 1 + self.rows.len() + usize::from(self.total.is_some())];
        for (index, column) in shown.iter().enumerate() {
            let total = self.total.as_ref().map(|_| &column.total);
            let texts: Vec<&String> = std::iter::once(&column.header).chain(&column.texts).chain(total).collect();
            let widest = texts.iter().map(|text| columns(text)).max().unwrap_or(0);
            for (line, text) in lines.iter_mut().zip(texts) {
                let space = " ".repeat(widest - columns(text));
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
        let caption = Some(self.caption.clone()).filter(|caption| !caption.is_empty());
        let lines = caption.into_iter().chain(lines).chain(self.rest_of_columns());
        lines.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    /// Shows the table as a cell's result: HTML, with plain text for viewers that have only that.
    pub fn evcxr_display(&self) {
        bundle::print(&[("text/html", &self.to_html()), ("text/plain", &self.to_text())]);
    }

    fn shown(&self) -> Vec<Shown> {
        let count = self.headers.len();
        let columns = self.headers.iter().zip(&self.aligns).enumerate();
        let shown = |(index, (header, &align)): (usize, (&String, &Align))| Shown {
            header: header.clone(),
            align,
            texts: self.texts(index),
            total: self.total.as_ref().and_then(|total| total.get(index)).cloned().unwrap_or_default(),
        };
        if count <= FIRST_COLUMNS + LAST_COLUMNS {
            return columns.map(shown).collect();
        }
        let dots = Shown {
            header: "…".into(),
            align: Align::Left,
            texts: vec!["…".into(); self.rows.len()],
            total: String::new(),
        };
        let last = columns.clone().skip(count - LAST_COLUMNS).map(shown);
        columns.take(FIRST_COLUMNS).map(shown).chain([dots]).chain(last).collect()
    }

    fn texts(&self, index: usize) -> Vec<String> {
        let floats = || {
            self.rows.iter().filter_map(|row| match row.get(index) {
                Some(Cell::Float(value)) if value.is_finite() => Some(*value),
                _ => None,
            })
        };
        let needed = floats().map(|value| {
            let digits = format!("{:.DECIMALS$}", value);
            DECIMALS - (digits.len() - digits.trim_end_matches('0').len()).min(DECIMALS)
        });
        let decimals = self.decimals.unwrap_or_else(|| needed.max().unwrap_or(0).max(1));
        // Differences near 0, which decimals would all show as 0.
        let largest = floats().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let is_tiny = self.decimals.is_none() && largest > 0.0 && largest < SMALLEST;
        let text = |row: &Vec<Cell>| match row.get(index) {
            Some(Cell::Text(text)) => text.clone(),
            Some(Cell::Float(value)) if is_tiny => format!("{value:.1e}").replace('-', "−"),
            Some(Cell::Float(value)) => number(*value, decimals),
            None => String::new(),
        };
        self.rows.iter().map(text).collect()
    }

    /// "… 59,980 more rows"
    fn rest_of_rows(&self) -> Option<String> {
        rest(self.row_count - self.rows.len(), "row")
    }

    /// "… 773 more columns"
    fn rest_of_columns(&self) -> Option<String> {
        rest(self.headers.len().saturating_sub(FIRST_COLUMNS + LAST_COLUMNS), "column")
    }
}

fn rest(count: usize, what: &str) -> Option<String> {
    let plural = if count == 1 { "" } else { "s" };
    (count > 0).then(|| format!("… {} more {what}{plural}", number(count as f64, 0)))
}

/// A column as it is shown.
struct Shown {
    header: String,
    align: Align,
    texts: Vec<String>,
    total: String,
}

/// One line: `Table(10 rows, 3 columns)`.
impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({} rows, {} columns)", self.row_count, self.headers.len())
    }
}

/// What can be shown as a table: `frame.table()`.
pub trait ToTable {
    /// The table, ready to be a cell's last expression.
    fn table(&self) -> Table;
}

impl ToTable for DataFrame {
    fn table(&self) -> Table {
        Table::from_frame(self)
    }
}

fn clean(text: impl Display) -> String {
    let text = text::clean(&text.to_string());
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.split_at(end).0),
        None => text,
    }
}

fn is_number(text: &str) -> bool {
    let is_sign = |c: char| "+-−.,%×eE∞–/ ".contains(c);
    text.is_empty() || text.chars().all(|c| c.is_ascii_digit() || is_sign(c))
}

fn css(align: Align) -> &'static str {
    match align {
        Align::Left => "left",
        Align::Right => "right",
    }
}

/// How many columns of a terminal the text takes: Chinese signs take two.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{FFDC}') { 2 } else { 1 }).sum()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
