//! A real browser: the tests that drive JupyterLab and the exported page, and the pictures for the README.
//!
//! The scripts stand in `xtask/browser`; they are copied to `target/lab/browser`, beside the packages that they use.

mod install;
mod notebooks;
mod server;

pub use install::Browser;

use crate::setup::Lab;
use crate::{run, site};
use anyhow::{Context, Result, bail};
use nn_kernel::process;
use server::Server;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Drives JupyterLab through `mnist.ipynb`, through cells that fail, and through a training that is interrupted.
pub fn check_lab(lab: &Lab, browser: &Browser) -> Result<()> {
    let folder = notebooks::write(lab)?;
    let server = Server::start(lab)?;
    let mut script = browser.script(lab, "lab.test.mjs");
    script.env("NN_LAB_URL", &server.url).env("NN_LAB_TOKEN", &server.token);
    script.env("NN_NOTEBOOKS", folder).env("NN_NOTEBOOKS_SERVED", notebooks::SERVED).env("NN_LAB_ROOT", &lab.root);
    process::run("the browser test", &mut script).with_context(|| format!("JupyterLab's log: {}", server.log.display()))
}

/// Opens the exported page of `mnist.ipynb` from its file.
pub fn check_page(lab: &Lab, browser: &Browser) -> Result<()> {
    process::run("the browser test", browser.script(lab, "page.test.mjs").env("NN_PAGE", page(lab)?))
}

/// Builds the site and opens its pages from their files.
pub fn check_site(lab: &Lab, browser: &Browser) -> Result<()> {
    let folder = site::build(lab)?;
    process::run("the browser test", browser.script(lab, "site.test.mjs").env("NN_SITE", folder))
}

/// `cargo xtask pictures`: the pictures in the README, from the exported page.
pub fn pictures() -> Result<()> {
    let lab = Lab::here()?;
    let page = page(&lab)?;
    let browser = Browser::set_up(&lab)?;
    let folder = lab.repository.join(".github/pictures");
    process::run("pictures", browser.script(&lab, "pictures.mjs").env("NN_PAGE", page).env("NN_SCREENSHOTS", &folder))?;
    println!("{}", folder.display());
    Ok(())
}

fn page(lab: &Lab) -> Result<PathBuf> {
    let page = run::output(lab, Path::new("mnist.html"))?;
    if !page.is_file() {
        bail!("{} is not there; cargo xtask run mnist writes it", page.display());
    }
    Ok(page)
}

impl Browser {
    /// One of our scripts, ready to run.
    fn script(&self, lab: &Lab, name: &str) -> Command {
        let mut node = Command::new(&self.node);
        node.arg(self.scripts.join(name));
        node.env("NN_BROWSER", &self.chromium);
        node.env("NN_SCREENSHOTS", lab.repository.join("target/screenshots"));
        node
    }
}
