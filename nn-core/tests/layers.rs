//! One direction: which room of `src` may import which, and no files that import each other in a circle.
//!
//! A room is a file or a folder of `src`. What is read are `use` lines and paths in code, re-exports resolved, tests and
//! comments left out. A method that another file adds to a type, as `store` adds `Network::save`, is no import.

#[path = "layers/imports.rs"]
mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use imports::imports;

/// Every room, and what it may import: rooms above it alone, and always `error`, `float`, `protocol` and [`LEAVES`].
const ROOMS: [(&str, &[&str]); 15] = [
    ("error", &[]),
    ("float", &[]),
    ("protocol", &[]),
    ("provenance", &[]),
    ("activation", &[]),
    ("metrics", &[]),
    ("loss", &["activation", "metrics"]),
    ("network", &["activation", "metrics", "loss"]),
    ("data", &[]),
    ("fast", &["activation", "metrics", "loss", "network", "data"]),
    ("train", &["metrics", "loss", "network", "data", "fast"]),
    ("store", &["activation", "network", "train"]),
    ("compiled", &["activation", "loss", "network", "data", "train"]),
    // Knows nothing of the network: charts are of numbers.
    ("plot", &[]),
    ("notebook", &["activation", "metrics", "loss", "network", "data", "train", "plot", "provenance"]),
];

/// Files that import nothing but errors and may be imported from anywhere, though the rest of their rooms may not.
const LEAVES: [&str; 4] = ["fast/team.rs", "store/kind.rs", "store/recipe.rs", "store/whole_file.rs"];

/// Folders whose parts share what stands in their `mod.rs`, and are used by it: one thing in several files.
const WHOLES: [&str; 2] = ["data/handwriting/", "notebook/table/"];

type Imports = BTreeMap<String, BTreeSet<String>>;

/// The files of `src`, by their paths in it, with their texts.
fn sources(folder: &Path, prefix: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            files.extend(sources(&path, &format!("{name}/")));
        } else if name.ends_with(".rs") {
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
    files
}

fn imports_of_src() -> Imports {
    imports(&sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), ""))
}

/// `network` of `network/mod.rs`, `loss` of `loss.rs` and of `loss/numerics.rs`.
fn room(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The files that import each other in circles, each circle sorted.
fn circles(imports: &Imports) -> Vec<Vec<&str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        imports.keys().map(|file| (file.as_str(), reached_from(file, imports))).collect();
    let mut circles = BTreeSet::new();
    for (file, others) in &reached {
        if others.contains(file) {
            let circle = others.iter().filter(|other| reached[*other].contains(file));
            circles.insert(circle.copied().collect::<Vec<_>>());
        }
    }
    circles.into_iter().collect()
}

/// All that `file` imports, and what that imports, and so on.
fn reached_from<'a>(file: &str, imports: &'a Imports) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&str> = imports[file].iter().map(String::as_str).collect();
    while let Some(file) = next.pop() {
        if reached.insert(file) {
            next.extend(imports[file].iter().map(String::as_str));
        }
    }
    reached
}

#[test]
fn every_room_imports_only_rooms_above_it() {
    for (i, (room, allowed)) in ROOMS.iter().enumerate() {
        for above in *allowed {
            assert!(ROOMS[..i].iter().any(|(name, _)| name == above), "the table: {above} does not stand above {room}");
        }
    }
    let mut wrong = Vec::new();
    for (file, others) in imports_of_src() {
        let from = room(&file);
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == from) else {
            panic!("{file}: there is no room `{from}` in the table");
        };
        for other in others {
            let to = room(&other);
            let always =
                from != "error" && ["error", "float", "protocol"].contains(&to) || LEAVES.contains(&other.as_str());
            if from != to && !always && !allowed.contains(&to) {
                wrong.push(format!("{file} imports {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "against the table of rooms:\n{}", wrong.join("\n"));
}

#[test]
fn leaves_import_nothing_but_errors() {
    let imports = imports_of_src();
    for leaf in LEAVES {
        let found: Vec<_> = imports[leaf].iter().filter(|other| *other != "error.rs").collect();
        assert!(found.is_empty(), "{leaf} imports {found:?}");
    }
}

/// Within rooms too, `fast` and `plot` above all.
#[test]
fn no_files_import_each_other_in_a_circle() {
    let imports = imports_of_src();
    let mut circles = circles(&imports);
    circles.retain(|circle| !WHOLES.iter().any(|whole| circle.iter().all(|file| file.starts_with(whole))));
    assert!(circles.is_empty(), "circles: {circles:#?}");
}

#[test]
fn the_imports_are_those_that_are_there() {
    let imports = imports_of_src();
    let found = |file: &str| imports[file].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(found("error.rs"), [""; 0]);
    assert_eq!(found("activation.rs"), ["error.rs", "float.rs"]);
    assert_eq!(found("network/mod.rs"), ["activation.rs", "error.rs", "float.rs", "loss.rs", "store/recipe.rs"]);
    let predict = ["error.rs", "fast/team.rs", "float.rs", "metrics.rs", "network/mod.rs", "protocol/work.rs"];
    assert_eq!(found("network/predict.rs"), predict);
}

/// Two files that import each other, one of them by way of a re-export, a group and a comment that must not count.
#[test]
fn a_circle_made_on_purpose_is_found() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; pub use b::{Two, three as Three};"),
        ("a.rs", "use crate::{Two, c};\nfn one() {}"),
        (
            "b.rs",
            "//! [`crate::c`]\nuse std::fmt;\npub struct Two;\nfn three() -> &'static str { crate::a::one(); \"crate::c\" }",
        ),
        ("c.rs", "// use crate::a;\npub fn four() {}\n#[cfg(test)]\nmod tests { use crate::a::one; }"),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let found = imports(&files.into_iter().collect());
    assert_eq!(circles(&found), [["a.rs", "b.rs"]]);
    assert!(found["c.rs"].is_empty(), "{found:?}");
}
