//! What a cell has shown so far: what it prints after a figure that it shows while it runs belongs above that figure.

use super::picture;
use serde_json::{Value, json};

/// More text than this is not sent again for each line that follows.
const MOST: usize = 1 << 16;

/// The outputs of a running cell, as far as they are text and one figure below it.
#[derive(Default)]
pub struct Outputs {
    text: String,
    below: Option<Value>,
    /// There is more: everything stays in the order in which it came.
    is_mixed: bool,
}

impl Outputs {
    /// Notes what is printed. If a figure is to stay below it: all the text so far, and the figure.
    pub fn print(&mut self, stream: &str, text: &str) -> Option<(String, Value)> {
        self.is_mixed |= stream != "stdout" || self.text.len() + text.len() > MOST;
        if self.is_mixed {
            self.text.clear();
            return None;
        }
        self.text.push_str(text);
        Some((self.text.clone(), self.below.clone()?))
    }

    /// Notes a record: something shown, something in its place, or all of it gone.
    pub fn note(&mut self, record: &Value) {
        if record["clear"].is_object() {
            *self = Outputs::default();
        }
        if let Some(shown) = record.get("display") {
            self.is_mixed |= self.below.is_some();
            self.below = Some(content(shown));
        }
        if let Some(shown) = record.get("update")
            && let Some(below) = self.below.as_mut().filter(|below| below["transient"]["display_id"] == shown["id"])
        {
            *below = content(shown);
        }
    }

    /// Whether a figure stays below what is printed.
    pub fn has_below(&self) -> bool {
        !self.is_mixed && self.below.is_some()
    }
}

/// What `display_data` says of something shown.
pub fn content(shown: &Value) -> Value {
    let mut content = json!({
        "data": shown.get("data").unwrap_or(&json!({})),
        "metadata": shown.get("metadata").unwrap_or(&json!({})),
        "transient": { "display_id": shown["id"] },
    });
    picture::tell_size(&mut content);
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(id: &str, text: &str) -> Value {
        json!({ "id": id, "data": { "text/plain": text } })
    }

    #[test]
    fn lines_after_a_figure_go_above_it_with_those_before() {
        let mut outputs = Outputs::default();
        assert!(outputs.print("stdout", "epoch 1\n").is_none());
        outputs.note(&json!({ "display": figure("a", "curve") }));
        outputs.note(&json!({ "update": figure("a", "longer curve") }));
        outputs.note(&json!({ "update": figure("other", "no") }));
        let (above, below) = outputs.print("stdout", "epoch 2\n").unwrap();
        assert_eq!(above, "epoch 1\nepoch 2\n");
        assert_eq!(below["data"]["text/plain"], "longer curve");
    }

    #[test]
    fn two_figures_stderr_or_very_much_text_stay_in_the_order_in_which_they_come() {
        for spoil in 0..3 {
            let mut outputs = Outputs::default();
            outputs.note(&json!({ "display": figure("a", "curve") }));
            match spoil {
                0 => outputs.note(&json!({ "display": figure("b", "other") })),
                1 => assert!(outputs.print("stderr", "careful").is_none()),
                _ => assert!(outputs.print("stdout", &"x".repeat(MOST + 1)).is_none()),
            }
            assert!(outputs.print("stdout", "line\n").is_none() && !outputs.has_below());
        }
    }
}
