//! A path without blanks to a kernel's folder.
//!
//! evcxr tells the process that runs cells what to load, by a line `LOAD_AND_RUN library function` which that process splits at
//! blanks. In `My Projects/` it would load nothing. So a folder with a blank in its path has a link to it in a place without, and
//! evcxr hears of libraries by that way only. Everything else keeps the folder's own path: cargo and the compiler can read it.

use crate::assumed::COMPILED;
use crate::files;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The file in a kernel's folder that holds where the link is.
const RECORD: &str = "way";

/// Makes the link to a kernel's `folder`, if its path has a blank.
///
/// # Errors
/// If there is no place for it, or none without a blank.
pub fn open(folder: &Path) -> Result<()> {
    if !has_blank(folder) {
        return Ok(());
    }
    let name = folder.file_name().context("a kernel's folder has a name")?.to_string_lossy().into_owned();
    let mut problem = None;
    for place in places(env::temp_dir(), |name| env::var_os(name).map(PathBuf::from)) {
        let link = place.join(format!("nn-kernel-{name}"));
        match make(&link, folder) {
            Ok(()) => return files::write(&folder.join(RECORD), link.to_string_lossy().as_bytes()),
            Err(error) => problem = Some(format!("{}: {error}", link.display())),
        }
    }
    let problem = problem.unwrap_or_else(|| "every folder for temporary files has a blank in its path".to_owned());
    bail!("{}: cannot make a link without blanks to it: {problem}", folder.display())
}

/// Removes the link to a kernel's `folder`, if there is one.
pub fn close(folder: &Path) {
    if let Some(link) = link(folder).filter(|link| leads_to(link, folder)) {
        // A junction is removed as a folder is, a symbolic link as a file.
        let _ = fs::remove_file(&link).or_else(|_| fs::remove_dir(&link));
    }
}

/// Tells evcxr that `library`, in the kernel's `folder`, is what was compiled, if evcxr wants to know.
pub fn tell(folder: &Path, library: &Path) -> Result<()> {
    match env::var_os(COMPILED) {
        Some(file) => files::write(Path::new(&file), path(folder, library)?.to_string_lossy().as_bytes()),
        None => Ok(()),
    }
}

/// The path without blanks to what lies in the kernel's `folder`.
///
/// # Errors
/// If there is none: the link is gone, and cannot be made again.
fn path(folder: &Path, inside: &Path) -> Result<PathBuf> {
    if !has_blank(inside) {
        return Ok(inside.to_owned());
    }
    let rest = inside.strip_prefix(folder).with_context(|| format!("{} is not in the folder", inside.display()))?;
    let link = link(folder).with_context(|| format!("{} has no link", folder.display()))?;
    if !leads_to(&link, folder) {
        // What lies in a folder for temporary files for days is removed by some systems.
        make(&link, folder).with_context(|| format!("cannot make the link {}", link.display()))?;
    }
    Ok(link.join(rest))
}

fn has_blank(path: &Path) -> bool {
    path.to_string_lossy().contains(char::is_whitespace)
}

fn link(folder: &Path) -> Option<PathBuf> {
    fs::read_to_string(folder.join(RECORD)).ok().map(PathBuf::from)
}

fn leads_to(link: &Path, folder: &Path) -> bool {
    fs::symlink_metadata(link).is_ok_and(|found| !found.is_file())
        && link.canonicalize().is_ok_and(|link| folder.canonicalize().is_ok_and(|folder| folder == link))
}

/// Where a link may be made, best first: `temporary` is the system's folder for temporary files.
fn places(temporary: PathBuf, variable: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let more = if cfg!(windows) {
        ["PUBLIC", "ProgramData"].into_iter().filter_map(variable).collect()
    } else {
        vec![PathBuf::from("/tmp"), PathBuf::from("/var/tmp")]
    };
    let mut places = vec![temporary];
    places.extend(more);
    places.retain(|place| place.is_absolute() && !has_blank(place));
    places
}

/// Makes a link to a folder; something else of that name is an error.
fn make(link: &Path, folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink(folder, link);
    // A symbolic link needs a right that few have; a junction needs none.
    #[cfg(not(unix))]
    {
        let mut command = std::process::Command::new("cmd");
        command.args(["/d", "/c", "mklink", "/J"]).arg(link).arg(folder);
        crate::process::read(&mut command).map(|_| ()).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let parent = env::temp_dir().join(format!("nn-kernel way {name} {} 数字", std::process::id()));
        let folder = parent.join(name);
        files::create_dir(&folder).unwrap();
        folder
    }

    fn clean(folder: &Path) {
        files::remove(folder.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_folder_with_a_blank_in_its_path_is_reached_by_one_without() {
        let folder = folder("1-reached");
        files::write(&folder.join("target/libctx.so"), "here").unwrap();
        open(&folder).unwrap();
        let library = path(&folder, &folder.join("target/libctx.so")).unwrap();
        assert!(!has_blank(&library), "{}", library.display());
        assert_eq!(files::read_text(&library).unwrap(), "here");
        close(&folder);
        assert!(!library.exists() && folder.join("target/libctx.so").exists());
        clean(&folder);
    }

    #[test]
    fn a_link_that_the_system_removed_is_made_again() {
        let folder = folder("1-again");
        files::write(&folder.join("lib.so"), "here").unwrap();
        open(&folder).unwrap();
        close(&folder);
        assert_eq!(files::read_text(&path(&folder, &folder.join("lib.so")).unwrap()).unwrap(), "here");
        close(&folder);
        clean(&folder);
    }

    #[test]
    fn a_folder_without_a_blank_has_no_link() {
        let folder = env::temp_dir().join(format!("nn-kernel-way-none-{}", std::process::id()));
        files::create_dir(&folder).unwrap();
        open(&folder).unwrap();
        assert!(!folder.join(RECORD).exists());
        assert_eq!(path(&folder, &folder.join("lib.so")).unwrap(), folder.join("lib.so"));
        files::remove(&folder).unwrap();
    }

    #[test]
    fn something_else_in_the_place_of_the_link_is_left_alone() {
        let folder = folder("1-taken");
        let taken = folder.with_file_name("taken");
        files::write(&taken, "theirs").unwrap();
        files::write(&folder.join(RECORD), taken.to_string_lossy().as_bytes()).unwrap();
        assert!(path(&folder, &folder.join("lib.so")).is_err());
        close(&folder);
        assert_eq!(files::read_text(&taken).unwrap(), "theirs");
        clean(&folder);
    }

    #[test]
    fn a_place_with_a_blank_is_none() {
        let places = places("/home/me/my tmp".into(), |_| Some("C:\\Users\\Public".into()));
        assert!(places.iter().all(|place| !has_blank(place)), "{places:?}");
    }
}
