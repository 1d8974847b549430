//! The one statement of evcxr that the set-up compiles otherwise than it is written, so that a `let` takes a third of the time.
//!
//! The types of a cell's variables come from rust-analyzer, to which evcxr hands the files of all crates, the standard library's
//! too, as one set of files that may change at any time. Before it answers, rust-analyzer therefore looks through all that it
//! knows of all crates for what a new cell may have changed: most of its time for a small cell. It has a name for files that
//! stay as they are, a library; with the cell's own folder in one set and all else in that, it looks through the cell alone.
//!
//! cargo builds evcxr with us as wrapper of the compiler ([`wrap`]). For the crate `evcxr` the compiler gets a copy of the sources
//! with that statement changed. An evcxr without it is compiled as it is, and works: slower.

use crate::files;
use crate::process;
use crate::variables::MEND;
use anyhow::{Context, Result, bail};
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The file with the statement, in a crate's `src`.
const FILE: &str = "rust_analyzer.rs";

/// The statement as it is written.
const WRITTEN: &str = "        change.set_roots(
            ra_vfs::file_set::FileSetConfig::default()
                .partition(&self.vfs)
                .into_iter()
                .map(SourceRoot::new_local)
                .collect(),
        );
";

/// The statement as it is compiled. A partition has the files of each named folder and, last, all others.
const COMPILED: &str = "        let mut file_sets = ra_vfs::file_set::FileSetConfig::builder();
        file_sets.add_file_set(vec![self.root_directory.clone().into()]);
        let mut file_sets = file_sets.build().partition(&self.vfs).into_iter();
        let own = file_sets.next().map(SourceRoot::new_local);
        change.set_roots(own.into_iter().chain(file_sets.map(SourceRoot::new_library)).collect());
";

/// Where the changed sources are kept in the `folder` that [`MEND`] names; if they are there, evcxr was built from them.
pub fn mended(folder: &Path) -> PathBuf {
    folder.join("src").join(FILE)
}

/// Becomes the compiler, and where it was called for evcxr, has it read the changed sources: the work of `RUSTC_WRAPPER`.
pub fn wrap() -> Option<Result<ExitCode>> {
    let folder = env::var_os(MEND)?;
    let mut arguments = env::args_os().skip(1);
    let program =
        arguments.next().filter(|program| Path::new(program).file_stem().is_some_and(|name| name == "rustc"))?;
    let mut arguments: Vec<OsString> = arguments.collect();
    if let Some(root) = root_of_evcxr(&arguments) {
        match mend(Path::new(&arguments[root]), Path::new(&folder)) {
            Ok(changed) => arguments[root] = changed.into(),
            Err(error) => eprintln!("evcxr is compiled as it is: {error:#}"),
        }
    }
    Some(process::become_command(Command::new(program).args(arguments)))
}

/// Which of the compiler's arguments is the root of evcxr's library, if it is called for that.
fn root_of_evcxr(arguments: &[OsString]) -> Option<usize> {
    arguments.windows(2).find(|pair| pair[0] == "--crate-name" && pair[1] == "evcxr")?;
    arguments.iter().position(|argument| Path::new(argument).ends_with("src/lib.rs"))
}

/// Copies the sources around `root` into `folder`, with the statement changed, and says where their root is.
fn mend(root: &Path, folder: &Path) -> Result<PathBuf> {
    let (sources, copy) = (root.parent().context("lib.rs lies in no folder")?, folder.join("src"));
    let text = files::read_text(&sources.join(FILE))?;
    if text.matches(WRITTEN).count() != 1 {
        bail!("{}: expected one `change.set_roots(…)` with a default FileSetConfig", sources.join(FILE).display());
    }
    copy_tree(sources, &copy)?;
    files::write(&copy.join(FILE), text.replace(WRITTEN, COMPILED))?;
    Ok(copy.join("lib.rs"))
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    files::create_dir(to)?;
    for path in files::list(from)? {
        let name = path.file_name().context("a file without a name")?;
        if path.is_dir() {
            copy_tree(&path, &to.join(name))?;
        } else {
            // Its bytes only: a registry's files may be read-only.
            files::write(&to.join(name), files::read(&path)?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evcxr_with(name: &str, statement: &str) -> PathBuf {
        let folder = env::temp_dir().join(format!("nn-kernel-mend-{}-{name}", std::process::id()));
        files::create_dir(&folder.join("evcxr/src/module")).unwrap();
        for (file, text) in [("lib.rs", "mod rust_analyzer;\n"), ("module/so_file.rs", "// as it is\n")] {
            files::write(&folder.join("evcxr/src").join(file), text).unwrap();
        }
        files::write(&folder.join("evcxr/src").join(FILE), format!("before\n{statement}after\n")).unwrap();
        folder
    }

    #[test]
    fn only_the_statement_is_changed() {
        let folder = evcxr_with("changed", WRITTEN);
        let root = mend(&folder.join("evcxr/src/lib.rs"), &folder.join("mended")).unwrap();
        assert_eq!(root, folder.join("mended/src/lib.rs"));
        assert_eq!(files::read_text(&mended(&folder.join("mended"))).unwrap(), format!("before\n{COMPILED}after\n"));
        assert_eq!(files::read_text(&root).unwrap(), "mod rust_analyzer;\n");
        assert_eq!(files::read_text(&folder.join("mended/src/module/so_file.rs")).unwrap(), "// as it is\n");
        files::remove(&folder).unwrap();
    }

    #[test]
    fn another_evcxr_is_left_as_it_is_and_the_file_named() {
        let folder = evcxr_with("other", "        change.set_roots(roots);\n");
        let error = format!("{:#}", mend(&folder.join("evcxr/src/lib.rs"), &folder.join("mended")).unwrap_err());
        assert!(error.contains(FILE) && error.contains("expected one"), "{error}");
        assert!(!mended(&folder.join("mended")).exists());
        files::remove(&folder).unwrap();
    }

    #[test]
    fn only_the_library_evcxr_is_meant() {
        let call =
            |name: &str| ["--crate-name", name, "--edition=2024", "/r/evcxr-0.22.0/src/lib.rs"].map(OsString::from);
        assert_eq!(root_of_evcxr(&call("evcxr")), Some(3));
        assert_eq!(root_of_evcxr(&call("evcxr_input")), None);
        assert_eq!(root_of_evcxr(&["-vV".into()]), None);
    }
}
