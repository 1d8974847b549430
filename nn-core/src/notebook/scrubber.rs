//! The epoch scrubber: a slider over the networks that a training went through.

use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ndarray::Array1;

use super::live::Live;
use super::pad::{check_digits, is_probability, summary};
use crate::data::{Dataset, LABELS};
use crate::metrics::{ConfusionMatrix, argmax_rows};
use crate::plot::bundle;
use crate::protocol::LongWork;
use crate::{Error, History, Network, Result};

/// The most epochs on the slider, the network before training among them; of a longer training as many, evenly spaced.
const FRAMES: usize = 21;
/// The most hidden units that are shown.
const UNITS: usize = 24;

/// A slider over the epochs of a training: what hidden units look for, which digits are taken for which, and how the answers
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
    answers: Array1<usize>,
    /// The output for each answer.
    outputs: Array1<f32>,
}

impl History {
    /// A slider over the networks that [`Training::keep_networks`](crate::Training::keep_networks) kept, shown by what they
    /// do on `test`.
    ///
    /// Its hidden units are those whose weights training changed most, its digits, one for each label, those to which the
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
    /// [`Error::Argument`] if no networks were kept, if they have not 784 inputs and 10 outputs, and those of
    /// [`Network::evaluate`].
    pub fn scrubber(&self, test: &Dataset) -> Result<EpochScrubber> {
        let Some((first, last)) = self.networks.first().zip(self.networks.last()) else {
            let expected = "the networks of a training with Training::keep_networks";
            return Err(Error::argument("history", expected, "a history without networks"));
        };
        check_digits(last)?;
        if let Some(other) = self.networks.iter().find(|network| network.sizes() != last.sizes()) {
            return Err(Error::argument("history", format!("{last:?} in every epoch"), format!("{other:?}")));
        }
        let frames = self.frames(test)?;
        let probability = is_probability(last);

        let units = most_changed_units(first, last);
        let digits = most_changing_digits(&frames, test);
        let pictures: Vec<u8> =
            digits.iter().flat_map(|&digit| test.inputs.row(digit).mapv(|ink| (255.0 * ink) as u8)).collect();
        let labels: Vec<u8> = digits.iter().filter_map(|&digit| test.labels.get(digit).copied()).collect();
        let frames_js: Vec<_> = frames.iter().map(|frame| frame.javascript(&digits)).collect();
        let count = last.layers().first().map_or(0, |layer| layer.biases.len());
        let kind = if last.layers().len() > 1 { "hidden units" } else { "outputs" };
        let data = format!(
            "{{ summary: \"{}\", units: {count}, kind: \"{kind}\", probabilities: {probability}, labels: {labels:?},\n\
             frames: [{}],\npictures: \"{}\",\nweights: \"{}\" }}",
            summary(last),
            frames_js.join(",\n"),
            STANDARD.encode(pictures),
            STANDARD.encode(unit_pictures(&frames, &units)),
        );
        let accuracies: Vec<_> =
            frames.iter().map(|frame| format!("{:.4} {}", frame.matrix.accuracy(), frame.name)).collect();
        Ok(EpochScrubber { accuracies: format!("Accuracy: {}", accuracies.join(", ")), frames: frames.len(), data })
    }

    fn frames(&self, test: &Dataset) -> Result<Vec<Frame<'_>>> {
        let count = self.networks.len();
        let shown = count.min(FRAMES);
        // The first and the last among them.
        let picked = (0..shown).map(|i| i * (count - 1) / (shown - 1).max(1));
        let before = (self.epochs.len() + 1).saturating_sub(count);
        let work = LongWork::begin("scrubber");
        let frame = |i: usize| {
            if let Err(stopped) = work.check() {
                return Some(Err(stopped));
            }
            let network = self.networks.get(i)?;
            let name = match (before + i).checked_sub(1) {
                None => "before training".to_owned(),
                Some(epoch) => format!("after epoch {epoch}"),
            };
            Some(Frame::new(name, network, test, self))
        };
        picked.filter_map(frame).collect()
    }
}

impl<'a> Frame<'a> {
    fn new(name: String, network: &'a Network, test: &Dataset, history: &History) -> Result<Self> {
        let loss = network.evaluate(test, history.loss)?.loss;
        let outputs = network.predict(test.inputs.view())?;
        let matrix = ConfusionMatrix::new(outputs.view(), test.labels.view())?;
        let answers = argmax_rows(outputs.view());
        let output = |(row, &answer): (ndarray::ArrayView1<'_, f32>, &usize)| row.get(answer).copied().unwrap_or(0.0);
        let outputs = outputs.outer_iter().zip(&answers).map(output).collect();
        Ok(Self { name, network, loss, matrix, answers, outputs })
    }

    fn javascript(&self, digits: &[usize]) -> String {
        let counts: Vec<_> = self.matrix.counts.outer_iter().map(|row| format!("{:?}", row.to_vec())).collect();
        let answer = |&digit: &usize| Some(format!("[{}, {:.4}]", self.answers.get(digit)?, self.outputs.get(digit)?));
        let answers: Vec<_> = digits.iter().filter_map(answer).collect();
        let (name, accuracy, loss) = (&self.name, self.matrix.accuracy(), self.loss);
        format!(
            "{{ name: \"{name}\", accuracy: {accuracy}, loss: {loss}, counts: [{}], answers: [{}] }}",
            counts.join(", "),
            answers.join(", ")
        )
    }
}

/// The units of the first layer that training changed most, in their own order.
fn most_changed_units(first: &Network, last: &Network) -> Vec<usize> {
    let Some((first, last)) = first.layers().first().zip(last.layers().first()) else { return Vec::new() };
    let change = |(first, last): (ndarray::ArrayView1<'_, f32>, ndarray::ArrayView1<'_, f32>)| {
        first.iter().zip(last).map(|(first, last)| (last - first).powi(2)).sum::<f32>()
    };
    let changes = first.weights.outer_iter().zip(last.weights.outer_iter()).map(change);
    let mut units: Vec<_> = changes.enumerate().collect();
    units.sort_by(|one, other| other.1.total_cmp(&one.1));
    units.truncate(UNITS);
    let mut units: Vec<_> = units.into_iter().map(|(unit, _)| unit).collect();
    units.sort_unstable();
    units
}

/// The weights of these units in each frame, 784 bytes each: 128 for 0, and 127 more or less for a unit's largest weight.
fn unit_pictures(frames: &[Frame<'_>], units: &[usize]) -> Vec<u8> {
    let weights = |unit: usize| {
        let layers = frames.iter().filter_map(|frame| frame.network.layers().first());
        layers.flat_map(move |layer| layer.weights.outer_iter().nth(unit)).collect::<Vec<_>>()
    };
    let units: Vec<_> = units.iter().map(|&unit| weights(unit)).collect();
    let largest = |rows: &Vec<ndarray::ArrayView1<'_, f32>>| {
        rows.iter().flatten().fold(f32::MIN_POSITIVE, |largest, weight| largest.max(weight.abs()))
    };
    let scales: Vec<_> = units.iter().map(|rows| 127.0 / largest(rows)).collect();
    let mut bytes = Vec::new();
    for frame in 0..frames.len() {
        for (rows, scale) in units.iter().zip(&scales) {
            let row = rows.get(frame).into_iter().flatten();
            bytes.extend(row.map(|weight| (128.0 + weight * scale).round() as u8));
        }
    }
    bytes
}

/// For each label the digit to which the answer changed most often after the first epoch; the first of several.
fn most_changing_digits(frames: &[Frame<'_>], test: &Dataset) -> Vec<usize> {
    let trained = frames.get(1..).unwrap_or_default();
    let changes = |digit: usize| {
        let changed = |pair: &&[Frame<'_>]| match pair {
            [one, next] => one.answers.get(digit) != next.answers.get(digit),
            _ => false,
        };
        trained.windows(2).filter(changed).count()
    };
    let of_label = |label: usize| {
        let digits = test.labels.iter().enumerate().filter(|(_, found)| usize::from(**found) == label);
        digits.map(|(digit, _)| digit).max_by_key(|&digit| (changes(digit), std::cmp::Reverse(digit)))
    };
    (0..LABELS).filter_map(of_label).collect()
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
            exports: "startScrubber",
        }
    }
}

/// One line: `EpochScrubber: 11 networks`.
impl fmt::Debug for EpochScrubber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EpochScrubber: {} networks", self.frames)
    }
}
