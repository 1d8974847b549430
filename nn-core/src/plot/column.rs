//! One layer of a drawn network: a sample of its neurons, and the weights that lead to them.

use super::scene::{Frame, Scene, Type};
use super::text::Weight;
use super::theme::{CARD, Color, GREY, INK, QUIET_BAR, TICK};

/// One layer of the drawing.
#[derive(Clone)]
pub(crate) struct Column {
    /// How many neurons there are.
    pub size: usize,
    /// The activation's name; empty for the inputs.
    pub activation: String,
    /// Which of them are drawn, in order.
    pub shown: Vec<usize>,
    /// The weights of those, one row each, from the neurons that are drawn of the layer before.
    pub weights: Vec<Vec<f64>>,
}

/// Up to this many neurons of a layer are all drawn, of more than these only `SAMPLE`.
const DOZEN: usize = 12;
const SAMPLE: usize = 10;
/// Of many lines those are left out whose weights are less than this share of the largest.
const FAINT: f64 = 0.12;

/// Above the columns, and below them.
pub(super) const HEADER: f64 = 46.0;
pub(super) const SHAPES: f64 = 34.0;

/// Which of `size` neurons are drawn: all, or a sample spread evenly over them.
pub(crate) fn shown(size: usize) -> Vec<usize> {
    if size <= DOZEN {
        return (0..size).collect();
    }
    (0..SAMPLE).map(|index| ((index as f64 + 0.5) * size as f64 / SAMPLE as f64) as usize).collect()
}

impl Column {
    fn is_elided(&self) -> bool {
        self.shown.len() < self.size
    }

    /// The heights of the neurons that are drawn, and that of the three dots among them.
    fn places(&self, top: f64, bottom: f64) -> (Vec<f64>, Option<f64>) {
        let slots = self.shown.len() + usize::from(self.is_elided());
        // A few neurons stand farther apart than many, but not as far as there is room for.
        let pitch = ((bottom - top) / slots as f64).min((220.0 / slots as f64).clamp(30.0, 56.0));
        let first = (top + bottom) / 2.0 - pitch * (slots - 1) as f64 / 2.0;
        let mut heights: Vec<_> = (0..slots).map(|slot| first + pitch * slot as f64).collect();
        let dots = self.is_elided().then(|| heights.remove(self.shown.len() / 2));
        (heights, dots)
    }

    fn largest(&self) -> f64 {
        self.weights.iter().flatten().map(|w| w.abs()).filter(|w| w.is_finite()).fold(0.0, f64::max)
    }
}

/// Where the columns stand.
pub(super) struct Grid {
    /// The first column's middle, and the distance to the next.
    first: f64,
    pub step: f64,
    /// For the text above a column.
    pub room: f64,
    pub top: f64,
    pub bottom: f64,
}

impl Grid {
    pub fn new(frame: Frame, columns: usize) -> Self {
        let margin = (frame.width / columns as f64).min(130.0) / 2.0;
        let step = (frame.width - 2.0 * margin) / (columns.max(2) - 1) as f64;
        let room = step.min(2.0 * margin) - 6.0;
        Self { first: frame.x + margin, step, room, top: frame.y + HEADER, bottom: frame.bottom() - SHAPES }
    }

    pub fn x(&self, position: usize) -> f64 {
        self.first + self.step * position as f64
    }
}

/// Draws a column's neurons; where the last of them lies. `position` is the column's of `count`.
pub(super) fn draw_column(
    scene: &mut Scene<'_>,
    grid: &Grid,
    (position, count): (usize, usize),
    column: &Column,
) -> Option<(f64, f64)> {
    let x = grid.x(position);
    let (is_input, is_last) = (position == 0, position + 1 == count);
    let (places, dots) = column.places(grid.top, grid.bottom);
    let pitch = places.array_windows().map(|[a, b]| b - a).fold(30.0, f64::min);
    let radius = (pitch * 0.34).clamp(1.0, 9.0);
    for (at, &y) in places.iter().enumerate() {
        if position == 1 && at + 1 == places.len() {
            // The opened one, in a second ring.
            scene.disc((x, y), radius + 3.0, INK);
            scene.disc((x, y), radius + 1.2, CARD);
        }
        scene.disc((x, y), radius, if is_input { GREY } else { INK });
        scene.disc((x, y), (radius - 1.5).max(0.5), if is_input { QUIET_BAR } else { CARD });
    }
    // Beside the first and the last column, which neurons these are: the outputs are the digits.
    if (is_input || is_last) && pitch >= 12.0 {
        let style = Type::new(TICK - 1.0, Weight::Regular, GREY);
        for (number, &y) in column.shown.iter().zip(&places) {
            let at = if is_last { x + radius + 7.0 } else { x - radius - 7.0 };
            scene.text(at, y + 4.0, &number.to_string(), if is_last { style } else { style.end() });
        }
    }
    if let Some(y) = dots {
        // On a small piece of paper, so that no line runs through them.
        scene.rect(x - 5.0, y - pitch * 0.45, 10.0, pitch * 0.9, CARD);
        draw_dots(scene, (x, y), (0.0, pitch * 0.25), 1.6);
    }
    places.last().map(|&y| (x, y))
}

/// Three dots around a point: what is left out.
pub(super) fn draw_dots(scene: &mut Scene<'_>, (x, y): (f64, f64), (right, down): (f64, f64), radius: f64) {
    for dot in [-1.0, 0.0, 1.0] {
        scene.disc((x + right * dot, y + down * dot), radius, GREY);
    }
}

/// Draws the weights between the columns at `position` and after it.
pub(super) fn draw_weights(scene: &mut Scene<'_>, grid: &Grid, position: usize, before: &Column, column: &Column) {
    let (starts, ends) = (before.places(grid.top, grid.bottom).0, column.places(grid.top, grid.bottom).0);
    let (x0, x1) = (grid.x(position), grid.x(position + 1));
    let largest = column.largest();
    let is_few = starts.len() * ends.len() <= 36;
    let mut lines = Vec::new();
    for (row, &end) in column.weights.iter().zip(&ends) {
        for (&weight, &start) in row.iter().zip(&starts) {
            // The faintest would not be seen among so many.
            if weight.is_finite() && (is_few || weight.abs() > FAINT * largest) {
                lines.push((weight, start, end));
            }
        }
    }
    // The strongest on top.
    lines.sort_by(|a, b| a.0.abs().total_cmp(&b.0.abs()));
    for (weight, start, end) in lines {
        let strength = if largest > 0.0 { weight / largest } else { 0.0 };
        scene.line(vec![(x0, start), (x1, end)], 0.5 + 2.0 * strength.abs(), Color::weight(strength));
    }
}
