//! An interactive, self-contained part of a page: HTML with its script, its style and its data.

use std::path::Path;

use crate::plot::text::escape;
use crate::plot::theme::{Color, DARK_INK, INTERACTIVE, PAGE, SHADOW};
use crate::store::whole_file;
use crate::{Error, Result};

/// What every such part begins with.
const CARD_SCRIPT: &str = include_str!("../../assets/card.js");
const CARD_STYLE: &str = include_str!("../../assets/card.css");

/// A script with its data and style, and a sentence for pages that run no scripts.
pub(super) struct Live<'a> {
    /// The class of its element.
    pub class: &'a str,
    /// The title of its page.
    pub title: &'a str,
    /// What stands there without the script.
    pub fallback: String,
    pub style: &'a str,
    /// Functions; those that need no page come first.
    pub scripts: &'a [&'a str],
    /// A JavaScript expression.
    pub data: &'a str,
    /// The function that begins, called with the element, the data and the style.
    pub start: &'a str,
    /// The functions that a test calls where there is no page.
    pub exports: &'a [&'a str],
}

impl Live<'_> {
    /// One element, to stand anywhere in a page and more than once.
    pub fn html(&self) -> String {
        let Self { class, style, data, .. } = self;
        let (fallback, scripts) = (escape(&self.fallback), self.scripts.join("\n"));
        let (variables, colors, start) = (variables(), colors(), self.start());
        // The attribute is JupyterLab's: the keys that are pressed inside are then ours, not the notebook's.
        format!(
            "<div class=\"{class}\" data-lm-suppress-shortcuts=\"true\">\n<p>{fallback}</p>\n<script>\n(() => {{\n\"use strict\";\n\
             const COLORS = {colors};\n{scripts}\n{CARD_SCRIPT}\nconst STYLE = `{variables}{CARD_STYLE}{style}`;\n\
             const DATA = {data};\n{start}\n}})();\n</script>\n</div>"
        )
    }

    /// The statement that begins, or that hands its functions to a test.
    fn start(&self) -> String {
        let start = format!("{}(ownRoot(\"{}\"), DATA, STYLE);", self.start, self.class);
        if self.exports.is_empty() {
            return start;
        }
        let exports = self.exports.join(", ");
        format!("if (typeof document === \"undefined\") module.exports = {{ DATA, {exports} }};\nelse {start}")
    }

    /// A page with nothing else on it.
    pub fn page(&self) -> String {
        let (title, html) = (escape(self.title), self.html());
        let ([light, dark], ink) = (PAGE.map(Color::hex), DARK_INK.hex());
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <style>:root {{ color-scheme: light dark; font-family: system-ui, sans-serif; background: {light} }}\n\
             body {{ max-width: 46rem; margin: 4vh auto; padding: 0 16px }}\n\
             @media (prefers-color-scheme: dark) {{ :root {{ background: {dark}; color: {ink} }} }}</style>\n\
             </head>\n<body>\n<main>\n{html}\n</main>\n</body>\n</html>\n"
        )
    }

    /// Writes the page to a file.
    pub fn save(&self, path: &Path) -> Result<()> {
        let is_html =
            path.extension().is_some_and(|end| end.eq_ignore_ascii_case("html") || end.eq_ignore_ascii_case("htm"));
        if !is_html {
            return Err(Error::argument("path", "a file name that ends in .html", path.display()));
        }
        whole_file::write(path, self.page().as_bytes())
    }
}

/// The colours as a style sheet's variables. On the card itself, where no style of the page reaches.
fn variables() -> String {
    let [mut light, mut dark] = [String::new(), String::new()];
    for (name, on_light, on_dark) in INTERACTIVE {
        light += &format!(" --{name}: {};", on_light.hex());
        if on_dark != on_light {
            dark += &format!(" --{name}: {};", on_dark.hex());
        }
    }
    let Color(red, green, blue) = SHADOW;
    format!(".card {{{light} --shadow: {red} {green} {blue}; }}\n.card.dark {{{dark} }}\n")
}

/// The same for scripts, an object of objects: `{ light: { "paper": "…", … }, dark: { … } }`.
fn colors() -> String {
    let light = INTERACTIVE.map(|(name, color, _)| format!("\"{name}\": \"{}\"", color.hex()));
    let dark = INTERACTIVE.map(|(name, _, color)| format!("\"{name}\": \"{}\"", color.hex()));
    format!("{{ light: {{ {} }}, dark: {{ {} }} }}", light.join(", "), dark.join(", "))
}
