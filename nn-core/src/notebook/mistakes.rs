//! The worst mistakes: what the network gets wrong and is sure of, what it gets right and is not.

use std::fmt::{self, Write};

use super::answers::{self, Answers, Example};
use super::style;
use crate::data::Dataset;
use crate::plot::chart::Chart;
use crate::plot::gallery::{Gallery, Specimen};
use crate::plot::{Figure, bundle, text};
use crate::{Network, Result};

/// How many wrong and how many right answers are shown.
const WRONG: usize = 12;
const RIGHT: usize = 6;

/// What the bars under the digits mean.
const BARS: &str = "below each digit the ten probabilities: blue its label, orange the wrong answer";

/// The most confident wrong answers and the least certain right ones, each digit with its probabilities.
#[derive(Clone)]
pub struct Mistakes {
    wrong: Vec<Specimen>,
    right: Vec<Specimen>,
    /// Of all examples, of which only the first are shown.
    wrong_count: usize,
    count: usize,
}

impl Network {
    /// The digits on which the network is most sure and wrong, and those on which it is least sure and right.
    ///
    /// [`metrics::mistakes`](crate::metrics::mistakes) lists all mistakes with their positions.
    ///
    /// # Errors
    /// As [`Network::confusion`].
    pub fn mistakes(&self, dataset: &Dataset) -> Result<Mistakes> {
        let answers = Answers::new(self, dataset)?;
        let (mut right, mut wrong): (Vec<_>, Vec<_>) = answers.examples.iter().copied().partition(Example::is_right);
        wrong.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        right.sort_by(|a, b| a.confidence.total_cmp(&b.confidence));
        Ok(Mistakes {
            wrong: answers.specimens(&wrong, WRONG)?,
            right: answers.specimens(&right, RIGHT)?,
            wrong_count: wrong.len(),
            count: answers.examples.len(),
        })
    }
}

impl Mistakes {
    /// The digits as a figure, for a report.
    pub fn plot(&self) -> Figure {
        let groups = self.groups().map(|(heading, specimens)| (heading.to_owned(), specimens.clone()));
        Figure::new(&self.title(), Chart::Gallery(Gallery::new(groups.into()))).subtitle(BARS)
    }

    /// The digits in HTML, each a picture of its own with its probabilities in words.
    pub fn to_html(&self) -> String {
        let (card, ink, grey) = (style::card(), style::ink(), style::grey());
        let mut html = format!(
            "<div style=\"{card}\">\n<p style=\"margin:0 0 4px;{ink}\"><b style=\"{}\">{}</b></p>\n\
             <p style=\"margin:0 0 10px;{grey}\">{BARS}</p>\n",
            style::TITLE,
            text::escape(&self.title())
        );
        for (heading, specimens) in self.groups().into_iter().filter(|(_, specimens)| !specimens.is_empty()) {
            let _ = writeln!(html, "<p style=\"margin:6px 0 8px;{ink}\"><b>{heading}</b></p>\n<div>");
            specimens.iter().for_each(|specimen| answers::write_html(&mut html, specimen));
            html += "</div>\n";
        }
        html + "</div>"
    }

    /// One line for each digit: `7 read as 9 with 0.98; probabilities 9 0.98, 7 0.01`.
    pub fn to_text(&self) -> String {
        let mut text = self.title();
        for (heading, specimens) in self.groups().into_iter().filter(|(_, specimens)| !specimens.is_empty()) {
            let _ = write!(text, "\n{heading}:");
            for specimen in specimens {
                let _ = write!(text, "\n  {}; {}", specimen.describe(), answers::probabilities(specimen));
            }
        }
        text
    }

    /// Shows the digits as a cell's result; as one picture and as text for viewers that show no HTML.
    pub fn evcxr_display(&self) {
        bundle::print_with_picture(&self.to_html(), self.plot().shown_png().as_deref(), &self.to_text());
    }

    fn title(&self) -> String {
        format!("{} mistakes in {}", text::whole(self.wrong_count), text::whole(self.count))
    }

    fn groups(&self) -> [(&'static str, &Vec<Specimen>); 2] {
        [("Wrong, and most sure of it", &self.wrong), ("Right, and least sure of it", &self.right)]
    }
}

/// One line: `Mistakes: 797 in 10,000`.
impl fmt::Debug for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mistakes: {} in {}", text::whole(self.wrong_count), text::whole(self.count))
    }
}
