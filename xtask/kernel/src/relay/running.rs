//! The request that evcxr is at work on.

use super::memory::Cell;
use super::message::{Message, now, unique};
use super::picture;
use super::shown::Outputs;
use super::start;
use super::word::{Report, Request};
use serde_json::{Value, json};
use std::collections::BTreeSet;

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
    /// What became of ■.
    pub stop: Stop,
    /// Whether it waits for a line from the person.
    pub asks: bool,
    /// Whether it has printed something.
    pub has_printed: bool,
    /// What it has shown so far.
    pub outputs: Outputs,
    /// Whether this is a question's second form.
    pub is_asked_again: bool,
}

/// What became of ■ in a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stop {
    /// It was not pressed.
    Unasked,
    /// It was, and the cell has a moment to listen.
    Asked,
    /// The cell did not, and the person was told what pressing it again does.
    Unheard,
    /// It was pressed again: the process of the cells was ended.
    Ended,
}

impl Running {
    /// A question: completion, inspection.
    pub fn question(request: Message, request_number: u64) -> Running {
        Running { is_cell: false, ..Running::cell(request, request_number, 0) }
    }

    /// A cell.
    pub fn cell(request: Message, request_number: u64, number: u64) -> Running {
        Running {
            is_cell: true,
            request_number,
            number,
            is_silent: request.is_silent(),
            is_ours: request.is_ours(),
            request,
            reply: None,
            is_idle: false,
            errors: Vec::new(),
            results: Vec::new(),
            record: None,
            ends: BTreeSet::new(),
            expects_end: None,
            report: None,
            stop: Stop::Unasked,
            asks: false,
            has_printed: false,
            outputs: Outputs::default(),
            is_asked_again: false,
        }
    }

    /// What our cargo is told of it.
    pub fn word(&self, backtrace: bool) -> Request {
        let is_look = self.request.content["look"] == true;
        Request { id: self.request.id().to_owned(), backtrace, is_ours: self.is_ours, is_look }
    }

    /// As it goes into memory.
    pub fn as_cell(&self) -> Cell {
        let number = if self.request.is_stored() { self.number } else { 0 };
        let mut cell = Cell { number, code: self.request.code().to_owned(), ..Cell::default() };
        if let Some(report) = self.report.as_ref().filter(|report| report.has_run) {
            cell.defined.clone_from(&report.defined);
            cell.moved.clone_from(&report.moved);
        }
        cell
    }
}

/// A cell of our own.
pub fn our_cell(code: &str) -> Message {
    let mut request = start();
    request.header["msg_type"] = "execute_request".into();
    request.header["msg_id"] = unique().into();
    request.header["date"] = now().into();
    request.content = json!({ "code": code, "silent": true, "store_history": false, "allow_stdin": false });
    debug_assert!(request.is_ours());
    request
}

/// A cell of our own that evcxr and rust-analyzer look at, and that fails before it is compiled.
pub fn look_at(code: &str) -> Message {
    let mut request = our_cell(code);
    request.content["look"] = true.into();
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
    picture::tell_size(&mut content);
    Some(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_is_shown_for_the_unit() {
        let unit = json!({ "data": { "text/plain": "()" }, "execution_count": 9 });
        assert_eq!(shown(unit, 1), None);
        assert_eq!(shown(json!({ "data": { "text/plain": "7" } }), 3).unwrap()["execution_count"], 3);
    }

    #[test]
    fn backtraces_are_asked_for_as_in_evcxr() {
        assert_eq!(wants_backtrace(":env RUST_BACKTRACE=1"), Some(true));
        assert_eq!(wants_backtrace(":env RUST_BACKTRACE=0\nlet x = 1;"), Some(false));
        assert_eq!(wants_backtrace("let x = 1;"), None);
    }
}
