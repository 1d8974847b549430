//! The warm build folder: the crate that the kernel writes for a notebook whose only dependency is nn-core, compiled.
//!
//! The kernel compiles every cell in such a crate, in a new temporary folder at each start, which takes minutes when
//! it has to compile polars first. Each of our kernels starts from a copy of this folder instead ([`nn_kernel`]).
//! The crate here must be, to cargo, the one that the kernel writes: same profile, flags, target and paths. The
//! workspace's tests are built in its target folder too, so that every dependency is compiled once.

use super::build::Build;
use super::{Lab, Rust, Step, announce};
use anyhow::{Context, Result};
use nn_kernel::assumed::{self, RUSTFLAGS};
use nn_kernel::progress::Progress;
use nn_kernel::{common, copy, files, folder, kept, process, shelf};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Brings the template up to date, cargo's own progress on stderr.
pub fn build(lab: &Lab, rust: &Rust, progress: &Progress) -> Result<Step> {
    let template = folder::template(&lab.kernels());
    let _lock = copy::lock(&template)?;

    // The workspace's versions: notebooks and tests run the same code.
    let versions = files::read(&lab.repository.join("Cargo.lock"))?;
    if files::update(&template.join("workspace.lock"), &versions)? {
        files::write(&template.join("Cargo.lock"), &versions)?;
        kept::forget(&lab.kernels())?;
        shelf::forget(&lab.kernels())?;
    }
    let stamp = template.join("stamp");
    let compiler = process::read(Command::new(rust.tool("rustc")).arg("-vV"))?;
    if files::update(&template.join("compiler"), compiler)? {
        // Nothing that another compiler made is of use, and it is gigabytes.
        files::remove(&template.join("target"))?;
        kept::forget(&lab.kernels())?;
        shelf::forget(&lab.kernels())?;
        common::forget(&lab.kernels())?;
        files::remove(&stamp)?;
    }
    // Kernels take these, whoever starts them, and in whatever folder their notebook lies.
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    if let Some(home) = home.as_ref().and_then(|home| home.to_str()) {
        files::update(&template.join("cargo-home"), home)?;
    }
    files::update(&template.join("sysroot"), rust.sysroot.to_str().context("the toolchain's path is not Unicode")?)?;
    let manifest = assumed::manifest(&dependency(&lab.repository.join("nn-core")));
    files::update(&template.join("Cargo.toml"), manifest)?;
    files::update(&template.join("src/lib.rs"), "")?;

    let first = !stamp.exists();
    if first {
        announce("compiling the notebooks' dependencies: about five minutes on two cores, once");
    }
    let mut cargo = Command::new(rust.tool("cargo"));
    cargo.arg("build").current_dir(&template);
    share_target(&mut cargo, lab, rust);
    let what = "cargo build of the notebooks' dependencies";
    if first {
        let crates = count_crates(&template, rust)?;
        Build { progress, name: "libraries", crates, usual: Duration::from_secs(5 * 60) }.run(what, &mut cargo)?;
    } else {
        process::run(what, &mut cargo)?;
    }
    files::write(&stamp, "")?;
    Ok(Step::made(first))
}

/// How many packages the template's crate is built from.
fn count_crates(template: &Path, rust: &Rust) -> Result<usize> {
    let mut metadata = Command::new(rust.tool("cargo"));
    metadata.args(["metadata", "--format-version", "1", "--filter-platform", &rust.host]).current_dir(template);
    let metadata: serde_json::Value =
        serde_json::from_str(&process::read(&mut metadata)?).context("cargo metadata is not JSON")?;
    Ok(metadata["resolve"]["nodes"].as_array().map_or(1, Vec::len))
}

/// Whether nothing but an edited crate is left to build, going by its stamp.
pub fn is_built(lab: &Lab) -> bool {
    folder::template(&lab.kernels()).join("stamp").exists()
}

/// Makes a cargo command build into the template's target folder, as the kernel does.
pub fn share_target(cargo: &mut Command, lab: &Lab, rust: &Rust) {
    let template = folder::template(&lab.kernels());
    let target = template.join("target");
    copy::do_without_locks(cargo, &template);
    cargo
        .args(["--target", &rust.host])
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_BUILD_BUILD_DIR", &target)
        .env("RUSTC", rust.tool("rustc"))
        .env("RUSTFLAGS", RUSTFLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
}

/// The line that `:dep nn-core = { path = "../nn-core" }` comes to.
fn dependency(nn_core: &Path) -> String {
    let path = nn_core.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    format!("nn-core = {{ path = \"{path}\" }}")
}
