//! How large numbers are, over many powers of ten: the gradients of each layer.

use super::axis::{self, Axis};
use super::rows::{self, ROW, Sign, Texts};
use super::scene::{Draw, Frame, Scene, Type};
use super::text::{self, Weight};
use super::theme::{CARD, Color, DOT, GREY, GRID, TICK};

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
        Self { name, detail, color, root_mean_square, quantiles: rows::quantiles(&sizes), zeros }
    }

    /// "31 % are 0", if any are.
    fn zeros(&self) -> String {
        if self.zeros == 0.0 {
            return String::new();
        }
        format!("{} % are 0", text::number(self.zeros * 100.0, if self.zeros < 0.01 { 1 } else { 0 }))
    }

    fn texts(&self) -> Texts {
        Texts {
            name: self.name.clone(),
            detail: self.detail.clone(),
            value: text::short(self.root_mean_square),
            value_detail: self.zeros(),
            color: self.color,
        }
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

    /// The bars for half and for nine in ten of the values, their middle, and the root mean square.
    fn draw(&self, scene: &mut Scene<'_>, axis: Axis, y: f64) {
        let Some(quantiles) = self.quantiles else { return };
        rows::draw_bars(scene, self.color, quantiles.map(|value| on_axis(axis, value)), y);
        let mean = (on_axis(axis, self.root_mean_square), y);
        scene.disc(mean, DOT + 2.2, CARD);
        scene.disc(mean, DOT + 1.0, self.color);
    }
}

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
        let small = Type::new(TICK, Weight::Regular, GREY);
        let texts: Vec<_> = self.rows.iter().map(Sizes::texts).collect();
        let (left, right) = rows::between(texts.iter(), frame);
        let bottom = (frame.bottom() - BELOW).max(frame.y + 10.0);
        let axis = Axis::new((f64::from(low), f64::from(high)), (left, right));

        let stride = (f64::from(high - low) * 44.0 / (right - left)).ceil().max(1.0) as usize;
        for power in (low..=high).step_by(stride) {
            let x = axis.at(f64::from(power));
            scene.post(x, frame.y, bottom - frame.y, GRID);
            scene.text(x, bottom + 17.0, &axis::power_of_ten(10_f64.powi(power)), small.middle());
        }
        rows::draw_base(scene, (left, right), bottom, &self.x);

        let pitch = (bottom - frame.y) / self.rows.len().max(1) as f64;
        for (index, (row, texts)) in self.rows.iter().zip(&texts).enumerate() {
            let y = frame.y + pitch * (index as f64 + 0.5);
            texts.draw(scene, (left, right), frame, (y, pitch));
            row.draw(scene, axis, y);
        }
        rows::draw_key(scene, frame, &[Sign::Dot(DOT + 1.0, "root mean square"), Sign::Half, Sign::Most, Sign::Middle]);
    }

    /// Each row in words, of more than twelve the first twelve.
    fn describe(&self) -> String {
        if self.rows.is_empty() {
            return "no values".into();
        }
        self.rows.iter().take(12).map(Sizes::describe).collect::<Vec<_>>().join("; ")
    }
}

/// Where a value stands on an axis of powers of ten.
fn on_axis(axis: Axis, value: f64) -> f64 {
    axis.at(value.log10().clamp(axis.low, axis.high))
}
