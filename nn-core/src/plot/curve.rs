//! One series as a curve: the line through its points, cut off where it leaves the plot.

use super::axis::Axis;
use super::scene::{Frame, Scene};
use super::series::{Series, Stroke, is_drawable};
use super::theme::{CARD, Color, DOT, LINE};

/// Up to this many points each is marked with a dot.
const DOTS: usize = 24;
/// Beyond this many pixels no point is drawn, wherever the numbers put it.
const FAR: f64 = 1e6;

/// Draws the series within `clip`.
pub(super) fn draw(scene: &mut Scene<'_>, series: &Series, color: Color, (x_axis, y_axis): (Axis, Axis), clip: Frame) {
    let is_few = series.points.len() <= DOTS && !series.is_function;
    let has_place = |&(x, y): &(f64, f64)| is_drawable(x, y) && x_axis.has(x) && y_axis.has(y);
    for run in series.points.split(|point| !has_place(point)).filter(|run| !run.is_empty()) {
        let points = thin(run.iter().map(|&(x, y)| (x_axis.at(x), y_axis.at(y).clamp(-FAR, FAR))).collect());
        let inside = points.iter().copied().filter(|(_, y)| *y >= clip.y && *y <= clip.bottom());
        if series.stroke == Stroke::Markers {
            inside.for_each(|point| ring(scene, point, color));
            continue;
        }
        for piece in cut(&points, clip.y, clip.bottom()) {
            match series.stroke {
                Stroke::Dashed => scene.dashes(&piece, (7.0, 5.0), LINE - 0.4, color),
                Stroke::Solid | Stroke::Markers => scene.line(piece, LINE, color),
            }
        }
        if (is_few && series.stroke == Stroke::Solid) || points.len() == 1 {
            inside.for_each(|point| scene.disc(point, DOT, color));
        }
    }
}

/// What marks a point of a series without a line.
pub(super) fn ring(scene: &mut Scene<'_>, point: (f64, f64), color: Color) {
    scene.disc(point, DOT + 1.4, color);
    scene.disc(point, DOT - 0.4, CARD);
}

/// The line without points that fall on the same pixel column: of those, the first, the highest, the lowest and the last
/// stay.
fn thin(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    if points.len() < 2000 {
        return points;
    }
    let mut thinned: Vec<(f64, f64)> = Vec::new();
    for column in points.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        let low = column.iter().enumerate().min_by(|a, b| a.1.1.total_cmp(&b.1.1));
        let high = column.iter().enumerate().max_by(|a, b| a.1.1.total_cmp(&b.1.1));
        let first = column.iter().enumerate().next();
        let last = column.iter().enumerate().next_back();
        let mut kept: Vec<_> = [first, low, high, last].into_iter().flatten().collect();
        kept.sort_unstable_by_key(|(index, _)| *index);
        thinned.extend(kept.into_iter().map(|(_, point)| *point));
    }
    thinned.dedup();
    thinned
}

/// The parts of a line between the heights `top` and `bottom`.
fn cut(points: &[(f64, f64)], top: f64, bottom: f64) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut piece: Vec<(f64, f64)> = Vec::new();
    for &[from, to] in points.array_windows() {
        let Some((enter, leave)) = inside((from.1, to.1), top, bottom) else { continue };
        let start = between(from, to, enter);
        if piece.last() != Some(&start) {
            pieces.push(std::mem::take(&mut piece));
            piece.push(start);
        }
        piece.push(between(from, to, leave));
    }
    pieces.push(piece);
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// From which to which share of its way a line from height `y0` to height `y1` lies between `top` and `bottom`.
fn inside((y0, y1): (f64, f64), top: f64, bottom: f64) -> Option<(f64, f64)> {
    if y0.max(y1) < top || y0.min(y1) > bottom {
        return None;
    }
    if y0 == y1 {
        return Some((0.0, 1.0));
    }
    let [at_top, at_bottom] = [top, bottom].map(|y| ((y - y0) / (y1 - y0)).clamp(0.0, 1.0));
    let (enter, leave) = (at_top.min(at_bottom), at_top.max(at_bottom));
    (enter < leave).then_some((enter, leave))
}

fn between((x0, y0): (f64, f64), (x1, y1): (f64, f64), share: f64) -> (f64, f64) {
    (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)
}
