//! A table of digits as blocks of whole lines, unpacked by another thread while the last one is parsed.

use std::path::Path;
use std::sync::mpsc::sync_channel;

use ndarray::{Array1, Array2};

use super::csv_faults;
use super::csv_layout::{self, For, Header};
use super::csv_plain;
use super::csv_usual::{Seen, usual};
use super::dataset::Dataset;
use super::file::{self, Source};
use crate::{Error, Result};

/// Text is parsed in blocks of this many bytes: large enough for polars to split among its threads, small enough that the
/// text of the whole file, 110 MB for MNIST, never lies in memory.
const BLOCK: usize = 8 << 20;

/// What is wanted, for messages.
const TABLE: &str = "a table of digits, a header and one line per picture";

/// Some lines of a table, whole ones.
pub(super) struct Block<'a> {
    pub(super) path: &'a Path,
    pub(super) text: Vec<u8>,
    pub(super) header: &'a Header,
    /// How many lines came before it, the header left out.
    row: usize,
}

impl Block<'_> {
    /// Adds plain lines to `rows` and returns how many; adds nothing if some are not plain.
    pub(super) fn append_plain(&self, rows: &mut Rows) -> Option<usize> {
        csv_plain::append(&self.text, self.header.names.len() - 1, &mut rows.labels, &mut rows.pixels)
    }

    /// The first line that is not as it should be.
    pub(super) fn fault(&self) -> Option<Error> {
        csv_faults::first(self.path, &self.text, self.header, self.header.lines + self.row + 1)
    }
}

/// Hands the file's lines after the header to `each`, in order, some thousand at a time; `each` returns how many they were.
///
/// Whatever the table's layout is, they come as the usual lines: label, pixels, commas. Where there are no labels, the
/// label is 0.
pub(super) fn for_each_block(
    path: &Path,
    purpose: For,
    mut each: impl FnMut(Block<'_>) -> Result<usize>,
) -> Result<()> {
    let mut source = file::open(path, TABLE)?;
    let mut first = Vec::new();
    let more = next_block(&mut source, &mut first, Vec::new())?;
    let header = csv_layout::header(path, &first, purpose)?;
    let (sender, blocks) = sync_channel::<Result<Vec<u8>>>(1);
    let mut row = 0;
    let mut seen = Seen::default();
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
                let block = usual(path, block, &header, header.lines + row + 1, &mut seen)?;
                if header.lines == 0 {
                    seen.look_for_labels(&block);
                }
                row += each(Block { path, text: block, header: &header, row })?;
            }
        }
        Ok(())
    })?;
    seen.check(path, &header)?;
    match row {
        0 => Err(Error::content(path, "", "rows after the header", "none")),
        _ => Ok(()),
    }
}

/// The first line of a table, and no more than the block that it is in.
pub(super) fn header_of(path: &Path, purpose: For) -> Result<Header> {
    let mut source = file::open(path, TABLE)?;
    let mut first = Vec::new();
    next_block(&mut source, &mut first, Vec::new())?;
    csv_layout::header(path, &first, purpose)
}

/// Fills `block` with `start` and what follows it, up to and with the end of a line; returns the start of the next block, if any.
fn next_block(source: &mut Source, block: &mut Vec<u8>, start: Vec<u8>) -> Result<Option<Vec<u8>>> {
    *block = start;
    source.extend(block, BLOCK)?;
    if block.len() < BLOCK {
        let blank = block.iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        block.truncate(block.len() - blank);
        // Without a line end after it, polars accepts a comma at the end of the last line.
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

/// Rows collected so far.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) pixels: Vec<f32>,
    pub(super) labels: Vec<u8>,
}

impl Rows {
    pub(super) fn into_dataset(mut self) -> Result<Dataset> {
        self.pixels.shrink_to_fit();
        let (n, found) = (self.labels.len(), [self.pixels.len()]);
        let inputs = Array2::from_shape_vec((n, self.pixels.len() / n.max(1)), self.pixels)
            .map_err(|_| Error::shape("table", format!("({n}, pixels)"), &found))?;
        Dataset::new(inputs, Array1::from_vec(self.labels))
    }
}
