//! What the folders of kernels share: their locks, and copies that cost nothing.
//!
//! Compiled libraries, all but a few megabytes, are hard links: compilers replace such files, never write into them.
//! What cargo and build scripts write in place is really copied, so no kernel can damage the template.

use crate::folder::CRATE;
use crate::link;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

/// The file whose lock guards a folder: exclusive to change it, shared to copy it.
pub fn lock_file(folder: &Path) -> Result<File> {
    let path = folder.with_extension("lock");
    let file = File::options().create(true).truncate(false).read(true).write(true).open(&path);
    file.with_context(|| format!("cannot write {}", path.display()))
}

/// Removes a folder with all it holds; it is fine if there is none.
pub fn remove_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// In hexadecimal digits.
pub fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Copies into the folder `to` what it does not have, or has older; without what lies in the same place in `known`.
/// `edited` holds the crates whose files are copied, not linked, as [`path_packages`] names them.
pub fn merge(from: &Path, to: &Path, known: Option<&Path>, edited: &BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let known = known.map(|known| known.join(entry.file_name()));
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if is_left_out(&source, &name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            merge(&source, &target, known.as_deref(), edited)?;
            continue;
        }
        let modified = modified(&source)?;
        let has = |path: &Path| self::modified(path).is_ok_and(|time| time >= modified);
        if has(&target) || known.is_some_and(|known| has(&known)) {
            continue;
        }
        fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
        let _ = fs::remove_file(&target);
        if !(is_replaced_not_written(&source, &name, edited) && fs::hard_link(&source, &target).is_ok()) {
            copy_file(&source, &target).with_context(|| format!("cannot copy {}", source.display()))?;
        }
    }
    Ok(())
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

/// Whether compilers replace such a file as a whole. Path dependencies are copied all the same: they are the ones that a
/// kernel does compile anew, whenever somebody edits them.
fn is_replaced_not_written(path: &Path, name: &str, edited: &BTreeSet<String>) -> bool {
    let is_library = path.extension().is_some_and(|extension| {
        ["rlib", "rmeta", "so", "dylib", "dll", "lib"].into_iter().any(|library| extension == library)
    });
    let is_build_script = name.starts_with("build-script-") || name.starts_with("build_script_");
    let is_program = is_build_script && path.extension().is_none_or(|extension| extension == "exe");
    (is_library || is_program) && !edited.contains(crate_of(name))
}

/// `ndarray` for `libndarray-0123456789abcdef.rlib`.
fn crate_of(name: &str) -> &str {
    let name = name.strip_prefix("lib").unwrap_or(name);
    name.find(['-', '.']).map_or(name, |end| &name[..end])
}

/// Copies with the time of modification, by which cargo knows what is fresh.
fn copy_file(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)?;
    File::options().write(true).open(to)?.set_modified(modified(from)?)?;
    Ok(())
}

fn modified(path: &Path) -> std::io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}
