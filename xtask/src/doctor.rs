//! `cargo xtask doctor`: what is wrong or slow on this computer, and the command that fixes it. It changes nothing.

use crate::kernel;
use crate::setup::{Lab, Rust, evcxr, python, version_numbers};
use anyhow::Result;
use nn_kernel::files::{self, Lock};
use nn_kernel::{assumed, folder, kept, process, shelf, waiting};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What was found about one thing.
#[derive(Debug, PartialEq)]
enum Finding {
    /// It is as it should be.
    Fine(String),
    /// All works, but slower than it could, or with a part left out; and what fixes it.
    Slow(String, String),
    /// Something does not work; and what fixes it.
    Wrong(String, String),
}

use Finding::{Fine, Slow, Wrong};

/// What the build needs, in MB: evcxr's own build, the crates twice over, Python, and some running kernels.
const NEEDED_DISK: u64 = 6000;
/// Two compilers at once take about this, in MB.
const NEEDED_MEMORY: u64 = 4000;

/// Prints one line for each thing that matters; fails if something is wrong.
pub fn run() -> Result<ExitCode> {
    let lab = Lab::here()?;
    let findings = [
        rust(),
        interpreter(),
        evcxr(&lab),
        warm_build(&lab),
        running(&lab),
        hard_links(&lab),
        locks(&lab),
        own_jupyter(kernel::look(), &lab),
        disk(&process::read(Command::new("df").arg("-Pm").arg(&lab.repository)).unwrap_or_default()),
        cores(std::thread::available_parallelism().map_or(1, usize::from)),
        memory(&fs::read_to_string("/proc/meminfo").unwrap_or_default()),
        in_waiting(waiting::is_possible()),
        variables(|name| std::env::var(name).ok()),
        data(&lab.repository.join("data")),
        browser(),
    ];
    for finding in &findings {
        println!("{}", line(finding));
    }
    let wrong = findings.iter().filter(|finding| matches!(finding, Wrong(..))).count();
    let slow = findings.iter().filter(|finding| matches!(finding, Slow(..))).count();
    println!("\n{} checks: {wrong} wrong, {slow} slow or left out", findings.len());
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn line(finding: &Finding) -> String {
    match finding {
        Fine(what) => format!("ok     {what}"),
        Slow(what, cure) => format!("slow   {what}\n       → {cure}"),
        Wrong(what, cure) => format!("WRONG  {what}\n       → {cure}"),
    }
}

fn rust() -> Finding {
    let wanted = env!("CARGO_PKG_RUST_VERSION");
    let Ok(version) = process::read(Command::new("rustc").arg("--version")) else {
        return Wrong("there is no rustc on PATH".into(), "install Rust from https://rustup.rs".into());
    };
    compiler(&version, wanted, Rust::look().is_ok_and(|rust| rust.has_source()))
}

/// `version` as `rustc --version` prints it.
fn compiler(version: &str, wanted: &str, has_source: bool) -> Finding {
    let Some(found) = version.split_whitespace().nth(1) else {
        return Wrong(format!("rustc --version says {version:?}"), "install Rust from https://rustup.rs".into());
    };
    if version_numbers(found) < version_numbers(wanted) {
        return Wrong(format!("Rust {found}, but {wanted} or newer is needed"), "rustup update stable".into());
    }
    if !has_source {
        return Wrong(format!("Rust {found} without its library's source"), "rustup component add rust-src".into());
    }
    Fine(format!("Rust {found} with its library's source"))
}

fn interpreter() -> Finding {
    match python::find() {
        Ok(python) => Fine(format!("{} with venv", python.description())),
        Err(error) => Wrong("no Python that can make environments".into(), error.to_string()),
    }
}

fn evcxr(lab: &Lab) -> Finding {
    match evcxr::installed(lab) {
        Ok(path) if evcxr::is_our_version(&path) => Fine(format!("the kernel, {}", path.display())),
        Ok(path) => Slow(
            format!("{} is not version {}", path.display(), assumed::VERSION),
            "cargo xtask set-up installs the right one besides (nine minutes on two cores)".into(),
        ),
        Err(_) => Slow(
            "the kernel is not installed yet".into(),
            "cargo xtask set-up (fifteen minutes on two cores, once)".into(),
        ),
    }
}

fn warm_build(lab: &Lab) -> Finding {
    if folder::template(&lab.kernels()).join("stamp").is_file() {
        let more = kept::size(&lab.kernels()) >> 20;
        let (cells, size) = shelf::size(&lab.kernels());
        return Fine(format!(
            "the crates for notebooks are compiled, {more} MB that notebooks added or changed, {cells} cells ({} MB)",
            size >> 20
        ));
    }
    Slow("the crates for notebooks are not compiled yet".into(), "cargo xtask set-up".into())
}

fn running(lab: &Lab) -> Finding {
    let (alive, dead) = folder::count(&lab.kernels());
    match dead {
        0 => Fine(format!("{alive} kernels running, none left behind")),
        _ => Slow(
            format!("{dead} build folders of kernels that are gone"),
            "the next kernel that starts removes them; cargo xtask set-up does now".into(),
        ),
    }
}

/// Kernels get their build folder by hard links, in a fifth of a second; by copies it takes gigabytes and minutes.
fn hard_links(lab: &Lab) -> Finding {
    let trial = lab.root.join(format!("trial-{}", std::process::id()));
    let other = trial.with_extension("link");
    let made = fs::create_dir_all(&lab.root).and_then(|()| fs::write(&trial, "")).map_err(|error| error.to_string());
    let linked = fs::hard_link(&trial, &other);
    for path in [&trial, &other] {
        let _ = fs::remove_file(path);
    }
    match (made, linked) {
        (Err(error), _) => Wrong(
            format!("cannot write into {}: {error}", lab.root.display()),
            "make it writable, or free some space".into(),
        ),
        (_, Err(error)) => Slow(
            format!("no hard links in {} ({error}): each kernel copies its build folder", lab.root.display()),
            "move the repository to a file system that has them".into(),
        ),
        _ => Fine("hard links".into()),
    }
}

/// A kernel that is killed is noticed by its lock, and its folder removed.
fn locks(lab: &Lab) -> Finding {
    let path = lab.root.join(format!("trial-{}.lock", std::process::id()));
    let lock = files::lock_file(&path).map(|file| files::try_lock(&file));
    let _ = fs::remove_file(&path);
    match lock {
        Ok(Lock::Unknown) => Slow(
            format!("no file locks in {}: two set-ups at once disturb each other", lab.root.display()),
            "start one at a time, or move the repository to a file system that has locks".into(),
        ),
        // hard_links says so where nothing can be written.
        _ => Fine("file locks".into()),
    }
}

/// `found` by [`kernel::look`].
fn own_jupyter(found: Result<(PathBuf, Option<PathBuf>)>, lab: &Lab) -> Finding {
    match found {
        Err(error) => Fine(format!("your own Jupyter has no kernel of ours: {error:#}")),
        Ok((_, None)) => {
            Fine("your own Jupyter has no kernel of ours; cargo xtask kernel install would put one there".into())
        }
        Ok((folder, Some(other))) if other == lab.root => {
            Fine(format!("the kernel \"Rust (nn)\" in your own Jupyter, {}", folder.display()))
        }
        Ok((folder, Some(other))) if other.join("bin").is_dir() => Fine(format!(
            "the kernel \"Rust (nn)\" in your own Jupyter, {}, is that of {}",
            folder.display(),
            other.display()
        )),
        Ok((folder, Some(other))) => Wrong(
            format!("the kernel \"Rust (nn)\" in {} starts {}, which is gone", folder.display(), other.display()),
            "cargo xtask kernel install, or cargo xtask kernel uninstall".into(),
        ),
    }
}

/// `table` as `df -Pm` prints it; empty where there is no df.
fn disk(table: &str) -> Finding {
    let free = table.lines().nth(1).and_then(|row| row.split_whitespace().nth(3)?.parse::<u64>().ok());
    match free {
        None => Fine("disk space: not known here".into()),
        Some(free) if free < NEEDED_DISK => Slow(
            format!("{free} MB free on the disk, {NEEDED_DISK} are needed for everything"),
            "make room; removing target/ frees what earlier builds left".into(),
        ),
        Some(free) => Fine(format!("{free} MB free on the disk")),
    }
}

fn cores(count: usize) -> Finding {
    match count {
        0 | 1 => Slow("one core: all times in the README are for two".into(), "give the machine more cores".into()),
        _ => Fine(format!("{count} cores")),
    }
}

/// `table` as in Linux' `/proc/meminfo`; empty elsewhere.
fn memory(table: &str) -> Finding {
    let available = table
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:")?.split_whitespace().next()?.parse::<u64>().ok());
    match available.map(|kilobytes| kilobytes / 1024) {
        None => Fine("memory: not known here".into()),
        Some(free) if free < NEEDED_MEMORY => Slow(
            format!("{free} MB of memory available, compiling wants {NEEDED_MEMORY}"),
            "close something, or set CARGO_BUILD_JOBS=1".into(),
        ),
        Some(free) => Fine(format!("{free} MB of memory available")),
    }
}

/// The kernel that is made ready while another rests.
fn in_waiting(possible: Result<()>) -> Finding {
    match possible {
        Ok(()) => Fine(format!(
            "a kernel waits for the next start; {}=0 in the environment would spare its memory",
            nn_kernel::variables::WAITING
        )),
        Err(why) => Fine(format!("no kernel waits for the next start: {why:#}")),
    }
}

/// Variables that make cargo compile everything once more, elsewhere or in another way.
fn variables(value: impl Fn(&str) -> Option<String>) -> Finding {
    const NAMES: [&str; 5] = [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_TARGET_DIR",
        "CARGO_BUILD_TARGET",
        "CARGO_PROFILE_DEV_OPT_LEVEL",
    ];
    let set: Vec<_> = NAMES.into_iter().filter(|name| value(name).is_some_and(|value| !value.is_empty())).collect();
    if set.is_empty() {
        return Fine("no variable changes how cargo compiles".into());
    }
    Slow(format!("set: {}; cargo compiles more than it would", set.join(", ")), format!("unset {}", set.join(" ")))
}

fn data(folder: &Path) -> Finding {
    for name in ["mnist_train.csv.gz", "mnist_test.csv.gz", "digit.png", "note.png", "drawn.png", "ten.png"] {
        let path = folder.join(name);
        if fs::metadata(&path).map_or(0, |file| file.len()) < 10_000 {
            return Wrong(format!("{} is not there or cut off", path.display()), format!("git checkout data/{name}"));
        }
    }
    Fine("the data".into())
}

fn browser() -> Finding {
    match crate::browser::Browser::find() {
        Ok(_) => Fine("Node.js and a Chromium for the browser tests".into()),
        Err(missing) => Slow("cargo xtask test will skip the browser tests".into(), format!("{missing:#}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_compiler_or_one_without_source_is_wrong() {
        let version = "rustc 1.95.0 (59807616e 2026-04-14)";
        assert_eq!(compiler(version, "1.95", true), Fine("Rust 1.95.0 with its library's source".into()));
        assert!(matches!(compiler(version, "1.100", true), Wrong(what, _) if what.contains("1.100 or newer")));
        assert!(matches!(compiler(version, "1.95", false), Wrong(_, cure) if cure == "rustup component add rust-src"));
    }

    #[test]
    fn a_kernel_in_the_users_jupyter_whose_repository_is_gone_is_wrong() {
        let lab = Lab::of("/home/me/My Projects/nn".into());
        let folder = PathBuf::from("/home/me/.local/share/jupyter/kernels/rust-nn");
        let gone = own_jupyter(Ok((folder.clone(), Some("/home/me/moved/target/lab".into()))), &lab);
        assert!(
            matches!(gone, Wrong(what, cure) if what.contains("moved") && cure.starts_with("cargo xtask kernel install"))
        );
        assert!(matches!(own_jupyter(Ok((folder.clone(), Some(lab.root.clone()))), &lab), Fine(_)));
        assert!(matches!(own_jupyter(Ok((folder, None)), &lab), Fine(_)));
    }

    #[test]
    fn little_room_is_slow() {
        let head = "Filesystem 1048576-blocks Used Available Capacity Mounted on\n";
        let little = disk(&format!("{head}/dev/a 9 9 500 1% /\n"));
        assert!(matches!(little, Slow(what, _) if what.starts_with("500 MB free")));
        let much = disk(&format!("{head}/dev/a 9 9 60000 1% /\n"));
        assert_eq!(much, Fine("60000 MB free on the disk".into()));
        assert!(matches!(disk(""), Fine(_)));
        assert!(
            matches!(memory("MemTotal: 9 kB\nMemAvailable:   1024000 kB\n"), Slow(what, _) if what.starts_with("1000 MB"))
        );
        assert!(matches!(cores(1), Slow(..)));
    }

    #[test]
    fn variables_that_compile_everything_anew_are_named() {
        let finding = variables(|name| (name == "RUSTFLAGS").then(|| "-Ctarget-cpu=native".into()));
        assert!(matches!(finding, Slow(_, cure) if cure == "unset RUSTFLAGS"));
        assert!(matches!(variables(|_| None), Fine(_)));
    }

    #[test]
    fn missing_data_are_wrong_and_the_cure_names_the_file() {
        let finding = data(Path::new("no/such/folder"));
        assert!(matches!(&finding, Wrong(_, cure) if cure == "git checkout data/mnist_train.csv.gz"));
        assert!(line(&finding).starts_with("WRONG  no/such/folder"));
    }
}
