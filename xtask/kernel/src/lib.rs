//! What Jupyter starts as the kernel "rust".
//!
//! evcxr_jupyter compiles each cell in a crate in a folder of its own. The launcher makes that folder as a copy of
//! the template ([`folder`]), so that the first `:dep` cell finds everything compiled, and then becomes evcxr_jupyter.
//! Stand-ins for cargo and rustup keep the workspace's versions in that crate's `Cargo.lock` ([`stand_in`]), and compile
//! a cell without cargo where nothing but the cell has changed ([`cell`]), linked against all crates at once ([`link`]).
//!
//! `HOW_IT_WORKS.md` beside this crate's `Cargo.toml` draws a cell's life. The processes talk to each other through
//! [`variables`]; [`assumed`] lists what is assumed of evcxr.

pub mod assumed;
pub mod cell;
pub mod copy;
pub mod files;
pub mod folder;
pub mod guard;
pub mod kept;
pub mod link;
pub mod metadata;
pub mod process;
pub mod stand_in;
pub mod variables;

use anyhow::{Context, Result};
use folder::Folder;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// Becomes `evcxr`, connected as `connection_file` says.
///
/// If no folder can be made (a full disk, say), the kernel works as without us: slow at first, but it works.
pub fn start(evcxr: &Path, connection_file: &Path) -> Result<ExitCode> {
    let launcher = std::env::current_exe().context("cannot tell where the launcher is")?;
    let lab = launcher.ancestors().nth(2).context("the launcher is not in target/lab/bin")?;
    let nothing = lab.join("kernel").join("nothing");
    let mut command = Command::new(evcxr);
    command
        .arg("--control_file")
        .arg(connection_file)
        // It greets there; what cells print goes through Jupyter.
        .stdout(Stdio::null())
        // Otherwise evcxr rewrites kernel specs in the home folder, and runs what the user keeps there for all notebooks.
        .env("JUPYTER_PATH", &nothing)
        .env("EVCXR_CONFIG_DIR", &nothing)
        .env("RUST_BACKTRACE", "0")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");

    match folder::make(&lab.join("kernel")) {
        Ok(Folder { path, lock }) => {
            guard::spawn(&path)?;
            // The kernel's process inherits the lock as its stdin, which it never reads: the folder is locked for just
            // as long as the kernel lives, however it ends.
            command.stdin(Stdio::from(lock)).env("EVCXR_TMPDIR", &path);
            stand_in::prepare(&mut command, &lab.join("bin/stand-in"), &lab.join("kernel"))?;
        }
        Err(error) => {
            command.env_remove("EVCXR_TMPDIR");
            eprintln!("Rust kernel: no warm build folder ({error:#}); the first :dep cell will take minutes");
        }
    }
    process::become_command(&mut command)
}
