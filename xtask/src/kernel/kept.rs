//! Crates that a notebook adds by `:dep`, or that were edited, kept for the next kernel as they were compiled.
//!
//! Cargo names what it compiles by a hash of all that goes into it but the source, and knows by their times which sources
//! are newer. So what a kernel has that the template has not can lie beside the template's in the folders of all later
//! kernels: there cargo finds it, and has nothing to compile. It is forgotten when the compiler or the workspace's versions
//! change, and when it becomes too much.

use super::folder::{lock_file, merge, template};
use crate::lab::remove_folder;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// More than a few large crates with all they need, in bytes.
const MOST: u64 = 4 << 30;

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
    merge(&kernel.join("target"), &kept.join("target"), Some(&template(kernels).join("target")))
}

/// Puts all that is kept into the new folder of a kernel.
pub fn give(kernels: &Path, kernel: &Path) -> Result<()> {
    let kept = folder(kernels);
    if !kept.exists() {
        return Ok(());
    }
    let lock = lock_file(&kept)?;
    lock.lock_shared().context("cannot lock what is kept")?;
    merge(&kept, kernel, None)
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
    of(&folder(kernels))
}
