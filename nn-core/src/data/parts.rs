//! Data sets made of a data set: mini-batches, another order, two halves, shifted pictures.
//!
//! With these, a training loop of one's own is a few lines, and a setting can be chosen on a part of the training set.

use ndarray::{Array2, Axis, concatenate, s};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::{Dataset, one_hot};
use crate::{Error, Float, Result};

impl Dataset {
    /// The examples in mini-batches of `size`, in order; the last is smaller where `size` does not divide [`len`](Self::len).
    ///
    /// # Errors
    /// [`Error::Argument`] if `size` is 0, [`Error::Shape`] if there are not as many labels as inputs.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let dataset = Dataset::new(array![[0.0], [0.1], [0.2], [0.3], [0.4]], array![0, 1, 0, 1, 1])?;
    /// let sizes: Vec<_> = dataset.mini_batches(2)?.map(|mini_batch| mini_batch.len()).collect();
    /// assert_eq!(sizes, [2, 2, 1]);
    ///
    /// // One epoch of gradient descent.
    /// let mut network = Network::new(&[1, 2], &[Softmax], 7)?;
    /// for mini_batch in dataset.mini_batches(2)? {
    ///     let trace = network.forward(mini_batch.inputs.view())?;
    ///     let gradients = network.backward(&trace, mini_batch.targets(2)?.view(), Loss::CrossEntropy)?;
    ///     network.step(&gradients, 0.1)?;
    /// }
    /// # Ok::<(), Error>(())
    /// ```
    pub fn mini_batches(&self, size: usize) -> Result<impl Iterator<Item = Self> + '_> {
        self.check_labels()?;
        if size == 0 {
            return Err(Error::argument("size", "at least one example in a mini-batch", size));
        }
        let n = self.len();
        Ok((0..n).step_by(size).map(move |start| self.part(start, n.min(start.saturating_add(size)))))
    }

    /// The same examples in another order, drawn from `seed`: the same on every machine.
    ///
    /// It is the order of the first epoch of a training with [`Training::shuffle(seed)`](crate::Training::shuffle).
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let dataset = Dataset::new(array![[0.0], [0.1], [0.2], [0.3]], array![0, 1, 2, 3])?;
    /// let shuffled = dataset.shuffled(7);
    /// // Each input keeps its label, and nothing is lost.
    /// assert!(shuffled.inputs.column(0).iter().zip(&shuffled.labels).all(|(x, &y)| *x == f32::from(y) * 0.1));
    /// assert_eq!(shuffled.counts(), dataset.counts());
    /// assert_ne!(shuffled, dataset);
    /// assert_eq!(shuffled, dataset.shuffled(7));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn shuffled(&self, seed: u64) -> Self {
        let mut order: Vec<_> = (0..self.len().min(self.inputs.nrows())).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        Self { inputs: self.inputs.select(Axis(0), &order), labels: self.labels.select(Axis(0), &order) }
    }

    /// The `first` examples, and the others: to learn from the former and to choose settings on the latter, so that the test
    /// set stays unseen until the end.
    ///
    /// # Errors
    /// [`Error::Argument`] if there are fewer than `first`, [`Error::Shape`] if there are not as many labels as inputs.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let dataset = Dataset::new(array![[0.0], [0.1], [0.2]], array![0, 1, 0])?;
    /// let (train, validation) = dataset.split(2)?;
    /// assert_eq!((train.labels, validation.labels), (array![0, 1], array![0]));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn split(&self, first: usize) -> Result<(Self, Self)> {
        self.check_labels()?;
        let n = self.len();
        if first > n {
            return Err(Error::argument("first", format!("at most {n}, the number of examples"), first));
        }
        Ok((self.part(0, first), self.part(first, n)))
    }

    /// The labels as targets of a network with `classes` outputs: one one-hot row each, `(n, classes)`.
    ///
    /// # Errors
    /// As [`one_hot`].
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let dataset = Dataset::new(array![[0.5], [0.6]], array![2, 0])?;
    /// assert_eq!(dataset.targets::<f64>(3)?, array![[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn targets<F: Float>(&self, classes: usize) -> Result<Array2<F>> {
        one_hot(self.labels.view(), classes)
    }

    /// The same pictures moved `down` and to the `right` by so many pixels; negative numbers move them up and to the left.
    /// What leaves the picture is lost, and paper, 0, moves in.
    ///
    /// # Errors
    /// [`Error::Shape`] if the inputs are not as many as a square has, for MNIST 784.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// // A picture of 2 × 2 pixels.
    /// let dataset = Dataset::new(array![[0.1, 0.2, 0.3, 0.4]], array![0])?;
    /// assert_eq!(dataset.shifted(0, 1)?.inputs, array![[0.0, 0.1, 0.0, 0.3]]);
    /// assert_eq!(dataset.shifted(-1, 0)?.inputs, array![[0.3, 0.4, 0.0, 0.0]]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn shifted(&self, down: isize, right: isize) -> Result<Self> {
        let (n, pixels) = self.inputs.dim();
        let side = pixels.isqrt();
        if side * side != pixels {
            return Err(Error::shape("inputs", "(n, side · side), for MNIST (n, 784)", self.inputs.shape()));
        }
        let (to_row, from_row, rows) = overlap(down, side);
        let (to_column, from_column, columns) = overlap(right, side);
        let mut inputs = Array2::zeros((n, pixels));
        for row in 0..rows {
            let to = (to_row + row) * side + to_column;
            let from = (from_row + row) * side + from_column;
            inputs.slice_mut(s![.., to..to + columns]).assign(&self.inputs.slice(s![.., from..from + columns]));
        }
        Ok(Self { inputs, labels: self.labels.clone() })
    }

    /// These examples, then those of `other`: a training set and its shifted copy.
    ///
    /// # Errors
    /// [`Error::Shape`] if the two have inputs of different widths, or one has not as many labels as inputs.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let dataset = Dataset::new(array![[0.1, 0.2, 0.3, 0.4]], array![5])?;
    /// let both = dataset.joined(&dataset.shifted(0, 1)?)?;
    /// assert_eq!(both.inputs, array![[0.1, 0.2, 0.3, 0.4], [0.0, 0.1, 0.0, 0.3]]);
    /// assert_eq!(both.labels, array![5, 5]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn joined(&self, other: &Self) -> Result<Self> {
        self.check_labels()?;
        other.check_labels()?;
        let width = self.inputs.ncols();
        let different = |_| Error::shape("other.inputs", format!("(n, {width})"), other.inputs.shape());
        let inputs = concatenate(Axis(0), &[self.inputs.view(), other.inputs.view()]).map_err(different)?;
        let labels = concatenate(Axis(0), &[self.labels.view(), other.labels.view()]).map_err(different)?;
        Ok(Self { inputs, labels })
    }

    /// The examples from `start` to before `end`, both at most [`len`](Self::len).
    pub(super) fn part(&self, start: usize, end: usize) -> Self {
        Self {
            inputs: self.inputs.slice(s![start..end, ..]).to_owned(),
            labels: self.labels.slice(s![start..end]).to_owned(),
        }
    }

    /// Fails unless there is a label for each input: the fields can be changed by hand.
    pub(super) fn check_labels(&self) -> Result<()> {
        if self.inputs.nrows() == self.labels.len() {
            return Ok(());
        }
        Err(Error::shape("labels", format!("({},), one per input", self.inputs.nrows()), self.labels.shape()))
    }
}

/// Where what stays of a side begins after a move by `by`, where it began before, and how long it is.
fn overlap(by: isize, side: usize) -> (usize, usize, usize) {
    let distance = by.unsigned_abs().min(side);
    if by < 0 { (0, distance, side - distance) } else { (distance, 0, side - distance) }
}
