//! Checks what failing cells do: `cargo xtask run` notices each of the ways to fail, and the user's variables outlive them.

use super::trial;
use crate::notebook::cell;
use crate::setup::Lab;
use anyhow::{Result, bail};
use serde_json::json;
use std::path::Path;

/// Name, code of the second cell, and what the report must hold; `None` for a notebook that passes.
const NOTEBOOKS: [(&str, &str, Option<&str>); 4] = [
    ("panics", "panic!(\"too many lemons\");", Some("too many lemons")),
    ("returns_an_error", "Err(\"no lemons\")?;", Some("no lemons")),
    ("does_not_compile", "let lemons: u8 = \"yellow\";", Some("mismatched types")),
    ("passes", "assert_eq!(lemons, 3);", None),
];

/// Cells that fail in every way, tagged as such, each after `let lemons = vec![3, 4];` and before a cell that needs them.
const FAILING: [&str; 5] = [
    "panic!(\"too many lemons\");",
    "lemons[lemons.len()]",
    "Err(\"no lemons\")?;",
    "let lemons: u8 = \"yellow\";",
    "std::thread::spawn(|| panic!(\"lemons elsewhere\")).join().unwrap();",
];

/// Runs one small notebook for each.
pub fn check(lab: &Lab) -> Result<()> {
    let folder = trial::folder(lab);
    for (name, code, expected) in NOTEBOOKS {
        let cells = ["let lemons = 3;", code, "println!(\"{lemons}\");"];
        let trial = trial::run(&folder, name, &cells.map(cell))?;
        let problem = match expected {
            None if !trial.passed => "failed, but should have passed",
            Some(_) if trial.passed => "passed, but should have failed",
            Some(_) if !trial.reported.contains("code cell 2 of 3") => "did not name the cell",
            Some(message) if !trial.reported.contains(message) => "did not show the message",
            Some(_) if trial.said.contains("3/3") => "went on after the failure",
            _ => {
                eprintln!("   {name}: as expected");
                continue;
            }
        };
        bail!(trial.error(&format!("{name}.ipynb {problem}")));
    }
    variables_outlive_failures(&folder)
}

/// Fails if a cell that panics, returns an error or does not compile costs the user a variable.
fn variables_outlive_failures(folder: &Path) -> Result<()> {
    let mut cells = vec![cell("let mut lemons = vec![3_usize, 4];")];
    for code in FAILING {
        let mut failing = cell(code);
        failing["metadata"] = json!({ "tags": ["raises-exception"] });
        // Used, changed and kept: the next failure meets a variable with a history.
        cells.extend([failing, cell("lemons.push(lemons.len());\nprintln!(\"still {lemons:?}\");")]);
    }
    let trial = trial::run(folder, "variables_outlive_failures", &cells)?;
    if !trial.passed || !trial.said.contains("still [3, 4, 2, 3, 4, 5, 6]") {
        bail!(trial.error("a cell that failed cost the user a variable"));
    }
    eprintln!("   variables outlive failures: as expected");
    Ok(())
}
