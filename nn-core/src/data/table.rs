//! Tables of digits by polars: for looking at, and for lines that are not plain.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use polars_core::prelude::{Column, DataFrame, DataType, Field, PolarsResult, Schema};
use polars_io::SerReader;
use polars_io::prelude::CsvReadOptions;

use super::blocks::{Block, Rows, for_each_block};
use super::csv_layout::For;
use super::dataset::{Dataset, LABELS, PIXELS};
use crate::{Error, Result};

/// The table that [`csv`](super::csv) would load, labels first: columns of `u8`, for looking at with polars.
///
/// # Errors
/// As [`csv`](super::csv).
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// # if !std::path::Path::new("../data").is_dir() { return Ok(()); } // Only the repository has MNIST.
/// let table = data::table("../data/mnist_test.csv.gz")?;
/// assert_eq!(table.shape(), (10_000, 785));
/// assert_eq!(Dataset::from_table(&table.head(Some(5)))?.labels, array![7, 2, 1, 0, 4]);
/// # Ok::<(), Error>(())
/// ```
pub fn table(path: impl AsRef<Path>) -> Result<DataFrame> {
    let mut whole: Option<DataFrame> = None;
    for_each_block(path.as_ref(), For::Digits, |block| {
        let frame = parse(&block)?;
        let count = frame.height();
        match &mut whole {
            None => whole = Some(frame),
            Some(whole) => {
                whole.vstack_mut_owned(frame).map_err(refused)?;
            }
        }
        Ok(count)
    })?;
    let mut whole = whole.ok_or_else(|| refused("no rows"))?;
    whole.rechunk_mut_par();
    Ok(whole)
}

impl Dataset {
    /// Takes the examples from a polars table whose first column holds the labels and the others the pixels, 0 to 255.
    ///
    /// [`table`] returns such a table. It may have lost rows or pixel columns since, and be of any integer type.
    ///
    /// # Errors
    /// [`Error::Argument`] if the first column is not named `label`, if there is no other, or if a value is missing or not a
    /// whole number from 0 to 255 (labels: 9).
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let table = df!["label" => [3, 8], "1x1" => [0, 255], "1x2" => [51, 102]].expect("columns are equally long");
    /// let dataset = Dataset::from_table(&table)?;
    /// assert_eq!(dataset.labels, array![3, 8]);
    /// assert_eq!(dataset.inputs, array![[0.0, 0.2], [1.0, 0.4]]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn from_table(table: &DataFrame) -> Result<Self> {
        if let Some(column) = table.columns().iter().find(|column| !column.dtype().is_integer()) {
            return Err(refused(format!("{} in column {}", column.dtype(), column.name())));
        }
        let bytes = table.columns().iter().map(|column| column.strict_cast(&DataType::UInt8));
        let bytes = bytes.collect::<PolarsResult<_>>().map_err(refused)?;
        let table = DataFrame::new(table.height(), bytes).map_err(refused)?;
        match table.columns() {
            [label, _, ..] if label.name() == "label" => {}
            columns => {
                let found: Vec<&str> = columns.iter().take(3).map(|column| column.name().as_str()).collect();
                let found = format!("{} columns ({}, …)", columns.len(), found.join(", "));
                return Err(Error::argument("table", "a column `label`, then one column per pixel", found));
            }
        }
        if let Some(fault) = fault(&table) {
            return Err(Error::argument("table", "whole numbers in every column, labels from 0 to 9", fault));
        }
        let mut rows = Rows::default();
        append(&table, &mut rows)?;
        rows.into_dataset()
    }
}

/// Lets polars parse any lines; where it refuses them, or is too lenient, says what is wrong with which line.
pub(super) fn parse(block: &Block<'_>) -> Result<DataFrame> {
    /// The shortest line: each field a digit, and what ends it.
    const SHORTEST: usize = 2 * (PIXELS + 1);
    // polars fills short lines up with missing values: a block of empty lines would take gigabytes.
    let lines = block.text.iter().filter(|&&byte| byte == b'\n').count();
    if lines * SHORTEST > block.text.len()
        && let Some(fault) = block.fault()
    {
        return Err(fault);
    }
    let names = block.header.names.iter().map(|name| Field::new(name.as_str().into(), DataType::UInt8));
    let options = CsvReadOptions::default()
        .with_has_header(false)
        // It makes sixteen pieces for each thread, each with a buffer for every column; sixteen are enough for all threads.
        .with_n_threads(Some(1))
        .with_schema(Some(Arc::new(Schema::from_iter(names))))
        .map_parse_options(|options| options.with_quote_char(None));
    let refusal = match options.into_reader_with_file_handle(Cursor::new(&block.text)).finish() {
        Ok(frame) => match fault(&frame) {
            None => return Ok(frame),
            Some(fault) => fault,
        },
        Err(error) => error.to_string(),
    };
    Err(block.fault().unwrap_or_else(|| Error::content(block.path, "", "a table that polars can read", refusal)))
}

/// What polars accepts and we do not: missing values, and labels above 9.
fn fault(frame: &DataFrame) -> Option<String> {
    if let Some(column) = frame.columns().iter().find(|column| column.null_count() > 0) {
        return Some(format!("{} missing in column {}", column.null_count(), column.name()));
    }
    let labels = frame.columns().first()?.u8().ok()?;
    let wrong =
        labels.downcast_iter().flat_map(|chunk| chunk.values().iter()).find(|&&label| usize::from(label) >= LABELS)?;
    Some(format!("a label {wrong}"))
}

fn refused(error: impl ToString) -> Error {
    Error::argument("table", "whole numbers from 0 to 255 in every column", error.to_string())
}

/// Turns columns of bytes into rows of numbers from 0 to 1.
pub(super) fn append(frame: &DataFrame, rows: &mut Rows) -> Result<()> {
    /// Few enough rows that those being filled stay in the processor's L1 cache.
    const ROWS: usize = 64;
    let (label, pixels) = frame.columns().split_first().ok_or_else(|| refused("no column"))?;
    Chunks::of(label)?.take(frame.height(), |values| rows.labels.extend_from_slice(values));
    let mut columns = pixels.iter().map(Chunks::of).collect::<Result<Vec<_>>>()?;
    let width = columns.len();
    let mut bytes = vec![0; ROWS * width];
    let mut left = frame.height();
    while left > 0 {
        let count = left.min(ROWS);
        for (place, column) in columns.iter_mut().enumerate() {
            let mut cells = bytes.iter_mut().skip(place).step_by(width);
            column.take(count, |values| values.iter().zip(&mut cells).for_each(|(&value, cell)| *cell = value));
        }
        rows.pixels.extend(bytes.iter().take(count * width).map(|&byte| f32::from(byte) / 255.0));
        left -= count;
    }
    Ok(())
}

/// A column's values, which polars keeps in several pieces.
struct Chunks<'a> {
    pieces: Vec<&'a [u8]>,
    next: usize,
}

impl<'a> Chunks<'a> {
    fn of(column: &'a Column) -> Result<Self> {
        let values = column.u8().map_err(refused)?;
        Ok(Self { pieces: values.downcast_iter().map(|piece| piece.values().as_slice()).collect(), next: 0 })
    }

    /// Hands the next `count` values to `each`, in as many pieces as they come.
    fn take(&mut self, mut count: usize, mut each: impl FnMut(&'a [u8])) {
        while let Some(piece) = self.pieces.get_mut(self.next).filter(|_| count > 0) {
            let (now, later) = piece.split_at(count.min(piece.len()));
            each(now);
            count -= now.len();
            *piece = later;
            if later.is_empty() {
                self.next += 1;
            }
        }
    }
}
