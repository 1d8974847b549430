//! The same seed gives the same bits, however nn-core is compiled, and however wide the processor's registers are.

use anyhow::{Result, bail, ensure};

use super::{Lab, Rust, command, template};
use nn_kernel::process;

/// What a debug build compiles with.
const DEBUG: [&str; 3] = ["opt-level=0", "debug-assertions=true", "overflow-checks=true"];

/// The packages that calculate. All other dependencies stay as they are compiled already: polars alone would take minutes.
const PACKAGES: [&str; 3] = ["nn-core", "ndarray", "matrixmultiply"];

/// Runs `nn-core/examples/same_bits.rs` as notebooks compile nn-core, and as a debug build; on a processor with AVX-512 once more
/// without it.
pub fn check(lab: &Lab, rust: &Rust) -> Result<()> {
    let (optimised, debug) = (same_bits(lab, rust, &[], None)?, same_bits(lab, rust, &DEBUG, None)?);
    eprintln!("{debug}");
    if optimised.lines().count() < 2 || !debug.contains("debug assertions: true") {
        bail!("same_bits: expected fingerprints of a debug build, found:\n{optimised}\n{debug}");
    }
    // The first line says how it was compiled.
    if !optimised.lines().skip(1).eq(debug.lines().skip(1)) {
        bail!("expected the same fingerprints as with optimisation:\n{optimised}");
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        let narrow = same_bits(lab, rust, &[], Some("avx2"))?;
        ensure!(
            narrow == optimised,
            "expected the same fingerprints by AVX2 as by AVX-512:\n{optimised}\nfound\n{narrow}"
        );
        eprintln!("the same by AVX2");
    }
    Ok(())
}

/// What the example prints if these options of cargo's hold for [`PACKAGES`], on a processor of this kind.
fn same_bits(lab: &Lab, rust: &Rust, options: &[&str], kind: Option<&str>) -> Result<String> {
    let mut cargo = command(lab, "run");
    cargo.envs(kind.map(|kind| ("NN_CORE_SIMD", kind)));
    cargo.args(["--quiet", "--package", "nn-core", "--example", "same_bits"]);
    for package in PACKAGES {
        for option in options {
            cargo.arg("--config").arg(format!("profile.dev.package.{package}.{option}"));
        }
    }
    template::share_target(&mut cargo, lab, rust);
    process::read(&mut cargo)
}
