//! `cargo xtask test`: every check, in one command.
//!
//! A part that fails does not stop the ones after it: one run shows everything there is to fix. Nothing is installed outside
//! `target/lab`: a part that needs more says in one line what is missing, and is skipped. Under CI it fails instead.

mod anywhere;
mod assumed;
mod bits;
mod dependencies;
mod everybodys;
mod exercises;
mod failures;
mod in_step;
mod kernels;
mod numbers;
mod parts;
pub mod python;
mod sweep;
mod trial;
mod twins;

use crate::browser::{self, Browser};
use crate::notebook;
use crate::run::{self, Besides};
use crate::setup::{Lab, Rust, template};
use crate::site;
use anyhow::{Context, Result, anyhow, bail};
use nn_kernel::process;
use parts::{Ended, Parts, SET_UP};
use std::path::Path;
use std::process::{Command, ExitCode};

/// Runs all parts, or the set-up and those whose names contain one of `words`; prints their times at the end.
///
/// `install` lets the browser tests install Chromium by apt, as root.
pub fn run(words: Vec<String>, install: bool) -> Result<ExitCode> {
    let lab = Lab::here()?;
    let mut parts = Parts::new(words);
    parts.run("format", || {
        cargo(&lab, "fmt", &["--all", "--check"])?;
        cargo(&lab, "fmt", &["--all", "--check", "--manifest-path", "xtask/bench/Cargo.toml"])
    });
    parts.run("clippy", || {
        cargo(&lab, "clippy", &["--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"])
    });
    parts.run("documentation", || {
        let mut command = command(&lab, "doc");
        command.args(["--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "--deny warnings");
        process::run("cargo doc", &mut command)
    });
    parts.run("tests of xtask, nn-kernel and nn-sweep", || {
        cargo(&lab, "test", &["--package", "xtask", "--package", "nn-kernel", "--package", "nn-sweep", "--quiet"])
    });
    parts.run_or_skip("dependencies are used", || dependencies::are_used(&lab));
    parts.run_or_skip("dependencies are allowed", || dependencies::are_allowed(&lab));

    parts.run("translated notebooks", || twins::check(&lab));
    parts.run("numbers in the notebooks' prose", || numbers::check(&lab));

    let mut rust = None;
    parts.run(SET_UP, || {
        rust = Some(lab.set_up()?);
        Ok(())
    });
    // The tests compare with it where it is there.
    let mut numpy = None;
    parts.run("numpy reproduces the fixture", || {
        let python = python::install(&lab)?;
        python::reproduce(&lab, numpy.insert(python))
    });
    parts.run("unit and integration tests", || {
        tests(&lab, needed(rust.as_ref())?, &["--lib", "--tests", "--examples"], numpy.as_deref())
    });
    parts.run("the chapter without features", || {
        tests(&lab, needed(rust.as_ref())?, &["--no-default-features", "--lib", "--tests"], numpy.as_deref())
    });
    parts.run("documentation's examples", || tests(&lab, needed(rust.as_ref())?, &["--doc"], None));
    parts.run("the same bits in debug", || bits::check(&lab, needed(rust.as_ref())?));
    parts.run_or_skip("a sweep's workers come and go", || sweep::check(&lab));
    parts.run_or_skip("what is assumed of evcxr", || needed(rust.as_ref()).and_then(|_| assumed::check(&lab)));
    parts.run("failing cells are noticed", || needed(rust.as_ref()).and_then(|_| failures::check(&lab)));
    parts.run("exercises are solved", || needed(rust.as_ref()).and_then(|_| exercises::check(&lab)));
    parts.run("kernels at once, edited, killed", || needed(rust.as_ref()).and_then(|_| kernels::check(&lab)));
    parts.run_or_skip("a kernel in waiting", || needed(rust.as_ref()).and_then(|_| kernels::check_waiting(&lab)));
    parts.run("kernels anywhere", || needed(rust.as_ref()).and_then(|_| anywhere::check(&lab)));
    for script in &everybodys::SCRIPTS {
        parts.run_or_skip(script.name, || needed(rust.as_ref()).and_then(|_| everybodys::check(&lab, script)));
    }
    parts.run("notebooks where they are only read", || hosted(&lab));
    notebooks(&lab, &mut parts, rust.as_ref());
    parts.run("the site", || site::build(&lab).map(|_| ()));
    browser_tests(&lab, &mut parts, rust.as_ref(), install);
    parts.table()
}

/// The committed notebooks on a page that strips HTML.
fn hosted(lab: &Lab) -> Result<()> {
    process::run("hosted_page.py", lab.script("hosted_page.py").args(notebook::find(lab, &[])?))
}

/// Runs every notebook from top to bottom, a part each.
fn notebooks(lab: &Lab, parts: &mut Parts, rust: Option<&Rust>) {
    let paths = match notebook::find(lab, &[]) {
        Ok(paths) => paths,
        Err(error) => return parts.run("notebooks", || Err(error)),
    };
    for path in paths {
        let name = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
        parts.run(&name, || {
            needed(rust)?;
            if !run::execute(lab, &path, Besides::Exercises)? {
                bail!("a cell failed; its message stands above");
            }
            in_step::check(&path, &run::output(lab, &path)?)
        });
    }
}

/// The tests in a real browser.
fn browser_tests(lab: &Lab, parts: &mut Parts, rust: Option<&Rust>, install: bool) {
    type Check = fn(&Lab, &Browser) -> Result<()>;
    const PARTS: [(&str, Check); 3] = [
        ("JupyterLab in a browser", browser::check_lab),
        ("the exported page in a browser", browser::check_page),
        ("the site in a browser", browser::check_site),
    ];
    let mut browser = None;
    for (name, check) in PARTS {
        parts.run_or_skip(name, || {
            needed(rust)?;
            let found = browser.get_or_insert_with(|| find_browser(lab, install));
            match found {
                Ok(browser) => check(lab, browser).map(|()| Ended::Passed),
                Err(missing) => skip(&format!("{missing:#}")),
            }
        });
    }
}

/// CI runs on a machine made for it, where root may install Chromium unasked.
fn find_browser(lab: &Lab, install: bool) -> Result<Browser> {
    if install || (is_ci() && process::is_root()) {
        Browser::install()?;
    }
    Browser::set_up(lab)
}

/// Skips a part because something is missing; under CI that is a failure.
fn skip(missing: &str) -> Result<Ended> {
    if is_ci() { Err(anyhow!("{missing}")) } else { Ok(Ended::Skipped(missing.to_owned())) }
}

fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

fn needed(rust: Option<&Rust>) -> Result<&Rust> {
    rust.context("not run, because the set-up failed")
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
