//! Where numbers lie on one axis: the pre-activations and activations of each layer.

use super::axis::{self, Axis};
use super::rows::{self, ROW, Sign, Texts};
use super::scene::{Draw, Frame, Scene, Type};
use super::text::{self, Weight};
use super::theme::{AXIS, Color, GREY, GRID, TICK};

/// Groups of numbers, each a row: where on a common axis its values lie.
#[derive(Clone)]
pub(crate) struct RangeChart {
    x: String,
    rows: Vec<Range>,
}

/// Where a group of numbers lies.
#[derive(Clone)]
pub(crate) struct Range {
    name: String,
    detail: String,
    color: Color,
    /// What stands at the right: two lines.
    remarks: [String; 2],
    /// Below these lie 5 %, 25 %, 50 %, 75 % and 95 % of the values; none if no value is finite.
    quantiles: Option<[f64; 5]>,
}

impl Range {
    /// `values` in any order; those that are not finite are left out.
    pub fn new(name: String, detail: String, color: Color, remarks: [String; 2], mut values: Vec<f64>) -> Self {
        values.retain(|value| value.abs() < 1e300);
        values.sort_unstable_by(f64::total_cmp);
        Self { name, detail, color, remarks, quantiles: rows::quantiles(&values) }
    }

    fn texts(&self) -> Texts {
        let [value, value_detail] = self.remarks.clone();
        Texts { name: self.name.clone(), detail: self.detail.clone(), value, value_detail, color: self.color }
    }

    /// "layer 1, a: half of the values between 0 and 0.52, nine in ten between 0 and 1.4, 27 of 100 silent, 59 % are 0"
    fn describe(&self) -> String {
        let mut said = match self.quantiles {
            Some(quantiles) => {
                let [least, low, _, high, most] = quantiles.map(text::short);
                format!(
                    "{}: half of the values between {low} and {high}, nine in ten between {least} and {most}",
                    self.name
                )
            }
            None => format!("{}: no finite values", self.name),
        };
        for remark in self.remarks.iter().filter(|remark| !remark.is_empty()) {
            said += &format!(", {remark}");
        }
        said
    }
}

/// Below the rows: ticks, the axis' name, the key.
const BELOW: f64 = 68.0;

impl RangeChart {
    pub fn new(x: &str, rows: Vec<Range>) -> Self {
        Self { x: text::clean(x), rows }
    }
}

impl Draw for RangeChart {
    fn natural_size(&self) -> (f64, f64) {
        (700.0, self.rows.len() as f64 * ROW + BELOW)
    }

    fn draw<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>) {
        let texts: Vec<_> = self.rows.iter().map(Range::texts).collect();
        let (left, right) = rows::between(texts.iter(), frame);
        let drawn = self.rows.iter().filter_map(|row| row.quantiles).flatten();
        let Some((range, step)) = axis::round_range(drawn, ((right - left) / 60.0).clamp(2.0, 10.0)) else {
            return scene.remark(frame, "no finite values to draw");
        };
        let small = Type::new(TICK, Weight::Regular, GREY);
        let bottom = (frame.bottom() - BELOW).max(frame.y + 10.0);
        let axis = Axis::new(range, (left, right));
        let ticks = axis.ticks(step);
        for &value in &ticks.values {
            scene.post(axis.at(value), frame.y, bottom - frame.y, if value == 0.0 { AXIS } else { GRID });
            scene.text(axis.at(value), bottom + 17.0, &ticks.label(value), small.middle());
        }
        rows::draw_base(scene, (left, right), bottom, &self.x);

        let pitch = (bottom - frame.y) / self.rows.len().max(1) as f64;
        for (index, (row, texts)) in self.rows.iter().zip(&texts).enumerate() {
            let y = frame.y + pitch * (index as f64 + 0.5);
            texts.draw(scene, (left, right), frame, (y, pitch));
            if let Some(quantiles) = row.quantiles {
                rows::draw_bars(scene, row.color, quantiles.map(|value| axis.at(value)), y);
            }
        }
        rows::draw_key(scene, frame, &[Sign::Half, Sign::Most, Sign::Middle]);
    }

    /// Each row in words, of more than twelve the first twelve.
    fn describe(&self) -> String {
        if self.rows.is_empty() {
            return "no values".into();
        }
        self.rows.iter().take(12).map(Range::describe).collect::<Vec<_>>().join("; ")
    }
}
