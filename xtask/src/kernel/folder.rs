//! Build folders: the template, a copy of it for each kernel, and the removal of copies whose kernel is gone.
//!
//! Compiled libraries, all but a few megabytes, are hard links: compilers replace such files, never write into them.
//! What cargo and build scripts write in place is really copied, so no kernel can damage the template.

use super::{kept, link};
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

/// The file whose lock guards a folder: exclusive to change it, shared to copy it.
pub fn lock_file(folder: &Path) -> Result<File> {
    let path = folder.with_extension("lock");
    let file = File::options().create(true).truncate(false).read(true).write(true).open(&path);
    file.with_context(|| format!("cannot write {}", path.display()))
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
    if let Err(error) = merge(&template, &path, None).and_then(|()| kept::give(kernels, &path)) {
        let _ = fs::remove_dir_all(&path);
        return Err(error);
    }
    // Not before: Linux' ext4 makes files five times slower in the seconds after many were deleted.
    sweep(kernels)?;
    Ok(Folder { path, lock })
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

/// Copies into the folder `to` what it does not have, or has older; without what lies in the same place in `known`.
pub fn merge(from: &Path, to: &Path, known: Option<&Path>) -> Result<()> {
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
            merge(&source, &target, known.as_deref())?;
            continue;
        }
        let modified = modified(&source)?;
        let has = |path: &Path| self::modified(path).is_ok_and(|time| time >= modified);
        if has(&target) || known.is_some_and(|known| has(&known)) {
            continue;
        }
        fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
        let _ = fs::remove_file(&target);
        if !(is_replaced_not_written(&source, &name) && fs::hard_link(&source, &target).is_ok()) {
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

/// Whether compilers replace such a file as a whole. nn-core's own are copied all the same: they are the ones that a
/// kernel does compile anew, whenever somebody edits the crate.
fn is_replaced_not_written(path: &Path, name: &str) -> bool {
    let is_library = path.extension().is_some_and(|extension| {
        ["rlib", "rmeta", "so", "dylib", "dll", "lib"].into_iter().any(|library| extension == library)
    });
    let is_build_script = name.starts_with("build-script-") || name.starts_with("build_script_");
    let is_program = is_build_script && path.extension().is_none_or(|extension| extension == "exe");
    (is_library || is_program) && !name.contains("nn_core")
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

#[cfg(test)]
mod tests {
    use super::*;

    struct Kernels(PathBuf);

    impl Kernels {
        fn new(name: &str) -> Kernels {
            let path = std::env::temp_dir().join(format!("xtask-{name}-{}", process::id()));
            let deps = path.join("template/target/debug/deps");
            fs::create_dir_all(&deps).unwrap();
            for file in ["libpolars-1.rlib", "libnn_core-1.rlib", "libctx.so", "polars-1.d", "nn_core-2"] {
                fs::write(deps.join(file), file).unwrap();
            }
            fs::write(path.join("template/stamp"), "").unwrap();
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
        for file in ["libnn_core-1.rlib", "polars-1.d"] {
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
        for file in ["libpolars-1.rlib", "libnn_core-1.rlib", "polars-1.d"] {
            let original = deps(&kernels.0.join("template")).join(file);
            assert_eq!(modified(deps(&folder.path).join(file)), modified(original), "{file}");
        }
        assert!(!deps(&folder.path).join("libctx.so").exists());
        assert!(!deps(&folder.path).join("nn_core-2").exists());
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
        for file in ["libregex-1.rlib", "libctx.so", "libnn_core-1.rlib", "crates-1.so"] {
            fs::write(folder.path.join(deps).join(file), "new").unwrap();
        }
        kept::keep(&folder.path).unwrap();
        drop(folder.lock);
        let next = make(&kernels.0).unwrap();
        let found = |file: &str| fs::read_to_string(next.path.join(deps).join(file)).ok();
        assert_eq!(found("libregex-1.rlib").as_deref(), Some("new"));
        assert_eq!(found("libnn_core-1.rlib").as_deref(), Some("new"));
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
