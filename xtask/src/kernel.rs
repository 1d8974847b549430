//! `cargo xtask kernel install`: our kernel in the user's own Jupyter, as "Rust (nn)".
//!
//! Written are two files in one folder of their own: the kernel spec, and a copy of this program that starts the kernel of the
//! repository, or says that the repository is gone. All else stays in `target/lab`.

use crate::setup::{Lab, evcxr, install_program};
use anyhow::{Context, Result, bail};
use nn_kernel::{files, folder, process, relay};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The kernel's name in Jupyter, and its folder's.
const NAME: &str = "rust-nn";
/// The argument that names the laboratory; it shows a spec to be ours.
const LAB: &str = "--lab";

/// Makes the laboratory ready and writes the kernel spec.
pub fn install() -> Result<ExitCode> {
    let lab = Lab::here()?;
    lab.set_up()?;
    let folder = spec_folder()?;
    if let Some(other) = installed(&folder)?.filter(|other| *other != lab.root) {
        println!("replaces the kernel of {}", other.display());
    }
    for path in write(&lab, &evcxr::installed(&lab)?, &folder)? {
        println!("wrote {}", path.display());
    }
    println!(
        "Jupyter and VS Code now offer the kernel \"Rust (nn)\". In a notebook anywhere on this computer:\n\n\
         :dep nn-core = {{ path = {:?} }}\n\n\
         cargo xtask kernel uninstall takes it away again.",
        lab.repository.join("nn-core")
    );
    Ok(ExitCode::SUCCESS)
}

/// Removes what [`install`] wrote.
pub fn uninstall() -> Result<ExitCode> {
    let folder = spec_folder()?;
    if installed(&folder)?.is_none() {
        println!("{}: not there, nothing to remove", folder.display());
        return Ok(ExitCode::SUCCESS);
    }
    for path in written(&folder) {
        files::remove(&path)?;
        println!("removed {}", path.display());
    }
    // What somebody put there besides stays.
    let _ = fs::remove_dir(&folder);
    Ok(ExitCode::SUCCESS)
}

/// Where the spec of the user's own Jupyter is or would be, and the laboratory that it starts, if it is there.
pub fn look() -> Result<(PathBuf, Option<PathBuf>)> {
    let folder = spec_folder()?;
    let lab = installed(&folder)?;
    Ok((folder, lab))
}

/// Starts the kernel of `lab`; the launcher there is asked, which may be newer than this program.
///
/// If there is no such laboratory any more, because the repository was moved or removed, every cell says so.
pub fn start(lab: Option<&Path>, evcxr: &Path, connection_file: &Path) -> Result<ExitCode> {
    let Some(lab) = lab else { return nn_kernel::start(evcxr, connection_file) };
    if let Some(why) = missing(lab, evcxr) {
        eprintln!("error: {why}");
        relay::refuse(connection_file, lab, why)?;
        return Ok(ExitCode::FAILURE);
    }
    let mut command = Command::new(lab.join("bin").join(process::executable("nn-kernel")));
    process::become_command(command.args(["kernel", "start", "--evcxr"]).arg(evcxr).arg(connection_file))
}

/// What is missing of a laboratory, and what to do about it.
fn missing(lab: &Path, evcxr: &Path) -> Option<String> {
    let repository = lab.ancestors().nth(2).unwrap_or(lab).display();
    if !lab.join("bin").join(process::executable("nn-kernel")).is_file() {
        return Some(format!(
            "the kernel \"Rust (nn)\" belongs to the repository {repository}, where it is no more: run `cargo xtask kernel \
             install` in the repository where it is now, or there `cargo xtask kernel uninstall`"
        ));
    }
    let is_whole = evcxr.is_file() && folder::template(&lab.join("kernel")).is_dir();
    (!is_whole)
        .then(|| format!("the kernel \"Rust (nn)\" is not complete: run `cargo xtask kernel install` in {repository}"))
}

/// Writes both files.
fn write(lab: &Lab, evcxr: &Path, folder: &Path) -> Result<[PathBuf; 2]> {
    let [spec, starter] = written(folder);
    let program = std::env::current_exe().context("cannot tell where this program is")?;
    install_program(&starter, &files::read(&program)?)?;
    let content = json!({
        "argv": [starter, "kernel", "start", LAB, lab.root, "--evcxr", evcxr, "{connection_file}"],
        "display_name": "Rust (nn)",
        "language": "rust",
        "interrupt_mode": "message",
    });
    files::replace(&spec, format!("{content:#}\n"))?;
    Ok([spec, starter])
}

/// The files that belong to us.
fn written(folder: &Path) -> [PathBuf; 2] {
    [folder.join("kernel.json"), folder.join(process::executable("nn-kernel"))]
}

/// The laboratory of the spec in `folder`; `None` if there is no spec.
///
/// # Errors
/// If there is one that is not ours.
fn installed(folder: &Path) -> Result<Option<PathBuf>> {
    let path = folder.join("kernel.json");
    if !path.exists() {
        return Ok(None);
    }
    let spec: Option<Value> = serde_json::from_slice(&files::read(&path)?).ok();
    let arguments: Option<Vec<&str>> =
        spec.as_ref().and_then(|spec| spec["argv"].as_array()?.iter().map(Value::as_str).collect());
    let lab =
        arguments.and_then(|arguments| arguments.windows(2).find(|pair| pair[0] == LAB).map(|pair| pair[1].into()));
    match lab {
        Some(lab) => Ok(Some(lab)),
        None => bail!("{}: expected a kernel spec of ours, found another; move it away", path.display()),
    }
}

fn spec_folder() -> Result<PathBuf> {
    let data = data_folder(std::env::consts::OS, |name| std::env::var_os(name), std::env::home_dir());
    Ok(data.context("there is no home folder: set JUPYTER_DATA_DIR")?.join("kernels").join(NAME))
}

/// Where Jupyter looks for a user's kernels: `jupyter_core.paths.jupyter_data_dir`.
fn data_folder(system: &str, variable: impl Fn(&str) -> Option<OsString>, home: Option<PathBuf>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(data) = folder("JUPYTER_DATA_DIR") {
        return Some(data);
    }
    match system {
        "macos" => Some(home?.join("Library/Jupyter")),
        "windows" => Some(folder("APPDATA")?.join("jupyter")),
        _ => Some(folder("XDG_DATA_HOME").or_else(|| Some(home?.join(".local/share")))?.join("jupyter")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: jupyter_core 5, its `jupyter_data_dir`.
    #[test]
    fn kernels_lie_where_jupyter_looks_for_them() {
        let set = |name: &'static str, value: &'static str| move |asked: &str| (asked == name).then(|| value.into());
        let home = || Some(PathBuf::from("/me"));
        for (found, expected) in [
            (data_folder("linux", set("JUPYTER_DATA_DIR", "/data"), home()), "/data"),
            (data_folder("linux", set("XDG_DATA_HOME", "/xdg"), home()), "/xdg/jupyter"),
            (data_folder("linux", set("XDG_DATA_HOME", ""), home()), "/me/.local/share/jupyter"),
            (data_folder("macos", |_| None, home()), "/me/Library/Jupyter"),
            (data_folder("windows", set("APPDATA", "/roaming"), home()), "/roaming/jupyter"),
        ] {
            assert_eq!(found, Some(expected.into()));
        }
        assert_eq!(data_folder("linux", |_| None, None), None);
    }

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("xtask kernel {name} {}", std::process::id())).join(NAME)
    }

    #[test]
    fn a_spec_names_its_laboratory_and_says_when_that_is_gone() {
        let folder = folder("gone");
        let lab = Lab::of(folder.join("My Projects/nn"));
        assert_eq!(installed(&folder).unwrap(), None);
        let written = write(&lab, Path::new("/bin/evcxr"), &folder).unwrap();
        assert!(written.iter().all(|path| path.is_file()) && files::list(&folder).unwrap().len() == 2);
        assert_eq!(installed(&folder).unwrap(), Some(lab.root.clone()));
        let message = missing(&lab.root, Path::new("/bin/evcxr")).unwrap();
        assert!(message.contains(&lab.repository.display().to_string()), "{message}");
        assert!(message.contains("cargo xtask kernel install"), "{message}");
        files::remove(folder.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_spec_of_somebody_elses_is_left_alone() {
        let folder = folder("other");
        for content in ["{}", "no JSON", r#"{"argv": ["evcxr_jupyter", "--control_file", "{connection_file}"]}"#] {
            files::write(&folder.join("kernel.json"), content).unwrap();
            let message = installed(&folder).unwrap_err().to_string();
            assert!(message.contains("found another"), "{message}");
        }
        files::remove(folder.parent().unwrap()).unwrap();
    }
}
