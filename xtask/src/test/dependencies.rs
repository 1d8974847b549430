//! The crates that others wrote: each is used, from crates.io, and under a licence that allows it.

use super::parts::Ended;
use super::{command, skip};
use crate::setup::{Lab, tool};
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

/// Fails if a crate comes from elsewhere than crates.io, under another licence than `deny.toml` allows, or has a known fault.
///
/// cargo-deny takes minutes to compile, so it is run where somebody has installed it. The known faults are looked up where
/// their list can be fetched.
pub fn are_allowed(lab: &Lab) -> Result<Ended> {
    if process::find_on_path("cargo-deny", None).is_none() {
        // Not a failure under CI either: GitHub's runs install it, others may do without.
        return Ok(Ended::Skipped(
            "there is no cargo-deny: cargo install cargo-deny --locked (some minutes)".to_owned(),
        ));
    }
    process::run("cargo deny", command(lab, "deny").args(["check", "--show-stats", "bans", "licenses", "sources"]))?;
    if process::read(command(lab, "deny").args(["fetch", "db"])).is_err() {
        eprintln!("   known faults of crates: not looked up, because their list could not be fetched");
        return Ok(Ended::Passed);
    }
    process::run("cargo deny", command(lab, "deny").args(["check", "--disable-fetch", "advisories"]))?;
    Ok(Ended::Passed)
}

/// Finds it on PATH or under `target/lab`, or installs it there, which takes half a minute; `None` if that cannot be done.
fn machete(lab: &Lab) -> Option<PathBuf> {
    let name = "cargo-machete";
    let own = lab.bin().join(process::executable(name));
    if own.is_file() {
        return Some(own);
    }
    if let Some(found) = process::find_on_path(name, None) {
        return Some(found);
    }
    eprintln!("lab: cargo install {name} {MACHETE} …");
    // It reads a few hundred files: optimising it would take six times as long as it ever saves.
    let quick = [("CARGO_PROFILE_DEV_OPT_LEVEL", "0")];
    let cargo = std::env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from);
    tool::install(lab, &cargo, (name, MACHETE), &["--quiet", "--debug"], &quick, process::run).ok()
}
