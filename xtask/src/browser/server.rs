//! The real `cargo xtask lab`, started for a test and stopped after it.

use crate::setup::{self, Lab};
use anyhow::{Context, Result, bail};
use nn_kernel::{files, process};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A JupyterLab of this repository; it ends with this value.
pub struct Server {
    /// `http://127.0.0.1:8888`
    pub url: String,
    /// What it asks visitors for.
    pub token: String,
    /// What it says.
    pub log: PathBuf,
    child: Child,
}

const PATIENCE: Duration = Duration::from_secs(120);

impl Server {
    /// Starts it on a free port, with settings of its own, and waits until it answers.
    pub fn start(lab: &Lab) -> Result<Self> {
        let folder = lab.repository.join("target/browser");
        let state = folder.join("jupyter");
        files::remove(&state)?;
        let log = folder.join("jupyterlab.log");
        let file = files::create(&log)?;
        let program = process::own_program()?;
        let mut command = Command::new(program);
        command.args(["lab", "--no-browser", "--port", "0"]).env(setup::STATE, state);
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let mut child = command.spawn().context("cannot start cargo xtask lab")?;

        let start = Instant::now();
        loop {
            let said = String::from_utf8_lossy(&files::read(&log)?).into_owned();
            if let Some((url, token)) = address(&said) {
                return Ok(Self { url, token, log, child });
            }
            let ended = child.try_wait().context("cannot wait for JupyterLab")?;
            if ended.is_some() || start.elapsed() > PATIENCE {
                let _ = child.kill();
                bail!("JupyterLab did not start:\n{said}");
            }
            thread::sleep(Duration::from_millis(200));
        }
    }
}

/// A test that failed leaves it running.
impl Drop for Server {
    fn drop(&mut self) {
        for _ in 0..50 {
            if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address and the token in `http://127.0.0.1:8888/lab/tree/…?token=0123…`.
fn address(said: &str) -> Option<(String, String)> {
    let (_, rest) = said.split_once("http://127.0.0.1:")?;
    let line = rest.lines().next()?;
    let (port, path) = line.split_once('/')?;
    let (_, token) = path.split_once("token=")?;
    Some((format!("http://127.0.0.1:{port}"), token.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_address_is_found_among_what_jupyter_says() {
        let said =
            "[I] Serving\n    http://127.0.0.1:9123/lab/tree/notebooks/mnist.ipynb?token=ab12\n[I] Use Control-C";
        assert_eq!(super::address(said), Some(("http://127.0.0.1:9123".to_owned(), "ab12".to_owned())));
        assert_eq!(super::address("[I] Serving"), None);
    }
}
