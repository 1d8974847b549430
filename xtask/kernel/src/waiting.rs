//! A kernel in waiting: one evcxr that has run the first cell of a notebook already, for whoever starts that notebook next.
//!
//! ```text
//! a kernel at rest ── nn-kernel kernel wait ── evcxr, its folder, its guard           at most one, in `kernels`:
//!                          │ writes waiting.json: a port, a key, for whom              waiting.lock is its
//! a kernel's start ────────┘ asks there, with Jupyter's connection file
//! ```
//!
//! It serves a start in the same folder, with the same environment, programs, versions and settings, whose first cell is
//! the one that it has run; such a cell only names crates and what to use of them, so that nobody sees when it ran. The
//! launcher that asked stays as long as the relay behind it: each ends with the other, by the connection between them.

use crate::files::{self, Lock, sha256};
use crate::lexer;
use crate::relay::Offer;
use crate::variables::{OWNER, WAITING};
use crate::{folder, process, settings};
use anyhow::{Context, Result, ensure};
use ra_ap_rustc_lexer::TokenKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;
use std::{env, thread};

/// How long a kernel in waiting may take to say that it is there.
const PATIENCE: Duration = Duration::from_millis(800);
/// How long it may take to serve Jupyter. It may have its ports by then: nobody else can be started at once.
const LONG_PATIENCE: Duration = Duration::from_secs(20);
/// How often, and how many times, the place of another that ends is looked at.
const AGAIN: Duration = Duration::from_millis(100);
const TIMES: u32 = 30;
/// What is to be available for it, in MB: three times what it takes with polars.
pub const NEEDED_MEMORY: u64 = 3000;

/// What a kernel in waiting does before anybody asks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// For whom.
    pub identity: String,
    /// The first cell.
    pub first: String,
    /// Cells that it has rust-analyzer look at, so that it has read the crates.
    pub warm: Vec<String>,
}

/// The place of the one kernel in waiting. It is free again when this is dropped.
pub struct Place {
    record: PathBuf,
    _lock: File,
}

fn record(kernels: &Path) -> PathBuf {
    kernels.join("waiting.json")
}

/// Whether there may be one, or why not.
///
/// # Errors
/// Says what is missing.
pub fn is_possible() -> Result<()> {
    ensure!(env::var_os(WAITING).is_none_or(|value| value != "0"), "{WAITING}=0 is set");
    let table = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let free = table
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:")?.split_whitespace().next()?.parse::<u64>().ok());
    let free = free.context("how much memory is available is not known here")? / 1024;
    ensure!(free >= NEEDED_MEMORY, "{free} MB of memory available, it wants {NEEDED_MEMORY}");
    Ok(())
}

/// Whether a cell only names crates and what to use of them: whenever it runs, it is the same.
pub fn is_preparable(code: &str) -> bool {
    let (dependencies, rest): (Vec<&str>, Vec<&str>) =
        code.lines().partition(|line| line.trim_start().starts_with(":dep "));
    let rest = rest.join("\n");
    let mut begins = true;
    for token in lexer::tokens(&rest).iter().filter(|token| !lexer::is_blank(token.kind)) {
        if begins && token.text != "use" {
            return false;
        }
        begins = token.kind == TokenKind::Semi;
    }
    begins && !dependencies.is_empty()
}

/// Who is served: whoever has the same hash.
pub fn identity(lab: &Path, evcxr: &Path) -> Result<String> {
    let kernels = lab.join("kernel");
    let here = env::current_dir().context("no folder to start in")?;
    let variables: BTreeMap<_, _> = env::vars_os().collect();
    let mut text = format!("{}\n{here:?}\n{variables:?}\n", env!("CARGO_PKG_VERSION"));
    let template = folder::template(&kernels);
    for path in [env::current_exe()?, evcxr.to_owned(), template.join("stamp"), template.join("Cargo.lock")] {
        let file = fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?;
        text += &format!("{path:?} {:?} {}\n", file.modified().ok(), file.len());
    }
    let ours = settings(&kernels);
    for folder in here.ancestors().chain([ours.as_path()]) {
        for name in ["evcxr.toml", "init.evcxr", "prelude.rs"] {
            text += &format!("{:?}\n", fs::read(folder.join(name)).ok().map(|file| sha256(&file)));
        }
    }
    Ok(sha256(text.as_bytes()))
}

/// Starts a kernel in waiting for notebooks that begin with the cell `first`, unless there is one, or there may be none.
///
/// # Errors
/// If it cannot be started.
pub fn spawn(lab: &Path, evcxr: &Path, first: &str, warm: Vec<String>) -> Result<()> {
    // Without one of these nobody would end it.
    if env::var_os(OWNER).is_none() && jupyter().is_none() || is_possible().is_err() {
        return Ok(());
    }
    let kernels = lab.join("kernel");
    let plan = Plan { identity: identity(lab, evcxr)?, first: first.to_owned(), warm };
    if let Some(other) = read(&kernels) {
        if other["identity"] == plan.identity
            && other["first"] == sha256(first.as_bytes())
            && ask(&other, "", PATIENCE).is_ok()
        {
            return Ok(());
        }
        let _ = ask(&other, "end", PATIENCE);
    }
    let mut waiting = Command::new(process::own_program()?);
    waiting.args(["kernel", "wait", "--evcxr"]).arg(evcxr);
    waiting.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // Jupyter ends the whole group of a kernel.
    process::lead_group(&mut waiting);
    let mut child = waiting.spawn().context("cannot start a kernel in waiting")?;
    let text = json!({ "identity": plan.identity, "first": plan.first, "warm": plan.warm }).to_string();
    child.stdin.take().context("it has no stdin")?.write_all(text.as_bytes())?;
    thread::spawn(move || child.wait());
    Ok(())
}

impl Plan {
    /// Reads what [`spawn`] wrote.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(text: &[u8]) -> Result<Plan> {
        let plan: Value = serde_json::from_slice(text).context("no plan for a kernel in waiting")?;
        let field = |name: &str| plan[name].as_str().map(str::to_owned).with_context(|| format!("plan: no {name}"));
        let warm = plan["warm"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        Ok(Plan { identity: field("identity")?, first: field("first")?, warm })
    }
}

impl Place {
    /// Takes the place, if nobody has it, or the one who has it ends.
    ///
    /// # Errors
    /// If somebody has it, or nobody can tell.
    pub fn take(kernels: &Path) -> Result<Place> {
        let lock = files::lock_file(&kernels.join("waiting.lock"))?;
        for _ in 0..TIMES {
            match files::try_lock(&lock) {
                Lock::Ours => return Ok(Place { record: record(kernels), _lock: lock }),
                Lock::Theirs => thread::sleep(AGAIN),
                Lock::Unknown => break,
            }
        }
        anyhow::bail!("there is another kernel in waiting")
    }

    /// Says where we are, and whom we serve.
    ///
    /// # Errors
    /// If that cannot be written.
    pub fn announce(&self, port: u16, key: &str, plan: &Plan, is_ready: bool) -> Result<()> {
        let first = sha256(plan.first.as_bytes());
        let word = json!({ "port": port, "key": key, "identity": plan.identity, "first": first, "ready": is_ready });
        let fresh = self.record.with_extension("new");
        files::remove(&fresh)?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&fresh)?.write_all(word.to_string().as_bytes())?;
        files::rename(&fresh, &self.record)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.record);
    }
}

/// The process of the Jupyter that started us, if it said so.
pub fn jupyter() -> Option<u32> {
    env::var("JPY_PARENT_PID").ok()?.parse().ok()
}

/// Whether there is one now that has done all that it can before somebody asks.
pub fn is_ready(kernels: &Path) -> bool {
    read(kernels).is_some_and(|word| word["ready"] == true)
}

fn read(kernels: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(record(kernels)).ok()?).ok()
}

/// Has the kernel in waiting serve Jupyter as `connection_file` says, and stays until it ends. `None` if there is none for us.
pub fn take_over(lab: &Path, evcxr: &Path, connection_file: &Path) -> Option<ExitCode> {
    let word = read(&lab.join("kernel"))?;
    if word["identity"] != identity(lab, evcxr).ok()? {
        return None;
    }
    let file = std::path::absolute(connection_file).ok()?;
    let kernel = ask(&word, file.to_str()?, LONG_PATIENCE).ok()?;
    // Until it ends; what evcxr says to those who look at its log comes this way.
    kernel.get_ref().set_read_timeout(None).ok()?;
    for line in kernel.lines() {
        let Ok(line) = line else { break };
        eprintln!("{line}");
    }
    Some(ExitCode::SUCCESS)
}

/// Asks the kernel in waiting for something; it has said yes.
fn ask(word: &Value, what: &str, patience: Duration) -> Result<BufReader<TcpStream>> {
    let port = word["port"].as_u64().and_then(|port| u16::try_from(port).ok()).context("no port")?;
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), PATIENCE)?;
    stream.set_read_timeout(Some(patience))?;
    writeln!(stream, "{}", json!({ "key": word["key"], "wanted": what }))?;
    let mut stream = BufReader::new(stream);
    let mut answer = String::new();
    stream.read_line(&mut answer)?;
    ensure!(answer == "yes\n", "it said {answer:?}");
    Ok(stream)
}

/// What is wanted of a kernel in waiting that knows the `key`: an empty text if only whether it is there.
pub fn wanted(line: &str, key: &str) -> Option<Offer> {
    let word: Value = serde_json::from_str(line).ok()?;
    (word["key"] == key).then_some(())?;
    Some(match word["wanted"].as_str()? {
        "" => Offer::Nothing,
        "end" => Offer::End,
        file => Offer::Connection(PathBuf::from(file)),
    })
}

#[cfg(test)]
mod tests;
