//! How good the answers are: accuracy, the confusion matrix, the worst mistakes; and how far two arrays are apart.

mod difference;

use std::fmt;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use crate::{Error, Float, Result};
pub use difference::largest_difference;

/// The index of the largest number in `row`; the first of several, and 0 for an empty row.
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// assert_eq!(metrics::argmax(array![0.1, 0.6, 0.3].view()), 1);
/// ```
pub fn argmax<F: Float>(row: ArrayView1<'_, F>) -> usize {
    let largest = |best: (usize, F), (i, &x): (usize, &F)| if x > best.1 { (i, x) } else { best };
    row.iter().enumerate().fold((0, F::neg_infinity()), largest).0
}

/// The index of the largest number in each row of `rows`, `(n, k)`: the classes, `(n,)`, that these outputs vote for.
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// let outputs = array![[0.1, 0.6, 0.3], [0.8, 0.1, 0.1]];
/// assert_eq!(metrics::argmax_rows(outputs.view()), array![1, 0]);
/// ```
pub fn argmax_rows<F: Float>(rows: ArrayView2<'_, F>) -> Array1<usize> {
    rows.outer_iter().map(argmax).collect()
}

/// The share of rows of `outputs`, `(n, k)`, whose largest number stands at the label, `(n,)`; 0 when there are no rows.
///
/// # Errors
/// [`Error::Shape`] if there are not as many labels as rows.
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// // They vote for 1, 0 and 2; two of three labels agree.
/// let outputs = array![[0.1, 0.6, 0.3], [0.8, 0.1, 0.1], [0.2, 0.3, 0.5]];
/// assert_eq!(metrics::accuracy(outputs.view(), array![1, 0, 0].view())?, 2.0 / 3.0);
/// # Ok::<(), Error>(())
/// ```
pub fn accuracy<F: Float>(outputs: ArrayView2<'_, F>, labels: ArrayView1<'_, u8>) -> Result<f64> {
    check_labels(outputs, labels)?;
    Ok(correct(outputs, labels) as f64 / labels.len().max(1) as f64)
}

/// The number of rows whose largest number stands at the label.
pub(crate) fn correct<F: Float>(outputs: ArrayView2<'_, F>, labels: ArrayView1<'_, u8>) -> usize {
    let hits = outputs.outer_iter().zip(labels).filter(|(row, label)| argmax(row.view()) == usize::from(**label));
    hits.count()
}

/// Which digits are taken for which: `counts[[label, predicted]]`, `(k, k)`.
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// // Of class 0 both are recognised, of class 1 one of two.
/// let outputs = array![[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]];
/// let matrix = ConfusionMatrix::new(outputs.view(), array![0, 0, 1, 1].view())?;
/// assert_eq!(matrix.counts, array![[2, 0], [1, 1]]);
/// assert_eq!(matrix.accuracy(), 3.0 / 4.0);
/// assert_eq!(matrix.recall(), array![1.0, 0.5]);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    /// How many examples with the row's label were given the column's class.
    pub counts: Array2<usize>,
}

impl ConfusionMatrix {
    /// Counts the classes that `outputs`, `(n, k)`, vote for against the labels, `(n,)`.
    ///
    /// # Errors
    /// [`Error::Shape`] if there are not as many labels as rows, [`Error::Argument`] if a label is k or more.
    pub fn new<F: Float>(outputs: ArrayView2<'_, F>, labels: ArrayView1<'_, u8>) -> Result<Self> {
        check_labels(outputs, labels)?;
        let classes = outputs.ncols();
        let mut counts = Array2::zeros((classes, classes));
        for (row, &label) in outputs.outer_iter().zip(labels) {
            match counts.get_mut((usize::from(label), argmax(row))) {
                Some(count) => *count += 1,
                None => return Err(Error::argument("labels", format!("labels below {classes}"), label)),
            }
        }
        Ok(Self { counts })
    }

    /// The share of all examples that were given their own label: the diagonal's; 0 when there are none.
    pub fn accuracy(&self) -> f64 {
        self.counts.diag().sum() as f64 / self.counts.sum().max(1) as f64
    }

    /// For each class the share of its examples that were recognised, `(k,)`.
    pub fn recall(&self) -> Array1<f64> {
        let totals = self.counts.sum_axis(Axis(1));
        self.counts.diag().iter().zip(totals).map(|(&hits, total)| hits as f64 / total.max(1) as f64).collect()
    }
}

/// One line: `ConfusionMatrix: 10 classes, 10000 examples, accuracy 0.9203`.
impl fmt::Debug for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (classes, examples) = (self.counts.nrows(), self.counts.sum());
        write!(f, "ConfusionMatrix: {classes} classes, {examples} examples, accuracy {:.4}", self.accuracy())
    }
}

/// An example that was given the wrong class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mistake {
    /// Its row in the data.
    pub index: usize,
    /// What it is.
    pub label: u8,
    /// What it was taken for.
    pub predicted: usize,
    /// The output for `predicted`: how sure the network was.
    pub confidence: f64,
}

/// All wrong answers, the most confident first; equally confident ones in the data's order.
///
/// # Errors
/// [`Error::Shape`] if `outputs`, `(n, k)`, and `labels`, `(n,)`, are not of the same length.
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// let outputs = array![[0.6, 0.4], [0.3, 0.7], [0.1, 0.9]];
/// let mistakes = metrics::mistakes(outputs.view(), array![1, 1, 0].view())?;
/// assert_eq!(mistakes.iter().map(|mistake| mistake.index).collect::<Vec<_>>(), [2, 0]);
/// assert_eq!((mistakes[0].label, mistakes[0].predicted, mistakes[0].confidence), (0, 1, 0.9));
/// # Ok::<(), Error>(())
/// ```
pub fn mistakes<F: Float>(outputs: ArrayView2<'_, F>, labels: ArrayView1<'_, u8>) -> Result<Vec<Mistake>> {
    check_labels(outputs, labels)?;
    let mut mistakes: Vec<_> = outputs
        .outer_iter()
        .zip(labels)
        .enumerate()
        .map(|(index, (row, &label))| {
            let predicted = argmax(row);
            let confidence = row.get(predicted).map_or(0.0, |output| output.f64());
            Mistake { index, label, predicted, confidence }
        })
        .filter(|mistake| mistake.predicted != usize::from(mistake.label))
        .collect();
    mistakes.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    Ok(mistakes)
}

fn check_labels<F: Float>(outputs: ArrayView2<'_, F>, labels: ArrayView1<'_, u8>) -> Result<()> {
    if labels.len() == outputs.nrows() {
        return Ok(());
    }
    Err(Error::shape("labels", format!("({},), one per row of outputs", outputs.nrows()), labels.shape()))
}
