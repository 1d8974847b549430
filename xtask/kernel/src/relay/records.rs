//! What a running cell tells us between the lines that it prints.
//!
//! ```text
//! stdout   text␞{"error": …}⏎     a record: RS, one JSON object, line feed (RFC 7464); the text before it is output
//! stdout   text␞⏎                 no record, but an end of line that is not output: evcxr's own lines begin lines
//! ```
//!
//! | record | from | meaning |
//! |---|---|---|
//! | `{"error": {"name", "message", "file", "line", "backtrace"}}` | the code around a cell | the cell failed |
//! | `{"end": true, "of": "stdout"}`, and of stderr | the code around a cell | all output of that stream has come |
//! | `{"display": {"data", "metadata", "id"}}` | a library | show this now; `id` names it |
//! | `{"clear": {"wait": true}}` | a library | take away what the cell has shown, when there is something new |
//! | `{"update": {"data", "metadata", "id"}}` | a library | show this in place of what `id` names |
//!
//! A library writes records only where the variable `NN_KERNEL` of its process is set, to 1.

use serde_json::Value;

/// Stands before a record.
pub const SEPARATOR: char = '\x1e';

/// A part of a line that a cell printed.
#[derive(Debug, PartialEq)]
pub enum Part<'a> {
    /// Output.
    Text(&'a str),
    /// A record.
    Record(Value),
}

/// Takes apart what evcxr sends as one line of output, its line feed included.
///
/// What looks like a record and is none is output. A record holds no RS, so that the last one of a line begins it.
pub fn parts(line: &str) -> Vec<Part<'_>> {
    let Some((text, rest)) = line.rsplit_once(SEPARATOR) else { return vec![Part::Text(line)] };
    let json = rest.strip_suffix('\n').unwrap_or(rest);
    let record = if json.is_empty() { None } else { serde_json::from_str(json).ok().filter(Value::is_object) };
    let mut parts = Vec::new();
    if record.is_none() && !json.is_empty() {
        return vec![Part::Text(line)];
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    parts.extend(record.map(Part::Record));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_record_is_taken_out_and_the_text_before_it_keeps_its_open_end() {
        assert_eq!(parts("plain\n"), [Part::Text("plain\n")]);
        assert_eq!(parts("loading \u{1e}\n"), [Part::Text("loading ")]);
        assert_eq!(parts("\u{1e}\n"), []);
        assert_eq!(parts("\u{1e}\u{1e}\n"), [Part::Text("\u{1e}")]);
        assert_eq!(parts("\u{1e}{\u{1e}{}\n"), [Part::Text("\u{1e}{"), Part::Record(json!({}))]);
        assert_eq!(parts("x: \u{1e}{\"end\":true}\n"), [Part::Text("x: "), Part::Record(json!({ "end": true }))]);
    }

    #[test]
    fn what_only_looks_like_a_record_is_output() {
        for line in ["a\u{1e}b\n", "\u{1e}[1]\n", "\u{1e}{\"end\":\n"] {
            assert_eq!(parts(line), [Part::Text(line)]);
        }
    }
}
