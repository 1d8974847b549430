//! Axes: from numbers to positions, and the round numbers worth a tick.

use super::text;

/// A range of numbers laid along a range of positions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub low: f64,
    pub high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// `low` at position `from`, `high` at position `to`.
    pub fn new((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        Self { low, high, from, to }
    }

    pub fn at(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// The multiples of `step` within the range.
    pub fn ticks(&self, step: f64) -> Ticks {
        let slack = (self.high - self.low) * 1e-9;
        let first = ((self.low - slack) / step).ceil();
        let last = ((self.high + slack) / step).floor();
        // No more than fit on any axis, whatever rounding does to extreme ranges.
        let number = (last - first).clamp(0.0, 50.0) as usize;
        let values = (0..=number).map(|index| (first + index as f64) * step).collect();
        Ticks { values, step }
    }
}

/// Positions of ticks and the distance between them.
#[derive(Clone, Debug)]
pub(super) struct Ticks {
    pub values: Vec<f64>,
    step: f64,
}

impl Ticks {
    /// The tick's number with just the decimals that tell it from its neighbours.
    pub fn label(&self, value: f64) -> String {
        if self.step >= 1e7 || self.step < 1e-5 {
            return if value == 0.0 { "0".into() } else { format!("{value:.1e}").replace('-', "−") };
        }
        let mut decimals = 0;
        let mut scaled = self.step;
        while decimals < 6 && (scaled - scaled.round()).abs() >= 1e-6 * scaled {
            decimals += 1;
            scaled = self.step * 10_f64.powi(decimals);
        }
        text::number(value, decimals as usize)
    }
}

/// A round distance for about `count` ticks in a range: 1, 2, 2.5 or 5 times a power of ten; whole numbers only if asked.
pub(super) fn round_step((low, high): (f64, f64), count: f64, whole: bool) -> f64 {
    let least = (high - low) / count.max(1.0);
    if !least.is_normal() {
        return 1.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0].map(|factor| factor * power);
    // Whatever is more than these is not more than the next power of ten.
    let step = steps.into_iter().find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(10.0 * power);
    if whole {
        return if step == 2.5 { 5.0 } else { step.max(1.0).round() };
    }
    step
}

/// A range around all finite `values` that ends on ticks, about `count` of them, and their distance. 0 is one of them when
/// it is near.
pub(super) fn round_range(values: impl Iterator<Item = f64>, count: f64) -> Option<((f64, f64), f64)> {
    let (mut low, mut high) = finite_range(values)?;
    if low >= 0.0 && low <= 0.5 * high {
        low = 0.0;
    }
    if high <= 0.0 && high >= 0.5 * low {
        high = 0.0;
    }
    let (low, high) = widen(low, high);
    let step = round_step((low, high), count, false);
    let (from, to) = ((low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step);
    let is_sound = from.is_finite() && to.is_finite() && to > from;
    Some((if is_sound { (from, to) } else { (low, high) }, step))
}

/// The smallest and the largest of the finite values, if there are any.
pub(super) fn finite_range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let mut range = None;
    // Beyond this, differences of two values overflow.
    for value in values.filter(|value| value.abs() < 1e300) {
        let (low, high) = range.unwrap_or((value, value));
        range = Some((f64::min(low, value), f64::max(high, value)));
    }
    range
}

/// The same range, or one around it if it is too narrow to be drawn.
pub(super) fn widen(low: f64, high: f64) -> (f64, f64) {
    if high - low > 1e-9 * low.abs().max(high.abs()) && (high - low).is_normal() {
        return (low, high);
    }
    let half = if low == 0.0 { 0.5 } else { low.abs() * 0.1 };
    (low - half, high + half)
}
