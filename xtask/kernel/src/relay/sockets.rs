//! The sockets on both sides, each with a task that reads and one that writes; everything that arrives is an [`Event`].

use super::connection::{Connection, Port};
use super::message::{Key, Message};
use super::waiting::Offer;
use anyhow::{Context, Result};
use std::io::ErrorKind;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};
use zeromq::util::PeerIdentity;
use zeromq::{
    DealerSocket, PubSocket, RepSocket, RouterSocket, Socket, SocketOptions, SocketRecv, SocketSend, SubSocket,
    ZmqError,
};

/// What the relay acts on.
pub enum Event {
    /// A request of a client's.
    Shell(Message),
    /// A request that does not wait.
    Control(Message),
    /// A person's answer.
    Stdin(Message),
    /// An answer of evcxr's.
    EvcxrShell(Message),
    /// What evcxr makes public.
    EvcxrIopub(Message),
    /// A question of evcxr's to the person.
    EvcxrStdin(Message),
    /// evcxr's process ended, as its status says.
    EvcxrEnded(String),
    /// A line that evcxr wrote to its log.
    EvcxrLog(String),
    /// Somebody wants something of a kernel in waiting, and waits for the answer.
    Wanted(Offer, TcpStream),
    /// The launcher that took it over has ended.
    LauncherEnded,
    /// It is time to look again.
    Tick(Tick),
}

/// What there is to look at.
pub enum Tick {
    /// Whether the set-up is over.
    SetUp,
    /// Whether evcxr answers yet.
    Ready,
    /// Output that waits for more of its kind.
    Flush,
    /// Whether the cell with this number of requests before it has ended.
    Late(u64),
    /// Whether that cell has listened to ■.
    Interrupted(u64),
    /// Whether the kernel rests since that many requests.
    Rest(u64),
    /// Whether Jupyter lives.
    Owner,
}

/// Where things are sent.
pub type To = UnboundedSender<Message>;

/// Jupyter's side.
pub struct Front {
    /// Replies.
    pub shell: To,
    /// Replies that do not wait.
    pub control: To,
    /// Questions.
    pub stdin: To,
    /// For everybody.
    pub iopub: To,
}

/// evcxr's side.
pub struct Back {
    /// Requests.
    pub shell: To,
    /// Requests that do not wait.
    pub control: To,
    /// Answers.
    pub stdin: To,
}

/// A client that does not read is left behind after so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// So long may a relay before us need to end.
const OTHERS_END: Duration = Duration::from_secs(5);
/// A socket that fails so often one time after another is left.
const MOST_FAILURES: u32 = 100;
/// The name under which evcxr knows us.
const NAME: &str = "nn-kernel";

/// Opens the sockets that Jupyter's file names.
pub async fn front(connection: &Connection, events: &UnboundedSender<Event>) -> Result<Front> {
    let mut heartbeat = RepSocket::new();
    bind(&mut heartbeat, connection, Port::Heartbeat).await?;
    spawn_local(async move {
        let mut failures = 0;
        while failures < MOST_FAILURES {
            match heartbeat.recv().await {
                Ok(beat) => {
                    failures = 0;
                    let _ = heartbeat.send(beat).await;
                }
                Err(_) => failed(&mut failures).await,
            }
        }
    });
    let mut public = PubSocket::new();
    bind(&mut public, connection, Port::Iopub).await?;
    Ok(Front {
        shell: router(connection, Port::Shell, events.clone(), Event::Shell).await?,
        control: router(connection, Port::Control, events.clone(), Event::Control).await?,
        stdin: router(connection, Port::Stdin, events.clone(), Event::Stdin).await?,
        iopub: writer(public, connection.key.clone()),
    })
}

async fn bind(socket: &mut impl Socket, connection: &Connection, port: Port) -> Result<()> {
    let address = connection.address(port);
    let start = Instant::now();
    loop {
        match socket.bind(&address).await {
            Ok(_) => return Ok(()),
            // By the relay of the launcher that Jupyter has just killed, which is about to notice.
            Err(ZmqError::Network(error)) if error.kind() == ErrorKind::AddrInUse && start.elapsed() < OTHERS_END => {
                sleep(Duration::from_millis(20)).await;
            }
            Err(error) => return Err(error).with_context(|| format!("cannot listen on {address}")),
        }
    }
}

async fn router(
    connection: &Connection,
    port: Port,
    events: UnboundedSender<Event>,
    event: fn(Message) -> Event,
) -> Result<To> {
    let mut socket = RouterSocket::new();
    bind(&mut socket, connection, port).await?;
    let (sender, receiver) = socket.split();
    spawn_local(read(receiver, connection.key.clone(), events, event));
    Ok(writer(sender, connection.key.clone()))
}

/// Connects to evcxr as soon as it listens; what is sent before waits.
pub fn back(connection: &Connection, events: &UnboundedSender<Event>) -> Back {
    let (key, iopub, events) = (connection.key.clone(), connection.address(Port::Iopub), events.clone());
    let public = events.clone();
    let public_key = key.clone();
    spawn_local(async move {
        let mut socket = SubSocket::new();
        listening(&iopub).await;
        if socket.connect(&iopub).await.is_ok() && socket.subscribe("").await.is_ok() {
            read(socket, public_key, public, Event::EvcxrIopub).await;
        }
    });
    Back {
        shell: dealer(connection.address(Port::Shell), key.clone(), events.clone(), Event::EvcxrShell),
        // Its answers say nothing that we do not know.
        control: dealer(connection.address(Port::Control), key.clone(), events.clone(), |_| Event::Tick(Tick::Flush)),
        stdin: dealer(connection.address(Port::Stdin), key, events, Event::EvcxrStdin),
    }
}

fn dealer(address: String, key: Key, events: UnboundedSender<Event>, event: fn(Message) -> Event) -> To {
    let (to, waiting) = unbounded_channel();
    spawn_local(async move {
        let mut options = SocketOptions::default();
        // evcxr asks its questions of whom it got the request from.
        options.peer_identity(PeerIdentity::try_from(NAME.as_bytes()).expect("a short name is an identity"));
        let mut socket = DealerSocket::with_options(options);
        listening(&address).await;
        if socket.connect(&address).await.is_ok() {
            let (sender, receiver) = socket.split();
            spawn_local(read(receiver, key.clone(), events, event));
            write(sender, key, waiting).await;
        }
    });
    to
}

/// Returns when somebody listens at `tcp://…`.
async fn listening(address: &str) {
    let address = address.trim_start_matches("tcp://");
    while TcpStream::connect(address).await.is_err() {
        sleep(Duration::from_millis(20)).await;
    }
}

/// Passes on what is a message, and says of the rest that it was left out.
async fn read(mut socket: impl SocketRecv, key: Key, events: UnboundedSender<Event>, event: fn(Message) -> Event) {
    let mut failures = 0;
    while failures < MOST_FAILURES {
        match socket.recv().await {
            Ok(parts) => {
                failures = 0;
                match Message::read(parts, &key) {
                    Ok(message) => {
                        if events.send(event(message)).is_err() {
                            return;
                        }
                    }
                    Err(error) => eprintln!("Rust kernel: left out {error:#}"),
                }
            }
            Err(_) => failed(&mut failures).await,
        }
    }
}

/// Counts a client that went away in the middle of a message.
async fn failed(failures: &mut u32) {
    *failures += 1;
    sleep(Duration::from_millis(10)).await;
}

fn writer(socket: impl SocketSend + 'static, key: Key) -> To {
    let (to, waiting) = unbounded_channel();
    spawn_local(write(socket, key, waiting));
    to
}

async fn write(mut socket: impl SocketSend, key: Key, mut waiting: UnboundedReceiver<Message>) {
    while let Some(message) = waiting.recv().await {
        // A client that has gone does not miss its answer.
        let _ = timeout(PATIENCE, socket.send(message.to_parts(&key))).await;
    }
}
