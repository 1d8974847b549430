//! Rust's tokens, as rustc's own lexer cuts them: what a cell can be asked without a compiler.

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

/// A token and where it begins, in bytes.
pub struct Token<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// Its letters.
    pub text: &'a str,
    /// Its place in the code.
    pub start: usize,
}

/// The tokens of `code`, blanks and comments among them.
pub fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    for token in tokenize(code, FrontmatterAllowed::No) {
        let end = start + token.len as usize;
        tokens.push(Token { kind: token.kind, text: &code[start..end], start });
        start = end;
    }
    tokens
}

/// How many brackets are open at the end of `code`; `None` if one closes that was not opened.
pub fn open_brackets(code: &str) -> Option<usize> {
    let mut open = Vec::new();
    for token in tokens(code) {
        match token.kind {
            TokenKind::OpenParen | TokenKind::OpenBrace | TokenKind::OpenBracket => open.push(token.kind),
            TokenKind::CloseParen => (open.pop()? == TokenKind::OpenParen).then_some(())?,
            TokenKind::CloseBrace => (open.pop()? == TokenKind::OpenBrace).then_some(())?,
            TokenKind::CloseBracket => (open.pop()? == TokenKind::OpenBracket).then_some(())?,
            _ => {}
        }
    }
    Some(open.len())
}

/// Whether a console should send `code`, or ask for another line.
#[derive(Debug, PartialEq)]
pub enum Completeness {
    /// It can be run.
    Complete,
    /// Something is open: so many brackets.
    Incomplete(usize),
    /// No further line makes it right.
    Invalid,
}

/// Judges `code` as a console does when a person presses Enter.
pub fn completeness(code: &str) -> Completeness {
    let tokens = tokens(code);
    for token in &tokens {
        let is_open = match token.kind {
            TokenKind::BlockComment { terminated, .. } => !terminated,
            TokenKind::Literal { kind, .. } => match kind {
                LiteralKind::Str { terminated }
                | LiteralKind::ByteStr { terminated }
                | LiteralKind::CStr { terminated } => !terminated,
                LiteralKind::RawStr { n_hashes }
                | LiteralKind::RawByteStr { n_hashes }
                | LiteralKind::RawCStr { n_hashes } => n_hashes.is_none(),
                _ => false,
            },
            _ => false,
        };
        if is_open {
            return Completeness::Incomplete(0);
        }
    }
    match open_brackets(code) {
        None => return Completeness::Invalid,
        Some(0) => {}
        Some(open) => return Completeness::Incomplete(open),
    }
    let last = tokens.iter().rev().find(|token| !is_blank(token.kind));
    // A line that ends so goes on: `let x =`, `a +`, `network.`, `#[derive(Debug)]`.
    let goes_on = last.is_some_and(|token| match token.kind {
        TokenKind::Eq
        | TokenKind::Plus
        | TokenKind::Minus
        | TokenKind::Star
        | TokenKind::Slash
        | TokenKind::Percent => true,
        TokenKind::Dot | TokenKind::Comma | TokenKind::And | TokenKind::Or | TokenKind::Colon | TokenKind::Caret => {
            true
        }
        TokenKind::CloseBracket => is_attribute(code),
        _ => false,
    });
    if goes_on { Completeness::Incomplete(0) } else { Completeness::Complete }
}

fn is_attribute(code: &str) -> bool {
    code.trim_end().rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with("#["))
}

/// Whether a token is a blank or a comment.
pub fn is_blank(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Completeness::{Complete, Incomplete, Invalid};

    #[test]
    fn an_open_bracket_string_or_comment_wants_another_line() {
        for (code, expected) in [
            ("fn f() {", Incomplete(1)),
            ("fn f() {\n    g(", Incomplete(2)),
            ("fn f() { 1 }", Complete),
            ("let s = \"open", Incomplete(0)),
            ("let s = r#\"open\"", Incomplete(0)),
            ("/* open", Incomplete(0)),
            ("let x =", Incomplete(0)),
            ("history.", Incomplete(0)),
            ("#[derive(Debug)]", Incomplete(0)),
            ("v[1]", Complete),
            ("let c = '{'; let l: &'static str = \"}\";", Complete),
            ("// { only a remark", Complete),
            ("1 + 1", Complete),
            ("", Complete),
            ("f)", Invalid),
            ("(]", Invalid),
        ] {
            assert_eq!(completeness(code), expected, "{code:?}");
        }
    }

    #[test]
    fn brackets_in_strings_characters_and_comments_do_not_count() {
        assert_eq!(open_brackets("f(\"(\", '(', r\"(\") // ("), Some(0));
        assert_eq!(open_brackets("f(["), Some(2));
        assert_eq!(open_brackets("f(]"), None);
    }
}
