//! evcxr_jupyter, the Rust kernel for Jupyter, in the one version that the launcher is written for.

use super::build::Build;
use super::{Lab, Rust, Step, announce, tool};
use anyhow::{Context, Result};
use nn_kernel::assumed::{self, VERSION};
use nn_kernel::progress::Progress;
use nn_kernel::variables::MEND;
use nn_kernel::{files, mend, process};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const NAME: &str = "evcxr_jupyter";
/// What it is built from.
const CRATES: usize = 336;
/// What of it runs when a cell is asked about or typed in: rust-analyzer's reading of the crates, its inference, and what they stand on.
/// Optimised in full; all else is compiled at level 1.
const HOT: [&str; 20] = [
    "dashmap",
    "hashbrown",
    "ra_ap_base_db",
    "ra_ap_cfg",
    "ra_ap_hir_def",
    "ra_ap_hir_expand",
    "ra_ap_hir_ty",
    "ra_ap_intern",
    "ra_ap_mbe",
    "ra_ap_parser",
    "ra_ap_span",
    "ra_ap_syntax",
    "ra_ap_syntax-bridge",
    "ra_ap_tt",
    "rowan",
    "rustc-hash",
    "salsa",
    "serde_json",
    "smol_str",
    "triomphe",
];
/// What of it is not optimised: what an editor would offer to change, which no notebook asks for, and what runs once, or seldom:
/// Jupyter's messages, the look at the packages, patterns, dates, colours.
const COLD: [&str; 48] = [
    "addr2line",
    "aho-corasick",
    "ariadne",
    "asynchronous-codec",
    "backtrace",
    "chrono",
    "evcxr_jupyter",
    "futures-channel",
    "futures-executor",
    "futures-util",
    "gimli",
    "icu_collections",
    "icu_locale_core",
    "icu_normalizer",
    "icu_properties",
    "icu_provider",
    "idna",
    "mio",
    "notify",
    "object",
    "petgraph",
    "pulldown-cmark-to-cmark",
    "ra_ap_ide",
    "ra_ap_ide_assists",
    "ra_ap_ide_completion",
    "ra_ap_ide_db",
    "ra_ap_ide_diagnostics",
    "ra_ap_ide_ssr",
    "ra_ap_project_model",
    "regex",
    "regex-automata",
    "regex-syntax",
    "rustix",
    "saa",
    "scc",
    "sdd",
    "sharded-slab",
    "time",
    "tokio",
    "tokio-util",
    "tracing-subscriber",
    "tracing-tree",
    "unicode-segmentation",
    "url",
    "uuid",
    "zeromq",
    "zerotrie",
    "zerovec",
];

/// Finds that version in `target/lab` or on PATH, or installs it.
pub fn install(lab: &Lab, rust: &Rust, progress: &Progress) -> Result<(Step, PathBuf)> {
    let own = lab.bin().join(program());
    let stamp = lab.root.join("evcxr.stamp");
    for candidate in [Some(own.clone()), process::find_on_path(NAME, Some(&lab.bin()))].into_iter().flatten() {
        let Some(identity) = identity(&candidate) else { continue };
        let known = fs::read_to_string(&stamp).is_ok_and(|known| known == identity);
        if known || is_our_version(&candidate) {
            files::write(&stamp, identity)?;
            return Ok((Step::Found, candidate));
        }
    }
    if process::find_on_path("cargo-binstall", None).is_some() {
        announce(&format!("cargo binstall {NAME} {VERSION}"));
        let mut binstall = Command::new(rust.tool("cargo"));
        binstall.args(["binstall", "--no-confirm", "--root"]).arg(&lab.root).arg(format!("{NAME}@{VERSION}"));
        if process::run("cargo binstall", &mut binstall).is_ok() && is_our_version(&own) {
            return Ok((Step::Made, own));
        }
    }
    announce(&format!("cargo install {NAME} {VERSION}: {CRATES} crates, about eight minutes on two cores, once"));
    let build = Build { progress, name: "Rust kernel", crates: CRATES, usual: Duration::from_secs(8 * 60) };
    let run = |what: &str, cargo: &mut Command| build.run(what, cargo);
    let mut options =
        vec!["--config=profile.release.opt-level=1".to_owned(), "--config=profile.release.lto=\"off\"".to_owned()];
    for (names, level) in [(&HOT[..], 3), (&COLD[..], 0)] {
        options.extend(names.iter().map(|name| format!("--config=profile.release.package.{name}.opt-level={level}")));
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let (launcher, sources) = (lab.bin().join(process::executable("nn-kernel")), lab.root.join("evcxr-mended"));
    // Those of a set-up that was ended would tell of another build.
    files::remove(&sources)?;
    let variables = [("RUSTC_WRAPPER", launcher.as_os_str()), (MEND, sources.as_os_str())];
    let program = tool::install(lab, &rust.tool("cargo"), (NAME, VERSION), &options, &variables, run)?;
    if !mend::mended(&sources).is_file() {
        announce(&format!(
            "{NAME} is built as it is written: a cell with a `let` takes some 0.1 s longer (xtask/kernel/src/mend.rs)"
        ));
    }
    files::remove(&sources)?;
    Ok((Step::Made, program))
}

/// Where it is or will be, without looking into it.
pub fn place(lab: &Lab) -> PathBuf {
    installed(lab).unwrap_or_else(|_| lab.bin().join(program()))
}

/// The one that [`install`] found or made.
pub fn installed(lab: &Lab) -> Result<PathBuf> {
    let own = lab.bin().join(program());
    let found = if own.is_file() { Some(own) } else { process::find_on_path(NAME, Some(&lab.bin())) };
    found.with_context(|| format!("there is no {NAME}; cargo xtask set-up installs it"))
}

/// What the program is called.
pub fn program() -> String {
    process::executable(NAME)
}

/// What changes when the file does.
fn identity(path: &Path) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    let modified = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(format!("{}\n{}\n{}\n", path.display(), metadata.len(), modified.as_nanos()))
}

/// The program knows no `--version`, but the banner that it shows in Jupyter holds it.
pub fn is_our_version(path: &Path) -> bool {
    let banner = assumed::banner();
    fs::read(path).is_ok_and(|bytes| bytes.windows(banner.len()).any(|window| window == banner.as_bytes()))
}
