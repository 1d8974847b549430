//! The same seed gives the same bits, however nn-core is compiled.

use anyhow::{Result, bail};

use super::{Lab, Rust, command, template};
use nn_kernel::process;

/// What a debug build compiles with.
const DEBUG: [&str; 3] = ["opt-level=0", "debug-assertions=true", "overflow-checks=true"];

/// The packages that calculate. All other dependencies stay as they are compiled already: polars alone would take minutes.
const PACKAGES: [&str; 3] = ["nn-core", "ndarray", "matrixmultiply"];

/// Runs `nn-core/examples/same_bits.rs` as notebooks compile nn-core, and as a debug build.
pub fn check(lab: &Lab, rust: &Rust) -> Result<()> {
    let (optimised, debug) = (same_bits(lab, rust, &[])?, same_bits(lab, rust, &DEBUG)?);
    eprintln!("{debug}");
    if optimised.lines().count() < 2 || !debug.contains("debug assertions: true") {
        bail!("same_bits: expected fingerprints of a debug build, found:\n{optimised}\n{debug}");
    }
    // The first line says how it was compiled.
    if !optimised.lines().skip(1).eq(debug.lines().skip(1)) {
        bail!("expected the same fingerprints as with optimisation:\n{optimised}");
    }
    Ok(())
}

/// What the example prints if these options of cargo's hold for [`PACKAGES`].
fn same_bits(lab: &Lab, rust: &Rust, options: &[&str]) -> Result<String> {
    let mut cargo = command(lab, "run");
    cargo.args(["--quiet", "--package", "nn-core", "--example", "same_bits"]);
    for package in PACKAGES {
        for option in options {
            cargo.arg("--config").arg(format!("profile.dev.package.{package}.{option}"));
        }
    }
    template::share_target(&mut cargo, lab, rust);
    process::read(&mut cargo)
}
