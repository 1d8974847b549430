//! Build folders: the template, a copy of it for each kernel, and the removal of copies whose kernel is gone.

use crate::copy::{self, lock, lock_shared, path_packages};
use crate::files::{self, Lock};
use crate::{kept, way};
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

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
    let template = template(kernels);
    let _template_lock = lock_shared(&template)?;
    if !template.join("stamp").exists() {
        bail!("{} is not finished: run cargo xtask lab", template.display());
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock stands before 1970")?;
    let path = kernels.join("running").join(format!("{}-{}", process::id(), now.subsec_nanos()));
    // The lock is taken before the folder exists: a sweep never sees an unlocked folder of a living kernel.
    let lock = lock(&path)?;
    if let Err(error) = fill(kernels, &path).and_then(|()| way::open(&path)) {
        let _ = files::remove(&path);
        return Err(error);
    }
    // Not before: Linux' ext4 makes files five times slower in the seconds after many were deleted.
    sweep(kernels)?;
    Ok(Folder { path, lock })
}

/// Puts into the new `folder` what the template has, and what earlier kernels compiled besides.
fn fill(kernels: &Path, folder: &Path) -> Result<()> {
    let template = template(kernels);
    let edited = path_packages(&files::read_text(&template.join("Cargo.lock"))?);
    copy::merge(&template, folder, None, &edited)?;
    kept::give(kernels, folder)
}

/// How many kernels are running, and how many left a folder behind.
pub fn count(kernels: &Path) -> (usize, usize) {
    let (mut alive, mut dead) = (0, 0);
    for path in locks(kernels) {
        match free(&path) {
            Some(_) => dead += 1,
            None => alive += 1,
        }
    }
    (alive, dead)
}

/// Removes the folders whose kernel is gone: those whose lock can be taken. Where there are no locks, none.
pub fn sweep(kernels: &Path) -> Result<()> {
    for path in locks(kernels) {
        if let Some(_lock) = free(&path) {
            remove(&path.with_extension(""));
        }
    }
    Ok(())
}

/// Removes the folder of a kernel that is gone. If it cannot be removed now, that is tried again at the next start.
pub fn remove(folder: &Path) {
    way::close(folder);
    if !folder.exists() || fs::remove_dir_all(folder).is_ok() {
        let _ = fs::remove_file(folder.with_extension("lock"));
    }
}

/// The process of the launcher that made a folder, and is or was its kernel.
pub fn launcher(folder: &Path) -> Option<u32> {
    folder.file_name()?.to_str()?.split('-').next()?.parse().ok()
}

/// The locks of all kernels, running or not; none before the first has started.
fn locks(kernels: &Path) -> Vec<PathBuf> {
    let mut paths = files::list(&kernels.join("running")).unwrap_or_default();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "lock"));
    paths
}

/// The lock, if its kernel is gone.
fn free(path: &Path) -> Option<File> {
    // NFS gives a lock for oneself only to who may write.
    let lock = File::options().read(true).write(true).open(path).ok()?;
    (files::try_lock(&lock) == Lock::Ours).then_some(lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One crate that somebody edits, one from a registry.
    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"own-crate\"\nversion = \"1.0.0\"\n\n\
        [[package]]\nname = \"polars\"\nversion = \"1.0.0\"\nsource = \"registry+https://example.org\"\n";

    const DEPS: &str = "target/debug/deps";

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
        assert_eq!(launcher(&folder.path), Some(process::id()));
        for file in ["libown_crate-1.rlib", "polars-1.d"] {
            fs::write(folder.path.join("target/debug/deps").join(file), "changed").unwrap();
            assert_eq!(fs::read_to_string(kernels.0.join("template/target/debug/deps").join(file)).unwrap(), file);
        }
    }

    #[test]
    fn a_copy_holds_the_libraries_with_their_times_but_no_test_programs() {
        let kernels = Kernels::new("times");
        let folder = make(&kernels.0).unwrap();
        for file in ["libpolars-1.rlib", "libown_crate-1.rlib", "polars-1.d"] {
            let [original, copy] = [kernels.0.join("template"), folder.path.clone()]
                .map(|root| fs::metadata(root.join(DEPS).join(file)).unwrap().modified().unwrap());
            assert_eq!(copy, original, "{file}");
        }
        assert!(!folder.path.join(DEPS).join("libctx.so").exists());
        assert!(!folder.path.join(DEPS).join("own_crate-2").exists());
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
        let folder = make(&kernels.0).unwrap();
        for file in ["libregex-1.rlib", "libctx.so", "libown_crate-1.rlib", "crates-1.so"] {
            fs::write(folder.path.join(DEPS).join(file), "new").unwrap();
        }
        kept::keep(&folder.path).unwrap();
        drop(folder.lock);
        let next = make(&kernels.0).unwrap();
        for (file, content) in [
            ("libregex-1.rlib", Some("new")),
            ("libown_crate-1.rlib", Some("new")),
            ("libpolars-1.rlib", Some("libpolars-1.rlib")),
            ("libctx.so", None),
            ("crates-1.so", None),
        ] {
            let found = fs::read_to_string(next.path.join(DEPS).join(file)).ok();
            assert_eq!(found.as_deref(), content, "{file}");
        }
        assert_eq!(kept::size(&kernels.0), 6);
        kept::forget(&kernels.0).unwrap();
        assert!(!make(&kernels.0).unwrap().path.join(DEPS).join("libregex-1.rlib").exists());
    }

    #[test]
    fn an_unfinished_template_is_refused() {
        let kernels = Kernels::new("unfinished");
        fs::remove_file(kernels.0.join("template/stamp")).unwrap();
        let error = make(&kernels.0).err().unwrap().to_string();
        assert!(error.contains("not finished"), "{error}");
    }
}
