//! A polars frame as a table.

use polars_core::prelude::{self as polars, AnyValue, DataFrame};

use super::column::{Cell, Column};
use super::{Align, FIRST_ROWS, LAST_ROWS, Table, ToTable, clean, is_shown};

impl Table {
    /// A polars frame as a table: of more than 20 rows the first 15 and the last 5, of more than 12 columns the first 8 and the
    /// last 4.
    pub fn from_frame(frame: &DataFrame) -> Self {
        let (height, width) = (frame.height(), frame.width());
        let mut columns = Vec::with_capacity(width);
        for (index, column) in frame.columns().iter().enumerate() {
            let align = if column.dtype().is_primitive_numeric() { Align::Right } else { Align::Left };
            let mut shown = Column::new(clean(column.name()), align);
            // The frame's other columns need not be read.
            if is_shown(index, width) {
                let rows = (0..height).filter(|&row| row < FIRST_ROWS || row + LAST_ROWS >= height);
                shown.cells = rows.map(|row| cell(column, row)).collect();
            }
            columns.push(shown);
        }
        Self { caption: String::new(), columns, row_count: height, has_total: false, decimals: None }
    }
}

impl ToTable for DataFrame {
    fn table(&self) -> Table {
        Table::from_frame(self)
    }
}

#[expect(clippy::expect_used, reason = "the rows are counted by the frame that the column belongs to")]
fn cell(column: &polars::Column, row: usize) -> Cell {
    match column.get(row).expect("a column is as high as its frame") {
        AnyValue::Float32(value) => Cell::Float(f64::from(value)),
        AnyValue::Float64(value) => Cell::Float(value),
        AnyValue::String(value) => Cell::Text(clean(value)),
        value => Cell::Text(clean(value)),
    }
}
