//! How a cell's failure looks: its kind, its message, and the line of the cell where it happened.

use super::memory::{Cell, called};
use crate::parts::is_cell;
use serde_json::{Value, json};

/// What Jupyter is told of a failed cell.
#[derive(Debug)]
pub struct Failure {
    /// `Error`, `Panic`, `CompileError`, `KernelProcessDied` or `Interrupted`.
    pub kind: &'static str,
    /// The message.
    pub message: String,
    /// What the person sees: the message, the place, remarks.
    pub traceback: Vec<String>,
}

/// The kind of a failure that cost all variables.
pub const PROCESS_DIED: &str = "KernelProcessDied";
/// Not a colour: JupyterLab's red and green have a contrast of 2.7 with what it lays under errors, 4 in the dark.
const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";
/// Lines shown before and after the one that failed.
const AROUND: usize = 2;

impl Failure {
    /// One without a place.
    pub fn new(kind: &'static str, message: String) -> Failure {
        let traceback = vec![format!("{BOLD}{kind}{PLAIN}: {message}")];
        Failure { kind, message, traceback }
    }

    /// An error or panic that a cell reported by `record`: `source` is what was compiled, `cells` all up to the one that
    /// failed.
    pub fn from_record(record: &Value, source: &str, cells: &[Cell]) -> Failure {
        let kind = if record["name"] == "Panic" { "Panic" } else { "Error" };
        let message = record["message"].as_str().filter(|message| !message.is_empty()).unwrap_or("no message");
        let mut failure = Failure::new(kind, message.to_owned());
        let (file, line) = (record["file"].as_str().unwrap_or(""), record["line"].as_u64().unwrap_or(0));
        if !is_cell(file) && !file.is_empty() {
            failure.traceback.push(format!("  at {file}:{line}"));
        } else if let Ok(line) = usize::try_from(line)
            && let Some((cell, line)) = find(line, source, cells)
        {
            failure.traceback.extend(shown(cell, line));
        }
        failure.traceback.extend(record["backtrace"].as_str().filter(|text| !text.is_empty()).map(str::to_owned));
        failure
    }

    /// The mistakes that the compiler found, each as evcxr told it.
    ///
    /// evcxr counts cells in its own way (`command_7`); here they have the notebook's `number`.
    pub fn from_compiler(errors: &[Value], number: u64) -> Failure {
        let messages: Vec<&str> = errors.iter().map(|error| error["evalue"].as_str().unwrap_or("")).collect();
        let first = messages.first().copied().unwrap_or("the cell does not compile").to_owned();
        let message = if errors.len() > 1 { format!("{first} (and {} more)", errors.len() - 1) } else { first };
        let mut traceback = Vec::new();
        for error in errors {
            let lines = error["traceback"].as_array().into_iter().flatten().filter_map(Value::as_str);
            traceback.extend(lines.map(|line| renumbered(line, number)));
        }
        Failure { kind: "CompileError", message, traceback }
    }

    /// Adds a sentence below.
    pub fn remark(&mut self, remark: String) {
        self.traceback.push(remark);
    }

    /// The content of an `error` message.
    pub fn content(&self) -> Value {
        json!({ "ename": self.kind, "evalue": self.message, "traceback": self.traceback })
    }
}

/// `cell [3]:1:5` for `command_9:1:5`.
fn renumbered(line: &str, number: u64) -> String {
    match line.split_once("command_") {
        Some((before, after)) => {
            let rest = after.trim_start_matches(|letter: char| letter.is_ascii_digit());
            format!("{before}cell [{number}]{rest}")
        }
        None => line.to_owned(),
    }
}

/// The cell, and its line, that stand on `line` of what was compiled.
///
/// evcxr writes a person's lines as they are, but not in their order, and statements of one line on lines of their own;
/// so a line is found by its text, and, of equal ones, where its neighbours are equal too, the latest cell first.
fn find<'a>(line: usize, source: &str, cells: &'a [Cell]) -> Option<(&'a Cell, usize)> {
    let compiled: Vec<&str> = source.lines().map(str::trim).collect();
    let wanted = *compiled.get(line.checked_sub(1)?)?;
    if wanted.is_empty() {
        return None;
    }
    for exact in [true, false] {
        let mut best: Option<(usize, &Cell, usize)> = None;
        for cell in cells.iter().rev() {
            let lines: Vec<&str> = cell.code.lines().map(str::trim).collect();
            for (at, text) in lines.iter().enumerate() {
                let fits = if exact { *text == wanted } else { text.contains(wanted) };
                let likeness = likeness(&compiled, line - 1, &lines, at);
                if fits && best.is_none_or(|(most, ..)| likeness > most) {
                    best = Some((likeness, cell, at));
                }
            }
        }
        if let Some((_, cell, at)) = best {
            return Some((cell, at + 1));
        }
    }
    None
}

/// How alike the neighbours of two lines are, the nearest most of all.
fn likeness(one: &[&str], at: usize, other: &[&str], there: usize) -> usize {
    let mut likeness = 0;
    for (distance, weight) in [(1, 2), (2, 1)] {
        if let (Some(before), Some(before_there)) = (at.checked_sub(distance), there.checked_sub(distance)) {
            likeness += weight * usize::from(one[before] == other[before_there]);
        }
        if let (Some(after), Some(after_there)) = (one.get(at + distance), other.get(there + distance)) {
            likeness += weight * usize::from(after == after_there);
        }
    }
    likeness
}

/// The lines around `line` of a cell, with an arrow.
fn shown(cell: &Cell, line: usize) -> Vec<String> {
    let mut shown = vec![format!("  in {}, line {line}", called(cell.number))];
    let (first, last) = (line.saturating_sub(AROUND).max(1), line + AROUND);
    for (at, text) in cell.code.lines().enumerate().map(|(at, text)| (at + 1, text)) {
        if at == line {
            shown.push(format!("{BOLD}----> {at}{PLAIN} {text}"));
        } else if (first..=last).contains(&at) {
            shown.push(format!("      {at} {text}"));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(number: u64, code: &str) -> Cell {
        Cell { number, code: code.to_owned(), ..Cell::default() }
    }

    fn place(line: usize, source: &str, cells: &[Cell]) -> Option<(u64, usize)> {
        find(line, source, cells).map(|(cell, line)| (cell.number, line))
    }

    #[test]
    fn a_line_is_found_in_the_cell_that_it_came_from() {
        let cells =
            [cell(1, "fn third(v: &[i32]) -> i32 {\n    v[3]\n}"), cell(2, "let v = vec![1]; third(&v);\nv[7]")];
        let source =
            "fn third(v: &[i32]) -> i32 {\n    v[3]\n}\nmatch catch_unwind(\nlet v = vec![1]; \nthird(&v);\nv[7]\n";
        assert_eq!(place(2, source, &cells), Some((1, 2)));
        assert_eq!(place(6, source, &cells), Some((2, 1)));
        assert_eq!(place(7, source, &cells), Some((2, 2)));
        assert_eq!(place(99, source, &cells), None);
    }

    #[test]
    fn of_equal_lines_the_one_with_equal_neighbours_is_meant() {
        let cells = [cell(3, "a();\nstep()?;\nb();\nstep()?;\nc();")];
        let source = "start\na();\nstep()?;\nb();\nstep()?;\nc();\nend";
        assert_eq!(place(3, source, &cells), Some((3, 2)));
        assert_eq!(place(5, source, &cells), Some((3, 4)));
    }

    #[test]
    fn of_equal_lines_in_two_cells_the_one_with_equal_neighbours_is_meant() {
        let third = "fn third(v: &[i32]) -> i32 {\n    v[2]\n}";
        let cells = [cell(1, third), cell(2, "let v = vec![1, 2, 3];\nthird(&v[..1]);\nv[2]"), cell(3, "v[2]")];
        let source = format!("{third}\nstart\nlet v = vec![1, 2, 3];\nthird(&v[..1]);\nv[2]\nend");
        assert_eq!(place(2, &source, &cells), Some((1, 2)));
        assert_eq!(place(7, &source, &cells), Some((2, 3)));
        assert_eq!(place(2, "start\nv[2]\nend", &cells), Some((3, 1)));
    }

    #[test]
    fn the_traceback_shows_the_line_with_an_arrow() {
        let record = json!({ "name": "Panic", "message": "too far", "file": "src/lib.rs", "line": 2, "backtrace": "" });
        let failure = Failure::from_record(&record, "x\nv[7]", &[cell(4, "let a = 1;\nv[7]\n")]);
        assert_eq!((failure.kind, failure.message.as_str()), ("Panic", "too far"));
        let text = failure.traceback.join("\n");
        assert!(text.contains("in cell [4], line 2\n      1 let a = 1;\n") && text.contains("----> 2"), "{text}");
    }

    #[test]
    fn a_panic_inside_a_crate_names_its_file() {
        let record =
            json!({ "name": "Panic", "message": "m", "file": "/crates/x/src/a.rs", "line": 9, "backtrace": "" });
        let text = Failure::from_record(&record, "", &[]).traceback.join("\n");
        assert!(text.ends_with("  at /crates/x/src/a.rs:9"), "{text}");
    }
}
