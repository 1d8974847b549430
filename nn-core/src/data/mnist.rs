//! MNIST, from whatever files a folder holds.

use std::path::{Path, PathBuf};

use super::blocks::header_of;
use super::csv::csv;
use super::csv_layout::For;
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

impl Mnist {
    /// Both sets with each picture's rows and columns exchanged: see [`Dataset::transposed`].
    ///
    /// # Errors
    /// As [`Dataset::transposed`].
    pub fn transposed(&self) -> Result<Self> {
        Ok(Self { train: self.train.transposed()?, test: self.test.transposed()? })
    }
}

/// Loads MNIST, or a set like it, from a folder, from the first of these that it finds there, for the training set and the test
/// set each:
///
/// ```text
/// mnist_train.csv[.gz]                                       mnist_test.csv[.gz]
/// fashion-mnist_train.csv[.gz]                               fashion-mnist_test.csv[.gz]
/// train.csv[.gz]                                             test.csv[.gz]
/// train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz]   t10k-images-idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz]
/// ```
///
/// `train-images.idx3-ubyte`, with a dot, will do as well, and so will a name before it and `test` for `t10k`, as in
/// `emnist-letters-test-images-idx3-ubyte.gz`. If the folder itself holds none of these, its only subfolder that does is read,
/// such as `MNIST/raw` of torchvision.
///
/// Kaggle's `test.csv` has no labels, so nothing can be tested on it: the last seventh of `train.csv` is then the test set, as
/// of MNIST's own 70,000 digits, and the training set ends before it. [`inputs`](super::inputs) reads that `test.csv`.
///
/// # Errors
/// [`Error::Content`] if the folder holds none of these, naming them, or several that are equally good; [`Error::Io`] if there
/// is no such folder; and the errors of [`csv`] and [`idx`].
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
    let (train, test) = find(folder)?;
    if let Part::Csv(path) = &test
        && header_of(path, For::Inputs)?.label.is_none()
    {
        return with_test_set_held_out(train.load()?);
    }
    // The two are independent, and unpacking keeps one core busy for each.
    let (train, test) = std::thread::scope(|scope| {
        let test = scope.spawn(|| test.load());
        (train.load(), test.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    Ok(Mnist { train: train?, test: test? })
}

/// Splits off the last seventh of the examples, at least one, to test on.
fn with_test_set_held_out(all: Dataset) -> Result<Mnist> {
    let held_out = (all.len() / 7).max(1);
    let first = all.len().saturating_sub(held_out);
    let positions: Vec<usize> = (first..all.len()).collect();
    Ok(Mnist { test: all.select(&positions)?, train: all.first(first) })
}

/// The file or files that hold one half of MNIST.
enum Part {
    Csv(PathBuf),
    Idx { images: PathBuf, labels: PathBuf },
}

/// What a half's files are called.
struct Half {
    /// Tables, without their endings.
    csv: [&'static str; 3],
    /// IDX files: what comes before `-images`. The second only with a name before it.
    idx: [&'static str; 2],
}

const TRAIN: Half = Half { csv: ["mnist_train", "fashion-mnist_train", "train"], idx: ["train", "train"] };
const TEST: Half = Half { csv: ["mnist_test", "fashion-mnist_test", "test"], idx: ["t10k", "test"] };

/// So many folders are looked into, and no more: a large disk may lie below.
const MOST_FOLDERS: usize = 1000;

/// The two halves in this folder, or in its only subfolder that has both.
fn find(folder: &Path) -> Result<(Part, Part)> {
    let (names, folders) = entries(folder)?;
    let (train, test) = (TRAIN.find(folder, &names)?, TEST.find(folder, &names)?);
    let missing = match (train, test) {
        (Some(train), Some(test)) => return Ok((train, test)),
        (Some(_), None) => TEST,
        (None, Some(_)) => return Err(nothing_of(&TRAIN, folder, names)),
        (None, None) => TRAIN,
    };
    let mut below = Vec::new();
    let mut next: Vec<(PathBuf, usize)> = folders.into_iter().map(|folder| (folder, 1)).collect();
    let mut looked = 0;
    while let Some((folder, depth)) = next.pop()
        && looked < MOST_FOLDERS
    {
        looked += 1;
        // A folder that may not be read holds nothing for us.
        let Ok((names, folders)) = entries(&folder) else { continue };
        if let (Some(train), Some(test)) = (TRAIN.find(&folder, &names)?, TEST.find(&folder, &names)?) {
            below.push((folder, train, test));
        } else if depth < 2 {
            next.extend(folders.into_iter().map(|folder| (folder, depth + 1)));
        }
    }
    match below.len() {
        0 => Err(nothing_of(&missing, folder, names)),
        1 => below.pop().map(|(_, train, test)| (train, test)).ok_or_else(|| nothing_of(&missing, folder, names)),
        _ => {
            let mut found: Vec<_> = below.iter().map(|(folder, ..)| folder.display().to_string()).collect();
            found.sort();
            found.truncate(8);
            Err(Error::content(folder, "", "one folder with such files", format!("{}: name one", found.join(", "))))
        }
    }
}

/// The names in a folder, and its subfolders, both in order.
fn entries(folder: &Path) -> Result<(Vec<String>, Vec<PathBuf>)> {
    let entries = std::fs::read_dir(folder).map_err(|source| Error::io("read the folder", folder, source))?;
    let (mut names, mut folders) = (Vec::new(), Vec::new());
    for entry in entries.flatten() {
        names.push(entry.file_name().to_string_lossy().into_owned());
        // Not by way of links: they may lead round in a circle.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            folders.push(entry.path());
        }
    }
    names.sort();
    folders.sort();
    Ok((names, folders))
}

fn nothing_of(half: &Half, folder: &Path, mut names: Vec<String>) -> Error {
    let ([csv, _, other], [idx, _]) = (half.csv, half.idx);
    let expected = format!(
        "{csv}.csv.gz, {csv}.csv, or both {idx}-images-idx3-ubyte and {idx}-labels-idx1-ubyte (plain or .gz), or {other}.csv"
    );
    names.truncate(8);
    let found = if names.is_empty() { "an empty folder".into() } else { format!("only {}", names.join(", ")) };
    Error::content(folder, "", expected, found)
}

impl Half {
    /// This half's files among a folder's `names`.
    fn find(&self, folder: &Path, names: &[String]) -> Result<Option<Part>> {
        for stem in self.csv {
            if let Some(path) = first_of(folder, names, &both(format!("{stem}.csv"))) {
                return Ok(Some(Part::Csv(path)));
            }
        }
        let [half, other] = self.idx;
        if let Some(part) = pair(folder, names, "", half) {
            return Ok(Some(part));
        }
        let mut found = Vec::new();
        for prefix in prefixes(names, &self.idx) {
            found.extend(
                pair(folder, names, prefix, half)
                    .or_else(|| pair(folder, names, prefix, other))
                    .map(|part| (prefix, part)),
            );
        }
        match found.len() {
            0 | 1 => Ok(found.pop().map(|(_, part)| part)),
            _ => {
                let found: Vec<_> = found.iter().take(8).map(|&(prefix, _)| format!("{prefix}*")).collect();
                let found = format!("{}: data::idx reads the files that are named to it", found.join(", "));
                Err(Error::content(folder, "", "one data set", found))
            }
        }
    }
}

/// What stands before `train-images…` in these names, in order, each once: `emnist-letters-`.
fn prefixes<'a>(names: &'a [String], halves: &[&str; 2]) -> Vec<&'a str> {
    let mut prefixes = Vec::new();
    for name in names {
        for half in halves {
            let prefix = name.find(&format!("{half}-images")).map(|at| name.split_at(at).0);
            if let Some(prefix) =
                prefix.filter(|prefix| prefix.ends_with(['-', '_', '.']) && !prefixes.contains(prefix))
            {
                prefixes.push(prefix);
            }
        }
    }
    prefixes
}

/// The pair of IDX files whose names begin with `prefix` and `half`.
fn pair(folder: &Path, names: &[String], prefix: &str, half: &str) -> Option<Part> {
    let images = first_of(folder, names, &spellings(&format!("{prefix}{half}"), "images", 3))?;
    let labels = first_of(folder, names, &spellings(&format!("{prefix}{half}"), "labels", 1))?;
    Some(Part::Idx { images, labels })
}

impl Part {
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
