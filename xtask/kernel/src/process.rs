//! Other programs: finding, running and becoming them.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// Runs `command` with its output visible; an exit code other than 0 is an error that says `what` failed.
pub fn run(what: &str, command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("{what} failed ({status}); its messages stand above");
    }
    Ok(())
}

/// Runs `command` and returns what it wrote to stdout, trimmed; on failure the error holds what it wrote to stderr.
pub fn read(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let program = command.get_program().display();
        bail!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Turns this process into `command`, so that signals and the exit code are the command's own.
///
/// Windows cannot do that: there the command runs as a child, and its exit code is passed on.
pub fn become_command(command: &mut Command) -> Result<ExitCode> {
    #[cfg(unix)]
    {
        let error = std::os::unix::process::CommandExt::exec(command);
        Err(error).with_context(|| cannot_start(command))
    }
    #[cfg(not(unix))]
    {
        let status = command.status().with_context(|| cannot_start(command))?;
        Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
    }
}

/// The first executable called `name` on PATH, folders in `without` left out.
pub fn find_on_path(name: &str, without: Option<&Path>) -> Option<PathBuf> {
    let file = executable(name);
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|folder| Some(folder.as_path()) != without)
        .map(|folder| folder.join(&file))
        .find(|file| file.is_file())
}

/// This program's file.
pub fn own_program() -> Result<PathBuf> {
    std::env::current_exe().context("cannot tell where this program is")
}

/// Whether this is the system's administrator.
pub fn is_root() -> bool {
    cfg!(unix) && read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

/// `name` as this system calls an executable file.
pub fn executable(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start {}", command.get_program().display())
}
