//! The confusion matrix as a cell's result: a table whose cells open the digits behind them.

mod html;

use std::fmt;

use ndarray::Array2;

use super::Table;
use super::answers::{Answers, Example};
use crate::data::Dataset;
use crate::metrics::ConfusionMatrix;
use crate::plot::chart::Chart;
use crate::plot::gallery::Specimen;
use crate::plot::heat::HeatMap;
use crate::plot::{Figure, bundle, number, text};
use crate::{Network, Result};

/// Behind a cell, this many digits are kept.
const KEPT: usize = 6;

/// Which digits a network takes for which, with the digits themselves.
///
/// As a cell's last expression it is a table whose numbers open the digits behind them, the most confident mistake first,
/// each with its probabilities. It is plain HTML and works without a kernel, without scripts and without a network.
#[derive(Clone)]
pub struct Confusion {
    /// The counts alone.
    pub matrix: ConfusionMatrix,
    /// For each cell, row by row, its first digits.
    digits: Vec<Vec<Specimen>>,
}

impl Network {
    /// Which digits the network takes for which: a table whose numbers open the digits behind them.
    ///
    /// Behind each number of mistakes are the most confident ones, behind each number of right answers the least certain.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) if the inputs are not what the network takes or no square pictures;
    /// [`Error::Argument`](crate::Error::Argument) if a label is not one of the outputs.
    #[expect(clippy::indexing_slicing, reason = "labels and answers are below the number of classes")]
    pub fn confusion(&self, dataset: &Dataset) -> Result<Confusion> {
        let answers = Answers::new(self, dataset)?;
        let classes = answers.classes();
        let mut cells: Vec<Vec<Example>> = vec![Vec::new(); classes * classes];
        for example in &answers.examples {
            cells[example.label * classes + example.answer].push(*example);
        }
        let counts = Array2::from_shape_fn((classes, classes), |(label, answer)| cells[label * classes + answer].len());
        let mut digits = Vec::with_capacity(cells.len());
        for cell in &mut cells {
            // The mistakes from the most to the least confident, the right answers the other way round.
            if cell.first().is_some_and(Example::is_right) {
                cell.sort_by(|a, b| a.confidence.total_cmp(&b.confidence));
            } else {
                cell.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
            }
            digits.push(answers.specimens(cell, KEPT)?);
        }
        Ok(Confusion { matrix: ConfusionMatrix { counts }, digits })
    }
}

impl ConfusionMatrix {
    /// The matrix as a figure: right answers in blue, mistakes in orange.
    pub fn plot(&self) -> Figure {
        let counts = self.counts.outer_iter().map(|row| row.to_vec()).collect();
        Figure::new("Which digits are taken for which", Chart::Heat(HeatMap::new(counts)))
    }

    /// The counts as a table, with the share of each label that was recognised.
    pub fn table(&self) -> Table {
        let mut headers = vec!["label \\ answer".to_owned()];
        headers.extend((0..self.counts.ncols()).map(|answer| answer.to_string()));
        headers.push("recall".to_owned());
        let mut rows = Vec::new();
        for (label, (counts, recall)) in self.counts.outer_iter().zip(self.recall()).enumerate() {
            let mut row = vec![label.to_string()];
            row.extend(counts.iter().map(|&count| text::whole(count)));
            row.push(number(recall, 3));
            rows.push(row);
        }
        let (right, all) = (text::whole(self.counts.diag().sum()), text::whole(self.counts.sum()));
        Table::of(format!("{right} of {all} right: {}", number(self.accuracy(), 4)), headers, rows)
    }
}

impl Confusion {
    /// The matrix as a figure, for a report.
    pub fn plot(&self) -> Figure {
        self.matrix.plot()
    }

    /// The counts as a table.
    pub fn table(&self) -> Table {
        self.matrix.table()
    }

    /// Shows the table as a cell's result; as a picture and as text for viewers that show no HTML.
    pub fn evcxr_display(&self) {
        let figure = self.plot();
        let text = format!("{}\n{}", figure.alt(), self.table().to_text());
        bundle::print_with_picture(&self.to_html(), figure.shown_png().as_deref(), &text);
    }
}

/// One line: `Confusion: 10 classes, 10000 examples, accuracy 0.9203`.
impl fmt::Debug for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (classes, examples) = (self.matrix.counts.nrows(), self.matrix.counts.sum());
        write!(f, "Confusion: {classes} classes, {examples} examples, accuracy {:.4}", self.matrix.accuracy())
    }
}
