//! evcxr behind the relay: its process, its guard, its sockets.

use super::connection::Connection;
use super::message;
use super::sockets::{self, Back, Event};
use crate::{guard, process};
use anyhow::{Context, Result};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_local};

/// How to start evcxr.
pub struct Start {
    /// Its command.
    pub command: Command,
    /// Where its cells are compiled, if we chose that.
    pub folder: Option<PathBuf>,
}

/// evcxr at work.
pub struct Behind {
    /// Its sockets.
    pub back: Back,
    /// Where its cells are compiled.
    pub folder: Option<PathBuf>,
    control_file: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    waiter: JoinHandle<()>,
    /// Stands for us, as long as we live.
    _guarded: Option<File>,
    /// Keeps its ports.
    _connection: Connection,
}

impl Behind {
    /// Starts evcxr with a connection of ours, whose file lies in `kernels` until evcxr has read it.
    pub fn start(
        kernels: &Path,
        make: impl FnOnce(&Path) -> Result<Start>,
        events: &UnboundedSender<Event>,
    ) -> Result<Behind> {
        let control_file = kernels.join(format!("evcxr-{}.json", message::unique()));
        let connection = Connection::for_evcxr(&control_file)?;
        let started = make(&control_file).and_then(|Start { command, folder }| {
            let child = tokio::process::Command::from(command).spawn().context("cannot start evcxr_jupyter")?;
            Ok((child, folder))
        });
        let (mut child, folder) = match started {
            Ok(started) => started,
            Err(error) => {
                let _ = std::fs::remove_file(&control_file);
                return Err(error);
            }
        };
        if let Some(log) = child.stderr.take() {
            let events = events.clone();
            spawn_local(async move {
                let mut lines = BufReader::new(log).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    let _ = events.send(Event::EvcxrLog(line));
                }
            });
        }
        let guarded = match (&folder, child.id()) {
            (Some(folder), Some(process)) => Some(guard::spawn(process, folder)?),
            _ => None,
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = events.clone();
        let waiter = spawn_local(async move {
            tokio::select! {
                status = child.wait() => {
                    let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                    let _ = ended.send(Event::EvcxrEnded(status));
                }
                _ = stopped => {
                    // With the process of its cells, which would work on.
                    child.id().into_iter().for_each(process::end_group);
                    let _ = child.kill().await;
                }
            }
        });
        let back = sockets::back(&connection, events);
        Ok(Behind { back, folder, control_file, stop: Some(stop), waiter, _guarded: guarded, _connection: connection })
    }

    /// Removes the file with the key, which evcxr has read when it answers: a kernel that is killed then leaves none.
    pub fn remove_control_file(&self) {
        // Nobody else may read it, if it stays.
        let _ = std::fs::remove_file(&self.control_file);
    }

    /// Ends evcxr.
    pub async fn end(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let _ = self.waiter.await;
        let _ = std::fs::remove_file(self.control_file);
    }
}
