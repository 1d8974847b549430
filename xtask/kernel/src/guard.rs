//! A small process beside each kernel, which outlives it.
//!
//! It removes the kernel's folder when the kernel ends, and ends the kernel when the program that started it is gone:
//! evcxr does not notice, and Jupyter, interrupted or killed, does not always stop its kernels.
//! It waits for two file locks, which the system frees however their holder ends.

use crate::variables::OWNER;
use crate::{copy, files, folder, process};
use anyhow::{Context, Result};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// Starts the guard of the kernel that this process is about to become.
pub fn spawn(folder: &Path) -> Result<()> {
    let program = process::own_program()?;
    let mut guard = Command::new(program);
    guard.arg("guard").arg(std::process::id().to_string()).arg(folder);
    guard.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // A signal to the kernel's group is not for us.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut guard, 0);
    guard.spawn().context("cannot start the kernel's guard")?;
    Ok(())
}

/// Guards process `kernel`, which holds the lock of `folder`.
pub fn run(kernel: u32, folder: &Path) -> Result<()> {
    if let Some(owner) = std::env::var_os(OWNER) {
        thread::spawn(move || {
            if File::open(&owner).and_then(|file| file.lock_shared()).is_ok() {
                end(kernel);
            }
        });
    }
    // Held no longer: the sweep takes it again.
    drop(copy::lock(folder).context("cannot wait for the kernel")?);
    let kernels = folder.ancestors().nth(2).context("a kernel's folder lies two levels deep")?;
    // A compiler that was killed with its kernel may take a moment to be gone, and writes there until then.
    for _ in 0..20 {
        folder::sweep(kernels)?;
        if !folder.exists() {
            break;
        }
        thread::sleep(Duration::from_millis(250));
    }
    Ok(())
}

fn end(kernel: u32) {
    let mut kill = if cfg!(windows) { Command::new("taskkill") } else { Command::new("kill") };
    kill.args(if cfg!(windows) { &["/T", "/F", "/PID"][..] } else { &["-KILL"][..] });
    let _ = process::read(kill.arg(kernel.to_string()));
}

/// A locked file that stands for a program that starts kernels.
pub fn owner(lab: &Path) -> Result<(PathBuf, File)> {
    let path = lab.join(format!("owner-{}.lock", std::process::id()));
    for old in std::fs::read_dir(lab).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let is_owner = old.file_name().is_some_and(|name| name.to_string_lossy().starts_with("owner-"));
        if is_owner && File::open(&old).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = std::fs::remove_file(old);
        }
    }
    let file = files::lock(&path)?;
    Ok((path, file))
}
