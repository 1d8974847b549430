//! What a cell's result travels in: one block of text for each MIME type, of which the viewer takes what suits it.

use std::io::Write;

use crate::protocol;

const END: &str = "EVCXR_END_CONTENT";

/// Prints one block for each (MIME type, content).
pub(crate) fn print(contents: &[(&str, &str)]) {
    // evcxr knows a block only at the beginning of a line, and a cell may have printed half a one.
    let line_end = if protocol::has_records() { protocol::LINE_END } else { "" };
    let text = format!("{line_end}{}", blocks(contents));
    // One write: nothing that another thread prints can fall in between. Nobody listening is no reason to panic.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Prints HTML, a picture (PNG in base64) in its place where no HTML is shown, and a text where no picture is.
pub(crate) fn print_with_picture(html: &str, png: Option<&str>, text: &str) {
    print(&with_picture(html, png, text));
}

/// The same as a list of (MIME type, content).
pub(crate) fn with_picture<'a>(html: &'a str, png: Option<&'a str>, text: &'a str) -> Vec<(&'static str, &'a str)> {
    let mut contents = vec![("text/html", html)];
    contents.extend(png.map(|png| ("image/png", png)));
    contents.push(("text/plain", text));
    contents
}

fn blocks(contents: &[(&str, &str)]) -> String {
    let mut blocks = String::new();
    for (mime, text) in contents {
        // A line of the content that looks like the end of the block must not end it.
        let lines: Vec<_> =
            text.trim_end().lines().map(|line| if line == END { " EVCXR_END_CONTENT" } else { line }).collect();
        blocks += &format!("EVCXR_BEGIN_CONTENT {mime}\n{}\n{END}\n", lines.join("\n"));
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn each_content_is_a_block_of_its_own() {
        let expected =
            "EVCXR_BEGIN_CONTENT a/b\n1\n2\nEVCXR_END_CONTENT\nEVCXR_BEGIN_CONTENT c/d\n3\nEVCXR_END_CONTENT\n";
        assert_eq!(blocks(&[("a/b", "1\n2\n"), ("c/d", "3")]), expected);
    }

    #[test]
    fn content_cannot_end_its_own_block() {
        assert_eq!(blocks(&[("a/b", "x\nEVCXR_END_CONTENT\ny")]).matches("\nEVCXR_END_CONTENT").count(), 1);
    }
}
