//! What a person may do about a failure: in words, from what the compiler or the system said.

use serde_json::Value;
use std::collections::BTreeSet;

/// What a process' end means: `exit status: 3`, `signal: 6 (SIGABRT)`.
pub fn explained(status: &str) -> String {
    let meaning = [
        ("SIGABRT", "it aborted: a stack overflow, a failed allocation, or `std::process::abort`"),
        ("SIGKILL", "it was killed, by somebody or for want of memory"),
        ("SIGSEGV", "it used memory that is not its own, or, by a recursion without an end, more stack than there is"),
        ("exit status", "the cell ended it, as `std::process::exit` does"),
        ("exit code", "the cell ended it, as `std::process::exit` does"),
    ];
    let meaning = meaning.iter().find(|(word, _)| status.contains(word)).map(|(_, meaning)| format!(" ({meaning})"));
    format!("{}{}", status.trim(), meaning.unwrap_or_default())
}

/// The names that the compiler did not find.
pub fn missing_names(errors: &[Value]) -> BTreeSet<String> {
    let messages = errors.iter().filter_map(|error| error["evalue"].as_str());
    let quoted = messages.filter_map(|message| message.strip_prefix("cannot find value `")?.split_once('`'));
    quoted.map(|(name, _)| name.to_owned()).collect()
}

/// What to write in place of a variable that cannot be kept from one cell to the next.
pub fn advice(code: &str, errors: &[Value]) -> Vec<String> {
    let messages: Vec<&str> = errors.iter().filter_map(|error| error["evalue"].as_str()).collect();
    let text = messages.join("\n");
    let mut advice = Vec::new();
    if ["is a closure", "borrowed data escapes", "can't be persisted", "cannot be persisted"]
        .iter()
        .any(|words| text.contains(words))
    {
        for (name, closure) in closures(code) {
            let arguments = closure.split('|').nth(1).unwrap_or("").trim().to_owned();
            advice.push(format!(
                "`{name}` is a closure, and a variable that stays from cell to cell cannot hold one. Write a function, \
                 `fn {name}({arguments}) -> … {{ … }}`, or put the cell into {{ }}."
            ));
        }
    }
    if text.contains("contains a reference with a non-static lifetime") {
        for message in &messages {
            let Some((name, _)) = message.strip_prefix("The variable `").and_then(|rest| rest.split_once('`')) else {
                continue;
            };
            advice.push(format!(
                "`{name}` borrows, and a variable that stays from cell to cell cannot. Borrow where it is used, make an \
                 owner of it (`.to_owned()`, `.clone()`), or put the cell into {{ }}."
            ));
        }
    }
    advice
}

/// Whether a cell that passed has taken away all variables: evcxr has commands that do.
pub fn clears(code: &str) -> bool {
    code.lines().any(|line| matches!(line.trim(), ":clear" | ":restart"))
}

/// `let c = |x: f64| x + 1.0;`: the names, and what they are set to.
fn closures(code: &str) -> Vec<(String, String)> {
    let mut closures = Vec::new();
    for line in code.lines() {
        let Some((pattern, value)) = line.trim().strip_prefix("let ").and_then(|rest| rest.split_once('=')) else {
            continue;
        };
        let value = value.trim_start();
        let value = value.strip_prefix("move ").unwrap_or(value);
        let pattern = pattern.trim().trim_start_matches("mut ");
        let name = pattern.split_once(':').map_or(pattern, |(name, _)| name).trim();
        if value.starts_with('|') {
            closures.push((name.to_owned(), value.to_owned()));
        }
    }
    closures
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn two_commands_take_away_all_variables() {
        assert!(clears("let x = 1;\n  :clear") && clears(":restart"));
        assert!(!clears("println!(\":clear\")"));
    }

    #[test]
    fn a_closure_and_a_borrow_are_told_what_to_write() {
        let closure = [json!({ "evalue": "The variable `c` is a closure, which cannot be persisted." })];
        let said = advice("let c = |x: f64| x + 1.0;", &closure).join("");
        assert!(said.contains("`fn c(x: f64) -> …"), "{said}");
        let borrow = [
            json!({ "evalue": "The variable `r` contains a reference with a non-static lifetime so\ncan't be persisted." }),
        ];
        let said = advice("let r = &name;", &borrow).join("");
        assert!(said.starts_with("`r` borrows"), "{said}");
        assert!(advice("let r = 1;", &[json!({ "evalue": "mismatched types" })]).is_empty());
    }
}
