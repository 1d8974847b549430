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

/// Makes `command` lead a group of its own: a signal to ours is not for it, and [`end_group`] ends it with all that it started.
pub fn lead_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// Ends a process that leads a group, and all that it started.
pub fn end_group(process: u32) {
    let mut kill = if cfg!(windows) { Command::new("taskkill") } else { Command::new("kill") };
    if cfg!(windows) {
        kill.args(["/T", "/F", "/PID"]).arg(process.to_string());
    } else {
        kill.args(["-KILL", "--"]).arg(format!("-{process}"));
    }
    let _ = kill.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// Whether there is such a process, and it has not ended already and only waits for its parent to hear of it.
pub fn is_alive(process: u32) -> bool {
    let status = format!("/proc/{process}/stat");
    if Path::new("/proc/self/stat").exists() {
        // `12 (name) S …`; a name may hold parentheses.
        let status = std::fs::read_to_string(status).ok();
        let state = status.as_deref().and_then(|status| status.rsplit_once(") ")?.1.chars().next());
        return state.is_some_and(|state| state != 'Z' && state != 'X');
    }
    if cfg!(windows) {
        let filter = format!("PID eq {process}");
        let listed = read(Command::new("tasklist").args(["/NH", "/FO", "CSV", "/FI", &filter]));
        return listed.is_ok_and(|listed| listed.contains(&format!("\"{process}\"")));
    }
    read(Command::new("kill").args(["-0", &process.to_string()])).is_ok()
}

/// `name` as this system calls an executable file.
pub fn executable(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start {}", command.get_program().display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_process_that_has_ended_is_not_alive_even_before_its_parent_hears_of_it() {
        assert!(is_alive(std::process::id()));
        let mut child = Command::new("sleep").arg("30").spawn().unwrap();
        assert!(is_alive(child.id()));
        child.kill().unwrap();
        for _ in 0..500 {
            if is_alive(child.id()) && Path::new("/proc/self/stat").exists() {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
        }
        assert!(!is_alive(child.id()) || !Path::new("/proc/self/stat").exists());
        child.wait().unwrap();
        assert!(!is_alive(child.id()));
    }
}
