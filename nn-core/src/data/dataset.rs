//! Examples with their labels, and labels as targets.

use ndarray::{Array1, Array2, ArrayView1, Axis};

use crate::{Error, Float, Result};

/// Pixels per side of a picture.
pub(crate) const SIDE: usize = 28;
/// Pixels per picture.
pub(crate) const PIXELS: usize = SIDE * SIDE;
/// Classes: the digits 0 to 9.
pub(crate) const LABELS: usize = 10;

/// The most numbers that [`one_hot`] makes, so that a typo is an error, not out of memory.
const MOST_NUMBERS: usize = 1 << 31;

/// Examples with their labels: what a network trains on and is tested on.
#[derive(Clone, PartialEq)]
pub struct Dataset {
    /// One example per row, `(n, d)`; for MNIST `d` is 784, row by row of the picture, each pixel from 0 (paper) to 1 (ink).
    pub inputs: Array2<f32>,
    /// The class of each example, `(n,)`; for MNIST the digit itself, 0 to 9.
    pub labels: Array1<u8>,
}

impl Dataset {
    /// Puts `inputs`, `(n, d)`, and their `labels`, `(n,)`, together.
    ///
    /// # Errors
    /// [`Error::Shape`] if there are not as many labels as inputs.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// // Three points on a plane, of two classes.
    /// let dataset = Dataset::new(array![[0.0, 0.5], [1.0, 0.5], [0.5, 1.0]], array![0, 1, 1])?;
    /// assert_eq!(dataset.len(), 3);
    /// assert_eq!(dataset.first(1).inputs, array![[0.0, 0.5]]);
    /// assert_eq!(dataset.select(&[2, 0])?.labels, array![1, 0]);
    /// assert_eq!(dataset.counts()[..2], [1, 2]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn new(inputs: Array2<f32>, labels: Array1<u8>) -> Result<Self> {
        let dataset = Self { inputs, labels };
        dataset.check_labels()?;
        Ok(dataset)
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
        self.part(0, n.min(self.len()).min(self.inputs.nrows()))
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

    /// How many classes there are: one more than the largest label; 0 without examples.
    pub fn classes(&self) -> usize {
        self.labels.iter().max().map_or(0, |&label| usize::from(label) + 1)
    }

    /// How many examples there are of each class, of ten or [`classes`](Self::classes), whichever is more: `counts()[7]` is
    /// the number of sevens.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; LABELS.max(self.classes())];
        for &label in &self.labels {
            if let Some(count) = counts.get_mut(usize::from(label)) {
                *count += 1;
            }
        }
        counts
    }

    /// The same examples with each picture's rows and columns exchanged: EMNIST's files hold its letters and digits so, and
    /// this sets them upright.
    ///
    /// # Errors
    /// [`Error::Shape`] if the inputs are not as many as a square has.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let dataset = Dataset::new(array![[1.0, 2.0, 3.0, 4.0]], array![0])?;
    /// assert_eq!(dataset.transposed()?.inputs, array![[1.0, 3.0, 2.0, 4.0]]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn transposed(&self) -> Result<Self> {
        let (n, pixels) = self.inputs.dim();
        let side = pixels.isqrt();
        let pictures = self.inputs.view().into_shape_with_order((n, side, side));
        let Ok(pictures) = pictures else {
            return Err(Error::shape("inputs", "(n, side · side)", self.inputs.shape()));
        };
        let turned = Array2::from_shape_vec((n, pixels), pictures.permuted_axes([0, 2, 1]).iter().copied().collect());
        let inputs = turned.map_err(|_| Error::shape("inputs", "(n, side · side)", self.inputs.shape()))?;
        Ok(Self { inputs, labels: self.labels.clone() })
    }
}

/// One line: `Dataset: 60000 examples of 784 inputs`.
impl std::fmt::Debug for Dataset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dataset: {} examples of {} inputs", self.inputs.nrows(), self.inputs.ncols())
    }
}

/// One row per label, `(n, classes)`: 1 at the label, 0 elsewhere.
///
/// # Errors
/// [`Error::Argument`] if a label is `classes` or more, or the rows would hold more than 2³¹ numbers.
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// let targets: Array2<f32> = data::one_hot(array![2, 0].view(), 3)?;
/// assert_eq!(targets, array![[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]);
/// # Ok::<(), Error>(())
/// ```
#[inline(never)]
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
