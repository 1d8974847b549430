//! A table in HTML.

use std::fmt::Write;

use super::column::Shown;
use super::{Align, FIRST_ROWS, Table};
use crate::plot::text::escape;
use crate::plot::theme::RULE;

impl Table {
    /// The table in HTML: colours come from the page it stands on, light or dark.
    pub fn to_html(&self) -> String {
        let shown = self.shown();
        let mut html = String::from(
            "<table style=\"border-collapse:collapse;border:0;color:inherit;font-variant-numeric:tabular-nums;margin:0.4em 0\">\n",
        );
        if !self.caption.is_empty() {
            let caption = escape(&self.caption);
            let style =
                "caption-side:top;text-align:left;white-space:nowrap;font-weight:600;padding:0.2em 0;color:inherit";
            let _ = writeln!(html, "<caption style=\"{style}\">{caption}</caption>");
        }
        html += "<thead><tr>";
        for column in &shown {
            let style = format!("padding:0.25em 0.7em;border:0;border-bottom:{RULE};font-weight:600");
            write_cell(&mut html, "th scope=\"col\"", column.align, &style, &column.header);
        }
        html += "</tr></thead>\n<tbody>\n";
        self.write_rows(&mut html, &shown);
        html += "</tbody>\n";
        self.write_foot(&mut html, &shown);
        html + "</table>"
    }

    #[expect(clippy::indexing_slicing, reason = "each column that is shown has a text for each row that is")]
    fn write_rows(&self, html: &mut String, shown: &[Shown]) {
        for row in 0..self.shown_rows() {
            if let (FIRST_ROWS, Some(rest)) = (row, self.rest_of_rows()) {
                let style = "text-align:left;padding:0.2em 0.7em;border:0;opacity:0.75";
                let span = shown.len().max(1);
                let _ = writeln!(html, "<tr><td colspan=\"{span}\" style=\"{style}\">{rest}</td></tr>");
            }
            *html += "<tr>";
            for column in shown {
                let style = "padding:0.2em 0.7em;border:0;white-space:nowrap";
                write_cell(html, "td", column.align, style, &column.texts[row]);
            }
            *html += "</tr>\n";
        }
    }

    /// The sums, and how many columns are left out; nothing without either.
    fn write_foot(&self, html: &mut String, shown: &[Shown]) {
        let rest = self.rest_of_columns();
        if !self.has_total && rest.is_none() {
            return;
        }
        *html += "<tfoot>";
        if self.has_total {
            *html += "<tr>";
            for column in shown {
                let style = format!("padding:0.25em 0.7em;border:0;border-top:{RULE};font-weight:600");
                write_cell(html, "td", column.align, &style, &column.total);
            }
            *html += "</tr>";
        }
        if let Some(rest) = rest {
            let style = format!("text-align:left;padding:0.25em 0.7em;border:0;border-top:{RULE};opacity:0.75");
            let span = shown.len().max(1);
            let _ = write!(html, "<tr><td colspan=\"{span}\" style=\"{style}\">{rest}</td></tr>");
        }
        *html += "</tfoot>\n";
    }
}

/// `tag`: `td`, or `th` with its attributes.
fn write_cell(html: &mut String, tag: &str, align: Align, style: &str, text: &str) {
    let align = match align {
        Align::Left => "left",
        Align::Right => "right",
    };
    let (end, text) = (tag.split_at(2).0, escape(text));
    let _ = write!(html, "<{tag} style=\"text-align:{align};{style}\">{text}</{end}>");
}
