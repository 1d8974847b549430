//! What Jupyter starts as the kernel "rust".
//!
//! The launcher stands between Jupyter and evcxr_jupyter ([`relay`]), and lets cells tell how they end ([`source`]).
//!
//! evcxr_jupyter compiles each cell in a crate in a folder of its own. The launcher makes that folder as a copy of
//! the template ([`folder`]), so that the first `:dep` cell finds everything compiled.
//! Stand-ins for cargo and rustup keep the workspace's versions in that crate's `Cargo.lock` ([`stand_in`]), and compile
//! a cell without cargo where nothing but the cell has changed ([`cell`]), linked against all crates at once ([`link`]).
//!
//! `HOW_IT_WORKS.md` beside this crate's `Cargo.toml` draws a cell's life. The processes talk to each other through
//! [`variables`]; [`assumed`] lists what is assumed of evcxr.

pub mod assist;
pub mod assumed;
pub mod canonical;
pub mod cell;
pub mod common;
pub mod compile;
pub mod copy;
pub mod files;
pub mod folder;
pub mod guard;
pub mod kept;
mod lexer;
pub mod link;
pub mod mend;
pub mod messages;
pub mod metadata;
mod moved;
pub mod parts;
pub mod process;
pub mod progress;
mod question;
pub mod relay;
pub mod shelf;
pub mod source;
pub mod stand_in;
pub mod symbol;
pub mod variables;
pub mod visible;
pub mod waiting;
pub mod way;

use anyhow::{Context, Result};
use assumed::FOLDER;
use folder::Folder;
use progress::SetUp;
use relay::{Make, MakeAnother, Start};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use variables::{INTERRUPT, KERNEL};

/// The folder, among the `kernels` folders, of the settings for notebooks that have no `evcxr.toml` beside them.
pub fn settings(kernels: &Path) -> PathBuf {
    kernels.join("settings")
}

/// Is the kernel that Jupyter connects to as `connection_file` says, with `evcxr` behind it.
///
/// If there is one in waiting for such a notebook, that is taken over.
///
/// If no folder can be made (a full disk, say), the kernel works all the same: slow at first, but it works.
pub fn start(evcxr: &Path, connection_file: &Path) -> Result<ExitCode> {
    let lab = own_lab()?;
    if progress::read(&lab) == SetUp::Over
        && let Some(code) = waiting::take_over(&lab, evcxr, connection_file)
    {
        return Ok(code);
    }
    relay::run(connection_file, &lab, make(&lab, evcxr, false), another(&lab, evcxr))?;
    Ok(ExitCode::SUCCESS)
}

/// Is the kernel in waiting, with `evcxr` behind it; its plan comes by stdin.
///
/// # Errors
/// If there is one already, or no plan.
pub fn wait(evcxr: &Path) -> Result<ExitCode> {
    let lab = own_lab()?;
    let mut plan = Vec::new();
    std::io::Read::read_to_end(&mut std::io::stdin(), &mut plan).context("cannot read the plan")?;
    let place = waiting::Place::take(&lab.join("kernel"))?;
    relay::wait(place, waiting::Plan::read(&plan)?, &lab, make(&lab, evcxr, true), another(&lab, evcxr))?;
    Ok(ExitCode::SUCCESS)
}

/// `target/lab`, in which the launcher lies.
fn own_lab() -> Result<PathBuf> {
    let launcher = std::env::current_exe().context("cannot tell where the launcher is")?;
    Ok(launcher.ancestors().nth(2).context("the launcher is not in target/lab/bin")?.to_owned())
}

fn another(lab: &Path, evcxr: &Path) -> MakeAnother {
    let (lab, evcxr) = (lab.to_owned(), evcxr.to_owned());
    Box::new(move |first, warm| {
        // Without, the next start takes as long as the first.
        let _ = waiting::spawn(&lab, &evcxr, first, warm);
    })
}

/// What starts evcxr, in a folder of its own. What it logs comes to the relay if `is_logged` there.
fn make(lab: &Path, evcxr: &Path, is_logged: bool) -> Make {
    let (lab, evcxr) = (lab.to_owned(), evcxr.to_owned());
    Box::new(move |control_file| {
        let kernels = lab.join("kernel");
        let mut command = evcxr_for(&evcxr, control_file, &kernels);
        if is_logged {
            command.stderr(Stdio::piped());
        }
        match folder::make(&kernels) {
            Ok(Folder { path, lock }) => {
                // evcxr's process inherits the lock as its stdin, which it never reads: the folder is locked for just
                // as long as evcxr lives, however it ends.
                command.stdin(Stdio::from(lock)).env(FOLDER, &path);
                command.env(KERNEL, "1").env(INTERRUPT, relay::interrupt_file(&path));
                stand_in::prepare(&mut command, &lab.join("bin/stand-in"), &kernels)?;
                Ok(Start { command, folder: Some(path) })
            }
            Err(error) => {
                eprintln!("Rust kernel: no warm build folder ({error:#}); the first :dep cell will take minutes");
                command.stdin(Stdio::null()).env_remove(FOLDER);
                Ok(Start { command, folder: None })
            }
        }
    })
}

/// evcxr's command, the same for everybody.
fn evcxr_for(evcxr: &Path, control_file: &Path, kernels: &Path) -> Command {
    let nothing = kernels.join("nothing");
    let mut command = Command::new(evcxr);
    command
        .arg("--control_file")
        .arg(control_file)
        // It greets there; what cells print goes through Jupyter.
        .stdout(Stdio::null())
        // Otherwise evcxr rewrites kernel specs in the home folder, and runs what the user keeps there for all notebooks.
        .env("JUPYTER_PATH", &nothing)
        .env("EVCXR_CONFIG_DIR", settings(kernels))
        .env("RUST_BACKTRACE", "0")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    // Its group is ended with it: the process of the cells is its child, and ends by itself only between two cells.
    process::lead_group(&mut command);
    command
}
