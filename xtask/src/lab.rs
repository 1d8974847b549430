//! `cargo xtask lab`: JupyterLab, on this computer only, with the Rust kernel ready.

use crate::notebook;
use crate::setup::Lab;
use anyhow::{Context, Result};
use nn_kernel::process;
use nn_kernel::{files, guard, variables};
use std::process::{ExitCode, Stdio};

/// What JupyterLab is not to load: it would ask the network for news and for extensions.
const PAGE_CONFIG: &str = r#"{
  "disabledExtensions": {
    "@jupyterlab/apputils-extension:announcements": true,
    "@jupyterlab/extensionmanager-extension": true
  }
}
"#;

/// Becomes a Jupyter server that opens mnist.ipynb.
pub fn open(no_browser: bool, port: Option<u16>) -> Result<ExitCode> {
    let lab = Lab::here()?;
    lab.set_up()?;
    files::write(&lab.state().join("config/labconfig/page_config.json"), PAGE_CONFIG)?;
    trust(&lab)?;

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
    jupyter.current_dir(notebook::folder(&lab));
    process::become_command(&mut jupyter)
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
