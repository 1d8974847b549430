//! What cells and evcxr make public: most of it goes on, some of it is kept for the end of the cell, some of it is ours.

use super::message::Message;
use super::sockets::Tick;
use super::{GATHER, GATHER_ABOVE, Relay, records, shown, start};
use serde_json::{Value, json};

impl Relay {
    /// What evcxr makes public: most of it goes on, some of it is kept for the end of the cell, some of it is ours.
    pub(super) fn take_output(&mut self, message: Message) {
        if message.is_about_ours() && !self.is_running(&message) {
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
                } else if !running.is_cell && !running.is_asked_again && !running.is_ours {
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

    pub(super) fn is_running(&self, message: &Message) -> bool {
        self.running.as_ref().is_some_and(|running| running.request.id() == message.parent_id())
    }

    pub(super) fn take_stream(&mut self, message: &Message) {
        let name = message.content["name"].as_str().unwrap_or("stdout").to_owned();
        for part in records::parts(message.content["text"].as_str().unwrap_or("")) {
            match part {
                records::Part::Text(text) => {
                    if let Some(running) = &mut self.running {
                        running.has_printed |= !text.is_empty();
                    }
                    self.gather(&name, text, &message.parent);
                }
                records::Part::Record(record) => self.take_record(&name, &record, message),
            }
        }
    }

    pub(super) fn take_record(&mut self, stream: &str, record: &Value, message: &Message) {
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
                    self.publish(&parent, kind, shown::content(shown));
                }
            }
        }
    }

    /// Keeps output for a moment, so that a flood of lines is a few messages.
    pub(super) fn gather(&mut self, name: &str, text: &str, parent: &Value) {
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

    pub(super) fn flush(&mut self) {
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

    /// Says something on stderr, below the running cell.
    pub(super) fn warn(&mut self, text: &str) {
        let Some(parent) = self.running.as_ref().map(|running| running.request.header.clone()) else { return };
        self.gather("stderr", text, &parent);
        self.flush();
    }
}
