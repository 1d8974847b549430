//! A Python environment of our own, with the packages that notebooks/requirements.txt pins.

use super::{Lab, Step, announce, remove_folder};
use anyhow::{Context, Result, bail};
use nn_kernel::copy::sha256;
use nn_kernel::process;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Makes `target/lab/venv`, or finds it whole.
pub fn install(lab: &Lab) -> Result<Step> {
    let venv = lab.root.join("venv");
    let stamp = venv.join("stamp");
    let path = lab.repository.join("notebooks/requirements.txt");
    let requirements = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    // A virtual environment holds its own absolute path: one that was moved is broken.
    let wanted = format!("{}\n{}\n", venv.display(), sha256(&requirements));
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) && is_whole(lab, &requirements) {
        return Ok(Step::Found);
    }

    let python = find()?;
    remove_folder(&venv)?;
    announce(&format!("Python environment from {}, JupyterLab and what it needs", python.description));
    process::run("python -m venv", python.command().args(["-m", "venv"]).arg(&venv))?;
    // --no-deps: the list is complete, and it leaves out the Python kernel, which JupyterLab asks for.
    process::run(
        "pip install",
        lab.python_command()
            .args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "-r"])
            .arg(&path),
    )?;
    if !is_whole(lab, &requirements) {
        bail!("{}: pip reported success, but packages of {} are missing", venv.display(), path.display());
    }
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(Step::Made)
}

/// Whether the interpreter and the three packages that we call are there; a fraction of a millisecond.
fn is_whole(lab: &Lab, requirements: &[u8]) -> bool {
    let Some(packages) = site_packages(lab) else { return false };
    let requirements = String::from_utf8_lossy(requirements);
    let pinned = |name: &str| {
        let line = requirements.lines().find(|line| line.split("==").next() == Some(name));
        let version = line.and_then(|line| line.split("==").nth(1)?.split_whitespace().next());
        version.is_some_and(|version| packages.join(format!("{name}-{version}.dist-info")).is_dir())
    };
    lab.python().exists() && ["jupyterlab", "jupyter_client", "nbconvert"].into_iter().all(pinned)
}

/// `venv/lib/python3.N/site-packages`, or Windows' `venv/Lib/site-packages`.
fn site_packages(lab: &Lab) -> Option<PathBuf> {
    let venv = lab.root.join("venv");
    if cfg!(windows) {
        return Some(venv.join("Lib").join("site-packages"));
    }
    let mut versions = fs::read_dir(venv.join("lib")).ok()?.flatten();
    versions.find_map(|entry| Some(entry.path().join("site-packages")).filter(|path| path.is_dir()))
}

/// An interpreter of the system's.
pub struct Python {
    program: &'static [&'static str],
    description: String,
}

impl Python {
    /// `Python 3.11.7`
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Starts it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.program[0]);
        command.args(&self.program[1..]);
        command
    }
}

/// Python 3.10 or newer that can make environments.
pub fn find() -> Result<Python> {
    let candidates: &[&[&str]] =
        if cfg!(windows) { &[&["py", "-3"], &["python"], &["python3"]] } else { &[&["python3"], &["python"]] };
    let mut problem = "no python3 on PATH: install Python 3.10 or newer (Debian: apt install python3 python3-venv; \
                       macOS, Windows: https://www.python.org/downloads)"
        .to_owned();
    for program in candidates {
        let probe = "import sys; print('%d.%d.%d' % sys.version_info[:3])";
        let mut python = Python { program, description: String::new() };
        let Ok(version) = process::read(python.command().args(["-c", probe])) else { continue };
        python.description = format!("Python {version}");
        let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
        if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < (3, 10) {
            problem = format!("{} is Python {version}, but 3.10 or newer is needed", program.join(" "));
        } else if process::read(python.command().args(["-c", "import venv, ensurepip"])).is_err() {
            problem =
                format!("{} has no venv module: install it (Debian: apt install python3-venv)", program.join(" "));
        } else {
            return Ok(python);
        }
    }
    bail!(problem)
}

/// The folder of notebooks.
pub fn notebooks(lab: &Lab) -> PathBuf {
    lab.repository.join("notebooks")
}

/// Whether `path` is a notebook, going by its name.
pub fn is_notebook(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "ipynb")
}
