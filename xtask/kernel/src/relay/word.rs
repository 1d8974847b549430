//! The files by which the relay, our cargo and a cell leave each other word, in the folder where cells are compiled.

use crate::source::Traffic;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Left for our cargo before each cell.
const REQUEST: &str = "cell.request.json";
/// Left by our cargo when a cell is compiled.
const REPORT: &str = "cell.report.json";
/// There as long as the person wants the cell to stop.
const INTERRUPT: &str = "interrupt";

/// Leaves word for our cargo that the next cell belongs to `request`, and takes ■ back.
pub fn ask(folder: &Path, request: &Request) {
    take_back_stop(folder);
    let _ = fs::remove_file(folder.join(REPORT));
    let Request { id, backtrace, is_ours, is_look } = request;
    let word = json!({ "id": id, "backtrace": backtrace, "ours": is_ours, "look": is_look });
    // Without it, the cell is compiled as plain evcxr would.
    let _ = fs::write(folder.join(REQUEST), word.to_string());
}

/// What the relay leaves for our cargo.
pub struct Request {
    /// The message that asked for the cell.
    pub id: String,
    /// Whether a panic shows its way through the code.
    pub backtrace: bool,
    /// Whether the cell gives back variables, so that there is none to give back.
    pub is_ours: bool,
    /// Whether rust-analyzer alone is to look at the cell: nothing is compiled, and so nothing of it runs.
    pub is_look: bool,
}

impl Request {
    /// Reads it, if there is one.
    pub fn read(folder: &Path) -> Option<Request> {
        let word: Value = serde_json::from_slice(&fs::read(folder.join(REQUEST)).ok()?).ok()?;
        Some(Request {
            id: word["id"].as_str()?.to_owned(),
            backtrace: word["backtrace"] == true,
            is_ours: word["ours"] == true,
            is_look: word["look"] == true,
        })
    }
}

/// Whether the person wants the cell that is compiled in `folder` to stop.
pub fn is_to_stop(folder: &Path) -> bool {
    folder.join(INTERRUPT).exists()
}

/// Tells the cell, and the compiler, that the person wants it to stop.
pub fn ask_to_stop(folder: &Path) {
    let _ = fs::write(folder.join(INTERRUPT), "");
}

/// Takes ■ back: the cell has ended.
pub fn take_back_stop(folder: &Path) {
    let _ = fs::remove_file(folder.join(INTERRUPT));
}

/// Where a cell's libraries look whether it is to stop.
pub fn interrupt_file(folder: &Path) -> std::path::PathBuf {
    folder.join(INTERRUPT)
}

/// What our cargo leaves for the relay.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Whether the compiler made a cell that tells of its end.
    pub has_run: bool,
    /// Whether the compiler was stopped.
    pub interrupted: bool,
    /// The variables that it defines.
    pub defined: Vec<String>,
    /// The variables that it moves.
    pub moved: Vec<String>,
    /// The variables that it defines anew, and gives back if it fails: `let mut v: Vec<f64> = …`.
    pub restored: Vec<String>,
}

impl Report {
    /// Of a cell that was compiled.
    pub fn compiled(traffic: &Traffic, restored: &[String]) -> Report {
        let mut moved: Vec<String> = traffic.moved().cloned().collect();
        let mut code = Vec::new();
        for (name, variable) in traffic.shadowed() {
            if restored.contains(name) {
                let mutable = if variable.is_mutable { "mut " } else { "" };
                let kind = &variable.kind;
                code.push(format!(
                    "let {mutable}{name}: {kind} = evcxr_variable_store.take_variable::<{kind}>(\"{name}\");"
                ));
            } else {
                moved.push(name.clone());
            }
        }
        Report {
            has_run: true,
            interrupted: false,
            defined: traffic.defined.keys().cloned().collect(),
            moved,
            restored: code,
        }
    }

    /// Of a compiler that ■ ended.
    pub fn interrupted() -> Report {
        Report { interrupted: true, ..Report::default() }
    }

    /// Leaves it in `folder`, for the request that asked for the cell.
    pub fn leave(&self, folder: &Path, request: &str) {
        let word = json!({
            "id": request,
            "has_run": self.has_run,
            "interrupted": self.interrupted,
            "defined": self.defined,
            "moved": self.moved,
            "restored": self.restored,
        });
        // Without it, the relay does not wait for the cell's last output.
        let _ = fs::write(folder.join(REPORT), word.to_string());
    }

    /// Reads it, if there is one about this request.
    pub fn read(folder: &Path, request: &str) -> Option<Report> {
        let word: Value = serde_json::from_slice(&fs::read(folder.join(REPORT)).ok()?).ok()?;
        (word["id"] == request).then(|| Report {
            has_run: word["has_run"] == true,
            interrupted: word["interrupted"] == true,
            defined: texts(&word["defined"]),
            moved: texts(&word["moved"]),
            restored: texts(&word["restored"]),
        })
    }

    /// A cell that makes evcxr know again the variables that the failed one gave back.
    pub fn code_that_restores(&self) -> Option<String> {
        (!self.restored.is_empty()).then(|| self.restored.join("\n"))
    }
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source;

    #[test]
    fn a_shadowed_variable_comes_back_by_a_cell_of_our_own() {
        let rewritten = source::rewrite(include_str!("../../tests/evcxr/cell.rs"), false, &[]).unwrap();
        let report = Report::compiled(&rewritten.traffic, &["w".to_owned()]);
        assert_eq!(
            report.code_that_restores().unwrap(),
            "let w: i32 = evcxr_variable_store.take_variable::<i32>(\"w\");"
        );
        assert_eq!(report.moved, ["v"]);
        let without = Report::compiled(&rewritten.traffic, &[]);
        assert_eq!((without.code_that_restores(), without.moved), (None, vec!["v".to_owned(), "w".to_owned()]));
    }

    #[test]
    fn a_report_is_of_one_request() {
        let folder = std::env::temp_dir().join(format!("nn-kernel-report-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Report { moved: vec!["x".to_owned()], has_run: true, ..Report::default() }.leave(&folder, "7");
        assert_eq!(Report::read(&folder, "7").unwrap().moved, ["x"]);
        assert!(Report::read(&folder, "8").is_none());
        fs::remove_dir_all(&folder).unwrap();
    }
}
