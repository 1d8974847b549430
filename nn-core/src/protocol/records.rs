//! Records: how they are written.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Begins a record.
const SEPARATOR: char = '\u{1e}';

/// Ends the line, without being output.
pub(crate) const LINE_END: &str = "\u{1e}\n";

/// Shows these alternatives, each a MIME type and a text, as something new that `id` names. `metadata` is a JSON object.
pub(crate) fn display(id: &str, metadata: &str, data: &[(&str, &str)]) {
    write(&record("display", id, metadata, data));
}

/// Shows these alternatives in place of what `id` names.
pub(crate) fn update(id: &str, metadata: &str, data: &[(&str, &str)]) {
    write(&record("update", id, metadata, data));
}

/// A name that nothing else has, in this process or another one.
pub(crate) fn new_id() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // A clock that stands before 1970 still leaves the process's number.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
    format!("nn-live-{:x}-{now:x}-{count}", std::process::id())
}

fn record(what: &str, id: &str, metadata: &str, data: &[(&str, &str)]) -> String {
    let data: Vec<_> = data.iter().map(|(mime, text)| format!("{}:{}", quoted(mime), quoted(text))).collect();
    format!(
        "{SEPARATOR}{{\"{what}\":{{\"data\":{{{}}},\"metadata\":{metadata},\"id\":{}}}}}\n",
        data.join(","),
        quoted(id)
    )
}

/// The text as a JSON string, in one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted += "\\n",
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// In one write, so that nothing that another thread prints can fall in between. Nobody listening is no reason to panic.
fn write(record: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(record.as_bytes()).and_then(|()| stdout.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_one_json_object_in_one_line() {
        assert_eq!(
            record(
                "display",
                "nn-live-1",
                "{}",
                &[("text/html", "<b title=\"x\">\n</b>"), ("text/plain", "σ\\\u{1e}\t")]
            ),
            "\u{1e}{\"display\":{\"data\":{\"text/html\":\"<b title=\\\"x\\\">\\n</b>\",\
             \"text/plain\":\"σ\\\\\\u001e\\u0009\"},\"metadata\":{},\"id\":\"nn-live-1\"}}\n"
        );
    }

    #[test]
    fn no_text_can_end_its_record() {
        let text: String = ('\0'..='\u{2100}').collect();
        let record = record("update", "1", "{}", &[("text/plain", &text)]);
        assert_eq!(record.matches(['\n', '\r', SEPARATOR]).count(), 2, "those at its beginning and at its end");
    }

    #[test]
    fn no_two_ids_are_the_same() {
        assert_ne!(new_id(), new_id());
    }
}
