//! The relay of a kernel in waiting ([`crate::waiting`]): it has no Jupyter yet, and the first cell behind it.

use super::connection::Connection;
use super::message::{Message, unique};
use super::running::{self, Running};
use super::sockets::{self, Event, Front, Tick};
use super::{Relay, start};
use crate::cell;
use crate::process;
use crate::variables::OWNER;
use crate::waiting::{self, Place, Plan};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::spawn_local;
use tokio::time::timeout;

/// How long a kernel rests before another is made for the next start.
const REST: Duration = Duration::from_secs(3);
/// How long somebody who asks may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often to look whether Jupyter lives, where no lock tells.
const LOOK: Duration = Duration::from_secs(5);
/// So many bytes of cells are looked at beforehand.
const WARM: usize = 50_000;

/// What is wanted of a kernel in waiting.
pub enum Offer {
    /// To say that it is there.
    Nothing,
    /// To end.
    End,
    /// To serve Jupyter, as its file says.
    Connection(PathBuf),
}

/// The first cell, which ran before anybody asked.
pub struct Prepared {
    code: String,
    /// Our request.
    request: String,
    /// Whether it passed and showed nothing; not known yet.
    pub is_fine: Option<bool>,
}

/// What makes a relay one of a kernel in waiting, until somebody takes it over.
pub struct Waiting {
    place: Place,
    plan: Plan,
    port: u16,
    key: String,
}

/// Makes a kernel in waiting for notebooks that begin with this cell, warmed by those.
pub type MakeAnother = Box<dyn Fn(&str, Vec<String>)>;

impl Waiting {
    /// Listens for whoever wants the kernel.
    pub async fn listen(place: Place, plan: Plan, events: &UnboundedSender<Event>) -> anyhow::Result<Waiting> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let waiting =
            Waiting { port: listener.local_addr()?.port(), key: format!("{}{}", unique(), unique()), place, plan };
        waiting.announce(false)?;
        let (key, events) = (waiting.key.clone(), events.clone());
        spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (key, events) = (key.clone(), events.clone());
                spawn_local(async move {
                    let mut stream = BufReader::new(stream);
                    let mut line = String::new();
                    let read = timeout(PATIENCE, stream.read_line(&mut line)).await;
                    if let Some(offer) = waiting::wanted(&line, &key).filter(|_| read.is_ok_and(|read| read.is_ok())) {
                        let _ = events.send(Event::Wanted(offer, stream.into_inner()));
                    }
                });
            }
        });
        Ok(waiting)
    }

    fn announce(&self, is_ready: bool) -> anyhow::Result<()> {
        self.place.announce(self.port, &self.key, &self.plan, is_ready)
    }
}

impl Front {
    /// Where nobody listens.
    pub fn nowhere() -> Front {
        let nowhere = || unbounded_channel().0;
        Front { shell: nowhere(), control: nowhere(), stdin: nowhere(), iopub: nowhere() }
    }
}

impl Relay {
    /// Runs the first cell, and has others looked at, before anybody runs them.
    pub(super) fn prepare(&mut self, waiting: Waiting) {
        let cell = running::our_cell(&waiting.plan.first);
        let code = waiting.plan.first.clone();
        self.prepared = Some(Prepared { code, request: cell.id().to_owned(), is_fine: None });
        self.queue.push_back(cell);
        for code in &waiting.plan.warm {
            self.queue.push_back(running::look_at(code));
        }
        self.waiting = Some(waiting);
        self.later(LOOK, Tick::Owner);
    }

    /// That our request, the first cell, has ended.
    pub(super) fn note_prepared(&mut self, request: &str, is_fine: bool) {
        if let Some(prepared) = self.prepared.as_mut().filter(|prepared| prepared.request == request) {
            prepared.is_fine = Some(is_fine);
        }
    }

    /// Says, when nothing is left to be prepared, that all is.
    pub(super) fn announce_prepared(&self) {
        let is_fine = self.prepared.as_ref().is_some_and(|prepared| prepared.is_fine == Some(true));
        if let Some(waiting) =
            self.waiting.as_ref().filter(|_| is_fine && self.queue.is_empty() && self.running.is_none())
        {
            // Who cannot read it is only not told.
            let _ = waiting.announce(true);
        }
    }

    /// Does what is wanted; false if the kernel is to end.
    pub(super) async fn take_offer(&mut self, offer: Offer, mut stream: TcpStream) -> bool {
        let file = match offer {
            Offer::Nothing => {
                let _ = stream.write_all(b"yes\n").await;
                return true;
            }
            Offer::End => {
                // So that whoever wants the place finds it free.
                self.waiting = None;
                let _ = stream.write_all(b"yes\n").await;
                return false;
            }
            Offer::Connection(file) => file,
        };
        if self.waiting.is_none() {
            // It serves somebody already.
            let _ = stream.write_all(b"no\n").await;
            return true;
        }
        self.waiting = None;
        // What was not looked at is looked at when it runs.
        self.queue.retain(|request| self.prepared.as_ref().is_some_and(|prepared| prepared.request == request.id()));
        let is_current = self.folder.as_deref().is_none_or(cell::is_current);
        if !is_current || self.prepared.as_ref().is_none_or(|prepared| prepared.is_fine == Some(false)) {
            let _ = stream.write_all(b"no\n").await;
            return false;
        }
        let front = match Connection::read(&file) {
            Ok(connection) => sockets::front(&connection, &self.events).await,
            Err(error) => Err(error),
        };
        let Ok(front) = front else { return false };
        self.front = front;
        let (launcher, lines) = unbounded_channel();
        self.launcher = Some(launcher);
        if stream.write_all(b"yes\n").await.is_err() {
            return false;
        }
        spawn_local(stay(stream, lines, self.events.clone()));
        self.publish_status(&start(), "starting");
        true
    }

    /// Whether this is the cell that has run already, as far as its code tells; an empty cell is none.
    fn is_prepared(&self, request: &Message) -> bool {
        self.prepared.as_ref().is_some_and(|prepared| prepared.code == request.code() && request.is_stored())
    }

    /// Looks at a person's cell before it is put into the queue. If it is the first, it is answered at once; if it is not the
    /// one that has run, another evcxr is made for it.
    pub(super) fn look_at_first(&mut self, request: Message) -> Option<Message> {
        let is_first = !self.queue.iter().any(|other| !other.is_ours() && other.kind() == "execute_request");
        let Some(prepared) = self.prepared.as_ref().filter(|_| is_first && !is_empty(&request)) else {
            return Some(request);
        };
        if !self.is_prepared(&request) {
            self.begin_without();
        } else if prepared.is_fine == Some(true) {
            self.requests += 1;
            return self.answer_prepared(request);
        }
        Some(request)
    }

    /// Answers a person's first cell, which has run already; gives back a request that has to be run.
    pub(super) fn answer_prepared(&mut self, request: Message) -> Option<Message> {
        if self.prepared.is_none() || request.is_ours() || is_empty(&request) {
            return Some(request);
        }
        let is_fine = self.is_prepared(&request);
        if !self.prepared.take().is_some_and(|prepared| prepared.is_fine == Some(true) && is_fine) {
            self.queue.push_front(request);
            self.begin_without();
            return None;
        }
        self.number += 1;
        self.announce(&request, self.number);
        let running = Running::cell(request, self.requests, self.number);
        self.memory.note(running.as_cell());
        self.reply_to_cell(&running, None);
        self.plan_rest();
        None
    }

    /// Puts another evcxr in the place of the one that has run what this notebook does not begin with.
    fn begin_without(&mut self) {
        self.prepared = None;
        self.queue.retain(|request| !request.is_ours());
        (self.running, self.folder, self.is_ready) = (None, None, false);
        if let Some(behind) = self.behind.take() {
            spawn_local(behind.end());
        }
        self.start_evcxr();
    }

    /// Looks, after a while, whether the kernel has rested.
    pub(super) fn plan_rest(&mut self) {
        if !std::mem::replace(&mut self.is_rest_planned, true) {
            self.later(REST, Tick::Rest(self.requests));
        }
    }

    /// A kernel that has rested since it had so many requests makes one for the next start.
    pub(super) fn look_at_rest(&mut self, requests: u64) {
        self.is_rest_planned = false;
        if self.requests != requests || self.running.is_some() || !self.queue.is_empty() {
            return self.plan_rest();
        }
        let mut cells = self.memory.cells().iter().filter(|cell| cell.is_stored());
        let Some(first) = cells.next().filter(|first| first.number == 1 && !first.failed) else { return };
        if let Some(make) = self.another.as_ref().filter(|_| waiting::is_preparable(&first.code)) {
            let passed: Vec<&str> = cells.filter(|cell| !cell.failed).map(|cell| cell.code.as_str()).collect();
            let lets = passed.iter().position(|code| has_let(code)).map_or(0, |first| first + 1);
            // The first alone, for whoever takes over early.
            make(&first.code, vec![as_one(&passed[..lets]), as_one(&passed)]);
        }
    }

    /// Whether those for whom we wait are still there, where no lock tells.
    pub(super) fn has_owner(&self) -> bool {
        self.later(LOOK, Tick::Owner);
        std::env::var_os(OWNER).is_some() || waiting::jupyter().is_some_and(process::is_alive)
    }

    /// What is for the log of the kernel: on our stderr, or on that of the launcher that asked for us.
    pub(super) fn log(&self, line: &str) {
        match &self.launcher {
            Some(launcher) => drop(launcher.send(format!("{line}\n"))),
            None => eprintln!("{line}"),
        }
    }
}

/// Passes on the log, and tells when the launcher has ended.
async fn stay(mut stream: TcpStream, mut lines: UnboundedReceiver<String>, events: UnboundedSender<Event>) {
    let (reader, mut writer) = stream.split();
    let mut reader = BufReader::new(reader);
    let mut nothing = String::new();
    loop {
        tokio::select! {
            line = lines.recv() => match line {
                Some(line) => { let _ = writer.write_all(line.as_bytes()).await; }
                None => break,
            },
            // It says nothing more.
            _ = reader.read_line(&mut nothing) => break,
        }
    }
    let _ = events.send(Event::LauncherEnded);
}

fn is_empty(request: &Message) -> bool {
    request.code().trim().is_empty()
}

/// Cells as one that rust-analyzer can read: without commands, and each with an end.
fn as_one(cells: &[&str]) -> String {
    let mut one = String::new();
    for cell in cells {
        if one.len() + cell.len() > WARM {
            break;
        }
        for line in cell.lines().filter(|line| !line.trim_start().starts_with(':')) {
            one += line;
            one.push('\n');
        }
        one += ";\n";
    }
    one
}

/// Whether a line of a cell begins with `let`.
fn has_let(code: &str) -> bool {
    code.lines().any(|line| line.starts_with("let "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_looked_at_as_one_without_commands() {
        let cells = [":opt 2\nlet a = 1;", "a.max(2)"];
        assert_eq!(as_one(&cells), "let a = 1;\n;\na.max(2)\n;\n");
        let long = "let b = 2;\n".repeat(WARM / 10);
        assert_eq!(as_one(&["let a = 1;", &long]), "let a = 1;\n;\n");
        assert!(has_let("for i in 0..9 {}\nlet a = 1;") && !has_let("println!();"));
    }
}
