//! Tab and Shift+Tab: evcxr's questions to rust-analyzer, asked better, and its answers, as a person would type them.

use crate::lexer;
use ra_ap_rustc_lexer::TokenKind;
use serde_json::{Value, json};

/// The code and the cursor by which evcxr finds what the person looks at.
///
/// evcxr asks about the code up to the cursor. So that is the end of the name that the cursor is in; or, between the
/// parentheses of a call, of the name that is called, with its parenthesis, without which no method is found.
pub fn to_inspect(code: &str, cursor: usize) -> (String, usize) {
    let cursor = code.char_indices().nth(cursor).map_or(code.len(), |(at, _)| at);
    let tokens: Vec<_> = lexer::tokens(code).into_iter().filter(|token| !lexer::is_blank(token.kind)).collect();
    let is_name = |at: usize| matches!(tokens[at].kind, TokenKind::Ident | TokenKind::RawIdent);
    let holds = |at: usize| (tokens[at].start..=tokens[at].start + tokens[at].text.len()).contains(&cursor);
    let name = (0..tokens.len()).find(|&at| is_name(at) && holds(at)).or_else(|| {
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
        let call = open.into_iter().rev().find(|&at| at > 0 && tokens[at].kind == TokenKind::OpenParen && called(&tokens, at).is_some());
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
    (at + 1..tokens.len()).find(|&paren| tokens[paren].kind == TokenKind::OpenParen).is_some_and(|paren| called(tokens, paren) == Some(at))
}

/// Makes evcxr's answer to Tab one that a person would type: `classify(` for `classify(input)`; each name once; what
/// belongs to every type, by traits without a field of their own, last.
pub fn better_matches(reply: &mut Value) {
    let Some(matches) = reply["matches"].as_array().cloned() else { return };
    let kinds = reply["metadata"]["_jupyter_types_experimental"].as_array().cloned().unwrap_or_default();
    let mut better: Vec<(usize, String, Value)> = Vec::new();
    for (at, text) in matches.iter().enumerate() {
        let text = typed(text.as_str().unwrap_or(""));
        if text.is_empty() || better.iter().any(|(_, known, _)| *known == text) {
            continue;
        }
        let mut kind = kinds.get(at).cloned().unwrap_or_else(|| json!({}));
        if kind["start"].is_u64() {
            kind["text"] = text.clone().into();
        }
        better.push((rank(&text), text, kind));
    }
    better.sort_by_key(|(rank, _, _)| *rank);
    let kinds: Vec<Value> = better.iter().map(|(_, _, kind)| kind.clone()).filter(|kind| kind["start"].is_u64()).collect();
    reply["matches"] = better.iter().map(|(_, text, _)| text.as_str()).collect::<Vec<_>>().into();
    if !kinds.is_empty() && kinds.len() == better.len() {
        reply["metadata"]["_jupyter_types_experimental"] = kinds.into();
    }
}

/// Without the arguments that rust-analyzer fills in: `len()` keeps its parentheses, `push(value)` only the first.
fn typed(text: &str) -> String {
    match text.split_once('(') {
        Some((name, rest)) if rest.starts_with(')') => format!("{name}()"),
        Some((name, _)) if !name.contains(['"', ' ']) => format!("{name}("),
        _ => text.to_owned(),
    }
}

/// Every type has these; nobody looks for them first.
fn rank(text: &str) -> usize {
    const EVERYBODYS: [&str; 16] = [
        "borrow", "borrow_mut", "into", "try_into", "type_id", "to_owned", "clone_into", "clone_from", "from", "try_from",
        "fmt", "vzip", "evcxr_display", "eq", "ne", "into_either",
    ];
    let name = text.split('(').next().unwrap_or(text);
    usize::from(EVERYBODYS.contains(&name) || name.starts_with("into_either"))
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
        for code in ["let n = Network::n¦ew(&[1], 7)?;", "let n = Network::¦new(&[1], 7)?;", "let n = Network::new¦(&[1], 7)?;"] {
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
        better_matches(&mut reply);
        assert_eq!(reply["matches"], json!(["classify(", "len()", "sizes", "println!(", "borrow()"]));
        assert_eq!(reply["metadata"]["_jupyter_types_experimental"][0]["text"], "classify(");
    }
}
