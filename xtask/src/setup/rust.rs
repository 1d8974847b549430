//! The compiler, and its library's source, which the kernel's type inference reads.

use super::{Step, announce};
use anyhow::{Context, Result, bail};
use nn_kernel::process;
use std::path::PathBuf;
use std::process::Command;

/// The toolchain in use.
pub struct Rust {
    /// The platform, as in `x86_64-unknown-linux-gnu`.
    pub host: String,
    /// The toolchain's folder.
    pub sysroot: PathBuf,
}

impl Rust {
    /// Finds the toolchain; adds nothing.
    pub fn look() -> Result<Rust> {
        let printed = process::read(Command::new("rustc").args(["--print", "sysroot", "--print", "host-tuple"]))
            .context("no working rustc: install Rust from https://rustup.rs")?;
        let Some((sysroot, host)) = printed.split_once('\n') else {
            bail!("rustc --print sysroot --print host-tuple: expected two lines, found `{printed}`");
        };
        Ok(Rust { host: host.trim().to_owned(), sysroot: PathBuf::from(sysroot.trim()) })
    }

    /// Finds the toolchain; adds rust-src where rustup can.
    pub fn find() -> Result<(Step, Rust)> {
        let rust = Rust::look()?;
        if rust.has_source() {
            return Ok((Step::Found, rust));
        }
        announce("rustup component add rust-src");
        let added = process::run("rustup", Command::new("rustup").args(["component", "add", "rust-src"]));
        if added.is_err() || !rust.has_source() {
            bail!(
                "the standard library's source is missing in {}: run `rustup component add rust-src`, or install your \
                 system's package for it (Debian: apt install rust-src)",
                rust.sysroot.display()
            );
        }
        Ok((Step::Made, rust))
    }

    /// The toolchain's own `cargo` or `rustc`, not rustup's proxy, which looks for the toolchain at every call.
    pub fn tool(&self, name: &str) -> PathBuf {
        let own = self.sysroot.join("bin").join(process::executable(name));
        if own.is_file() { own } else { PathBuf::from(name) }
    }

    /// Whether the library's source is there.
    pub fn has_source(&self) -> bool {
        self.sysroot.join("lib/rustlib/src/rust/library/std/src/lib.rs").is_file()
    }
}
