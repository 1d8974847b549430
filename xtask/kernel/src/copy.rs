//! What the folders of kernels share: their locks, and copies that cost nothing.
//!
//! Compiled libraries, all but a few megabytes, are hard links: compilers replace such files, never write into them.
//! What cargo and build scripts write in place is really copied, so no kernel can damage the template.

use crate::assumed::CRATE;
use crate::files::{self, Lock};
use crate::link;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Waits until nobody else reads or changes a folder of compiled crates, to change it.
pub fn lock(folder: &Path) -> Result<File> {
    files::lock(&lock_path(folder))
}

/// Waits until nobody changes a folder of compiled crates, to copy it.
pub fn lock_shared(folder: &Path) -> Result<File> {
    files::lock_shared(&lock_path(folder))
}

/// Makes cargo compile without what needs locks, if the file system of a folder of compiled crates has none: the compiler
/// refuses to compile incrementally there.
pub fn do_without_locks(cargo: &mut Command, folder: &Path) {
    if files::lock_file(&lock_path(folder)).is_ok_and(|file| files::try_lock(&file) == Lock::Unknown) {
        cargo.env("CARGO_INCREMENTAL", "0");
    }
}

/// The file whose lock guards a folder.
fn lock_path(folder: &Path) -> PathBuf {
    folder.with_extension("lock")
}

/// Copies into the folder `to` what it does not have, or has older; without what lies in the same place in `known`.
/// `edited` holds the crates whose files are copied, not linked, as [`path_packages`] names them.
pub fn merge(from: &Path, to: &Path, known: Option<&Path>, edited: &BTreeSet<String>) -> Result<()> {
    for source in files::list(from)? {
        let name = source.file_name().context("a file in a folder has a name")?;
        let target = to.join(name);
        let known = known.map(|known| known.join(name));
        let name = name.to_string_lossy();
        if is_left_out(&source, &name) {
            continue;
        }
        if source.is_dir() {
            merge(&source, &target, known.as_deref(), edited)?;
            continue;
        }
        let time = modified(&source)?;
        if is_as_new(&target, time) || known.is_some_and(|known| is_as_new(&known, time)) {
            continue;
        }
        files::create_dir(to)?;
        files::remove(&target)?;
        if !(is_replaced_not_written(&source, &name, edited) && fs::hard_link(&source, &target).is_ok()) {
            copy_with_time(&source, &target)?;
        }
    }
    Ok(())
}

/// The crates in a `Cargo.lock` that come from a folder, not from a registry, as compiled files spell their names.
pub fn path_packages(lock: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for package in lock.split("[[package]]").skip(1) {
        let is_downloaded = package.lines().any(|line| line.starts_with("source = "));
        let name = package.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        if let Some(name) = name.filter(|_| !is_downloaded) {
            names.insert(name.replace('-', "_"));
        }
    }
    names
}

/// The cells' crate itself, what it is linked against, compiler caches, and test programs: nothing that a kernel would use.
fn is_left_out(path: &Path, name: &str) -> bool {
    let own = ["CRATE-", "CRATE.", "libCRATE-", "libCRATE.", link::ALL_CRATES].map(|own| own.replace("CRATE", CRATE));
    let is_program = path.parent().is_some_and(|parent| parent.ends_with("deps"))
        && path.extension().is_none_or(|extension| extension == "exe" || extension == "pdb");
    is_program
        || own.iter().any(|own| name.starts_with(own.as_str()))
        || matches!(name, "incremental" | "examples" | "doc")
}

/// Whether compilers replace such a file as a whole. Path dependencies are copied all the same: they are the ones that a
/// kernel does compile anew, whenever somebody edits them.
fn is_replaced_not_written(path: &Path, name: &str, edited: &BTreeSet<String>) -> bool {
    let is_library = path.extension().is_some_and(|extension| {
        ["rlib", "rmeta", "so", "dylib", "dll", "lib"].into_iter().any(|library| extension == library)
    });
    // Cargo's notes about them have such names too, and it writes into those.
    let is_note = path.components().any(|part| part.as_os_str() == ".fingerprint");
    let is_build_script = !is_note && (name.starts_with("build-script-") || name.starts_with("build_script_"));
    let is_program = is_build_script && path.extension().is_none_or(|extension| extension == "exe");
    (is_library || is_program) && !edited.contains(crate_of(name))
}

/// `ndarray` for `libndarray-0123456789abcdef.rlib`.
fn crate_of(name: &str) -> &str {
    let name = name.strip_prefix("lib").unwrap_or(name);
    name.find(['-', '.']).map_or(name, |end| &name[..end])
}

/// Copies with the time of modification, by which cargo knows what is fresh.
fn copy_with_time(from: &Path, to: &Path) -> Result<()> {
    files::copy(from, to)?;
    let copy = File::options().write(true).open(to).and_then(|copy| copy.set_modified(modified(from)?));
    copy.with_context(|| format!("cannot set the time of {}", to.display()))
}

fn is_as_new(path: &Path, time: SystemTime) -> bool {
    modified(path).is_ok_and(|own| own >= time)
}

fn modified(path: &Path) -> std::io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_from_a_folder_are_told_from_downloaded_ones() {
        let lock = "version = 4\n\n[[package]]\nname = \"own-crate\"\nversion = \"1.0.0\"\ndependencies = [\n \"polars\",\n]\n\n\
                    [[package]]\nname = \"polars\"\nversion = \"1.0.0\"\nsource = \"registry+https://example.org\"\n";
        assert_eq!(path_packages(lock), BTreeSet::from(["own_crate".to_owned()]));
    }

    #[test]
    fn a_library_is_linked_unless_somebody_edits_its_crate() {
        let edited = BTreeSet::from(["own_crate".to_owned()]);
        for (name, is_linked) in [
            ("libown_crate-1f.rlib", false),
            ("libown_crate.rlib", false),
            ("libown_crate_of_others-1f.rlib", true),
            ("libpolars-1f.rmeta", true),
            ("polars-1f.d", false),
            ("build/libc-1f/build-script-build", true),
            (".fingerprint/libc-1f/build-script-build-script-build", false),
        ] {
            let path = Path::new(name);
            let name_only = path.file_name().unwrap().to_string_lossy();
            assert_eq!(is_replaced_not_written(path, &name_only, &edited), is_linked, "{name}");
        }
    }
}
