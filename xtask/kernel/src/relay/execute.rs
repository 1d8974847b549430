//! A cell from the queue to its end: evcxr gets one request at a time, and Jupyter hears how each ended.

use super::failure::Failure;
use super::message::Message;
use super::running::{self, Running};
use super::sockets::Tick;
use super::word::{self, Report};
use super::{LISTEN, NO_TEXT, ON_ITS_WAY, OURS, Relay, advice, answers, memory, start};
use serde_json::json;

impl Relay {
    /// Gives evcxr the next request, if it has none.
    pub(super) fn next(&mut self) {
        while self.is_ready && self.running.is_none() {
            let Some(request) = self.queue.pop_front() else { return self.announce_prepared() };
            self.requests += 1;
            if request.kind() != "execute_request" {
                let asked = answers::for_evcxr(&request);
                self.running = Some(Running::question(request, self.requests));
                self.to_evcxr(|back| &back.shell, asked);
                return;
            }
            if let Some(request) = self.answer_prepared(request) {
                self.execute(request);
            }
        }
    }

    pub(super) fn execute(&mut self, request: Message) {
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
            word::ask(folder, running.request.id(), self.backtrace, running.is_ours);
        }
        let passed = running.request.clone();
        self.running = Some(running);
        if is_empty {
            self.finish();
            return;
        }
        self.to_evcxr(|back| &back.shell, passed);
    }

    pub(super) fn take_reply(&mut self, mut reply: Message) {
        if reply.parent["session"] == OURS && reply.kind() == "kernel_info_reply" {
            if let Some(behind) = self.behind.as_ref().filter(|_| !self.is_ready) {
                behind.remove_control_file();
            }
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

    /// Ends the running request when evcxr has ended it and all its output is here.
    pub(super) fn settle(&mut self) {
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
    pub(super) fn finish(&mut self) {
        // While the cell still counts as running, so that its last lines too go above its figure.
        self.flush();
        let Some(mut running) = self.running.take() else { return };
        if !running.is_cell {
            self.finish_question(running);
            return;
        }
        let cell = running.as_cell(running.number);
        let has_results = !running.results.is_empty();
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
        if is_ours {
            let shows_nothing = failure.is_none() && !has_results && !running.has_printed;
            self.note_prepared(running.request.id(), shows_nothing);
        } else {
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
        if !is_ours {
            self.plan_rest();
        }
        self.next();
    }

    pub(super) fn finish_question(&mut self, mut running: Running) {
        let Some(mut reply) = running.reply.take().filter(|_| running.request.header["session"] != OURS) else {
            return self.next();
        };
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

    pub(super) fn reply_to_cell(&self, running: &Running, failure: Option<&Failure>) {
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
    pub(super) fn failure(&mut self, running: &Running, cell: &memory::Cell) -> Option<Failure> {
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
                if running.presses > 1 { "ended by the second ■".to_owned() } else { advice::explained(status) };
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
        for name in advice::missing_names(&running.errors) {
            if let Some(why) = self.memory.why_gone(&name) {
                failure.remark(why);
            }
        }
        for remark in advice::advice(running.request.code(), &running.errors) {
            failure.remark(remark);
        }
        Some(failure)
    }

    /// Ends the cells' process, for evcxr takes the end of the cell that wrote no text for the end of the next one, and so on.
    pub(super) fn begin_anew(&mut self) -> Failure {
        self.end_cell_process();
        // evcxr notices that its process has ended when it is to run something.
        self.queue.push_front(running::our_cell("drop(0);"));
        let mut failure = Failure::new(
            "KernelProcessDied",
            "the cell wrote bytes to stdout that are no text (UTF-8), so its process had to be ended".to_owned(),
        );
        if let Some(gone) = self.memory.lose_all() {
            failure.remark(gone);
        }
        failure
    }

    /// Says of the cells that wait that they do not run. They have no number: JupyterLab would show one as if they had run.
    pub(super) fn abort_queue(&mut self) {
        for request in std::mem::take(&mut self.queue) {
            if request.kind() == "execute_request" && request.header["session"] != OURS {
                self.answer(&request, false, json!({ "status": "aborted" }));
            } else {
                self.queue.push_back(request);
            }
        }
    }

    /// The first ■ asks the cell to stop, and our cargo to end a compiler; the second ends the cell's process.
    pub(super) fn interrupt(&mut self) {
        self.abort_queue();
        // A cell of ours gives back variables, and takes no time worth stopping.
        let Some(running) = self.running.as_mut().filter(|running| running.is_cell && !running.is_ours) else { return };
        running.presses += 1;
        let (presses, request) = (running.presses, running.request_number);
        if let Some(folder) = &self.folder {
            word::ask_to_stop(folder);
        }
        if presses > 1 {
            self.end_cell_process();
        } else {
            self.later(LISTEN, Tick::Interrupted(request));
        }
    }

    /// evcxr ends the process that runs cells, and starts another.
    pub(super) fn end_cell_process(&self) {
        let mut request = start();
        request.header["msg_type"] = "interrupt_request".into();
        self.to_evcxr(|back| &back.control, request);
    }

    pub(super) fn evcxr_ended(&mut self, status: &str) {
        self.flush();
        if let Some(running) = self.running.take().filter(|running| running.is_cell && !running.is_ours) {
            let mut failure = Failure::new("KernelProcessDied", format!("the Rust kernel itself ended: {status}"));
            if let Some(gone) = self.memory.lose_all() {
                failure.remark(gone);
            }
            self.reply_to_cell(&running, Some(&failure));
        }
        self.abort_queue();
        self.log(&format!("Rust kernel: evcxr_jupyter ended: {status}"));
    }
}
