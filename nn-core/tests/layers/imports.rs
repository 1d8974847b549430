//! Which file of a crate imports which, read from the texts: enough Rust for `use` trees, paths and re-exports.

use std::collections::{BTreeMap, BTreeSet};

/// A module's path from the root of the crate: `["plot", "lines"]`.
type Module = Vec<String>;

/// One name that a `use` brings into its module, and the path that it stands for, from the root of the crate.
struct Use {
    name: String,
    path: Module,
    /// `pub`, or `pub` to some.
    public: bool,
}

/// What a file holds.
struct Parsed {
    file: String,
    uses: Vec<Use>,
    /// Other paths of the crate, from its root.
    paths: Vec<Module>,
    /// Every word of the code outside `use`, to see whether a re-export serves the file itself.
    words: BTreeSet<String>,
}

/// For each file of `files`, path and text, the files that it imports. `lib.rs` only hands on, and is left out.
pub fn imports(files: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<String>> {
    let modules: BTreeMap<Module, String> = files.keys().map(|file| (module(file), file.clone())).collect();
    let mut crate_ = BTreeMap::new();
    for (module, file) in &modules {
        if !file.ends_with("tests.rs") {
            crate_.insert(module.clone(), parse(file, module, &modules, &code(&files[file])));
        }
    }
    let mut imports = BTreeMap::new();
    for (module, parsed) in crate_.iter().filter(|(module, _)| !module.is_empty()) {
        let mut found = BTreeSet::new();
        for used in &parsed.uses {
            let handed_on = used.public && used.path.starts_with(module) && !parsed.words.contains(&used.name);
            if !handed_on {
                found.extend(resolve(&used.path, &crate_, 0));
            }
        }
        for path in &parsed.paths {
            found.extend(resolve(path, &crate_, 0));
        }
        found.remove(&parsed.file);
        imports.insert(parsed.file.clone(), found);
    }
    imports
}

/// `["plot"]` of `plot/mod.rs`, `["plot", "lines"]` of `plot/lines.rs`, nothing of `lib.rs`.
fn module(file: &str) -> Module {
    let mut module: Module = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
        module.pop();
    }
    module
}

/// The file where what `path` names is defined; nothing for what is defined outside of the crate.
fn resolve(path: &[String], crate_: &BTreeMap<Module, Parsed>, depth: usize) -> Option<String> {
    assert!(depth < 20, "{} goes in circles", path.join("::"));
    let mut end = path.len();
    // The longest beginning that is a module.
    while !crate_.contains_key(&path[..end]) {
        end -= 1;
    }
    let module = &crate_[&path[..end]];
    if let Some(name) = path.get(end)
        && let Some(used) = module.uses.iter().find(|used| used.name == *name)
    {
        return resolve(&[&used.path, &path[end + 1..]].concat(), crate_, depth + 1);
    }
    Some(module.file.clone()).filter(|file| file != "lib.rs")
}

fn parse(file: &str, module: &Module, modules: &BTreeMap<Module, String>, code: &str) -> Parsed {
    let mut parsed = Parsed { file: file.to_owned(), uses: vec![], paths: vec![], words: BTreeSet::new() };
    let tokens = tokens(code);
    let mut i = 0;
    while i < tokens.len() {
        if tokens[i] == "use" {
            let public = i > 0 && (tokens[i - 1] == "pub" || tokens[i - 1] == ")");
            let end = i + tokens[i..].iter().position(|token| token == ";").expect("a `use` ends with a semicolon");
            let mut trees = Vec::new();
            tree(&tokens[i + 1..end], &mut vec![], &mut trees);
            for (path, name) in trees {
                if let Some(path) = from_root(&path, module, modules) {
                    parsed.uses.push(Use { name, path, public });
                }
            }
            i = end + 1;
            continue;
        }
        let mut end = i + 1;
        while end + 1 < tokens.len() && tokens[end] == "::" && is_word(&tokens[end + 1]) {
            end += 2;
        }
        let continued = i > 0 && tokens[i - 1] == "::";
        if end > i + 1 && !continued {
            let path: Module = tokens[i..end].iter().step_by(2).cloned().collect();
            parsed.paths.extend(from_root(&path, module, modules));
        }
        parsed.words.extend(tokens[i..end].iter().filter(|token| is_word(token)).cloned());
        i = end;
    }
    parsed
}

/// The paths of a `use` tree, `a::{b, c::d as e}`, each with the name that it brings.
fn tree(tokens: &[String], prefix: &mut Module, found: &mut Vec<(Module, String)>) {
    let depth = prefix.len();
    let mut i = 0;
    while i < tokens.len() {
        match tokens[i].as_str() {
            "{" => {
                let mut open = 0;
                let mut start = i + 1;
                for (at, token) in tokens.iter().enumerate().skip(i) {
                    open += i32::from(token == "{") - i32::from(token == "}");
                    if open == 1 && token == "," || open == 0 {
                        tree(&tokens[start..at], prefix, found);
                        start = at + 1;
                    }
                    if open == 0 {
                        break;
                    }
                }
                prefix.truncate(depth);
                return;
            }
            "as" => {
                found.push((prefix.clone(), tokens[i + 1].clone()));
                prefix.truncate(depth);
                return;
            }
            "::" => {}
            word => prefix.push(word.to_owned()),
        }
        i += 1;
    }
    if prefix.len() > depth {
        // `a::{self}` brings `a`; `*` brings names that are not known here, but the module counts.
        let last = prefix.pop().expect("it is longer than it was");
        let (path, name) = match last.as_str() {
            "self" | "*" => (prefix.clone(), prefix.last().cloned().unwrap_or(last)),
            _ => ([prefix.as_slice(), std::slice::from_ref(&last)].concat(), last),
        };
        found.push((path, name));
    }
    prefix.truncate(depth);
}

/// A path as it stands in `module`, from the root of the crate; none for paths out of the crate.
fn from_root(path: &[String], module: &Module, modules: &BTreeMap<Module, String>) -> Option<Module> {
    let mut start = match path[0].as_str() {
        "crate" => return Some(path[1..].to_vec()),
        "self" => return Some([module, &path[1..]].concat()),
        "super" => module.clone(),
        child => {
            let child = [module.as_slice(), &[child.to_owned()]].concat();
            return modules.contains_key(&child).then(|| [child.as_slice(), &path[1..]].concat());
        }
    };
    let up = path.iter().take_while(|part| *part == "super").count();
    start.truncate(module.len() - up);
    Some([start.as_slice(), &path[up..]].concat())
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Words, `::`, and every other character that is no blank.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            ':' if rest.starts_with("::") => 2,
            c if c.is_alphanumeric() || c == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        if !c.is_whitespace() {
            tokens.push(token.to_owned());
        }
        rest = after;
    }
    tokens
}

/// The text without comments, strings, characters and the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let mut code = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |at| at + 2)
        } else if rest.starts_with("r#\"") {
            rest.find("\"#").map_or(rest.len(), |at| at + 2)
        } else if c == '"' {
            string(rest)
        } else if c == '\'' {
            character(rest)
        } else {
            0
        };
        if skipped == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            rest = &rest[skipped..];
        }
    }
    code
}

/// The length of the string that `text` begins with.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of the character that `text` begins with; 0 for a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some(_)) => chars.find(|&(_, c)| c == '\'').map_or(0, |(at, _)| at + 1),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}
