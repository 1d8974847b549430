//! The gallery of mistakes: what the network gets wrong and is sure of, what it gets right and is not.

use std::fmt::{self, Write};

use super::confusion::CARD;
use super::specimen::{self, Answers};
use crate::data::Dataset;
use crate::plot::chart::Chart;
use crate::plot::gallery::{self, Specimen};
use crate::plot::{Figure, bundle, number};
use crate::{Network, Result};

/// So many wrong answers are shown, and so many right ones.
const WRONG: usize = 12;
const RIGHT: usize = 6;

/// The most confident wrong answers and the least certain right ones, each digit with its probabilities.
#[derive(Clone)]
pub struct Gallery {
    wrong: Vec<Specimen>,
    right: Vec<Specimen>,
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
    pub fn mistakes(&self, dataset: &Dataset) -> Result<Gallery> {
        let answers = Answers::new(self, dataset)?;
        let (mut right, mut wrong): (Vec<_>, Vec<_>) =
            answers.examples.iter().copied().partition(|(_, label, answer)| label == answer);
        let (wrong_count, count) = (wrong.len(), answers.examples.len());
        wrong.sort_by(|a, b| answers.confidence(b).total_cmp(&answers.confidence(a)));
        right.sort_by(|a, b| answers.confidence(a).total_cmp(&answers.confidence(b)));
        let specimens = |examples: &[(usize, usize, usize)], most: usize| {
            examples.iter().take(most).map(|example| answers.specimen(example)).collect::<Result<Vec<_>>>()
        };
        Ok(Gallery { wrong: specimens(&wrong, WRONG)?, right: specimens(&right, RIGHT)?, wrong_count, count })
    }
}

impl Gallery {
    fn title(&self) -> String {
        format!("{} mistakes in {}", number(self.wrong_count as f64, 0), number(self.count as f64, 0))
    }

    fn groups(&self) -> [(&'static str, &Vec<Specimen>); 2] {
        [("Wrong, and most sure of it", &self.wrong), ("Right, and least sure of it", &self.right)]
    }

    /// The digits as a figure, for a report.
    pub fn plot(&self) -> Figure {
        let groups = self.groups().map(|(heading, specimens)| (heading.to_owned(), specimens.clone()));
        let figure = Figure::new(&self.title(), Chart::Gallery(gallery::Gallery::new(groups.into())));
        figure.subtitle("below each digit the ten probabilities: blue its label, orange the wrong answer")
    }

    /// The digits in HTML, each a picture of its own with its probabilities in words.
    pub fn to_html(&self) -> String {
        let mut html = format!(
            "<div style=\"{CARD}\">\n<p style=\"margin:0 0 4px;color:#1B1F26\"><b style=\"font-size:16px\">{}</b></p>\n<p \
             style=\"margin:0 0 10px;color:#57606B\">below each digit the ten probabilities: blue its label, orange the wrong \
             answer</p>\n",
            self.title()
        );
        for (heading, specimens) in self.groups().into_iter().filter(|(_, specimens)| !specimens.is_empty()) {
            let _ = writeln!(html, "<p style=\"margin:6px 0 8px;color:#1B1F26\"><b>{heading}</b></p>\n<div>");
            specimens.iter().for_each(|specimen| specimen::write_html(&mut html, specimen));
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
                let _ = write!(text, "\n  {}; {}", specimen.describe(), specimen::probabilities(specimen));
            }
        }
        text
    }

    /// Shows the digits as a cell's result; as one picture and as text for viewers that show no HTML.
    pub fn evcxr_display(&self) {
        bundle::print_with_picture(&self.to_html(), self.plot().small_png().as_deref(), &self.to_text());
    }
}

/// One line: `Gallery: 797 mistakes in 10,000`.
impl fmt::Debug for Gallery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gallery: {}", self.title())
    }
}
