//! Work that ■ stops where it takes long.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::interrupted;
use crate::{Error, Result};

/// Work that is done sooner is done to its end: an answer that is nearly there is worth more than an error, above all in the
/// lines of a cell behind a training that ■ stopped.
const SHORT: Duration = Duration::from_millis(200);

/// A piece of work that has no half result: where ■ stops it, it ends in [`Error::Interrupted`].
pub(crate) struct LongWork {
    name: &'static str,
    start: Instant,
    stopped: AtomicBool,
}

impl LongWork {
    /// Work of this name begins.
    pub(crate) fn begin(name: &'static str) -> Self {
        Self { name, start: Instant::now(), stopped: AtomicBool::new(false) }
    }

    /// Whether to stop now, asked between two parts, by each of the threads that share the work.
    pub(crate) fn is_stopped(&self) -> bool {
        if !self.stopped.load(Ordering::Relaxed) && self.start.elapsed() >= SHORT && interrupted() {
            self.stopped.store(true, Ordering::Relaxed);
        }
        self.stopped.load(Ordering::Relaxed)
    }

    /// Fails if it was stopped: the result is not whole.
    pub(crate) fn end(&self) -> Result<()> {
        match self.stopped.load(Ordering::Relaxed) {
            true => Err(Error::Interrupted { work: self.name }),
            false => Ok(()),
        }
    }

    /// Asked by one thread alone between two parts: fails if it is to stop now.
    pub(crate) fn check(&self) -> Result<()> {
        self.is_stopped();
        self.end()
    }
}
