//! MNIST, from whatever files a folder holds.

use std::path::{Path, PathBuf};

use super::csv::csv;
use super::dataset::Dataset;
use super::idx::idx;
use crate::{Error, Result};

/// MNIST: 60,000 handwritten digits to train on and 10,000 by other writers to test on.
#[derive(Clone, Debug, PartialEq)]
pub struct Mnist {
    /// 60,000 examples.
    pub train: Dataset,
    /// 10,000 examples.
    pub test: Dataset,
}

/// Loads MNIST from a folder, from the first of these that it finds there, for the training set and the test set each:
///
/// ```text
/// mnist_train.csv[.gz]                                       mnist_test.csv[.gz]
/// train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz]   t10k-images-idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz]
/// ```
///
/// `train-images.idx3-ubyte`, with a dot, will do as well.
///
/// # Errors
/// [`Error::Content`] if the folder holds none of these, naming them; [`Error::Io`] if there is no such folder; and the
/// errors of [`csv`] and [`idx`].
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// # if !std::path::Path::new("../data").is_dir() { return Ok(()); } // Only the repository has MNIST.
/// let mnist = data::mnist("../data")?;
/// assert_eq!((mnist.train.len(), mnist.test.len()), (60_000, 10_000));
/// # Ok::<(), Error>(())
/// ```
pub fn mnist(folder: impl AsRef<Path>) -> Result<Mnist> {
    let folder = folder.as_ref();
    let entries = std::fs::read_dir(folder).map_err(|source| Error::io("read the folder", folder, source))?;
    let names: Vec<String> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let (train, test) = (Part::find(folder, &names, "train", "train")?, Part::find(folder, &names, "test", "t10k")?);
    // The two are independent, and unpacking keeps one core busy for each.
    let (train, test) = std::thread::scope(|scope| {
        let test = scope.spawn(|| test.load());
        (train.load(), test.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    Ok(Mnist { train: train?, test: test? })
}

/// The file or files that hold one half of MNIST.
enum Part {
    Csv(PathBuf),
    Idx { images: PathBuf, labels: PathBuf },
}

impl Part {
    /// The files of the half that tables call `csv`, `train` or `test`, and IDX files `idx`, `train` or `t10k`.
    fn find(folder: &Path, names: &[String], csv: &str, idx: &str) -> Result<Self> {
        if let Some(path) = first_of(folder, names, &both(format!("mnist_{csv}.csv"))) {
            return Ok(Self::Csv(path));
        }
        let images = first_of(folder, names, &spellings(idx, "images", 3));
        let labels = first_of(folder, names, &spellings(idx, "labels", 1));
        if let (Some(images), Some(labels)) = (images, labels) {
            return Ok(Self::Idx { images, labels });
        }
        let expected = format!(
            "mnist_{csv}.csv.gz, mnist_{csv}.csv, or both {idx}-images-idx3-ubyte and {idx}-labels-idx1-ubyte (plain or .gz)"
        );
        let mut found = names.to_vec();
        found.sort();
        found.truncate(8);
        let found = if found.is_empty() { "an empty folder".into() } else { format!("only {}", found.join(", ")) };
        Err(Error::content(folder, "", expected, found))
    }

    fn load(&self) -> Result<Dataset> {
        match self {
            Self::Csv(path) => csv(path),
            Self::Idx { images, labels } => idx(images, labels),
        }
    }
}

/// The path of the first of `candidates` that is among the folder's `names`.
fn first_of(folder: &Path, names: &[String], candidates: &[String]) -> Option<PathBuf> {
    candidates.iter().find(|&candidate| names.contains(candidate)).map(|name| folder.join(name))
}

/// A file as it is called when it is packed, and when it is not.
fn both(name: String) -> [String; 2] {
    [format!("{name}.gz"), name]
}

/// What the IDX file of a half's images or labels may be called.
fn spellings(half: &str, what: &str, dimensions: u8) -> [String; 4] {
    let [gz, plain] = both(format!("{half}-{what}-idx{dimensions}-ubyte"));
    let [gz_dot, plain_dot] = both(format!("{half}-{what}.idx{dimensions}-ubyte"));
    [plain, gz, plain_dot, gz_dot]
}
