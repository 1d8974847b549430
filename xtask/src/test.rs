//! `cargo xtask test`: every check, in one command.
//!
//! A part that fails does not stop the ones after it: one run shows all there is to mend. The last line is
//! `N passed, N failed`, counting parts.

mod bits;
mod failures;
mod in_step;
mod kernels;
pub mod python;
mod trial;

use crate::browser::{self, Browser};
use crate::lab::{Lab, Rust, template};
use crate::{notebook, process};
use anyhow::{Context, Result, anyhow, bail};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

const SET_UP: &str = "set-up";

/// Runs all parts, or the set-up and those whose name holds one of `words`; prints their times at the end.
///
/// Fails at once, before the minutes of compiling, where the set-up would ([`Lab::check_path`]).
pub fn run(words: Vec<String>) -> Result<ExitCode> {
    let lab = Lab::here()?;
    lab.check_path()?;
    let mut parts = Parts { words, names: Vec::new(), done: Vec::new() };

    parts.run("format", || cargo(&lab, "fmt", &["--all", "--check"]));
    parts.run("clippy", || {
        cargo(&lab, "clippy", &["--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"])
    });
    parts.run("documentation", || {
        let mut command = command(&lab, "doc");
        command.args(["--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "--deny warnings");
        process::run("cargo doc", &mut command)
    });
    parts.run("xtask's own tests", || cargo(&lab, "test", &["--package", "xtask", "--quiet"]));

    let mut rust = None;
    parts.run(SET_UP, || {
        rust = Some(lab.set_up()?);
        Ok(())
    });
    let needs_set_up = |part: &dyn Fn(&Rust) -> Result<()>| match &rust {
        Some(rust) => part(rust),
        None => bail!("not run, because the set-up failed"),
    };
    // The tests compare with it where it is there.
    let mut numpy = None;
    parts.run("numpy reproduces the fixture", || {
        let python = python::install(&lab)?;
        python::reproduce(&lab, numpy.insert(python))
    });
    parts.run("unit and integration tests", || {
        needs_set_up(&|rust| tests(&lab, rust, &["--lib", "--tests", "--examples"], numpy.as_deref()))
    });
    parts.run("documentation's examples", || needs_set_up(&|rust| tests(&lab, rust, &["--doc"], None)));
    parts.run("the same bits in debug", || needs_set_up(&|rust| bits::check(&lab, rust)));
    parts.run("failing cells are noticed", || needs_set_up(&|_| failures::check(&lab)));
    parts.run("kernels at once, edited, killed", || needs_set_up(&|_| kernels::check(&lab)));
    match notebook::find(&lab, &[]) {
        Ok(notebooks) => {
            for path in notebooks {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                parts.run(&name, || {
                    needs_set_up(&|_| {
                        if !notebook::execute(&lab, &path, false)? {
                            bail!("a cell failed; its message stands above");
                        }
                        in_step::check(&path, &notebook::output(&lab, &path))
                    })
                });
            }
        }
        Err(error) => parts.run("notebooks", || Err(error)),
    }
    browser_tests(&lab, &mut parts, rust.is_some());
    parts.table()
}

/// The tests in a real browser. Without one they are skipped, with a line that says how to get it; never under CI.
fn browser_tests(lab: &Lab, parts: &mut Parts, is_set_up: bool) {
    type Check = fn(&Lab, &Browser) -> Result<()>;
    const PARTS: [(&str, Check); 2] =
        [("JupyterLab in a browser", browser::check_lab), ("the exported page in a browser", browser::check_page)];
    if !PARTS.iter().any(|(name, _)| parts.wants(name)) {
        parts.names.extend(PARTS.map(|(name, _)| name.to_owned()));
        return;
    }
    let browser = if is_set_up { Browser::install(lab) } else { Err(anyhow!("not run, because the set-up failed")) };
    match browser {
        Err(missing) if is_set_up && std::env::var_os("CI").is_none() => {
            for (name, _) in PARTS {
                parts.skip(name, &format!("{missing:#}"));
            }
        }
        browser => {
            for (name, check) in PARTS {
                parts.run(name, || check(lab, browser.as_ref().map_err(|missing| anyhow!("{missing:#}"))?));
            }
        }
    }
}

/// What is asked for, and what ran, how it ended, and how many seconds it took.
struct Parts {
    words: Vec<String>,
    /// Of all parts, whether asked for or not.
    names: Vec<String>,
    done: Vec<(String, Outcome, f64)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

impl Parts {
    fn wants(&self, name: &str) -> bool {
        self.words.is_empty() || name == SET_UP || self.words.iter().any(|word| name.contains(word.as_str()))
    }

    fn run(&mut self, name: &str, part: impl FnOnce() -> Result<()>) {
        self.names.push(name.to_owned());
        if !self.wants(name) {
            return;
        }
        eprintln!("\n== {name}");
        let start = Instant::now();
        let result = part();
        let seconds = start.elapsed().as_secs_f64();
        match &result {
            Ok(()) => eprintln!("== {name}: passed in {seconds:.1} s"),
            Err(error) => eprintln!("== {name}: FAILED after {seconds:.1} s: {error:#}"),
        }
        let outcome = if result.is_ok() { Outcome::Passed } else { Outcome::Failed };
        self.done.push((name.to_owned(), outcome, seconds));
    }

    fn skip(&mut self, name: &str, reason: &str) {
        eprintln!("\n== {name}: SKIPPED: {reason}");
        self.done.push((name.to_owned(), Outcome::Skipped, 0.0));
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.done.iter().filter(|(_, found, _)| *found == outcome).count()
    }

    fn table(&self) -> Result<ExitCode> {
        let unknown = |word: &&String| !self.names.iter().any(|name| name.contains(word.as_str()));
        if let Some(word) = self.words.iter().find(unknown) {
            bail!("no part's name holds {word:?}; the parts are: {}", self.names.join(", "));
        }
        println!();
        for (name, outcome, seconds) in &self.done {
            let outcome = match outcome {
                Outcome::Passed => "passed",
                Outcome::Failed => "FAILED",
                Outcome::Skipped => "skipped",
            };
            println!("{name:<32}{outcome:<8}{seconds:8.1} s");
        }
        let total: f64 = self.done.iter().map(|(_, _, seconds)| seconds).sum();
        println!("{:<40}{total:8.1} s\n", "together");
        let [passed, failed, skipped] =
            [Outcome::Passed, Outcome::Failed, Outcome::Skipped].map(|outcome| self.count(outcome));
        let skipped = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
        println!("{passed} passed, {failed} failed{skipped}");
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Tests of nn-core, built where the notebooks' dependencies are: nothing is compiled twice. Those that compare with Python
/// need one with `numpy`.
fn tests(lab: &Lab, rust: &Rust, which: &[&str], numpy: Option<&Path>) -> Result<()> {
    let mut command = command(lab, "test");
    command.args(["--package", "nn-core"]).args(which);
    command.envs(numpy.map(|python| ("NN_CORE_PYTHON", python)));
    template::share_target(&mut command, lab, rust);
    process::run("cargo test", &mut command)
}

fn cargo(lab: &Lab, subcommand: &str, arguments: &[&str]) -> Result<()> {
    process::run(&format!("cargo {subcommand}"), command(lab, subcommand).args(arguments))
}

fn command(lab: &Lab, subcommand: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg(subcommand).current_dir(&lab.repository);
    command
}

/// Reads a notebook's JSON.
fn read_notebook(path: &Path) -> Result<serde_json::Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}
