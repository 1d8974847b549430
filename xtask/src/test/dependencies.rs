//! The crates that others wrote: each is used, comes from crates.io under a licence that allows it, and has no known fault.

use super::parts::Ended;
use super::skip;
use crate::setup::{Lab, tool};
use anyhow::Result;
use nn_kernel::process;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

/// Finds dependencies that no source names.
const MACHETE: (&str, &str) = ("cargo-machete", "0.9.2");
/// Looks at licences, origins and known faults.
const DENY: (&str, &str) = ("cargo-deny", "0.20.2");

/// Fails if a Cargo.toml asks for a crate that no source names.
pub fn are_used(lab: &Lab) -> Result<Ended> {
    let Some(machete) = find(lab, MACHETE) else { return missing(MACHETE) };
    let mut machete = Command::new(machete);
    process::run("cargo machete", machete.args(["nn-core", "xtask"]).current_dir(&lab.repository))?;
    Ok(Ended::Passed)
}

/// Fails if a crate is not as `deny.toml` wants it. Known faults are looked up where their list can be fetched.
pub fn are_allowed(lab: &Lab) -> Result<Ended> {
    let Some(deny) = find(lab, DENY) else { return missing(DENY) };
    let mut check = Command::new(&deny);
    check.args(["check", "bans", "licenses", "sources"]).current_dir(&lab.repository);
    process::run("cargo deny", &mut check)?;
    let mut fetch = Command::new(&deny);
    if process::read(fetch.args(["fetch", "db"]).current_dir(&lab.repository)).is_err() {
        eprintln!("   known faults of crates: not looked up, because their list could not be fetched");
        return Ok(Ended::Passed);
    }
    let mut check = Command::new(&deny);
    check.args(["check", "--disable-fetch", "advisories"]).current_dir(&lab.repository);
    process::run("cargo deny", &mut check)?;
    Ok(Ended::Passed)
}

/// Finds a tool under `target/lab` or on PATH, or installs it there, which takes less than a minute; `None` if that cannot be done.
fn find(lab: &Lab, tool @ (name, version): (&str, &str)) -> Option<PathBuf> {
    let own = lab.bin().join(process::executable(name));
    if own.is_file() {
        return Some(own);
    }
    if let Some(found) = process::find_on_path(name, None) {
        return Some(found);
    }
    eprintln!("lab: cargo install {name} {version} …");
    // Each runs for seconds: optimising it would take six times as long as it ever saves.
    let quick = [("CARGO_PROFILE_DEV_OPT_LEVEL", OsStr::new("0"))];
    let cargo = std::env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from);
    tool::install(lab, &cargo, tool, &["--quiet", "--debug"], &quick, process::run).ok()
}

fn missing((name, version): (&str, &str)) -> Result<Ended> {
    skip(&format!("there is no {name}: cargo install {name} --version {version} --locked"))
}
