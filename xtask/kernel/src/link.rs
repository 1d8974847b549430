//! Links a cell against one shared library that holds all crates.
//!
//! The compiler hands the linker a cell of a few kilobytes and 135 libraries of 290 megabytes, of which the cell needs a
//! few functions: 0.15 seconds, for each cell. So the first cell has all of them linked into one shared library, which
//! takes 0.3 seconds, and every cell is linked against that one, in 0.02. It also lets all cells share what a crate keeps
//! in statics, such as the pool of threads of polars.
//!
//! The library's name tells which libraries it was made of: after an edit of a crate the next cell has a new one, while the
//! old one serves the variables that are alive. A cell names it by that name, not by its path, and looks for it beside itself: so a
//! cell that another kernel compiled finds it too.

use crate::variables::LINK;
use crate::{files, process};
use anyhow::Result;
use std::ffi::{OsStr, OsString};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

/// How the names of those libraries begin.
pub const ALL_CRATES: &str = "crates-";

/// What makes the compiler link a cell through us, called with `arguments`: more of them, and a variable. None where
/// shared libraries work in another way than on Linux, or where the user has a linker of their own.
pub fn through_us(kernel: &Path, arguments: &[&str]) -> Option<([String; 2], (&'static str, String))> {
    let own = arguments.iter().any(|argument| argument.contains("linker=") || argument.contains("linker-flavor="));
    if own || !cfg!(target_os = "linux") {
        return None;
    }
    let program = env::current_exe().ok()?;
    Some((["-C".to_owned(), format!("linker={}", program.to_str()?)], (LINK, kernel.to_str()?.to_owned())))
}

/// Links, if the compiler called us for that.
pub fn run() -> Option<Result<ExitCode>> {
    let kernel = PathBuf::from(env::var_os(LINK)?);
    let mut arguments: Vec<OsString> = env::args_os().skip(1).collect();
    if let Some(output) = output(&arguments) {
        if let Ok(shared) = shared(&kernel, &arguments, &output) {
            arguments = with(&shared, &kernel, arguments);
        }
        // Hashes of one kind only: symbol.rs writes them anew.
        arguments.push("-Wl,--hash-style=gnu".into());
    }
    Some(process::become_command(Command::new(LINKER).args(arguments).env_remove(LINK).stdin(Stdio::null())))
}

/// What the compiler calls where nobody says otherwise.
const LINKER: &str = "cc";

/// Where a shared library is to be linked to.
fn output(arguments: &[OsString]) -> Option<PathBuf> {
    let after = arguments.iter().position(|argument| argument == "-o")? + 1;
    let is_shared = arguments.iter().any(|argument| argument == "-shared");
    arguments.get(after).filter(|_| is_shared).map(PathBuf::from)
}

/// The shared library of all crates on the linker's command line, made now if it is not there, beside `output`.
fn shared(kernel: &Path, arguments: &[OsString], output: &Path) -> Result<PathBuf> {
    let mut hash = DefaultHasher::new();
    for library in arguments.iter().filter(|argument| is_crate(kernel, argument)) {
        let file = fs::metadata(library)?;
        let name = Path::new(library).strip_prefix(kernel)?;
        (name, file.modified()?, file.len()).hash(&mut hash);
    }
    let shared = output.with_file_name(format!("{ALL_CRATES}{:016x}.so", hash.finish()));
    let refused = shared.with_extension("refused");
    if shared.exists() {
        return Ok(shared);
    }
    anyhow::ensure!(!refused.exists(), "these crates cannot be linked so");
    let fresh = shared.with_extension("new");
    let name = shared.file_name().unwrap_or_default();
    let linked = process::read(&mut link_all(kernel, arguments, &fresh, name));
    if let Err(error) = linked {
        fs::write(&refused, format!("{error:#}"))?;
        return Err(error);
    }
    files::rename(&fresh, &shared)?;
    Ok(shared)
}

/// The linker's command for all crates, with everything in them, and nothing undefined: a function that is missing must
/// show now, not when a cell is loaded.
fn link_all(kernel: &Path, arguments: &[OsString], output: &Path, name: &OsStr) -> Command {
    let mut command = Command::new(LINKER);
    let mut soname = OsString::from("-Wl,-soname,");
    soname.push(name);
    let mut after_o = false;
    for argument in arguments {
        if std::mem::replace(&mut after_o, argument == "-o") {
            command.arg(output);
        } else if is_crate(kernel, argument) {
            command.arg("-Wl,--whole-archive").arg(argument).arg("-Wl,--no-whole-archive");
        } else if !is_of_the_cell(argument) {
            command.arg(argument);
        }
    }
    command.arg(soname).arg("-Wl,-z,defs").env_remove(LINK);
    command
}

/// The command line with the shared library for all crates.
fn with(shared: &Path, kernel: &Path, arguments: Vec<OsString>) -> Vec<OsString> {
    let shared = shared.as_os_str().to_owned();
    // What cargo compiles is loaded from the folder above.
    let mut once =
        Some(["-Wl,-Bdynamic".into(), shared, "-Wl,-Bstatic".into(), "-Wl,-rpath,$ORIGIN:$ORIGIN/deps".into()]);
    let replaced = arguments.into_iter().flat_map(|argument| {
        if is_crate(kernel, &argument) { once.take().into_iter().flatten().collect() } else { vec![argument] }
    });
    replaced.collect()
}

/// Whether this is one of the crates' libraries, which cargo keeps in the kernel's folder; the standard library is elsewhere.
fn is_crate(kernel: &Path, argument: &OsStr) -> bool {
    let path = Path::new(argument);
    path.extension().is_some_and(|extension| extension == "rlib") && path.starts_with(kernel)
}

/// Objects compiled from the cell, which names it exports, and leave to drop the rest.
fn is_of_the_cell(argument: &OsStr) -> bool {
    let argument = argument.to_string_lossy();
    argument.ends_with(".o") || argument.starts_with("-Wl,--version-script") || argument == "-Wl,--gc-sections"
}
