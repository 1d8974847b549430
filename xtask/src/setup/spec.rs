//! The kernel spec "rust" of our Python environment, the launcher that it names, a copy of this program; and JupyterLab's
//! renderer for committed notebooks.

use super::{Lab, Step};
use anyhow::Result;
use nn_kernel::files;
use nn_kernel::process::{self, executable};
use serde_json::json;
use std::fs;
use std::path::Path;

/// Writes them unless they are there.
pub fn install(lab: &Lab, evcxr: &Path) -> Result<Step> {
    let program = process::own_program()?;
    let program = files::read(&program)?;
    let launcher = lab.bin().join(executable("nn-kernel"));
    let mut made = install_program(&launcher, &program)?;
    for name in ["cargo", "rustup"] {
        made |= install_program(&lab.bin().join("stand-in/bin").join(executable(name)), &program)?;
    }

    let share = lab.root.join("venv/share/jupyter");
    let spec = json!({
        "argv": [launcher, "kernel", "start", "--evcxr", evcxr, "{connection_file}"],
        "display_name": "Rust",
        "language": "rust",
        "interrupt_mode": "message",
    });
    let spec = format!("{spec:#}\n");
    made |= files::update(&share.join("kernels/rust/kernel.json"), spec)?;
    files::remove(&share.join("kernels/python3"))?;
    for name in ["package.json", "static/remoteEntry.js"] {
        let content = files::read(&lab.repository.join("xtask/labextension").join(name))?;
        made |= files::update(&share.join("labextensions/nn-core-html").join(name), content)?;
    }
    // For notebooks elsewhere, which have none beside them.
    let settings = files::read(&lab.repository.join("notebooks/evcxr.toml"))?;
    made |= files::update(&nn_kernel::settings(&lab.kernels()).join("evcxr.toml"), settings)?;
    Ok(Step::made(made))
}

/// Puts a program in place unless it is there; returns whether it had to. One that is running cannot be written to, but it can
/// be moved aside.
pub fn install_program(path: &Path, content: &[u8]) -> Result<bool> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(false);
    }
    let fresh = path.with_extension("new");
    files::write(&fresh, content)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755))?;
    }
    if cfg!(windows) {
        let aside = path.with_extension("old");
        let _ = fs::remove_file(&aside);
        let _ = fs::rename(path, aside);
    }
    files::rename(&fresh, path)?;
    Ok(true)
}
