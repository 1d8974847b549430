//! The signs of likely mistakes, looked for after each epoch.
//!
//! What is looked at is a sample, the same for the same data, and a network is asked only where its accuracy already shows that
//! something may be wrong, after 1, 2, 4, 8, … epochs and the last: a training that goes well pays a thousandth of its time, and
//! one that does not a hundredth at most.

#![expect(clippy::indexing_slicing, reason = "positions are below the number of examples; a trace has a[0] to a[L]")]

use ndarray::{Array2, ArrayView1, Axis};

use super::{Hint, History, Training};
use crate::data::{Dataset, PIXELS, SIDE};
use crate::metrics::{argmax, correct};
use crate::{Float, Layer, Network, Result};

/// So many examples of a data set are looked at.
const SAMPLE: usize = 500;
/// So many are sent through the network, twice as many of the training set.
const ASKED: usize = 100;
/// Of fewer examples in the test set it means little that all answers are the same.
const FEW: usize = 20;

/// Inputs are about 0 to 1 within these limits: a standard deviation of 1 reaches 5, ink on a picture 1.
const LARGE_INPUT: f32 = 10.0;
const SMALL_INPUT: f32 = 0.05;
/// Inputs of two sets differ if the largest of one is this many times that of the other.
const DIFFERENT: f32 = 10.0;

/// Fewer examples of one label at the start may be chance.
const RUN: usize = 20;

/// The share of pictures that are wider than high, from which on they are taken to lie on their side: of MNIST's 10 % are.
const WIDE: f64 = 0.7;

/// A loss has risen if it is so many times what it was: one that has stopped falling goes up and down a little.
const RISEN: f64 = 1.01;

/// A network learns by heart where its test loss is so many times its training loss, and its accuracy so much lower.
const LOSSES_APART: f64 = 2.0;
const ACCURACIES_APART: f64 = 0.1;

/// What one training looks for, and at which data.
pub(super) struct Signs<'a> {
    train: &'a Dataset,
    test: &'a Dataset,
    /// The most accurate answer that is the same for every example of the test set.
    best_constant: f64,
    /// Whether the data have been looked at.
    looked: bool,
}

impl<'a> Signs<'a> {
    pub(super) fn new(train: &'a Dataset, test: &'a Dataset) -> Self {
        let most = test.counts().into_iter().max().unwrap_or(0);
        Self { train, test, best_constant: most as f64 / test.len().max(1) as f64, looked: false }
    }

    /// What the last epoch of `history` showed for the first time; it is added to the history's hints.
    pub(super) fn after_epoch<F: Float>(
        &mut self,
        training: &Training,
        history: &mut History,
        network: &Network<F>,
    ) -> Result<Vec<Hint>> {
        let mut found = Vec::new();
        if !self.looked {
            self.looked = true;
            found.extend(of_data(training, self.train, self.test));
        }
        found.extend(rising_losses(history));
        // What the data already explain needs no other cause.
        let explained = |hint: &Hint| matches!(hint, Hint::LargeInputs { .. } | Hint::SortedLabels { .. });
        let explained = found.iter().chain(&history.hints).any(explained);
        let done = history.epochs.len();
        if done.is_power_of_two() || done == training.epochs {
            found.extend(self.no_learning(history, network, explained)?);
            found.extend(self.by_heart(history, network)?);
        }
        found.retain(|hint| !history.hints.iter().any(|known| is_same_kind(known, hint)));
        history.hints.extend(found.iter().cloned());
        Ok(found)
    }

    /// A layer that no gradient reaches, or else the same answer for every example.
    fn no_learning<F: Float>(&self, history: &History, network: &Network<F>, explained: bool) -> Result<Option<Hint>> {
        if history.accuracy() > self.best_constant
            || history.hints.iter().any(|hint| matches!(hint, Hint::SilentLayer { .. }))
        {
            return Ok(None);
        }
        let trace = network.forward(sample(self.test, ASKED).view())?;
        for (i, layer) in network.layers().iter().enumerate() {
            let a = &trace.activations[i + 1];
            if let Some(saturated) = layer.is_flat(a) {
                return Ok(Some(Hint::SilentLayer { layer: i + 1, neurons: layer.biases.len(), saturated }));
            }
        }
        let outputs = &trace.activations[network.layers().len()];
        let class = argmax(outputs.row(0));
        if explained || self.test.len() < FEW || outputs.outer_iter().any(|row| argmax(row) != class) {
            return Ok(None);
        }
        Ok(Some(Hint::SameAnswer { class, grown: network.layers().iter().any(Layer::has_grown) }))
    }

    /// Whether the training set is known far better than the test set.
    fn by_heart<F: Float>(&self, history: &History, network: &Network<F>) -> Result<Option<Hint>> {
        let Some(last) = history.epochs.last() else { return Ok(None) };
        let test = last.accuracy;
        // Not true of NaN.
        let suspicious = last.test_loss > LOSSES_APART * last.train_loss && test + ACCURACIES_APART < 1.0;
        if !suspicious || self.test.len() < FEW {
            return Ok(None);
        }
        let labels = self.train.labels.select(Axis(0), &positions(self.train.len(), 2 * ASKED));
        let outputs = network.predict(sample(self.train, 2 * ASKED).view())?;
        let train = correct(outputs.view(), labels.view()) as f64 / labels.len() as f64;
        Ok((train > test + ACCURACIES_APART).then_some(Hint::FarBelowTraining { train, test }))
    }
}

/// What the data alone show, whatever becomes of the training.
pub(super) fn of_data(training: &Training, train: &Dataset, test: &Dataset) -> Vec<Hint> {
    let mut found = inputs(train, test);
    found.extend(sorted_labels(training, train));
    found.extend(on_their_side(train));
    found
}

/// Positions of up to `most` of `n` examples, evenly spread.
fn positions(n: usize, most: usize) -> Vec<usize> {
    let count = n.min(most);
    (0..count).map(|i| i * n / count).collect()
}

/// The inputs of some examples.
fn sample<F: Float>(dataset: &Dataset, most: usize) -> Array2<F> {
    dataset.inputs.select(Axis(0), &positions(dataset.len(), most)).mapv(|x| F::of(x.into()))
}

/// Whether inputs are of another size than networks want.
fn inputs(train: &Dataset, test: &Dataset) -> Vec<Hint> {
    let [train, test] = [train, test].map(|dataset| {
        let rows = positions(dataset.len(), SAMPLE).into_iter().map(|row| dataset.inputs.row(row));
        rows.fold(0.0_f32, |largest, row| row.fold(largest, |largest, x| largest.max(x.abs())))
    });
    let mut hints = Vec::new();
    if train > LARGE_INPUT {
        hints.push(Hint::LargeInputs { largest: train });
    } else if train > 0.0 && train < SMALL_INPUT {
        hints.push(Hint::SmallInputs { largest: train });
    }
    if train > 0.0 && test > 0.0 && (test > DIFFERENT * train || train > DIFFERENT * test) {
        hints.push(Hint::DifferentInputs { train, test });
    }
    hints
}

/// Whether the first mini-batches, and some examples at least, are all of one label.
fn sorted_labels(training: &Training, train: &Dataset) -> Option<Hint> {
    let first = train.labels.first()?;
    let count = train.labels.iter().take_while(|&label| label == first).count();
    let is_run = count >= RUN.max(training.mini_batch_size) && count < train.len();
    (training.shuffle.is_none() && is_run).then_some(Hint::SortedLabels { count })
}

/// Whether pictures of 28×28 are wider than high.
fn on_their_side(train: &Dataset) -> Option<Hint> {
    if train.inputs.ncols() != PIXELS || train.len() < FEW {
        return None;
    }
    let rows = positions(train.len(), SAMPLE);
    let (mut wide, mut high) = (0, 0);
    for &row in &rows {
        let (width, height) = extent(train.inputs.row(row));
        wide += usize::from(width > height);
        high += usize::from(width < height);
    }
    let share = wide as f64 / (wide + high).max(1) as f64;
    // Not of noise, which fills its square.
    (share > WIDE && 2 * (wide + high) > rows.len()).then_some(Hint::OnTheirSide { share })
}

/// Width and height of the ink in a picture.
fn extent(picture: ArrayView1<'_, f32>) -> (usize, usize) {
    const INK: f32 = 0.25;
    let (mut columns, mut rows) = ([false; SIDE], [false; SIDE]);
    for (i, &tone) in picture.iter().enumerate() {
        if tone > INK {
            columns[i % SIDE] = true;
            rows[i / SIDE] = true;
        }
    }
    let [width, height] = [columns, rows].map(|lines| {
        let (first, last) = (lines.iter().position(|&line| line), lines.iter().rposition(|&line| line));
        first.zip(last).map_or(0, |(first, last)| last - first + 1)
    });
    (width, height)
}

/// Whether a loss rose in each of the last three epochs.
fn rising_losses(history: &History) -> Option<Hint> {
    let [.., a, b, c, d] = &history.epochs[..] else { return None };
    let [train, test] = [[a, b, c, d].map(|epoch| epoch.train_loss), [a, b, c, d].map(|epoch| epoch.test_loss)];
    if rises(train) {
        return Some(Hint::RisingLoss);
    }
    (rises(test) && train.is_sorted_by(|one, next| one > next)).then_some(Hint::RisingTestLoss)
}

/// Whether each of these losses is larger than the one before it, and the last by more than chance.
fn rises(losses: [f64; 4]) -> bool {
    losses[3] > RISEN * losses[0] && losses.is_sorted_by(|one, next| one < next)
}

/// Whether two hints say the same, with other numbers.
fn is_same_kind(one: &Hint, other: &Hint) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}
