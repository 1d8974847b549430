//! The table of an array: its numbers with those of their rows and columns, or the first and the last of them.

use std::any::type_name;
use std::fmt::Write;

use ndarray::{ArrayBase, Axis, Data, Dimension};

use super::element::{self, Element};
use crate::plot::text::{escape, whole};
use crate::plot::theme::RULE;

/// An axis of at most so many is shown whole; of a longer one the first and the last, and … between them.
const WHOLE: usize = 11;
const FIRST: usize = 5;
const LAST: usize = 3;

/// The texts of an array's table.
pub(super) struct Grid {
    /// `Array2<f64> (100, 10)`
    caption: String,
    /// Of a matrix: the numbers of its rows, or …; none for a vector.
    rows: Vec<String>,
    columns: Vec<String>,
    /// Row by row, with … where some are left out.
    lines: Vec<Vec<String>>,
}

impl Grid {
    pub fn of<S: Data<Elem: Element>, D: Dimension>(array: &ArrayBase<S, D>) -> Self {
        let mut caption = format!("{} {}", type_of::<S, D>(), shape(array.shape()));
        let mut matrix = array.view().into_dyn();
        if matrix.ndim() > 2 && !matrix.is_empty() {
            let others: usize = array.shape().iter().rev().skip(2).product();
            if others > 1 {
                let _ = write!(caption, ", the first of {} matrices", whole(others));
            }
            while matrix.ndim() > 2 {
                matrix.index_axis_inplace(Axis(0), 0);
            }
        }
        let is_matrix = matrix.ndim() == 2;
        while matrix.ndim() < 2 {
            matrix.insert_axis_inplace(Axis(0));
        }
        if matrix.is_empty() {
            return Self { caption, rows: Vec::new(), columns: Vec::new(), lines: Vec::new() };
        }
        let [rows, columns] = [0, 1].map(|axis| shown(matrix.len_of(Axis(axis))));
        let places = rows.iter().flatten().flat_map(|row| columns.iter().flatten().map(move |column| [*row, *column]));
        let elements: Vec<_> = places.filter_map(|place| matrix.get(place.as_slice()).copied()).collect();
        let mut texts = element::texts(&elements).into_iter();
        let mut lines = Vec::with_capacity(rows.len());
        for row in &rows {
            let text =
                |column: &Option<usize>| row.and(*column).and_then(|_| texts.next()).unwrap_or_else(|| "…".into());
            lines.push(columns.iter().map(text).collect());
        }
        let rows = if is_matrix { names(&rows) } else { Vec::new() };
        Self { caption, rows, columns: names(&columns), lines }
    }

    pub fn to_text(&self) -> String {
        let mut lines = vec![String::new(); 1 + self.lines.len()];
        if !self.rows.is_empty() {
            append(&mut lines, std::iter::once("").chain(self.rows.iter().map(String::as_str)), "");
        }
        for (index, name) in self.columns.iter().enumerate() {
            let texts = self.lines.iter().filter_map(|line| line.get(index)).map(String::as_str);
            let gap = if index == 0 && self.rows.is_empty() { "" } else { "  " };
            append(&mut lines, std::iter::once(name.as_str()).chain(texts), gap);
        }
        if self.lines.is_empty() {
            return format!("{}\nno numbers", self.caption);
        }
        format!("{}\n{}", self.caption, lines.join("\n"))
    }

    pub fn to_html(&self) -> String {
        let mut html = format!(
            "<table style=\"border-collapse:collapse;border:0;color:inherit;font-variant-numeric:tabular-nums;margin:0.4em 0\">\n\
             <caption style=\"caption-side:top;text-align:left;white-space:nowrap;padding:0.2em 0;color:inherit\">\
             <code>{}</code></caption>\n",
            escape(&self.caption)
        );
        if self.lines.is_empty() {
            return html + "<tbody><tr><td style=\"border:0\">no numbers</td></tr></tbody>\n</table>";
        }
        let name = "text-align:right;padding:0.15em 0.6em;border:0;font-weight:400;opacity:0.75";
        html += "<thead><tr>";
        if !self.rows.is_empty() {
            let _ = write!(html, "<td style=\"border:0;border-bottom:{RULE}\"></td>");
        }
        for column in &self.columns {
            let _ = write!(html, "<th scope=\"col\" style=\"{name};border-bottom:{RULE}\">{column}</th>");
        }
        html += "</tr></thead>\n<tbody>\n";
        for (index, line) in self.lines.iter().enumerate() {
            html += "<tr>";
            if let Some(row) = self.rows.get(index) {
                let _ = write!(html, "<th scope=\"row\" style=\"{name}\">{row}</th>");
            }
            for text in line {
                let _ = write!(
                    html,
                    "<td style=\"text-align:right;padding:0.15em 0.6em;border:0;white-space:nowrap\">{text}</td>"
                );
            }
            html += "</tr>\n";
        }
        html + "</tbody>\n</table>"
    }
}

/// Adds a column, aligned right, to lines of text.
fn append<'a>(lines: &mut [String], texts: impl Iterator<Item = &'a str> + Clone, gap: &str) {
    let widest = texts.clone().map(|text| text.chars().count()).fold(0, usize::max);
    for (line, text) in lines.iter_mut().zip(texts) {
        let _ = write!(line, "{gap}{text:>widest$}");
    }
}

/// The places of an axis that are shown, none for those between.
fn shown(length: usize) -> Vec<Option<usize>> {
    if length <= WHOLE {
        return (0..length).map(Some).collect();
    }
    (0..FIRST).map(Some).chain([None]).chain((length - LAST..length).map(Some)).collect()
}

fn names(places: &[Option<usize>]) -> Vec<String> {
    places.iter().map(|place| place.map_or_else(|| "…".into(), |place| place.to_string())).collect()
}

/// `Array2<f64>`, `ArrayView1<f32>`
fn type_of<S: Data, D: Dimension>() -> String {
    let storage = type_name::<S>();
    let kind = match storage {
        _ if storage.contains("ViewRepr<&mut") => "ArrayViewMut",
        _ if storage.contains("ViewRepr") => "ArrayView",
        _ if storage.contains("Arc") => "ArcArray",
        _ if storage.contains("Cow") => "CowArray",
        _ => "Array",
    };
    let axes = D::NDIM.map_or_else(|| "D".into(), |axes| axes.to_string());
    format!("{kind}{axes}<{}>", type_name::<S::Elem>())
}

/// `(100, 10)`, `(10,)`
fn shape(shape: &[usize]) -> String {
    match shape {
        [length] => format!("({length},)"),
        _ => format!("({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    }
}
