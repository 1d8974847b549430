//! Compiles a cell: changes what evcxr wrote ([`source`]), and ends the compiler when the person presses ■.
//!
//! A cell that was compiled before is taken from the [`shelf`](crate::shelf), by its canonical form; that is compiled otherwise, and kept. If
//! the compiler finds a mistake of the person's in it, it is asked again, with the file as evcxr has it, so that its advice is
//! about all that the person has.
//!
//! A variable that the cell defines anew is given back if the cell fails, unless the cell moves the old one. Whether it
//! does only the compiler can tell; so it is tried, and tried again without those that it says are moved.

mod shelved;

use crate::assumed::CRATE;
use crate::relay::{Report, Request, is_to_stop};
use crate::shelf::Shelf;
use crate::{files, moved, process, question, source};
use anyhow::{Context, Result};
use serde_json::Value;
use shelved::{errors, kept_or_compiled};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use std::{fs, io};

/// How often to look whether ■ was pressed.
const LOOK: Duration = Duration::from_millis(30);

/// How a compiler ended.
pub struct Ended {
    /// Whether it compiled the cell.
    pub is_compiled: bool,
    /// What it wrote to stdout.
    pub stdout: Vec<u8>,
    /// What it wrote to stderr, unless that went on by itself.
    stderr: Vec<u8>,
    /// Whether ■ ended it.
    pub was_stopped: bool,
}

/// Compiles the cell in `folder` by the compiler's own command, its messages to stderr, unless it is on the `shelf`.
pub fn directly(compiler: &mut Command, shelf: Option<&Shelf>, folder: &Path) -> Result<ExitCode> {
    compiler.stderr(Stdio::piped());
    let ended = cell(folder, shelf, || run(compiler, folder))?;
    io::stdout().write_all(&ended.stdout)?;
    io::stderr().write_all(&ended.stderr)?;
    Ok(if ended.is_compiled { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Compiles the cell in `folder` by `attempt`, more than once if need be, and leaves the relay word of it.
pub fn cell(folder: &Path, shelf: Option<&Shelf>, mut attempt: impl FnMut() -> Result<Ended>) -> Result<Ended> {
    let file = folder.join("src/lib.rs");
    let request = Request::read(folder);
    let original = fs::read_to_string(&file).ok();
    let (Some(request), Some(original)) = (request, original) else { return attempt() };
    let mut restored: Vec<String> = Vec::new();
    if let Some(first) = source::rewrite(&original, request.backtrace, &[]).filter(|_| !request.is_ours) {
        restored.extend(first.traffic.shadowed().map(|(name, _)| name.clone()));
    }
    loop {
        let rewritten = source::rewrite(&original, request.backtrace, &restored);
        let code = rewritten.as_ref().map_or(&original, |rewritten| &rewritten.code);
        let ended = kept_or_compiled(&file, code, shelf, &mut attempt)?;
        if ended.was_stopped {
            forget_objects(folder);
            Report::interrupted().leave(folder, &request.id);
            return Ok(ended);
        }
        let Some(rewritten) = rewritten else { return Ok(ended) };
        if ended.is_compiled {
            Report::compiled(&rewritten.traffic, &restored).leave(folder, &request.id);
            return Ok(ended);
        }
        let before = restored.len();
        let moved = faults_on(rewritten.last_line, &ended);
        restored.retain(|name| !moved.contains(name));
        if restored.len() == before {
            if moved.is_empty() || restored.is_empty() {
                let [stdout, stderr] =
                    [&ended.stdout, &ended.stderr].map(|messages| as_evcxr_learns(messages, &rewritten.code));
                return Ok(Ended { stdout, stderr, ..ended });
            }
            // A fault on our line that names none of them.
            restored.clear();
        }
    }
}

/// The compiler's messages, or cargo's, about `code`; those from which evcxr would learn to print the result by `{:?}`, changed.
fn as_evcxr_learns(messages: &[u8], code: &str) -> Vec<u8> {
    let mut changed = Vec::with_capacity(messages.len());
    for text in messages.split_inclusive(|&byte| byte == b'\n') {
        let message = serde_json::from_slice::<Value>(text).ok();
        let other = message.and_then(|message| {
            moved::without_mover(message.clone(), code).or_else(|| question::elsewhere(message, code))
        });
        match other {
            Some(message) => changed.extend(format!("{message}\n").into_bytes()),
            None => changed.extend(text),
        }
    }
    changed
}

/// Removes what a compiler that was killed leaves of the cell's objects, and those that it keeps from cell to cell.
///
/// rustc 1.95, killed while it links, leaves objects to reuse that the next cell is then linked with in vain ("undefined hidden
/// symbol"). Without them that cell is compiled whole, a fraction of a second longer.
fn forget_objects(folder: &Path) {
    let Ok(targets) = files::list(&folder.join("target")) else { return };
    for build in targets.iter().map(|target| target.join("debug")) {
        // What stays behind costs space, or, at worst, one cell its linking.
        let _ = fs::remove_dir_all(build.join("incremental"));
        for path in files::list(&build.join("deps")).into_iter().flatten() {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            if name.starts_with(&format!("{CRATE}.")) && name.ends_with(".o") {
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// What the compiler points at on `line` of the cell, in its messages or in cargo's.
fn faults_on(line: usize, ended: &Ended) -> Vec<String> {
    let mut faults = Vec::new();
    for error in errors(ended) {
        for span in error["spans"].as_array().into_iter().flatten() {
            if span["is_primary"] == true && span["line_start"] == line {
                faults.push(pointed_at(span).unwrap_or_default());
            }
        }
    }
    faults
}

fn pointed_at(span: &Value) -> Option<String> {
    let text = &span["text"][0];
    let letters: Vec<char> = text["text"].as_str()?.chars().collect();
    Some(letters.get(place(&text["highlight_start"])?..place(&text["highlight_end"])?)?.iter().collect())
}

/// The compiler counts letters from 1.
fn place(number: &Value) -> Option<usize> {
    usize::try_from(number.as_u64()?.checked_sub(1)?).ok()
}

/// Runs `command`, a compiler or cargo, until it ends or the person presses ■.
pub fn run(command: &mut Command, folder: &Path) -> Result<Ended> {
    process::lead_group(command);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot start the compiler")?;
    let (has_ended, was_stopped) = (AtomicBool::new(false), AtomicBool::new(false));
    let group = child.id();
    let (status, stdout, stderr) = thread::scope(|scope| {
        let look = scope.spawn(|| {
            while !has_ended.load(Ordering::SeqCst) {
                if is_to_stop(folder) {
                    was_stopped.store(true, Ordering::SeqCst);
                    process::end_group(group);
                    return;
                }
                thread::park_timeout(LOOK);
            }
        });
        let outcome = wait(&mut child);
        has_ended.store(true, Ordering::SeqCst);
        look.thread().unpark();
        outcome
    })
    .context("cannot wait for the compiler")?;
    Ok(Ended { is_compiled: status, stdout, stderr, was_stopped: was_stopped.load(Ordering::SeqCst) && !status })
}

/// Both streams whole, and whether it succeeded.
fn wait(child: &mut Child) -> io::Result<(bool, Vec<u8>, Vec<u8>)> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let errors = child.stderr.take();
    if let Some(mut output) = child.stdout.take() {
        thread::scope(|scope| {
            let reader = errors.map(|mut errors| {
                scope.spawn(move || {
                    let mut text = Vec::new();
                    errors.read_to_end(&mut text).map(|_| text)
                })
            });
            output.read_to_end(&mut stdout)?;
            if let Some(reader) = reader {
                stderr = reader.join().map_err(|_| io::Error::other("the reader of stderr panicked"))??;
            }
            Ok::<(), io::Error>(())
        })?;
    }
    Ok((child.wait()?.success(), stdout, stderr))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(stderr: &str) -> Ended {
        Ended { is_compiled: false, stdout: Vec::new(), stderr: stderr.as_bytes().to_vec(), was_stopped: false }
    }

    /// As rustc 1.95 writes it, shortened.
    const MOVED: &str = r#"{"level":"error","message":"use of moved value: `w`","spans":[{"is_primary":true,"line_start":9,"text":[{"text":"put(w);","highlight_start":5,"highlight_end":6}]}]}"#;

    #[test]
    fn a_variable_that_the_compiler_calls_moved_is_found_by_its_place() {
        assert_eq!(faults_on(9, &ended(MOVED)), ["w"]);
        assert!(faults_on(8, &ended(MOVED)).is_empty());
        let by_cargo = format!("{{\"reason\":\"compiler-message\",\"message\":{MOVED}}}");
        assert_eq!(faults_on(9, &ended(&by_cargo)), ["w"]);
    }

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("nn-kernel-compile-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("src/lib.rs"), include_str!("../tests/evcxr/cell.rs")).unwrap();
        fs::write(folder.join("cell.request.json"), r#"{"id":"7","backtrace":false,"ours":false}"#).unwrap();
        folder
    }

    #[test]
    fn a_cell_is_compiled_again_without_what_it_moves() {
        let folder = folder("again");
        let mut attempts = 0;
        let compiled = cell(&folder, None, || {
            attempts += 1;
            let code = fs::read_to_string(folder.join("src/lib.rs")).unwrap();
            let line = code.lines().position(|line| line.contains("nn_kernel_cell::failed()")).map(|at| at + 1);
            let message = MOVED.replace("\"line_start\":9", &format!("\"line_start\":{}", line.unwrap_or(0)));
            Ok(Ended { is_compiled: line.is_none(), ..ended(if line.is_some() { &message } else { "" }) })
        });
        assert!(compiled.unwrap().is_compiled);
        let report = Report::read(&folder, "7").unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!((attempts, report.moved, report.restored), (2, vec!["v".to_owned(), "w".to_owned()], vec![]));
    }

    #[test]
    fn what_is_no_message_reaches_evcxr_as_it_is() {
        let text = b"warning: lemons\n{\"half\": ";
        assert_eq!(as_evcxr_learns(text, "use lemons::*;"), text);
    }

    #[cfg(unix)]
    #[test]
    fn a_compiler_is_ended_by_the_file_that_stands_for_the_stop_button() {
        let folder = folder("stopped");
        crate::relay::ask_to_stop(&folder);
        let start = std::time::Instant::now();
        let stopped = cell(&folder, None, || run(Command::new("sleep").arg("30"), &folder)).unwrap();
        let report = Report::read(&folder, "7").unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert!(stopped.was_stopped && report.interrupted && start.elapsed().as_secs() < 20);
    }
}
