//! Checks that exercise cells are run with their mistakes and solutions, and that a wrong one is noticed.

use super::trial;
use crate::notebook::cell;
use crate::setup::Lab;
use anyhow::{Result, bail};
use serde_json::{Value, json};

/// A `check` as small as can be; nn-core's has tests of its own.
const CHECK: &str = r#"
struct Card(&'static str);
impl Card {
    fn evcxr_display(&self) { println!("EVCXR_BEGIN_CONTENT text/plain\n{}\nEVCXR_END_CONTENT", self.0) }
}
fn check(mine: Option<u8>) -> Card {
    Card(match mine { None => "your turn: lemons", Some(7) => "✓ lemons: right", Some(_) => "✗ lemons: too many" })
}"#;
const UNSOLVED: &str = "let mine: Option<u8> = None;\ncheck(mine)";
const SOLVED: &str = "let mine: Option<u8> = Some(7);\ncheck(mine)";
const WRONG: &str = "let mine: Option<u8> = Some(9);\ncheck(mine)";

/// Name, the cell as it stands, its exercise, and what the report must hold; `None` for a notebook that passes.
fn notebooks() -> [(&'static str, &'static str, Value, Option<&'static str>); 6] {
    let exercise = |solution: &str, wrong: &str, says: &str| json!({ "solution": solution, "wrong": [{ "source": wrong, "says": says }] });
    [
        ("exercise", UNSOLVED, exercise(SOLVED, WRONG, "too many"), None),
        (
            "exercise_solved",
            SOLVED,
            exercise(SOLVED, WRONG, "too many"),
            Some("the cell as it stands: expected a card that begins with 'your turn'"),
        ),
        (
            "exercise_unsolvable",
            UNSOLVED,
            exercise(WRONG, WRONG, "too many"),
            Some("the solution: expected a card that begins with '✓ '"),
        ),
        (
            "exercise_too_easy",
            UNSOLVED,
            exercise(SOLVED, SOLVED, "right"),
            Some("mistake 1 of 1: expected a card that begins with '✗ '"),
        ),
        (
            "exercise_says_another_thing",
            UNSOLVED,
            exercise(SOLVED, WRONG, "too few"),
            Some("mistake 1 of 1: expected a card that says 'too few'"),
        ),
        (
            "exercise_without_a_solution",
            UNSOLVED,
            json!({ "wrong": [] }),
            Some("metadata exercise: expected solution and wrong"),
        ),
    ]
}

/// Runs a small notebook for each.
pub fn check(lab: &Lab) -> Result<()> {
    let folder = trial::folder(lab);
    for (name, code, exercise, expected) in notebooks() {
        let mut exercised = cell(code);
        exercised["metadata"] = json!({ "exercise": exercise });
        let cells = [cell(CHECK), exercised, cell("println!(\"afterwards {mine:?}\");")];
        let trial = trial::run_with(&folder, name, &cells, &["--exercises"])?;
        let problem = match expected {
            None if !trial.passed => "failed, but should have passed",
            None if !trial.said.contains("afterwards None") => "went on with another cell's variables",
            Some(_) if trial.passed => "passed, but should have failed",
            Some(_) if !trial.reported.contains("code cell 2 of 3") => "did not name the cell",
            Some(message) if !trial.reported.contains(message) => "did not show the message",
            _ => {
                eprintln!("   {name}: as expected");
                continue;
            }
        };
        bail!(trial.error(&format!("{name}.ipynb {problem}")));
    }
    // `cargo xtask run` as people use it has nothing to do with exercises.
    let mut exercised = cell(UNSOLVED);
    exercised["metadata"] = json!({ "exercise": "anything" });
    let trial = trial::run(&folder, "exercises_left_alone", &[cell(CHECK), exercised])?;
    if !trial.passed {
        bail!(trial.error("an exercise was looked at without being asked for"));
    }
    Ok(())
}
