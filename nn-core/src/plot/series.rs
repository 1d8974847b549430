//! Series: named numbers that a chart draws as one line.

use std::ops::RangeInclusive;

use super::theme::Color;
use super::{axis, text};

/// A number that a chart can draw: any of Rust's usual ones, or a reference to it.
pub trait Number {
    /// The number as `f64`.
    fn to_f64(&self) -> f64;
}

macro_rules! numbers {
    ($($number:ty)*) => { $(
        impl Number for $number {
            fn to_f64(&self) -> f64 {
                *self as f64
            }
        }
    )* };
}
numbers!(f32 f64 u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

impl<N: Number + ?Sized> Number for &N {
    fn to_f64(&self) -> f64 {
        (**self).to_f64()
    }
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    Solid,
    Dashed,
    Markers,
}

/// A named line of a chart: points (x, y) in the order in which they are joined.
///
/// A value that is not finite leaves a gap.
#[derive(Clone)]
pub struct Series {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
    pub(super) color: Option<Color>,
    pub(super) stroke: Stroke,
    pub(super) is_function: bool,
    /// Whether its name stands at its end.
    pub(super) is_named: bool,
}

impl Series {
    /// One value for each of x = 0, 1, 2, … (epochs are counted from 0).
    pub fn new(name: impl AsRef<str>, values: impl IntoIterator<Item = impl Number>) -> Self {
        let points = values.into_iter().enumerate().map(|(x, y)| (x as f64, y.to_f64())).collect();
        Self {
            name: text::clean(name.as_ref()),
            points,
            color: None,
            stroke: Stroke::Solid,
            is_function: false,
            is_named: true,
        }
    }

    /// The points (x, y); where one of the two is longer, its rest is left out.
    pub fn xy(
        name: impl AsRef<str>,
        x: impl IntoIterator<Item = impl Number>,
        y: impl IntoIterator<Item = impl Number>,
    ) -> Self {
        let mut points: Vec<_> = x.into_iter().zip(y).map(|(x, y)| (x.to_f64(), y.to_f64())).collect();
        // Whoever counts downwards means the same line; it is read, and named, from left to right.
        if points.is_sorted_by(|one, next| one.0 > next.0) {
            points.reverse();
        }
        Self { points, ..Self::new(name, [0.0; 0]) }
    }

    /// The graph of a function over a range of x; a jump is left open.
    pub fn function(name: impl AsRef<str>, range: RangeInclusive<f64>, function: impl Fn(f64) -> f64) -> Self {
        Self { points: sample(range, function), is_function: true, ..Self::new(name, [0.0; 0]) }
    }

    /// Values on the training set, in its colour.
    pub fn training(values: impl IntoIterator<Item = impl Number>) -> Self {
        Self::new("training", values).color(Color::TRAINING)
    }

    /// Values on the test set, in its colour.
    pub fn test(values: impl IntoIterator<Item = impl Number>) -> Self {
        Self::new("test", values).color(Color::TEST)
    }

    /// Draws in this colour; without it, series take turns.
    pub fn color(self, color: Color) -> Self {
        Self { color: Some(color), ..self }
    }

    /// Draws a dashed line.
    pub fn dashed(self) -> Self {
        Self { stroke: Stroke::Dashed, ..self }
    }

    /// Leaves its name out of the figure, where another line's says enough; the text alternative keeps it.
    ///
    /// ```
    /// use nn_core::plot::{self, Color, Series};
    ///
    /// // Three runs in one colour, one name for all.
    /// let runs = [[0.9, 0.5], [0.8, 0.6], [0.9, 0.4]];
    /// let mut series: Vec<_> = runs.map(|run| Series::new("a run", run).color(Color::TEST).unnamed()).into();
    /// series.push(Series::new("their mean", [0.87, 0.5]));
    /// let figure = plot::lines("Three seeds", "epoch", "loss", series);
    /// assert_eq!(figure.to_svg().matches("their mean</text>").count(), 1);
    /// assert_eq!(figure.to_svg().matches("a run</text>").count(), 0);
    /// ```
    pub fn unnamed(self) -> Self {
        Self { is_named: false, ..self }
    }

    /// Draws a ring at each point and no line: for values that another line should meet.
    pub fn markers(self) -> Self {
        Self { stroke: Stroke::Markers, ..self }
    }

    /// The points that can be drawn.
    pub(super) fn drawable(&self) -> impl Iterator<Item = (f64, f64)> {
        self.points.iter().copied().filter(|(x, y)| is_drawable(*x, *y))
    }
}

/// One line: `Series: "test", 10 points`.
impl std::fmt::Debug for Series {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Series: {:?}, {} points", self.name, self.points.len())
    }
}

/// Whether a point can be drawn: beyond this, differences of two values overflow.
pub(super) fn is_drawable(x: f64, y: f64) -> bool {
    x.abs() < 1e300 && y.abs() < 1e300
}

fn sample(range: RangeInclusive<f64>, function: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    const STEPS: usize = 240;
    let (from, to) = (*range.start(), *range.end());
    let x = (0..=STEPS).map(|index| from + (to - from) * index as f64 / STEPS as f64);
    let points: Vec<_> = x.map(|x| (x, function(x))).collect();
    let Some((low, high)) = axis::finite_range(points.iter().map(|point| point.1)) else { return points };
    let mut all = Vec::with_capacity(points.len() + 2);
    for &[mut left, mut right] in points.array_windows() {
        all.push(left);
        if (left.1 - right.1).abs() <= (high - low) / 20.0 {
            continue;
        }
        // Halve the step towards the steepest part: a slope grows flat, a jump stays.
        for _ in 0..40 {
            let middle = (left.0 + right.0) / 2.0;
            let middle = (middle, function(middle));
            if (middle.1 - left.1).abs() < (right.1 - middle.1).abs() { left = middle } else { right = middle }
        }
        if (left.1 - right.1).abs() > (high - low) / 100.0 {
            all.extend([left, (left.0, f64::NAN), right]);
        }
    }
    all.extend(points.last());
    all
}
