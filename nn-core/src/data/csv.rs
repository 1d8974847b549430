//! Tables of digits, `label,1x1,1x2,…,28x28`: plain lines by `csv_plain`, all others by polars.

use std::path::Path;

use super::blocks::{Block, Rows, for_each_block};
use super::dataset::Dataset;
#[cfg(feature = "tables")]
use super::table;
use crate::Result;

/// Loads a table of digits, `.csv` or `.csv.gz`: a header `label,1x1,…,28x28`, then one line per picture.
///
/// The first column must be named `label`; the other 784 may have any names. Labels are 0 to 9, pixels whole numbers from 0
/// (paper) to 255 (ink), which become `pixel / 255`. Windows line ends, a byte order mark, a missing last line end and
/// blank lines at the end are fine; so are, with the feature `tables`, a blank, a plus sign or zeros before a number.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) if the file cannot be read. [`Error::Content`](crate::Error::Content) with the line and
/// the column if a value is missing, not such a number or in quotes, if a line has more or fewer than 785 fields, if there is
/// no header or nothing after it, if the text is UTF-16 or no text at all, or if the gzip data are cut short or damaged.
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// # if !std::path::Path::new("../data").is_dir() { return Ok(()); } // Only the repository has MNIST.
/// let test = data::csv("../data/mnist_test.csv.gz")?;
/// assert_eq!(test.inputs.dim(), (10_000, 784));
/// assert_eq!(test.labels.slice(s![..5]), array![7, 2, 1, 0, 4]);
/// # Ok::<(), Error>(())
/// ```
pub fn csv(path: impl AsRef<Path>) -> Result<Dataset> {
    let mut rows = Rows::default();
    for_each_block(path.as_ref(), |block| match block.append_plain(&mut rows) {
        Some(count) => Ok(count),
        None => append_other(&block, &mut rows),
    })?;
    rows.into_dataset()
}

/// Adds lines that are not all plain.
#[cfg(feature = "tables")]
fn append_other(block: &Block<'_>, rows: &mut Rows) -> Result<usize> {
    let frame = table::parse(block)?;
    table::append(&frame, rows)?;
    Ok(frame.height())
}

/// Says why not: nobody but polars reads such lines.
#[cfg(not(feature = "tables"))]
fn append_other(block: &Block<'_>, _: &mut Rows) -> Result<usize> {
    Err(block.fault().unwrap_or_else(|| {
        let expected = "lines of whole numbers of up to three digits, with a comma between them and nothing else";
        crate::Error::content(block.path, "", expected, "others, which nn-core reads with its feature `tables`")
    }))
}
