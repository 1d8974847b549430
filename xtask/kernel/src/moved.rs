//! A variable that a cell's last expression moves, as in `figure.subtitle("…")`: the result is shown all the same.
//!
//! After the cell, evcxr gives every variable back. Where one was moved, the compiler complains of that line, and points at the
//! line that moved it as well. From the first evcxr learns to forget the variable. It also looks for mistakes on the last
//! expression's line, takes the second for one, "has no evcxr_display", and prints the result by `{:?}`. So the second is left
//! out.

use serde_json::Value;

/// How evcxr begins the line that gives a variable back.
const GIVE_BACK: &str = "evcxr_variable_store.put_variable::<";
/// The compiler's number for the use of a moved value.
const MOVED: &str = "E0382";

/// A message of the compiler's, or of cargo's, about `code`, with nothing but the first line, if it is about a variable that cannot be
/// given back.
pub fn without_mover(mut message: Value, code: &str) -> Option<Value> {
    let code: Vec<&str> = code.lines().collect();
    let error = if message["message"].is_object() { &mut message["message"] } else { &mut message };
    if error["code"]["code"] != MOVED {
        return None;
    }
    let spans = error["spans"].as_array_mut()?;
    if !spans.iter().any(|span| span["is_primary"] == true && gives_back(span, &code)) {
        return None;
    }
    spans.retain(|span| gives_back(span, &code));
    error["children"] = Value::Array(Vec::new());
    Some(message)
}

fn gives_back(span: &Value, code: &[&str]) -> bool {
    let at = span["line_start"].as_u64().and_then(|line| usize::try_from(line).ok()?.checked_sub(1));
    at.and_then(|at| code.get(at)).is_some_and(|line| line.contains(GIVE_BACK))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const CODE: &str = "let figure = draw();\n(\nfigure.subtitle(\"\")\n).evcxr_display();\n\
                        evcxr_variable_store.put_variable::<Figure>(stringify!(figure), figure);\n";

    fn moved(primary: u32, code: &str) -> Value {
        json!({
            "code": { "code": code }, "level": "error", "message": "use of moved value: `figure`",
            "spans": [{ "is_primary": true, "line_start": primary }, { "is_primary": false, "line_start": 3 }],
            "children": [{ "message": "clone it", "spans": [{ "is_primary": true, "line_start": 3 }] }],
        })
    }

    fn changed(message: &Value) -> Value {
        without_mover(message.clone(), CODE).unwrap_or_else(|| message.clone())
    }

    #[test]
    fn a_variable_that_cannot_be_given_back_leaves_the_last_expression_out_of_it() {
        let line = json!([{ "is_primary": true, "line_start": 5 }]);
        let found = changed(&moved(5, MOVED));
        assert_eq!((&found["spans"], &found["children"]), (&line, &json!([])));
        let by_cargo = json!({ "reason": "compiler-message", "message": moved(5, MOVED) });
        assert_eq!(changed(&by_cargo)["message"]["spans"], line);
    }

    #[test]
    fn the_persons_own_mistakes_stay_as_they_are() {
        for message in [moved(3, MOVED), moved(5, "E0599"), moved(99, MOVED)] {
            assert_eq!(changed(&message), message);
        }
    }
}
