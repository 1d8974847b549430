//! What is assumed of evcxr, all in one place; everything else here would work with any program like it.
//!
//! [`ALL`] has a test for each: `cargo xtask test evcxr` starts a plain evcxr that knows nothing of us, gives it a few
//! cells, and looks at what it asked of cargo and what it wrote ([`Seen`]). Whoever moves to another version changes
//! [`VERSION`], runs that, and finds named what is no longer so, and who relied on it.

mod seen;

pub use seen::Seen;

use crate::source;

/// The version that all of this was seen in.
pub const VERSION: &str = "0.22.0";

/// The name that evcxr gives its crate.
pub const CRATE: &str = "ctx";

/// Names the folder of that crate; evcxr makes one of its own if it is not set.
pub const FOLDER: &str = "EVCXR_TMPDIR";

/// Names the file in which evcxr looks for the path of what was compiled; cargo's own message says it too.
pub const COMPILED: &str = "EVCXR_EXECUTION_SO_PATH";

/// Set where evcxr itself wraps the compiler, after `:cache` in a cell. Under another name, `:cache` would do nothing.
pub const CACHE: &str = "EVCXR_RUSTC_WRAPPER";

/// The flags that evcxr compiles with. It adds more where it finds lld.
pub const RUSTFLAGS: &str = "-Cprefer-dynamic";

/// How the program introduces itself in Jupyter, and what shows a file to be that program: it knows no `--version`.
pub fn banner() -> String {
    format!("EvCxR {VERSION} - ")
}

/// `Cargo.toml` as evcxr writes it at optimisation level 3 for `:dep` lines that came to `dependencies`, one line each.
pub fn manifest(dependencies: &str) -> String {
    format!(
        r#"
[package]
name = "{CRATE}"
version = "1.0.0"
edition = "2024"

[lib]
crate-type = ["cdylib"]
path = "src/lib.rs"

[profile.dev]{USUAL_LEVEL}debug = false
strip = "debuginfo"
rpath = true
lto = false
debug-assertions = true
codegen-units = 16
panic = 'unwind'
incremental = true
overflow-checks = true

[dependencies]
{dependencies}

"#
    )
}

/// The line of that file by which we see that nobody asked for another level of optimisation.
pub const USUAL_LEVEL: &str = "\nopt-level = 3\n";

/// One thing that we assume.
pub struct Assumption {
    /// As a sentence.
    pub what: &'static str,
    /// Who relies on it.
    pub relies: &'static str,
    /// Whether a plain evcxr did so.
    pub holds: fn(&Seen) -> bool,
}

/// All that we assume.
pub const ALL: [Assumption; 15] = [
    Assumption {
        what: "the program holds its banner, with its version, as one piece of text",
        relies: "the set-up, to know an evcxr_jupyter that is installed (banner)",
        holds: |seen| seen.banner.starts_with(&banner()) && seen.program_holds_banner,
    },
    Assumption {
        what: "JUPYTER_PATH, taken as one folder, is where it rewrites the kernel spec of an older version",
        relies: "start, which names a folder that is not there, or the home folder's would be rewritten",
        holds: |seen| seen.updated_kernel_spec,
    },
    Assumption {
        what: "EVCXR_CONFIG_DIR is the folder of what a user wants run in every kernel",
        relies: "start, which names a folder of ours: notebooks run the same for everybody, and wherever they lie",
        holds: |seen| seen.printed.contains("5 plums"),
    },
    Assumption {
        what: "variables live on from cell to cell, and crates come by `:dep`",
        relies: "everything here",
        holds: |seen| seen.printed.contains("2 lemons"),
    },
    Assumption {
        what: "`--control_file FILE` connects it",
        relies: "start, in lib.rs",
        // It answered, or there would be no banner.
        holds: |seen| !seen.banner.is_empty(),
    },
    Assumption {
        what: "it asks `rustup which cargo`, and calls the cargo that this names",
        relies: "stand_in.rs, whose rustup names our cargo",
        holds: |seen| seen.rustup.iter().any(|arguments| arguments == "which cargo") && !seen.cargo.is_empty(),
    },
    Assumption {
        what: "EVCXR_TMPDIR is the folder of the cells' crate, and cargo is called in it",
        relies: "start, folder.rs, stand_in.rs (kernel_folder)",
        holds: |seen| seen.cargo.iter().any(|call| call.is_of_a_cell()) && seen.builds().all(|call| call.is_in_folder),
    },
    Assumption {
        what: "the crate is called ctx",
        relies: "cell.rs, copy.rs, and the setting that compiles cells without optimisation in stand_in.rs (CRATE)",
        holds: |seen| seen.manifest.contains(&format!("\nname = \"{CRATE}\"\n")),
    },
    Assumption {
        what: "Cargo.toml is, to the letter, the one that the template was compiled from",
        relies: "the set-up's template: with another profile every crate would be compiled anew (manifest)",
        holds: |seen| seen.manifest == manifest(&seen.dependencies),
    },
    Assumption {
        what: "evcxr.toml's `opt_level = \"3\"` is the line `opt-level = 3`",
        relies: "stand_in.rs, which leaves a level alone that somebody asked for (USUAL_LEVEL)",
        holds: |seen| seen.manifest.contains(USUAL_LEVEL),
    },
    Assumption {
        what: "a cell is compiled by `cargo build … --target HOST --message-format=json`, into `target` in that folder",
        relies: "cell.rs, which reads those messages; the template, which is compiled for the same target",
        holds: |seen| {
            seen.builds().next().is_some()
                && seen.builds().all(|call| {
                    call.arguments.contains("--target ")
                        && call.arguments.contains("--message-format=json")
                        && call.variable("CARGO_TARGET_DIR") == Some("target")
                })
        },
    },
    Assumption {
        what: "EVCXR_EXECUTION_SO_PATH names the file for the path of what was compiled",
        relies: "cell.rs, which writes it where no cargo has run (COMPILED)",
        holds: |seen| seen.builds().all(|call| call.variable(COMPILED).is_some()),
    },
    Assumption {
        what: "a cell's src/lib.rs has the lines by which it tells how it ends, and takes its variables from a store",
        relies: "source.rs, which changes those lines, so that a cell that failed can say so (rewrite)",
        holds: |seen| source::rewrite(&seen.cell, false, &[]).is_some_and(|cell| !cell.traffic.taken.is_empty()),
    },
    Assumption {
        what: "RUSTFLAGS begins with -Cprefer-dynamic",
        relies: "the template and stand_in.rs: other flags would compile every crate anew (RUSTFLAGS)",
        holds: |seen| {
            seen.builds().all(|call| call.variable("RUSTFLAGS").is_some_and(|flags| flags.starts_with(RUSTFLAGS)))
        },
    },
    Assumption {
        what: "rust-analyzer asks the cargo in `$CARGO_HOME/bin` for `metadata --filter-platform`, evcxr itself without",
        relies: "stand_in.rs, which trims the answer to the first only (metadata.rs)",
        holds: |seen| {
            let questions: Vec<_> = seen.cargo.iter().filter(|call| call.arguments.contains("metadata")).collect();
            let of_analyzer = questions.iter().filter(|call| call.arguments.contains("--filter-platform"));
            (1..questions.len()).contains(&of_analyzer.count())
        },
    },
];

/// What is assumed and `seen` otherwise: the sentences, and who relies on them.
pub fn broken(seen: &Seen) -> Vec<String> {
    let broken = ALL.iter().filter(|assumption| !(assumption.holds)(seen));
    broken.map(|assumption| format!("{} (relied on by {})", assumption.what, assumption.relies)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// What evcxr 0.22.0 did, shortened.
    fn record() -> Value {
        let tiny = "tiny = { path = \"/trial/tiny\" }";
        let variables = json!({
            "CARGO_TARGET_DIR": "target",
            "EVCXR_EXECUTION_SO_PATH": "/trial/kernel/.evcxr-execution-so",
            "RUSTFLAGS": "-Cprefer-dynamic",
        });
        let mut calls =
            vec![json!({ "program": "rustup", "arguments": "which cargo", "folder": "/trial", "variables": {} })];
        for arguments in [
            "metadata --format-version 1 --manifest-path /trial/kernel/Cargo.toml --filter-platform x86_64-unknown-linux-gnu",
            "build --target x86_64-unknown-linux-gnu --message-format=json",
            "metadata --format-version=1",
        ] {
            let folder = "/trial/kernel";
            calls.push(json!({ "program": "cargo", "arguments": arguments, "folder": folder, "variables": variables }));
        }
        json!({
            "folder": "/trial/kernel",
            "banner": "EvCxR 0.22.0 - Evaluation Context for Rust",
            "program_holds_banner": true,
            "updated_kernel_spec": true,
            "printed": "2 lemons\n5 plums\n",
            "manifest": manifest(tiny),
            "cell": include_str!("../tests/evcxr/cell.rs"),
            "dependencies": tiny,
            "calls": calls,
        })
    }

    fn broken_in(record: &str) -> Vec<String> {
        broken(&Seen::read(record).unwrap())
    }

    #[test]
    fn what_evcxr_0_22_did_is_what_is_assumed() {
        assert_eq!(broken_in(&record().to_string()), Vec::<String>::new());
    }

    /// Each replaces some text of the record, as another evcxr might, and names a part of the sentence that is no longer so.
    #[test]
    fn each_change_of_evcxr_is_named() {
        for (old, new, sentence) in [
            ("EvCxR 0.22.0", "EvCxR 0.23.0", "holds its banner"),
            ("\"program_holds_banner\":true", "\"program_holds_banner\":false", "holds its banner"),
            ("EvCxR 0.22.0 - Evaluation Context for Rust", "", "--control_file"),
            ("\"updated_kernel_spec\":true", "\"updated_kernel_spec\":false", "JUPYTER_PATH"),
            ("5 plums", "", "EVCXR_CONFIG_DIR"),
            ("2 lemons", "", "variables live on"),
            ("which cargo", "which rustc", "rustup which cargo"),
            ("\"folder\":\"/trial/kernel\",\"program\"", "\"folder\":\"/tmp\",\"program\"", "EVCXR_TMPDIR"),
            ("name = \\\"ctx\\\"", "name = \\\"cell\\\"", "called ctx"),
            ("codegen-units = 16", "codegen-units = 8", "to the letter"),
            ("opt-level = 3", "opt-level = \\\"3\\\"", "evcxr.toml's"),
            ("--message-format=json", "--message-format=short", "--message-format=json"),
            ("\"CARGO_TARGET_DIR\":\"target\"", "\"CARGO_TARGET_DIR\":\"out\"", "into `target`"),
            ("EVCXR_PANIC_NOTIFICATION", "EVCXR_PANIC", "tells how it ends"),
            ("EVCXR_EXECUTION_SO_PATH", "EVCXR_SO", "EVCXR_EXECUTION_SO_PATH"),
            ("-Cprefer-dynamic", "-Copt-level=3", "RUSTFLAGS"),
            ("--filter-platform", "--platform", "rust-analyzer"),
        ] {
            let text = record().to_string();
            assert!(text.contains(old), "{old} in {text}");
            let broken = broken_in(&text.replace(old, new));
            assert!(broken.iter().any(|broken| broken.contains(sentence)), "{old}: {broken:?}");
        }
    }
}
