//! How large numbers are, over many powers of ten: the gradients of each layer.

use super::axis::{self, Axis};
use super::scene::{Draw, Frame, Scene, Type};
use super::text::{self, Weight};
use super::theme::{AXIS, CARD, Color, DOT, GREY, GRID, INK, LABEL, TICK};

/// Groups of numbers, each a row: where on a logarithmic axis its absolute values lie.
#[derive(Clone)]
pub(crate) struct SizeChart {
    x: String,
    rows: Vec<Sizes>,
}

/// The absolute values of a group of numbers.
#[derive(Clone)]
pub(crate) struct Sizes {
    name: String,
    detail: String,
    color: Color,
    /// √(mean of squares), zeros included.
    root_mean_square: f64,
    /// Below these lie 5 %, 25 %, 50 %, 75 % and 95 % of the values that are not 0; none if all are 0.
    quantiles: Option<[f64; 5]>,
    /// The share of values that are 0, which no logarithmic axis has a place for.
    zeros: f64,
}

impl Sizes {
    /// `values` in any order; those that are not finite are left out.
    pub fn new(name: String, detail: String, color: Color, values: Vec<f64>) -> Self {
        let mut sizes: Vec<f64> = values.into_iter().map(f64::abs).filter(|value| *value < 1e150).collect();
        let count = sizes.len().max(1) as f64;
        let root_mean_square = (sizes.iter().map(|value| value * value).sum::<f64>() / count).sqrt();
        let all = sizes.len();
        sizes.retain(|value| *value > 1e-300);
        let zeros = (all - sizes.len()) as f64 / count;
        sizes.sort_unstable_by(f64::total_cmp);
        Self { name, detail, color, root_mean_square, quantiles: quantiles(&sizes), zeros }
    }

    /// "31 % are 0", if any are.
    fn zeros(&self) -> String {
        if self.zeros == 0.0 {
            return String::new();
        }
        format!("{} % are 0", text::number(self.zeros * 100.0, if self.zeros < 0.01 { 1 } else { 0 }))
    }

    /// "weights of layer 1: root mean square 0.00060, half of them between 1.2e−5 and 3.4e−4, 31 % are 0"
    fn describe(&self) -> String {
        let mut said = format!("{}: root mean square {}", self.name, text::short(self.root_mean_square));
        if let Some([_, low, _, high, _]) = self.quantiles {
            said += &format!(", half of them between {} and {}", text::short(low), text::short(high));
        }
        if self.zeros > 0.0 {
            said += &format!(", {} % are 0", text::number(self.zeros * 100.0, 0));
        }
        said
    }
}

/// The height of a row at its natural size.
const ROW: f64 = 40.0;
/// Below the rows: ticks, the axis' name, the key.
const BELOW: f64 = 68.0;

impl SizeChart {
    pub fn new(x: &str, rows: Vec<Sizes>) -> Self {
        Self { x: text::clean(x), rows }
    }

    /// The powers of ten around all that is drawn.
    fn range(&self) -> Option<(i32, i32)> {
        let drawn = self.rows.iter().filter_map(|row| {
            let [least, .., most] = row.quantiles?;
            Some([least.min(row.root_mean_square), most.max(row.root_mean_square)])
        });
        let (low, high) = axis::finite_range(drawn.flatten())?;
        let (low, high) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        Some((low, high.max(low + 1)))
    }
}

impl Draw for SizeChart {
    fn natural_size(&self) -> (f64, f64) {
        (700.0, self.rows.len() as f64 * ROW + BELOW)
    }

    fn draw<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>) {
        let Some((low, high)) = self.range() else {
            return scene.remark(frame, "no values but 0 to draw");
        };
        let strong = Type::new(LABEL, Weight::SemiBold, INK);
        let small = Type::new(TICK, Weight::Regular, GREY);
        let room = frame.width * 0.3;
        let names = self.rows.iter().map(|row| strong.width(&row.name).max(small.width(&row.detail)));
        let left = frame.x + names.fold(0.0, f64::max).min(room) + 18.0;
        let values =
            self.rows.iter().map(|row| strong.width(&text::short(row.root_mean_square)).max(small.width(&row.zeros())));
        let right = (frame.right() - values.fold(0.0, f64::max).min(room) * 1.04 - 18.0).max(left + 40.0);
        let bottom = (frame.bottom() - BELOW).max(frame.y + 10.0);
        let axis = Axis::new((f64::from(low), f64::from(high)), (left, right));

        let stride = (f64::from(high - low) * 44.0 / (right - left)).ceil().max(1.0) as usize;
        for power in (low..=high).step_by(stride) {
            let x = axis.at(f64::from(power));
            scene.post(x, frame.y, bottom - frame.y, GRID);
            scene.text(x, bottom + 17.0, &axis::power_of_ten(10_f64.powi(power)), small.middle());
        }
        scene.rule(left, bottom, right - left, AXIS);
        scene.text((left + right) / 2.0, bottom + 37.0, &small.fit(&self.x, right - left), small.middle());

        let pitch = (bottom - frame.y) / self.rows.len().max(1) as f64;
        for (index, row) in self.rows.iter().enumerate() {
            let y = frame.y + pitch * (index as f64 + 0.5);
            row.draw_texts(scene, (left - 18.0, right + 18.0), frame, (y, pitch));
            row.draw_sizes(scene, axis, y);
        }
        self.draw_key(scene, frame, small);
    }

    /// Each row in words, of more than eight the first eight.
    fn describe(&self) -> String {
        if self.rows.is_empty() {
            return "no values".into();
        }
        self.rows.iter().take(8).map(Sizes::describe).collect::<Vec<_>>().join("; ")
    }
}

impl Sizes {
    /// What stands left and right of a row: left up to `left`, and right from `right` on.
    fn draw_texts(&self, scene: &mut Scene<'_>, (left, right): (f64, f64), frame: Frame, (y, pitch): (f64, f64)) {
        let (room, value_room) = (left - frame.x, frame.right() - right);
        let name = Type::new(LABEL, Weight::SemiBold, INK);
        let value = Type { color: self.color.for_text(), ..name };
        let small = Type::new(TICK, Weight::Regular, GREY);
        // Name and detail above each other where there is room for both.
        let has_two_lines = pitch >= 30.0;
        let baseline = y + if has_two_lines { -2.0 } else { 4.5 };
        scene.text(frame.x, baseline, &name.fit(&self.name, room), name);
        scene.text(right, baseline, &value.fit(&text::short(self.root_mean_square), value_room), value);
        if has_two_lines {
            scene.text(frame.x, y + 13.0, &small.fit(&self.detail, room), small);
            scene.text(right, y + 13.0, &small.fit(&self.zeros(), value_room), small);
        }
    }

    /// The bars for half and for nine in ten of the values, their middle, and the root mean square.
    fn draw_sizes(&self, scene: &mut Scene<'_>, axis: Axis, y: f64) {
        let Some(quantiles) = self.quantiles else { return };
        let [least, low, median, high, most] = quantiles.map(|value| on_axis(axis, value));
        let pale = CARD.mixed(self.color, 0.35);
        scene.rect(least, y - 1.5, most - least, 3.0, pale);
        scene.rect(low, y - 6.0, (high - low).max(1.0), 12.0, pale);
        scene.rect(median - 1.0, y - 6.0, 2.0, 12.0, self.color);
        let mean = (on_axis(axis, self.root_mean_square), y);
        scene.disc(mean, DOT + 2.2, CARD);
        scene.disc(mean, DOT + 1.0, self.color);
    }
}

/// Where a value stands on an axis of powers of ten.
fn on_axis(axis: Axis, value: f64) -> f64 {
    axis.at(value.log10().clamp(axis.low, axis.high))
}

/// Below which values 5 %, 25 %, 50 %, 75 % and 95 % of the sorted ones lie, if there are any.
fn quantiles(sorted: &[f64]) -> Option<[f64; 5]> {
    if sorted.is_empty() {
        return None;
    }
    #[expect(clippy::indexing_slicing, reason = "a share of the last position is at most that")]
    Some([0.05, 0.25, 0.5, 0.75, 0.95].map(|share| sorted[((sorted.len() - 1) as f64 * share).round() as usize]))
}

impl SizeChart {
    /// What the bars and the dot mean, in the frame's last line.
    fn draw_key(&self, scene: &mut Scene<'_>, frame: Frame, small: Type) {
        let (y, pale) = (frame.bottom() - 6.0, CARD.mixed(GREY, 0.4));
        let mut x = frame.x;
        let parts = ["root mean square", "half of the values", "nine in ten"];
        for (index, name) in parts.into_iter().enumerate() {
            let width = 22.0 + small.width(name) * 1.04 + 22.0;
            if x + width - 22.0 > frame.right() {
                break;
            }
            match index {
                0 => scene.disc((x + 8.0, y - 4.0), DOT + 1.0, GREY),
                1 => scene.rect(x, y - 9.0, 16.0, 10.0, pale),
                _ => scene.rect(x, y - 5.5, 16.0, 3.0, pale),
            }
            scene.text(x + 22.0, y, name, small);
            x += width;
        }
    }
}
