//! The epoch scrubber: a slider over the networks that a training went through.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ndarray::{Array2, ArrayView2, s};

use super::digit_network;
use super::live::Live;
use super::network::first_layer;
use crate::data::{Dataset, LABELS, PIXELS};
use crate::metrics::{ConfusionMatrix, argmax_rows};
use crate::plot::bundle;
use crate::protocol::LongWork;
use crate::{Error, History, Layer, Loss, Network, Result};

/// The most epochs on the slider, the network before training among them; of a longer training as many, evenly spaced.
const FRAMES: usize = 21;
/// The most hidden neurons that are shown.
const NEURONS: usize = 24;

/// A slider over the epochs of a training: what hidden neurons look for, which digits are taken for which, and how the answers
/// to a few digits change.
///
/// It is shown as a cell's last expression and goes to a file of its own by [`EpochScrubber::save`].
#[derive(Clone)]
pub struct EpochScrubber {
    /// `Accuracy: 0.0844 before training, 0.8449 after epoch 0, …`.
    accuracies: String,
    frames: usize,
    /// All that the slider shows, as a JavaScript expression.
    data: String,
}

/// A network with what it answers to the test set.
struct Frame<'a> {
    name: String,
    network: &'a Network,
    loss: f64,
    matrix: ConfusionMatrix,
    answers: Vec<usize>,
    /// The output for each answer.
    outputs: Vec<f32>,
}

impl History {
    /// A slider over the networks that [`Training::keep_networks`](crate::Training::keep_networks) kept, shown by what they
    /// do on `test`.
    ///
    /// Its hidden neurons are those whose weights training changed most, its digits, one for each label, those to which the
    /// answer changed most often. Of more than 20 epochs it takes 20.
    ///
    /// ```no_run
    /// # use nn_core::prelude::*;
    /// # let mnist = data::mnist("../data")?;
    /// # let mut network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7)?;
    /// let training = Training::new(Loss::CrossEntropy).keep_networks();
    /// let history = training.run(&mut network, &mnist.train, &mnist.test)?;
    /// history.scrubber(&mnist.test)?
    /// # ;
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if no networks were kept or if they do not have 784 inputs and 10 outputs, and those of
    /// [`Network::evaluate`].
    pub fn scrubber(&self, test: &Dataset) -> Result<EpochScrubber> {
        let Some((first, last)) = self.networks.first().zip(self.networks.last()) else {
            let expected = "the networks of a training with Training::keep_networks";
            return Err(Error::argument("history", expected, "a history without networks"));
        };
        digit_network::check(last)?;
        if let Some(other) = self.networks.iter().find(|network| network.sizes() != last.sizes()) {
            return Err(Error::argument("history", format!("{last:?} in every epoch"), format!("{other:?}")));
        }
        let frames = self.frames(test)?;
        let digits = most_changing_digits(&frames, test);
        let accuracies: Vec<_> =
            frames.iter().map(|frame| format!("{:.4} {}", frame.matrix.accuracy(), frame.name)).collect();
        Ok(EpochScrubber {
            accuracies: format!("Accuracy: {}", accuracies.join(", ")),
            frames: frames.len(),
            data: javascript(first_layer(first), last, &frames, (&digits, test)),
        })
    }

    fn frames(&self, test: &Dataset) -> Result<Vec<Frame<'_>>> {
        let count = self.networks.len();
        // Of a training that was resumed, only the networks since are kept.
        let before = (self.epochs.len() + 1).saturating_sub(count);
        let last = count.clamp(2, FRAMES) - 1;
        let work = LongWork::begin("scrubber");
        let mut frames = Vec::new();
        // Evenly spaced, the first and the last among them.
        let mut picked: Vec<_> = (0..=last).map(|i| i * (count - 1) / last).collect();
        picked.dedup();
        for (index, network) in self.networks.iter().enumerate().filter(|(index, _)| picked.contains(index)) {
            work.check()?;
            let name = match (before + index).checked_sub(1) {
                None => "before training".to_owned(),
                Some(epoch) => format!("after epoch {epoch}"),
            };
            frames.push(Frame::new(name, network, test, self.loss)?);
        }
        Ok(frames)
    }
}

impl<'a> Frame<'a> {
    #[expect(clippy::indexing_slicing, reason = "an answer is a place in its row")]
    fn new(name: String, network: &'a Network, test: &Dataset, loss: Loss) -> Result<Self> {
        let mut outputs = Array2::zeros((test.len(), LABELS));
        let see = |rows: Range<usize>, part: ArrayView2<'_, f32>| outputs.slice_mut(s![rows, ..]).assign(&part);
        let loss = network.evaluate_and_see(test, loss, see)?.loss;
        let matrix = ConfusionMatrix::new(outputs.view(), test.labels.view())?;
        let answers = argmax_rows(outputs.view()).to_vec();
        let outputs = outputs.outer_iter().zip(&answers).map(|(row, &answer)| row[answer]).collect();
        Ok(Self { name, network, loss, matrix, answers, outputs })
    }

    /// The frame as a JavaScript expression, with the answers to these digits.
    #[expect(clippy::indexing_slicing, reason = "there is an answer to each digit of the test set")]
    fn javascript(&self, digits: &[usize]) -> String {
        let counts: Vec<_> = self.matrix.counts.outer_iter().map(|row| format!("{:?}", row.to_vec())).collect();
        let answers: Vec<_> =
            digits.iter().map(|&digit| format!("[{}, {:.4}]", self.answers[digit], self.outputs[digit])).collect();
        let (name, accuracy, loss) = (&self.name, self.matrix.accuracy(), self.loss);
        format!(
            "{{ name: \"{name}\", accuracy: {accuracy}, loss: {loss}, counts: [{}], answers: [{}] }}",
            counts.join(", "),
            answers.join(", ")
        )
    }
}

/// All that the slider shows, as a JavaScript expression; `before` is the first layer before training.
#[expect(clippy::indexing_slicing, reason = "the digits are places in the test set")]
fn javascript(before: &Layer, last: &Network, frames: &[Frame<'_>], (digits, test): (&[usize], &Dataset)) -> String {
    let mut pictures = Vec::with_capacity(digits.len() * PIXELS);
    for &digit in digits {
        pictures.extend(test.inputs.row(digit).iter().map(|ink| (255.0 * ink) as u8));
    }
    let labels: Vec<u8> = digits.iter().map(|&digit| test.labels[digit]).collect();
    let frames_js: Vec<_> = frames.iter().map(|frame| frame.javascript(digits)).collect();
    let (summary, probability) = (digit_network::summary(last), digit_network::gives_probabilities(last));
    let (count, kind) =
        (first_layer(last).biases.len(), if last.layers().len() > 1 { "hidden neurons" } else { "outputs" });
    let units = most_changed_units(before, first_layer(last));
    format!(
        "{{ summary: \"{summary}\", units: {count}, kind: \"{kind}\", probabilities: {probability}, labels: {labels:?},\n\
         frames: [{}],\npictures: \"{}\",\nweights: \"{}\" }}",
        frames_js.join(",\n"),
        STANDARD.encode(pictures),
        STANDARD.encode(unit_pictures(frames, &units)),
    )
}

/// The neurons that training changed most, in their own order.
fn most_changed_units(before: &Layer, after: &Layer) -> Vec<usize> {
    let mut changes = Vec::with_capacity(before.biases.len());
    for (unit, (before, after)) in before.weights.outer_iter().zip(after.weights.outer_iter()).enumerate() {
        changes.push((unit, before.iter().zip(after).map(|(before, after)| (after - before).powi(2)).sum::<f32>()));
    }
    changes.sort_by(|one, other| other.1.total_cmp(&one.1));
    let mut units: Vec<_> = changes.into_iter().take(NEURONS).map(|(unit, _)| unit).collect();
    units.sort_unstable();
    units
}

/// The weights of these neurons in each frame, 784 bytes each: 128 for 0, and 127 more or less for a neuron's largest weight.
fn unit_pictures(frames: &[Frame<'_>], units: &[usize]) -> Vec<u8> {
    let mut scales = Vec::with_capacity(units.len());
    for &unit in units {
        let rows = frames.iter().map(|frame| first_layer(frame.network).weights.row(unit));
        let largest = rows.flatten().fold(f32::MIN_POSITIVE, |largest, weight| largest.max(weight.abs()));
        scales.push(127.0 / largest);
    }
    let mut bytes = Vec::with_capacity(frames.len() * units.len() * PIXELS);
    for frame in frames {
        let weights = &first_layer(frame.network).weights;
        for (&unit, scale) in units.iter().zip(&scales) {
            bytes.extend(weights.row(unit).iter().map(|weight| (128.0 + weight * scale).round() as u8));
        }
    }
    bytes
}

/// For each label the digit to which the answer changed most often after the first epoch; the first of several.
fn most_changing_digits(frames: &[Frame<'_>], test: &Dataset) -> Vec<usize> {
    // What a network before training answers is chance.
    let mut changes = vec![0; test.len()];
    for [one, next] in frames.iter().skip(1).collect::<Vec<_>>().array_windows() {
        for ((changes, before), after) in changes.iter_mut().zip(&one.answers).zip(&next.answers) {
            *changes += usize::from(before != after);
        }
    }
    let mut best: [Option<(usize, usize)>; LABELS] = [None; LABELS];
    for (digit, (&label, &changes)) in test.labels.iter().zip(&changes).enumerate() {
        if let Some(best) = best.get_mut(usize::from(label))
            && best.is_none_or(|(_, most)| changes > most)
        {
            *best = Some((digit, changes));
        }
    }
    best.into_iter().flatten().map(|(digit, _)| digit).collect()
}

impl EpochScrubber {
    /// The slider as a part of a page: one element with its script, which asks nothing of the network outside.
    pub fn to_html(&self) -> String {
        self.live().html()
    }

    /// Writes the slider as a page of its own, a single HTML file. Missing folders are made.
    ///
    /// # Errors
    /// [`Error::Argument`] if the name does not end in `.html`, [`Error::Io`] if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.live().save(path.as_ref())
    }

    /// Shows the slider as a cell's result: HTML, with the accuracies for viewers that have only text.
    pub fn evcxr_display(&self) {
        bundle::print(&[("text/html", &self.to_html()), ("text/plain", &format!("{}.", self.accuracies))]);
    }

    fn live(&self) -> Live<'_> {
        Live {
            class: "nn-epoch-scrubber",
            title: "Training, epoch by epoch",
            fallback: format!(
                "{}. The slider over the epochs needs JavaScript: in JupyterLab, run this cell or trust the notebook; \
                 elsewhere, open the exported HTML page in a browser.",
                self.accuracies
            ),
            style: include_str!("../../assets/scrubber/scrubber.css"),
            scripts: &[include_str!("../../assets/scrubber/scrubber.js")],
            data: &self.data,
            start: "startScrubber",
            exports: &[],
        }
    }
}

/// One line: `EpochScrubber: 11 networks`.
impl fmt::Debug for EpochScrubber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EpochScrubber: {} networks", self.frames)
    }
}
