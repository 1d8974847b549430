//! Build folders: the template, a copy of it for each kernel, and the removal of copies whose kernel is gone.

use crate::copy::{lock_file, merge, path_packages};
use crate::kept;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

/// The name that evcxr gives its crate.
pub const CRATE: &str = "ctx";

/// A kernel's folder, and the lock that says that the kernel lives.
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// Held by the kernel's process.
    pub lock: File,
}

/// The template among the `kernels` folders.
pub fn template(kernels: &Path) -> PathBuf {
    kernels.join("template")
}

/// Makes a folder for a new kernel; removes those of dead ones.
pub fn make(kernels: &Path) -> Result<Folder> {
    let running = kernels.join("running");
    fs::create_dir_all(&running).with_context(|| format!("cannot create {}", running.display()))?;
    let template = template(kernels);
    let template_lock = lock_file(&template)?;
    template_lock.lock_shared().context("cannot lock the template")?;
    if !template.join("stamp").exists() {
        bail!("{} is not finished: run cargo xtask lab", template.display());
    }
    let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.subsec_nanos());
    let path = running.join(format!("{}-{nanoseconds}", process::id()));
    // The lock is taken before the folder exists: a sweep never sees an unlocked folder of a living kernel.
    let lock = lock_file(&path)?;
    lock.lock().context("cannot lock the kernel's folder")?;
    if let Err(error) = copy(&template, &path).and_then(|()| kept::give(kernels, &path)) {
        let _ = fs::remove_dir_all(&path);
        return Err(error);
    }
    // Not before: Linux' ext4 makes files five times slower in the seconds after many were deleted.
    sweep(kernels)?;
    Ok(Folder { path, lock })
}

/// Makes `folder` a copy of the template.
fn copy(template: &Path, folder: &Path) -> Result<()> {
    let lock = fs::read_to_string(template.join("Cargo.lock")).context("cannot read the template's Cargo.lock")?;
    merge(template, folder, None, &path_packages(&lock))
}

/// How many kernels are running, and how many left a folder behind.
pub fn count(kernels: &Path) -> (usize, usize) {
    let entries = fs::read_dir(kernels.join("running")).into_iter().flatten().flatten().map(|entry| entry.path());
    let locks = entries.filter(|path| path.extension().is_some_and(|extension| extension == "lock"));
    let (dead, alive): (Vec<_>, Vec<_>) =
        locks.partition(|path| File::open(path).is_ok_and(|lock| lock.try_lock().is_ok()));
    (alive.len(), dead.len())
}

/// Removes the folders whose kernel is gone: those whose lock can be taken.
pub fn sweep(kernels: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(kernels.join("running")) else { return Ok(()) };
    for entry in entries.flatten() {
        let lock_path = entry.path();
        if lock_path.extension().is_none_or(|extension| extension != "lock") {
            continue;
        }
        let Ok(lock) = File::open(&lock_path) else { continue };
        if lock.try_lock().is_ok() {
            // A folder that cannot be removed now is tried again at the next start.
            let folder = lock_path.with_extension("");
            if !folder.exists() || fs::remove_dir_all(&folder).is_ok() {
                let _ = fs::remove_file(&lock_path);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One crate that somebody edits, one from a registry.
    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"own-crate\"\nversion = \"1.0.0\"\n\n\
        [[package]]\nname = \"polars\"\nversion = \"1.0.0\"\nsource = \"registry+https://example.org\"\n";

    struct Kernels(PathBuf);

    impl Kernels {
        fn new(name: &str) -> Kernels {
            let path = std::env::temp_dir().join(format!("xtask-{name}-{}", process::id()));
            let deps = path.join("template/target/debug/deps");
            fs::create_dir_all(&deps).unwrap();
            for file in ["libpolars-1.rlib", "libown_crate-1.rlib", "libctx.so", "polars-1.d", "own_crate-2"] {
                fs::write(deps.join(file), file).unwrap();
            }
            fs::write(path.join("template/stamp"), "").unwrap();
            fs::write(path.join("template/Cargo.lock"), LOCK).unwrap();
            Kernels(path)
        }
    }

    impl Drop for Kernels {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn writing_into_a_copy_leaves_the_template_alone() {
        let kernels = Kernels::new("copy");
        let folder = make(&kernels.0).unwrap();
        for file in ["libown_crate-1.rlib", "polars-1.d"] {
            fs::write(folder.path.join("target/debug/deps").join(file), "changed").unwrap();
            assert_eq!(fs::read_to_string(kernels.0.join("template/target/debug/deps").join(file)).unwrap(), file);
        }
    }

    #[test]
    fn a_copy_holds_the_libraries_with_their_times_but_no_test_programs() {
        let kernels = Kernels::new("times");
        let folder = make(&kernels.0).unwrap();
        let deps = |root: &Path| root.join("target/debug/deps");
        let modified = |path: PathBuf| fs::metadata(path).unwrap().modified().unwrap();
        for file in ["libpolars-1.rlib", "libown_crate-1.rlib", "polars-1.d"] {
            let original = deps(&kernels.0.join("template")).join(file);
            assert_eq!(modified(deps(&folder.path).join(file)), modified(original), "{file}");
        }
        assert!(!deps(&folder.path).join("libctx.so").exists());
        assert!(!deps(&folder.path).join("own_crate-2").exists());
    }

    #[test]
    fn a_folder_is_swept_when_and_only_when_its_lock_is_free() {
        let kernels = Kernels::new("sweep");
        let living = make(&kernels.0).unwrap();
        let dead = make(&kernels.0).unwrap();
        drop(dead.lock);
        sweep(&kernels.0).unwrap();
        assert!(living.path.exists());
        assert!(!dead.path.exists());
        assert_eq!(fs::read_dir(kernels.0.join("running")).unwrap().count(), 2);
    }

    #[test]
    fn what_a_kernel_added_or_compiled_anew_is_there_for_the_next() {
        let kernels = Kernels::new("kept");
        let deps = Path::new("target/debug/deps");
        let folder = make(&kernels.0).unwrap();
        for file in ["libregex-1.rlib", "libctx.so", "libown_crate-1.rlib", "crates-1.so"] {
            fs::write(folder.path.join(deps).join(file), "new").unwrap();
        }
        kept::keep(&folder.path).unwrap();
        drop(folder.lock);
        let next = make(&kernels.0).unwrap();
        let found = |file: &str| fs::read_to_string(next.path.join(deps).join(file)).ok();
        assert_eq!(found("libregex-1.rlib").as_deref(), Some("new"));
        assert_eq!(found("libown_crate-1.rlib").as_deref(), Some("new"));
        assert_eq!(found("libpolars-1.rlib").as_deref(), Some("libpolars-1.rlib"));
        assert_eq!((found("libctx.so"), found("crates-1.so")), (None, None));
        assert_eq!(kept::size(&kernels.0), 6);
        kept::forget(&kernels.0).unwrap();
        assert!(!make(&kernels.0).unwrap().path.join(deps).join("libregex-1.rlib").exists());
    }

    #[test]
    fn an_unfinished_template_is_refused() {
        let kernels = Kernels::new("unfinished");
        fs::remove_file(kernels.0.join("template/stamp")).unwrap();
        let error = make(&kernels.0).err().unwrap().to_string();
        assert!(error.contains("not finished"), "{error}");
    }
}
