//! The confusion matrix in HTML.

use std::fmt::Write;

use ndarray::Array2;

use super::Confusion;
use crate::notebook::{answers, style};
use crate::plot::heat::cell_colors;
use crate::plot::text;

/// Below the table, room for one row of digits, in CSS pixels.
const PANEL: usize = 208;

impl Confusion {
    /// The table with its digits in HTML.
    ///
    /// Each number is a `<details>` element: the browser itself opens and closes it, by mouse and by keyboard, also where a
    /// page's scripts are taken out, as JupyterLab does with a notebook that was not run yet.
    pub fn to_html(&self) -> String {
        let counts = &self.matrix.counts;
        let style = Style::new();
        let mistakes = counts.indexed_iter().filter(|((label, answer), _)| label != answer);
        let most = mistakes.clone().map(|(_, &count)| count).max().unwrap_or(0).max(1);
        // The most frequent mistake is open at first.
        let first_open = mistakes
            .filter(|(_, count)| **count > 0)
            .max_by_key(|(place, count)| (**count, std::cmp::Reverse(*place)))
            .map(|(place, _)| place);
        // One open cell at a time: the browser closes the others of this name.
        let name = group_name(counts);

        let mut html = String::new();
        self.write_head(&mut html, &style);
        for (label, row) in counts.outer_iter().enumerate() {
            let what = if label == 0 { "label " } else { "" };
            let _ = write!(
                html,
                "<tr style=\"{}\"><th scope=\"row\" style=\"{}\">{what}{label}</th>",
                style.plain, style.header
            );
            let total = row.sum().max(1);
            for (answer, &count) in row.iter().enumerate() {
                let share = count as f64 / if answer == label { total } else { most } as f64;
                let (color, ink) = cell_colors(answer == label, share);
                let colors = format!("background:{};color:{}", color.hex(), ink.hex());
                let _ = write!(html, "<td style=\"{};{colors}\">", style.cell);
                if count > 0 {
                    let is_open = first_open == Some((label, answer));
                    self.write_cell(&mut html, &style, (&name, is_open), (label, answer), count);
                }
                html += "</td>";
            }
            html += "</tr>\n";
        }
        let _ = write!(
            html,
            "</tbody></table>\n</div>\n<div aria-hidden=\"true\" style=\"{}\">The digits of a number appear here.</div>\n</div>",
            style.empty
        );
        html
    }

    /// All up to the first row: the caption, and the answers above their columns.
    fn write_head(&self, html: &mut String, style: &Style) {
        let counts = &self.matrix.counts;
        let (right, all) = (text::whole(counts.diag().sum()), text::whole(counts.sum()));
        let Style { card, plain, table, caption, corner, header, .. } = style;
        let _ = write!(
            html,
            "<div style=\"{card}\">\n<div style=\"position:relative\">\n<table style=\"{table}\">\n\
             <caption style=\"{caption}\"><b style=\"{}\">Which digits are taken for which</b><br/>{right} of {all} are right. \
             Choose a number to see its digits: mistakes (orange) from the most confident on, right answers (blue) from the \
             least certain on.</caption>\n<thead><tr style=\"{plain}\"><td style=\"{corner}\"></td>",
            style::TITLE,
        );
        for answer in 0..counts.ncols() {
            let what = if answer == 0 { "answer " } else { "" };
            let _ = write!(html, "<th scope=\"col\" style=\"{header}\">{what}{answer}</th>");
        }
        *html += "</tr></thead>\n<tbody>\n";
    }

    fn write_cell(
        &self,
        html: &mut String,
        style: &Style,
        (name, is_open): (&str, bool),
        (label, answer): (usize, usize),
        count: usize,
    ) {
        // None if `matrix`, which is public, was replaced by a larger one.
        let digits = self.digits.get(label * self.matrix.counts.ncols() + answer).map_or(&[][..], Vec::as_slice);
        let times = text::whole(count);
        let what = match count {
            1 if label != answer => format!("1 time {label} read as {answer}"),
            _ => format!("{times} times {label} read as {answer}"),
        };
        let order = match (label == answer, digits.len() < count) {
            (true, true) => format!("the {} least certain", digits.len()),
            (true, false) => "the least certain first".into(),
            (false, true) => format!("the {} most confident", digits.len()),
            (false, false) if count == 1 => "the only one".into(),
            (false, false) => "the most confident first".into(),
        };
        let open = if is_open { " open=\"\"" } else { "" };
        let _ = write!(
            html,
            "<details name=\"{name}\"{open}><summary aria-label=\"{what}\" title=\"{what}\" style=\"{}\">{times}</summary>\
             <div style=\"{}\" tabindex=\"0\" role=\"group\" aria-label=\"{what}\"><p style=\"{}\"><b>{what}</b>: {order}</p>",
            style.number, style.digits, style.order
        );
        digits.iter().for_each(|digit| answers::write_html(html, digit));
        *html += "</div></details>";
    }
}

/// The styles of the elements, by what these hold.
struct Style {
    card: String,
    /// A row, or a cell without a number: nothing of what the page has for tables.
    plain: String,
    table: String,
    caption: String,
    /// Between the labels and the answers.
    corner: String,
    /// A label or an answer.
    header: String,
    /// Without its colours.
    cell: &'static str,
    number: &'static str,
    /// The digits of a number, below the table.
    digits: String,
    /// The line above them.
    order: String,
    /// What stands there while no number is open.
    empty: String,
}

impl Style {
    fn new() -> Self {
        let (paper, ink, grey) = (style::paper(), style::ink(), style::grey());
        let plain = format!("border:0;background:none;{ink}");
        Self {
            card: style::card(),
            table: format!(
                "border-collapse:separate;border-spacing:2px;table-layout:fixed;width:100%;margin:0;{plain};\
                 font-variant-numeric:tabular-nums;font-size:13px"
            ),
            caption: format!("caption-side:top;text-align:left;padding:0 0 8px;{ink}"),
            corner: format!("{plain};width:4.6em"),
            header: format!("{plain};text-align:center;padding:2px;font-weight:600;white-space:nowrap"),
            cell: "border:0;border-radius:3px;padding:0;text-align:center",
            number: "display:block;cursor:pointer;padding:6px 0",
            digits: format!(
                "position:absolute;left:0;right:0;top:100%;min-height:{PANEL}px;box-sizing:border-box;padding-top:12px;\
                 {paper};text-align:left;overflow-x:auto;white-space:nowrap"
            ),
            order: format!("margin:0 0 8px;{ink}"),
            empty: format!("min-height:{PANEL}px;padding-top:14px;{grey};box-sizing:border-box"),
            plain,
        }
    }
}

/// A name that differs between matrices on one page (FNV-1a).
fn group_name(counts: &Array2<usize>) -> String {
    let mut hash = 0x811C_9DC5_u32;
    for byte in counts.iter().flat_map(|count| (*count as u32).to_le_bytes()) {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    format!("confusion-{hash:x}")
}
