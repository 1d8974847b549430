//! The crates that others wrote: each is used, from crates.io, and under a licence that allows it.

use super::parts::Ended;
use super::{command, skip};
use crate::setup::Lab;
use anyhow::Result;
use nn_kernel::process;
use std::path::PathBuf;
use std::process::Command;

/// The version of cargo-machete that is installed.
const MACHETE: &str = "0.9.2";

/// Fails if a Cargo.toml asks for a crate that no source names.
pub fn are_used(lab: &Lab) -> Result<Ended> {
    let Some(machete) = machete(lab) else {
        return skip(&format!("there is no cargo-machete: cargo install cargo-machete --version {MACHETE}"));
    };
    let mut command = Command::new(machete);
    process::run("cargo machete", command.args(["nn-core", "xtask"]).current_dir(&lab.repository))?;
    Ok(Ended::Passed)
}

/// Fails if a crate comes from elsewhere, twice where once would do, or under another licence than `deny.toml` allows.
///
/// cargo-deny takes minutes to compile, so it is run where somebody has installed it. Whether a crate has a known fault is
/// looked up only where the list can be fetched.
pub fn are_allowed(lab: &Lab) -> Result<Ended> {
    if process::find_on_path("cargo-deny", None).is_none() {
        // Not a failure under CI either: GitHub's runs install it, others need not.
        return Ok(Ended::Skipped(
            "there is no cargo-deny: cargo install cargo-deny --locked (some minutes)".to_owned(),
        ));
    }
    let mut deny = command(lab, "deny");
    deny.args(["--offline", "check", "bans", "licenses", "sources"]);
    process::run("cargo deny", &mut deny)?;
    let mut advisories = command(lab, "deny");
    if let Err(error) = process::read(advisories.args(["check", "advisories"])) {
        eprintln!("   known faults of crates: {error:#}");
    }
    Ok(Ended::Passed)
}

/// Finds it on PATH or under `target/lab`, or installs it there, which takes some seconds; `None` if that cannot be done.
fn machete(lab: &Lab) -> Option<PathBuf> {
    let name = "cargo-machete";
    let own = lab.bin().join(process::executable(name));
    if own.is_file() {
        return Some(own);
    }
    if let Some(found) = process::find_on_path(name, None) {
        return Some(found);
    }
    let mut install = command(lab, "install");
    install.args([name, "--version", MACHETE, "--locked", "--quiet", "--root"]).arg(&lab.root);
    install.env("CARGO_TARGET_DIR", lab.repository.join("target/tools"));
    process::run("cargo install", &mut install).ok()?;
    own.is_file().then_some(own)
}
