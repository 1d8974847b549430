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

mod advice;
mod answers;
mod begin;
mod behind;
mod connection;
mod execute;
mod failure;
mod memory;
mod message;
mod output;
mod picture;
mod records;
mod running;
mod set_up;
mod shown;
mod sockets;
mod waiting;
mod word;

use crate::assist::Assist;
use anyhow::Result;
use behind::Behind;
use memory::Memory;
use message::Message;
use running::{Running, Stop};
use serde_json::{Value, json};
use sockets::{Back, Event, Front, Tick};
use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::spawn_local;
use tokio::time::sleep;
use waiting::{Prepared, Waiting};

pub use begin::{Make, refuse, run, wait};
pub use behind::Start;
pub use waiting::{MakeAnother, Offer};
pub use word::{Report, Request, ask_to_stop, interrupt_file, is_to_stop};

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
    /// Starts evcxr; or why there is none.
    make: Result<Make, String>,
    /// Makes a kernel in waiting.
    another: Option<MakeAnother>,
    /// What is there as long as this is one itself.
    waiting: Option<Waiting>,
    /// The first cell, if it ran before anybody asked.
    prepared: Option<Prepared>,
    is_rest_planned: bool,
    /// The launcher that asked for this kernel in waiting: what goes to its stderr.
    launcher: Option<UnboundedSender<String>>,
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
            another: None,
            waiting: None,
            prepared: None,
            is_rest_planned: false,
            launcher: None,
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

    /// Works, and ends evcxr.
    async fn live(&mut self, arriving: &mut UnboundedReceiver<Event>) {
        self.work(arriving).await;
        if let Some(behind) = self.behind.take() {
            behind.end().await;
        }
        // The last answers are still being written.
        sleep(Duration::from_millis(100)).await;
    }

    /// Acts on what arrives, until Jupyter wants the kernel to end or evcxr ends.
    async fn work(&mut self, arriving: &mut UnboundedReceiver<Event>) {
        self.publish_status(&start(), "starting");
        self.wait_for_set_up();
        while let Some(event) = arriving.recv().await {
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
                Event::Stdin(answer) => self.take_answer(answer),
                Event::EvcxrShell(reply) => self.take_reply(reply),
                Event::EvcxrIopub(message) => self.take_output(message),
                Event::EvcxrStdin(question) => self.ask_person(question),
                Event::EvcxrEnded(status) => {
                    self.evcxr_ended(&status);
                    return;
                }
                Event::EvcxrLog(line) => self.log(&line),
                Event::Wanted(offer, stream) => {
                    if !self.take_offer(offer, stream).await {
                        return;
                    }
                }
                // As if we had been killed in its place: the next kernel wants our ports, and the guard does the rest.
                Event::LauncherEnded => std::process::exit(0),
                Event::Tick(Tick::Owner) => {
                    if self.waiting.is_some() && !self.has_owner() {
                        return;
                    }
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
            Tick::Ready | Tick::Owner => {}
            Tick::Rest(requests) => self.look_at_rest(requests),
            Tick::Flush => self.flush(),
            Tick::Late(request) => {
                if let Some(running) = self.running.as_mut().filter(|running| running.request_number == request) {
                    running.expects_end = Some(false);
                    self.settle();
                }
            }
            Tick::Interrupted(request) => {
                let asked = self.running.as_mut().filter(|running| running.request_number == request);
                if let Some(running) = asked.filter(|running| running.stop == Stop::Asked) {
                    running.stop = Stop::Unheard;
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

    /// That this cell has begun.
    fn announce(&self, request: &Message, number: u64) {
        self.publish_status(request, "busy");
        let content = json!({ "code": request.code(), "execution_count": number });
        self.publish(request, "execute_input", content);
    }

    /// Serves a request of a client's; true if the kernel is to end.
    fn serve(&mut self, request: Message, on_control: bool) -> bool {
        match request.kind() {
            "execute_request" => {
                if let Some(request) = self.look_at_first(request) {
                    self.queue.push_back(request);
                }
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
        // As long as the first cell has not run for the person, nothing of it is to be seen.
        !self.is_ready || self.prepared.is_some() || self.running.as_ref().is_some_and(|running| running.is_cell)
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

    /// Passes on evcxr's question, to whom the running cell came from.
    fn ask_person(&mut self, mut question: Message) {
        self.flush();
        let Some(running) = &mut self.running else { return };
        running.asks = true;
        question.identities.clone_from(&running.request.identities);
        let _ = self.front.stdin.send(question);
    }

    /// Passes on the person's answer; one that nobody waits for would answer the next question.
    fn take_answer(&mut self, answer: Message) {
        let running = self.running.as_mut().filter(|running| running.asks);
        if running.is_some_and(|running| std::mem::replace(&mut running.asks, false)) {
            self.to_evcxr(|back| &back.stdin, answer);
        }
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
