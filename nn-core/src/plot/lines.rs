//! Lines: values over epochs, functions over their argument.

use super::axis::{self, Axis, Ticks};
use super::curve;
use super::line_labels::{self, KEY, Label};
use super::scene::{Draw, Frame, Scene, Type};
use super::series::Series;
use super::text::{self, Weight};
use super::theme::{AXIS, Color, GREY, GRID, LABEL, LINE, TICK};

/// A height is far from another, as a reader sees it, if it is by more than this share of the whole spread.
const FAR: f64 = 0.2;

/// Series over a common pair of axes, each named at its right end.
#[derive(Clone)]
pub(crate) struct LineChart {
    x: String,
    y: String,
    series: Vec<Series>,
    y_range: Option<(f64, f64)>,
    decimals: Option<usize>,
    log_x: bool,
    log_y: bool,
}

impl LineChart {
    pub fn new(x: &str, y: &str, series: Vec<Series>) -> Self {
        Self { x: text::clean(x), y: text::clean(y), series, y_range: None, decimals: None, log_x: false, log_y: false }
    }

    fn value(&self, value: f64) -> String {
        self.decimals.map_or_else(|| text::short(value), |decimals| text::number(value, decimals))
    }

    /// Each series with its colour: its own, or the next in turn.
    fn colored(&self) -> impl Iterator<Item = (&Series, Color)> {
        self.series.iter().enumerate().map(|(index, series)| (series, series.color.unwrap_or(Color::series(index))))
    }

    /// Whether the axes have a place for it.
    fn has_place(&self, (x, y): (f64, f64)) -> bool {
        (!self.log_x || x >= axis::LEAST) && (!self.log_y || y >= axis::LEAST)
    }

    fn drawable(&self, series: &Series) -> impl Iterator<Item = (f64, f64)> {
        series.drawable().filter(|&point| self.has_place(point))
    }

    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.series.iter().flat_map(|series| self.drawable(series))
    }

    fn x_range(&self) -> Option<(f64, f64)> {
        let x = self.series.iter().flat_map(|series| &series.points).map(|point| point.0);
        let range = axis::finite_range(x.filter(|&x| !self.log_x || x >= axis::LEAST));
        self.points().next().and(range)
    }

    fn x_axis(&self, (low, high): (f64, f64), positions: (f64, f64)) -> Axis {
        if self.log_x {
            return Axis::log(axis::widen_log(low, high), positions);
        }
        Axis::new(axis::widen(low, high), positions)
    }

    /// The vertical axis with its ticks, about `tick_count` of them.
    fn y_axis(&self, tick_count: f64, positions: (f64, f64)) -> Option<(Axis, Ticks)> {
        let y = self.points().map(|point| point.1);
        if self.log_y {
            let chosen = self.y_range.filter(|range| range.0 >= axis::LEAST);
            let axis = Axis::log(chosen.or_else(|| axis::log_range(y))?, positions);
            return Some((axis, axis.round_ticks(tick_count, false)));
        }
        let (range, step) = match self.y_range {
            Some(range) => (range, axis::round_step(range, tick_count, false)),
            None => axis::round_range(y, tick_count)?,
        };
        let axis = Axis::new(range, positions);
        Some((axis, axis.ticks(step)))
    }

    fn has_whole_x(&self) -> bool {
        !self.log_x
            && self.series.iter().all(|series| !series.is_function)
            && self.points().all(|(x, _)| x.fract() == 0.0)
    }

    /// What stands right of the plot, in the order of the series; none for a series that has nothing to draw.
    fn labels(&self, room: f64) -> Vec<Label> {
        let mut labels = Vec::new();
        for (series, color) in self.colored().filter(|(series, _)| series.is_named) {
            if let Some(end) = self.drawable(series).last() {
                let value = if series.is_function { String::new() } else { self.value(end.1) };
                let name = Type::new(LABEL, Weight::SemiBold, GREY).fit(&series.name, room);
                labels.push(Label { name, value, end, y: 0.0, color, stroke: series.stroke });
            }
        }
        labels
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
        let x_ticks = x_axis.round_ticks(x_count, self.has_whole_x());
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
        let mut name = series.name.clone();
        let all: Vec<(f64, f64)> = self.drawable(series).collect();
        let is_seen = |(_, y): &(f64, f64)| self.y_range.is_none_or(|(low, high)| (low..=high).contains(y));
        let seen: Vec<(f64, f64)> = all.iter().copied().filter(is_seen).collect();
        let [(start, first), ..] = seen[..] else {
            return name + if all.is_empty() { " has no finite values" } else { " lies outside the figure" };
        };
        if !all.first().is_some_and(is_seen) {
            name += &format!(", in the figure from {} on,", text::short(start));
        }
        let (mut last, mut low, mut high) = (first, (0.0, f64::INFINITY), (0.0, f64::NEG_INFINITY));
        for &(x, y) in &seen {
            last = y;
            // Of several lowest points the first, of several highest the last.
            if y.total_cmp(&low.1).is_lt() {
                low = (x, y);
            }
            if y.total_cmp(&high.1).is_ge() {
                high = (x, y);
            }
        }
        let spread = self.distance(low.1, high.1);
        let (from, to) = (self.value(first), self.value(last));
        let course = if seen.len() == 1 {
            format!("{name} is {to}")
        } else if high.1 - low.1 <= 1e-9 * first.abs() {
            format!("{name} stays at {to}")
        } else if seen.iter().all(|(x, _)| *x == start) {
            format!("{name} lies between {} and {}", self.value(low.1), self.value(high.1))
        } else if self.distance(high.1, first).min(self.distance(high.1, last)) > FAR * spread {
            format!("{name} rises from {from} to {} at {} and falls to {to}", self.value(high.1), text::short(high.0))
        } else if self.distance(low.1, first).min(self.distance(low.1, last)) > FAR * spread {
            format!("{name} falls from {from} to {} at {} and rises to {to}", self.value(low.1), text::short(low.0))
        } else {
            format!("{name} {} from {from} to {to}", if last < first { "falls" } else { "rises" })
        };
        match all.last() {
            Some(end) if !is_seen(end) => format!("{course}, then leaves the figure for {}", self.value(end.1)),
            _ => course,
        }
    }
}

impl Draw for LineChart {
    fn natural_size(&self) -> (f64, f64) {
        (596.0, 320.0)
    }

    fn draw<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>) {
        let small = Type::new(TICK, Weight::Regular, GREY);
        let top = frame.y + if self.y.is_empty() { 6.0 } else { 26.0 };
        let bottom = (frame.bottom() - if self.x.is_empty() { 22.0 } else { 42.0 }).max(top + 10.0);
        let tick_count = ((bottom - top) / 44.0).clamp(3.0, 6.0);
        let (Some(x_range), Some((y_axis, y_ticks))) = (self.x_range(), self.y_axis(tick_count, (bottom, top))) else {
            return scene.remark(frame, &format!("{} to draw", self.nothing()));
        };
        let tick_width = y_ticks.values.iter().map(|&y| small.width(&y_ticks.label(y))).fold(0.0, f64::max);

        let mut labels = self.labels(frame.width * 0.34);
        let labels_width = labels.iter().map(Label::width).fold(0.0, f64::max);
        let left = frame.x + tick_width + 10.0;
        // Room for a viewer whose font is a little wider.
        let right = (frame.right() - KEY - labels_width * 1.04).max(left + 20.0);
        // Room for the dots at both ends.
        let dots = if self.has_whole_x() || self.log_x { 5.0 } else { 0.0 };
        let x_axis = self.x_axis(x_range, (left + dots, right - dots));
        let plot = Frame { x: left, y: top, width: right - left, height: bottom - top };

        self.draw_axes(scene, (x_axis, y_axis), &y_ticks, plot);
        scene.text(frame.x, frame.y + TICK, &small.fit(&self.y, frame.width), small);
        let x_label = small.fit(&self.x, right - left);
        scene.text((left + right) / 2.0, frame.bottom() - 2.0, &x_label, small.middle());

        let clip = Frame { y: top - LINE, height: bottom - top + 2.0 * LINE, ..plot };
        for (series, color) in self.colored() {
            curve::draw(scene, series, color, (x_axis, y_axis), clip);
        }
        for label in &mut labels {
            let (x, y) = label.end;
            label.end = (x_axis.at(x), y_axis.at(y).clamp(top, bottom));
        }
        line_labels::place(&mut labels, top, bottom);
        for label in &labels {
            label.draw(scene, right);
        }
    }

    /// "training falls from 1.10 to 0.478 and test falls from 1.12 to 0.491 over ten epochs"
    fn describe(&self) -> String {
        const MOST: usize = 6;
        let Some((first, last)) = self.x_range() else { return self.nothing().into() };
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
        format!("{} {range}{}", text::list(&parts), self.describe_scales())
    }

    fn set_y_range(&mut self, low: f64, high: f64) {
        self.y_range = (low.is_finite() && high.is_finite() && low < high).then_some((low, high));
    }

    fn set_decimals(&mut self, decimals: usize) {
        self.decimals = Some(decimals);
    }

    fn set_log_x(&mut self) {
        self.log_x = true;
    }

    fn set_log_y(&mut self) {
        self.log_y = true;
    }
}

impl LineChart {
    /// Why nothing is drawn.
    fn nothing(&self) -> &'static str {
        if self.log_x || self.log_y { "no finite values above 0" } else { "no finite values" }
    }

    /// How far apart two heights are seen.
    fn distance(&self, a: f64, b: f64) -> f64 {
        if self.log_y { (a.log10() - b.log10()).abs() } else { (a - b).abs() }
    }

    /// "; vertical axis logarithmic, two points at 0 or below left out"
    fn describe_scales(&self) -> String {
        let name = match (self.log_x, self.log_y) {
            (false, false) => return String::new(),
            (true, false) => "horizontal axis",
            (false, true) => "vertical axis",
            (true, true) => "both axes",
        };
        let all = self.series.iter().flat_map(Series::drawable);
        let left_out = match all.filter(|&point| !self.has_place(point)).count() {
            0 => String::new(),
            1 => ", one point at 0 or below left out".into(),
            count => format!(", {} points at 0 or below left out", text::count(count)),
        };
        format!("; {name} logarithmic{left_out}")
    }
}
