//! What passes between the process that runs a notebook's cells and the kernel that started it: the written protocol.
//!
//! This crate works under any kernel, and our kernel, nn-kernel, runs any crate: both keep to this page, and neither knows the
//! other. nn-kernel describes its side in `relay/records.rs`.
//!
//! # What the kernel tells: two variables of the process's environment
//!
//! | variable | value | meaning |
//! |---|---|---|
//! | `NN_KERNEL` | `1` | the kernel understands records; otherwise nothing of what follows is written |
//! | `NN_KERNEL_INTERRUPT` | the path of a file | the file is there while ■ is pressed in the running cell |
//!
//! The kernel removes the file before the next cell starts. Who runs long looks for it every 20 ms ([`interrupted`]), with no
//! signal, so that it is the same on every system. Both variables are read once.
//!
//! # What the process tells: records on its stdout
//!
//! A record is, as in RFC 7464, the byte 0x1E (␞, record separator), one JSON object in one line, a line feed (⏎). It is one
//! write, flushed. It may follow text on the same line, which is output as ever.
//!
//! ```text
//! loading ␞{"display":{"data":{"text/html":"…","text/plain":"…"},"metadata":{},"id":"nn-live-18c2-1"}}⏎
//! ```
//!
//! | record | meaning | Jupyter's message |
//! |---|---|---|
//! | `{"display":{"data":…,"metadata":…,"id":…}}` | shows something now, in the alternatives of `data`; `id` names it | `display_data` |
//! | `{"update":{"data":…,"metadata":…,"id":…}}` | shows this in place of what `id` names | `update_display_data` |
//! | no object: `␞⏎` | ends the line, without being output | none |
//!
//! - `data` holds text for each MIME type, pictures in base64: what an `evcxr_display` prints for the same thing.
//!   A PNG may say how many of its pixels go into a CSS pixel (its chunk `pHYs`: at 96 pixels per inch, one): the kernel tells
//!   Jupyter its size in CSS pixels.
//! - `id` is Jupyter's `display_id`. No two processes use the same one, so that a figure of yesterday stays as it is.
//! - `metadata` is Jupyter's, and stays in the notebook's file. `{"nn-core":{"live":"training"}}` marks the curve of a
//!   [`Training`](crate::Training): whether it is there depends on how long the training took, so a comparison of outputs
//!   leaves it out.
//! - `␞⏎` stands before `EVCXR_BEGIN_CONTENT`: evcxr knows its own marks only at the beginning of a line, so that after
//!   `print!("x: ")` a figure would be lost.
//! - A record that comes late, while a later cell runs, means what it always means: its `id` says where it belongs.
//! - What is printed after a `display` belongs above it, so that a curve stays below the lines of its training. Jupyter has no
//!   message for that; a kernel gets there by `clear_output` with `wait`, the text so far, and the display again.

#[cfg(feature = "figures")]
mod records;
mod work;

use std::env;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

#[cfg(feature = "figures")]
pub(crate) use records::{LINE_END, display, new_id, update};
pub(crate) use work::LongWork;

/// So long, in microseconds, the file is taken to be missing after a look that did not find it.
const LOOK_AGAIN: u64 = 20_000;

/// Whether the person has pressed ■ in the running cell: then end the loop, and keep what it made so far.
///
/// ```
/// # use nn_core::protocol as notebook;
/// for step in 0..1000 {
///     if notebook::interrupted() { break; }
///     // … one step …
/// }
/// ```
///
/// It is cheap enough for every step of any loop: it looks at most once in 20 ms. Under a kernel that does not tell, it is
/// always false.
pub fn interrupted() -> bool {
    static FILE: OnceLock<Option<File>> = OnceLock::new();
    let file = FILE.get_or_init(|| Some(File::new(env::var_os("NN_KERNEL_INTERRUPT")?.into())));
    file.as_ref().is_some_and(File::is_there)
}

/// Whether the kernel understands records.
#[cfg(feature = "figures")]
pub(crate) fn has_records() -> bool {
    static IS_SET: OnceLock<bool> = OnceLock::new();
    *IS_SET.get_or_init(|| env::var_os("NN_KERNEL").is_some_and(|value| value == "1"))
}

/// The file that is there while ■ is pressed.
struct File {
    path: PathBuf,
    start: Instant,
    /// When to look again, in microseconds from the start. Only that it was missing is kept: what was there, the kernel may
    /// have removed.
    next: AtomicU64,
}

impl File {
    fn new(path: PathBuf) -> Self {
        Self { path, start: Instant::now(), next: AtomicU64::new(0) }
    }

    fn is_there(&self) -> bool {
        let now = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        if now < self.next.load(Ordering::Relaxed) {
            return false;
        }
        let is_there = self.path.exists();
        if !is_there {
            self.next.store(now.saturating_add(LOOK_AGAIN), Ordering::Relaxed);
        }
        is_there
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;
    use std::{fs, thread};

    use super::*;

    #[test]
    fn without_our_kernel_nobody_interrupts() {
        assert!(!interrupted());
    }

    #[test]
    fn the_file_is_seen_within_20_ms_and_its_end_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::new(folder.path().join("interrupt"));
        assert!(!file.is_there());
        fs::write(&file.path, "").unwrap();
        thread::sleep(Duration::from_micros(LOOK_AGAIN));
        assert!(file.is_there() && file.is_there());
        fs::remove_file(&file.path).unwrap();
        assert!(!file.is_there());
    }

    #[test]
    fn between_two_looks_nobody_asks_the_file_system() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = File::new(folder.path().join("interrupt"));
        file.next = AtomicU64::new(u64::MAX);
        fs::write(&file.path, "").unwrap();
        assert!(!file.is_there());
    }
}
