//! Compiles a cell without cargo.
//!
//! From one cell to the next nothing changes but the cell. Yet cargo looks at all 150 packages again: a quarter of a second,
//! each time. So when cargo has compiled a cell, its call of the compiler is kept in the kernel's folder, with the state
//! of every file that the call depends on and a hash of the environment, which may hold secrets. As long as those stay, our
//! cargo becomes the compiler. Whatever is new or not understood goes to cargo.

use crate::assumed::{CACHE, COMPILED, CRATE};
use crate::files::sha256;
use crate::shelf::Shelf;
use crate::variables::{CALL, CARGO_HOME, LINK};
use crate::{common, compile, kept, link, messages, process, way};
use anyhow::Result;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

/// The file in the kernel's folder that holds how its cells are compiled.
const RECORD: &str = "cell.json";
/// Wraps the compiler for the crate of the cells, not for its dependencies.
const WRAPPER: &str = "RUSTC_WORKSPACE_WRAPPER";

/// The compiler's own command for the next cell of the kernel in `kernel`, for which cargo was asked with `arguments`, and
/// where cells that were compiled by it are kept.
///
/// `None` if cargo has not compiled a cell yet, or if something changed since.
pub fn compiler(kernel: &Path, arguments: &[OsString]) -> Option<(Command, Option<Shelf>)> {
    let record: Value = serde_json::from_slice(&fs::read(kernel.join(RECORD)).ok()?).ok()?;
    if record["asked"] != asked(arguments)? {
        return None;
    }
    if !is_unchanged(record["states"].as_object()?) {
        return None;
    }
    let library = Path::new(record["compiled"].as_str()?);
    way::tell(kernel, library).ok()?;
    let recorded: Vec<&str> = record["arguments"].as_array()?.iter().map(Value::as_str).collect::<Option<_>>()?;
    // A cell that we do not link knows the folder of its kernel.
    let is_linked_by_us = record["environment"][LINK].is_string();
    let mut words = quick(&recorded);
    let common = if is_linked_by_us { common::told(kernel, &words) } else { None };
    words.extend(common.iter().flatten().map(String::as_str));
    let shelf = if is_linked_by_us { Shelf::new(kernel, &words, &record["environment"], library) } else { None };
    Some((command(&words, &record["environment"])?, shelf))
}

/// Whether all that the cells of the kernel in `kernel` were compiled with is as it was, as far as is known.
pub fn is_current(kernel: &Path) -> bool {
    let record = fs::read(kernel.join(RECORD)).ok().and_then(|record| serde_json::from_slice::<Value>(&record).ok());
    let Some(record) = record else { return true };
    record["states"].as_object().is_some_and(is_unchanged)
}

fn is_unchanged(states: &serde_json::Map<String, Value>) -> bool {
    states.iter().all(|(path, state)| self::state(Path::new(path)) == *state)
}

/// Runs cargo, as asked with `arguments`, and keeps how it called the compiler.
pub fn build(cargo: &mut Command, kernel: &Path, arguments: &[OsString]) -> Result<ExitCode> {
    let record = kernel.join(RECORD);
    let _ = fs::remove_file(&record);
    let call = kernel.join("cell.call.json");
    let start = SystemTime::now();
    let program = process::own_program()?;
    if env::var_os(WRAPPER).is_none() {
        cargo.env(WRAPPER, program).env(CALL, &call);
        if env::var_os(CACHE).is_none() {
            // One of the user's, such as sccache, would be given us for a compiler, and refuse.
            cargo.env("RUSTC_WRAPPER", "");
        }
    }
    let output = compile::cell(kernel, None, || {
        let _ = fs::remove_file(&call);
        compile::run(cargo, kernel)
    });
    let called = fs::read(&call);
    let _ = fs::remove_file(&call);
    let output = output?;
    std::io::stdout().write_all(&output.stdout)?;
    if !output.is_compiled {
        return Ok(ExitCode::FAILURE);
    }
    if let Some(library) = messages::library(&output.stdout) {
        way::tell(kernel, &library)?;
    }
    if messages::has_compiled_crates(&output.stdout) {
        // Without, the next kernel compiles them again.
        let _ = kept::keep(kernel);
    }
    if let Some(found) = called.ok().and_then(|call| found(kernel, arguments, &call, &output.stdout, start)) {
        let fresh = record.with_extension("new");
        // A kernel works without: it is slower then.
        let _ = fs::write(&fresh, found.to_string()).and_then(|()| fs::rename(&fresh, &record));
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes down how cargo calls the compiler for a cell, then becomes the compiler: the work of `RUSTC_WORKSPACE_WRAPPER`.
pub fn wrap() -> Option<Result<ExitCode>> {
    let file = env::var_os(CALL)?;
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let (program, rest) = arguments.split_first()?;
    // A build script may ask for cargo itself.
    Path::new(program).file_stem().filter(|&name| name == "rustc")?;
    let mut compiler = Command::new(program);
    compiler.args(rest).env_remove(CALL);
    // If it cannot be written, the next cell goes to cargo again.
    let _ = keep_call(&arguments, Path::new(&file), &mut compiler);
    Some(process::become_command(&mut compiler))
}

/// Writes the call of the compiler that was made with `arguments` to `file`, if it is for a cell; that is linked through
/// [`link`].
fn keep_call(arguments: &[OsString], file: &Path, compiler: &mut Command) -> Option<()> {
    let mut words = arguments.iter().map(|argument| argument.to_str()).collect::<Option<Vec<_>>>()?;
    words.windows(2).find(|pair| *pair == ["--crate-name", CRATE])?;
    let mut environment = environment()?;
    // The jobs that cargo shares out end with it.
    for name in [CALL, "CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS"] {
        environment.remove(name);
    }
    let linker = link::through_us(&env::current_dir().ok()?, &words);
    if let Some((more, (name, value))) = &linker {
        words.extend(more.iter().map(String::as_str));
        environment.insert((*name).to_owned(), value.clone());
        compiler.args(more).env(name, value);
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let call = json!({ "arguments": words, "environment": environment });
    options.open(file).ok()?.write_all(call.to_string().as_bytes()).ok()
}

/// A recorded call as it is quickest for a cell that is not optimised: there is too little in it to be kept for the next one, or to
/// be compiled in many parts.
fn quick<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut quick = words.to_vec();
    if words.iter().any(|word| word.contains("opt-level=")) {
        return quick;
    }
    while let Some(at) = quick.windows(2).position(|pair| pair[0] == "-C" && pair[1].starts_with("incremental=")) {
        quick.drain(at..at + 2);
    }
    for word in &mut quick {
        if word.starts_with("codegen-units=") {
            *word = "codegen-units=2";
        }
    }
    quick
}

/// The command that makes a call of the compiler with these `words`, and these changes to the environment.
fn command(words: &[&str], environment: &Value) -> Option<Command> {
    let (program, words) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null());
    for (name, value) in environment.as_object()? {
        match value.as_str() {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Some(command)
}

/// What was asked of cargo, and in which environment.
fn asked(arguments: &[OsString]) -> Option<Value> {
    let arguments: Option<Vec<&str>> = arguments.iter().map(|argument| argument.to_str()).collect();
    let mut environment = environment()?;
    environment.remove(COMPILED);
    let environment: String = environment.iter().map(|(name, value)| format!("{name}={value}\0")).collect();
    Some(json!({ "arguments": arguments?, "environment": sha256(environment.as_bytes()) }))
}

/// `None` if a variable is not Unicode.
fn environment() -> Option<BTreeMap<String, String>> {
    env::vars_os().map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect()
}

/// The record of a build that began at `start` and succeeded with cargo's `messages` and a `call` of the compiler.
fn found(kernel: &Path, arguments: &[OsString], call: &[u8], messages: &[u8], start: SystemTime) -> Option<Value> {
    let call: Value = serde_json::from_slice(call).ok()?;
    let words: Option<Vec<&str>> = call["arguments"].as_array()?.iter().map(Value::as_str).collect();
    let words = words?;
    let compiled = compiled(&words).filter(|library| library.exists())?;
    // The crates that somebody may edit at any time: not while cargo was at work.
    let watched = messages::edited_files(messages)?;
    for path in &watched {
        if fs::metadata(path).and_then(|file| file.modified()).is_ok_and(|time| time >= start) {
            return None;
        }
    }
    let mut states = BTreeMap::new();
    for path in watched.into_iter().chain(settings(kernel, &words)?) {
        states.insert(path.to_str()?.to_owned(), state(&path));
    }
    Some(json!({
        "asked": asked(arguments)?,
        "states": states,
        "arguments": words,
        "environment": changes(&call["environment"])?,
        "compiled": compiled.to_str()?,
    }))
}

/// What a call of the compiler with these `words` makes of a cell.
fn compiled(words: &[&str]) -> Option<PathBuf> {
    let folder = words.windows(2).find(|pair| pair[0] == "--out-dir")?[1];
    Some(Path::new(folder).join(format!("{}{CRATE}{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX)))
}

/// What else a call of the compiler with these `words` depends on: manifests, cargo's settings, the compiler, and the
/// libraries that it is given.
fn settings(kernel: &Path, words: &[&str]) -> Option<Vec<PathBuf>> {
    let mut files = vec![kernel.join("Cargo.toml"), kernel.join("Cargo.lock"), PathBuf::from(words.first()?)];
    let home = env::var_os(CARGO_HOME).map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    for folder in kernel.ancestors().map(|folder| folder.join(".cargo")).chain(home) {
        files.extend([folder.join("config.toml"), folder.join("config")]);
    }
    for word in words {
        if let Some((_, path)) = word.split_once('=')
            && Path::new(path).is_file()
        {
            files.push(PathBuf::from(path));
        }
    }
    Some(files)
}

/// How the compiler's environment differs from ours, cargo's: the new values, and `null` for what is not in it.
fn changes(compilers: &Value) -> Option<BTreeMap<String, Value>> {
    let (ours, compilers) = (environment()?, compilers.as_object()?);
    let gone = ours.keys().filter(|name| !compilers.contains_key(*name)).map(|name| (name.clone(), Value::Null));
    let set = compilers.iter().filter(|(name, value)| ours.get(*name).map(String::as_str) != value.as_str());
    Some(gone.chain(set.map(|(name, value)| (name.clone(), value.clone()))).collect())
}

/// What shows that a file changed: time and size; `null` where there is none.
fn state(path: &Path) -> Value {
    let Ok(file) = fs::metadata(path) else { return Value::Null };
    let time = file.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    json!([time.map(|time| time.as_nanos().to_string()), file.len()])
}
