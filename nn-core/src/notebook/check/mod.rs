//! Exercises that check themselves: a card that says what kind of wrong an answer is, and never the answer.

mod numbers;
mod picture;
mod places;
mod proportion;
mod verdict;

use std::fmt::{self, Write};

use super::style;
use crate::plot::text::{clean, escape};
use crate::plot::theme::{Color, GREY};
use crate::plot::{Picture, bundle};

pub(crate) use numbers::Numbers;
pub use numbers::{Answer, Checked};
use verdict::Verdict;

/// What [`check`] found: a card as a cell's last expression, grey, green or orange.
#[derive(Clone)]
pub struct Check {
    title: String,
    verdict: Verdict,
    /// Where it is off; none where there is nothing to be shown.
    picture: Option<Picture>,
}

/// Compares an answer with what is expected and says what kind of wrong it is, without giving the right one away.
///
/// An exercise begins with `None` and is grey then; nothing fails while it is unsolved. `mine` is an `Option`, or `&` of one
/// that a cell keeps; numbers, arrays of them and vectors can be checked. What counts as right: each difference is at most 10⁻⁶ of the largest number expected, 10⁻⁴ in `f32`;
/// whole numbers must be equal.
///
/// | the answer | what the card says |
/// |---|---|
/// | `None` | your turn |
/// | of another shape | both shapes; whether it is the transpose |
/// | NaN or ∞ in it | how many, and where the first is |
/// | a constant multiple | `every number is 100 times too large: is it the mean over the mini-batch?`, or the sign |
/// | off in some places | how many, in which row or column, and where the first is |
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// let expected = array![[0.25, -0.75], [0.5, 0.5]];
/// let mine: Option<Array2<f64>> = None; // replace None by Some(…)
/// assert_eq!(check("δ", &mine, &expected).to_text(), "your turn: δ");
/// let wrong = check("δ", Some(-&expected), &expected);
/// assert_eq!(wrong.to_text(), "✗ δ: the sign is the other way round");
/// assert!(check("δ", Some(expected.clone()), &expected).to_text().starts_with("✓ δ: right"));
/// ```
#[must_use = "a check shows itself as the cell's last expression"]
pub fn check<T: Checked>(title: impl AsRef<str>, mine: impl Answer<T>, expected: &T) -> Check {
    let title = clean(title.as_ref());
    let Some(mine) = mine.numbers() else {
        return Check { title, verdict: Verdict::YourTurn, picture: None };
    };
    let expected = expected.numbers();
    let verdict = verdict::of(&mine, &expected);
    let picture = match verdict {
        Verdict::Wrong(_) => picture::of_difference(&mine, &expected),
        _ => None,
    };
    Check { title, verdict, picture }
}

impl Check {
    /// Whether there is an answer and it is right.
    pub fn is_right(&self) -> bool {
        matches!(self.verdict, Verdict::Right(_))
    }

    /// One line: `your turn: δ`, `✓ δ: right, …` or `✗ δ: …`.
    pub fn to_text(&self) -> String {
        let title = &self.title;
        match &self.verdict {
            Verdict::YourTurn => format!("your turn: {title}"),
            Verdict::Right(how) => format!("✓ {title}: {how}"),
            Verdict::Wrong(sentences) => format!("✗ {title}: {}", sentences.join("; ")),
        }
    }

    /// The card in HTML. Its colour is also a sign and a word.
    pub fn to_html(&self) -> String {
        let (color, sign, sentences) = match &self.verdict {
            Verdict::YourTurn => {
                (GREY, "…", vec!["your turn: replace None by Some(…) and run the cell again".to_owned()])
            }
            Verdict::Right(how) => (Color::GREEN.for_text(), "✓", vec![how.clone()]),
            Verdict::Wrong(sentences) => (Color::VERMILION.for_text(), "✗", sentences.clone()),
        };
        let (card, hex, title) = (style::card(), color.hex(), escape(&self.title));
        let mut html = format!(
            "<div role=\"group\" aria-label=\"Exercise: {title}\" style=\"{card};border-left:6px solid {hex};\
             padding:12px 18px;display:flex;flex-wrap:wrap;gap:4px 24px\">\n<div style=\"flex:1 1 320px\">\n<p style=\"margin:0 0 4px;{ink}\"><b style=\"{};color:{hex}\">{sign}</b> \
             <b style=\"{}\">{title}</b></p>\n",
            style::TITLE,
            style::TITLE,
            ink = style::ink(),
        );
        for sentence in sentences {
            let sentence = escape(&sentence);
            let _ = writeln!(html, "<p style=\"margin:2px 0;{}\">{sentence}</p>", style::ink());
        }
        html += "</div>\n";
        if let Some(picture) = &self.picture {
            html += &picture::html(picture);
        }
        html + "</div>"
    }

    /// Shows the card as a cell's result, with its line as text for viewers that show no HTML.
    pub fn evcxr_display(&self) {
        bundle::print(&[("text/html", &self.to_html()), ("text/plain", &self.to_text())]);
    }
}

/// One line: `Check: ✓ δ: right, the largest difference is 1.1e−16`.
impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Check: {}", self.to_text())
    }
}
