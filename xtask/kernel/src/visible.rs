//! Which names of the notebook's own path dependencies are public.
//!
//! rust-analyzer takes everything for a person's own code when evcxr asks it, and lists private methods and fields too. So
//! the sources of path dependencies are read, type by type: what each makes public, and what it does not.

use crate::lexer::{self, Token};
use ra_ap_rustc_lexer::TokenKind;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The methods and fields of types.
#[derive(Debug, Default)]
pub struct Visible {
    types: BTreeMap<String, Names>,
}

#[derive(Debug, Default)]
struct Names {
    public: BTreeSet<String>,
    private: BTreeSet<String>,
    /// Those of `public` that are called on a value.
    methods: BTreeSet<String>,
    /// Those of `methods` that every `Network<F>` has, and not `Network<f64>` alone.
    general: BTreeSet<String>,
}

impl Visible {
    /// Reads all of a package's `src`.
    pub fn read(&mut self, package: &Path) {
        let mut folders = vec![package.join("src")];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    // What cannot be read is not hidden.
                    self.read_code(&fs::read_to_string(path).unwrap_or_default());
                }
            }
        }
    }

    fn read_code(&mut self, code: &str) {
        let tokens: Vec<Token<'_>> =
            lexer::tokens(code).into_iter().filter(|token| !lexer::is_blank(token.kind)).collect();
        let mut at = 0;
        while at < tokens.len() {
            at = match tokens[at].text {
                "impl" => self.read_impl(&tokens, at),
                "struct" => self.read_struct(&tokens, at),
                _ => at + 1,
            };
        }
    }

    /// `impl<F: Float> Network<F> { … }`; what a trait's `impl` holds is as public as the trait.
    fn read_impl(&mut self, tokens: &[Token<'_>], start: usize) -> usize {
        let Some(open) = (start..tokens.len()).find(|&at| tokens[at].kind == TokenKind::OpenBrace) else {
            return start + 1;
        };
        let header = &tokens[start + 1..open];
        if header.iter().any(|token| token.text == "for") {
            return open + 1;
        }
        let Some(name) = type_of(header) else { return open + 1 };
        let is_general = header.first().is_some_and(|token| token.kind == TokenKind::Lt);
        let names = self.types.entry(name.to_owned()).or_default();
        let end = closing(tokens, open);
        let mut depth = 0_usize;
        for at in open + 1..end {
            match tokens[at].kind {
                TokenKind::OpenBrace => depth += 1,
                TokenKind::CloseBrace => depth = depth.saturating_sub(1),
                TokenKind::Ident if depth == 0 && tokens[at].text == "fn" => {
                    if let Some(method) = tokens.get(at + 1) {
                        let is_public = is_public(&tokens[open + 1..at]);
                        names.add(method.text, is_public);
                        if is_public && takes_self(&tokens[at + 2..end]) {
                            names.methods.insert(method.text.to_owned());
                            if is_general {
                                names.general.insert(method.text.to_owned());
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        end
    }

    /// `pub struct Network<F = f32> { layers: Vec<Layer<F>>, … }`
    fn read_struct(&mut self, tokens: &[Token<'_>], start: usize) -> usize {
        let Some(name) = tokens.get(start + 1).filter(|token| token.kind == TokenKind::Ident) else { return start + 1 };
        let body = (start..tokens.len())
            .find(|&at| matches!(tokens[at].kind, TokenKind::OpenBrace | TokenKind::Semi | TokenKind::OpenParen));
        let Some(open) = body.filter(|&at| tokens[at].kind == TokenKind::OpenBrace) else { return start + 1 };
        let end = closing(tokens, open);
        let names = self.types.entry(name.text.to_owned()).or_default();
        let mut depth = 0_usize;
        for at in open + 1..end {
            match tokens[at].kind {
                TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => depth += 1,
                TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                    depth = depth.saturating_sub(1)
                }
                TokenKind::Colon if depth == 0 && tokens[at - 1].kind == TokenKind::Ident => {
                    let is_path = [at - 2, at + 1]
                        .iter()
                        .any(|&near| tokens.get(near).is_some_and(|token| token.kind == TokenKind::Colon));
                    if !is_path {
                        names.add(tokens[at - 1].text, tokens[at - 2].text == "pub");
                    }
                }
                _ => {}
            }
        }
        end
    }

    /// The names among `offered` that are private to the type whose members are offered, if that can be told: it is the one
    /// all of whose public methods are among them.
    pub fn hidden<'a>(&self, offered: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
        let offering = self.types.values().filter(|names| names.are_offered(offered));
        let Some(names) = offering.max_by_key(|names| names.methods.len()) else { return BTreeSet::new() };
        offered.iter().filter(|&&name| names.private.contains(name) && !names.public.contains(name)).copied().collect()
    }

    /// Whether a type makes a method or field of this name public.
    pub fn is_public(&self, name: &str) -> bool {
        self.types.values().any(|names| names.public.contains(name))
    }
}

impl Names {
    /// Whether all methods, of a generic type those that it always has, are among `offered`, and so many that this is no chance.
    fn are_offered(&self, offered: &BTreeSet<&str>) -> bool {
        let methods = if self.general.len() > 1 { &self.general } else { &self.methods };
        methods.len() > 1 && methods.iter().all(|name| offered.contains(name.as_str()))
    }

    fn add(&mut self, name: &str, is_public: bool) {
        let names = if is_public { &mut self.public } else { &mut self.private };
        names.insert(name.to_owned());
    }
}

/// The name of the type in `<F: Float> Network<F>` or `crate::Network`.
fn type_of<'a>(header: &[Token<'a>]) -> Option<&'a str> {
    let mut depth = 0_usize;
    let mut name = None;
    for token in header {
        match token.kind {
            TokenKind::Lt => {
                if depth == 0 && name.is_some() {
                    return name;
                }
                depth += 1;
            }
            TokenKind::Gt => depth = depth.saturating_sub(1),
            TokenKind::Ident if depth == 0 && token.text == "where" => return name,
            TokenKind::Ident if depth == 0 => name = Some(token.text),
            _ => {}
        }
    }
    name
}

/// Whether the parameters that `rest` begins with, perhaps after generic ones, begin with `self`.
fn takes_self(rest: &[Token<'_>]) -> bool {
    let Some(open) = rest.iter().position(|token| token.kind == TokenKind::OpenParen) else { return false };
    let first =
        rest[open + 1..].iter().take_while(|token| !matches!(token.kind, TokenKind::Comma | TokenKind::CloseParen));
    first.into_iter().take(5).any(|token| token.text == "self")
}

/// Whether the last item begun in `before` is `pub`, and not `pub(crate)`: looked for back to the item before it.
fn is_public(before: &[Token<'_>]) -> bool {
    for (at, token) in before.iter().enumerate().rev() {
        match token.text {
            "pub" => return before.get(at + 1).is_none_or(|next| next.kind != TokenKind::OpenParen),
            "}" | ";" | "{" | "]" => return false,
            _ => {}
        }
    }
    false
}

/// Where the brace at `open` closes.
fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            TokenKind::OpenBrace => depth += 1,
            TokenKind::CloseBrace => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "
        pub struct Network<F = f32> { layers: Vec<Layer<F>>, pub name: String, pub(crate) recipe: a::Recipe }
        impl<F: Float> Network<F> {
            /// Doc.
            #[must_use]
            pub fn forward(&self) { fn inner() {} }
            pub const fn sizes(&self) {}
            pub fn new(sizes: &[usize]) -> Self {}
            pub(crate) fn recipe(&self) {}
            fn check(&self) {}
        }
        impl Network<f64> { pub fn nudged(&self) {} fn by_how_much(&self) {} }
        impl<F> Clone for Network<F> { fn clone(&self) {} }";

    #[test]
    fn private_members_of_the_type_that_is_offered_are_hidden() {
        let mut visible = Visible::default();
        visible.read_code(CODE);
        let offered = ["layers", "name", "recipe", "forward", "sizes", "check", "clone", "into"].into_iter().collect();
        assert_eq!(visible.hidden(&offered), ["check", "layers", "recipe"].into_iter().collect());
        assert!(visible.is_public("forward") && !visible.is_public("check"));
    }

    #[test]
    fn members_of_other_types_are_left_alone() {
        let mut visible = Visible::default();
        visible.read_code(CODE);
        let vector = ["push", "check", "layers", "len"].into_iter().collect();
        assert!(visible.hidden(&vector).is_empty());
    }
}
