//! Answers that evcxr does not give, and those of evcxr's that are better with a change.

use super::memory::Cell;
use super::message::{Message, PROTOCOL};
use crate::assist;
use crate::lexer::{Completeness, completeness};
use serde_json::{Map, Value, json};

/// Who we are. As evcxr says it, so that a notebook's metadata stay as they were.
pub fn kernel_info() -> Value {
    json!({
        "status": "ok",
        "protocol_version": PROTOCOL,
        "implementation": "nn-kernel",
        "implementation_version": env!("CARGO_PKG_VERSION"),
        "language_info": {
            "name": "Rust",
            "version": "",
            "mimetype": "text/rust",
            "file_extension": ".rs",
            "pygment_lexer": "rust",
            "codemirror_mode": "rust",
        },
        "banner": "Rust, by evcxr 0.22",
        "help_links": [{ "text": "Rust std docs", "url": "https://doc.rust-lang.org/stable/std/" }],
    })
}

/// Whether a console should send the code, or ask for another line, indented so.
pub fn is_complete(code: &str) -> Value {
    match completeness(code) {
        Completeness::Complete => json!({ "status": "complete" }),
        Completeness::Invalid => json!({ "status": "invalid" }),
        Completeness::Incomplete(open) => json!({ "status": "incomplete", "indent": "    ".repeat(open) }),
    }
}

/// The cells of this kernel's life that are asked for; `tail`, `range` and `search`.
pub fn history(asked: &Value, cells: &[Cell]) -> Value {
    let mut found: Vec<&Cell> = cells.iter().filter(|cell| cell.is_stored()).collect();
    match asked["hist_access_type"].as_str() {
        Some("range") => {
            let (start, stop) = (asked["start"].as_u64().unwrap_or(0), asked["stop"].as_u64().unwrap_or(u64::MAX));
            found.retain(|cell| (start..stop).contains(&cell.number));
        }
        Some("search") => {
            let pattern = asked["pattern"].as_str().unwrap_or("*");
            found.retain(|cell| fits(pattern, &cell.code));
        }
        _ => {}
    }
    if asked["unique"] == true {
        // Of equal cells the last.
        let mut known = std::collections::BTreeSet::new();
        found.reverse();
        found.retain(|cell| known.insert(&cell.code));
        found.reverse();
    }
    let most = asked["n"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(found.len());
    let mut history = Vec::new();
    for cell in &found[found.len().saturating_sub(most)..] {
        history.push(if asked["output"] == true {
            json!([0, cell.number, [cell.code, null]])
        } else {
            json!([0, cell.number, cell.code])
        });
    }
    json!({ "status": "ok", "history": history })
}

/// Whether `text` fits a pattern in which `*` stands for any letters and `?` for one.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // Of `text` up to each letter, whether it fits the pattern so far.
    let mut fitting: Vec<bool> = (0..=text.len()).map(|at| at == 0).collect();
    for &letter in &pattern {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            next[at] = match letter {
                '*' => fitting[at] || at > 0 && next[at - 1],
                _ => at > 0 && fitting[at - 1] && (letter == '?' || text[at - 1] == letter),
            };
        }
        fitting = next;
    }
    fitting.last().copied().unwrap_or(false)
}

/// Each expression is Python's idea; ours are cells.
pub fn user_expressions(asked: &Value) -> Value {
    let refused = json!({
        "status": "error",
        "ename": "NotSupported",
        "evalue": "the Rust kernel evaluates cells, not user expressions",
        "traceback": [],
    });
    let names = asked["user_expressions"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    Value::Object(names.map(|name| (name, refused.clone())).collect::<Map<_, _>>())
}

/// What can be said of a name while a cell runs: nothing, but at once.
pub fn not_found() -> Value {
    json!({ "status": "ok", "found": false, "data": {}, "metadata": {} })
}

/// Where the cursor is, in letters.
pub fn cursor(request: &Message) -> usize {
    let letters = request.code().chars().count();
    request.content["cursor_pos"].as_u64().and_then(|at| usize::try_from(at).ok()).unwrap_or(letters).min(letters)
}

/// A question as evcxr understands it best.
pub fn for_evcxr(request: &Message) -> Message {
    if request.kind() != "inspect_request" {
        return request.clone();
    }
    about(request, assist::to_inspect(request.code(), cursor(request)))
}

/// The question to ask instead, if evcxr knows nothing.
pub fn instead(request: &Message, reply: &Message) -> Option<Message> {
    if request.kind() != "inspect_request" || reply.content["found"] == true {
        return None;
    }
    Some(about(request, assist::to_inspect_instead(request.code(), cursor(request))?))
}

fn about(request: &Message, (code, cursor): (String, usize)) -> Message {
    let mut asked = request.clone();
    asked.content["code"] = code.into();
    asked.content["cursor_pos"] = cursor.into();
    asked
}

/// evcxr calls HTML what is Markdown. Its headings would be as large in a tooltip as on a page.
pub fn name_markdown(content: &mut Value) {
    if let Some(data) = content["data"].as_object_mut()
        && let Some(markdown) = data.remove("text/html")
    {
        let text = markdown.as_str().map_or(Value::Null, |text| small_headings(text).into());
        data.insert("text/markdown".to_owned(), if text.is_null() { markdown } else { text });
    }
}

/// Markdown with bold lines for headings, but for the lines of code.
fn small_headings(markdown: &str) -> String {
    let mut is_code = false;
    let mut lines = Vec::new();
    for line in markdown.lines() {
        is_code ^= line.trim_start().starts_with("```");
        let heading = line.trim_start_matches('#').strip_prefix(' ').filter(|_| !is_code && line.starts_with('#'));
        lines.push(heading.map_or_else(|| line.to_owned(), |heading| format!("**{}**", heading.trim())));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells() -> Vec<Cell> {
        let cell = |number, code: &str| Cell { number, code: code.to_owned(), ..Cell::default() };
        vec![cell(1, "let a = 1;"), cell(2, "a + 1"), cell(3, "let b = 2;")]
    }

    fn numbers(asked: Value) -> Vec<u64> {
        let history = history(&asked, &cells());
        history["history"].as_array().unwrap().iter().map(|entry| entry[1].as_u64().unwrap()).collect()
    }

    #[test]
    fn a_cell_without_a_number_is_no_history() {
        let mut cells = cells();
        cells.push(Cell { code: "let c = 3;".to_owned(), ..Cell::default() });
        let history = history(&json!({ "hist_access_type": "tail", "n": 1 }), &cells);
        assert_eq!(history["history"], json!([[0, 3, "let b = 2;"]]));
    }

    #[test]
    fn history_is_found_by_tail_range_and_search() {
        assert_eq!(numbers(json!({ "hist_access_type": "tail", "n": 2 })), [2, 3]);
        assert_eq!(numbers(json!({ "hist_access_type": "range", "session": 0, "start": 1, "stop": 3 })), [1, 2]);
        assert_eq!(numbers(json!({ "hist_access_type": "search", "pattern": "let*" })), [1, 3]);
        assert_eq!(numbers(json!({ "hist_access_type": "search", "pattern": "? + 1", "n": 5 })), [2]);
        let mut twice = cells();
        twice.push(Cell { number: 4, ..twice[0].clone() });
        let asked = json!({ "hist_access_type": "search", "pattern": "let a*", "unique": true });
        let found = history(&asked, &twice);
        assert_eq!(found["history"].as_array().map(Vec::len), Some(1));
        assert_eq!(found["history"][0][1], 4);
    }

    #[test]
    fn headings_of_documentation_are_bold_lines() {
        let mut content =
            json!({ "data": { "text/html": "# Errors\n\n## If it fails\n```rust\n# use x;\n```\n#[test]" } });
        name_markdown(&mut content);
        let expected = "**Errors**\n\n**If it fails**\n```rust\n# use x;\n```\n#[test]";
        assert_eq!(content, json!({ "data": { "text/markdown": expected } }));
    }

    #[test]
    fn an_unfinished_function_is_incomplete() {
        assert_eq!(is_complete("fn f() {"), json!({ "status": "incomplete", "indent": "    " }));
        assert_eq!(is_complete("1 + 1"), json!({ "status": "complete" }));
    }
}
