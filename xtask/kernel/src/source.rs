//! What evcxr writes around a cell, changed before it is compiled.
//!
//! evcxr hears of a cell by lines on its stdout, and writes the code that prints them into `src/lib.rs`, around the
//! person's own. There, and there alone, can be said what evcxr does not say: that a cell failed, with which message, at
//! which line. So some of those lines are changed, and `cell_runtime.rs` is added at the end. No line is added or taken away
//! before it, for evcxr finds the person's mistakes by the numbers of the lines.
//!
//! Whatever does not look as evcxr 0.22 writes it stays as it is: the cell then runs as in plain evcxr.

use std::collections::BTreeMap;

/// The code that reports from inside a cell.
const RUNTIME: &str = include_str!("cell_runtime.rs");
/// Its name in a cell.
pub(crate) const MODULE: &str = "nn_kernel_cell";
/// The line after which a cell gives its variables back; its last.
const LAST: &str = "evcxr_variable_store";

/// A variable in evcxr's store.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its type, as evcxr writes it.
    pub kind: String,
    /// Whether it was declared `mut`.
    pub is_mutable: bool,
}

/// Which variables a cell takes from the store and gives back.
#[derive(Debug, Default, PartialEq)]
pub struct Traffic {
    /// All that there were before.
    pub taken: BTreeMap<String, Variable>,
    /// Those that the cell defines, given back unless it fails.
    pub defined: BTreeMap<String, Variable>,
    /// Those of `taken` that are given back whatever happens.
    pub kept: Vec<String>,
}

impl Traffic {
    /// What the cell takes and does not give back: it moves them.
    pub fn moved(&self) -> impl Iterator<Item = &String> {
        self.taken.keys().filter(|name| !self.kept.contains(name) && !self.defined.contains_key(*name))
    }

    /// What the cell defines although there was one of that name.
    pub fn shadowed(&self) -> impl Iterator<Item = (&String, &Variable)> {
        self.taken.iter().filter(|(name, _)| self.defined.contains_key(*name))
    }
}

/// A cell ready for the compiler.
#[derive(Debug)]
pub struct Rewritten {
    /// The whole file.
    pub code: String,
    /// Its variables.
    pub traffic: Traffic,
    /// The line, counted from 1, on which shadowed variables are given back after a failure.
    pub last_line: usize,
}

/// Changes a file that evcxr wrote; `None` if it holds no cell that we know how to change.
///
/// After a failure, the variables in `restored` are given back though the cell defines them anew.
pub fn rewrite(code: &str, with_backtrace: bool, restored: &[String]) -> Option<Rewritten> {
    if code.contains(MODULE) {
        return None;
    }
    let traffic = traffic(code);
    let mut lines: Vec<String> = code.lines().map(str::to_owned).collect();
    let start = lines.iter().rposition(|line| is_start(line))?;
    let last = lines.iter().rposition(|line| line == LAST).filter(|&last| last > start)?;
    if lines.get(last + 1).map(String::as_str) != Some("}") || lines.len() != last + 2 {
        return None;
    }
    let panicked = find(&lines, start, last, "    println!(\"EVCXR_PANIC_NOTIFICATION\");")?;

    lines[start].insert_str(0, &format!("{MODULE}::begin({with_backtrace}); "));
    lines[panicked].insert_str(0, &format!("{MODULE}::panicked(); "));
    let mut end = String::new();
    for (name, variable) in traffic.shadowed().filter(|(name, _)| restored.contains(name)) {
        end += &format!(
            "if {MODULE}::failed() {{ evcxr_variable_store.put_variable::<{}>(stringify!({name}), {name}); }} ",
            variable.kind
        );
    }
    lines[last].insert_str(0, &format!("{end}{MODULE}::end(); "));
    report_errors(&mut lines);
    begin_lines_for_content(&mut lines, start, last);
    tell_of_missing_variables(&mut lines);

    let runtime: String = RUNTIME.lines().filter(|line| !line.starts_with("//")).collect::<Vec<_>>().join(" ");
    let code = format!("{}\nmod {MODULE} {{ {runtime} }}\n", lines.join("\n"));
    Some(Rewritten { code, traffic, last_line: last + 1 })
}

/// Where the person's code begins to run.
fn is_start(line: &str) -> bool {
    line == "match std::panic::catch_unwind(" || line == "if std::panic::catch_unwind(||{"
}

fn find(lines: &[String], from: usize, to: usize, wanted: &str) -> Option<usize> {
    (from..to).rev().find(|&at| lines[at] == wanted)
}

/// Which variables the code takes and gives back.
fn traffic(code: &str) -> Traffic {
    let mut traffic = Traffic::default();
    let mut runs = true;
    for line in code.lines() {
        if let Some((name, variable)) = taken(line) {
            traffic.taken.insert(name, variable);
        } else if line == "    println!(\"EVCXR_PANIC_NOTIFICATION\");" {
            runs = false;
        } else if let Some((name, kind)) = given(line) {
            if runs {
                traffic.defined.insert(name, Variable { kind, is_mutable: false });
            } else {
                traffic.kept.push(name);
            }
        }
    }
    traffic
}

/// `let mut v = evcxr_variable_store.take_variable::<Vec<f64>>(stringify!(v));`
pub(crate) fn taken(line: &str) -> Option<(String, Variable)> {
    let (pattern, rest) = line.strip_prefix("let ")?.split_once(" = evcxr_variable_store.take_variable::<")?;
    let (kind, _) = rest.rsplit_once(">(stringify!(")?;
    let name = pattern.strip_prefix("mut ").unwrap_or(pattern);
    Some((name.to_owned(), Variable { kind: kind.to_owned(), is_mutable: name != pattern }))
}

/// `evcxr_variable_store.put_variable::<Vec<f64>>(stringify!(v), v);`
pub(crate) fn given(line: &str) -> Option<(String, String)> {
    let (kind, rest) = line.strip_prefix("evcxr_variable_store.put_variable::<")?.rsplit_once(">(stringify!(")?;
    let (name, _) = rest.split_once(')')?;
    Some((name.to_owned(), kind.to_owned()))
}

/// The variable of `vars_ok &= evcxr_variable_store.check_variable::<Vec<f64>>(stringify!(v));`
pub(crate) fn checked(line: &str) -> Option<String> {
    let rest = line.strip_prefix("vars_ok &= evcxr_variable_store.check_variable::<")?;
    Some(rest.rsplit_once(">(stringify!(")?.1.split_once(')')?.0.to_owned())
}

/// An error that a `?` returns is told with its place, in place of being printed.
fn report_errors(lines: &mut [String]) {
    const FROM: &str = "                fn from(error: T) -> Self {";
    const PRINT: &str = "                    eprintln!(\"";
    let Some(from) = lines.iter().position(|line| line == FROM) else { return };
    let Some(format) = lines.get(from + 1).and_then(|line| line.strip_prefix(PRINT)?.strip_suffix("\", error);"))
    else {
        return;
    };
    lines[from + 1] = format!("{MODULE}::error(&format!(\"{format}\", error), std::panic::Location::caller());");
    lines[from].insert_str(0, "#[track_caller]");
}

/// What a cell shows begins with a line of evcxr's, which has to begin a line.
fn begin_lines_for_content(lines: &mut [String], start: usize, last: usize) {
    const PLAIN: &str = "output.write_all(b\"EVCXR_BEGIN_CONTENT text/plain\\n\")?;";
    for line in &mut lines[start..last] {
        if line.trim() == PLAIN {
            *line = line.replace("b\"", "b\"\\x1e\\n");
        }
    }
    let Some(shown) = find(lines, start, last, ").evcxr_display();") else { return };
    let open = (start..shown).rev().find(|&at| lines[at] == "(" && is_balanced(&lines[at + 1..shown].join("\n")));
    if let Some(open) = open {
        lines[open].insert_str(0, &format!("{MODULE}::line(); "));
    }
}

/// Whether every bracket in `code` has its partner there.
pub(crate) fn is_balanced(code: &str) -> bool {
    crate::lexer::open_brackets(code).is_some_and(|open| open == 0)
}

/// A variable that is not in the store ends evcxr's process; this way evcxr forgets it.
fn tell_of_missing_variables(lines: &mut [String]) {
    const GET: &str = "        if let Some(v) = self.variables.get(name)";
    const AND: &str = "            && v.downcast_ref::<T>().is_none()";
    const TOLD: &str = "            eprintln!(\"The type of the variable {name} was redefined, so was lost.\",);";
    let Some(get) = lines.iter().position(|line| line == GET) else { return };
    let (Some(and), Some(told)) = (lines.get(get + 1), lines.get(get + 3)) else { return };
    if and != AND || told != TOLD {
        return;
    }
    lines[get] = "        if self.variables.get(name).is_none_or(|v| v.downcast_ref::<T>().is_none())".to_owned();
    lines[get + 1].clear();
    lines[get + 3].insert_str(0, "if self.variables.contains_key(name) ");
    let told = &mut lines[get + 3];
    *told = told.replacen("eprintln!", "{ eprintln!", 1).replacen(",);", ",); }", 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What evcxr 0.22 wrote for a cell whose variables are known: a variable moved, one kept, one defined anew.
    const CELL: &str = include_str!("../tests/evcxr/cell.rs");
    /// For a cell that ends in an expression with `evcxr_display`, after a `?`.
    const SHOWN: &str = include_str!("../tests/evcxr/shown.rs");

    fn lines(code: &str) -> Vec<&str> {
        code.lines().collect()
    }

    #[test]
    fn the_person_s_lines_stay_where_they_are() {
        for code in [CELL, SHOWN] {
            let rewritten = rewrite(code, false, &[]).unwrap();
            let (before, after) = (lines(code), lines(&rewritten.code));
            assert_eq!(after.len(), before.len() + 1);
            let start = before.iter().rposition(|line| is_start(line)).unwrap();
            let users = before[start..].iter().filter(|line| line.contains("// the person's")).count();
            assert!(users > 1);
            for (before, after) in before.iter().zip(&after) {
                if before.contains("// the person's") {
                    assert_eq!(before, after);
                }
            }
        }
    }

    #[test]
    fn variables_are_known_by_what_happens_to_them() {
        let traffic = rewrite(CELL, false, &[]).unwrap().traffic;
        assert_eq!(traffic.moved().collect::<Vec<_>>(), ["v"]);
        assert_eq!(traffic.kept, ["name"]);
        assert_eq!(traffic.shadowed().map(|(name, _)| name).collect::<Vec<_>>(), ["w"]);
        let kind = |name: &str| traffic.taken[name].clone();
        assert_eq!(kind("v"), Variable { kind: "Vec<f64>".to_owned(), is_mutable: true });
        assert_eq!(kind("name"), Variable { kind: "String".to_owned(), is_mutable: false });
    }

    #[test]
    fn a_shadowed_variable_is_given_back_only_after_a_failure() {
        let rewritten = rewrite(CELL, false, &["w".to_owned()]).unwrap();
        let last = lines(&rewritten.code)[rewritten.last_line - 1];
        assert!(last.starts_with("if nn_kernel_cell::failed() { evcxr_variable_store.put_variable::<"), "{last}");
        assert!(last.ends_with("nn_kernel_cell::end(); evcxr_variable_store"), "{last}");
    }

    #[test]
    fn content_begins_a_line_and_errors_tell_their_place() {
        let code = rewrite(SHOWN, true, &[]).unwrap().code;
        assert!(code.contains("\nnn_kernel_cell::line(); (\n"), "{code}");
        assert!(code.contains("#[track_caller]                fn from(error: T) -> Self {\nnn_kernel_cell::error("));
        assert!(code.contains("nn_kernel_cell::begin(true); match std::panic::catch_unwind("));
    }

    #[test]
    fn what_evcxr_does_not_write_is_left_alone() {
        for code in ["", "fn main() {}", "evcxr_variable_store\n}", &CELL.replace("catch_unwind", "catch_winds")] {
            assert!(rewrite(code, false, &[]).is_none());
        }
        let once = rewrite(CELL, false, &[]).unwrap().code;
        assert!(rewrite(&once, false, &[]).is_none(), "rewritten twice");
    }

    #[test]
    fn the_runtime_is_one_line_without_comments() {
        assert!(RUNTIME.lines().skip(1).all(|line| !line.contains("//")));
    }
}
