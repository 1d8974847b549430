//! Compiled cells, kept for whoever runs the same cell again: after a restart, or tomorrow.
//!
//! A cell is found by its file in canonical form ([`crate::canonical`]), the call of the compiler, and the crates that the call
//! names; what else the compiler looked at, files and variables, it says itself. Its library is kept as it was linked, and its
//! messages; those of a cell that does not compile too.
//!
//! All kernels of a repository share one folder. A cell is written beside its place and given its name when it is whole, with
//! a hash; one that does not have that hash is no cell. Those not used for the longest time are removed first. Nothing here
//! ever fails: what cannot be read is compiled, what cannot be written is not kept.

use crate::assumed::CRATE;
use crate::canonical::Canonical;
use crate::common;
use crate::files::{self, sha256};
use crate::link::ALL_CRATES;
use crate::symbol;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{env, process};

/// Changes where cells that were kept before are not to be used any more.
const FORM: &str = "nn-kernel cell 1";
/// Some thousand cells, in bytes.
const MOST: u64 = 1 << 30;
/// A file still being written after that time is nobody's.
const ABANDONED: Duration = Duration::from_secs(3600);
/// What is being written.
const NEW: &str = "new";
/// In a call of the compiler, in place of the kernel's folder.
const KERNEL: &str = "<kernel>";

/// Variables of an environment, and those that are not in it.
type Variables = BTreeMap<String, Option<String>>;

/// The kept cells, for one call of the compiler.
pub struct Shelf {
    folder: PathBuf,
    kernel: PathBuf,
    /// What a cell's key is made of besides its code.
    call: String,
    /// What the compiler makes of a cell.
    library: PathBuf,
    variables: Variables,
    has_common: bool,
}

/// How a cell was compiled.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    /// Whether it was.
    pub is_compiled: bool,
    /// The compiler's stdout.
    pub stdout: Vec<u8>,
    /// The compiler's messages.
    pub stderr: Vec<u8>,
}

/// The folder of kept cells, among the `kernels` folders.
fn folder(kernels: &Path) -> PathBuf {
    kernels.join("kept-cells")
}

impl Shelf {
    /// For cells that the kernel in `kernel` has compiled by this call: `words` and what it changes in our environment.
    ///
    /// `None` where the call is not understood.
    pub fn new(kernel: &Path, words: &[&str], changes: &Value, library: &Path) -> Option<Shelf> {
        if !cfg!(all(target_pointer_width = "64", target_endian = "little")) {
            // symbol.rs knows no other libraries.
            return None;
        }
        let mut variables = Variables::new();
        for (name, value) in changes.as_object()? {
            variables.insert(name.clone(), value.as_str().map(str::to_owned));
        }
        // The compiler lists what a cell reads; these it reads itself.
        let is_read = |name: &str| name.starts_with("RUSTC_") || name == "LIBRARY_PATH";
        let mut read: Variables =
            env::vars().filter(|(name, _)| is_read(name)).map(|(name, value)| (name, Some(value))).collect();
        read.extend(
            variables.iter().filter(|(name, _)| is_read(name)).map(|(name, value)| (name.clone(), value.clone())),
        );
        let mut call = format!("{FORM}\n{words:?}\n{read:?}\n").replace(kernel.to_str()?, KERNEL);
        call += &format!("{:?}\n", stamp(Path::new(words.first()?))?);
        for word in words.windows(2).filter(|pair| pair[0] == "--extern").map(|pair| pair[1]) {
            if let Some((name, path)) = word.split_once('=') {
                call += &format!("{name} {:?}\n", stamp(Path::new(path))?);
            }
        }
        let folder = folder(kernel.ancestors().nth(2)?);
        let has_common = common::is_told(words);
        Some(Shelf { folder, kernel: kernel.to_owned(), call, library: library.to_owned(), variables, has_common })
    }

    /// Whether its cells are compiled with the crate of what all have in common.
    pub fn has_common(&self) -> bool {
        self.has_common
    }

    /// How this cell was compiled before, its library put where the compiler would put it.
    pub fn find(&self, cell: &Canonical) -> Option<Outcome> {
        let path = self.place(cell);
        let kept = fs::read(&path).ok()?;
        let found = self.take(&kept, cell);
        if found.is_err() && read(&kept).is_none() {
            // Torn, or of another form.
            let _ = fs::remove_file(&path);
        }
        let found = found.ok()?;
        // It was used.
        let _ = File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        Some(found)
    }

    fn take(&self, kept: &[u8], cell: &Canonical) -> Result<Outcome> {
        let (head, [stdout, stderr, library]) = read(kept).context("it is torn")?;
        for (name, value) in head["variables"].as_object().into_iter().flatten() {
            ensure!(self.variable(name) == value.as_str().map(str::to_owned), "{name} has changed");
        }
        for (path, hash) in head["files"].as_object().into_iter().flatten() {
            ensure!(
                files::read(&self.kernel.join(path)).is_ok_and(|file| *hash == sha256(&file)),
                "{path} has changed"
            );
        }
        if let Some(crates) = head["crates"].as_str() {
            ensure!(self.library.with_file_name(crates).exists(), "it is linked against {crates}");
        }
        let is_compiled = head["compiled"] == true;
        if is_compiled {
            self.install(library.to_vec(), cell)?;
        }
        Ok(Outcome { is_compiled, stdout: stdout.to_vec(), stderr: stderr.to_vec() })
    }

    /// Keeps what the compiler has just made of a cell, and gives its function its name.
    ///
    /// # Errors
    /// If its library cannot be read, changed or written.
    pub fn keep(&self, cell: &Canonical, outcome: &Outcome) -> Result<()> {
        let library = if outcome.is_compiled { files::read(&self.library)? } else { Vec::new() };
        if let Some((variables, files)) = self.looked_at() {
            let crates = crates(&library);
            let head =
                json!({ "compiled": outcome.is_compiled, "variables": variables, "files": files, "crates": crates });
            // It is compiled again next time.
            let _ = write(&self.place(cell), &head, [&outcome.stdout, &outcome.stderr, &library]);
        }
        if outcome.is_compiled { self.install(library, cell) } else { Ok(()) }
    }

    /// Forgets what an earlier compilation said that it had looked at; before another.
    pub fn prepare(&self) {
        let _ = fs::remove_file(self.list());
    }

    /// Puts a library where the compiler would, with the name of the function by which evcxr will look for it.
    fn install(&self, mut library: Vec<u8>, cell: &Canonical) -> Result<()> {
        symbol::rename(&mut library, &cell.function)?;
        // Another file each time: of two with one inode, the system loads only the first.
        files::remove(&self.library)?;
        files::write(&self.library, library)
    }

    fn place(&self, cell: &Canonical) -> PathBuf {
        self.folder.join(sha256(format!("{}{}", self.call, cell.code).as_bytes()))
    }

    /// Where the compiler lists what it looked at.
    fn list(&self) -> PathBuf {
        self.library.with_file_name(format!("{CRATE}.d"))
    }

    /// The variables and files that the compiler looked at for the last cell, if it said so.
    fn looked_at(&self) -> Option<(Variables, BTreeMap<String, String>)> {
        let list = fs::read_to_string(self.list()).ok()?;
        let (mut variables, mut looked_at) = (Variables::new(), BTreeMap::new());
        for line in list.lines() {
            if let Some(variable) = line.strip_prefix("# env-dep:") {
                let name = variable.split_once('=').map_or(variable, |(name, _)| name);
                variables.insert(name.to_owned(), self.variable(name));
            } else if let Some(path) = line.strip_suffix(':').filter(|path| *path != "src/lib.rs") {
                // A blank in a name has a backslash before it.
                let path = path.replace("\\ ", " ");
                looked_at.insert(path.clone(), sha256(&fs::read(self.kernel.join(path)).ok()?));
            }
        }
        Some((variables, looked_at))
    }

    /// As the compiler sees it.
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned().unwrap_or_else(|| env::var(name).ok())
    }
}

/// What shows that a file is the same, in whichever kernel's folder: time and size.
fn stamp(path: &Path) -> Option<(u128, u64)> {
    let file = fs::metadata(path).ok()?;
    let time = file.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some((time.as_nanos(), file.len()))
}

/// The library of all crates that a cell is linked against.
fn crates(library: &[u8]) -> Option<String> {
    let start = library.windows(ALL_CRATES.len()).position(|bytes| bytes == ALL_CRATES.as_bytes())?;
    let end = library[start..].iter().position(|&byte| byte == 0)?;
    Some(String::from_utf8_lossy(&library[start..start + end]).into_owned())
}

/// A cell's file: a line with the hash of all that follows, a line about it, and then its parts.
fn write(path: &Path, head: &Value, parts: [&Vec<u8>; 3]) -> Result<()> {
    let mut head = head.clone();
    head["sizes"] = parts.map(Vec::len).to_vec().into();
    let rest = [head.to_string().as_bytes(), b"\n", parts[0], parts[1], parts[2]].concat();
    let content = [format!("{FORM} {}\n", sha256(&rest)).as_bytes(), &rest].concat();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).context("the clock stands before 1970")?;
    let fresh = path.with_extension(format!("{}-{}.{NEW}", process::id(), now.as_nanos()));
    let written = files::write(&fresh, content).and_then(|()| files::rename(&fresh, path));
    if written.is_err() {
        let _ = fs::remove_file(fresh);
    }
    written
}

fn read(content: &[u8]) -> Option<(Value, [&[u8]; 3])> {
    let (first, rest) = line(content)?;
    let hash = std::str::from_utf8(first).ok()?.strip_prefix(FORM)?.strip_prefix(' ')?;
    if hash != sha256(rest) {
        return None;
    }
    let (head, mut rest) = line(rest)?;
    let head: Value = serde_json::from_slice(head).ok()?;
    let mut parts = [&rest[..0]; 3];
    for (part, size) in parts.iter_mut().zip(head["sizes"].as_array()?) {
        (*part, rest) = rest.split_at_checked(usize::try_from(size.as_u64()?).ok()?)?;
    }
    Some((head, parts))
}

fn line(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = content.iter().position(|&byte| byte == b'\n')?;
    Some((&content[..end], &content[end + 1..]))
}

/// Removes, when they have become too much, the cells that were not used for the longest time.
pub fn sweep(kernels: &Path) {
    sweep_to(&folder(kernels), MOST);
}

fn sweep_to(folder: &Path, most: u64) {
    let mut cells = Vec::new();
    for path in files::list(folder).unwrap_or_default() {
        let Ok(file) = fs::metadata(&path) else { continue };
        let used = file.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        if path.extension().is_some_and(|extension| extension == NEW) {
            if used.elapsed().is_ok_and(|age| age > ABANDONED) {
                let _ = fs::remove_file(path);
            }
        } else {
            cells.push((used, file.len(), path));
        }
    }
    let mut size: u64 = cells.iter().map(|(_, size, _)| size).sum();
    if size <= most {
        return;
    }
    cells.sort();
    for (_, freed, path) in cells {
        if size <= most / 4 * 3 {
            break;
        }
        if fs::remove_file(path).is_ok() {
            size -= freed;
        }
    }
}

/// How many cells are kept, and how many bytes they take.
pub fn size(kernels: &Path) -> (usize, u64) {
    let cells = files::list(&folder(kernels)).unwrap_or_default();
    let sizes = cells.iter().filter_map(|cell| fs::metadata(cell).ok()).map(|cell| cell.len());
    (cells.len(), sizes.sum())
}

/// Forgets all of them.
///
/// # Errors
/// If they cannot be removed.
pub fn forget(kernels: &Path) -> Result<()> {
    files::remove(&folder(kernels))
}

#[cfg(test)]
mod tests;
