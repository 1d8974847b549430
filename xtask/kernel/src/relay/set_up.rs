//! What a kernel does before evcxr is there: it waits for the set-up, and shows in the cells how far that is.

use super::behind::Behind;
use super::failure::Failure;
use super::message::Message;
use super::running::Running;
use super::sockets::Tick;
use super::{ASK, LOOK, Notice, Relay, start};
use crate::progress::{self, SetUp};
use serde_json::json;

impl Relay {
    pub(super) fn wait_for_set_up(&mut self) {
        self.start_evcxr();
        if self.behind.is_none() {
            self.later(LOOK, Tick::SetUp);
        }
    }

    /// Starts evcxr if the set-up is over; else shows how far that is.
    pub(super) fn start_evcxr(&mut self) {
        if self.behind.is_some() {
            return;
        }
        match progress::read(&self.lab) {
            SetUp::Running(line) => self.show_progress(&line),
            SetUp::Failed(why) => self.refuse(&format!("the set-up failed: {why}")),
            SetUp::Over => {
                let started = match &self.make {
                    Ok(make) => Behind::start(&self.lab.join("kernel"), make, &self.events)
                        .map_err(|error| format!("{error:#}")),
                    Err(why) => Err(why.clone()),
                };
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
    pub(super) fn show_progress(&mut self, line: &str) {
        let Some(cell) = self.queue.iter().find(|request| request.kind() == "execute_request").cloned() else { return };
        if !self.is_announced(&cell) {
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

    /// Whether this cell shows how far the set-up is, so that everybody knows that it has begun.
    pub(super) fn is_announced(&self, cell: &Message) -> bool {
        self.notice.as_ref().is_some_and(|notice| notice.cell == cell.id())
    }

    /// Takes that away again.
    pub(super) fn clear_notice(&mut self, cell: &Message) {
        if self.notice.take_if(|notice| notice.cell == cell.id()).is_some() {
            self.publish(cell, "clear_output", json!({ "wait": false }));
        }
    }

    /// Fails what waits: there is no evcxr, and nobody makes one.
    pub(super) fn refuse(&mut self, why: &str) {
        for request in std::mem::take(&mut self.queue).into_iter().filter(|request| request.kind() == "execute_request")
        {
            let running = Running::cell(request, self.requests, self.number + 1);
            let mut failure = Failure::new("KernelNotReady", why.to_owned());
            if !why.contains("cargo xtask") {
                failure.remark("Run `cargo xtask lab` again, and then restart this kernel.".to_owned());
            }
            if !self.is_announced(&running.request) && !running.is_silent {
                self.announce(&running.request, running.number);
            }
            self.reply_to_cell(&running, Some(&failure));
        }
    }

    pub(super) fn ask_whether_ready(&mut self) {
        let mut question = start();
        question.header["msg_type"] = "kernel_info_request".into();
        self.to_evcxr(|back| &back.shell, question);
        self.later(ASK, Tick::Ready);
    }
}
