//! Tab and Shift+Tab: evcxr's questions to rust-analyzer, asked better, and its answers, as a person would type them.

use crate::lexer;
use crate::visible::Visible;
use ra_ap_rustc_lexer::TokenKind;
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

/// How many lists are remembered.
const REMEMBERED: usize = 30;

/// What is known without asking evcxr.
#[derive(Default)]
pub struct Assist {
    /// The manifest of the cells' crate, and what its path dependencies make public.
    visible: (String, Visible),
    /// Lists that evcxr gave, by what stood before the name that was completed.
    lists: VecDeque<(String, Value)>,
}

impl Assist {
    /// Makes of evcxr's answer to Tab one that a person would type, and remembers it.
    pub fn better(&mut self, folder: Option<&Path>, code: &str, cursor: usize, reply: &mut Value) {
        if let Some(folder) = folder {
            self.look_at(folder);
        }
        better_matches(reply, &self.visible.1);
        let (before, name) = name_before(code, cursor);
        // A list for a whole word lacks the names that begin otherwise.
        if name.is_empty() && reply["matches"].as_array().is_some_and(|matches| !matches.is_empty()) {
            self.lists.retain(|(known, _)| *known != before);
            self.lists.push_front((before, reply["matches"].clone()));
            self.lists.truncate(REMEMBERED);
        }
    }

    /// The answer to Tab while a cell runs: from the last list of the same place, or the variables that there are.
    pub fn remembered<'a>(&self, code: &str, cursor: usize, variables: impl Iterator<Item = &'a str>) -> Value {
        let (before, name) = name_before(code, cursor);
        let is_path = before.ends_with(['.', ':']);
        let known: Vec<String> = match self.lists.iter().find(|(known, _)| *known == before) {
            Some((_, list)) => {
                list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            None if is_path => Vec::new(),
            None => variables.map(str::to_owned).collect(),
        };
        let matches: Vec<String> = known.into_iter().filter(|text| text.starts_with(&name)).collect();
        let start = cursor - name.chars().count();
        json!({ "status": "ok", "matches": matches, "cursor_start": start, "cursor_end": cursor, "metadata": {} })
    }

    /// Reads the path dependencies of the cells' crate, if they are others than before.
    fn look_at(&mut self, folder: &Path) {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        if manifest == self.visible.0 {
            return;
        }
        let mut visible = Visible::default();
        for line in manifest.lines() {
            if let Some((path, _)) = line.split_once("path = \"").and_then(|(_, rest)| rest.split_once('"')) {
                visible.read(&folder.join(path));
            }
        }
        self.visible = (manifest, visible);
    }
}

/// What stands on the cursor's line before the name that ends at the cursor, and that name.
fn name_before(code: &str, cursor: usize) -> (String, String) {
    let before: String = code.chars().take(cursor).collect();
    let line = before.rsplit('\n').next().unwrap_or("");
    let start = line
        .rfind(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .map_or(0, |at| at + line[at..].chars().next().map_or(1, char::len_utf8));
    let (before, name) = line.split_at(start);
    // Of `let n = network.` only `network.` matters.
    let expression = before
        .rfind(|letter: char| letter.is_whitespace() || "(,=&!".contains(letter))
        .map_or(before, |at| &before[at + before[at..].chars().next().map_or(1, char::len_utf8)..]);
    (expression.to_owned(), name.to_owned())
}

/// The code and the cursor by which evcxr finds what the person looks at.
///
/// evcxr asks about the code up to the cursor. So that is the end of the name that the cursor is in; or, between the
/// parentheses of a call, of the name that is called, with its parenthesis, without which no method is found.
pub fn to_inspect(code: &str, cursor: usize) -> (String, usize) {
    let cursor = code.char_indices().nth(cursor).map_or(code.len(), |(at, _)| at);
    let tokens: Vec<_> = lexer::tokens(code).into_iter().filter(|token| !lexer::is_blank(token.kind)).collect();
    let name = (0..tokens.len()).find(|&at| is_name_around(&tokens[at], cursor)).or_else(|| {
        // The innermost call around the cursor.
        let mut open = Vec::new();
        for (at, token) in tokens.iter().enumerate().take_while(|(_, token)| token.start < cursor) {
            match token.kind {
                TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => open.push(at),
                TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                    open.pop();
                }
                _ => {}
            }
        }
        let call = open
            .into_iter()
            .rev()
            .find(|&at| at > 0 && tokens[at].kind == TokenKind::OpenParen && called(&tokens, at).is_some());
        call.and_then(|at| called(&tokens, at))
    });
    let Some(name) = name else { return (code[..cursor].to_owned(), code[..cursor].chars().count()) };
    let end = tokens[name].start + tokens[name].text.len();
    let is_macro = tokens.get(name + 1).is_some_and(|token| token.kind == TokenKind::Bang);
    let is_call = !is_macro && calls(&tokens, name);
    let known = format!("{}{}", &code[..end], if is_call { "(" } else { "" });
    let cursor = known.chars().count();
    (known, cursor)
}

/// The question to ask if nothing is known of the name that the cursor is in: the call around it.
pub fn to_inspect_instead(code: &str, cursor: usize) -> Option<(String, usize)> {
    let before = code.chars().take(cursor).collect::<String>();
    let call = lexer::tokens(&before).into_iter().rfind(|token| token.kind == TokenKind::OpenParen)?;
    let cursor = before[..=call.start].chars().count();
    // A blank after the parenthesis belongs to no name.
    let code = format!("{} ", &before[..=call.start]);
    Some(to_inspect(&code, cursor + 1))
}

fn is_name_around(token: &lexer::Token<'_>, cursor: usize) -> bool {
    let is_name = matches!(token.kind, TokenKind::Ident | TokenKind::RawIdent);
    is_name && (token.start..=token.start + token.text.len()).contains(&cursor)
}

/// The name before the parenthesis at `at`: `f(`, `f::<T>(`, `f!(`.
fn called(tokens: &[lexer::Token<'_>], at: usize) -> Option<usize> {
    let before = at.checked_sub(1)?;
    match tokens[before].kind {
        TokenKind::Ident | TokenKind::RawIdent => Some(before),
        TokenKind::Bang => before.checked_sub(1).filter(|&name| tokens[name].kind == TokenKind::Ident),
        TokenKind::Gt => {
            let mut depth = 0_usize;
            for name in (0..=before).rev() {
                match tokens[name].kind {
                    TokenKind::Gt => depth += 1,
                    TokenKind::Lt => depth = depth.checked_sub(1)?,
                    _ => {}
                }
                if depth == 0 {
                    // `::` lies between.
                    return name.checked_sub(3).filter(|&name| tokens[name].kind == TokenKind::Ident);
                }
            }
            None
        }
        _ => None,
    }
}

/// Whether the name at `at` is called.
fn calls(tokens: &[lexer::Token<'_>], at: usize) -> bool {
    (at + 1..tokens.len())
        .find(|&paren| tokens[paren].kind == TokenKind::OpenParen)
        .is_some_and(|paren| called(tokens, paren) == Some(at))
}

/// `classify(` for `classify(input)`; each name once; nothing private; the notebook's own crates first, what every type has
/// last.
fn better_matches(reply: &mut Value, visible: &Visible) {
    let Some(matches) = reply["matches"].as_array().cloned() else { return };
    let kinds = reply["metadata"]["_jupyter_types_experimental"].as_array().cloned().unwrap_or_default();
    let texts: Vec<String> = matches.iter().map(|text| typed(text.as_str().unwrap_or(""))).collect();
    let offered: BTreeSet<&str> = texts.iter().map(|text| name(text)).collect();
    let hidden = visible.hidden(&offered);
    let mut better: Vec<(usize, &str, Value)> = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let kind = kinds.get(at).cloned().unwrap_or_else(|| json!({}));
        // A method may be public whose field of the same name is not.
        let is_hidden_field =
            kind["type"] == "instance" && texts.iter().any(|other| *other != *text && name(other) == text);
        if text.is_empty()
            || hidden.contains(name(text))
            || is_hidden_field
            || better.iter().any(|(_, known, _)| known == text)
        {
            continue;
        }
        let is_constant = kind["type"] == "instance";
        better.push((if is_constant { 0 } else { rank(name(text), visible) }, text, kind));
    }
    better.sort_by_key(|(rank, _, _)| *rank);
    let mut kinds = Vec::new();
    for (_, text, kind) in better.iter().filter(|(_, _, kind)| kind["start"].is_u64()) {
        let mut kind = kind.clone();
        kind["text"] = (*text).into();
        kinds.push(kind);
    }
    reply["matches"] = better.iter().map(|(_, text, _)| *text).collect::<Vec<_>>().into();
    if !kinds.is_empty() && kinds.len() == better.len() {
        reply["metadata"]["_jupyter_types_experimental"] = kinds.into();
    }
}

fn name(text: &str) -> &str {
    text.split(['(', '!', ' ']).next().unwrap_or(text)
}

/// Without the arguments that rust-analyzer fills in: `len()` keeps its parentheses, `push(value)` only the first.
fn typed(text: &str) -> String {
    match text.split_once('(') {
        Some((name, rest)) if rest.starts_with(')') => format!("{name}()"),
        Some((name, _)) if !name.contains(['"', ' ']) => format!("{name}("),
        _ => text.to_owned(),
    }
}

/// Every type has those of the last rank; nobody looks for them first.
fn rank(name: &str, visible: &Visible) -> usize {
    const EVERYBODYS: [&str; 18] = [
        "borrow",
        "borrow_mut",
        "into",
        "try_into",
        "type_id",
        "to_owned",
        "clone_into",
        "clone_from",
        "from",
        "try_from",
        "fmt",
        "vzip",
        "evcxr_display",
        "eq",
        "ne",
        "into_either",
        "into_either_with",
        "to_string",
    ];
    if visible.is_public(name) {
        0
    } else if EVERYBODYS.contains(&name) {
        2
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inspected(code: &str) -> String {
        let cursor = code.chars().position(|letter| letter == '¦').unwrap();
        let (code, at) = to_inspect(&code.replace('¦', ""), cursor);
        assert_eq!(at, code.chars().count());
        code
    }

    #[test]
    fn the_name_around_the_cursor_is_meant_wherever_in_it_the_cursor_is() {
        for code in
            ["let n = Network::n¦ew(&[1], 7)?;", "let n = Network::¦new(&[1], 7)?;", "let n = Network::new¦(&[1], 7)?;"]
        {
            assert_eq!(inspected(code), "let n = Network::new(");
        }
        assert_eq!(inspected("let é = hist¦ory;"), "let é = history");
        assert_eq!(inspected("let n = Netw¦ork::new(1)"), "let n = Network");
    }

    #[test]
    fn between_parentheses_the_call_is_meant() {
        assert_eq!(inspected("let n = Network::new(&[784, ¦10], 7)?;"), "let n = Network::new(");
        assert_eq!(inspected("x.push(¦)"), "x.push(");
        assert_eq!(inspected("x.collect::<Vec<_>>(¦)"), "x.collect(");
        assert_eq!(inspected("println!(\"{}\", ¦)"), "println");
        assert_eq!(inspected("f(a)[¦0]"), "f(a)[");
    }

    #[test]
    fn matches_are_as_one_types_them_and_each_is_there_once() {
        let mut reply = json!({
            "matches": ["borrow()", "classify(input)", "len()", "len()", "sizes", "println!(\"$0\")"],
            "metadata": { "_jupyter_types_experimental": [
                { "text": "borrow", "start": 0 }, { "text": "classify", "start": 0 }, { "text": "len", "start": 0 },
                { "text": "len", "start": 0 }, { "text": "sizes", "start": 0 }, { "text": "println", "start": 0 },
            ] },
        });
        better_matches(&mut reply, &Visible::default());
        assert_eq!(reply["matches"], json!(["classify(", "len()", "sizes", "println!(", "borrow()"]));
        assert_eq!(reply["metadata"]["_jupyter_types_experimental"][0]["text"], "classify(");
    }

    #[test]
    fn while_a_cell_runs_the_last_list_of_the_same_place_answers() {
        let mut assist = Assist::default();
        let mut reply = json!({ "matches": ["forward(", "fit(", "sizes()"], "metadata": {} });
        assist.better(None, "let a = network.", 16, &mut reply);
        let answer = |code: &str| assist.remembered(code, code.chars().count(), ["network", "history"].into_iter());
        assert_eq!(answer("f(network.f")["matches"], json!(["forward(", "fit("]));
        assert_eq!(answer("f(network.f")["cursor_start"], 10);
        assert_eq!(answer("his")["matches"], json!(["history"]));
        assert_eq!(answer("other.f")["matches"], json!([]));
    }
}
