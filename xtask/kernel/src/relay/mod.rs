//! Stands between Jupyter and evcxr_jupyter, and makes of it a kernel that tells the truth and forgets nothing.
//!
//! ```text
//! Jupyter ── shell, control, stdin, iopub, heartbeat ── relay ── shell, control, stdin, iopub ── evcxr_jupyter
//!                                                         │
//!              cell.request.json, interrupt   ────────────┤        read by our cargo and by the cell's libraries
//!              cell.report.json               ────────────┤        written by our cargo
//!              records among a cell's output  ────────────┘        written by the cell ([`records`])
//! ```
//!
//! Whatever is not named here is passed on as it is. Changed are: the answer to a cell (an error is one), its number, its
//! `()`, errors of the compiler (one message), what is queued behind a failure, ■, and all that evcxr leaves unanswered.

mod answers;
mod behind;
mod connection;
mod failure;
mod memory;
mod message;
mod outputs;
mod records;
mod running;
mod sockets;

use crate::assist::Assist;
use crate::progress::{self, SetUp};
use anyhow::{Context, Result};
use behind::Behind;
use connection::Connection;
use memory::Memory;
use message::Message;
use running::Running;
use serde_json::{Value, json};
use sockets::{Back, Event, Front, Tick};
use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::spawn_local;
use tokio::time::sleep;

pub use behind::Start;
pub use running::{Report, Request, ask_to_stop, interrupt_file, is_to_stop};

/// The session of requests that nobody but us made.
const OURS: &str = "nn-kernel";
/// How often evcxr is asked whether it is there.
const ASK: Duration = Duration::from_millis(100);
/// How often to look how far the set-up is.
const LOOK: Duration = Duration::from_millis(500);
/// How long output waits for more.
const GATHER: Duration = Duration::from_millis(10);
/// The same, where it goes above something that is shown, which is then sent again.
const GATHER_ABOVE: Duration = Duration::from_millis(200);
/// How long a cell has to listen to ■ before a line says that it does not.
const LISTEN: Duration = Duration::from_secs(1);
/// How long the last output of a cell may be on its way.
const ON_ITS_WAY: Duration = Duration::from_secs(2);
/// What evcxr says, and stops reading, where a cell wrote bytes to stdout that are no text.
const NO_TEXT: &str = "stream did not contain valid UTF-8";

/// Runs evcxr for Jupyter until either ends.
///
/// Jupyter is answered at once, evcxr started when the set-up of `lab` is over: `make` gives its command for the connection
/// file that it is given.
///
/// # Errors
/// If Jupyter's file cannot be read, or its ports cannot be opened.
pub fn run(connection_file: &Path, lab: &Path, make: impl FnOnce(&Path) -> Result<Start> + 'static) -> Result<()> {
    serve(connection_file, lab, Ok(Box::new(make)))
}

/// Is a kernel in which every cell fails and says `why`.
///
/// # Errors
/// As those of [`run`].
pub fn refuse(connection_file: &Path, lab: &Path, why: String) -> Result<()> {
    serve(connection_file, lab, Err(why))
}

fn serve(connection_file: &Path, lab: &Path, make: Result<Make, String>) -> Result<()> {
    let connection = Connection::read(connection_file)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start the tasks of the kernel")?;
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async {
        let (events, mut waiting) = unbounded_channel();
        let front = sockets::front(&connection, &events).await?;
        let mut relay = Relay::new(front, events, lab, make);
        relay.work(&mut waiting).await;
        if let Some(behind) = relay.behind.take() {
            behind.end().await;
        }
        // The last answers are still being written.
        sleep(Duration::from_millis(100)).await;
        Ok(())
    })
}

type Make = Box<dyn FnOnce(&Path) -> Result<Start>>;

/// What a cell that waits shows.
struct Notice {
    /// Its request.
    cell: String,
    line: String,
}

struct Relay {
    front: Front,
    events: UnboundedSender<Event>,
    /// Where the set-up installs, and says how far it is.
    lab: PathBuf,
    /// Starts evcxr, once; or why there is none.
    make: Result<Make, String>,
    behind: Option<Behind>,
    /// What a cell that waits for the set-up shows.
    notice: Option<Notice>,
    /// Where cells are compiled, and where we and our cargo leave each other word.
    folder: Option<PathBuf>,
    /// Whether evcxr has answered once.
    is_ready: bool,
    /// Requests for evcxr, one at a time.
    queue: VecDeque<Message>,
    running: Option<Running>,
    /// Of a request that was passed on, who asked.
    asked: HashMap<String, Vec<bytes::Bytes>>,
    /// How many requests to execute there have been; unlike their numbers in the notebook, never the same twice.
    requests: u64,
    number: u64,
    memory: Memory,
    /// Output that waits for more: its name, its text, and the request that it belongs to.
    gathered: Option<(String, String, Value)>,
    backtrace: bool,
    assist: Assist,
}

impl Relay {
    fn new(front: Front, events: UnboundedSender<Event>, lab: &Path, make: Result<Make, String>) -> Relay {
        Relay {
            front,
            events,
            lab: lab.to_owned(),
            make,
            behind: None,
            notice: None,
            folder: None,
            is_ready: false,
            queue: VecDeque::new(),
            running: None,
            asked: HashMap::new(),
            requests: 0,
            number: 0,
            memory: Memory::default(),
            gathered: None,
            backtrace: false,
            assist: Assist::default(),
        }
    }

    /// Acts on what arrives, until Jupyter wants the kernel to end or evcxr ends.
    async fn work(&mut self, waiting: &mut UnboundedReceiver<Event>) {
        self.publish_status(&start(), "starting");
        self.wait_for_set_up();
        while let Some(event) = waiting.recv().await {
            match event {
                Event::Shell(request) => {
                    if self.serve(request, false) {
                        return;
                    }
                }
                Event::Control(request) => {
                    if self.serve(request, true) {
                        return;
                    }
                }
                Event::Stdin(answer) => self.to_evcxr(|back| &back.stdin, answer),
                Event::EvcxrShell(reply) => self.take_reply(reply),
                Event::EvcxrIopub(message) => self.take_output(message),
                Event::EvcxrStdin(question) => self.ask_person(question),
                Event::EvcxrEnded(status) => {
                    self.evcxr_ended(&status);
                    return;
                }
                Event::Tick(tick) => self.look(tick),
            }
        }
    }

    fn later(&self, time: Duration, tick: Tick) {
        let events = self.events.clone();
        spawn_local(async move {
            sleep(time).await;
            let _ = events.send(Event::Tick(tick));
        });
    }

    fn look(&mut self, tick: Tick) {
        match tick {
            Tick::SetUp => self.wait_for_set_up(),
            Tick::Ready if !self.is_ready => self.ask_whether_ready(),
            Tick::Ready => {}
            Tick::Flush => self.flush(),
            Tick::Late(request) => {
                if let Some(running) = self.running.as_mut().filter(|running| running.request_number == request) {
                    running.expects_end = Some(false);
                    self.settle();
                }
            }
            Tick::Interrupted(request) => {
                let is_deaf = self.running.as_ref().is_some_and(|running| running.request_number == request);
                if is_deaf {
                    self.warn("This cell does not listen to ■. Press it again to end its process; its variables are then gone.\n");
                }
            }
        }
    }

    /// Sends `message` without whom it came from.
    fn to_evcxr(&self, socket: impl FnOnce(&Back) -> &sockets::To, mut message: Message) {
        if let Some(behind) = &self.behind {
            message.identities.clear();
            let _ = socket(&behind.back).send(message);
        }
    }

    fn wait_for_set_up(&mut self) {
        self.start_evcxr();
        if self.behind.is_none() {
            self.later(LOOK, Tick::SetUp);
        }
    }

    /// Starts evcxr if the set-up is over; else shows how far that is.
    fn start_evcxr(&mut self) {
        if self.behind.is_some() {
            return;
        }
        match progress::read(&self.lab) {
            SetUp::Running(line) => self.show_progress(&line),
            SetUp::Failed(why) => self.refuse(&format!("the set-up failed: {why}")),
            SetUp::Over => {
                let make = std::mem::replace(&mut self.make, Err(String::new()));
                let started = make.and_then(|make| {
                    let started = Behind::start(&self.lab.join("kernel"), make, &self.events);
                    started.map_err(|error| format!("{error:#}"))
                });
                match started {
                    Ok(behind) => {
                        self.folder.clone_from(&behind.folder);
                        self.behind = Some(behind);
                        self.ask_whether_ready();
                    }
                    Err(why) => {
                        self.refuse(&why);
                        self.make = Err(why);
                    }
                }
            }
        }
    }

    /// Shows in the first waiting cell how far the set-up is.
    fn show_progress(&mut self, line: &str) {
        let Some(cell) = self.queue.iter().find(|request| request.kind() == "execute_request").cloned() else { return };
        if self.notice.as_ref().is_none_or(|notice| notice.cell != cell.id()) {
            self.announce(&cell, self.number + 1);
            self.notice = Some(Notice { cell: cell.id().to_owned(), line: String::new() });
        }
        let Some(notice) = self.notice.as_mut().filter(|notice| notice.line != line) else { return };
        let kind = if notice.line.is_empty() { "display_data" } else { "update_display_data" };
        line.clone_into(&mut notice.line);
        let text = format!("Still being built: {line}. This cell runs as soon as that is done.");
        let content = json!({
            "data": { "text/plain": text },
            "metadata": {},
            "transient": { "display_id": format!("set-up-{}", cell.id()) },
        });
        self.publish(&cell, kind, content);
    }

    /// Fails what waits: there is no evcxr, and nobody makes one.
    fn refuse(&mut self, why: &str) {
        for request in std::mem::take(&mut self.queue).into_iter().filter(|request| request.kind() == "execute_request")
        {
            let mut failure = failure::Failure::new("KernelNotReady", why.to_owned());
            if !why.contains("cargo xtask") {
                failure.remark("Run `cargo xtask lab` again, and then restart this kernel.".to_owned());
            }
            if self.notice.as_ref().is_none_or(|notice| notice.cell != request.id()) {
                self.announce(&request, self.number + 1);
            }
            let running = Running::cell(request, self.requests, self.number, false, false);
            self.reply_to_cell(&running, Some(&failure));
        }
    }

    /// That this cell has begun.
    fn announce(&self, request: &Message, number: u64) {
        self.publish_status(request, "busy");
        let content = json!({ "code": request.code(), "execution_count": number });
        self.publish(request, "execute_input", content);
    }

    fn ask_whether_ready(&mut self) {
        let mut question = start();
        question.header["msg_type"] = "kernel_info_request".into();
        self.to_evcxr(|back| &back.shell, question);
        self.later(ASK, Tick::Ready);
    }

    /// Serves a request of a client's; true if the kernel is to end.
    fn serve(&mut self, request: Message, on_control: bool) -> bool {
        match request.kind() {
            "execute_request" => {
                self.queue.push_back(request);
                if self.behind.is_none() {
                    self.start_evcxr();
                }
                self.next();
            }
            "complete_request" | "inspect_request" if self.is_busy() => {
                let content = if request.kind() == "complete_request" {
                    self.assist.remembered(request.code(), answers::cursor(&request), self.memory.variables())
                } else {
                    answers::not_found()
                };
                self.answer(&request, on_control, content);
            }
            "complete_request" | "inspect_request" => {
                self.queue.push_back(request);
                self.next();
            }
            "kernel_info_request" => self.answer(&request, on_control, answers::kernel_info()),
            "is_complete_request" => self.answer(&request, on_control, answers::is_complete(request.code())),
            "history_request" => {
                let history = answers::history(&request.content, self.memory.cells());
                self.answer(&request, on_control, history);
            }
            "comm_info_request" => self.answer(&request, on_control, json!({ "status": "ok", "comms": {} })),
            "connect_request" => self.answer(&request, on_control, json!({ "status": "ok" })),
            "interrupt_request" => {
                self.interrupt();
                self.answer(&request, on_control, json!({ "status": "ok" }));
            }
            "shutdown_request" => {
                self.flush();
                let restart = request.content["restart"].as_bool().unwrap_or(false);
                self.end_cell_process();
                self.answer(&request, on_control, json!({ "status": "ok", "restart": restart }));
                return true;
            }
            _ => {
                self.asked.insert(request.id().to_owned(), request.identities.clone());
                self.to_evcxr(|back| &back.shell, request);
            }
        }
        false
    }

    /// Whether evcxr can be asked nothing for a while.
    fn is_busy(&self) -> bool {
        !self.is_ready || self.running.as_ref().is_some_and(|running| running.is_cell)
    }

    /// Answers a request that evcxr has nothing to do with.
    fn answer(&self, request: &Message, on_control: bool, content: Value) {
        self.publish_status(request, "busy");
        let to = if on_control { &self.front.control } else { &self.front.shell };
        let _ = to.send(request.reply(content));
        self.publish_status(request, "idle");
    }

    fn publish(&self, request: &Message, kind: &str, content: Value) {
        let _ = self.front.iopub.send(request.about(kind, content));
    }

    fn publish_status(&self, request: &Message, state: &str) {
        self.publish(request, "status", json!({ "execution_state": state }));
    }

    /// Says something on stderr, below the running cell.
    fn warn(&mut self, text: &str) {
        let Some(parent) = self.running.as_ref().map(|running| running.request.header.clone()) else { return };
        self.gather("stderr", text, &parent);
        self.flush();
    }

    /// Gives evcxr the next request, if it has none.
    fn next(&mut self) {
        while self.is_ready && self.running.is_none() {
            let Some(request) = self.queue.pop_front() else { return };
            self.requests += 1;
            if request.kind() != "execute_request" {
                let asked = answers::for_evcxr(&request);
                self.running = Some(Running::question(request, self.requests));
                self.to_evcxr(|back| &back.shell, asked);
                return;
            }
            self.execute(request);
        }
    }

    fn execute(&mut self, request: Message) {
        let is_silent = request.content["silent"].as_bool().unwrap_or(false);
        let is_stored = !is_silent && request.content["store_history"].as_bool().unwrap_or(true);
        let is_ours = request.header["session"] == OURS;
        if is_stored && !is_ours && !request.code().trim().is_empty() {
            self.number += 1;
        }
        self.backtrace = running::wants_backtrace(request.code()).unwrap_or(self.backtrace);
        let running = Running::cell(request, self.requests, self.number, is_silent, is_ours);
        if self.notice.take_if(|notice| notice.cell == running.request.id()).is_some() {
            self.publish(&running.request, "clear_output", json!({ "wait": false }));
        } else if is_silent && !is_ours {
            self.publish_status(&running.request, "busy");
        } else if !is_ours {
            self.announce(&running.request, self.number);
        }
        let is_empty = running.request.code().trim().is_empty();
        if let Some(folder) = &self.folder {
            running.leave_word(folder, self.backtrace);
        }
        let passed = running.request.clone();
        self.running = Some(running);
        if is_empty {
            self.finish();
            return;
        }
        self.to_evcxr(|back| &back.shell, passed);
    }

    fn take_reply(&mut self, mut reply: Message) {
        if reply.parent["session"] == OURS && reply.kind() == "kernel_info_reply" {
            self.is_ready = true;
            self.next();
            return;
        }
        if let Some(running) = self.running.as_mut().filter(|running| running.request.id() == reply.parent_id()) {
            running.reply = Some(reply);
            self.settle();
        } else if let Some(identities) = self.asked.remove(reply.parent_id()) {
            reply.identities = identities;
            let _ = self.front.shell.send(reply);
        }
    }

    /// What evcxr makes public: most of it goes on, some of it is kept for the end of the cell, some of it is ours.
    fn take_output(&mut self, message: Message) {
        if message.parent["session"] == OURS && !self.is_running(&message) {
            return;
        }
        if message.kind() == "stream" {
            self.take_stream(&message);
            return;
        }
        let Some(running) = self.running.as_mut().filter(|running| running.request.id() == message.parent_id()) else {
            self.flush();
            let _ = self.front.iopub.send(message);
            return;
        };
        match message.kind() {
            "status" => {
                if message.content["execution_state"] == "idle" {
                    running.is_idle = true;
                    self.settle();
                } else if !running.is_cell && !running.is_asked_again {
                    let _ = self.front.iopub.send(message);
                }
            }
            "execute_input" => {}
            "error" => running.errors.push(message.content),
            "execute_result" => running.results.push(message.content),
            _ => {
                self.flush();
                let _ = self.front.iopub.send(message);
            }
        }
    }

    fn is_running(&self, message: &Message) -> bool {
        self.running.as_ref().is_some_and(|running| running.request.id() == message.parent_id())
    }

    fn take_stream(&mut self, message: &Message) {
        let name = message.content["name"].as_str().unwrap_or("stdout").to_owned();
        for part in records::parts(message.content["text"].as_str().unwrap_or("")) {
            match part {
                records::Part::Text(text) => self.gather(&name, text, &message.parent),
                records::Part::Record(record) => self.take_record(&name, &record, message),
            }
        }
    }

    fn take_record(&mut self, stream: &str, record: &Value, message: &Message) {
        if record["end"] == true {
            if let Some(running) = &mut self.running {
                running.ends.insert(record["of"].as_str().unwrap_or(stream).to_owned());
                self.settle();
            }
        } else if record["error"].is_object() {
            if let Some(running) = &mut self.running {
                running.record = Some(record["error"].clone());
            }
        } else {
            self.flush();
            let parent = Message { header: message.parent.clone(), ..message.clone() };
            let running = self.running.as_mut().filter(|running| running.request.header == parent.header);
            if let Some(running) = running {
                running.outputs.note(record);
            }
            if let Some(wait) = record["clear"]["wait"].as_bool() {
                self.publish(&parent, "clear_output", json!({ "wait": wait }));
            }
            for (field, kind) in [("display", "display_data"), ("update", "update_display_data")] {
                if let Some(shown) = record.get(field) {
                    self.publish(&parent, kind, outputs::content(shown));
                }
            }
        }
    }

    /// Keeps output for a moment, so that a flood of lines is a few messages.
    fn gather(&mut self, name: &str, text: &str, parent: &Value) {
        if let Some((known, gathered, of)) = &mut self.gathered
            && known == name
            && of == parent
            && gathered.len() < 1 << 16
        {
            gathered.push_str(text);
            return;
        }
        self.flush();
        self.gathered = Some((name.to_owned(), text.to_owned(), parent.clone()));
        let is_below = self.running.as_ref().is_some_and(|running| running.outputs.has_below());
        self.later(if is_below { GATHER_ABOVE } else { GATHER }, Tick::Flush);
    }

    fn flush(&mut self) {
        let Some((name, text, parent)) = self.gathered.take() else { return };
        let mut parent_message = start();
        parent_message.header = parent;
        let lower = self.running.as_mut().filter(|running| running.request.header == parent_message.header);
        let Some((above, below)) = lower.and_then(|running| running.outputs.print(&name, &text)) else {
            self.publish(&parent_message, "stream", json!({ "name": name, "text": text }));
            return;
        };
        // Jupyter has no message for something above what is shown already.
        self.publish(&parent_message, "clear_output", json!({ "wait": true }));
        self.publish(&parent_message, "stream", json!({ "name": name, "text": above }));
        self.publish(&parent_message, "display_data", below);
    }

    /// Passes on evcxr's question, to whom the running cell came from.
    fn ask_person(&mut self, mut question: Message) {
        self.flush();
        question.identities =
            self.running.as_ref().map(|running| running.request.identities.clone()).unwrap_or_default();
        let _ = self.front.stdin.send(question);
    }

    /// Ends the running request when evcxr has ended it and all its output is here.
    fn settle(&mut self) {
        let Some(running) = &mut self.running else { return };
        if running.reply.is_none() || !running.is_idle {
            return;
        }
        if running.is_cell && running.expects_end.is_none() {
            running.report = self.folder.as_deref().and_then(|folder| Report::read(folder, running.request.id()));
            let has_run = running.errors.is_empty() && running.report.as_ref().is_some_and(|report| report.has_run);
            running.expects_end = Some(has_run);
            if has_run {
                let request = running.request_number;
                self.later(ON_ITS_WAY, Tick::Late(request));
            }
        }
        let Some(running) = &self.running else { return };
        if running.expects_end == Some(true) && running.ends.len() < 2 {
            return;
        }
        self.finish();
    }

    /// Tells everybody how the running request ended, and goes on to the next.
    fn finish(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        if !running.is_cell {
            self.finish_question(running);
            return;
        }
        self.flush();
        let cell = running.as_cell(running.number);
        let mut failure = self.failure(&running, &cell);
        for result in std::mem::take(&mut running.results) {
            if let Some(content) =
                running::shown(result, running.number).filter(|_| !running.is_silent && !running.is_ours)
            {
                self.publish(&running.request, "execute_result", content);
            }
        }
        if let Some(failure) = &mut failure {
            let remarks = self.memory.moved_by(&cell);
            remarks.into_iter().for_each(|remark| failure.remark(remark));
        }
        let is_ours = running.is_ours;
        if !is_ours {
            if !cell.code.trim().is_empty() {
                self.memory.note(memory::Cell { failed: failure.is_some(), ..cell });
            }
            self.reply_to_cell(&running, failure.as_ref());
        }
        if failure.is_some() && !is_ours {
            if running.request.content["stop_on_error"].as_bool().unwrap_or(true) {
                self.abort_queue();
            }
            if let Some(code) = running.report.as_ref().and_then(Report::code_that_restores) {
                self.queue.push_front(running::our_cell(&code));
            }
        }
        self.next();
    }

    fn finish_question(&mut self, mut running: Running) {
        let Some(mut reply) = running.reply.take() else { return self.next() };
        if !running.is_asked_again
            && let Some(other) = answers::instead(&running.request, &reply)
        {
            (running.is_asked_again, running.is_idle) = (true, false);
            self.running = Some(running);
            self.to_evcxr(|back| &back.shell, other);
            return;
        }
        if running.request.kind() == "complete_request" {
            let cursor = answers::cursor(&running.request);
            self.assist.better(self.folder.as_deref(), running.request.code(), cursor, &mut reply.content);
        } else {
            answers::name_markdown(&mut reply.content);
        }
        reply.identities = running.request.identities.clone();
        let _ = self.front.shell.send(reply);
        self.publish_status(&running.request, "idle");
        self.next();
    }

    fn reply_to_cell(&self, running: &Running, failure: Option<&failure::Failure>) {
        let content = if let Some(failure) = failure {
            if !running.is_silent {
                self.publish(&running.request, "error", failure.content());
            }
            let mut content = failure.content();
            content["status"] = "error".into();
            content["execution_count"] = running.number.into();
            content
        } else {
            json!({
                "status": "ok",
                "execution_count": running.number,
                "payload": [],
                "user_expressions": answers::user_expressions(&running.request.content),
            })
        };
        let _ = self.front.shell.send(running.request.reply(content));
        self.publish_status(&running.request, "idle");
    }

    /// How the running cell failed, if it did.
    fn failure(&mut self, running: &Running, cell: &memory::Cell) -> Option<failure::Failure> {
        use failure::Failure;
        if let Some(record) = &running.record {
            let source =
                self.folder.as_ref().and_then(|folder| std::fs::read_to_string(folder.join("src/lib.rs")).ok());
            let mut cells: Vec<memory::Cell> = self.memory.cells().to_vec();
            cells.push(cell.clone());
            return Some(Failure::from_record(record, &source.unwrap_or_default(), &cells));
        }
        let first = running.errors.first()?;
        let message = first["evalue"].as_str().unwrap_or("");
        if let Some((output, status)) = message.split_once("Subprocess terminated with status: ") {
            let why =
                if running.presses > 1 { "ended by the second ■".to_owned() } else { running::explained(status) };
            let mut failure = Failure::new("KernelProcessDied", format!("the process of the cells ended: {why}"));
            if !output.trim().is_empty() {
                failure.remark(output.trim_end().to_owned());
            }
            if let Some(gone) = self.memory.lose_all() {
                failure.remark(gone);
            }
            return Some(failure);
        }
        if message.contains(NO_TEXT) {
            return Some(self.begin_anew());
        }
        if running.report.as_ref().is_some_and(|report| report.interrupted) {
            return Some(Failure::new("Interrupted", "stopped while it was compiled: nothing of it ran".to_owned()));
        }
        let mut failure = Failure::from_compiler(&running.errors, running.number);
        for name in running::missing_names(&running.errors) {
            if let Some(why) = self.memory.why_gone(&name) {
                failure.remark(why);
            }
        }
        for remark in running::advice(running.request.code(), &running.errors) {
            failure.remark(remark);
        }
        Some(failure)
    }

    /// Ends the cells' process, for evcxr takes the end of the cell that wrote no text for the end of the next one, and so on.
    fn begin_anew(&mut self) -> failure::Failure {
        self.end_cell_process();
        // evcxr notices that its process has ended when it is to run something.
        self.queue.push_front(running::our_cell("drop(0);"));
        let mut failure = failure::Failure::new(
            "KernelProcessDied",
            "the cell wrote bytes to stdout that are no text (UTF-8), so its process had to be ended".to_owned(),
        );
        if let Some(gone) = self.memory.lose_all() {
            failure.remark(gone);
        }
        failure
    }

    /// Says of the cells that wait that they do not run. They have no number: JupyterLab would show one as if they had run.
    fn abort_queue(&mut self) {
        for request in std::mem::take(&mut self.queue) {
            if request.kind() == "execute_request" && request.header["session"] != OURS {
                self.answer(&request, false, json!({ "status": "aborted" }));
            } else {
                self.queue.push_back(request);
            }
        }
    }

    /// The first ■ asks the cell to stop, and our cargo to end a compiler; the second ends the cell's process.
    fn interrupt(&mut self) {
        self.abort_queue();
        // A cell of ours gives back variables, and takes no time worth stopping.
        let Some(running) = self.running.as_mut().filter(|running| running.is_cell && !running.is_ours) else { return };
        running.presses += 1;
        let (presses, request) = (running.presses, running.request_number);
        if let Some(folder) = &self.folder {
            running::ask_to_stop(folder);
        }
        if presses > 1 {
            self.end_cell_process();
        } else {
            self.later(LISTEN, Tick::Interrupted(request));
        }
    }

    /// evcxr ends the process that runs cells, and starts another.
    fn end_cell_process(&self) {
        let mut request = start();
        request.header["msg_type"] = "interrupt_request".into();
        self.to_evcxr(|back| &back.control, request);
    }

    fn evcxr_ended(&mut self, status: &str) {
        self.flush();
        if let Some(running) = self.running.take().filter(|running| running.is_cell && !running.is_ours) {
            let mut failure =
                failure::Failure::new("KernelProcessDied", format!("the Rust kernel itself ended: {status}"));
            if let Some(gone) = self.memory.lose_all() {
                failure.remark(gone);
            }
            self.reply_to_cell(&running, Some(&failure));
        }
        self.abort_queue();
        eprintln!("Rust kernel: evcxr_jupyter ended: {status}");
    }
}

/// A request that nobody but us made, its kind still open.
fn start() -> Message {
    let nobody = Message {
        identities: Vec::new(),
        header: json!({ "session": OURS }),
        parent: json!({}),
        metadata: json!({}),
        content: json!({}),
        buffers: Vec::new(),
    };
    Message { parent: json!({}), ..nobody.about("status", json!({})) }
}
