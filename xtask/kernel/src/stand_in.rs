//! Stand-ins for cargo and rustup, first on the kernel's PATH.
//!
//! At its start, and again at every `:dep`, evcxr lets cargo resolve a crate without the other dependencies. Cargo then
//! drops their versions from `Cargo.lock` and asks the registry for the newest ones, and the kernel compiles them all
//! again. Our cargo puts the workspace's versions back into the lock file and then becomes the real cargo. evcxr finds
//! it by asking `rustup which cargo`, so there is a rustup too. rust-analyzer looks in `$CARGO_HOME/bin` first, so that
//! variable names the stand-ins' folder for the kernel, and has its old value again for the real cargo. What
//! rust-analyzer is told is trimmed ([`metadata`]).

use crate::assumed::{CRATE, FOLDER, RUSTFLAGS, USUAL_LEVEL};
use crate::files;
use crate::relay::{Report, Request};
use crate::variables::{CARGO_HOME, SYSROOT, VERSIONS};
use crate::{cell, compile, copy, folder, link, metadata, process};
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

/// Makes `kernel` find the stand-ins in `home/bin`.
pub fn prepare(kernel: &mut Command, home: &Path, kernels: &Path) -> Result<()> {
    let folder = home.join("bin");
    let sysroot = toolchain(&folder::template(kernels))?;
    let path = env::var_os("PATH").unwrap_or_default();
    // A program that was not started from a terminal often has no cargo and no rustc on its PATH.
    let path = [folder.clone(), sysroot.join("bin")].into_iter().chain(env::split_paths(&path));
    let path = env::join_paths(path).context("PATH cannot be extended")?;
    kernel
        .env("PATH", path)
        .env("CARGO", folder.join(process::executable("cargo")))
        .env("CARGO_HOME", home)
        .env(SYSROOT, sysroot)
        .env(VERSIONS, folder::template(kernels).join("Cargo.lock"));
    copy::do_without_locks(kernel, &folder::template(kernels));
    match cargo_home(&folder::template(kernels)) {
        Some(real) => kernel.env(CARGO_HOME, real),
        None => kernel.env_remove(CARGO_HOME),
    };
    Ok(())
}

/// The folder of the toolchain that compiled the template, wherever the notebook lies and whatever is usual there.
///
/// Says so on stderr if it is another one by now.
fn toolchain(template: &Path) -> Result<PathBuf> {
    let recorded = fs::read_to_string(template.join("sysroot")).map(PathBuf::from);
    let recorded = recorded.ok().filter(|sysroot| sysroot.join("bin").join(process::executable("rustc")).is_file());
    let sysroot = match recorded {
        Some(sysroot) => sysroot,
        None => process::read(Command::new("rustc").args(["--print", "sysroot"]))?.into(),
    };
    let rustc = sysroot.join("bin").join(process::executable("rustc"));
    let compiler = process::read(Command::new(if rustc.is_file() { rustc } else { "rustc".into() }).arg("-vV"))?;
    if fs::read_to_string(template.join("compiler")).is_ok_and(|known| known != compiler) {
        eprintln!(
            "Rust kernel: the compiler has changed since the set-up, so crates are compiled anew: run cargo xtask set-up"
        );
    }
    Ok(sysroot)
}

/// Where cargo keeps the sources that the template was compiled from: from others, everything would be compiled anew.
fn cargo_home(template: &Path) -> Option<OsString> {
    let recorded = fs::read_to_string(template.join("cargo-home")).ok().filter(|home| Path::new(home).is_dir());
    recorded.map(OsString::from).or_else(|| env::var_os("CARGO_HOME"))
}

/// Does a stand-in's work if this program was started under such a name.
pub fn run() -> Option<ExitCode> {
    let own = env::current_exe().ok()?;
    let folder = own.parent().filter(|folder| folder.ends_with("stand-in/bin"))?;
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let name = own.file_stem()?.to_str()?;
    if name == "rustup" && arguments.len() == 2 && arguments[0] == "which" {
        let tool = arguments[1].to_string_lossy();
        let path = if tool == "cargo" { own.with_file_name(process::executable("cargo")) } else { real(&tool, folder) };
        println!("{}", path.display());
        return Some(ExitCode::SUCCESS);
    }
    let result = if name != "cargo" {
        process::become_command(Command::new(real(name, folder)).args(arguments).stdin(Stdio::null()))
    } else if let Some(wrapped) = cell::wrap().or_else(link::run) {
        wrapped
    } else {
        stand_in_for_cargo(arguments, folder)
    };
    Some(result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    }))
}

fn stand_in_for_cargo(arguments: Vec<OsString>, stand_ins: &Path) -> Result<ExitCode> {
    let kernel = kernel_folder();
    let for_metadata = kernel.clone().filter(|_| arguments.iter().any(|argument| argument == "metadata"));
    let mut arguments: Vec<OsString> = arguments.into_iter().map(built).collect();
    if kernel.as_ref().is_some_and(|kernel| has_usual_level(kernel)) {
        // Compiles cells, and nothing else, without optimisation.
        let quick = format!("profile.dev.package.{CRATE}.opt-level=0");
        arguments.splice(0..0, ["--config".into(), quick.into()]);
    }
    let for_cell = kernel.filter(|_| arguments.iter().any(|argument| argument == "build"));
    if for_cell.as_ref().and_then(|kernel| Request::read(kernel)).is_some_and(|request| request.is_look) {
        return Ok(ExitCode::FAILURE);
    }
    if let Some(kernel) = &for_cell
        && let Some((mut compiler, shelf)) = cell::compiler(kernel, &arguments)
    {
        return compile::directly(&mut compiler, shelf.as_ref(), kernel);
    }
    if let Err(error) = restore_versions() {
        eprintln!("Rust kernel: {error:#}; cargo may choose newer versions");
    }
    let mut cargo = Command::new(real("cargo", stand_ins));
    cargo.args(&arguments).stdin(Stdio::null());
    if env::var("RUSTFLAGS").is_ok_and(|flags| flags.starts_with(RUSTFLAGS)) {
        // evcxr adds lld where it finds one; other flags than the template's would compile everything anew.
        cargo.env("RUSTFLAGS", RUSTFLAGS);
    }
    match env::var_os(CARGO_HOME) {
        Some(home) => cargo.env("CARGO_HOME", home),
        None => cargo.env_remove("CARGO_HOME"),
    };
    if let Some(kernel) = &for_metadata {
        show_metadata(&mut cargo, kernel, is_for_analyzer(&arguments))
    } else if let Some(kernel) = for_cell {
        cell::build(&mut cargo, &kernel, &arguments)
    } else {
        process::become_command(&mut cargo)
    }
}

/// Whether a call of `cargo metadata` is rust-analyzer's, about all packages of the kernel's crate; evcxr's own names no platform.
fn is_for_analyzer(arguments: &[OsString]) -> bool {
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    has("--filter-platform") && !has("--no-deps")
}

/// Runs `cargo metadata`, which may download for minutes, until it ends or the person presses ■. Passes on what serves a
/// notebook, if rust-analyzer asks, or all of it if that cannot be told.
fn show_metadata(cargo: &mut Command, kernel: &Path, for_analyzer: bool) -> Result<ExitCode> {
    let ended = compile::run(cargo, kernel)?;
    if ended.was_stopped
        && let Some(request) = Request::read(kernel)
    {
        Report::interrupted().leave(kernel, &request.id);
    }
    let all = std::str::from_utf8(&ended.stdout).ok().filter(|_| for_analyzer && ended.is_compiled);
    let trimmed = all.and_then(metadata::trim);
    std::io::stdout().write_all(trimmed.as_ref().map_or(&ended.stdout, |text| text.as_bytes()))?;
    Ok(if ended.is_compiled { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether the cells have the level of optimisation that `notebooks/evcxr.toml` names, so that nobody asked for another.
///
/// What takes time in a notebook is done by crates, which are optimised whatever the cells are; a cell itself runs for
/// milliseconds, and is compiled in half the time without. If a cell loops over all pixels, `:opt 2` comes in a cell before it.
fn has_usual_level(kernel: &Path) -> bool {
    fs::read_to_string(kernel.join("Cargo.toml")).is_ok_and(|manifest| manifest.contains(USUAL_LEVEL))
}

/// `build` for `check`: evcxr checks a cell whose types it cannot tell, to say why, and the check would first go through all
/// dependencies anew, for a minute. A build of the cell finds the same mistakes, and has its dependencies.
fn built(argument: OsString) -> OsString {
    if argument == "check" { "build".into() } else { argument }
}

fn real(tool: &str, stand_ins: &Path) -> PathBuf {
    if let Some(sysroot) = env::var_os(SYSROOT) {
        let path = Path::new(&sysroot).join("bin").join(process::executable(tool));
        if path.is_file() {
            return path;
        }
    }
    process::find_on_path(tool, Some(stand_ins)).unwrap_or_else(|| PathBuf::from(tool))
}

/// The kernel's build folder, if we stand in it.
fn kernel_folder() -> Option<PathBuf> {
    let kernel = PathBuf::from(env::var_os(FOLDER)?);
    let here = env::current_dir().ok()?;
    (here == kernel || here.canonicalize().ok()? == kernel.canonicalize().ok()?).then_some(here)
}

/// Adds the template's packages to the lock file of the kernel's crate, if we stand in it.
fn restore_versions() -> Result<()> {
    let (Some(here), Some(versions)) = (kernel_folder(), env::var_os(VERSIONS)) else { return Ok(()) };
    let keep = files::read_text(Path::new(&versions))?;
    let path = here.join("Cargo.lock");
    // There is none before cargo's first call.
    let found = fs::read_to_string(&path).unwrap_or_default();
    match merge(&found, &keep) {
        Some(merged) => files::replace(&path, merged),
        None => Ok(()),
    }
}

/// `found` with those packages of `keep` that it lacks; `None` if it lacks none. Cargo ignores the ones that it does not need.
fn merge(found: &str, keep: &str) -> Option<String> {
    const PACKAGE: &str = "[[package]]\n";
    let mut packages: Vec<_> = found.split(PACKAGE).skip(1).map(str::trim_end).collect();
    let known: BTreeSet<_> = packages.iter().map(|package| name_and_version(package)).collect();
    let mut kept = keep.split(PACKAGE);
    let header = kept.next()?;
    let before = packages.len();
    packages.extend(kept.map(str::trim_end).filter(|package| !known.contains(&name_and_version(package))));
    if packages.len() == before {
        return None;
    }
    packages.sort_unstable();
    Some(format!("{header}{PACKAGE}{}\n", packages.join(&format!("\n\n{PACKAGE}"))))
}

/// The first two lines of a package; what it depends on is cargo's to work out.
fn name_and_version(package: &str) -> Vec<&str> {
    package.lines().take(2).collect()
}

#[cfg(test)]
mod tests {
    use super::merge;

    const TEMPLATE: &str = "version = 4\n\n[[package]]\nname = \"ctx\"\nversion = \"1.0.0\"\n\n\
        [[package]]\nname = \"ndarray\"\nversion = \"0.17.2\"\nchecksum = \"a\"\n";

    #[test]
    fn a_lock_that_lost_a_package_gets_it_back() {
        let lost = "version = 4\n\n[[package]]\nname = \"ctx\"\nversion = \"1.0.0\"\n";
        assert_eq!(merge(lost, TEMPLATE).unwrap(), TEMPLATE);
        assert_eq!(merge("", TEMPLATE).unwrap(), TEMPLATE);
    }

    #[test]
    fn a_lock_that_has_all_is_left_alone() {
        assert_eq!(merge(TEMPLATE, TEMPLATE), None);
    }

    #[test]
    fn packages_that_the_user_added_stay() {
        let added = "version = 4\n\n[[package]]\nname = \"regex\"\nversion = \"1.0.0\"\n";
        let merged = merge(added, TEMPLATE).unwrap();
        assert!(merged.contains("regex") && merged.contains("ndarray"), "{merged}");
    }
}
