//! Examples to learn from: what a [`Dataset`] is, and where it comes from.
//!
//! | function | reads | returns |
//! |---|---|---|
//! | [`mnist`] | a folder, whatever format it holds | [`Mnist`]: training set and test set |
//! | [`csv`] | a `.csv` or `.csv.gz` table of digits | [`Dataset`] |
//! | [`idx`] | a pair of IDX files, plain or gzip | [`Dataset`] |
//! | [`table`] | the same file as [`csv`] | a polars `DataFrame`, to look at |
//! | [`handwriting`] | a picture of one digit | [`Handwriting`]: the digit as MNIST would have it |
//! | [`handwriting_all`] | a picture of several | the digits from left to right |
//!
//! Files may be gzip whatever their names say: the content decides. A gzip file that unpacks to more than 100 times its size
//! (and more than 16 MiB) is refused, so that a small file cannot fill the memory.

mod csv;
mod csv_faults;
mod csv_plain;
mod file;
mod handwriting;
mod idx;

use std::path::{Path, PathBuf};

use ndarray::{Array1, Array2, ArrayView1, Axis, s};

pub use csv::{csv, table};
pub use handwriting::{Handwriting, Step, handwriting, handwriting_all, handwriting_stretched};
pub use idx::idx;

use crate::{Error, Float, Result};

/// Pixels per side of a picture.
pub(crate) const SIDE: usize = 28;
/// Pixels per picture.
pub(crate) const PIXELS: usize = SIDE * SIDE;
/// Classes: the digits 0 to 9.
pub(crate) const LABELS: usize = 10;

/// The most numbers that [`one_hot`] makes: a typing error should not end the process.
const MOST_NUMBERS: usize = 1 << 31;

/// Examples with their labels: what a network trains on and is tested on.
#[derive(Clone, PartialEq)]
pub struct Dataset {
    /// One example per row, `(n, d)`; for MNIST `d` is 784, row by row of the picture, each pixel from 0 (paper) to 1 (ink).
    pub inputs: Array2<f32>,
    /// The class of each example, `(n,)`; for MNIST the digit itself, 0 to 9.
    pub labels: Array1<u8>,
}

/// MNIST: 60,000 handwritten digits to train on and 10,000 by other writers to test on.
#[derive(Clone, Debug, PartialEq)]
pub struct Mnist {
    /// 60,000 examples.
    pub train: Dataset,
    /// 10,000 examples.
    pub test: Dataset,
}

impl Dataset {
    /// Puts `inputs`, `(n, d)`, and their `labels`, `(n,)`, together.
    ///
    /// # Errors
    /// [`Error::Shape`] if there are not as many labels as inputs.
    pub fn new(inputs: Array2<f32>, labels: Array1<u8>) -> Result<Self> {
        if inputs.nrows() != labels.len() {
            return Err(Error::shape("labels", format!("({},), one per input", inputs.nrows()), labels.shape()));
        }
        Ok(Self { inputs, labels })
    }

    /// The number of examples, `n`.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no examples at all.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The first `n` examples as a data set of their own; all of them if there are fewer.
    pub fn first(&self, n: usize) -> Self {
        let n = n.min(self.len()).min(self.inputs.nrows());
        Self { inputs: self.inputs.slice(s![..n, ..]).to_owned(), labels: self.labels.slice(s![..n]).to_owned() }
    }

    /// The examples at these positions, in this order, as a data set of their own.
    ///
    /// # Errors
    /// [`Error::Argument`] if a position is not below [`len`](Self::len).
    pub fn select(&self, positions: &[usize]) -> Result<Self> {
        let n = self.len().min(self.inputs.nrows());
        if let Some(position) = positions.iter().find(|&&position| position >= n) {
            return Err(Error::argument("positions", format!("below {n}"), position));
        }
        Ok(Self { inputs: self.inputs.select(Axis(0), positions), labels: self.labels.select(Axis(0), positions) })
    }

    /// How many examples there are of each digit: `counts()[7]` is the number of sevens.
    pub fn counts(&self) -> [usize; LABELS] {
        std::array::from_fn(|digit| self.labels.iter().filter(|&&label| usize::from(label) == digit).count())
    }
}

/// One line: `Dataset: 60000 examples of 784 inputs`.
impl std::fmt::Debug for Dataset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dataset: {} examples of {} inputs", self.inputs.nrows(), self.inputs.ncols())
    }
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
    fn find(folder: &Path, names: &[String], csv: &str, idx: &str) -> Result<Self> {
        let first_of = |candidates: &[String]| {
            candidates.iter().find(|&candidate| names.contains(candidate)).map(|name| folder.join(name))
        };
        let both = |name: String| [format!("{name}.gz"), name];
        let spellings = |what: &str, dimensions: u8| {
            let [gz, plain] = both(format!("{idx}-{what}-idx{dimensions}-ubyte"));
            let [gz_dot, plain_dot] = both(format!("{idx}-{what}.idx{dimensions}-ubyte"));
            [plain, gz, plain_dot, gz_dot]
        };
        if let Some(path) = first_of(&both(format!("mnist_{csv}.csv"))) {
            return Ok(Self::Csv(path));
        }
        let (images, labels) = (first_of(&spellings("images", 3)), first_of(&spellings("labels", 1)));
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

/// Pixels as bytes, 0 to 255, become inputs, 0 to 1.
fn scaled(bytes: &[u8]) -> Vec<f32> {
    bytes.iter().map(|&byte| f32::from(byte) / 255.0).collect()
}

/// One row per label, `(n, classes)`: 1 at the label, 0 elsewhere.
///
/// # Errors
/// [`Error::Argument`] if a label is `classes` or more, or the rows would hold more than 2³¹ numbers.
pub fn one_hot<F: Float>(labels: ArrayView1<'_, u8>, classes: usize) -> Result<Array2<F>> {
    if labels.len().max(1).checked_mul(classes).is_none_or(|numbers| numbers > MOST_NUMBERS) {
        let expected = format!("at most {} for {} labels", MOST_NUMBERS / labels.len().max(1), labels.len());
        return Err(Error::argument("classes", expected, classes));
    }
    let mut rows = Array2::zeros((labels.len(), classes));
    for (mut row, &label) in rows.outer_iter_mut().zip(labels) {
        match row.get_mut(usize::from(label)) {
            Some(target) => *target = F::one(),
            None => return Err(Error::argument("labels", format!("labels below {classes}"), label)),
        }
    }
    Ok(rows)
}
