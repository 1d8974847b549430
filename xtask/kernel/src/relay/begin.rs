//! How a relay begins: for Jupyter, as one in which nothing runs, or as one in waiting.

use super::connection::Connection;
use super::sockets::{self, Front};
use super::waiting::{MakeAnother, Waiting};
use super::{Relay, Start};
use crate::waiting::{Place, Plan};
use anyhow::{Context, Result};
use std::path::Path;
use tokio::sync::mpsc::unbounded_channel;

/// Runs evcxr for Jupyter until either ends.
///
/// Jupyter is answered at once, evcxr started when the set-up of `lab` is over: `make` gives its command for the connection
/// file that it is given. `another` makes a kernel in waiting.
///
/// # Errors
/// If Jupyter's file cannot be read, or its ports cannot be opened.
pub fn run(connection_file: &Path, lab: &Path, make: Make, another: MakeAnother) -> Result<()> {
    serve(connection_file, lab, Ok(make), Some(another))
}

/// Is a kernel in waiting, at its `place`, until somebody takes it over, and then theirs.
///
/// # Errors
/// If nobody could reach it.
pub fn wait(place: Place, plan: Plan, lab: &Path, make: Make, another: MakeAnother) -> Result<()> {
    run_tasks(async {
        let (events, mut arriving) = unbounded_channel();
        let waiting = Waiting::listen(place, plan, &events).await?;
        let mut relay = Relay::new(Front::nowhere(), events, lab, Ok(make));
        relay.another = Some(another);
        relay.prepare(waiting);
        relay.live(&mut arriving).await;
        Ok(())
    })
}

/// Is a kernel in which every cell fails and says `why`.
///
/// # Errors
/// As those of [`run`].
pub fn refuse(connection_file: &Path, lab: &Path, why: String) -> Result<()> {
    serve(connection_file, lab, Err(why), None)
}

fn serve(connection_file: &Path, lab: &Path, make: Result<Make, String>, another: Option<MakeAnother>) -> Result<()> {
    let connection = Connection::read(connection_file)?;
    run_tasks(async {
        let (events, mut arriving) = unbounded_channel();
        let front = sockets::front(&connection, &events).await?;
        let mut relay = Relay::new(front, events, lab, make);
        relay.another = another;
        relay.live(&mut arriving).await;
        Ok(())
    })
}

fn run_tasks(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start the tasks of the kernel")?;
    tokio::task::LocalSet::new().block_on(&runtime, work)
}

/// Gives evcxr's command for the connection file that it is given.
pub type Make = Box<dyn Fn(&Path) -> Result<Start>>;
