//! What all cells have in common, compiled once.
//!
//! evcxr writes the store of its variables into every cell, and we write there what tells of the cell's end ([`source`]): 150 lines that
//! are always the same, and half of what the compiler has to do for a cell. They become a crate of their own, compiled when the first
//! cell needs it, and kept for all kernels. A cell in canonical form uses that crate in place of the lines.
//!
//! A variable store that one cell made, another reads, whether it has the crate or the lines: both are the same text.

use crate::files::{self, sha256};
use crate::parts::{self, Parts};
use crate::source;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

/// Its name.
const CRATE: &str = "nn_kernel_common";
/// The line with which evcxr's part begins.
pub(crate) const THEIRS: &str = "mod evcxr_internal_runtime {";
/// Compiled with it, so that no cell has to: what a cell does with the store, whatever the type.
const INSTANCES: &str = "pub fn instances(store: &mut evcxr_internal_runtime::VariableStore) { \
                         store.put_variable(\"\", ()); store.check_variable::<()>(\"\"); store.take_variable::<()>(\"\"); }";

/// The folder of it, among the `kernels` folders.
fn folder(kernels: &Path) -> PathBuf {
    kernels.join("common")
}

/// Where in a cell's file the common lines are: evcxr's, and our one at the end.
#[derive(Debug, PartialEq)]
pub struct Common {
    theirs: Range<usize>,
    ours: usize,
}

impl Common {
    /// Their place in `lines`, a file that [`source::rewrite`] changed; `None` if it does not look as expected.
    pub fn of(lines: &[&str], parts: &Parts) -> Option<Common> {
        let end = parts.signature.checked_sub(1)?;
        let start = lines[..end].iter().rposition(|line| *line == THEIRS)?;
        let is_whole = lines[end - 1] == "}" && source::is_balanced(&lines[start + 1..end - 1].join("\n"));
        let ours = lines.len() - 1;
        let is_ours = lines[ours].starts_with(&format!("mod {} {{", source::MODULE));
        (is_whole && is_ours).then_some(Common { theirs: start..end, ours })
    }

    /// Whether a cell that uses the crate has no line `at`.
    pub fn has(&self, at: usize) -> bool {
        self.theirs.contains(&at) && at != self.theirs.start
    }

    /// What it has in place of line `at`, so that the crate's modules are its own.
    pub fn instead_of(&self, at: usize) -> Option<String> {
        let module = if at == self.theirs.start { "evcxr_internal_runtime" } else { source::MODULE };
        (at == self.theirs.start || at == self.ours).then(|| format!("use {CRATE}::{module};"))
    }

    /// The crate of these `lines`.
    fn source(&self, lines: &[&str]) -> String {
        let theirs = lines[self.theirs.clone()].join("\n");
        format!("#![allow(warnings)]\npub {theirs}\npub {}\n{INSTANCES}\n", lines[self.ours])
    }
}

/// What a call of the compiler that makes a cell has to be told besides to find the crate, which is compiled if it is not there.
///
/// `None` where that is not possible: the cell is then compiled with all its lines.
pub fn told(kernel: &Path, compiler: &[&str]) -> Option<[String; 2]> {
    let file = fs::read_to_string(kernel.join("src/lib.rs")).ok()?;
    let code = source::rewrite(&file, false, &[])?.code;
    let lines: Vec<&str> = code.lines().collect();
    let source = Common::of(&lines, &parts::parts(&lines)?)?.source(&lines);
    let library = library(&folder(kernel.ancestors().nth(2)?), &source, compiler).ok()?;
    Some(["--extern".to_owned(), format!("{CRATE}={}", library.to_str()?)])
}

/// Whether a call of the compiler has been told of it.
pub fn is_told(call: &[&str]) -> bool {
    call.iter().any(|word| word.strip_prefix(CRATE).is_some_and(|rest| rest.starts_with('=')))
}

/// The crate's library, made of `source` as the cells are by `compiler`.
fn library(folder: &Path, source: &str, compiler: &[&str]) -> Result<PathBuf> {
    let (&program, words) = compiler.split_first().context("no compiler")?;
    let options = options(words);
    let modified = fs::metadata(program)?.modified()?.duration_since(UNIX_EPOCH)?;
    let hash = sha256(format!("{program} {modified:?} {options:?}\n{source}").as_bytes());
    let suffix = hash.get(..16).context("a hash is longer")?;
    let library = folder.join(format!("lib{CRATE}-{suffix}.rlib"));
    if library.exists() {
        return Ok(library);
    }
    let refused = library.with_extension("refused");
    ensure!(!refused.exists(), "it could not be compiled");
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let new = folder.join(format!("{}-{now}.new", process::id()));
    let made = (|| {
        files::write(&new.join("lib.rs"), source)?;
        let mut rustc = Command::new(program);
        rustc.args(["--crate-name", CRATE, "--crate-type=rlib", "--emit=link", "-Copt-level=1"]);
        rustc.arg(format!("-Cextra-filename=-{suffix}")).args(&options).args(["--out-dir", ".", "lib.rs"]);
        let status =
            rustc.current_dir(&new).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        ensure!(status.success(), "the compiler refuses it");
        files::rename(&new.join(library.file_name().unwrap_or_default()), &library)
    })();
    let _ = files::remove(&new);
    if made.is_err() {
        // Or every cell would try.
        let _ = files::write(&refused, "");
    }
    made.map(|()| library)
}

/// What of a cell's options a crate must have too, to be linked with it.
fn options<'a>(words: &[&'a str]) -> Vec<&'a str> {
    const OF_A_CELL: [&str; 9] = [
        "incremental=",
        "metadata=",
        "extra-filename=",
        "linker",
        "rpath",
        "codegen-units=",
        "strip=",
        "opt-level=",
        "embed-bitcode=",
    ];
    let is_shared = |option: &str| !OF_A_CELL.iter().any(|start| option.starts_with(start));
    let mut options = Vec::new();
    let mut words = words.iter().copied().peekable();
    while let Some(word) = words.next() {
        match word {
            "-C" | "--codegen" | "-Z" | "--cfg" | "--target" | "--edition" => {
                if let Some(option) =
                    words.next().filter(|option| word != "-C" && word != "--codegen" || is_shared(option))
                {
                    options.extend([word, option]);
                }
            }
            _ if word.starts_with("--edition=") || word.starts_with("--target=") || word.starts_with("-Z") => {
                options.push(word)
            }
            _ => {
                if word.strip_prefix("-C").is_some_and(is_shared) {
                    options.push(word);
                }
            }
        }
    }
    options
}

/// Forgets it.
///
/// # Errors
/// If it cannot be removed.
pub fn forget(kernels: &Path) -> Result<()> {
    files::remove(&folder(kernels))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::env;

    const CELL: &str = include_str!("../tests/evcxr/cell.rs");
    const SHOWN: &str = include_str!("../tests/evcxr/shown.rs");

    fn common(code: &str) -> Option<(Common, String)> {
        let lines: Vec<&str> = code.lines().collect();
        let common = Common::of(&lines, &parts::parts(&lines)?)?;
        let source = common.source(&lines);
        Some((common, source))
    }

    #[test]
    fn cells_of_any_kind_have_the_same_in_common() {
        let [first, second] = [CELL, SHOWN].map(|code| source::rewrite(code, false, &[]).unwrap().code);
        let (first, second) = (common(&first).unwrap().1, common(&second).unwrap().1);
        assert_eq!(first, second);
        assert!(first.contains("pub mod evcxr_internal_runtime {\n") && first.contains("\npub mod nn_kernel_cell {"));
    }

    #[test]
    fn what_is_not_as_evcxr_writes_it_has_nothing_in_common() {
        assert!(common(CELL).is_none(), "our part is missing");
        let code = source::rewrite(CELL, false, &[]).unwrap().code;
        assert!(common(&code.replace("#[unsafe(no_mangle)]", "fn plums() {}\n#[unsafe(no_mangle)]")).is_none());
        assert!(common(&code.replace(THEIRS, "mod another_runtime {")).is_none());
    }

    #[test]
    fn it_is_compiled_once_by_the_compiler_of_the_cells_and_its_flags() {
        let folder = env::temp_dir().join(format!("nn-kernel-common-{}", process::id()));
        let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
        let rustc = crate::process::find_on_path(&rustc, None).unwrap_or_else(|| PathBuf::from(rustc));
        let rustc = rustc.to_str().unwrap();
        let call =
            [rustc, "--crate-name", "ctx", "--edition=2024", "src/lib.rs", "-C", "incremental=x", "-Cprefer-dynamic"];
        assert_eq!(options(&call[1..]), ["--edition=2024", "-Cprefer-dynamic"]);
        let code = source::rewrite(CELL, false, &[]).unwrap().code;
        let source = common(&code).unwrap().1;
        let made = library(&folder, &source, &call).unwrap();
        let time = fs::metadata(&made).unwrap().modified().unwrap();
        assert_eq!(library(&folder, &source, &call).unwrap(), made);
        assert_eq!(fs::metadata(&made).unwrap().modified().unwrap(), time);

        assert!(library(&folder, "pub mod plums {", &call).is_err());
        let files = files::list(&folder).unwrap();
        assert!(!files.iter().any(|file| file.extension().is_some_and(|extension| extension == "new")), "{files:?}");
        fs::remove_dir_all(folder).unwrap();
    }
}
