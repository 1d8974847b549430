//! A cell from the queue to its end: evcxr gets one request at a time, and Jupyter hears how each ended.

use super::failure::{Failure, PROCESS_DIED};
use super::message::Message;
use super::running::{self, Running, Stop};
use super::sockets::Tick;
use super::word::{self, Report};
use super::{LISTEN, NO_TEXT, ON_ITS_WAY, Relay, advice, answers, memory, start};
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
        self.backtrace = running::wants_backtrace(request.code()).unwrap_or(self.backtrace);
        let mut running = Running::cell(request, self.requests, self.number);
        let is_empty = running.request.code().trim().is_empty();
        if running.request.is_stored() && !running.is_ours && !is_empty {
            self.number += 1;
            running.number = self.number;
        }
        if self.is_announced(&running.request) {
            self.clear_notice(&running.request);
        } else if running.is_silent && !running.is_ours {
            self.publish_status(&running.request, "busy");
        } else if !running.is_ours {
            self.announce(&running.request, running.number);
        }
        if let Some(folder) = &self.folder {
            word::ask(folder, &running.word(self.backtrace));
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
        if reply.is_about_ours() && reply.kind() == "kernel_info_reply" {
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
        if let Some(folder) = &self.folder {
            word::take_back_stop(folder);
        }
        let cell = running.as_cell();
        let mut failure = self.failure(&running, &cell);
        if running.is_ours {
            let shows_nothing = failure.is_none() && running.results.is_empty() && !running.has_printed;
            self.note_prepared(running.request.id(), shows_nothing);
            return self.next();
        }
        for result in std::mem::take(&mut running.results).into_iter().filter(|_| !running.is_silent) {
            if let Some(content) = running::shown(result, running.number) {
                self.publish(&running.request, "execute_result", content);
            }
        }
        if let Some(failure) = &mut failure {
            self.memory.moved_by(&cell).into_iter().for_each(|remark| failure.remark(remark));
        }
        if !cell.code.trim().is_empty() {
            self.memory.note(memory::Cell { failed: failure.is_some(), ..cell });
        }
        self.reply_to_cell(&running, failure.as_ref());
        if let Some(failure) = &failure {
            if running.request.content["stop_on_error"].as_bool().unwrap_or(true) {
                self.abort_queue();
            }
            let restored = running.report.as_ref().and_then(Report::code_that_restores);
            // A process that ended has nothing to give back.
            if let Some(code) = restored.filter(|_| failure.kind != PROCESS_DIED) {
                self.queue.push_front(running::our_cell(&code));
            }
        } else if advice::clears(running.request.code()) {
            self.memory.lose_all();
        }
        self.plan_rest();
        self.next();
    }

    pub(super) fn finish_question(&mut self, mut running: Running) {
        let Some(mut reply) = running.reply.take().filter(|_| !running.is_ours) else {
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
        let message = running.errors.first().map_or("", |error| error["evalue"].as_str().unwrap_or(""));
        let died = message.split_once("Subprocess terminated with status: ");
        let by_stop = "ended by the second ■";
        if running.stop == Stop::Ended && died.is_none() {
            // The cell's code was not running, so that evcxr has not noticed.
            return Some(self.begin_anew(&format!("the process of the cells ended: {by_stop}")));
        }
        if let Some(record) = &running.record {
            let source =
                self.folder.as_ref().and_then(|folder| std::fs::read_to_string(folder.join("src/lib.rs")).ok());
            let mut cells: Vec<memory::Cell> = self.memory.cells().to_vec();
            cells.push(cell.clone());
            return Some(Failure::from_record(record, &source.unwrap_or_default(), &cells));
        }
        if let Some((output, status)) = died {
            let why = if running.stop == Stop::Ended { by_stop.to_owned() } else { advice::explained(status) };
            let mut failure = Failure::new(PROCESS_DIED, format!("the process of the cells ended: {why}"));
            if !output.trim().is_empty() {
                failure.remark(output.trim_end().to_owned());
            }
            failure.traceback.extend(self.memory.lose_all());
            return Some(failure);
        }
        if running.errors.is_empty() {
            return None;
        }
        if message == NO_TEXT {
            // evcxr takes the end of this cell for the end of the next one, and so on.
            self.end_cell_process();
            return Some(self.begin_anew(
                "the cell wrote bytes to stdout that are no text (UTF-8), so its process had to be ended",
            ));
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

    /// After the end of the cells' process, which evcxr notices only when it is to run something: has it run something.
    pub(super) fn begin_anew(&mut self, why: &str) -> Failure {
        self.queue.push_front(running::our_cell("drop(0);"));
        let mut failure = Failure::new(PROCESS_DIED, why.to_owned());
        failure.traceback.extend(self.memory.lose_all());
        failure
    }

    /// Says of the cells that wait that they do not run. They have no number: JupyterLab would show one as if they had run.
    pub(super) fn abort_queue(&mut self) {
        for request in std::mem::take(&mut self.queue) {
            if request.kind() == "execute_request" && !request.is_ours() {
                self.clear_notice(&request);
                self.answer(&request, false, json!({ "status": "aborted" }));
            } else {
                self.queue.push_back(request);
            }
        }
    }

    /// The first ■ asks the cell to stop, and our cargo to end a compiler; the second, after a line that says so, ends the
    /// process of the cells.
    pub(super) fn interrupt(&mut self) {
        self.abort_queue();
        // A cell of ours gives back variables, and takes no time worth stopping.
        let Some(running) = self.running.as_mut().filter(|running| running.is_cell && !running.is_ours) else { return };
        match running.stop {
            Stop::Unasked => {
                running.stop = Stop::Asked;
                let request = running.request_number;
                if let Some(folder) = &self.folder {
                    word::ask_to_stop(folder);
                }
                self.later(LISTEN, Tick::Interrupted(request));
            }
            Stop::Unheard => {
                running.stop = Stop::Ended;
                let asks = std::mem::replace(&mut running.asks, false);
                self.end_cell_process();
                if asks {
                    // evcxr listens to nothing else until it has an answer.
                    let mut answer = start();
                    answer.header["msg_type"] = "input_reply".into();
                    answer.content = json!({ "status": "ok", "value": "" });
                    self.to_evcxr(|back| &back.stdin, answer);
                }
            }
            Stop::Asked | Stop::Ended => {}
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
            let mut failure = Failure::new(PROCESS_DIED, format!("the Rust kernel itself ended: {status}"));
            failure.traceback.extend(self.memory.lose_all());
            self.reply_to_cell(&running, Some(&failure));
        }
        self.abort_queue();
        self.log(&format!("Rust kernel: evcxr_jupyter ended: {status}"));
    }
}
