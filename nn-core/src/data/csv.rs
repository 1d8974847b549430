//! Tables of digits, `label,1x1,1x2,…,28x28`, read block by block while another thread unpacks the next one: by polars as
//! tables, and as rows, where their lines are plain, by `csv_plain`.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use ndarray::{Array1, Array2};
use polars_core::prelude::{Column, DataFrame, DataType, Field, PolarsResult, Schema, SchemaRef};
use polars_io::SerReader;
use polars_io::prelude::CsvReadOptions;

use super::csv_faults::{self, Header};
use super::csv_plain;
use super::file::{self, Source};
use super::{Dataset, LABELS, PIXELS};
use crate::{Error, Result};

/// Text is parsed in blocks of this many bytes: large enough for polars to split among its threads, small enough that the
/// text of the whole file, 110 MB for MNIST, never lies in memory.
const BLOCK: usize = 8 << 20;

/// Loads a table of digits, `.csv` or `.csv.gz`: a header `label,1x1,…,28x28`, then one line per picture.
///
/// The first column must be named `label`; the other 784 may have any names. Labels are 0 to 9, pixels whole numbers from 0
/// (paper) to 255 (ink), which become `pixel / 255`. Windows line ends, a byte order mark, a missing last line end and
/// blank lines at the end are fine; so are a blank, a plus sign or zeros before a number.
///
/// # Errors
/// [`Error::Io`] if the file cannot be read. [`Error::Content`] with the line and the column if a value is missing, not such
/// a number or in quotes, if a line has more or fewer than 785 fields, if there is no header or nothing after it, if the text
/// is UTF-16 or no text at all, or if the gzip data are cut short or damaged.
pub fn csv(path: impl AsRef<Path>) -> Result<Dataset> {
    let mut rows = Rows::default();
    for_each_block(path.as_ref(), |block| {
        if let Some(count) = block.append_plain(&mut rows) {
            return Ok(count);
        }
        let frame = block.parse()?;
        rows.append(&frame)?;
        Ok(frame.height())
    })?;
    rows.into_dataset()
}

/// The table that [`csv`] would load, as it stands in the file: columns of `u8`, for looking at with polars.
///
/// # Errors
/// As [`csv`].
pub fn table(path: impl AsRef<Path>) -> Result<DataFrame> {
    let mut whole: Option<DataFrame> = None;
    for_each_block(path.as_ref(), |block| {
        let frame = block.parse()?;
        let count = frame.height();
        match &mut whole {
            None => whole = Some(frame),
            Some(whole) => {
                whole.vstack_mut_owned(frame).map_err(refused)?;
            }
        }
        Ok(count)
    })?;
    let mut whole = whole.unwrap_or_default();
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
        rows.append(&table)?;
        rows.into_dataset()
    }
}

/// Hands the file's lines after the header to `each`, in order, some thousand at a time; `each` returns how many they were.
fn for_each_block(path: &Path, mut each: impl FnMut(Block<'_>) -> Result<usize>) -> Result<()> {
    let mut source = file::open(path, "a table of digits, a header and one line per picture")?;
    let mut first = Vec::new();
    let more = next_block(&mut source, &mut first, Vec::new())?;
    let header = csv_faults::header(path, &first)?;
    let names = header.names.iter().map(|name| Field::new(name.as_str().into(), DataType::UInt8));
    let schema: SchemaRef = Arc::new(Schema::from_iter(names));
    let (sender, blocks) = sync_channel::<Result<Vec<u8>>>(1);
    let mut row = 0;
    std::thread::scope(|scope| {
        let mut rest = more;
        let body = first.split_off(header.length);
        scope.spawn(move || {
            let mut block = body;
            loop {
                // An error here means that the receiver has met a fault and left.
                if sender.send(Ok(std::mem::take(&mut block))).is_err() {
                    return;
                }
                let Some(start) = rest.take() else { return };
                match next_block(&mut source, &mut block, start) {
                    Ok(more) => rest = more,
                    Err(error) => return drop(sender.send(Err(error))),
                }
            }
        });
        for block in blocks {
            let block = block?;
            if !block.is_empty() {
                row += each(Block { path, text: block, schema: &schema, header: &header, row })?;
            }
        }
        Ok(())
    })?;
    match row {
        0 => Err(Error::content(path, "", "rows after the header", "none")),
        _ => Ok(()),
    }
}

/// Fills `block` with `start` and what follows it, up to and with the end of a line; returns the start of the next block, if any.
fn next_block(source: &mut Source, block: &mut Vec<u8>, start: Vec<u8>) -> Result<Option<Vec<u8>>> {
    *block = start;
    source.extend(block, BLOCK)?;
    if block.len() < BLOCK {
        let blank = block.iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        block.truncate(block.len() - blank);
        // Without a line end after it, polars lets a comma at the end of the last line pass.
        if !block.is_empty() {
            block.push(b'\n');
        }
        return Ok(None);
    }
    match block.iter().rposition(|&byte| byte == b'\n') {
        Some(end) => Ok(Some(block.split_off(end + 1))),
        None => Err(source.content("", format!("lines of at most {BLOCK} bytes"), "a longer one")),
    }
}

/// Some lines of a table, whole ones.
struct Block<'a> {
    path: &'a Path,
    text: Vec<u8>,
    schema: &'a SchemaRef,
    header: &'a Header,
    /// How many lines came before it, the header left out.
    row: usize,
}

impl Block<'_> {
    /// Adds plain lines to `rows` and returns how many; adds nothing if some are not plain.
    fn append_plain(&self, rows: &mut Rows) -> Option<usize> {
        let width = self.header.names.len().checked_sub(1)?;
        csv_plain::append(&self.text, width, &mut rows.labels, &mut rows.pixels)
    }

    /// Lets polars parse any lines; where it refuses them, or is too lenient, says what is wrong with which line.
    fn parse(&self) -> Result<DataFrame> {
        /// The shortest line: each field a digit, and what ends it.
        const SHORTEST: usize = 2 * (PIXELS + 1);
        // polars fills short lines up with missing values: a block of empty lines would take gigabytes.
        let lines = self.text.iter().filter(|&&byte| byte == b'\n').count();
        if lines * SHORTEST > self.text.len()
            && let Some(fault) = csv_faults::first(self.path, &self.text, self.header, self.row + 2)
        {
            return Err(fault);
        }
        let options = CsvReadOptions::default()
            .with_has_header(false)
            .with_schema(Some(self.schema.clone()))
            .map_parse_options(|options| options.with_quote_char(None));
        let parsed = options.into_reader_with_file_handle(Cursor::new(&self.text)).finish();
        let refusal = match &parsed {
            Ok(frame) => fault(frame),
            Err(error) => Some(error.to_string()),
        };
        match (parsed, refusal) {
            (Ok(frame), None) => Ok(frame),
            (_, refusal) => {
                Err(csv_faults::first(self.path, &self.text, self.header, self.row + 2).unwrap_or_else(|| {
                    Error::content(self.path, "", "a table that polars can read", refusal.unwrap_or_default())
                }))
            }
        }
    }
}

/// What polars let pass and we do not: missing values, and labels above 9.
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

/// Rows collected so far.
#[derive(Default)]
struct Rows {
    pixels: Vec<f32>,
    labels: Vec<u8>,
}

impl Rows {
    /// Turns columns of bytes into rows of numbers from 0 to 1.
    fn append(&mut self, frame: &DataFrame) -> Result<()> {
        /// Few enough rows that those being filled stay in the processor's nearest cache.
        const ROWS: usize = 64;
        let (label, pixels) = frame.columns().split_first().ok_or_else(|| refused("no column"))?;
        Chunks::of(label)?.take(frame.height(), |values| self.labels.extend_from_slice(values));
        let mut columns = pixels.iter().map(Chunks::of).collect::<Result<Vec<_>>>()?;
        let width = columns.len();
        let mut bytes = vec![0; ROWS * width];
        let mut left = frame.height();
        while left > 0 {
            let rows = left.min(ROWS);
            for (place, column) in columns.iter_mut().enumerate() {
                let mut cells = bytes.iter_mut().skip(place).step_by(width);
                column.take(rows, |values| values.iter().zip(&mut cells).for_each(|(&value, cell)| *cell = value));
            }
            self.pixels.extend(bytes.iter().take(rows * width).map(|&byte| f32::from(byte) / 255.0));
            left -= rows;
        }
        Ok(())
    }

    fn into_dataset(mut self) -> Result<Dataset> {
        self.pixels.shrink_to_fit();
        let (n, found) = (self.labels.len(), [self.pixels.len()]);
        let inputs = Array2::from_shape_vec((n, self.pixels.len() / n.max(1)), self.pixels)
            .map_err(|_| Error::shape("table", format!("({n}, pixels)"), &found))?;
        Dataset::new(inputs, Array1::from_vec(self.labels))
    }
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
