//! Which cell did what to which variable: so that a variable that is gone can be named, with the cells to run again.

use crate::lexer;
use ra_ap_rustc_lexer::TokenKind;
use std::collections::{BTreeMap, BTreeSet};

/// A cell that ran.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// The number before it in the notebook; 0 if it was run without one.
    pub number: u64,
    /// What was run.
    pub code: String,
    /// The variables that it defined.
    pub defined: Vec<String>,
    /// Those that were there before and are not after.
    pub moved: Vec<String>,
    /// Whether it failed.
    pub failed: bool,
}

impl Cell {
    /// Whether it has a number, and so a place in the history.
    pub fn is_stored(&self) -> bool {
        self.number > 0
    }
}

/// What a cell of this number is called.
pub fn called(number: u64) -> String {
    if number > 0 { format!("cell [{number}]") } else { "the cell without a number".to_owned() }
}

/// All cells of a kernel's life.
#[derive(Default)]
pub struct Memory {
    cells: Vec<Cell>,
    /// How many of them ran in processes that have ended.
    before: usize,
    /// The variables that there are, with the cell that defined them.
    alive: BTreeMap<String, u64>,
    /// Why a variable is not there.
    gone: BTreeMap<String, Gone>,
}

#[derive(Clone, Copy)]
enum Gone {
    Moved { by: u64, from: u64, failed: bool },
    Undefined { by: u64 },
    Lost { from: u64 },
}

impl Memory {
    /// Notes a cell that ran.
    pub fn note(&mut self, cell: Cell) {
        for name in &cell.moved {
            let from = self.alive.remove(name).unwrap_or(cell.number);
            self.gone.insert(name.clone(), Gone::Moved { by: cell.number, from, failed: cell.failed });
        }
        for name in &cell.defined {
            if !cell.failed {
                self.gone.remove(name);
                self.alive.insert(name.clone(), cell.number);
            } else if !self.alive.contains_key(name) {
                self.gone.entry(name.clone()).or_insert(Gone::Undefined { by: cell.number });
            }
        }
        self.cells.push(cell);
    }

    /// The cells that ran, the last one last.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The names of the variables that there are.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.alive.keys().map(String::as_str)
    }

    /// What to say of the variables that the failed `cell` moved; empty if it moved none.
    pub fn moved_by(&self, cell: &Cell) -> Vec<String> {
        let mut said = Vec::new();
        for name in &cell.moved {
            let again = self.alive.get(name).map_or(String::new(), |from| format!(" Run {} again.", called(*from)));
            said.push(format!(
                "`{name}` was moved by this cell and is gone.{again} To keep it, write `&{name}` or `{name}.clone()`."
            ));
        }
        said
    }

    /// Why there is no variable of this name, and what to do.
    pub fn why_gone(&self, name: &str) -> Option<String> {
        Some(match *self.gone.get(name)? {
            Gone::Moved { by, from, failed } => {
                let failed = if failed { ", which failed" } else { "" };
                let (by, from) = (called(by), called(from));
                format!(
                    "`{name}` was moved in {by}{failed}. Run {from} again, and write `&{name}` or `{name}.clone()` in {by} \
                     to keep it."
                )
            }
            Gone::Undefined { by } => {
                let by = called(by);
                format!("`{name}` was to be defined in {by}, which failed. Run {by} again.")
            }
            Gone::Lost { from } => {
                format!("`{name}` was lost when the kernel's process ended. Run {} again.", called(from))
            }
        })
    }

    /// Forgets all variables, for the process that held them ended; says which, and which cells to run again, in order.
    pub fn lose_all(&mut self) -> Option<String> {
        let lost = std::mem::take(&mut self.alive);
        if lost.is_empty() {
            return None;
        }
        let names: Vec<String> = lost.keys().map(|name| format!("`{name}`")).collect();
        let again: Vec<String> =
            self.needed(&lost).iter().map(|&number| called(number).replace("cell [", "[")).collect();
        self.gone.extend(lost.into_iter().map(|(name, from)| (name, Gone::Lost { from })));
        self.before = self.cells.len();
        Some(format!("Gone: {}. Run again, in this order: {}.", names.join(", "), again.join(", ")))
    }

    /// The cells that make these variables again: those that defined or changed them, and what those needed in turn.
    fn needed(&self, lost: &BTreeMap<String, u64>) -> BTreeSet<u64> {
        let mut needed = BTreeSet::new();
        let mut wanted: BTreeSet<String> = lost.keys().cloned().collect();
        for cell in self.cells[self.before..].iter().rev().filter(|cell| !cell.failed) {
            let names = names(&cell.code);
            let defines = cell.defined.iter().any(|name| wanted.contains(name));
            let changes = wanted.iter().any(|name| {
                let is_named = |set: &BTreeSet<&str>| set.contains(name.as_str());
                is_named(&names.lent) || is_named(&names.begun) && self.is_mut(name)
            });
            if defines || changes {
                needed.insert(cell.number);
                wanted.retain(|name| !cell.defined.contains(name));
                for name in names.all.iter().filter(|name| self.was_defined(name)) {
                    // `let w = w + 1` needs the older one.
                    if names.count(name) > 1 || !cell.defined.iter().any(|defined| defined == name) {
                        wanted.insert((*name).to_owned());
                    }
                }
            }
        }
        needed
    }

    fn is_mut(&self, name: &str) -> bool {
        self.cells.iter().any(|cell| names(&cell.code).mutable.contains(name))
    }

    fn was_defined(&self, name: &str) -> bool {
        self.cells.iter().any(|cell| cell.defined.iter().any(|defined| defined == name))
    }
}

#[derive(Default)]
struct Names<'a> {
    all: BTreeSet<&'a str>,
    /// Those after `mut`, but not lent.
    mutable: BTreeSet<&'a str>,
    /// Those after `&mut`.
    lent: BTreeSet<&'a str>,
    /// Those that a statement without a value begins with, as in `v.push(1);` and `v[0] += 1;`: if they are `mut`, it is for this.
    begun: BTreeSet<&'a str>,
    /// In their order, each as often as it is there.
    sequence: Vec<&'a str>,
}

impl Names<'_> {
    fn count(&self, name: &str) -> usize {
        self.sequence.iter().filter(|known| **known == name).count()
    }
}

fn names(code: &str) -> Names<'_> {
    let tokens: Vec<_> = lexer::tokens(code).into_iter().filter(|token| !lexer::is_blank(token.kind)).collect();
    let mut names = Names::default();
    // The name that the statement began with, if it was one.
    let mut first = None;
    for (at, token) in tokens.iter().enumerate() {
        if token.kind == TokenKind::Ident {
            names.all.insert(token.text);
            names.sequence.push(token.text);
            if at > 0 && tokens[at - 1].text == "mut" {
                let is_lent = at > 1 && tokens[at - 2].text == "&";
                let set = if is_lent { &mut names.lent } else { &mut names.mutable };
                set.insert(token.text);
            }
            if at == 0 || is_end(tokens[at - 1].kind) {
                first = Some(token.text);
            }
        }
        match token.kind {
            TokenKind::Semi => names.begun.extend(first.take()),
            TokenKind::CloseBrace => first = None,
            _ => {}
        }
    }
    names
}

/// Whether a statement begins after it.
fn is_end(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Semi | TokenKind::OpenBrace | TokenKind::CloseBrace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(number: u64, code: &str, defined: &[&str], moved: &[&str], failed: bool) -> Cell {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Cell { number, code: code.to_owned(), defined: owned(defined), moved: owned(moved), failed }
    }

    #[test]
    fn a_moved_variable_is_named_with_both_cells() {
        let mut memory = Memory::default();
        memory.note(cell(8, "let x = f();", &["x"], &[], false));
        let failed = cell(9, "let d = Dataset::new(x, y)?;", &["d"], &["x"], true);
        let said = memory.moved_by(&failed).join("");
        assert_eq!(
            said,
            "`x` was moved by this cell and is gone. Run cell [8] again. To keep it, write `&x` or `x.clone()`."
        );
        memory.note(failed);
        let why = memory.why_gone("x").unwrap();
        assert!(why.starts_with("`x` was moved in cell [9], which failed. Run cell [8] again"), "{why}");
        assert!(memory.why_gone("d").unwrap().contains("cell [9], which failed"));
        assert_eq!(memory.why_gone("z"), None);
    }

    #[test]
    fn a_lost_process_names_the_cells_that_make_everything_again_in_order() {
        let mut memory = Memory::default();
        memory.note(cell(1, "use a::b;", &[], &[], false));
        memory.note(cell(2, "let data = load();", &["data"], &[], false));
        memory.note(cell(3, "let mut network = new();", &["network"], &[], false));
        memory.note(cell(4, "println!(\"{}\", data.len());", &[], &[], false));
        memory.note(cell(5, "train(&mut network, &data)", &[], &[], false));
        memory.note(cell(6, "let broken = data.get(9)?;", &["broken"], &[], true));
        let said = memory.lose_all().unwrap();
        assert_eq!(said, "Gone: `data`, `network`. Run again, in this order: [2], [3], [5].");
        assert!(memory.why_gone("network").unwrap().contains("Run cell [3] again"));
        assert_eq!(memory.lose_all(), None);
    }

    #[test]
    fn a_cell_that_changes_a_variable_in_place_is_to_be_run_again() {
        let mut memory = Memory::default();
        memory.note(cell(1, "let mut v = vec![1]; let mut w = [0.0]; let x = 2;", &["v", "w", "x"], &[], false));
        memory.note(cell(2, "for i in 0..9 {\n    v.push(i);\n}", &[], &[], false));
        memory.note(cell(3, "println!(\"{}\", v.len());\nv.len()", &[], &[], false));
        memory.note(cell(4, "let y = 1; w[0] += 1.0;", &["y"], &[], false));
        memory.note(cell(5, "x.count_ones();", &[], &[], false));
        assert!(memory.lose_all().unwrap().ends_with("in this order: [1], [2], [4]."));
    }

    #[test]
    fn a_second_end_names_no_cell_of_the_first_life_nor_an_older_namesake() {
        let mut memory = Memory::default();
        memory.note(cell(1, "let data = load();", &["data"], &[], false));
        memory.lose_all().unwrap();
        memory.note(cell(3, "let data = load();", &["data"], &[], false));
        memory.note(cell(4, "let data = load();", &["data"], &[], false));
        memory.note(cell(5, "let data = data.half();", &["data"], &["data"], false));
        assert_eq!(memory.lose_all().unwrap(), "Gone: `data`. Run again, in this order: [4], [5].");
    }
}
