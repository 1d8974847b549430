//! Long builds, whose progress kernels that were started meanwhile show in their cells.

use anyhow::{Context, Result, bail};
use nn_kernel::progress::{BEAT, Progress};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, IsTerminal};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// How many lines of a failed build its error shows.
const TAIL: usize = 20;

/// A build by cargo.
pub struct Build<'a> {
    /// Where it is told how far it is.
    pub progress: &'a Progress,
    /// What it builds, in two words.
    pub name: &'a str,
    /// Of how many crates.
    pub crates: usize,
    /// How long that takes on two cores.
    pub usual: Duration,
}

impl Build<'_> {
    /// Runs cargo, its messages on stderr, and counts the crates.
    pub fn run(&self, what: &str, cargo: &mut Command) -> Result<()> {
        self.progress.build(self.name, self.crates, self.usual);
        if std::io::stderr().is_terminal() {
            cargo.env("CARGO_TERM_COLOR", "always");
        }
        let mut child = cargo.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().context("cannot start cargo")?;
        let messages = child.stderr.take().context("cargo has no stderr")?;
        let mut tail = VecDeque::new();
        for line in BufReader::new(messages).lines() {
            let line = line.context("cannot read cargo's messages")?;
            eprintln!("{line}");
            if line.contains("Compiling") {
                self.progress.crate_begun(self.name);
            }
            tail.push_back(line);
            if tail.len() > TAIL {
                tail.pop_front();
            }
        }
        let status = child.wait().context("cannot wait for cargo")?;
        self.progress.over(self.name);
        if !status.success() {
            bail!("{what} failed ({status}):\n{}", tail.make_contiguous().join("\n"));
        }
        Ok(())
    }
}

/// Does both at once, on the same cores: each has long stretches in which one crate waits for another.
pub fn both<A: Send, B: Send>(
    progress: &Progress,
    first: impl FnOnce() -> Result<A> + Send,
    second: impl FnOnce() -> Result<B> + Send,
) -> Result<(A, B)> {
    let is_over = AtomicBool::new(false);
    let (first, second) = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                progress.beat();
                thread::sleep(BEAT / 4);
            }
        });
        let second = scope.spawn(second);
        let first = first();
        let second = second.join();
        is_over.store(true, Ordering::SeqCst);
        (first, second)
    });
    let second = second.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let result = first.and_then(|first| Ok((first, second?)));
    match &result {
        Ok(_) => progress.end()?,
        Err(error) => progress.fail(&format!("{error:#}"))?,
    }
    result
}
