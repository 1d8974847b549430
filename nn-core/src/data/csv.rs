//! Tables of digits, `label,1x1,1x2,…,28x28`: plain lines by `csv_plain`, all others by polars.
//!
//! `csv_layout` finds out how a table is laid out, and `csv_usual` makes other layouts this one.

use std::path::Path;

use ndarray::Array2;

use super::blocks::{Block, Rows, for_each_block};
use super::csv_layout::For;
use super::dataset::Dataset;
#[cfg(feature = "tables")]
use super::table;
use crate::Result;

/// Loads a table of digits, `.csv` or `.csv.gz`: a header `label,1x1,…,28x28`, then one line per picture.
///
/// Labels are 0 to 9, pixels whole numbers from 0 (paper) to 255 (ink), which become `pixel / 255`. Windows line ends, a byte
/// order mark, a missing last line end and blank lines at the end are fine; so are, with the feature `tables`, a blank, a plus
/// sign or zeros before a number.
///
/// Other tables are read where their meaning is beyond doubt:
///
/// | table | as written by |
/// |---|---|
/// | no header: the first line holds 785 numbers, the label first | pjreddie's `mnist_train.csv`, Rashid's book, EMNIST |
/// | the labels' column is called `class`, `target`, … instead of `label`, and stands first or last | OpenML, scikit-learn |
/// | a first column without a name, or `index`, that numbers the lines | pandas without `index=False` |
/// | semicolons or tabs between the columns | Excel |
/// | `0.0` for 0 | pandas, numpy |
///
/// Pictures without labels, such as those of Kaggle's `test.csv`, are read by [`inputs`].
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) if the file cannot be read. [`Error::Content`](crate::Error::Content) with the line and
/// the column if a value is missing, not such a number or in quotes, if a line has more or fewer than 785 fields, if the header
/// is none of the above or has nothing after it, if the text is UTF-16 or no text at all, or if the gzip data are cut short or
/// damaged. Other kinds of files are named, with what to do: HTML, `.npz`, Parquet, a pickle such as `mnist.pkl.gz`, ….
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
    rows(path.as_ref(), For::Digits)?.into_dataset()
}

/// Loads the pictures of a table without labels, `(n, 784)`, as Kaggle's `test.csv` holds them; labels, if any, are left out.
///
/// The table is as that of [`csv`], but for the labels.
///
/// # Errors
/// As [`csv`].
///
/// # Example
/// Kaggle's *Digit Recognizer* wants a table `ImageId,Label` of the digits that a network reads in `test.csv`:
///
/// ```
/// use nn_core::prelude::*;
///
/// # let folder = std::env::temp_dir().join(format!("nn-core-kaggle-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// # let table = |name: &str| folder.join(name);
/// # let header: Vec<_> = (0..784).map(|pixel| format!("pixel{pixel}")).collect();
/// # let line = vec!["0"; 784].join(",");
/// # std::fs::write(table("test.csv"), format!("{}\n{line}\n{line}\n", header.join(","))).unwrap();
/// # let network = Network::new(&[784, 10], &[Softmax], 7)?;
/// let digits = network.classify_all(data::inputs(table("test.csv"))?.view())?;
/// let lines: Vec<_> = digits.iter().enumerate().map(|(i, digit)| format!("{},{digit}", i + 1)).collect();
/// std::fs::write(table("submission.csv"), format!("ImageId,Label\n{}\n", lines.join("\n"))).expect("it can be written");
/// # let text = std::fs::read_to_string(table("submission.csv")).unwrap();
/// # assert_eq!(text, format!("ImageId,Label\n1,{0}\n2,{0}\n", digits[0]));
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), Error>(())
/// ```
pub fn inputs(path: impl AsRef<Path>) -> Result<Array2<f32>> {
    Ok(rows(path.as_ref(), For::Inputs)?.into_dataset()?.inputs)
}

/// The rows of a table, read for this purpose.
fn rows(path: &Path, purpose: For) -> Result<Rows> {
    let mut rows = Rows::default();
    for_each_block(path, purpose, |block| match block.append_plain(&mut rows) {
        Some(count) => Ok(count),
        None => append_other(&block, &mut rows),
    })?;
    Ok(rows)
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
