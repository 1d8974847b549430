//! Digits with the network's answers: the pictures behind a confusion matrix and a gallery of mistakes.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ndarray::{ArrayView1, ArrayView2};

use crate::data::Dataset;
use crate::metrics::argmax;
use crate::plot::gallery::Specimen;
use crate::plot::{Picture, number, png};
use crate::{Error, Network, Result};

/// The outputs for all examples of a data set, each with its label and answer.
pub(super) struct Answers<'a> {
    dataset: &'a Dataset,
    outputs: ndarray::Array2<f32>,
    side: usize,
    /// Position, label and answer of each example.
    pub examples: Vec<(usize, usize, usize)>,
}

impl<'a> Answers<'a> {
    /// # Errors
    /// [`Error::Shape`] if the inputs are not what the network takes, or no square pictures, or not as many as labels;
    /// [`Error::Argument`] if a label is not one of the outputs.
    pub fn new(network: &Network, dataset: &'a Dataset) -> Result<Self> {
        let (count, width) = dataset.inputs.dim();
        let side = width.isqrt();
        if side * side != width {
            return Err(Error::shape("dataset.inputs", "(n, d), d a square number as 784", &[count, width]));
        }
        if dataset.labels.len() != count {
            return Err(Error::shape("dataset.labels", format!("({count},)"), dataset.labels.shape()));
        }
        let outputs = network.predict(dataset.inputs.view())?;
        let classes = outputs.ncols();
        let labels = dataset.labels.iter().map(|&label| usize::from(label));
        if let Some(label) = labels.clone().find(|&label| label >= classes) {
            return Err(Error::argument("dataset.labels", format!("labels below {classes}, one per output"), label));
        }
        let answers = outputs.outer_iter().map(argmax);
        let examples = labels.zip(answers).enumerate().map(|(at, (label, answer))| (at, label, answer)).collect();
        Ok(Self { dataset, outputs, side, examples })
    }

    pub fn classes(&self) -> usize {
        self.outputs.ncols()
    }

    /// How sure the network is of its answer to an example.
    pub fn confidence(&self, &(at, _, answer): &(usize, usize, usize)) -> f32 {
        self.outputs.get((at, answer)).copied().unwrap_or(0.0)
    }

    /// The example with its picture and probabilities.
    pub fn specimen(&self, &(at, label, answer): &(usize, usize, usize)) -> Result<Specimen> {
        let row = |array: ArrayView2<'_, f32>| {
            array.outer_iter().nth(at).map_or(Vec::new(), |row: ArrayView1<'_, f32>| row.to_vec())
        };
        let pixels = row(self.dataset.inputs.view());
        let pixels = ArrayView2::from_shape((self.side, self.side), &pixels)
            .map_err(|_| Error::shape("dataset.inputs", "(n, 784)", self.dataset.inputs.shape()))?;
        let picture = Picture::ink(label.to_string(), pixels)?;
        let probabilities = row(self.outputs.view()).into_iter().map(f64::from).collect();
        Ok(Specimen { picture, label, answer, probabilities })
    }
}

/// The digit over its ten probabilities as one small picture, and its two most probable classes: an HTML element.
pub(super) fn write_html(html: &mut String, specimen: &Specimen) {
    /// CSS pixels for each pixel of the picture.
    const SCALE: usize = 3;
    let (width, pixels) = specimen.thumbnail();
    let height = pixels.len() / width.max(1);
    let Ok(file) = png::indexed(width, &pixels, &Specimen::palette()) else { return };
    let said = format!("{}; {}", specimen.describe(), probabilities(specimen));
    let title = match specimen.label == specimen.answer {
        true => specimen.label.to_string(),
        false => format!("{} → {}", specimen.label, specimen.answer),
    };
    let best: Vec<_> =
        ranked(specimen).iter().take(2).map(|(class, p)| format!("{class}: {}", number(*p, 2))).collect();
    let _ = write!(
        html,
        "<span title=\"{said}\" style=\"display:inline-block;margin:0 10px 8px 0;vertical-align:top;text-align:center;\
         color:#1B1F26\"><img alt=\"{said}\" width=\"{}\" height=\"{}\" style=\"image-rendering:pixelated;display:block;\
         margin:0\" src=\"data:image/png;base64,{}\"/><b>{title}</b><br/><small>{}</small></span>",
        width * SCALE,
        height * SCALE,
        STANDARD.encode(file),
        best.join(", ")
    );
}

/// "probabilities 9 0.98, 7 0.01"
pub(super) fn probabilities(specimen: &Specimen) -> String {
    let named = ranked(specimen).into_iter().filter(|(_, p)| *p >= 0.005);
    let named: Vec<_> = named.map(|(class, p)| format!("{class} {}", number(p, 2))).collect();
    format!("probabilities {}", named.join(", "))
}

fn ranked(specimen: &Specimen) -> Vec<(usize, f64)> {
    let mut ranked: Vec<_> = specimen.probabilities.iter().copied().enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked
}
