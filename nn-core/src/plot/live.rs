//! A figure that changes while its cell runs.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Figure, bundle};
use crate::protocol;

/// The least time between two states.
const INTERVAL: Duration = Duration::from_millis(200);

/// Of a cell's time, at most one part in so many goes into states on the way: what takes long to draw is drawn seldom.
const SHARE: u32 = 100;

/// A place below the running cell where one figure takes the place of another: a loss that falls, weights that turn into
/// digits.
///
/// ```
/// use nn_core::prelude::*;
///
/// let live = plot::live();
/// let mut losses = Vec::new();
/// for step in 0..1000 {
///     losses.push(1.0 / (1.0 + step as f64));
///     live.show(&plot::lines("A loss of one's own", "step", "loss", [Series::new("loss", &losses)]));
/// }
/// live.finish();
/// ```
///
/// Figures may come as fast as they like: about five in a second are drawn, fewer if drawing takes long, and the last one in
/// any case, when the place is finished or dropped. Under a kernel other than ours nothing appears while the cell runs;
/// [`Live`] as the last expression of a cell shows the last figure under any.
pub struct Live {
    state: Mutex<State>,
}

struct State {
    /// None where no kernel shows what changes.
    id: Option<String>,
    metadata: &'static str,
    /// Whether something stands there.
    is_shown: bool,
    last: Option<Figure>,
    /// Whether `last` stands there, with all its alternatives.
    is_done: bool,
    /// When the next one may be drawn.
    next: Option<Instant>,
}

/// A new place for figures, with nothing in it yet: see [`Live`].
pub fn live() -> Live {
    Live::with_metadata("{}")
}

impl Live {
    /// A place whose outputs have this Jupyter metadata, a JSON object.
    pub(crate) fn with_metadata(metadata: &'static str) -> Self {
        let id = protocol::has_records().then(protocol::new_id);
        Self { state: Mutex::new(State { id, metadata, is_shown: false, last: None, is_done: true, next: None }) }
    }

    /// Shows the figure in place of the one before, now or, if another one follows soon, not at all.
    pub fn show(&self, figure: &Figure) {
        let mut state = self.state();
        state.last = Some(figure.clone());
        state.is_done = false;
        if state.is_due() {
            // The first one whole: where no other follows, the place may be kept for long.
            let note = Note { with_picture: !state.is_shown, ..Note::default() };
            state.draw(&note);
            state.is_done = note.with_picture;
        }
    }

    /// Shows the last figure, if it does not stand there already. Dropping does the same.
    pub fn finish(self) {}

    /// Shows the last figure as a cell's result; under our kernel it stands there already.
    pub fn evcxr_display(&self) {
        let mut state = self.state();
        match (&state.id, &state.last) {
            (Some(_), _) => state.finish(),
            (None, Some(last)) => last.evcxr_display(),
            (None, None) => {}
        }
    }

    /// Whether a figure that is shown now would be drawn.
    pub(crate) fn is_due(&self) -> bool {
        self.state().is_due()
    }

    /// Shows the figure with something below it that no later figure has.
    pub(crate) fn show_with(&self, figure: Figure, note: &Note) {
        let mut state = self.state();
        state.last = Some(figure);
        state.is_done = false;
        state.draw(note);
    }

    /// Shows the figure with all its alternatives, as the last one.
    pub(crate) fn show_last(&self, figure: Figure) {
        let mut state = self.state();
        state.last = Some(figure);
        state.is_done = false;
        state.finish();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What stands below a figure for the moment.
#[derive(Default)]
pub(crate) struct Note {
    pub html: String,
    pub text: String,
    /// Whether to draw the PNG as well, for viewers that show no HTML; it takes most of the time.
    pub with_picture: bool,
}

impl State {
    fn is_due(&self) -> bool {
        self.id.is_some() && self.next.is_none_or(|next| Instant::now() >= next)
    }

    fn draw(&mut self, note: &Note) {
        let (Some(id), Some(figure)) = (&self.id, &self.last) else { return };
        let start = Instant::now();
        let (html, png, text) = figure.contents(note.with_picture);
        let (html, text) = (html + &note.html, note.text.clone() + &text);
        let write = if self.is_shown { protocol::update } else { protocol::display };
        write(id, self.metadata, &bundle::with_picture(&html, png.as_deref(), &text));
        self.is_shown = true;
        let end = Instant::now();
        // The PNG is drawn for the first and the last state alone, and need not be made up for.
        let pause = if note.with_picture { INTERVAL } else { INTERVAL.max((end - start) * SHARE) };
        self.next = Some(end + pause);
    }

    fn finish(&mut self) {
        if !self.is_done {
            self.draw(&Note { with_picture: true, ..Note::default() });
            self.is_done = true;
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.state().finish();
    }
}

/// One line: `Live: Figure("Loss", 1 panel)`.
impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state().last {
            Some(figure) => write!(f, "Live: {figure:?}"),
            None => write!(f, "Live: nothing yet"),
        }
    }
}
