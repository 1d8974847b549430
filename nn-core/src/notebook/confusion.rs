//! The confusion matrix as a cell's result: a table whose cells open the digits behind them.

use std::fmt::{self, Write};

use ndarray::Array2;

use super::Table;
use super::specimen::{self, Answers};
use crate::data::Dataset;
use crate::metrics::ConfusionMatrix;
use crate::plot::chart::Chart;
use crate::plot::gallery::Specimen;
use crate::plot::heat::{HeatMap, cell_colors};
use crate::plot::{Figure, bundle, number};
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
    pub fn confusion(&self, dataset: &Dataset) -> Result<Confusion> {
        let answers = Answers::new(self, dataset)?;
        let classes = answers.classes();
        let mut counts = Array2::zeros((classes, classes));
        for &(_, label, answer) in &answers.examples {
            if let Some(count) = counts.get_mut((label, answer)) {
                *count += 1;
            }
        }
        let mut examples = answers.examples.clone();
        // Cell by cell; in it the mistakes from the most to the least confident, the right answers the other way round.
        examples.sort_by(|a, b| {
            let by_confidence = answers.confidence(b).total_cmp(&answers.confidence(a));
            let is_right = a.1 == a.2;
            (a.1, a.2).cmp(&(b.1, b.2)).then(if is_right { by_confidence.reverse() } else { by_confidence })
        });
        let mut digits = vec![Vec::new(); classes * classes];
        for cell in examples.chunk_by(|a, b| (a.1, a.2) == (b.1, b.2)) {
            let first = cell.iter().take(KEPT).map(|example| answers.specimen(example)).collect::<Result<Vec<_>>>()?;
            if let Some(&(_, label, answer)) = cell.first()
                && let Some(place) = digits.get_mut(label * classes + answer)
            {
                *place = first;
            }
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
        let answers = (0..self.counts.ncols()).map(|answer| answer.to_string());
        let headers = ["label \\ answer".to_owned()].into_iter().chain(answers).chain(["recall".to_owned()]);
        let rows = self.counts.outer_iter().zip(self.recall()).enumerate().map(|(label, (row, recall))| {
            let counts = row.iter().map(|&count| number(count as f64, 0));
            [label.to_string()].into_iter().chain(counts).chain([number(recall, 3)]).collect()
        });
        let caption = format!(
            "{} of {} right: {}",
            number(self.counts.diag().sum() as f64, 0),
            number(self.counts.sum() as f64, 0),
            number(self.accuracy(), 4)
        );
        Table::of(caption, headers.collect(), rows)
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

    /// The table with its digits in HTML.
    ///
    /// Each number is a `<details>` element: the browser itself opens and closes it, by mouse and by keyboard, also where a
    /// page's scripts are taken out, as JupyterLab does with a notebook that was not run yet.
    pub fn to_html(&self) -> String {
        let counts = &self.matrix.counts;
        let classes = counts.ncols();
        let right = counts.diag().sum();
        let most =
            counts.indexed_iter().filter(|((l, a), _)| l != a).map(|(_, &count)| count).max().unwrap_or(0).max(1);
        let plain = "border:0;background:none;color:#1B1F26";
        let mut html = format!(
            "<div style=\"{CARD}\">\n<div style=\"position:relative\">\n<table style=\"border-collapse:separate;border-spacing:2px;\
             table-layout:fixed;width:100%;margin:0;{plain};font-variant-numeric:tabular-nums;font-size:13px\">\n\
             <caption style=\"caption-side:top;text-align:left;padding:0 0 8px;color:#1B1F26\"><b style=\"font-size:16px\">Which digits \
             are taken for which</b><br/>{} of {} are right. Choose a number to see its digits: mistakes (orange) from the most \
             confident on, right answers (blue) from the least certain on.</caption>\n<thead><tr style=\"{plain}\">\
             <td style=\"{plain};width:4.6em\"></td>",
            number(right as f64, 0),
            number(counts.sum() as f64, 0)
        );
        let header = format!("{plain};text-align:center;padding:2px;font-weight:600;white-space:nowrap");
        for answer in 0..classes {
            let what = if answer == 0 { "answer " } else { "" };
            let _ = write!(html, "<th scope=\"col\" style=\"{header}\">{what}{answer}</th>");
        }
        html += "</tr></thead>\n<tbody>\n";
        // The most frequent mistake is open at first.
        let mistakes = counts.indexed_iter().filter(|((label, answer), count)| label != answer && **count > 0);
        let first_open =
            mistakes.max_by_key(|(place, count)| (**count, std::cmp::Reverse(*place))).map(|(place, _)| place);
        // One open cell at a time: the browser closes the others of this name.
        let name = format!("confusion-{:x}", fingerprint(counts));
        for (label, row) in counts.outer_iter().enumerate() {
            let what = if label == 0 { "label " } else { "" };
            let _ = write!(html, "<tr style=\"{plain}\"><th scope=\"row\" style=\"{header}\">{what}{label}</th>");
            let total = row.sum().max(1);
            for (answer, &count) in row.iter().enumerate() {
                let share = count as f64 / if answer == label { total } else { most } as f64;
                let (color, ink) = cell_colors(answer == label, share);
                let _ = write!(
                    html,
                    "<td style=\"border:0;border-radius:3px;padding:0;text-align:center;background:{};color:{}\">",
                    color.hex(),
                    ink.hex()
                );
                if count > 0 {
                    let is_open = first_open == Some((label, answer));
                    self.write_cell(&mut html, (&name, is_open), (label, answer), count);
                }
                html += "</td>";
            }
            html += "</tr>\n";
        }
        let _ = write!(
            html,
            "</tbody></table>\n</div>\n<div aria-hidden=\"true\" style=\"min-height:{PANEL}px;padding-top:14px;color:#57606B;\
             box-sizing:border-box\">The digits of a number appear here.</div>\n</div>"
        );
        html
    }

    fn write_cell(
        &self,
        html: &mut String,
        (name, is_open): (&str, bool),
        (label, answer): (usize, usize),
        count: usize,
    ) {
        let digits = self.digits.get(label * self.matrix.counts.ncols() + answer).map_or(&[][..], Vec::as_slice);
        let times = number(count as f64, 0);
        let what = match (label == answer, count) {
            (true, _) => format!("{times} times {label} read as {label}"),
            (false, 1) => format!("1 time {label} read as {answer}"),
            (false, _) => format!("{times} times {label} read as {answer}"),
        };
        let order = match (label == answer, digits.len() < count) {
            (true, true) => format!("the {} least certain", digits.len()),
            (true, false) => "the least certain first".into(),
            (false, true) => format!("the {} most confident", digits.len()),
            (false, false) if count == 1 => "the only one".into(),
            (false, false) => "the most confident first".into(),
        };
        let _ = write!(
            html,
            "<details name=\"{name}\"{}><summary aria-label=\"{what}\" title=\"{what}\" style=\"display:block;cursor:pointer;\
             padding:6px 0\">{times}</summary><div style=\"position:absolute;left:0;right:0;top:100%;min-height:{PANEL}px;\
             box-sizing:border-box;padding-top:12px;background:#FDFDFC;color:#1B1F26;text-align:left;overflow-x:auto;\
             white-space:nowrap\" tabindex=\"0\" role=\"group\" aria-label=\"{what}\"><p style=\"margin:0 0 8px;\
             color:#1B1F26\"><b>{what}</b>: {order}</p>",
            if is_open { " open=\"\"" } else { "" }
        );
        digits.iter().for_each(|digit| specimen::write_html(html, digit));
        *html += "</div></details>";
    }

    /// Shows the table as a cell's result; as a picture and as text for viewers that show no HTML.
    pub fn evcxr_display(&self) {
        let figure = self.plot();
        let text = format!("{}\n{}", figure.alt(), self.table().to_text());
        bundle::print_with_picture(&self.to_html(), figure.small_png().as_deref(), &text);
    }
}

/// Below the table, room for one row of digits.
const PANEL: usize = 208;

/// The card that figures lie on, in HTML.
pub(super) const CARD: &str = "background:#FDFDFC;color:#1B1F26;border:1px solid #D9DDE2;border-radius:10px;padding:18px 22px;\
                               max-width:772px;box-sizing:border-box;font-family:Inter,'Helvetica Neue',Arial,sans-serif;\
                               font-size:13px;line-height:1.4";

/// A number that differs between matrices on one page (FNV-1a).
fn fingerprint(counts: &Array2<usize>) -> u32 {
    let bytes = counts.iter().flat_map(|count| (*count as u32).to_le_bytes());
    bytes.fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// One line: `Confusion: 10 classes, 10000 examples, accuracy 0.9203`.
impl fmt::Debug for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (classes, examples) = (self.matrix.counts.nrows(), self.matrix.counts.sum());
        write!(f, "Confusion: {classes} classes, {examples} examples, accuracy {:.4}", self.matrix.accuracy())
    }
}
