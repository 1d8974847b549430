//! Whether evcxr still does what our kernel assumes of it.

use super::parts::Ended;
use crate::setup::{Lab, evcxr};
use anyhow::{Context, Result, bail};
use nn_kernel::assumed::{self, ALL, Seen, VERSION};
use nn_kernel::{files, process};

/// Starts a plain evcxr, gives it a few cells, and looks at what it did.
pub fn check(lab: &Lab) -> Result<Ended> {
    if !cfg!(unix) {
        return Ok(Ended::Skipped(
            "watching evcxr needs programs that are scripts, which Windows does not have".into(),
        ));
    }
    let mut folder = lab.root.join("trials/evcxr");
    if folder.to_string_lossy().contains(' ') {
        // A plain evcxr runs no cell there (nn_kernel::way).
        folder = std::env::temp_dir().join(format!("nn-trial-evcxr-{}", std::process::id()));
    }
    files::remove(&folder)?;
    files::create_dir(&folder)?;
    let mut script = lab.script("watch_evcxr.py");
    let record = process::read(script.arg(&folder).arg(evcxr::installed(lab)?))?;
    files::write(&folder.join("seen.json"), &record)?;
    let seen = Seen::read(&record).context("watch_evcxr.py: its record is not understood")?;
    let broken = assumed::broken(&seen);
    if !broken.is_empty() {
        bail!(
            "this evcxr is not as {VERSION} was:\n  {}\nwhat it did: {}",
            broken.join("\n  "),
            folder.join("seen.json").display()
        );
    }
    eprintln!("   {} assumptions hold", ALL.len());
    Ok(Ended::Passed)
}
