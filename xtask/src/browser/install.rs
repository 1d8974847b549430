//! What the browser tests need: Node.js, a Chromium, and two packages of npm.

use crate::setup::{Lab, version_numbers};
use anyhow::{Context, Result, bail};
use nn_kernel::{files, process};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A browser that scripts can drive.
pub struct Browser {
    pub(super) node: PathBuf,
    pub(super) chromium: PathBuf,
    /// Our scripts, with the packages that they use beside them.
    pub(super) scripts: PathBuf,
}

/// What Playwright asks for.
const OLDEST_NODE: u32 = 20;

/// Debian's packages: the browser, and letters for Chinese labels.
const PACKAGES: [&str; 2] = ["chromium", "fonts-noto-cjk"];

/// Where Chromium and its kin are called by another name, or are not on PATH.
const NAMES: [&str; 6] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome"];
const PLACES: [&str; 4] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
];

const NO_CHROMIUM: &str = "there is no Chromium; install Chromium or Chrome (Debian, Ubuntu: apt install chromium \
                           fonts-noto-cjk, which cargo xtask test --install does as root), or name one in NN_BROWSER";

impl Browser {
    /// Finds Node.js and Chromium, and has npm install the rest below `target/lab`; the error says in one line what is missing,
    /// and how to get it.
    pub fn set_up(lab: &Lab) -> Result<Self> {
        let (node, chromium) = Self::find()?;
        let scripts = lab.root.join("browser");
        copy_scripts(lab, &scripts)?;
        install_packages(&scripts)?;
        Ok(Self { node, chromium, scripts })
    }

    /// Node.js and a Chromium, if they are there already.
    pub fn find() -> Result<(PathBuf, PathBuf)> {
        Ok((node()?, chromium().context(NO_CHROMIUM)?))
    }

    /// Installs Chromium by `apt-get` unless there is one, which changes the system: only root may, and only if asked to.
    pub fn install() -> Result<()> {
        if chromium().is_some() {
            return Ok(());
        }
        if process::find_on_path("apt-get", None).is_none() || !process::is_root() {
            bail!(NO_CHROMIUM);
        }
        eprintln!("browser: apt-get install {} …", PACKAGES.join(" "));
        apt(&["update"])?;
        apt(&[&["install", "-y", "--no-install-recommends"][..], &PACKAGES].concat())?;
        chromium().context("apt-get installed chromium, but it is not on PATH")?;
        Ok(())
    }
}

fn node() -> Result<PathBuf> {
    let how = format!("install Node.js {OLDEST_NODE} or newer with npm (nodejs.org, or your system's packages)");
    let Some(node) = process::find_on_path("node", None) else { bail!("there is no Node.js; {how}") };
    let version = process::read(Command::new(&node).arg("--version"))?;
    if version_numbers(version.trim_start_matches('v')) < vec![OLDEST_NODE] {
        bail!("{} is of version {version}; {how}", node.display());
    }
    Ok(node)
}

fn chromium() -> Option<PathBuf> {
    let told = std::env::var_os("NN_BROWSER").map(PathBuf::from);
    let named = NAMES.iter().filter_map(|name| process::find_on_path(name, None));
    told.into_iter().chain(named).chain(PLACES.map(PathBuf::from)).find(|path| path.is_file())
}

fn apt(arguments: &[&str]) -> Result<()> {
    let mut apt = Command::new("apt-get");
    apt.args(["-qq", "-o", "Dpkg::Use-Pty=0"]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    process::read(&mut apt).context(NO_CHROMIUM)?;
    Ok(())
}

fn copy_scripts(lab: &Lab, scripts: &Path) -> Result<()> {
    for path in files::list(&lab.repository.join("xtask/browser"))? {
        if path.is_file() {
            files::copy(&path, &scripts.join(path.file_name().context("a script has a name")?))?;
        }
    }
    Ok(())
}

/// The packages that `package-lock.json` pins, unless they are there.
fn install_packages(scripts: &Path) -> Result<()> {
    let lock = files::read(&scripts.join("package-lock.json"))?;
    let stamp = scripts.join("packages.stamp");
    if fs::read(&stamp).is_ok_and(|found| found == lock) {
        return Ok(());
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    eprintln!("browser: npm ci …");
    files::remove(&scripts.join("node_modules"))?;
    let mut npm = Command::new(npm);
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--cache"])
        .arg(scripts.join("cache"));
    process::read(npm.current_dir(scripts))
        .context("npm, which comes with Node.js, could not install the browser tests' packages")?;
    files::write(&stamp, lock)
}
