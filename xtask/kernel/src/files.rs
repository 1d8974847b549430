//! Files and folders, with what was tried and the path in every error.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A file's bytes.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| cannot("read", path))
}

/// A file's text.
pub fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| cannot("read", path))
}

/// What a folder holds, by name.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| cannot("read", folder))? {
        paths.push(entry.with_context(|| cannot("read", folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Writes a file, and the folders above it.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    create_parent(path)?;
    fs::write(path, content).with_context(|| cannot("write", path))
}

/// Writes a file beside `path` and gives it that name: a reader sees the old content or the new, never half of it.
pub fn replace(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    let mut name = path.file_name().with_context(|| cannot("write", path))?.to_owned();
    name.push(".new");
    let fresh = path.with_file_name(name);
    write(&fresh, content)?;
    rename(&fresh, path)
}

/// Writes a file unless it holds just that; returns whether it had to.
pub fn update(path: &Path, content: impl AsRef<[u8]>) -> Result<bool> {
    let is_old = !fs::read(path).is_ok_and(|old| old == content.as_ref());
    if is_old {
        write(path, content)?;
    }
    Ok(is_old)
}

/// Creates an empty file, or empties it.
pub fn create(path: &Path) -> Result<File> {
    create_parent(path)?;
    File::create(path).with_context(|| cannot("write", path))
}

/// Creates a folder, and those above it; it is fine if it is there.
pub fn create_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| cannot("create", path))
}

/// The SHA-256 of some content, in hexadecimal digits.
pub fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Copies a file's content.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    create_parent(to)?;
    fs::copy(from, to).with_context(|| format!("{} to {}", cannot("copy", from), to.display()))?;
    Ok(())
}

/// Gives a file another name; a file that has it already is replaced.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).with_context(|| format!("{} to {}", cannot("rename", from), to.display()))
}

/// Removes a file, or a folder with all it holds; it is fine if there is none.
pub fn remove(path: &Path) -> Result<()> {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    let removed = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).with_context(|| cannot("remove", path)),
        _ => Ok(()),
    }
}

/// Opens the file at `path` for a lock, and makes it if it is not there. Nobody else reads or writes it.
pub fn lock_file(path: &Path) -> Result<File> {
    create_parent(path)?;
    let file = File::options().create(true).truncate(false).read(true).write(true).open(path);
    file.with_context(|| cannot("write", path))
}

/// Waits until nobody else holds the lock of the file at `path`; it is ours as long as the value lives.
///
/// Where the file system has no locks it does not wait, as cargo does not: better two at once than nobody.
pub fn lock(path: &Path) -> Result<File> {
    let file = lock_file(path)?;
    go_on_without_locks(file.lock()).with_context(|| cannot("lock", path))?;
    Ok(file)
}

/// Waits until nobody holds the lock of the file at `path` for themselves; others may share it with us.
///
/// Where the file system has no locks it does not wait.
pub fn lock_shared(path: &Path) -> Result<File> {
    let file = lock_file(path)?;
    go_on_without_locks(file.lock_shared()).with_context(|| cannot("lock", path))?;
    Ok(file)
}

/// Whose a lock is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lock {
    /// Ours now, as long as the file is open.
    Ours,
    /// Somebody else's.
    Theirs,
    /// Nobody can tell: the file system has no locks, or there is an error.
    Unknown,
}

/// Takes the lock of a file, opened to be written, if nobody else has it.
pub fn try_lock(file: &File) -> Lock {
    match file.try_lock() {
        Ok(()) => Lock::Ours,
        Err(TryLockError::WouldBlock) => Lock::Theirs,
        Err(TryLockError::Error(_)) => Lock::Unknown,
    }
}

/// Whether this error says that the file system has no locks, as some on other computers (NFS, Lustre, SMB, FUSE).
pub fn has_no_locks(error: &io::Error) -> bool {
    /// ENOLCK on Linux, on macOS and the BSDs.
    const NO_LOCKS: [i32; 2] = [37, 77];
    error.kind() == ErrorKind::Unsupported
        || (cfg!(unix) && error.raw_os_error().is_some_and(|code| NO_LOCKS.contains(&code)))
}

fn go_on_without_locks(locked: io::Result<()>) -> io::Result<()> {
    match locked {
        Err(error) if has_no_locks(&error) => Ok(()),
        other => other,
    }
}

fn create_parent(path: &Path) -> Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => create_dir(parent),
        _ => Ok(()),
    }
}

fn cannot(verb: &str, path: &Path) -> String {
    format!("cannot {verb} {}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("nn-kernel-files-{name}-{}", std::process::id()));
        remove(&folder).unwrap();
        folder
    }

    #[test]
    fn an_error_says_what_was_tried_and_where() {
        let nothing = folder("nothing").join("there");
        assert_eq!(read(&nothing).unwrap_err().to_string(), cannot("read", &nothing));
        assert_eq!(list(&nothing).unwrap_err().to_string(), cannot("read", &nothing));
        let copied = copy(&nothing, &nothing.with_extension("copy"));
        assert!(copied.unwrap_err().to_string().starts_with(&cannot("copy", &nothing)));
        remove(nothing.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_file_is_replaced_whole_and_updated_only_where_it_differs() {
        let folder = folder("replaced");
        let deep = folder.join("deep");
        let path = deep.join("file");
        replace(&path, "one").unwrap();
        replace(&path, "two").unwrap();
        assert_eq!(list(&deep).unwrap().len(), 1);
        assert!(!update(&path, "two").unwrap());
        assert!(update(&path, "three").unwrap());
        assert_eq!(read_text(&path).unwrap(), "three");
        remove(&folder).unwrap();
        assert!(!folder.exists());
        remove(&folder).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_system_without_locks_is_told_from_a_lock_that_fails() {
        // ENOTSUP, ENOSYS, ENOLCK; then EIO, EBADF.
        for (code, has_none) in [(95, true), (38, true), (37, true), (5, false), (9, false)] {
            let error = io::Error::from_raw_os_error(code);
            assert_eq!(has_no_locks(&error), has_none, "{error}");
            assert_eq!(go_on_without_locks(Err(error)).is_ok(), has_none);
        }
    }

    #[test]
    fn a_lock_is_ours_or_theirs() {
        let path = folder("locked");
        let (one, other) = (lock_file(&path).unwrap(), lock_file(&path).unwrap());
        assert_eq!((try_lock(&one), try_lock(&other)), (Lock::Ours, Lock::Theirs));
        drop(one);
        assert_eq!(try_lock(&other), Lock::Ours);
        remove(&path).unwrap();
    }
}
