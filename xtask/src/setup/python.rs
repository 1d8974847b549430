//! Python: an interpreter of the system's, and environments of our own under `target/lab`.

use super::{Lab, Step, announce, version_numbers};
use anyhow::{Result, bail};
use nn_kernel::files::sha256;
use nn_kernel::{files, process};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A virtual environment with the packages of one list.
pub struct Environment {
    /// Where it is.
    pub folder: PathBuf,
    /// The list, `name==version` in each line.
    pub requirements: PathBuf,
    /// Those of the list that must be there, or else all is made anew.
    pub needed: &'static [&'static str],
    /// Whether the list holds all that its packages need, so that pip adds nothing.
    pub is_complete: bool,
}

impl Environment {
    /// JupyterLab's. Its list leaves out the Python kernel, which JupyterLab asks for.
    pub fn of_lab(lab: &Lab) -> Environment {
        Environment {
            folder: lab.root.join("venv"),
            requirements: lab.repository.join("notebooks/requirements.txt"),
            needed: &["jupyterlab", "jupyter_client", "nbconvert"],
            is_complete: true,
        }
    }

    /// Makes it, or finds it whole, which takes a fraction of a millisecond.
    pub fn install(&self) -> Result<Step> {
        let stamp = self.folder.join("stamp");
        let requirements = files::read_text(&self.requirements)?;
        // An environment holds its own absolute path: one that was moved is broken. The stamp is written last.
        let wanted = format!("{}\n{}\n", self.folder.display(), sha256(requirements.as_bytes()));
        if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) && self.is_whole(&requirements) {
            return Ok(Step::Found);
        }
        let python = find()?;
        announce(&format!(
            "Python environment {} from {}: {}, and what they need",
            self.folder.display(),
            python.description,
            self.needed.join(", ")
        ));
        files::remove(&self.folder)?;
        process::run("python -m venv", python.command().args(["-m", "venv"]).arg(&self.folder))?;
        self.add(&self.requirements)?;
        if !self.is_whole(&requirements) {
            bail!(
                "{}: pip reported success, but packages of {} are missing",
                self.folder.display(),
                self.requirements.display()
            );
        }
        files::write(&stamp, wanted)?;
        Ok(Step::Made)
    }

    /// Has pip install the packages of one more list.
    pub fn add(&self, requirements: &Path) -> Result<()> {
        let mut pip = self.command();
        pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
        if self.is_complete {
            pip.arg("--no-deps");
        }
        process::run("pip install", pip.arg("-r").arg(requirements))
    }

    /// Its interpreter.
    pub fn interpreter(&self) -> PathBuf {
        self.folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
    }

    /// Its interpreter, which reads and writes nothing in the home folder.
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.interpreter());
        command.env_remove("PYTHONHOME").env_remove("PYTHONPATH");
        command.env("PYTHONNOUSERSITE", "1").env("PYTHONUTF8", "1").env("PIP_NO_CACHE_DIR", "1");
        // pip is to install here, whatever a person has it do elsewhere.
        command.env("PIP_USER", "0");
        for elsewhere in ["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"] {
            command.env_remove(elsewhere);
        }
        command
    }

    /// Whether the interpreter and the packages that must be there are there, in the versions of the list.
    fn is_whole(&self, requirements: &str) -> bool {
        let Some(packages) = self.site_packages() else { return false };
        for name in self.needed {
            let mut folders =
                versions(requirements, name).map(|version| format!("{}-{version}.dist-info", name.replace('-', "_")));
            if !folders.any(|folder| packages.join(folder).is_dir()) {
                return false;
            }
        }
        self.interpreter().exists()
    }

    /// `lib/python3.N/site-packages`, or Windows' `Lib/site-packages`.
    fn site_packages(&self) -> Option<PathBuf> {
        if cfg!(windows) {
            return Some(self.folder.join("Lib").join("site-packages"));
        }
        let versions = files::list(&self.folder.join("lib")).ok()?;
        versions.iter().map(|version| version.join("site-packages")).find(|path| path.is_dir())
    }
}

/// The versions of a package in a list: one, or one for each of several Pythons.
fn versions<'a>(requirements: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let lines = requirements.lines().filter_map(|line| line.split_once("=="));
    let lines = lines.filter(move |(package, _)| *package == name);
    lines.filter_map(|(_, version)| version.split([';', ' ']).next())
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
        if !is_new_enough(&version) {
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

/// Whether `version` is 3.10 or newer.
fn is_new_enough(version: &str) -> bool {
    version_numbers(version) >= vec![3, 10]
}

#[cfg(test)]
mod tests {
    use super::{is_new_enough, versions};

    #[test]
    fn a_package_may_have_a_version_for_each_python() {
        let list = "# a comment\nnumpy==2.4.6; python_version >= \"3.11\"\nnumpy==2.2.6; python_version < \"3.11\"\njax==0.10.2\n";
        assert_eq!(versions(list, "numpy").collect::<Vec<_>>(), ["2.4.6", "2.2.6"]);
        assert_eq!(versions(list, "jax").collect::<Vec<_>>(), ["0.10.2"]);
        assert_eq!(versions(list, "num").count(), 0);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(is_new_enough("3.10.0") && is_new_enough("3.14.2") && is_new_enough("4.0.1"));
        assert!(!is_new_enough("3.9.18") && !is_new_enough("2.7.18") && !is_new_enough("unknown"));
    }
}
