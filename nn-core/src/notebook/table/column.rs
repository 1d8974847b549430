//! A column of a table, and the texts that it is shown by.

use super::Align;
use crate::plot::number;

/// Floats have at most this many decimals unless the caller chooses.
const DECIMALS: usize = 4;
/// A column of floats that are all below this is written with exponents: `1.1e−16`.
const SMALLEST: f64 = 1e-4;

#[derive(Clone)]
pub(super) struct Column {
    pub header: String,
    pub align: Align,
    /// One for each row that is shown; none if the column itself is not.
    pub cells: Vec<Cell>,
    /// In the last row, apart from the others; empty without one.
    pub total: String,
}

/// A number keeps its value until it is shown: only then are its decimals known.
#[derive(Clone)]
pub(super) enum Cell {
    Text(String),
    Float(f64),
}

/// A column as it is shown.
pub(super) struct Shown {
    pub header: String,
    pub align: Align,
    /// One for each row that is shown.
    pub texts: Vec<String>,
    pub total: String,
}

impl Column {
    pub fn new(header: String, align: Align) -> Self {
        Self { header, align, cells: Vec::new(), total: String::new() }
    }

    /// `decimals` as the caller chose them, if so.
    pub fn shown(&self, decimals: Option<usize>) -> Shown {
        let (mut needed, mut largest) = (1, 0.0_f64);
        for cell in &self.cells {
            if let Cell::Float(value) = *cell
                && value.is_finite()
            {
                needed = needed.max(decimals_of(value));
                largest = largest.max(value.abs());
            }
        }
        // Differences near 0, which decimals would all show as 0.
        let is_tiny = decimals.is_none() && largest > 0.0 && largest < SMALLEST;
        let mut texts = Vec::with_capacity(self.cells.len());
        for cell in &self.cells {
            texts.push(match cell {
                Cell::Text(text) => text.clone(),
                Cell::Float(value) if is_tiny => format!("{value:.1e}").replace('-', "−"),
                Cell::Float(value) => number(*value, decimals.unwrap_or(needed)),
            });
        }
        Shown { header: self.header.clone(), align: self.align, texts, total: self.total.clone() }
    }
}

impl Shown {
    /// What stands for the columns that are left out.
    pub fn dots(rows: usize) -> Self {
        Self { header: "…".into(), align: Align::Left, texts: vec!["…".into(); rows], total: String::new() }
    }
}

/// How many decimals of `value` are not zeros at its end, at most `DECIMALS`.
fn decimals_of(value: f64) -> usize {
    let digits = format!("{value:.DECIMALS$}");
    DECIMALS - (digits.len() - digits.trim_end_matches('0').len()).min(DECIMALS)
}
