//! The first `?` of a notebook in a cell's last expression, as in `data::table("…")?.table()`: the result is shown all the same.
//!
//! evcxr writes the code that catches errors only once it has seen the compiler complain of a `?`. It also takes a complaint
//! about the last expression for "has no evcxr_display", and prints the result by `{:?}` from then on. A complaint about any
//! other line of the person's teaches it the first without the second; so it is told one about a `use` of an earlier cell.

use serde_json::{Value, json};

/// The compiler's number for a `?` in a function that returns nothing, among others.
const TRAIT: &str = "E0277";
const QUESTION_MARK: &str = "the `?` operator can only be used";
/// What evcxr writes once it knows of `?`.
const KNOWN: &str = "EvcxrUserCodeError";

/// A message of the compiler's, or of cargo's, about `code`, if it is to be another one.
pub fn elsewhere(mut message: Value, code: &str) -> Option<Value> {
    let error = if message["message"].is_object() { &mut message["message"] } else { &mut message };
    let is_first = error["code"]["code"] == TRAIT
        && error["message"].as_str()?.starts_with(QUESTION_MARK)
        && !code.contains(KNOWN);
    // evcxr's own lines follow those of earlier cells.
    let place = code.lines().take_while(|line| !line.starts_with("mod ") && !line.starts_with("#[unsafe(no_mangle)]"));
    let line =
        place.enumerate().find_map(|(i, line)| line.starts_with("use ").then_some(i + 1)).filter(|_| is_first)?;
    for span in error["spans"].as_array_mut()? {
        span["line_start"] = json!(line);
        span["line_end"] = json!(line);
    }
    error["children"] = json!([]);
    Some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "#![allow(unused_imports)]\nuse nn_core::prelude::*;\n#[unsafe(no_mangle)]\npub extern \"C\" fn run(\n\
                        (\ntable()?\n).evcxr_display();\n";

    fn complaint(text: &str) -> Value {
        let span = json!({ "is_primary": true, "line_start": 6, "line_end": 7 });
        json!({ "code": { "code": TRAIT }, "message": text, "spans": [span], "children": [{ "message": "help" }] })
    }

    #[test]
    fn the_first_question_mark_is_complained_of_elsewhere() {
        let first = complaint("the `?` operator can only be used in a function that returns `Result`");
        let found = elsewhere(first.clone(), CODE).unwrap();
        assert_eq!((&found["spans"][0]["line_start"], &found["spans"][0]["line_end"]), (&json!(2), &json!(2)));
        assert!(elsewhere(json!({ "reason": "compiler-message", "message": first.clone() }), CODE).is_some());

        assert!(elsewhere(first.clone(), &format!("{CODE}struct {KNOWN};")).is_none(), "evcxr knows it");
        assert!(elsewhere(first, &CODE.replace("use nn_core", "fn nn_core")).is_none(), "no line to name");
        assert!(elsewhere(complaint("the trait bound is not satisfied"), CODE).is_none());
    }
}
