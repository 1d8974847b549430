//! A small process beside each kernel, which outlives it.
//!
//! It removes the kernel's folder when evcxr ends, and ends evcxr when the relay is gone, or the program that started it:
//! evcxr does not notice, and Jupyter, interrupted or killed, does not always stop its kernels.
//! It waits for three file locks, which the system frees however their holder ends.

use crate::files::{self, Lock};
use crate::variables::OWNER;
use crate::{copy, folder, process, relay, shelf};
use anyhow::{Context, Result};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// How often a folder's removal is tried, and how long is waited before each.
const TRIES: usize = 20;
const AGAIN: Duration = Duration::from_millis(250);
/// How often processes are looked for where they cannot be waited for.
const LOOK: Duration = Duration::from_secs(1);

/// The file in a kernel's folder that is locked as long as its relay lives.
const RELAY: &str = "relay.lock";

/// Starts the guard of the evcxr in process `kernel`, which holds the lock of `folder`. The file returned stands for us.
pub fn spawn(kernel: u32, folder: &Path) -> Result<File> {
    let relay = files::lock(&folder.join(RELAY))?;
    let program = process::own_program()?;
    let mut guard = Command::new(program);
    guard.arg("guard").arg(kernel.to_string()).arg(folder);
    guard.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // A signal to the kernel's group is not for us.
    process::lead_group(&mut guard);
    guard.spawn().context("cannot start the kernel's guard")?;
    Ok(relay)
}

/// Guards process `kernel`, which holds the lock of `folder`.
pub fn run(kernel: u32, folder: &Path) -> Result<()> {
    let owner = std::env::var_os(OWNER).map(PathBuf::from);
    // The relay locked it before it started us. Where there are no locks, all of them would look free at once.
    let relay = File::options().read(true).write(true).open(folder.join(RELAY));
    if relay.is_ok_and(|relay| files::try_lock(&relay) == Lock::Unknown) {
        return run_without_locks(kernel, folder, owner.as_deref());
    }
    for owner in owner.into_iter().chain([folder.join(RELAY)]) {
        let folder = folder.to_owned();
        thread::spawn(move || {
            if File::open(&owner).and_then(|file| file.lock_shared()).is_ok() {
                end(kernel, &folder);
            }
        });
    }
    // Held no longer: the sweep takes it again.
    drop(copy::lock(folder).context("cannot wait for the kernel")?);
    // A cell does not notice that evcxr is gone before its code has come to an end.
    process::end_group(kernel);
    let kernels = folder.ancestors().nth(2).context("a kernel's folder lies two levels deep")?;
    shelf::sweep(kernels);
    // A compiler that was killed with its kernel may take a moment to be gone, and writes there until then.
    for _ in 0..TRIES {
        folder::sweep(kernels)?;
        if !folder.exists() {
            break;
        }
        thread::sleep(AGAIN);
    }
    Ok(())
}

/// The same where files cannot be locked: looks every second whether the processes live.
fn run_without_locks(kernel: u32, folder: &Path, owner: Option<&Path>) -> Result<()> {
    let launcher = folder::launcher(folder).context("a kernel's folder is named for its launcher")?;
    let living: Vec<u32> = [launcher].into_iter().chain(owner.and_then(owner_process)).collect();
    while living.iter().all(|&process| process::is_alive(process)) {
        thread::sleep(LOOK);
    }
    end(kernel, folder);
    for _ in 0..TRIES {
        thread::sleep(AGAIN);
        folder::remove(folder);
        if !folder.exists() {
            break;
        }
    }
    Ok(())
}

/// Ends evcxr with the process of its cells, and the compiler, which listens to what stands for ■.
fn end(kernel: u32, folder: &Path) {
    process::end_group(kernel);
    relay::ask_to_stop(folder);
}

/// A locked file that stands for a program that starts kernels.
pub fn owner(lab: &Path) -> Result<(PathBuf, File)> {
    let path = lab.join(format!("owner-{}.lock", std::process::id()));
    for old in std::fs::read_dir(lab).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let is_owner = old.file_name().is_some_and(|name| name.to_string_lossy().starts_with("owner-"));
        let file = File::options().read(true).write(true).open(&old);
        if is_owner && file.is_ok_and(|file| files::try_lock(&file) == Lock::Ours) {
            let _ = std::fs::remove_file(old);
        }
    }
    let file = files::lock(&path)?;
    Ok((path, file))
}

/// The process that an owner's file stands for.
fn owner_process(owner: &Path) -> Option<u32> {
    owner.file_stem()?.to_str()?.strip_prefix("owner-")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(unix)]
    use std::io::{BufRead, BufReader};

    #[test]
    fn an_owners_file_is_named_for_its_process() {
        let lab = std::env::temp_dir().join(format!("nn-kernel-owner-{}", std::process::id()));
        let (path, _alive) = owner(&lab).unwrap();
        assert_eq!(owner_process(&path), Some(std::process::id()));
        files::remove(&lab).unwrap();
    }

    /// As on a file system without locks: the launcher, whose process is in the folder's name, is killed.
    #[cfg(unix)]
    #[test]
    fn without_locks_a_kernel_ends_with_its_launcher_and_what_it_started_and_its_folder_goes() {
        let mut launcher = Command::new("sleep").arg("60").spawn().unwrap();
        let mut kernel = Command::new("sh");
        process::lead_group(&mut kernel);
        let mut kernel = kernel.args(["-c", "sleep 60 & echo $!; wait"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut cells = String::new();
        BufReader::new(kernel.stdout.take().unwrap()).read_line(&mut cells).unwrap();
        let cells = cells.trim().parse().unwrap();
        let kernels = std::env::temp_dir().join(format!("nn-kernel-guard-{}", std::process::id()));
        let folder = kernels.join(format!("running/{}-1", launcher.id()));
        files::write(&folder.join("src/lib.rs"), "").unwrap();
        let process = kernel.id();
        let guard = thread::spawn({
            let folder = folder.clone();
            move || run_without_locks(process, &folder, None)
        });
        thread::sleep(Duration::from_millis(1500));
        assert!(folder.exists() && process::is_alive(process) && process::is_alive(cells));
        launcher.kill().unwrap();
        launcher.wait().unwrap();
        guard.join().unwrap().unwrap();
        assert!(!folder.exists() && !kernel.wait().unwrap().success() && !process::is_alive(cells));
        files::remove(&kernels).unwrap();
    }
}
