//! Bars: probabilities of the ten digits, counts per label.

use super::axis::{self, Axis};
use super::scene::{Draw, Frame, Scene, Type};
use super::text::{self, Weight};
use super::theme::{AXIS, Color, GREY, GRID, INK, LABEL, QUIET_BAR, TICK};

/// One upright bar for each label.
#[derive(Clone)]
pub(crate) struct BarChart {
    x: String,
    y: String,
    labels: Vec<String>,
    values: Vec<f64>,
    range: Option<(f64, f64)>,
    highlights_largest: bool,
    decimals: Option<usize>,
}

impl BarChart {
    pub fn new(x: &str, y: &str, labels: Vec<String>, values: Vec<f64>) -> Self {
        let (x, y) = (text::clean(x), text::clean(y));
        // Beyond this, differences of two values overflow: such a value is drawn as little as an infinite one.
        let values = values.into_iter().map(|v| if v.abs() < 1e300 { v } else { v * f64::INFINITY }).collect();
        Self { x, y, labels, values, range: None, highlights_largest: false, decimals: None }
    }

    /// Bars from 0 to 1 with the largest in colour.
    pub fn probabilities(self) -> Self {
        Self { range: Some((0.0, 1.0)), highlights_largest: true, decimals: Some(3), ..self }
    }

    fn value(&self, value: f64) -> String {
        self.decimals.map_or_else(|| text::short(value), |decimals| text::number(value, decimals))
    }

    fn label(&self, index: usize) -> &str {
        self.labels.get(index).map_or("", String::as_str)
    }

    /// The finite values with their places.
    fn finite(&self) -> impl Iterator<Item = (usize, f64)> {
        self.values.iter().copied().enumerate().filter(|(_, value)| value.is_finite())
    }

    fn largest(&self) -> Option<(usize, f64)> {
        self.finite().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }

    fn smallest(&self) -> Option<(usize, f64)> {
        self.finite().min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)))
    }

    /// "7 with 0.981"
    fn named(&self, (index, value): (usize, f64)) -> String {
        format!("{} with {}", self.label(index), self.value(value))
    }

    /// Ticks and grid, for bars too narrow to have their values printed above them.
    fn draw_scale(&self, scene: &mut Scene<'_>, axis: Axis, plot: &mut Frame) {
        let small = Type::new(TICK, Weight::Regular, GREY);
        let ticks = axis.ticks(axis::round_step((axis.low, axis.high), (plot.height / 44.0).clamp(2.0, 6.0), false));
        let widest = ticks.values.iter().map(|&tick| small.width(&ticks.label(tick))).fold(0.0, f64::max);
        plot.x += widest + 10.0;
        plot.width = (plot.width - widest - 10.0).max(10.0);
        for &tick in &ticks.values {
            scene.rule(plot.x, axis.at(tick), plot.width, GRID);
            scene.text(plot.x - 8.0, axis.at(tick) + 4.0, &ticks.label(tick), small.end());
        }
    }

    fn draw_bars(&self, scene: &mut Scene<'_>, axis: Axis, plot: Frame, bottom: f64, prints_values: bool) {
        let slot = plot.width / self.values.len() as f64;
        let width = if slot > 4.0 { slot - (slot * 0.28).min(18.0) } else { slot };
        let largest = self.largest().filter(|_| self.highlights_largest).map(|(index, _)| index);
        let stride = self.label_stride(slot);
        for (index, &value) in self.values.iter().enumerate() {
            let is_largest = largest == Some(index);
            let x = plot.x + slot * (index as f64 + 0.5);
            let color = if self.highlights_largest && !is_largest { QUIET_BAR } else { Color::BLUE };
            let end = if value.is_finite() { axis.at(value) } else { axis.at(0.0) };
            draw_bar(scene, x - width / 2.0, width, axis.at(0.0), end, color);
            let weight = if is_largest { Weight::SemiBold } else { Weight::Regular };
            if prints_values {
                let style = Type::new(TICK, weight, if is_largest { color.for_text() } else { GREY }).middle();
                let y = if value < 0.0 { end + TICK + 3.0 } else { end - 5.0 };
                scene.text(x, y, &self.value(value), style);
            }
            if index.is_multiple_of(stride) {
                let style = Type::new(LABEL, weight, INK).middle();
                let label = style.fit(self.label(index), (slot * stride as f64 - 4.0).max(20.0));
                scene.text(x, bottom + 18.0, &label, style);
            }
        }
    }

    /// Every how many bars a label fits: all, or every second, fifth, tenth, …
    fn label_stride(&self, slot: f64) -> usize {
        let style = Type::new(LABEL, Weight::Regular, INK);
        let widest = self.labels.iter().take(1000).map(|label| style.width(label)).fold(0.0, f64::max).min(60.0);
        let strides = (0..9).flat_map(|power| [1, 2, 5].map(|factor| factor * 10_usize.pow(power)));
        strides.into_iter().find(|&stride| slot * stride as f64 >= widest + 8.0).unwrap_or(usize::MAX)
    }
}

impl Draw for BarChart {
    fn natural_size(&self) -> (f64, f64) {
        ((self.values.len() as f64 * 52.0 + 20.0).clamp(320.0, 596.0), 250.0)
    }

    fn draw<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>) {
        let Some((low, high)) = axis::finite_range(self.values.iter().copied()) else {
            return scene.remark(frame, "no finite values to draw");
        };
        let (least, most) = self.range.unwrap_or((0.0, 0.0));
        let (low, high) = axis::widen(low.min(0.0).min(least), high.max(0.0).max(most));
        let small = Type::new(TICK, Weight::Regular, GREY);
        let slot = frame.width / self.values.len() as f64;
        let widest = self.values.iter().take(200).map(|&value| small.width(&self.value(value))).fold(0.0, f64::max);
        let prints_values = widest + 4.0 <= slot;

        let mut plot = frame;
        plot.y += if self.y.is_empty() { 4.0 } else { 22.0 } + if prints_values { 16.0 } else { 4.0 };
        // The value of a bar that hangs down stands between it and the labels.
        let hanging = if low < 0.0 && prints_values { 16.0 } else { 0.0 };
        let below = if self.x.is_empty() { 24.0 } else { 44.0 } + hanging;
        plot.height = (frame.bottom() - below - plot.y).max(10.0);
        let axis = Axis::new((low, high), (plot.bottom(), plot.y));
        scene.text(frame.x, frame.y + TICK, &small.fit(&self.y, frame.width), small);
        if !prints_values {
            self.draw_scale(scene, axis, &mut plot);
        }
        self.draw_bars(scene, axis, plot, frame.bottom() - below + hanging, prints_values);
        scene.rule(plot.x, axis.at(0.0), plot.width, AXIS);
        let x = plot.x + plot.width / 2.0;
        scene.text(x, frame.bottom() - 2.0, &small.fit(&self.x, plot.width), small.middle());
    }

    /// "largest 7 with 0.981, then 9 with 0.012"
    fn describe(&self) -> String {
        let (Some(largest), Some(smallest)) = (self.largest(), self.smallest()) else {
            return "no finite values".into();
        };
        let rest = self.finite().filter(|(index, _)| *index != largest.0);
        // Of several that are as large, the first.
        let second = rest.reduce(|best, bar| if bar.1 > best.1 { bar } else { best });
        let (most, least) = (self.named(largest), self.named(smallest));
        match second {
            None => most,
            Some(second) if self.highlights_largest => format!("{most} is the largest, then {}", self.named(second)),
            Some(_) => format!("{} bars, the largest {most}, the smallest {least}", text::count(self.values.len())),
        }
    }

    fn set_decimals(&mut self, decimals: usize) {
        self.decimals = Some(decimals);
    }
}

/// A bar from `base` to `end`, rounded a little at its end.
fn draw_bar(scene: &mut Scene<'_>, x: f64, width: f64, base: f64, end: f64, color: Color) {
    let height = (base - end).abs();
    let radius = (width / 4.0).min(height).min(3.0);
    if radius < 1.0 {
        return scene.rect(x, base.min(end), width, height, color);
    }
    let inward = if end < base { radius } else { -radius };
    let mut points = vec![(x + width, base)];
    for (center, from) in [(x + width - radius, 0.0), (x + radius, 90.0)] {
        for step in 0..=6 {
            let angle = (from + f64::from(step) * 15.0_f64).to_radians();
            points.push((center + radius * angle.cos(), end + inward - inward * angle.sin()));
        }
    }
    points.push((x, base));
    scene.polygon(points, color);
}
