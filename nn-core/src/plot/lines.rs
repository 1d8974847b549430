//! Lines: values over epochs, functions over their argument.

use super::axis::{self, Axis, Ticks};
use super::chart::Draw;
use super::scene::{Frame, Scene, Type};
use super::series::{Series, Stroke};
use super::text::{self, Weight};
use super::theme::{AXIS, CARD, Color, DOT, GREY, GRID, LABEL, LINE, TICK};

/// Series over a common pair of axes, each named at its right end.
#[derive(Clone)]
pub(crate) struct LineChart {
    x: String,
    y: String,
    series: Vec<Series>,
    y_range: Option<(f64, f64)>,
    decimals: Option<usize>,
}

/// Up to this many points each is marked with a dot.
const DOTS: usize = 24;
/// Between the end of the longest line and the labels.
const KEY: f64 = 30.0;

/// What stands right of the plot: the name of a series and the value that it ends with.
struct Label {
    name: String,
    value: String,
    /// Where the line ends.
    end: (f64, f64),
    /// Where the text stands.
    y: f64,
    color: Color,
    stroke: Stroke,
}

impl LineChart {
    pub fn new(x: &str, y: &str, series: Vec<Series>) -> Self {
        Self { x: text::clean(x), y: text::clean(y), series, y_range: None, decimals: None }
    }

    fn value(&self, value: f64) -> String {
        self.decimals.map_or_else(|| text::short(value), |decimals| text::number(value, decimals))
    }

    fn color(&self, index: usize) -> Color {
        self.series.get(index).and_then(|series| series.color).unwrap_or(Color::series(index))
    }

    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.series.iter().flat_map(|series| series.points.iter().copied()).filter(|(x, y)| is_drawable(*x, *y))
    }

    fn x_range(&self) -> Option<(f64, f64)> {
        let x = self.series.iter().flat_map(|series| &series.points).map(|point| point.0);
        self.points().next().and(axis::finite_range(x))
    }

    fn has_whole_x(&self) -> bool {
        self.series.iter().all(|series| !series.is_function) && self.points().all(|(x, _)| x.fract() == 0.0)
    }

    fn labels(&self, room: f64) -> Vec<Label> {
        let named = self.series.iter().enumerate().filter(|(_, series)| series.is_named);
        let ends = named.filter_map(|(index, series)| {
            let &end = series.points.iter().rev().find(|(x, y)| is_drawable(*x, *y))?;
            let value = if series.is_function { String::new() } else { self.value(end.1) };
            let name = Type::new(LABEL, Weight::SemiBold, GREY).fit(&series.name, room);
            Some(Label { name, value, end, y: 0.0, color: self.color(index), stroke: series.stroke })
        });
        ends.collect()
    }

    fn draw_axes(&self, scene: &mut Scene<'_>, (x_axis, y_axis): (Axis, Axis), y_ticks: &Ticks, plot: Frame) {
        let style = Type::new(TICK, Weight::Regular, GREY);
        for &y in &y_ticks.values {
            let is_zero = y == 0.0 && y_axis.low < 0.0;
            scene.rule(plot.x, y_axis.at(y), plot.width, if is_zero { AXIS } else { GRID });
            scene.text(plot.x - 8.0, y_axis.at(y) + 4.0, &y_ticks.label(y), style.end());
        }
        scene.rule(plot.x, plot.bottom(), plot.width, AXIS);
        let x_count = (plot.width / 48.0).clamp(2.0, 12.0);
        let x_ticks = x_axis.ticks(axis::round_step((x_axis.low, x_axis.high), x_count, self.has_whole_x()));
        let mut free_from = f64::NEG_INFINITY;
        for &x in &x_ticks.values {
            let (at, label) = (x_axis.at(x), x_ticks.label(x));
            scene.post(at, plot.bottom(), 4.0, AXIS);
            if x == 0.0 && self.x_range().is_some_and(|range| range.0 < 0.0) {
                scene.post(at, plot.y, plot.height, AXIS);
            }
            let half = style.width(&label) / 2.0;
            if at - half > free_from {
                scene.text(at, plot.bottom() + 17.0, &label, style.middle());
                free_from = at + half + 6.0;
            }
        }
    }

    /// What a reader sees of the series: how it moves from its first to its last point within the vertical axis.
    fn describe_series(&self, series: &Series) -> String {
        let is_seen = |y: f64| self.y_range.is_none_or(|(low, high)| y >= low && y <= high);
        let values: Vec<_> =
            series.points.iter().filter(|(x, y)| is_drawable(*x, *y) && is_seen(*y)).copied().collect();
        let (name, by_height) = (&series.name, |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1));
        let ends = (values.first(), values.last(), values.iter().min_by(by_height), values.iter().max_by(by_height));
        let (Some(&(_, first)), Some(&(_, last)), Some(&low), Some(&high)) = ends else {
            return format!("{name} has no finite values");
        };
        let spread = high.1 - low.1;
        let (from, to) = (self.value(first), self.value(last));
        let turns_at = |(x, y): (f64, f64)| format!("{} at {}", self.value(y), text::short(x));
        let is_away = |end: f64| (first - end).abs() > 0.2 * spread && (last - end).abs() > 0.2 * spread;
        if values.len() == 1 {
            format!("{name} is {to}")
        } else if spread <= 1e-9 * first.abs() {
            format!("{name} stays at {to}")
        } else if is_away(high.1) {
            format!("{name} rises from {from} to {} and falls to {to}", turns_at(high))
        } else if is_away(low.1) {
            format!("{name} falls from {from} to {} and rises to {to}", turns_at(low))
        } else {
            format!("{name} {} from {from} to {to}", if last < first { "falls" } else { "rises" })
        }
    }
}

impl Draw for LineChart {
    fn natural_size(&self) -> (f64, f64) {
        (596.0, 320.0)
    }

    fn draw<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>) {
        let axis_label = Type::new(TICK, Weight::Regular, GREY);
        let top = frame.y + if self.y.is_empty() { 6.0 } else { 26.0 };
        let bottom = (frame.bottom() - if self.x.is_empty() { 22.0 } else { 42.0 }).max(top + 10.0);
        let tick_count = ((bottom - top) / 44.0).clamp(3.0, 6.0);
        let round_range = axis::round_range(self.points().map(|point| point.1), tick_count);
        let y_range = self.y_range.map(|range| (range, axis::round_step(range, tick_count, false))).or(round_range);
        let (Some(x_range), Some((y_range, y_step))) = (self.x_range(), y_range) else {
            return scene.remark(frame, "no finite values to draw");
        };
        let y_axis = Axis::new(y_range, (bottom, top));
        let y_ticks = y_axis.ticks(y_step);
        let tick_width = y_ticks.values.iter().map(|&y| axis_label.width(&y_ticks.label(y))).fold(0.0, f64::max);

        let mut labels = self.labels(frame.width * 0.34);
        let strong = Type::new(LABEL, Weight::SemiBold, GREY);
        let label_width = |label: &Label| strong.width(&label.name) + axis_label.width(&label.value) + 6.0;
        let labels_width = labels.iter().map(label_width).fold(0.0, f64::max);
        let left = frame.x + tick_width + 10.0;
        // Room for a viewer whose font is a little wider.
        let right = (frame.right() - KEY - labels_width * 1.04).max(left + 20.0);
        let dots = self.has_whole_x() as i32 as f64 * 5.0;
        let x_axis = Axis::new(axis::widen(x_range.0, x_range.1), (left + dots, right - dots));

        self.draw_axes(
            scene,
            (x_axis, y_axis),
            &y_ticks,
            Frame { x: left, y: top, width: right - left, height: bottom - top },
        );
        scene.text(frame.x, frame.y + TICK, &axis_label.fit(&self.y, frame.width), axis_label);
        let x_label = axis_label.fit(&self.x, right - left);
        scene.text((left + right) / 2.0, frame.bottom() - 2.0, &x_label, axis_label.middle());

        let clip = Frame { x: left, y: top - LINE, width: right - left, height: bottom - top + 2.0 * LINE };
        for (index, series) in self.series.iter().enumerate() {
            draw_series(scene, series, self.color(index), (x_axis, y_axis), clip);
        }
        for label in &mut labels {
            let (x, y) = label.end;
            label.end = (x_axis.at(x), y_axis.at(y).clamp(top, bottom));
        }
        place(&mut labels, top, bottom);
        for label in &labels {
            draw_label(scene, label, right, strong);
        }
    }

    /// "training falls from 1.10 to 0.478 and test falls from 1.12 to 0.491 over ten epochs"
    fn describe(&self) -> String {
        const MOST: usize = 6;
        let Some((first, last)) = self.x_range() else { return "no finite values".into() };
        let mut parts: Vec<_> = self.series.iter().take(MOST).map(|series| self.describe_series(series)).collect();
        if self.series.len() > MOST {
            parts.push(format!("{} more lines", text::count(self.series.len() - MOST)));
        }
        let longest = self.series.iter().map(|series| series.points.len()).max().unwrap_or(0);
        let range = match self.x.as_str() {
            "epoch" if self.has_whole_x() => {
                format!("over {} epoch{}", text::count(longest), if longest == 1 { "" } else { "s" })
            }
            "" => format!("from {} to {}", text::short(first), text::short(last)),
            x => format!("for {x} from {} to {}", text::short(first), text::short(last)),
        };
        format!("{} {range}", list(&parts))
    }

    fn set_y_range(&mut self, low: f64, high: f64) {
        self.y_range = (low.is_finite() && high.is_finite() && low < high).then_some((low, high));
    }

    fn set_decimals(&mut self, decimals: usize) {
        self.decimals = Some(decimals);
    }
}

/// "a", "a and b", "a, b and c"
pub(super) fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn is_drawable(x: f64, y: f64) -> bool {
    x.abs() < 1e300 && y.abs() < 1e300
}

fn draw_series(scene: &mut Scene<'_>, series: &Series, color: Color, (x_axis, y_axis): (Axis, Axis), clip: Frame) {
    let far = 1e6;
    let place = |&(x, y): &(f64, f64)| (x_axis.at(x), y_axis.at(y).clamp(-far, far));
    let is_few = series.points.len() <= DOTS && !series.is_function;
    for run in series.points.split(|(x, y)| !is_drawable(*x, *y)).filter(|run| !run.is_empty()) {
        let points = thin(run.iter().map(place).collect());
        let is_inside = |y: f64| y >= clip.y && y <= clip.bottom();
        if series.stroke == Stroke::Markers {
            for &point in points.iter().filter(|point| is_inside(point.1)) {
                scene.disc(point, DOT + 1.4, color);
                scene.disc(point, DOT - 0.4, CARD);
            }
            continue;
        }
        for piece in cut(&points, clip.y, clip.bottom()) {
            match series.stroke {
                Stroke::Dashed => scene.dashes(&piece, (7.0, 5.0), LINE - 0.4, color),
                _ => scene.line(piece, LINE, color),
            }
        }
        if (is_few && series.stroke == Stroke::Solid) || points.len() == 1 {
            points.iter().filter(|point| is_inside(point.1)).for_each(|&point| scene.disc(point, DOT, color));
        }
    }
}

/// The line without points that fall on the same pixel column: of those, the highest and the lowest stay.
fn thin(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    if points.len() < 2000 {
        return points;
    }
    let mut thinned: Vec<(f64, f64)> = Vec::new();
    for column in points.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        let by_height = |a: &(usize, &(f64, f64)), b: &(usize, &(f64, f64))| a.1.1.total_cmp(&b.1.1);
        let low = column.iter().enumerate().min_by(by_height).map_or(0, |(index, _)| index);
        let high = column.iter().enumerate().max_by(by_height).map_or(0, |(index, _)| index);
        let mut kept = [0, low, high, column.len() - 1];
        kept.sort_unstable();
        thinned.extend(kept.iter().filter_map(|&index| column.get(index)));
    }
    thinned.dedup();
    thinned
}

/// The parts of a line between the heights `top` and `bottom`.
fn cut(points: &[(f64, f64)], top: f64, bottom: f64) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut piece: Vec<(f64, f64)> = Vec::new();
    for &[(x0, y0), (x1, y1)] in points.array_windows() {
        let along = |y: f64| ((y - y0) / (y1 - y0)).clamp(0.0, 1.0);
        let (enter, leave) = match () {
            () if y0.max(y1) < top || y0.min(y1) > bottom => (1.0, 0.0),
            () if y0 == y1 => (0.0, 1.0),
            () => (along(top).min(along(bottom)), along(top).max(along(bottom))),
        };
        if enter >= leave {
            continue;
        }
        let point = |t: f64| (x0 + (x1 - x0) * t, y0 + (y1 - y0) * t);
        if piece.last() != Some(&point(enter)) {
            pieces.push(std::mem::take(&mut piece));
            piece.push(point(enter));
        }
        piece.push(point(leave));
    }
    pieces.push(piece);
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// Moves labels apart until none covers another, in the order of their lines' ends.
fn place(labels: &mut Vec<Label>, top: f64, bottom: f64) {
    let pitch = LABEL * 1.36;
    let (top, bottom) = (top - 4.0, bottom + 4.0);
    labels.truncate((((bottom - top) / pitch) as usize + 1).max(1));
    labels.sort_by(|a, b| a.end.1.total_cmp(&b.end.1));
    // Labels that touch form a block around the middle of their ends; blocks that touch become one.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    let start = |(sum, size): (f64, usize)| {
        let height = pitch * (size - 1) as f64;
        (sum / size as f64 - height / 2.0).min(bottom - height).max(top)
    };
    for label in labels.iter() {
        blocks.push((label.end.1, 1));
        while let [.., above, below] = blocks[..] {
            if start(above) + pitch * above.1 as f64 <= start(below) {
                break;
            }
            blocks.truncate(blocks.len() - 2);
            blocks.push((above.0 + below.0, above.1 + below.1));
        }
    }
    let places =
        blocks.into_iter().flat_map(|block| (0..block.1).map(move |index| start(block) + pitch * index as f64));
    for (label, y) in labels.iter_mut().zip(places) {
        label.y = y;
    }
}

fn draw_label(scene: &mut Scene<'_>, label: &Label, right: f64, strong: Type) {
    let (x, y) = (right + KEY - 6.0, label.y);
    // From the line's end to its name, in the line's own look: it is the legend's key, too.
    let key = [(x - 18.0, y), (x - 4.0, y)];
    match label.stroke {
        Stroke::Solid => scene.line(key.to_vec(), LINE, label.color),
        Stroke::Dashed => scene.dashes(&key, (5.0, 4.0), LINE - 0.4, label.color),
        Stroke::Markers => {
            scene.disc((x - 11.0, y), DOT + 1.4, label.color);
            scene.disc((x - 11.0, y), DOT - 0.4, CARD);
        }
    }
    let style = Type { color: label.color.for_text(), ..strong };
    scene.text(x, y + LABEL * 0.36, &label.name, style);
    let value = Type::new(LABEL, Weight::Regular, GREY);
    scene.text(x + style.width(&label.name) + 5.0, y + LABEL * 0.36, &label.value, value);
}
