//! The warm build folder: the crate that the kernel writes for a notebook whose only dependency is nn-core, compiled.
//!
//! The kernel compiles every cell in such a crate, in a new temporary folder at each start, which takes minutes when
//! it has to compile polars first. Each of our kernels starts from a copy of this folder instead ([`nn_kernel`]).
//! The crate here must be, to cargo, the one that the kernel writes: same profile, flags, target and paths. The
//! workspace's tests are built in its target folder too, so that every dependency is compiled once.

use super::{Lab, Rust, Step, announce, write_if_changed};
use anyhow::{Context, Result};
use nn_kernel::copy::lock_file;
use nn_kernel::folder::{self, CRATE};
use nn_kernel::kept;
use nn_kernel::process;
use nn_kernel::stand_in::RUSTFLAGS;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Brings the template up to date, cargo's own progress on stderr.
pub fn build(lab: &Lab, rust: &Rust) -> Result<Step> {
    let template = folder::template(&lab.kernels());
    fs::create_dir_all(&template).with_context(|| format!("cannot create {}", template.display()))?;
    let lock = lock_file(&template)?;
    lock.lock().with_context(|| format!("cannot lock {}", template.display()))?;

    // The workspace's versions: notebooks and tests run the same code.
    let workspace_lock = lab.repository.join("Cargo.lock");
    let versions = fs::read(&workspace_lock).with_context(|| format!("cannot read {}", workspace_lock.display()))?;
    if let Step::Made = write_if_changed(&template.join("workspace.lock"), &versions)? {
        fs::write(template.join("Cargo.lock"), &versions)?;
        kept::forget(&lab.kernels())?;
    }
    let stamp = template.join("stamp");
    let compiler = process::read(Command::new(rust.tool("rustc")).arg("-vV"))?;
    if let Step::Made = write_if_changed(&template.join("compiler"), compiler.as_bytes())? {
        // Nothing that another compiler made is of use, and it is gigabytes.
        crate::lab::remove_folder(&template.join("target"))?;
        kept::forget(&lab.kernels())?;
        let _ = fs::remove_file(&stamp);
    }
    write_if_changed(&template.join("Cargo.toml"), manifest(&lab.repository.join("nn-core")).as_bytes())?;
    write_if_changed(&template.join("src/lib.rs"), b"")?;

    let first = !stamp.exists();
    if first {
        announce("compiling the notebooks' dependencies: about five minutes on two cores, once");
    }
    let mut cargo = Command::new(rust.tool("cargo"));
    cargo.arg("build").current_dir(&template);
    share_target(&mut cargo, lab, rust);
    process::run("cargo build of the notebooks' dependencies", &mut cargo)?;
    fs::write(&stamp, "")?;
    Ok(if first { Step::Made } else { Step::Found })
}

/// Makes a cargo command build into the template's target folder, as the kernel does.
pub fn share_target(cargo: &mut Command, lab: &Lab, rust: &Rust) {
    let target = folder::template(&lab.kernels()).join("target");
    cargo
        .args(["--target", &rust.host])
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_BUILD_BUILD_DIR", &target)
        .env("RUSTC", rust.tool("rustc"))
        .env("RUSTFLAGS", RUSTFLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
}

/// `Cargo.toml` as evcxr 0.22 writes it after `:dep nn-core = { path = "../nn-core" }`, optimisation level 3.
fn manifest(nn_core: &std::path::Path) -> String {
    let path: PathBuf = nn_core.to_owned();
    let path = path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        r#"
[package]
name = "{CRATE}"
version = "1.0.0"
edition = "2024"

[lib]
crate-type = ["cdylib"]
path = "src/lib.rs"

[profile.dev]
opt-level = 3
debug = false
strip = "debuginfo"
rpath = true
lto = false
debug-assertions = true
codegen-units = 16
panic = 'unwind'
incremental = true
overflow-checks = true

[dependencies]
nn-core = {{ path = "{path}" }}

"#
    )
}
