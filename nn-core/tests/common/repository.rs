//! What only the repository has: MNIST.
#![allow(dead_code, reason = "every test file is a crate of its own and uses a part of this")]

use std::io::Write;
use std::path::{Path, PathBuf};

use nn_core::data::{self, Mnist};

/// The repository's `data/`. Outside of the repository, in the package of crates.io, there is none: the test is skipped.
pub fn data_folder() -> Option<PathBuf> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if repository.join("notebooks").is_dir() {
        return Some(repository.join("data"));
    }
    // Not eprintln!, which a test that passes keeps to itself.
    std::io::stderr().write_all(b"skipped: this test needs MNIST, which only the repository has\n").unwrap();
    None
}

/// MNIST from there.
pub fn mnist() -> Option<Mnist> {
    Some(data::mnist(data_folder()?).unwrap())
}
