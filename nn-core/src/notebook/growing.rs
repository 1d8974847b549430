//! The curve that grows while a training runs.

use std::time::{Duration, Instant};

use crate::History;
use crate::plot::theme::BORDER;
use crate::plot::{self, Color, Figure, Live, Note, Series};
use crate::protocol;
use crate::train::{Progress, Watch};

/// In seconds: nothing is shown sooner.
const FIRST: f64 = 0.3;
/// A training that takes less shows its lines alone.
const SHORT: f64 = 0.5;
/// A longer epoch has a bar of its own.
const LONG_EPOCH: f64 = 1.0;
/// Between two looks at whether there is something new to show.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// The most points of the first epoch's curve.
const POINTS: usize = 128;

/// Marks the outputs that are there or not, as the machine is slow or fast.
const METADATA: &str = "{\"nn-core\":{\"live\":\"training\"}}";

/// The losses and accuracies of the training that runs, below its lines, with a bar for an epoch that takes long.
///
/// At the end it is [`History::plot`]: nothing in it tells of time.
pub(crate) struct GrowingCurve {
    live: Live,
    /// Epochs that were there before.
    before: usize,
    /// Epochs when all is done.
    epochs: usize,
    start: Instant,
    epoch_start: Instant,
    next_look: Instant,
    /// Of the first epoch, while there is no other: how much of it is done, and the mean loss since the point before.
    first: Vec<(f64, f64)>,
    /// The same, with the mean loss from the epoch's beginning on.
    last: (f64, f64),
    /// How many whole epochs the curve that is shown has.
    shown: Option<usize>,
}

impl GrowingCurve {
    /// The curve of a training that goes from `before` whole epochs to `epochs`, if the kernel shows what changes.
    pub(crate) fn new(before: usize, epochs: usize) -> Option<Self> {
        if !protocol::has_records() {
            return None;
        }
        let now = Instant::now();
        Some(Self {
            live: Live::with_metadata(METADATA),
            before,
            epochs,
            start: now,
            epoch_start: now,
            next_look: now,
            first: Vec::new(),
            last: (0.0, 0.0),
            shown: None,
        })
    }

    /// The mean loss since the point before, as a point of the first epoch's curve.
    fn add_point(&mut self, share: f64, loss: f64) {
        let (share_before, loss_before) = self.last;
        self.first.push((share, (loss * share - loss_before * share_before) / (share - share_before)));
        self.last = (share, loss);
        if self.first.len() > POINTS {
            self.first = self.first.iter().copied().skip(1).step_by(2).collect();
        }
    }

    fn figure(&self, history: &History) -> Figure {
        if !history.epochs.is_empty() {
            return history.plot();
        }
        let (shares, losses): (Vec<f64>, Vec<f64>) = self.first.iter().copied().unzip();
        let losses = Series::xy("training", shares, losses).color(Color::series(0));
        plot::lines("Loss in the first epoch", "share of the epoch", history.loss.name(), [losses])
    }
}

impl Watch for GrowingCurve {
    fn see(&mut self, history: &History, progress: Progress) {
        let now = Instant::now();
        if progress.done == 1 {
            self.epoch_start = now;
        }
        if now < self.next_look {
            return;
        }
        self.next_look = now + LOOK_AGAIN;
        let share = progress.done as f64 / progress.all as f64;
        let so_far = (now - self.start).as_secs_f64();
        let epochs_done = (history.epochs.len() - self.before) as f64 + share;
        let in_all = so_far * (self.epochs - self.before) as f64 / epochs_done;
        if so_far < FIRST || in_all < SHORT || !self.live.is_due() {
            return;
        }
        // The clock of the epoch has run since its first mini-batch.
        let rest = (progress.all - 1) as f64 / (progress.done - 1).max(1) as f64;
        let is_long = (now - self.epoch_start).as_secs_f64() * rest > LONG_EPOCH;
        let done = history.epochs.len();
        if done == 0 {
            self.add_point(share, progress.loss);
        } else if self.shown == Some(done) && !is_long {
            return;
        }
        let note = if is_long { bar(done + 1, self.epochs, share) } else { Note::default() };
        self.live.show_with(self.figure(history), &note);
        self.shown = Some(done);
    }

    fn end(&mut self, history: &History) {
        if self.shown.is_some() {
            let figure = self.figure(history);
            self.live.show_last(match history.stopped {
                Some(stopped) => figure.subtitle(stopped.to_string()),
                None => figure,
            });
        }
    }
}

/// `epoch 4 of 10: 52 %`, and as a bar.
fn bar(epoch: usize, epochs: usize, share: f64) -> Note {
    let percent = (100.0 * share).floor();
    let text = format!("epoch {epoch} of {epochs}: {percent} %");
    let html = format!(
        "\n<div role=\"progressbar\" aria-valuenow=\"{percent}\" aria-label=\"{text}\" style=\"max-width:816px;height:6px;\
         border-radius:3px;background:{}\"><div style=\"width:{percent}%;height:6px;border-radius:3px;background:{}\"></div>\
         </div>\n<small>{text}</small>",
        BORDER.hex(),
        Color::BLUE.hex()
    );
    Note { html, text: format!("{text}\n"), with_picture: false }
}
