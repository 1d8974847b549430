//! The kernel spec "rust" of our Python environment, and the launcher that it names: a copy of this program.

use super::{Lab, Step, remove_folder, write_if_changed};
use anyhow::{Context, Result};
use nn_kernel::process::executable;
use serde_json::json;
use std::fs;
use std::path::Path;

/// Writes both unless they are there.
pub fn install(lab: &Lab, evcxr: &Path) -> Result<Step> {
    let program = std::env::current_exe().context("cannot tell where this program is")?;
    let program = fs::read(&program).with_context(|| format!("cannot read {}", program.display()))?;
    let launcher = lab.bin().join(executable("nn-kernel"));
    let mut steps = vec![install_program(&launcher, &program)?];
    for name in ["cargo", "rustup"] {
        steps.push(install_program(&lab.bin().join("stand-in/bin").join(executable(name)), &program)?);
    }

    let share = lab.root.join("venv/share/jupyter");
    let spec = json!({
        "argv": [launcher, "kernel", "--evcxr", evcxr, "{connection_file}"],
        "display_name": "Rust",
        "language": "rust",
        "interrupt_mode": "message",
    });
    let spec = format!("{spec:#}\n");
    steps.push(write_if_changed(&share.join("kernels/rust/kernel.json"), spec.as_bytes())?);
    remove_folder(&share.join("kernels/python3"))?;
    Ok(if steps.iter().all(|step| matches!(step, Step::Found)) { Step::Found } else { Step::Made })
}

/// Puts the program in place. One that is running cannot be written to, but it can be moved aside.
fn install_program(path: &Path, content: &[u8]) -> Result<Step> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(Step::Found);
    }
    let folder = path.parent().context("a program has a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let fresh = path.with_extension("new");
    fs::write(&fresh, content).with_context(|| format!("cannot write {}", fresh.display()))?;
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
    fs::rename(&fresh, path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Step::Made)
}
