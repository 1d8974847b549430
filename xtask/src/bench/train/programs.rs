//! The contestants' programs: how each is built, and started.
//!
//! Ours is `nn-core/examples/train_once.rs`, in the profile that notebooks use. Python's is `xtask/python/peers.py`, in an
//! environment of its own. burn's and candle's are `xtask/bench/`, built as their users would for speed: `--release` with all
//! crates optimised as one, for this computer's processor, on all cores.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::setup::python::Environment;
use crate::setup::{Lab, Rust, template};
use nn_kernel::progress::Progress;
use nn_kernel::{folder, process};

/// Whose program.
#[derive(Clone, Copy, PartialEq)]
pub enum Team {
    NnCore,
    /// numpy, JAX and scikit-learn.
    Python,
    /// Large enough to be missing where the rest of Python is there.
    PyTorch,
    Burn,
    Candle,
}

/// What is there to be started.
pub struct Programs {
    script: PathBuf,
    nn_core: PathBuf,
    python: Option<Environment>,
    has_torch: bool,
    burn: Option<PathBuf>,
    candle: Option<PathBuf>,
}

impl Programs {
    /// Builds and installs what these teams need. What cannot be had of the peers is left out, with a line.
    pub fn build(lab: &Lab, teams: &[Team]) -> Result<Programs> {
        let (_, rust) = Rust::find()?;
        let mut programs = Programs {
            script: lab.repository.join("xtask/python/peers.py"),
            nn_core: build_ours(lab, &rust)?,
            python: None,
            has_torch: false,
            burn: None,
            candle: None,
        };
        if teams.contains(&Team::Python) || teams.contains(&Team::PyTorch) {
            let (python, has_torch) = install(lab)?;
            (programs.python, programs.has_torch) = (Some(python), has_torch);
        }
        if teams.contains(&Team::Burn) {
            programs.burn = build_peer(lab, &rust, "burn");
        }
        if teams.contains(&Team::Candle) {
            programs.candle = build_peer(lab, &rust, "candle");
        }
        Ok(programs)
    }

    /// Starts this team's program; `None` if it is not there.
    pub fn command(&self, team: Team) -> Option<Command> {
        match team {
            Team::NnCore => Some(self.ours()),
            Team::Python => self.peers().ok(),
            Team::PyTorch if self.has_torch => self.peers().ok(),
            Team::PyTorch => None,
            Team::Burn => self.burn.as_ref().map(Command::new),
            Team::Candle => self.candle.as_ref().map(Command::new),
        }
    }

    /// Ours.
    pub fn ours(&self) -> Command {
        Command::new(&self.nn_core)
    }

    /// Python's half.
    pub fn peers(&self) -> Result<Command> {
        let mut command = self.python.as_ref().context("Python's peers were not asked for")?.command();
        command.arg(&self.script);
        Ok(command)
    }
}

/// The contestants of ours, where its dependencies are compiled.
fn build_ours(lab: &Lab, rust: &Rust) -> Result<PathBuf> {
    let progress = Progress::begin(&lab.root);
    template::build(lab, rust, &progress)?;
    progress.end()?;
    let mut cargo = Command::new(rust.tool("cargo"));
    cargo.args(["build", "--quiet", "--package", "nn-core", "--example", "train_once"]).current_dir(&lab.repository);
    template::share_target(&mut cargo, lab, rust);
    process::run("cargo build", &mut cargo)?;
    let target = folder::template(&lab.kernels()).join("target").join(&rust.host);
    Ok(target.join("debug/examples").join(process::executable("train_once")))
}

/// A Python environment with the peers, and whether PyTorch is among them.
fn install(lab: &Lab) -> Result<(Environment, bool)> {
    let lists = lab.repository.join("xtask/python");
    let environment = Environment {
        folder: lab.root.join("bench-venv"),
        requirements: lists.join("peers.txt"),
        needed: &["jax", "numpy", "polars", "scikit-learn"],
        is_complete: false,
    };
    environment.install()?;
    let has_torch = process::read(environment.command().args(["-c", "import torch"])).is_ok();
    let torch = has_torch || environment.add(&lists.join("peers-torch.txt")).is_ok();
    if !torch {
        eprintln!("bench: PyTorch could not be installed; its rows are left out");
    }
    Ok((environment, torch))
}

/// burn's program or candle's; `None`, with a line, if it cannot be built.
fn build_peer(lab: &Lab, rust: &Rust, name: &str) -> Option<PathBuf> {
    let target = lab.repository.join("target/bench/peers");
    let program = target.join("release").join(process::executable(&format!("bench-{name}")));
    if !program.is_file() {
        eprintln!("bench: compiling {name} with all optimisations: about ten minutes on two cores, once");
    }
    let mut cargo = Command::new(rust.tool("cargo"));
    cargo.args(["build", "--release", "--locked", "--package", &format!("bench-{name}")]);
    cargo.current_dir(lab.repository.join("xtask/bench")).env("CARGO_TARGET_DIR", &target);
    cargo.env("RUSTFLAGS", "-C target-cpu=native").env_remove("CARGO_ENCODED_RUSTFLAGS");
    match process::run("cargo build", &mut cargo) {
        Ok(()) => Some(program),
        Err(error) => {
            eprintln!("bench: {name} could not be built, its rows are left out: {error:#}");
            None
        }
    }
}
