//! `cargo xtask lab`: JupyterLab, on this computer only unless told otherwise, with the Rust kernel ready.

use crate::notebook;
use crate::setup::Lab;
use anyhow::{Context, Result};
use nn_kernel::process;
use nn_kernel::{files, guard, variables};
use std::process::{Command, ExitCode, Stdio};

/// What JupyterLab is not to load: it would ask the network for news and for extensions.
const PAGE_CONFIG: &str = r#"{
  "disabledExtensions": {
    "@jupyterlab/apputils-extension:announcements": true,
    "@jupyterlab/extensionmanager-extension": true
  }
}
"#;

/// Short names of Jupyter's for the settings that we make.
const SHORT: [(&str, &str); 6] = [
    ("--ip", "--ServerApp.ip"),
    ("--port", "--ServerApp.port"),
    ("--port-retries", "--ServerApp.port_retries"),
    ("--notebook-dir", "--ServerApp.root_dir"),
    ("--no-browser", "--ServerApp.open_browser"),
    ("--allow-root", "--ServerApp.allow_root"),
];

/// What the person asked for.
pub struct Wishes {
    /// Print the address instead of opening a browser.
    pub no_browser: bool,
    /// The address to serve on; this computer only without it.
    pub ip: Option<String>,
    /// The port to serve on; the first free one without it.
    pub port: Option<u16>,
    /// Jupyter's own arguments. They count where they contradict ours.
    pub more: Vec<String>,
}

/// Becomes a Jupyter server that opens mnist.ipynb. The first time, it is opened as soon as Python is there, and what its
/// kernels need is built behind it: a cell shows how far that is, and then runs.
pub fn open(wishes: &Wishes) -> Result<ExitCode> {
    let lab = Lab::here()?;
    let begun = lab.begin()?;
    let mut jupyter = jupyter(&lab, wishes)?;
    if lab.is_nearly_finished() {
        lab.finish(begun)?;
        return process::become_command(&mut jupyter);
    }
    eprintln!("lab: opening JupyterLab; the Rust kernel is built behind it, for some ten minutes");
    let mut server = jupyter.spawn().context("cannot start JupyterLab")?;
    drop(jupyter);
    let finished = lab.finish(begun);
    match &finished {
        Ok(_) => eprintln!("lab: the Rust kernel is ready"),
        Err(error) => eprintln!("error: {error:#}"),
    }
    let status = server.wait().context("cannot wait for JupyterLab")?;
    Ok(if finished.is_ok() && status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The server's command.
fn jupyter(lab: &Lab, wishes: &Wishes) -> Result<Command> {
    files::write(&lab.state().join("config/labconfig/page_config.json"), PAGE_CONFIG)?;
    trust(lab)?;

    let mut jupyter = lab.python_command();
    let has_screen =
        has_screen(std::env::consts::OS, |name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    jupyter.args(["-m", "jupyterlab"]).args(arguments(lab, wishes, has_screen, process::is_root()));
    // An empty token would switch the protection off.
    if std::env::var_os("JUPYTER_TOKEN").is_some_and(|token| token.is_empty()) {
        jupyter.env_remove("JUPYTER_TOKEN");
    }
    // The server inherits the lock as its stdin, which it reads only where that is a terminal.
    let (owner, alive) = guard::owner(&lab.root)?;
    jupyter.env(variables::OWNER, owner).stdin(Stdio::from(alive));
    jupyter.current_dir(notebook::folder(lab));
    Ok(jupyter)
}

/// JupyterLab's arguments: ours, without those that the person gives another value, and theirs. Jupyter takes none twice.
fn arguments(lab: &Lab, wishes: &Wishes, has_screen: bool, is_root: bool) -> Vec<String> {
    let ip = wishes.ip.as_deref().unwrap_or("127.0.0.1");
    let mut ours = vec![
        format!("--ServerApp.ip={ip}"),
        // Without a screen Python would open a browser in the terminal where it finds one, such as w3m.
        format!("--ServerApp.open_browser={}", if has_screen && !wishes.no_browser { "True" } else { "False" }),
        format!("--ServerApp.root_dir={}", lab.repository.display()),
        "--LabApp.default_url=/lab/tree/notebooks/mnist.ipynb".to_owned(),
        // Ctrl-C stops the server and its kernels without asking.
        "--ServerApp.answer_yes=True".to_owned(),
        "--LabApp.extension_manager=readonly".to_owned(),
        "--MappingKernelManager.default_kernel_name=rust".to_owned(),
        // Looking for language servers would run npm, which writes to the home folder.
        "--LanguageServerManager.autodetect=False".to_owned(),
        "--LabApp.news_url=None".to_owned(),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate".to_owned(),
    ];
    // Jupyter refuses to run as root unless told so.
    if is_root {
        ours.push("--ServerApp.allow_root=True".to_owned());
    }
    if let Some(port) = wishes.port {
        ours.extend([format!("--ServerApp.port={port}"), "--ServerApp.port_retries=0".to_owned()]);
    }
    ours.retain(|setting| !wishes.more.iter().any(|other| name(other) == name(setting)));
    ours.extend(wishes.more.iter().cloned());
    ours
}

/// The whole name of the setting that an argument makes.
fn name(argument: &str) -> &str {
    let name = argument.split_once('=').map_or(argument, |(name, _)| name);
    SHORT.iter().find(|(short, _)| *short == name).map_or(name, |(_, whole)| whole)
}

/// Whether a browser can open a window, by the variables that are set.
fn has_screen(system: &str, is_set: impl Fn(&str) -> bool) -> bool {
    matches!(system, "macos" | "windows") || ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"].into_iter().any(is_set)
}

/// Tells Jupyter that the outputs in our notebooks may be shown.
fn trust(lab: &Lab) -> Result<()> {
    let notebooks = notebook::all(lab)?;
    if notebooks.is_empty() {
        return Ok(());
    }
    let mut trust = lab.python_command();
    process::read(trust.args(["-m", "nbformat.sign"]).args(&notebooks)).context("cannot trust the notebooks")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(more: &[&str], has_screen: bool) -> Vec<String> {
        let more = more.iter().map(|&argument| argument.to_owned()).collect();
        let wishes = Wishes { no_browser: false, ip: Some("0.0.0.0".to_owned()), port: Some(9000), more };
        arguments(&Lab::of("/home/me/My Projects/nn".into()), &wishes, has_screen, true)
    }

    #[test]
    fn the_address_reaches_jupyter_and_the_path_may_hold_a_blank() {
        let given = given(&[], true);
        for setting in [
            "--ServerApp.ip=0.0.0.0",
            "--ServerApp.port=9000",
            "--ServerApp.open_browser=True",
            "--ServerApp.root_dir=/home/me/My Projects/nn",
        ] {
            assert!(given.iter().any(|argument| argument == setting), "{setting}: {given:?}");
        }
    }

    #[test]
    fn what_a_person_gives_jupyter_replaces_ours() {
        let given = given(&["--ip=::1", "--ServerApp.root_dir", "/", "--no-browser", "--ServerApp.token=x"], true);
        for ours in ["--ServerApp.ip=", "--ServerApp.root_dir=", "--ServerApp.open_browser="] {
            assert!(!given.iter().any(|argument| argument.starts_with(ours)), "{ours}: {given:?}");
        }
        let theirs = &given[given.len() - 5..];
        assert_eq!(theirs, ["--ip=::1", "--ServerApp.root_dir", "/", "--no-browser", "--ServerApp.token=x"]);
    }

    #[test]
    fn without_a_screen_no_browser_is_opened_in_the_terminal() {
        assert!(given(&[], false).iter().any(|argument| argument == "--ServerApp.open_browser=False"));
        assert!(!has_screen("linux", |_| false) && has_screen("macos", |_| false));
        assert!(has_screen("linux", |name| name == "WAYLAND_DISPLAY") && has_screen("linux", |name| name == "BROWSER"));
    }
}
