//! `cargo xtask lab`: JupyterLab, on this computer only, with the Rust kernel ready.

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

/// Becomes a Jupyter server that opens mnist.ipynb. The first time, it is opened as soon as Python is there, and what its
/// kernels need is built behind it: a cell shows how far that is, and then runs.
pub fn open(no_browser: bool, port: Option<u16>) -> Result<ExitCode> {
    let lab = Lab::here()?;
    let begun = lab.begin()?;
    let mut jupyter = jupyter(&lab, no_browser, port)?;
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
fn jupyter(lab: &Lab, no_browser: bool, port: Option<u16>) -> Result<Command> {
    files::write(&lab.state().join("config/labconfig/page_config.json"), PAGE_CONFIG)?;
    trust(lab)?;

    let mut jupyter = lab.python_command();
    jupyter.args(["-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", "--ServerApp.open_browser=True"]);
    jupyter.arg(format!("--ServerApp.root_dir={}", lab.repository.display()));
    jupyter.arg("--LabApp.default_url=/lab/tree/notebooks/mnist.ipynb");
    // Ctrl-C stops the server and its kernels without asking.
    jupyter.args(["--ServerApp.answer_yes=True", "--LabApp.extension_manager=readonly"]);
    jupyter.arg("--MappingKernelManager.default_kernel_name=rust");
    // Looking for language servers would run npm, which writes to the home folder.
    jupyter.arg("--LanguageServerManager.autodetect=False");
    jupyter.args(["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]);
    // Jupyter refuses to run as root unless told so.
    if process::is_root() {
        jupyter.arg("--ServerApp.allow_root=True");
    }
    if no_browser {
        jupyter.arg("--no-browser");
    }
    if let Some(port) = port {
        jupyter.arg(format!("--ServerApp.port={port}")).arg("--ServerApp.port_retries=0");
    }
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
