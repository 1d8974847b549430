//! The line that training prints after each epoch: what was measured, the loss so far as a small curve, the time left.
//!
//! ```text
//! Epoch 0: accuracy: 0.8489 loss = 0.6642  █·········  1/10, 2.1 s left
//! Epoch 1: accuracy: 0.8818 loss = 0.4571  █▆········  2/10, 1.9 s left
//! Epoch 2: accuracy: 0.8952 loss = 0.3857  █▆▅·······  3/10, 1.6 s left
//! ```
//!
//! A notebook cannot change a line that was printed, so each line holds the whole curve up to its epoch, and dots for the
//! epochs to come.

use std::time::Instant;

use crate::History;

/// Columns of the curve; of more epochs, several share a column.
const COLUMNS: usize = 20;
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Prints the lines of one training.
pub(crate) struct Lines {
    start: Instant,
    /// Epochs that were there before.
    before: usize,
    /// Epochs when all is done.
    epochs: usize,
}

impl Lines {
    /// Begins now, after the epochs that `history` holds.
    pub fn new(history: &History, epochs: usize) -> Self {
        Self { start: Instant::now(), before: history.epochs.len(), epochs }
    }

    /// Prints the line of the last epoch that `history` holds.
    pub fn print(&self, history: &History) {
        println!("{}", self.line(history, self.start.elapsed().as_secs_f64()));
    }

    fn line(&self, history: &History, seconds: f64) -> String {
        let (done, all) = (history.epochs.len(), self.epochs);
        let Some(last) = history.epochs.last() else { return String::new() };
        // As wide as the last epoch's, so that the curves stand below each other.
        let space = all.saturating_sub(1).to_string().len() - (done - 1).to_string().len();
        let mut line = format!("Epoch {}: accuracy: {:.4} loss = {:.4}", done - 1, last.accuracy, last.test_loss);
        for (loss, value) in history.also.iter().zip(&last.also) {
            line += &format!(" {loss} = {value:.4}");
        }
        let each = seconds / done.saturating_sub(self.before).max(1) as f64;
        let time = match all.saturating_sub(done) {
            0 => format!("in {}", duration(seconds)),
            left => format!("{} left", duration(each * left as f64)),
        };
        let width = all.to_string().len();
        let comma = if done < all { "," } else { "" };
        let curve = curve(&history.test_losses(), all);
        format!("{line}{:space$}  {curve}  {done:>width$}/{all}{comma} {time}", "")
    }
}

/// The losses so far as columns, the first one's height being full, and a dot for each column to come.
fn curve(losses: &[f64], epochs: usize) -> String {
    let columns = epochs.clamp(1, COLUMNS);
    let full = losses.first().copied().unwrap_or(0.0).max(f64::MIN_POSITIVE);
    let column = |column: usize| {
        let (first, end) = (column * epochs / columns, (column + 1) * epochs / columns);
        let height = |loss: &f64| (8.0 * loss / full).ceil().clamp(1.0, 8.0) as usize;
        // The last of its epochs that is done.
        let loss = losses.get(first..end.min(losses.len())).and_then(<[f64]>::last);
        loss.and_then(|loss| HEIGHTS.get(height(loss).saturating_sub(1))).unwrap_or(&'·')
    };
    (0..columns).map(column).collect()
}

fn duration(seconds: f64) -> String {
    match seconds {
        short if short < 9.95 => format!("{short:.1} s"),
        medium if medium < 600.0 => format!("{medium:.0} s"),
        long => format!("{:.0} min", long / 60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Epoch, Loss};

    fn history(losses: &[f64]) -> History {
        let epoch = |&test_loss| Epoch { train_loss: 1.0, test_loss, accuracy: 0.9, also: vec![0.25] };
        let epochs = losses.iter().map(epoch).collect();
        History {
            loss: Loss::CrossEntropy,
            hints: Vec::new(),
            also: vec![Loss::MeanSquaredError],
            epochs,
            stopped: None,
            networks: Vec::new(),
        }
    }

    #[test]
    fn a_line_holds_the_measurements_the_curve_so_far_and_the_time_left() {
        let lines = Lines { start: Instant::now(), before: 0, epochs: 10 };
        let line = lines.line(&history(&[0.8, 0.41, 0.1]), 1.2);
        assert_eq!(
            line,
            "Epoch 2: accuracy: 0.9000 loss = 0.1000 mean squared error = 0.2500  █▅▁·······   3/10, 2.8 s left"
        );
        let line = lines.line(&history(&[0.8; 10]), 4.0);
        assert_eq!(
            line,
            "Epoch 9: accuracy: 0.9000 loss = 0.8000 mean squared error = 0.2500  ██████████  10/10 in 4.0 s"
        );
    }

    #[test]
    fn after_a_resume_the_time_left_follows_from_the_new_epochs_alone() {
        let lines = Lines { start: Instant::now(), before: 2, epochs: 200 };
        let line = lines.line(&history(&[1.0, 0.5, 0.5]), 1.0);
        assert!(line.ends_with("  ▄···················    3/200, 197 s left"), "{line}");
        assert!(line.starts_with("Epoch 2: accuracy: 0.9000 loss = 0.5000 mean squared error = 0.2500    "), "{line}");
    }

    #[test]
    fn the_curve_bears_any_loss_and_any_number_of_epochs() {
        assert_eq!(curve(&[0.0, -1.0, 9.0], 3), "▁▁█");
        assert_eq!(curve(&[f64::NAN, 1.0], 3).chars().count(), 3);
        assert_eq!(curve(&[1.0], 1), "█");
        assert_eq!(curve(&[1.0; 30], 40), "███████████████·····");
        assert_eq!(curve(&[1.0, 0.5, 0.25], 21), "█▄▂·················");
    }
}
