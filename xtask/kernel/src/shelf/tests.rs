//! Cells that must be found, and those that must not.

use super::*;
use crate::canonical;
use std::thread;

/// A kernel's folder among others, with what a call of the compiler names.
struct Kernels(PathBuf);

/// What the compiler said of the cell that does not compile.
const MESSAGES: &str = "{\"level\":\"error\"}\n";
const CODE: &str = include_str!("../../tests/evcxr/cell.rs");

impl Kernels {
    fn new(name: &str) -> Kernels {
        let kernels = Kernels(env::temp_dir().join(format!("nn-kernel shelf {name} {}", process::id())));
        files::remove(&kernels.0).unwrap();
        for number in [1, 2] {
            files::write(&kernels.deps(number).join("libown-1.rlib"), "own").unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
            let file = File::options().write(true).open(kernels.deps(number).join("libown-1.rlib")).unwrap();
            file.set_modified(time).unwrap();
        }
        kernels
    }

    fn kernel(&self, number: u32) -> PathBuf {
        self.0.join(format!("running/7-{number}"))
    }

    fn deps(&self, number: u32) -> PathBuf {
        self.kernel(number).join("deps")
    }

    /// For the kernel of this number, called with these words besides.
    fn shelf(&self, number: u32, more: &[&str]) -> Shelf {
        let kernel = self.kernel(number);
        let own = format!("own={}", self.deps(number).join("libown-1.rlib").display());
        let compiler = env::current_exe().unwrap();
        let mut words = vec![compiler.to_str().unwrap(), "--extern", own.as_str()];
        words.extend(more);
        let changes = json!({ "CARGO_MANIFEST_DIR": kernel, "GONE": null });
        Shelf::new(&kernel, &words, &changes, &self.deps(number).join("libctx.so")).unwrap()
    }

    /// Writes the list of what the compiler looked at.
    fn list(&self, number: u32, more: &str) {
        let list = format!("deps/libctx.so: src/lib.rs\n\nsrc/lib.rs:\n\n{more}");
        files::write(&self.deps(number).join("ctx.d"), list).unwrap();
    }
}

impl Drop for Kernels {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn cell() -> Canonical {
    canonical::of(CODE, false).unwrap()
}

fn failed() -> Outcome {
    Outcome { is_compiled: false, stdout: Vec::new(), stderr: MESSAGES.into() }
}

#[test]
fn another_kernel_finds_a_cell_with_its_messages() {
    let kernels = Kernels::new("found");
    kernels.list(1, "");
    assert_eq!(kernels.shelf(1, &[]).find(&cell()), None);
    kernels.shelf(1, &[]).keep(&cell(), &failed()).unwrap();
    assert_eq!(kernels.shelf(2, &[]).find(&cell()), Some(failed()));
    assert_eq!(size(&kernels.0).0, 1);
    forget(&kernels.0).unwrap();
    assert_eq!(kernels.shelf(2, &[]).find(&cell()), None);
}

#[test]
fn other_flags_code_or_crates_are_another_cell() {
    let kernels = Kernels::new("stale");
    kernels.list(1, "");
    kernels.shelf(1, &[]).keep(&cell(), &failed()).unwrap();
    assert_eq!(kernels.shelf(2, &["-C", "opt-level=2"]).find(&cell()), None);
    let edited = canonical::of(&CODE.replacen("mod ", "use nn_core::prelude::*;\nmod ", 1), false).unwrap();
    assert_eq!(kernels.shelf(2, &[]).find(&edited), None);
    files::write(&kernels.deps(2).join("libown-1.rlib"), "own").unwrap();
    assert_eq!(kernels.shelf(2, &[]).find(&cell()), None, "the crate was compiled anew");
    assert_eq!(kernels.shelf(1, &[]).find(&cell()), Some(failed()));
}

#[test]
fn files_and_variables_that_the_compiler_looked_at_are_looked_at_again() {
    let kernels = Kernels::new("looked");
    let text = kernels.0.join("my text.txt");
    files::write(&text, "one").unwrap();
    let listed = text.display().to_string().replace(' ', "\\ ");
    kernels.list(1, &format!("{listed}:\n\n# env-dep:GONE\n# env-dep:PATH={}\n", env::var("PATH").unwrap()));
    kernels.shelf(1, &[]).keep(&cell(), &failed()).unwrap();
    assert_eq!(kernels.shelf(2, &[]).find(&cell()), Some(failed()));
    files::write(&text, "two").unwrap();
    assert_eq!(kernels.shelf(2, &[]).find(&cell()), None);
    // The kernel's own folder is another for each.
    kernels.list(1, "# env-dep:CARGO_MANIFEST_DIR=…\n");
    kernels.shelf(1, &[]).keep(&cell(), &failed()).unwrap();
    assert_eq!(kernels.shelf(2, &[]).find(&cell()), None);
    assert_eq!(kernels.shelf(1, &[]).find(&cell()), Some(failed()));
}

#[test]
fn what_the_compiler_did_not_list_is_not_kept() {
    let kernels = Kernels::new("unlisted");
    kernels.list(1, "");
    let shelf = kernels.shelf(1, &[]);
    shelf.prepare();
    shelf.keep(&cell(), &failed()).unwrap();
    assert_eq!(shelf.find(&cell()), None);
}

/// As after a kill in the middle of writing, on a file system that loses what was not written through.
#[test]
fn a_torn_cell_is_none_and_is_removed() {
    let kernels = Kernels::new("torn");
    kernels.list(1, "");
    let shelf = kernels.shelf(1, &[]);
    shelf.keep(&cell(), &failed()).unwrap();
    let path = shelf.place(&cell());
    let whole = files::read(&path).unwrap();
    for end in 0..whole.len() {
        files::write(&path, &whole[..end]).unwrap();
        assert_eq!(shelf.find(&cell()), None, "torn after {end} bytes");
        assert!(!path.exists());
    }
    let mut bent = whole.clone();
    bent[whole.len() - 3] ^= 1;
    files::write(&path, &bent).unwrap();
    assert_eq!(shelf.find(&cell()), None);
    files::write(&path, &whole).unwrap();
    assert_eq!(shelf.find(&cell()), Some(failed()));
}

#[test]
fn a_full_disk_keeps_nothing_and_fails_nobody() {
    let kernels = Kernels::new("full");
    kernels.list(1, "");
    let shelf = kernels.shelf(1, &[]);
    // Nothing can be written there, as on a full disk: by nobody, the administrator included.
    files::write(&shelf.folder, "").unwrap();
    shelf.keep(&cell(), &failed()).unwrap();
    assert_eq!(shelf.find(&cell()), None);
    sweep(&kernels.0);
    files::remove(&shelf.folder).unwrap();
    // Where we may, a disk that is full in the middle of writing.
    files::create_dir(&shelf.folder).unwrap();
    let mut mount = process::Command::new("mount");
    let mounted = mount.args(["-t", "tmpfs", "-o", "size=8k", "none"]).arg(&shelf.folder).output();
    if mounted.is_ok_and(|mounted| mounted.status.success()) {
        let outcome = Outcome { stderr: vec![b'x'; 1 << 16], ..failed() };
        let kept = shelf.keep(&cell(), &outcome);
        let (found, left) = (shelf.find(&cell()), size(&kernels.0));
        let ended = process::Command::new("umount").arg(&shelf.folder).status();
        assert!(ended.is_ok_and(|ended| ended.success()));
        assert_eq!((kept.is_ok(), found, left), (true, None, (0, 0)));
    }
}

#[test]
fn two_kernels_at_once_do_not_disturb_each_other() {
    let kernels = Kernels::new("two");
    kernels.list(1, "");
    kernels.list(2, "");
    thread::scope(|scope| {
        for number in [1, 2] {
            let kernels = &kernels;
            scope.spawn(move || {
                for _ in 0..50 {
                    let shelf = kernels.shelf(number, &[]);
                    shelf.keep(&cell(), &failed()).unwrap();
                    assert_eq!(shelf.find(&cell()), Some(failed()));
                }
            });
        }
    });
    assert_eq!(size(&kernels.0).0, 1, "something is left over");
}

#[test]
fn what_was_not_used_for_the_longest_time_goes_first() {
    let kernels = Kernels::new("sweep");
    let folder = folder(&kernels.0);
    let cells: Vec<_> = (0..8).map(|number| folder.join(number.to_string())).collect();
    for (age, cell) in cells.iter().rev().enumerate() {
        files::write(cell, [0; 100]).unwrap();
        let time = SystemTime::now() - Duration::from_secs(60 * age as u64);
        File::options().write(true).open(cell).unwrap().set_modified(time).unwrap();
    }
    let abandoned = folder.join(format!("x.{NEW}"));
    files::write(&abandoned, "").unwrap();
    File::options().write(true).open(&abandoned).unwrap().set_modified(SystemTime::now() - ABANDONED * 2).unwrap();
    sweep_to(&folder, 800);
    assert!(!abandoned.exists() && cells.iter().all(|cell| cell.exists()));
    sweep_to(&folder, 700);
    let left: Vec<bool> = cells.iter().map(|cell| cell.exists()).collect();
    assert_eq!(left, [false, false, false, true, true, true, true, true]);
}

#[cfg(all(target_os = "linux", target_pointer_width = "64", target_endian = "little"))]
#[test]
fn a_library_comes_with_its_crates_and_its_number() {
    let kernels = Kernels::new("library");
    kernels.list(1, "");
    let (folder, mut library) = crate::symbol::tests::library("shelf");
    files::remove(&folder).unwrap();
    library.extend(b"\0crates-0123456789abcdef.so\0");
    files::write(&kernels.deps(1).join("libctx.so"), &library).unwrap();
    let outcome = Outcome { is_compiled: true, ..failed() };
    kernels.shelf(1, &[]).keep(&cell(), &outcome).unwrap();
    let own = files::read(&kernels.deps(1).join("libctx.so")).unwrap();
    assert!(own.windows(16).any(|bytes| bytes == b"run_user_code_2\0"));

    let eighth = canonical::of(&CODE.replace("user_code_2", "user_code_8"), false).unwrap();
    assert_eq!(kernels.shelf(2, &[]).find(&eighth), None, "it would be linked against nothing");
    files::write(&kernels.deps(2).join("crates-0123456789abcdef.so"), "").unwrap();
    assert_eq!(kernels.shelf(2, &[]).find(&eighth), Some(outcome));
    let theirs = files::read(&kernels.deps(2).join("libctx.so")).unwrap();
    assert!(theirs.windows(16).any(|bytes| bytes == b"run_user_code_8\0"));
}
