//! A part of a page that answers to its reader: HTML with a script, which needs nothing from elsewhere.

use std::path::Path;

use crate::{Error, Result, whole_file};

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
    /// The functions that a test may call where there is no page, separated by commas.
    pub exports: &'a str,
}

impl Live<'_> {
    /// One element, to stand anywhere in a page and more than once.
    pub fn html(&self) -> String {
        let Self { class, fallback, style, data, start, exports, .. } = self;
        let scripts = self.scripts.join("\n");
        // The attribute is JupyterLab's: the keys that are pressed inside are then ours, not the notebook's.
        format!(
            "<div class=\"{class}\" data-lm-suppress-shortcuts=\"true\">\n<p>{fallback}</p>\n<script>\n(() => {{\n\"use strict\";\n\
             {scripts}\n{CARD_SCRIPT}\nconst STYLE = `{CARD_STYLE}{style}`;\nconst DATA = {data};\n\
             if (typeof document === \"undefined\") module.exports = {{ DATA, {exports} }};\n\
             else {start}(ownRoot(\"{class}\"), DATA, STYLE);\n}})();\n</script>\n</div>"
        )
    }

    /// A page with nothing else on it.
    pub fn page(&self) -> String {
        let (title, html) = (self.title, self.html());
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <style>:root {{ color-scheme: light dark; font-family: system-ui, sans-serif; background: #eef0f2 }}\n\
             body {{ max-width: 46rem; margin: 4vh auto; padding: 0 16px }}\n\
             @media (prefers-color-scheme: dark) {{ :root {{ background: #111317; color: #e7eaee }} }}</style>\n\
             </head>\n<body>\n<main>\n{html}\n</main>\n</body>\n</html>\n"
        )
    }

    /// Writes the page to a file.
    pub fn save(&self, path: &Path) -> Result<()> {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if !matches!(extension.as_str(), "html" | "htm") {
            return Err(Error::argument("path", "a file name that ends in .html", path.display()));
        }
        whole_file::write(path, self.page().as_bytes())
    }
}
