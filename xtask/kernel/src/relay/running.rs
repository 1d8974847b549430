//! The request that evcxr is at work on, and the files by which a cell, our cargo and the relay leave each other word.

use super::memory::Cell;
use super::message::{Message, now, unique};
use super::shown::Outputs;
use super::{OURS, start};
use crate::source::Traffic;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Left for our cargo before each cell.
const REQUEST: &str = "cell.request.json";
/// Left by our cargo when a cell is compiled.
const REPORT: &str = "cell.report.json";
/// There as long as the person wants the cell to stop.
const INTERRUPT: &str = "interrupt";

/// What evcxr is at work on.
pub struct Running {
    /// As the client sent it.
    pub request: Message,
    /// A cell, not a question.
    pub is_cell: bool,
    /// How many requests there were.
    pub request_number: u64,
    /// The number in the notebook.
    pub number: u64,
    /// Nobody is to see it.
    pub is_silent: bool,
    /// It gives back variables after a failure; nobody asked for it.
    pub is_ours: bool,
    /// evcxr's answer.
    pub reply: Option<Message>,
    /// Whether evcxr said that it has ended.
    pub is_idle: bool,
    /// evcxr's own messages of errors: of the compiler, of a process that ended.
    pub errors: Vec<Value>,
    /// What it shows at its end.
    pub results: Vec<Value>,
    /// The error or panic that it reported itself.
    pub record: Option<Value>,
    /// The streams whose last output has come.
    pub ends: BTreeSet<String>,
    /// Whether those are to be waited for, once that is known.
    pub expects_end: Option<bool>,
    /// What our cargo said of it.
    pub report: Option<Report>,
    /// How often ■ was pressed.
    pub presses: u32,
    /// What it has shown so far.
    pub outputs: Outputs,
    /// Whether this is a question's second form.
    pub is_asked_again: bool,
}

impl Running {
    /// A question: completion, inspection.
    pub fn question(request: Message, request_number: u64) -> Running {
        Running { is_cell: false, ..Running::cell(request, request_number, 0, false, false) }
    }

    /// A cell.
    pub fn cell(request: Message, request_number: u64, number: u64, is_silent: bool, is_ours: bool) -> Running {
        Running {
            request,
            is_cell: true,
            request_number,
            number,
            is_silent,
            is_ours,
            reply: None,
            is_idle: false,
            errors: Vec::new(),
            results: Vec::new(),
            record: None,
            ends: BTreeSet::new(),
            expects_end: None,
            report: None,
            presses: 0,
            outputs: Outputs::default(),
            is_asked_again: false,
        }
    }

    /// Leaves word for our cargo, and takes ■ back.
    pub fn leave_word(&self, folder: &Path, backtrace: bool) {
        let _ = fs::remove_file(folder.join(INTERRUPT));
        let _ = fs::remove_file(folder.join(REPORT));
        let word = json!({ "id": self.request.id(), "backtrace": backtrace, "ours": self.is_ours });
        // Without it, the cell is compiled as plain evcxr would.
        let _ = fs::write(folder.join(REQUEST), word.to_string());
    }

    /// As it goes into memory.
    pub fn as_cell(&self, number: u64) -> Cell {
        let names = |names: Option<&Vec<String>>| names.cloned().unwrap_or_default();
        let report = self.report.as_ref().filter(|report| report.has_run);
        Cell {
            number,
            code: self.request.code().to_owned(),
            defined: names(report.map(|report| &report.defined)),
            moved: names(report.map(|report| &report.moved)),
            failed: false,
        }
    }
}

/// What the relay leaves for our cargo.
pub struct Request {
    /// The message that asked for the cell.
    pub id: String,
    /// Whether a panic shows its way through the code.
    pub backtrace: bool,
    /// Whether the cell gives back variables, so that there is none to give back.
    pub is_ours: bool,
}

impl Request {
    /// Reads it, if there is one.
    pub fn read(folder: &Path) -> Option<Request> {
        let word: Value = serde_json::from_slice(&fs::read(folder.join(REQUEST)).ok()?).ok()?;
        Some(Request {
            id: word["id"].as_str()?.to_owned(),
            backtrace: word["backtrace"] == true,
            is_ours: word["ours"] == true,
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
        let is_back = |name: &String| restored.contains(name);
        let mut moved: Vec<String> = traffic.moved().cloned().collect();
        moved.extend(traffic.shadowed().map(|(name, _)| name.clone()).filter(|name| !is_back(name)));
        let code = traffic.shadowed().filter(|(name, _)| is_back(name)).map(|(name, variable)| {
            let mutable = if variable.is_mutable { "mut " } else { "" };
            format!("let {mutable}{name}: {0} = evcxr_variable_store.take_variable::<{0}>(\"{name}\");", variable.kind)
        });
        Report {
            has_run: true,
            interrupted: false,
            defined: traffic.defined.keys().cloned().collect(),
            moved,
            restored: code.collect(),
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
        let list = |field: &str| {
            word[field].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        (word["id"] == request).then(|| Report {
            has_run: word["has_run"] == true,
            interrupted: word["interrupted"] == true,
            defined: list("defined"),
            moved: list("moved"),
            restored: list("restored"),
        })
    }

    /// A cell that makes evcxr know again the variables that the failed one gave back.
    pub fn code_that_restores(&self) -> Option<String> {
        (!self.restored.is_empty()).then(|| self.restored.join("\n"))
    }
}

/// A cell of our own.
pub fn our_cell(code: &str) -> Message {
    let mut request = start();
    request.header["msg_type"] = "execute_request".into();
    request.header["msg_id"] = unique().into();
    request.header["date"] = now().into();
    request.content = json!({ "code": code, "silent": true, "store_history": false, "allow_stdin": false });
    debug_assert_eq!(request.header["session"], OURS);
    request
}

/// Whether `code` turns backtraces on or off: `:env RUST_BACKTRACE=1`.
pub fn wants_backtrace(code: &str) -> Option<bool> {
    let value =
        code.lines().rev().find_map(|line| line.trim().strip_prefix(":env")?.trim().strip_prefix("RUST_BACKTRACE="))?;
    Some(value.trim() != "0")
}

/// What a cell shows, with its number; nothing for `()`, which nobody wants to see.
pub fn shown(mut content: Value, number: u64) -> Option<Value> {
    let data = content["data"].as_object()?;
    if data.len() == 1 && data.get("text/plain").is_some_and(|text| text == "()") {
        return None;
    }
    content["execution_count"] = number.into();
    Some(content)
}

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
    let name = |message: &str| {
        let (name, _) = message.strip_prefix("cannot find value `")?.split_once('`')?;
        Some(name.to_owned())
    };
    messages.filter_map(name).collect()
}

/// What to write in place of a variable that cannot be kept from one cell to the next.
pub fn advice(code: &str, errors: &[Value]) -> Vec<String> {
    let messages: Vec<&str> = errors.iter().filter_map(|error| error["evalue"].as_str()).collect();
    let says = |words: &[&str]| messages.iter().any(|message| words.iter().any(|word| message.contains(word)));
    let mut advice = Vec::new();
    if says(&["is a closure", "borrowed data escapes", "can't be persisted", "cannot be persisted"]) {
        for (name, closure) in closures(code) {
            let arguments = closure.split('|').nth(1).unwrap_or("").trim().to_owned();
            advice.push(format!(
                "`{name}` is a closure, and a variable that stays from cell to cell cannot hold one. Write a function, \
                 `fn {name}({arguments}) -> … {{ … }}`, or put the cell into {{ }}."
            ));
        }
    }
    if says(&["contains a reference with a non-static lifetime"]) {
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

/// `let c = |x: f64| x + 1.0;`: the names, and what they are set to.
fn closures(code: &str) -> Vec<(String, String)> {
    let closure = |line: &str| {
        let (pattern, value) = line.trim().strip_prefix("let ")?.split_once('=')?;
        let value = value.trim_start();
        let value = value.strip_prefix("move ").unwrap_or(value);
        let name = pattern.trim().trim_start_matches("mut ").split(':').next()?.trim();
        value.starts_with('|').then(|| (name.to_owned(), value.to_owned()))
    };
    code.lines().filter_map(closure).collect()
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

    #[test]
    fn nothing_is_shown_for_the_unit() {
        let unit = json!({ "data": { "text/plain": "()" }, "execution_count": 9 });
        assert_eq!(shown(unit, 1), None);
        assert_eq!(shown(json!({ "data": { "text/plain": "7" } }), 3).unwrap()["execution_count"], 3);
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

    #[test]
    fn backtraces_are_asked_for_as_in_evcxr() {
        assert_eq!(wants_backtrace(":env RUST_BACKTRACE=1"), Some(true));
        assert_eq!(wants_backtrace(":env RUST_BACKTRACE=0\nlet x = 1;"), Some(false));
        assert_eq!(wants_backtrace("let x = 1;"), None);
    }
}
