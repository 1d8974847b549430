//! How far the set-up is: written by whoever sets up, read by kernels that were started before it has ended.
//!
//! One file, `set-up.json` in the laboratory's folder, written anew each second while the set-up runs, removed at its end. One
//! that has not been written for a while is nobody's any more.

use crate::files;
use anyhow::Result;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const FILE: &str = "set-up.json";
/// So long after its last word, a set-up is believed to have ended.
const SILENCE: Duration = Duration::from_secs(20);
/// How often the file is written at most, and at least while the set-up lives.
pub const BEAT: Duration = Duration::from_secs(1);

/// What a kernel reads.
#[derive(Debug, PartialEq)]
pub enum SetUp {
    /// Nobody is at it: there is nothing to wait for.
    Over,
    /// How far it is, in a line.
    Running(String),
    /// Why it ended.
    Failed(String),
}

/// Reads how far the set-up of `lab` is.
pub fn read(lab: &Path) -> SetUp {
    let path = lab.join(FILE);
    let Ok(word) = fs::read(&path) else { return SetUp::Over };
    let word: Value = serde_json::from_slice(&word).unwrap_or_default();
    if let Some(failure) = word["failed"].as_str() {
        return SetUp::Failed(failure.to_owned());
    }
    let age = fs::metadata(&path).and_then(|file| file.modified()).ok().and_then(|time| time.elapsed().ok());
    if age.is_some_and(|age| age > SILENCE) {
        return SetUp::Over;
    }
    SetUp::Running(word["line"].as_str().unwrap_or("the set-up has begun").to_owned())
}

/// What one builder has compiled.
struct Build {
    name: String,
    /// Crates compiled, and how many there are.
    done: usize,
    of: usize,
    start: Instant,
    /// About how long it takes where nothing is known yet.
    usual: Duration,
    is_over: bool,
}

/// The set-up's own view.
pub struct Progress {
    path: PathBuf,
    builds: Mutex<Vec<Build>>,
    written: Mutex<Option<Instant>>,
}

impl Progress {
    /// That the set-up of `lab` has begun.
    pub fn begin(lab: &Path) -> Progress {
        let progress = Progress { path: lab.join(FILE), builds: Mutex::default(), written: Mutex::default() };
        progress.beat();
        progress
    }

    /// A build of `of` crates, which usually takes about so long.
    pub fn build(&self, name: &str, of: usize, usual: Duration) {
        let build = Build { name: name.to_owned(), done: 0, of, start: Instant::now(), usual, is_over: false };
        lock(&self.builds).push(build);
        self.beat();
    }

    /// That this build compiles one more crate.
    pub fn crate_begun(&self, name: &str) {
        for build in lock(&self.builds).iter_mut().filter(|build| build.name == name) {
            build.done = (build.done + 1).min(build.of);
        }
        self.beat();
    }

    /// That this build has ended.
    pub fn over(&self, name: &str) {
        for build in lock(&self.builds).iter_mut().filter(|build| build.name == name) {
            build.is_over = true;
        }
    }

    /// Writes the file, unless that was done a moment ago. Nobody waits for it who cannot read it.
    pub fn beat(&self) {
        let mut written = lock(&self.written);
        if written.is_none_or(|time| time.elapsed() >= BEAT) {
            *written = Some(Instant::now());
            let _ = files::replace(&self.path, json!({ "line": self.line() }).to_string());
        }
    }

    /// That the set-up has ended well.
    pub fn end(&self) -> Result<()> {
        files::remove(&self.path)
    }

    /// Why it has ended otherwise.
    pub fn fail(&self, why: &str) -> Result<()> {
        files::replace(&self.path, json!({ "failed": why }).to_string())
    }

    /// `Rust kernel: 214 of 336 crates, libraries: 90 of 120 crates, about 4 minutes`
    pub fn line(&self) -> String {
        let builds = lock(&self.builds);
        let open: Vec<&Build> = builds.iter().filter(|build| !build.is_over).collect();
        if open.is_empty() {
            return "the set-up is at work".to_owned();
        }
        let far: Vec<String> =
            open.iter().map(|build| format!("{}: {} of {} crates", build.name, build.done, build.of)).collect();
        let left = open.iter().map(|build| build.left()).max().unwrap_or_default();
        format!("{}, {}", far.join(", "), about(left))
    }
}

impl Build {
    /// By its own pace once that is known, and by the usual time before; the two are mixed as it goes on.
    fn left(&self) -> Duration {
        let share = self.done as f64 / self.of.max(1) as f64;
        let elapsed = self.start.elapsed().as_secs_f64();
        let usual = (self.usual.as_secs_f64() - elapsed).max(self.usual.as_secs_f64() * (1.0 - share) * 0.5);
        let paced = if self.done > 0 { elapsed * (1.0 - share) / share } else { usual };
        Duration::from_secs_f64(share * paced + (1.0 - share) * usual)
    }
}

/// A duration in words: `about 3 minutes`.
pub fn about(left: Duration) -> String {
    match left.as_secs() {
        0..90 => "about a minute".to_owned(),
        seconds => format!("about {} minutes", (seconds + 30) / 60),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("nn-kernel-progress-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_kernel_reads_how_far_the_set_up_is_and_how_it_ended() {
        let lab = folder("far");
        assert_eq!(read(&lab), SetUp::Over);
        let progress = Progress::begin(&lab);
        progress.build("Rust kernel", 336, Duration::from_secs(480));
        for _ in 0..3 {
            progress.crate_begun("Rust kernel");
        }
        assert_eq!(progress.line(), "Rust kernel: 3 of 336 crates, about 8 minutes");
        assert!(matches!(read(&lab), SetUp::Running(_)));
        progress.fail("no compiler").unwrap();
        assert_eq!(read(&lab), SetUp::Failed("no compiler".to_owned()));
        progress.end().unwrap();
        assert_eq!(read(&lab), SetUp::Over);
        fs::remove_dir_all(lab).unwrap();
    }

    #[test]
    fn a_set_up_that_was_killed_is_not_waited_for() {
        let lab = folder("killed");
        let progress = Progress::begin(&lab);
        let file = fs::File::options().write(true).open(&progress.path).unwrap();
        file.set_modified(std::time::SystemTime::now() - SILENCE - BEAT).unwrap();
        assert_eq!(read(&lab), SetUp::Over);
        fs::remove_dir_all(lab).unwrap();
    }
}
