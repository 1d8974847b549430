//! Where is what in a file that evcxr wrote for a cell, or that [`crate::source::rewrite`] changed.

use crate::common::THEIRS;
use crate::symbol;

/// Lines, counted from 0; a range's end is the line after it.
#[derive(Debug, PartialEq)]
pub struct Parts {
    /// The number in the name of the cell's function.
    pub number: u32,
    /// The items of all cells so far.
    pub items: (usize, usize),
    /// The first line of the cell's function, after that of its attribute.
    pub signature: usize,
    /// The cell's own code, in which variables that it defines are given to the store at the end.
    pub own: Option<(usize, usize)>,
}

/// The parts of a file; `None` if it does not look as expected.
pub fn parts(lines: &[&str]) -> Option<Parts> {
    let signature = lines.iter().rposition(|line| line.starts_with(SIGNATURE))?;
    if *lines.get(signature.checked_sub(1)?)? != "#[unsafe(no_mangle)]" || !lines[0].starts_with("#![allow(") {
        return None;
    }
    let number =
        lines[signature].strip_prefix(SIGNATURE)?.strip_prefix(symbol::NAME)?.strip_suffix('(')?.parse().ok()?;
    let generated = |text: &str| lines[..signature].iter().rposition(|line| *line == text);
    let ends = [generated("            struct EvcxrUserCodeError {}"), generated(THEIRS), Some(signature - 1)];
    let end = ends.into_iter().flatten().min()?;
    Some(Parts { number, items: (1, end), signature, own: own(lines, signature) })
}

const SIGNATURE: &str = "pub extern \"C\" fn ";

fn own(lines: &[&str], signature: usize) -> Option<(usize, usize)> {
    let caught = |line: &str| line.ends_with("match std::panic::catch_unwind(");
    let caught_alone = |line: &str| line.ends_with("if std::panic::catch_unwind(||{");
    let begin = (signature..lines.len()).find(|&at| caught(lines[at]) || caught_alone(lines[at]))?;
    let panicked = lines.iter().rposition(|line| line.ends_with("println!(\"EVCXR_PANIC_NOTIFICATION\");"))?;
    let is_end = |line: &str| line.starts_with("})) {") || line.starts_with("}).is_err() {");
    let end = (begin + 1..panicked).rev().find(|&at| is_end(lines[at]))?;
    let begin = begin + if caught(lines[begin]) { 2 } else { 1 };
    (begin <= end).then_some((begin, end))
}

/// Whether a file is what evcxr wrote for a cell.
pub fn is_cell(file: &str) -> bool {
    file == "src/lib.rs" || file == "src\\lib.rs"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_evcxr_s_files_are_found() {
        for (code, number, first_item, own) in [
            (include_str!("../tests/evcxr/cell.rs"), 2, "mod evcxr_internal_runtime {", 4),
            (include_str!("../tests/evcxr/shown.rs"), 3, "struct Foo; ", 8),
        ] {
            let lines: Vec<&str> = code.lines().collect();
            let parts = parts(&lines).unwrap();
            assert_eq!((parts.number, lines[parts.items.0]), (number, first_item));
            let (begin, end) = parts.own.unwrap();
            assert_eq!(end - begin, own, "{:?}", &lines[begin..end]);
            let rewritten = crate::source::rewrite(code, false, &[]).unwrap().code;
            let lines: Vec<&str> = rewritten.lines().collect();
            assert_eq!(super::parts(&lines).unwrap(), parts);
        }
        assert!(parts(&[]).is_none() && parts(&["fn main() {}"]).is_none());
    }
}
