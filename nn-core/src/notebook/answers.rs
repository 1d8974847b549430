//! A network's answers to a data set: the digits behind a confusion matrix and among the mistakes.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ndarray::{Array2, Axis};

use super::style;
use crate::data::Dataset;
use crate::metrics::argmax;
use crate::plot::gallery::Specimen;
use crate::plot::text::escape;
use crate::plot::{Picture, number, png};
use crate::{Error, Network, Result};

/// The outputs for all examples of a data set, each with its label and answer.
pub(super) struct Answers<'a> {
    dataset: &'a Dataset,
    outputs: Array2<f32>,
    side: usize,
    pub examples: Vec<Example>,
}

/// One example with its answer.
#[derive(Clone, Copy)]
pub(super) struct Example {
    /// Its row in the data set.
    pub position: usize,
    pub label: usize,
    pub answer: usize,
    /// The output for the answer: how sure the network is of it.
    pub confidence: f32,
}

impl Example {
    pub fn is_right(&self) -> bool {
        self.label == self.answer
    }
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
        let mut examples = Vec::with_capacity(count);
        for (position, (row, label)) in outputs.outer_iter().zip(labels).enumerate() {
            let answer = argmax(row);
            #[expect(clippy::indexing_slicing, reason = "the answer is a place in the row")]
            examples.push(Example { position, label, answer, confidence: row[answer] });
        }
        Ok(Self { dataset, outputs, side, examples })
    }

    pub fn classes(&self) -> usize {
        self.outputs.ncols()
    }

    /// The example with its picture and probabilities.
    pub fn specimen(&self, example: &Example) -> Result<Specimen> {
        let &Example { position, label, answer, .. } = example;
        let side = self.side;
        let inputs = self.dataset.inputs.index_axis(Axis(0), position);
        #[expect(clippy::indexing_slicing, reason = "each row holds side · side pixels")]
        let pixels = Array2::from_shape_fn((side, side), |(y, x)| inputs[y * side + x]);
        let picture = Picture::ink(label.to_string(), pixels.view())?;
        let probabilities = self.outputs.index_axis(Axis(0), position).iter().copied().map(f64::from).collect();
        Ok(Specimen { picture, label, answer, probabilities })
    }

    /// The first of these examples, `most` of them at most, with their pictures and probabilities.
    pub fn specimens(&self, examples: &[Example], most: usize) -> Result<Vec<Specimen>> {
        examples.iter().take(most).map(|example| self.specimen(example)).collect()
    }
}

/// The digit over its ten probabilities as one small picture, and its two most probable classes: an HTML element.
#[expect(clippy::expect_used, reason = "a thumbnail has pixels, and the file is written to memory")]
pub(super) fn write_html(html: &mut String, specimen: &Specimen) {
    /// CSS pixels for each pixel of the picture.
    const SCALE: usize = 3;
    let (width, pixels) = specimen.thumbnail();
    let height = pixels.len() / width;
    let file = png::indexed(width, &pixels, &Specimen::palette()).expect("a thumbnail can be written");
    let said = escape(&format!("{}; {}", specimen.describe(), probabilities(specimen)));
    let title = escape(&specimen.title());
    let best: Vec<_> =
        ranked(specimen).iter().take(2).map(|(class, p)| format!("{class}: {}", number(*p, 2))).collect();
    let _ = write!(
        html,
        "<span title=\"{said}\" style=\"display:inline-block;margin:0 10px 8px 0;vertical-align:top;text-align:center;\
         {ink}\"><img alt=\"{said}\" width=\"{}\" height=\"{}\" style=\"image-rendering:pixelated;display:block;\
         margin:0\" src=\"data:image/png;base64,{}\"/><b>{title}</b><br/><small>{}</small></span>",
        width * SCALE,
        height * SCALE,
        STANDARD.encode(file),
        best.join(", "),
        ink = style::ink(),
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
