//! Files read and written as a whole: nothing that never ends is read, and nothing half written is ever in place.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{Error, Result};

/// The size of a file in bytes, asked before it is opened: a device may never end, and a pipe may never begin.
///
/// # Errors
/// [`Error::Io`] if there is no such file; [`Error::Content`] if it is none or empty, saying what was `expected`.
pub(crate) fn size(path: &Path, expected: &str) -> Result<u64> {
    let metadata = fs::metadata(path).map_err(|source| Error::io("read", path, source))?;
    let found = match metadata.len() {
        _ if metadata.is_dir() => "a folder",
        _ if !metadata.is_file() => "a device or a pipe",
        0 => "an empty file (0 bytes)",
        size => return Ok(size),
    };
    Err(Error::content(path, "", expected, found))
}

/// How many temporary files this process has begun: the next one's number, so that no two of its threads write to one file.
static BEGUN: AtomicUsize = AtomicUsize::new(0);

/// Writes a file so that at every moment the old or the new one is there, whole: a temporary file, then a rename.
///
/// Missing folders are made. A process that is killed leaves its temporary file; whoever writes to `path` next removes it.
///
/// # Errors
/// [`Error::Io`]; what was there before is then untouched.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<()> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        // The rename below would replace /dev/null by a file, where the user may do that.
        return Err(Error::io("write", path, io::Error::other("it is a folder or a device, not a file")));
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|source| Error::io("create the folder of", path, source))?;
    }
    remove_what_dead_processes_left(path);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.{}.tmp", std::process::id(), BEGUN.fetch_add(1, Ordering::Relaxed)));
    let temporary = path.with_file_name(name);
    write_and_rename(&temporary, path, content).map_err(|source| {
        let _ = fs::remove_file(&temporary);
        Error::io("write", path, source)
    })
}

fn write_and_rename(temporary: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create(temporary)?;
    // Held until the file has its name: the sign that its process lives. Not every file system has locks.
    let _ = file.try_lock();
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(temporary, path)
}

/// Removes the temporary files of `path` that no living process has locked.
fn remove_what_dead_processes_left(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Ok(entries), Some(name)) = (fs::read_dir(folder), path.file_name()) else { return };
    for entry in entries.flatten() {
        // A pipe of such a name would keep us waiting: files only.
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_of_another_process(&entry.file_name(), name) {
            let unlocked = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
            if unlocked {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Whether `entry` is a temporary file of `name` that this process has not begun.
fn is_of_another_process(entry: &OsStr, name: &OsStr) -> bool {
    let (Some(entry), Some(name)) = (entry.to_str(), name.to_str()) else { return false };
    let numbers = || {
        let (process, number) = entry.strip_prefix(name)?.strip_prefix('.')?.strip_suffix(".tmp")?.split_once('.')?;
        Some((process.parse::<u32>().ok()?, number.parse::<usize>().ok()?))
    };
    // A dead process may have had our number.
    let ours = |(process, number)| process == std::process::id() && number < BEGUN.load(Ordering::Relaxed);
    numbers().is_some_and(|numbers| !ours(numbers))
}
