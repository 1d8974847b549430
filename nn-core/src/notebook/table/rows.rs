//! The rows of a table while they come: of many, only those are kept that will be shown.

use std::collections::VecDeque;

use super::Align;
use super::column::{Cell, Column};

/// Of a longer table, only its first and last rows are shown.
pub(super) const FIRST_ROWS: usize = 15;
pub(super) const LAST_ROWS: usize = 5;

pub(super) struct Rows {
    /// Still without their cells; aligned right as long as all texts are numbers.
    columns: Vec<Column>,
    first: Vec<Vec<String>>,
    last: VecDeque<Vec<String>>,
    count: usize,
}

impl Rows {
    pub fn new(headers: Vec<String>) -> Self {
        let columns = headers.into_iter().map(|header| Column::new(header, Align::Right)).collect();
        Self { columns, first: Vec::new(), last: VecDeque::new(), count: 0 }
    }

    /// A row of as many texts as there are headers.
    pub fn push(&mut self, row: Vec<String>) {
        self.count += 1;
        for (column, text) in self.columns.iter_mut().zip(&row) {
            if !is_number(text) {
                column.align = Align::Left;
            }
        }
        if self.first.len() < FIRST_ROWS {
            return self.first.push(row);
        }
        if self.last.len() == LAST_ROWS {
            self.last.pop_front();
        }
        self.last.push_back(row);
    }

    /// How many have come, whether they are kept or not.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The columns with the cells of the rows that are kept.
    pub fn columns(self) -> Vec<Column> {
        let Self { mut columns, first, last, count } = self;
        for row in first.into_iter().chain(last) {
            for (column, text) in columns.iter_mut().zip(row) {
                column.cells.push(Cell::Text(text));
            }
        }
        if count == 0 {
            columns.iter_mut().for_each(|column| column.align = Align::Left);
        }
        columns
    }
}

fn is_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || "+-−.,%×eE∞–/ ".contains(c))
}
