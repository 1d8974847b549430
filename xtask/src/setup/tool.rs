//! Programs that others wrote in Rust, compiled into `target/lab/bin`.

use super::Lab;
use anyhow::Result;
use nn_kernel::{files, process};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles version `version` of the package `name`, as `cargo install` with `options` and these variables does; `run` runs
/// cargo.
pub fn install(
    lab: &Lab,
    cargo: &Path,
    (name, version): (&str, &str),
    options: &[&str],
    variables: &[(&str, &OsStr)],
    run: impl FnOnce(&str, &mut Command) -> Result<()>,
) -> Result<PathBuf> {
    let build = lab.root.join(format!("{name}-build"));
    let mut install = Command::new(cargo);
    install.args(["install", name, "--version", version, "--locked", "--force", "--root"]).arg(&lab.root);
    install.args(options).env("CARGO_TARGET_DIR", &build).env_remove("RUSTFLAGS").current_dir(&lab.root);
    install.envs(variables.iter().copied());
    // Or cargo tells people to add that folder to theirs.
    if let Some(path) = std::env::var_os("PATH") {
        install.env("PATH", std::env::join_paths(std::env::split_paths(&path).chain([lab.bin()]))?);
    }
    files::create_dir(&lab.root)?;
    run("cargo install", &mut install)?;
    files::remove(&build)?;
    Ok(lab.bin().join(process::executable(name)))
}
