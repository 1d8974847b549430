//! Crates that a notebook adds by `:dep`, or that were edited, kept for the next kernel as they were compiled.
//!
//! Cargo names what it compiles by a hash of all that goes into it but the source, and knows by their times which sources
//! are newer. So what a kernel has that the template has not can lie beside the template's in the folders of all later
//! kernels: there cargo finds it, and has nothing to compile. It is forgotten when the compiler or the workspace's versions
//! change, and when it becomes too much.

use crate::copy::{lock_file, merge, path_packages, remove_folder};
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
    let kernels = kernel.parent().and_then(Path::parent).context("a kernel's folder lies among the kernels'")?;
    let kept = folder(kernels);
    let lock = lock_file(&kept)?;
    lock.lock().context("cannot lock what is kept")?;
    if size(kernels) > MOST {
        remove_folder(&kept)?;
    }
    let edited = path_packages(&fs::read_to_string(kernel.join("Cargo.lock")).context("cannot read Cargo.lock")?);
    let known = template(kernels).join("target");
    merge(&kernel.join("target"), &kept.join("target"), Some(&known), &edited)?;
    let edited: BTreeSet<_> = edited.into_iter().chain(edited_crates(&kept)).collect();
    let names: Vec<_> = edited.into_iter().collect();
    fs::write(kept.join(EDITED), names.join("\n")).context("cannot write which crates are edited")
}

/// Puts all that is kept into the new folder of a kernel.
pub fn give(kernels: &Path, kernel: &Path) -> Result<()> {
    let kept = folder(kernels);
    if !kept.exists() {
        return Ok(());
    }
    let lock = lock_file(&kept)?;
    lock.lock_shared().context("cannot lock what is kept")?;
    merge(&kept.join("target"), &kernel.join("target"), None, &edited_crates(&kept))
}

/// Of the kept crates, those that come from a folder, not from a registry.
fn edited_crates(kept: &Path) -> BTreeSet<String> {
    fs::read_to_string(kept.join(EDITED)).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Forgets all of it.
pub fn forget(kernels: &Path) -> Result<()> {
    let kept = folder(kernels);
    let lock = lock_file(&kept)?;
    lock.lock().context("cannot lock what is kept")?;
    remove_folder(&kept)
}

/// How many bytes are kept.
pub fn size(kernels: &Path) -> u64 {
    fn of(folder: &Path) -> u64 {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let sizes = entries.filter_map(|entry| Some((entry.path(), entry.metadata().ok()?)));
        sizes.map(|(path, file)| if file.is_dir() { of(&path) } else { file.len() }).sum()
    }
    of(&folder(kernels).join("target"))
}
