//! Crates that a notebook adds by `:dep`, or that were edited, kept for the next kernel as they were compiled.
//!
//! Cargo names what it compiles by a hash of all that goes into it but the source, and knows by their times which sources
//! are newer. So what a kernel compiled beyond the template can be copied next to the template's files in the folders of
//! all later kernels: there cargo finds it, and has nothing to compile. It is forgotten when the compiler or the workspace's versions
//! change, and when it becomes too much.

use crate::copy::{lock, lock_shared, merge, path_packages};
use crate::files;
use crate::folder::template;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// More than a few large crates with all they need, in bytes.
const MOST: u64 = 4 << 30;

/// The file that holds the names of kept crates that somebody edits.
const EDITED: &str = "edited";

/// The folder of what is kept, among the `kernels` folders.
fn folder(kernels: &Path) -> PathBuf {
    kernels.join("kept")
}

/// Keeps what was compiled in the folder of a running kernel.
pub fn keep(kernel: &Path) -> Result<()> {
    let kernels = kernel.ancestors().nth(2).context("a kernel's folder lies among the kernels'")?;
    let kept = folder(kernels);
    let _lock = lock(&kept)?;
    if size(kernels) > MOST {
        files::remove(&kept)?;
    }
    let mut edited = path_packages(&files::read_text(&kernel.join("Cargo.lock"))?);
    merge(&kernel.join("target"), &kept.join("target"), Some(&template(kernels).join("target")), &edited)?;
    edited.extend(edited_crates(&kept));
    files::write(&kept.join(EDITED), Vec::from_iter(edited).join("\n"))
}

/// Puts all that is kept into the new folder of a kernel.
pub fn give(kernels: &Path, kernel: &Path) -> Result<()> {
    let kept = folder(kernels);
    if !kept.exists() {
        return Ok(());
    }
    let _lock = lock_shared(&kept)?;
    let target = kept.join("target");
    if target.exists() { merge(&target, &kernel.join("target"), None, &edited_crates(&kept)) } else { Ok(()) }
}

/// Forgets all of it.
pub fn forget(kernels: &Path) -> Result<()> {
    let kept = folder(kernels);
    let _lock = lock(&kept)?;
    files::remove(&kept)
}

/// How many bytes are kept.
pub fn size(kernels: &Path) -> u64 {
    size_of(&folder(kernels).join("target"))
}

/// Of the kept crates, those that come from a folder, not from a registry; none is known before something is kept.
fn edited_crates(kept: &Path) -> BTreeSet<String> {
    fs::read_to_string(kept.join(EDITED)).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn size_of(folder: &Path) -> u64 {
    let mut size = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(found) if found.is_dir() => size += size_of(&entry.path()),
            Ok(found) => size += found.len(),
            Err(_) => {}
        }
    }
    size
}
