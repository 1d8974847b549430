//! Examples to learn from: what a [`Dataset`] is, and where it comes from.

use ndarray::{Array1, Array2, ArrayView1};

use crate::{Error, Float, Result};

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
/// [`Error::Argument`] if a label is `classes` or more.
pub fn one_hot<F: Float>(labels: ArrayView1<'_, u8>, classes: usize) -> Result<Array2<F>> {
    let mut rows = Array2::zeros((labels.len(), classes));
    for (mut row, &label) in rows.outer_iter_mut().zip(labels) {
        match row.get_mut(usize::from(label)) {
            Some(target) => *target = F::one(),
            None => return Err(Error::argument("labels", format!("labels below {classes}"), label)),
        }
    }
    Ok(rows)
}
