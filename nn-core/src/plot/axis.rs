//! Axes: from numbers to positions, and the round numbers worth a tick.

use super::text;

/// The least number that a logarithmic axis has a place for.
pub(super) const LEAST: f64 = 1e-300;

/// A range of numbers laid along a range of positions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub low: f64,
    pub high: f64,
    from: f64,
    to: f64,
    /// Whether equal distances are equal factors.
    is_log: bool,
}

impl Axis {
    /// `low` at position `from`, `high` at position `to`.
    pub fn new((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        Self { low, high, from, to, is_log: false }
    }

    /// The same with equal distances for equal factors; `low` is at least [`LEAST`].
    pub fn log((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        Self { low, high, from, to, is_log: true }
    }

    pub fn at(&self, value: f64) -> f64 {
        let share = if self.is_log {
            (value.log10() - self.low.log10()) / (self.high.log10() - self.low.log10())
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.from + share * (self.to - self.from)
    }

    /// Whether there is a place for `value`: a logarithmic axis has none for 0 and below.
    pub fn has(&self, value: f64) -> bool {
        !self.is_log || value >= LEAST
    }

    /// Round numbers within the range, about `count` of them; whole ones only if asked.
    pub fn round_ticks(&self, count: f64, whole: bool) -> Ticks {
        let powers = log_values((self.low, self.high), &[1.0]);
        let fine = log_values((self.low, self.high), &[1.0, 2.0, 5.0]);
        if !self.is_log || fine.len() < 2 {
            return self.ticks(round_step((self.low, self.high), count, whole));
        }
        let values = if powers.len() < 2 || powers.len() < 4 && fine.len() as f64 <= 1.5 * count {
            fine
        } else {
            let stride = (powers.len() as f64 / count.max(1.0)).ceil();
            // From 1 on, in both directions.
            powers.into_iter().filter(|value| value.log10().round() % stride == 0.0).collect()
        };
        let is_plain = values.iter().all(|value| (0.99e-4..1.01e6).contains(value));
        Ticks { values, step: 0.0, log: Some(if is_plain { Log::Plain } else { Log::Powers }) }
    }

    /// The multiples of `step` within the range.
    pub fn ticks(&self, step: f64) -> Ticks {
        let slack = (self.high - self.low) * 1e-9;
        let first = ((self.low - slack) / step).ceil();
        let last = ((self.high + slack) / step).floor();
        // No more than fit on any axis, whatever rounding does to extreme ranges.
        let number = (last - first).clamp(0.0, 50.0) as usize;
        let values = (0..=number).map(|index| (first + index as f64) * step).collect();
        Ticks { values, step, log: None }
    }
}

/// Positions of ticks and the distance between them.
#[derive(Clone, Debug)]
pub(super) struct Ticks {
    pub values: Vec<f64>,
    step: f64,
    /// On a logarithmic axis: how they are written.
    log: Option<Log>,
}

#[derive(Clone, Copy, Debug)]
enum Log {
    /// 0.01, 0.1, 1
    Plain,
    /// 10⁻⁹, 10⁻⁸
    Powers,
}

impl Ticks {
    /// The tick's number with just the decimals that tell it from its neighbours.
    pub fn label(&self, value: f64) -> String {
        match self.log {
            // A multiple of a power of ten has as many decimals as the power.
            Some(Log::Plain) => return text::number(value, (-(value * 1.01).log10().floor()).max(0.0) as usize),
            Some(Log::Powers) => return power_of_ten(value),
            None => {}
        }
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

/// These multiples of the powers of ten within a range of numbers above 0.
fn log_values((low, high): (f64, f64), factors: &[f64]) -> Vec<f64> {
    let mut values = Vec::new();
    if low < LEAST || !(low..1e300).contains(&high) {
        return values;
    }
    for power in low.log10().floor() as i32..=high.log10().ceil() as i32 {
        let multiples = factors.iter().map(|factor| factor * 10_f64.powi(power));
        values.extend(multiples.filter(|value| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(value)));
    }
    values
}

/// A range around all `values` that a logarithmic axis has a place for; it ends on 1, 2 or 5 times a power of ten, over many
/// powers on one of them.
pub(super) fn log_range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = finite_range(values.filter(|value| *value >= LEAST))?;
    let factors: &[f64] = if high / low < 1e3 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let around = log_values(((low / 10.0).max(LEAST), (high * 10.0).min(9e299)), factors);
    let from = around.iter().copied().rfind(|value| *value <= low * (1.0 + 1e-9)).unwrap_or(low);
    let to = around.iter().copied().find(|value| *value >= high * (1.0 - 1e-9)).unwrap_or(high);
    Some(widen_log(from, to))
}

/// The same range, or one around it if it is too narrow to be drawn on a logarithmic axis.
pub(super) fn widen_log(low: f64, high: f64) -> (f64, f64) {
    if high > low * (1.0 + 1e-9) { (low, high) } else { ((low / 2.0).max(LEAST), high * 2.0) }
}

/// 10⁻³, and 2·10⁻³ for a multiple of it; 1 is 1.
pub(super) fn power_of_ten(value: f64) -> String {
    let power = (value * (1.0 + 1e-9)).log10().floor();
    let factor = (value / 10_f64.powf(power)).round();
    let (power, factor) = if factor >= 10.0 { (power as i32 + 1, 1.0) } else { (power as i32, factor) };
    if power == 0 {
        return factor.to_string();
    }
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let times = if factor == 1.0 { String::new() } else { format!("{factor}·") };
    let sign = if power < 0 { "⁻" } else { "" };
    format!("{times}10{sign}{}", text::replace_digits(power.unsigned_abs() as usize, digits))
}
