//! What a forward pass looks like: where z and a of each layer lie, and which neurons are silent or saturated.

use ndarray::{Array2, ArrayView2, Axis, s};

use crate::plot::chart::Chart;
use crate::plot::ranges::{Range, RangeChart};
use crate::plot::text::{number, short, whole};
use crate::plot::{Color, Figure};
use crate::{Activation, Float, Trace};

/// Of more numbers a sample says where they lie.
const SAMPLE: usize = 200_000;
/// So many examples tell which activation turned z into a.
const ASKED: usize = 10;
/// How near to its ends a sigmoid is saturated, and tanh, which is 2 · sigmoid(2z) − 1.
const NEAR: f64 = 0.01;

impl<F: Float> Trace<F> {
    /// Where the pre-activations z and the activations a of each layer lie, and what became of the neurons: how many of a relu
    /// layer are silent, 0 for every one of these examples, and what share of a sigmoid's or tanh's numbers is saturated.
    ///
    /// A sigmoid's a is counted as saturated below 0.01 and above 0.99, a tanh's beyond ±0.98: there σ′ is less than 4 % of
    /// its largest. Of more than 200,000 numbers in a layer, a sample tells where they lie; silent neurons are counted in all.
    ///
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// // The first neuron is 0 for both examples, the second for one of them.
    /// let layer = Layer { weights: array![[-1.0], [1.0]], biases: array![0.0, -1.5], activation: Relu };
    /// let trace = Network::from_layers(vec![layer])?.forward(array![[1.0], [2.0]].view())?;
    /// assert!(trace.plot().alt().ends_with("1 of 2 neurons silent, 75 % are 0."));
    /// # Ok::<(), Error>(())
    /// ```
    #[inline(never)]
    pub fn plot(&self) -> Figure {
        let mut rows = Vec::new();
        for ((z, a), layer) in self.zs.iter().zip(self.activations.iter().skip(1)).zip(1..) {
            let activation = activation(z, a);
            let name = activation.map_or("activations", Activation::name);
            let detail = format!("{} neuron{}", whole(z.ncols()), if z.ncols() == 1 { "" } else { "s" });
            let remarks = mean_and_spread(z);
            rows.push(Range::new(format!("layer {layer}, z"), detail, Color::BLUE, remarks, sample(z)));
            let remarks = remarks_on(activation, a);
            rows.push(Range::new(format!("layer {layer}, a"), name.into(), Color::VERMILION, remarks, sample(a)));
        }
        let n = self.activations.first().map_or(0, Array2::nrows);
        let subtitle =
            format!("{} example{}; silent: 0 for every one of them", whole(n), if n == 1 { "" } else { "s" });
        let chart = RangeChart::new("pre-activation z, activation a", rows);
        Figure::new("Where z and a lie", Chart::Ranges(chart)).subtitle(subtitle)
    }
}

/// The activation that turns these z into these a: the trace does not hold it, the first examples tell.
fn activation<F: Float>(z: &Array2<F>, a: &Array2<F>) -> Option<Activation> {
    let rows = z.nrows().min(a.nrows()).min(ASKED);
    let [z, a] = [z, a].map(|array| array.slice(s![..rows, ..]));
    if z.is_empty() {
        return None;
    }
    // Relu before identity: where no z is below 0, they are the same.
    Activation::ALL.into_iter().find(|activation| activation.value(z) == a)
}

/// What is said of the activations, in two lines.
fn remarks_on<F: Float>(activation: Option<Activation>, a: &Array2<F>) -> [String; 2] {
    match activation {
        Some(Activation::Relu) => {
            let neurons = a.ncols();
            let silent = a.axis_iter(Axis(1)).filter(|column| column.iter().all(|a| *a == F::zero())).count();
            let plural = if neurons == 1 { "" } else { "s" };
            let silent = format!("{} of {} neuron{plural} silent", whole(silent), whole(neurons));
            [silent, format!("{} are 0", percent(a.view(), |a| a == 0.0))]
        }
        Some(Activation::Sigmoid) => [saturated(a, |a| !(NEAR..=1.0 - NEAR).contains(&a)), String::new()],
        Some(Activation::Tanh) => [saturated(a, |a| a.abs() > 1.0 - 2.0 * NEAR), String::new()],
        _ => mean_and_spread(a),
    }
}

fn saturated<F: Float>(a: &Array2<F>, is_saturated: impl Fn(f64) -> bool) -> String {
    format!("{} saturated", percent(a.view(), is_saturated))
}

/// "59 %"
fn percent<F: Float>(numbers: ArrayView2<'_, F>, is_counted: impl Fn(f64) -> bool) -> String {
    let count = numbers.iter().filter(|number| is_counted(number.f64())).count();
    let percent = 100.0 * count as f64 / numbers.len().max(1) as f64;
    let is_nearly_none_or_all = percent > 0.0 && percent < 1.0 || percent > 99.0 && percent < 100.0;
    format!("{} %", number(percent, if is_nearly_none_or_all { 1 } else { 0 }))
}

fn mean_and_spread<F: Float>(numbers: &Array2<F>) -> [String; 2] {
    let n = numbers.len().max(1) as f64;
    let mean = numbers.iter().map(|x| x.f64()).sum::<f64>() / n;
    let spread = (numbers.iter().map(|x| (x.f64() - mean).powi(2)).sum::<f64>() / n).sqrt();
    [format!("mean {}", short(mean)), format!("spread {}", short(spread))]
}

/// The numbers, or so many of them from all over the matrix.
fn sample<F: Float>(numbers: &Array2<F>) -> Vec<f64> {
    let mut distance = numbers.len().div_ceil(SAMPLE).max(1);
    // A distance that shares a divisor with the row's length would meet the same few neurons in every row.
    while divisor(distance, numbers.ncols()) > 1 && distance > 1 {
        distance += 1;
    }
    numbers.iter().step_by(distance).map(|x| x.f64()).collect()
}

/// The greatest common divisor.
fn divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { divisor(b, a % b) }
}
