//! The set-up: everything a notebook needs, installed under `target/lab`.
//!
//! ```text
//! target/lab/venv             Python with JupyterLab (notebooks/requirements.txt), the kernel spec "rust" in it
//! target/lab/bin              the kernel's launcher, its stand-ins for cargo and rustup, evcxr_jupyter
//! target/lab/kernel/template  the crate that every notebook starts from, with all dependencies compiled
//! target/lab/kernel/kept      what notebooks had compiled besides
//! target/lab/kernel/kept-cells  cells as they were compiled
//! target/lab/kernel/settings  evcxr.toml for notebooks that have none beside them
//! target/lab/kernel/running   one copy of the template for each running kernel
//! target/lab/jupyter          what Jupyter would otherwise write to the home folder
//! ```
//!
//! Each step looks whether its result is there and whole, and makes it otherwise; a stamp is written last, so that
//! an interrupted step is seen and done again.

mod build;
pub mod evcxr;
pub mod python;
mod rust;
mod spec;
pub mod template;
pub mod tool;

pub use rust::Rust;
pub use spec::install_program;

use crate::setup::python::Environment;
use anyhow::{Context, Result};
use nn_kernel::files::{self, Lock};
use nn_kernel::folder;
use nn_kernel::progress::Progress;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Names a folder for Jupyter's own files in place of `target/lab/jupyter`: the browser tests change settings.
pub const STATE: &str = "NN_LAB_STATE";

/// Where things are.
pub struct Lab {
    /// The repository.
    pub repository: PathBuf,
    /// `target/lab` in it.
    pub root: PathBuf,
}

/// A set-up that has made what JupyterLab needs, and goes on.
pub struct Begun {
    rust: Rust,
    progress: Progress,
    _one_at_a_time: File,
}

/// Whether a step had anything to do.
pub enum Step {
    /// All was there.
    Found,
    /// It was made now.
    Made,
}

impl Step {
    /// `Made` if something was.
    pub fn made(made: bool) -> Step {
        if made { Step::Made } else { Step::Found }
    }
}

impl Lab {
    /// The laboratory of the repository that this program was started from.
    pub fn here() -> Result<Lab> {
        let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let repository = Path::new(&package).join("..");
        let repository =
            dunce::canonicalize(&repository).with_context(|| format!("{}: no such folder", repository.display()))?;
        Ok(Lab::of(repository))
    }

    /// The laboratory of the repository in this folder.
    pub fn of(repository: PathBuf) -> Lab {
        Lab { root: repository.join("target").join("lab"), repository }
    }

    /// Makes everything that is missing, one line each on stderr.
    pub fn set_up(&self) -> Result<Rust> {
        self.finish(self.begin()?)
    }

    /// Makes Python alone, for what needs no kernel.
    pub fn set_up_python(&self) -> Result<()> {
        let _one_at_a_time = self.lock()?;
        timed("Python with JupyterLab", || Ok((Environment::of_lab(self).install()?, ())))
    }

    /// Makes what JupyterLab needs: it can be opened then, and its kernels wait for [`Lab::finish`].
    pub fn begin(&self) -> Result<Begun> {
        let one_at_a_time = self.lock()?;
        let rust = timed("Rust compiler with its sources", Rust::find)?;
        timed("Python with JupyterLab", || Ok((Environment::of_lab(self).install()?, ())))?;
        let progress = Progress::begin(&self.root);
        timed("kernel spec and launcher", || Ok((spec::install(self, &evcxr::place(self))?, ())))?;
        Ok(Begun { rust, progress, _one_at_a_time: one_at_a_time })
    }

    /// Makes the rest: the kernel and the notebooks' libraries, both at once.
    pub fn finish(&self, Begun { rust, progress, .. }: Begun) -> Result<Rust> {
        let (evcxr, ()) = build::both(
            &progress,
            || timed("Rust kernel evcxr_jupyter", || evcxr::install(self, &rust, &progress)),
            || timed("warm build folder for notebooks", || Ok((template::build(self, &rust, &progress)?, ()))),
        )?;
        spec::install(self, &evcxr)?;
        folder::sweep(&self.kernels())?;
        Ok(rust)
    }

    /// Whether [`Lab::finish`] takes seconds, not minutes.
    pub fn is_nearly_finished(&self) -> bool {
        evcxr::installed(self).is_ok() && template::is_built(self)
    }

    /// JupyterLab's Python, in an environment in which neither it nor Jupyter reads or writes the home folder.
    pub fn python_command(&self) -> Command {
        let jupyter = self.state();
        let mut command = Environment::of_lab(self).command();
        command
            .env_remove("JUPYTER_PATH")
            .env_remove("JUPYTER_CONFIG_PATH")
            .env("JUPYTER_PREFER_ENV_PATH", "1")
            .env("JUPYTER_CONFIG_DIR", jupyter.join("config"))
            .env("JUPYTER_DATA_DIR", jupyter.join("data"))
            .env("JUPYTER_RUNTIME_DIR", jupyter.join("runtime"))
            .env("JUPYTERLAB_SETTINGS_DIR", jupyter.join("settings"))
            .env("JUPYTERLAB_WORKSPACES_DIR", jupyter.join("workspaces"))
            .env("IPYTHONDIR", jupyter.join("ipython"));
        command
    }

    /// The same Python with a script of `xtask/python`.
    pub fn script(&self, name: &str) -> Command {
        let mut command = self.python_command();
        command.arg(self.repository.join("xtask/python").join(name));
        command
    }

    /// What Jupyter would otherwise write to the home folder.
    pub fn state(&self) -> PathBuf {
        std::env::var_os(STATE).map_or_else(|| self.root.join("jupyter"), PathBuf::from)
    }

    /// The folder of programs.
    pub fn bin(&self) -> PathBuf {
        self.root.join("bin")
    }

    /// The kernels' folders.
    pub fn kernels(&self) -> PathBuf {
        self.root.join("kernel")
    }

    /// One set-up at a time.
    ///
    /// # Errors
    /// If nothing can be written there: in a checkout that is read-only, for example.
    fn lock(&self) -> Result<File> {
        let path = self.root.join("lock");
        let file = files::lock_file(&path).with_context(|| {
            let repository = self.repository.display();
            format!(
                "{repository}: expected a folder to write to, because all that the notebooks need is installed under \
                 target/lab; copy the repository to one that is yours"
            )
        })?;
        match files::try_lock(&file) {
            Lock::Ours => return Ok(file),
            Lock::Theirs => eprintln!("lab: waiting for another cargo xtask to finish its set-up"),
            Lock::Unknown => {}
        }
        files::lock(&path)
    }
}

/// Runs one step and says how long it took.
fn timed<T>(what: &str, step: impl FnOnce() -> Result<(Step, T)>) -> Result<T> {
    let start = Instant::now();
    let (done, value) = step().with_context(|| what.to_owned())?;
    let verb = match done {
        Step::Found => "found",
        Step::Made => "ready",
    };
    eprintln!("lab: {what:<34}{verb} {:8.2} s", start.elapsed().as_secs_f64());
    Ok(value)
}

/// `[3, 11, 7]` for `3.11.7`, up to the first part that is no number.
pub fn version_numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

/// Says what is being made, before the waiting.
fn announce(what: &str) {
    eprintln!("lab: {what} …");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file in the place of `target` can be written to by nobody, as a read-only checkout by those who are not root.
    #[test]
    fn a_set_up_where_nothing_can_be_written_says_so() {
        let repository = std::env::temp_dir().join(format!("xtask read-only {}", std::process::id()));
        files::write(&repository.join("target"), "").unwrap();
        let message = format!("{:#}", Lab::of(repository.clone()).set_up().err().unwrap());
        assert!(message.starts_with(&format!("{}: expected a folder to write to", repository.display())), "{message}");
        assert!(message.contains("cannot create"), "{message}");
        files::remove(&repository).unwrap();
    }
}
