//! A cell's file in an order of its own, without what the cell has nothing to do with.
//!
//! evcxr writes all items and all variables of a session into each cell, from tables that have another order in each life.
//! Here items and variables are sorted, and variables that the cell does not name are left out: they stay in evcxr's
//! store. So the same cell is the same file, whatever ran before it, and there is less to compile.
//!
//! evcxr finds a person's mistakes by the numbers of lines, so those in the compiler's messages are translated back.

use crate::common::Common;
use crate::lexer;
use crate::parts::{self, Parts};
use crate::source;
use crate::symbol;
use ra_ap_rustc_lexer::TokenKind;
use serde_json::Value;
use std::collections::BTreeSet;

/// A cell's file as it is compiled.
#[derive(Debug, PartialEq)]
pub struct Canonical {
    /// The whole file.
    pub code: String,
    /// The name by which evcxr will look for its function.
    pub function: String,
    /// For each line, its number in evcxr's file; from 1.
    lines: Vec<usize>,
}

/// The canonical form of `code`, a file as evcxr wrote it or as [`source::rewrite`] changed it; `None` if it is none that
/// we know.
///
/// With `has_common`, it uses the crate of what all cells have in common.
pub fn of(code: &str, has_common: bool) -> Option<Canonical> {
    let lines: Vec<&str> = code.lines().collect();
    let parts = parts::parts(&lines)?;
    let function = format!("{}{}", symbol::NAME, parts.number);
    let unnamed = unnamed(&lines, &parts);
    // A macro means what was defined last before it.
    let sorted = if code.contains("macro_rules") { None } else { items(&lines, &parts) };
    let mut order: Vec<usize> = sorted.unwrap_or_else(|| (0..parts.signature).collect());
    order.extend(parts.signature..lines.len());
    order.retain(|&at| !unnamed.contains(&at));
    sort_runs(&lines, &parts, &mut order);

    let common = has_common.then(|| Common::of(&lines, &parts)).flatten();
    if let Some(common) = &common {
        order.retain(|&at| !common.has(at));
    }

    let mut written = Vec::with_capacity(order.len());
    for &at in &order {
        written.push(if at + 1 == parts.signature {
            lines[at].replace("no_mangle", &format!("export_name = \"{}\"", symbol::PLACE))
        } else if at == parts.signature {
            lines[at].replace(&function, "run_user_code")
        } else {
            common.as_ref().and_then(|common| common.instead_of(at)).unwrap_or_else(|| lines[at].to_owned())
        });
    }
    let lines = order.into_iter().map(|at| at + 1).collect();
    Some(Canonical { code: written.join("\n") + "\n", function, lines })
}

impl Canonical {
    /// The compiler's messages, one JSON a line, with evcxr's numbers of lines.
    pub fn translate(&self, messages: &[u8]) -> Vec<u8> {
        let mut translated = Vec::with_capacity(messages.len());
        for line in messages.split_inclusive(|&byte| byte == b'\n') {
            match serde_json::from_slice::<Value>(line) {
                Ok(mut message) if message.is_object() => {
                    self.translate_spans(&mut message);
                    translated.extend(message.to_string().bytes());
                    translated.push(b'\n');
                }
                _ => translated.extend(line),
            }
        }
        translated
    }

    fn translate_spans(&self, value: &mut Value) {
        match value {
            Value::Array(values) => values.iter_mut().for_each(|value| self.translate_spans(value)),
            Value::Object(fields) => {
                if fields.get("file_name").and_then(Value::as_str).is_some_and(parts::is_cell) {
                    for name in ["line_start", "line_end"] {
                        let line = fields.get(name).and_then(Value::as_u64).and_then(|line| usize::try_from(line).ok());
                        if let Some(line) = line.and_then(|line| self.lines.get(line.checked_sub(1)?)) {
                            fields.insert(name.to_owned(), (*line).into());
                        }
                    }
                }
                fields.values_mut().for_each(|value| self.translate_spans(value));
            }
            _ => {}
        }
    }
}

/// The lines about variables that the cell's own code does not name: they are checked, taken and given back as they were.
fn unnamed(lines: &[&str], parts: &Parts) -> BTreeSet<usize> {
    let Some((begin, end)) = parts.own else { return BTreeSet::new() };
    let own = lines[begin..end].iter().filter(|line| source::given(line).is_none());
    let words: BTreeSet<&str> = own.flat_map(|line| line.split(|letter: char| !is_of_a_word(letter))).collect();
    let mut given_back = BTreeSet::new();
    for line in &lines[end..] {
        given_back.extend(source::given(line).map(|(name, _)| name));
    }
    let is_unnamed = |name: &str| name.is_ascii() && !words.contains(name) && given_back.contains(name);
    let mut unnamed = BTreeSet::new();
    for (at, line) in lines.iter().enumerate().skip(parts.signature) {
        if (begin..end).contains(&at) {
            continue;
        }
        let taken = source::taken(line).map(|(name, _)| name);
        let name = taken.or_else(|| source::given(line).map(|(name, _)| name)).or_else(|| source::checked(line));
        if name.is_some_and(|name| is_unnamed(&name)) {
            unnamed.insert(at);
        }
    }
    unnamed
}

fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The lines before the signature with their blocks, an item or more each, sorted; `None` if they cannot be told apart.
fn items(lines: &[&str], parts: &Parts) -> Option<Vec<usize>> {
    let (begin, end) = parts.items;
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    let mut block = Vec::new();
    for at in begin..end {
        if lines[at].starts_with("#![") || lines[at].contains("macro_use") {
            return None;
        }
        block.push(at);
        if block.len() == 1 && is_remark(lines[at]) {
            blocks.push(std::mem::take(&mut block));
        } else if lines[at].contains(['}', ';']) {
            let code: Vec<&str> = block.iter().map(|&at| lines[at]).collect();
            if ends_an_item(&code.join("\n"))? {
                blocks.push(std::mem::take(&mut block));
            }
        }
    }
    // Something that goes on where we do not look.
    if !block.is_empty() {
        return None;
    }
    blocks.sort_by_key(|block| block.iter().map(|&at| lines[at]).collect::<Vec<_>>());
    Some((0..begin).chain(blocks.into_iter().flatten()).chain(end..parts.signature).collect())
}

/// Whether a line has nothing but a remark that ends there; documentation is part of an item.
fn is_remark(line: &str) -> bool {
    let line = line.trim_start();
    let is_documentation = ["///", "//!", "/**", "/*!"].iter().any(|start| line.starts_with(start));
    !is_documentation
        && lexer::tokens(line).iter().all(|token| match token.kind {
            TokenKind::BlockComment { terminated, .. } => terminated,
            kind => lexer::is_blank(kind),
        })
}

/// Whether an item ends where `code` does; `None` if its brackets do not match.
fn ends_an_item(code: &str) -> Option<bool> {
    if lexer::open_brackets(code)? > 0 {
        return Some(false);
    }
    let tokens = lexer::tokens(code);
    let tokens: Vec<_> = tokens.iter().filter(|token| !lexer::is_blank(token.kind)).collect();
    Some(match tokens.last().map(|token| token.kind) {
        Some(TokenKind::Semi) => true,
        Some(TokenKind::CloseBrace) => {
            const KINDS: [&str; 12] =
                ["const", "static", "type", "use", "fn", "impl", "struct", "enum", "trait", "mod", "union", "extern"];
            let mut words = tokens.iter().filter(|token| token.kind == TokenKind::Ident).map(|token| token.text);
            match (words.find(|word| KINDS.contains(word)), words.next()) {
                (Some("const"), Some("fn" | "unsafe" | "async" | "extern")) => true,
                // `const A: [u8; 2] = {…} + …;` ends at its semicolon.
                (Some("const" | "static" | "type" | "use"), _) => false,
                _ => true,
            }
        }
        _ => false,
    })
}

/// Sorts the lines about variables, which stand together, outside of the cell's own code and at its end.
fn sort_runs(lines: &[&str], parts: &Parts, order: &mut [usize]) {
    let kind = |at: usize| {
        let line = lines[at];
        if at <= parts.signature {
            0
        } else if source::checked(line).is_some() {
            1
        } else if source::taken(line).is_some() {
            2
        } else if source::given(line).is_some() {
            3
        } else {
            0
        }
    };
    let mut start = 0;
    while start < order.len() {
        let this = kind(order[start]);
        let mut end = start + 1;
        while end < order.len() && kind(order[end]) == this {
            end += 1;
        }
        if this > 0 {
            order[start..end].sort_by_key(|&at| lines[at]);
        }
        start = end;
    }
}

#[cfg(test)]
mod tests;
