//! What a new user waits for: `cargo xtask lab` in a clone that has nothing yet.

use crate::setup::{Lab, evcxr};
use anyhow::{Context, Result, bail};
use nn_kernel::{files, process};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How often to look whether JupyterLab answers.
const LOOK: Duration = Duration::from_millis(100);
/// How long a server may take to end.
const END: Duration = Duration::from_secs(20);

/// The names of the measures, as the CSV has them, with their seconds, the compiler of evcxr included.
pub fn anew(lab: &Lab, folder: &Path) -> Result<Vec<(&'static str, f64)>> {
    let clone = folder.join("clone");
    files::remove(&clone)?;
    eprintln!("bench: the first set-up, in {}: about a quarter of an hour", clone.display());
    process::run("git clone", Command::new("git").args(["clone", "--quiet"]).arg(&lab.repository).arg(&clone))?;
    let path = std::env::var_os("PATH").context("there is no PATH")?;
    let without_evcxr = std::env::split_paths(&path).filter(|folder| !folder.join(evcxr::program()).is_file());
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let mut command = Command::new("cargo");
    command.args(["xtask", "lab", "--no-browser", "--port", &port.to_string()]).current_dir(&clone);
    command.env("PATH", std::env::join_paths(without_evcxr)?).stdin(Stdio::null()).stderr(Stdio::piped());
    for inherited in ["CARGO_TARGET_DIR", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH"] {
        command.env_remove(inherited);
    }
    process::lead_group(&mut command);
    let (start, before) = (Instant::now(), cpu_of_children());
    let mut child = command.spawn().context("cannot start cargo xtask lab")?;
    let log = child.stderr.take().context("it has no stderr")?;
    let (says, said) = channel();
    thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            eprintln!("{line}");
            let _ = says.send((Instant::now(), line));
        }
    });
    let measured = wait(&mut child, port, start, &said);
    end(&mut child, port)?;
    let (answers, ready) = measured?;
    let mut measures = vec![("JupyterLab answers, fresh clone", answers), ("first set-up", ready)];
    if let (Some(before), Some(after)) = (before, cpu_of_children()) {
        measures.push(("first set-up, CPU", after - before));
    }
    files::remove(&clone)?;
    Ok(measures)
}

/// The seconds until JupyterLab answers, and until the kernel is ready.
fn wait(child: &mut Child, port: u16, start: Instant, said: &Receiver<(Instant, String)>) -> Result<(f64, f64)> {
    let (mut answers, mut ready) = (None, None);
    loop {
        if let (Some(answers), Some(ready)) = (answers, ready) {
            return Ok((answers, ready));
        }
        if let Some(status) = child.try_wait().context("cannot wait for cargo xtask lab")? {
            bail!("cargo xtask lab ended before it was ready: {status}");
        }
        if answers.is_none() && does_answer(port) {
            answers = Some(start.elapsed().as_secs_f64());
        }
        if let Ok((time, line)) = said.recv_timeout(LOOK) {
            if line.starts_with("error:") {
                bail!("cargo xtask lab: {line}");
            }
            if line == "lab: the Rust kernel is ready" {
                ready = Some((time - start).as_secs_f64());
            }
        }
    }
}

/// Whether a server answers there.
fn does_answer(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    let asked = stream.write_all(b"GET /api HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
    let mut answer = [0; 5];
    let _ = stream.set_read_timeout(Some(LOOK * 5));
    asked.and_then(|()| stream.read_exact(&mut answer)).is_ok() && &answer == b"HTTP/"
}

/// Ends the server as Ctrl-C does.
fn end(child: &mut Child, port: u16) -> Result<()> {
    let group = format!("-{}", child.id());
    for signal in ["-INT", "-KILL"] {
        let _ = process::read(Command::new("kill").args([signal, "--", &group]));
        let start = Instant::now();
        while start.elapsed() < END && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            thread::sleep(LOOK);
        }
    }
    let _ = child.kill();
    child.wait().context("cannot wait for cargo xtask lab")?;
    Ok(())
}

/// The CPU seconds of all processes that we have started and that have ended, and of theirs; where the system tells.
fn cpu_of_children() -> Option<f64> {
    /// On every Linux that there is.
    const TICKS_A_SECOND: f64 = 100.0;
    let status = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = status.rsplit_once(") ")?.1.split(' ').collect();
    let ticks: Option<u32> = [fields.get(13)?, fields.get(14)?].iter().map(|field| field.parse::<u32>().ok()).sum();
    Some(f64::from(ticks?) / TICKS_A_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_answers_is_told_from_none() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        });
        assert!(does_answer(port));
        server.join().unwrap();
        assert!(!does_answer(port));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_work_of_children_counts_when_they_have_ended() {
        let before = cpu_of_children().unwrap();
        let busy = "i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done";
        process::read(Command::new("sh").args(["-c", busy])).unwrap();
        assert!(cpu_of_children().unwrap() > before);
    }
}
