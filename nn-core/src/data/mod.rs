//! Examples to learn from: what a [`Dataset`] is, and where it comes from.
//!
//! | function | reads | returns |
//! |---|---|---|
//! | [`mnist`] | a folder, whatever format it holds | [`Mnist`]: training set and test set |
//! | [`csv`] | a `.csv` or `.csv.gz` table of digits | [`Dataset`] |
//! | [`inputs`] | the same without labels, such as Kaggle's `test.csv` | `(n, 784)`, to classify |
//! | [`idx`] | a pair of IDX files, plain or gzip | [`Dataset`] |
//! | `table` (feature `tables`) | the same file as [`csv`] | a polars `DataFrame`, to look at |
//! | [`handwriting`] | a picture of one digit | [`Handwriting`]: the digit as MNIST would have it |
//! | [`handwriting_all`] | a picture of several | the digits from left to right |
//! | [`picture`] | any picture | its tones of grey, `(height, width)` |
//!
//! Files may be gzip whatever their names say: the content decides. A file of another kind is named, with what to do: a web
//! page that was saved as `.gz`, numpy's `.npz`, a pickle, Parquet, ….
//!
//! A gzip file that unpacks to more than 100 times its size (and more than 16 MiB) is refused, so that a small file cannot fill
//! the memory.

mod blocks;
mod csv;
mod csv_faults;
mod csv_layout;
mod csv_number;
mod csv_plain;
mod csv_usual;
mod dataset;
mod file;
mod handwriting;
mod idx;
mod mnist;
mod parts;
#[cfg(feature = "tables")]
mod table;

pub use csv::{csv, inputs};
#[cfg(feature = "figures")]
pub(crate) use dataset::LABELS;
pub use dataset::{Dataset, one_hot};
pub(crate) use dataset::{PIXELS, SIDE};
pub use handwriting::{Handwriting, Step, handwriting, handwriting_all, handwriting_stretched, picture};
pub use idx::idx;
pub use mnist::{Mnist, mnist};
#[cfg(feature = "tables")]
pub use table::table;
