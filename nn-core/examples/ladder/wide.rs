//! 5. Sums that stay in the processor's registers, and registers that are twice as wide.
//!
//! In the version before, each pixel of ink loads 100 weights and 100 sums, and stores the sums. Here the hidden layer is cut into
//! panels of 32 neurons, whose sums fit into four registers of eight numbers: they stay there for a whole image, and a pixel costs
//! no more than the loads of its weights. On the way back it is δ\[1\] that stays.
//!
//! Rust compiles for processors of 2003, with registers of four numbers, unless it is told otherwise: both loops are compiled once
//! more for AVX2, and which of the two runs is decided when the processor is known.

use nn_core::prelude::*;

use super::ink::{self, Ink, add_scaled};
use super::net::{BATCH, ETA, Net, mini_batches};

/// The neurons of a panel.
pub const WIDTH: usize = 32;

/// A number for each neuron of a panel.
pub type Row = [f32; WIDTH];

/// Some neurons of the hidden layer: a row of weights for each pixel.
pub struct Panel {
    weights: Vec<Row>,
    biases: Row,
}

pub fn train(net: &mut Net, data: &Dataset) {
    let ink = ink::of(data);
    let mut panels = Panel::cut(net);
    for batch in mini_batches(data) {
        let (ink, labels) = (&ink[batch.clone()], data.labels.slice(s![batch]));
        let parts: Vec<_> = panels.iter().map(|panel| panel.forward(ink)).collect();
        let step = net.last_layer(&join(&parts), labels) * (-ETA / BATCH as f32);
        for (panel, step) in panels.iter_mut().zip(cut(step.view())) {
            panel.step(ink, &step);
        }
    }
    Panel::put_back(&panels, net);
}

impl Panel {
    /// a = relu(x · Wᵀ + b) of these neurons, a row for each image.
    pub fn forward(&self, ink: &[Ink]) -> Vec<Row> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            #[allow(unsafe_code)]
            return unsafe { self.forward_by_avx2(ink) };
        }
        self.forward_anywhere(ink)
    }

    /// W and b take a step, of which `steps` holds each image's part, −η δ / n.
    pub fn step(&mut self, ink: &[Ink], steps: &[Row]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            #[allow(unsafe_code)]
            return unsafe { self.step_by_avx2(ink, steps) };
        }
        self.step_anywhere(ink, steps);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn forward_by_avx2(&self, ink: &[Ink]) -> Vec<Row> {
        self.forward_anywhere(ink)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn step_by_avx2(&mut self, ink: &[Ink], steps: &[Row]) {
        self.step_anywhere(ink, steps);
    }

    #[inline(always)]
    fn forward_anywhere(&self, ink: &[Ink]) -> Vec<Row> {
        let mut rows = vec![self.biases; ink.len()];
        for (row, ink) in rows.iter_mut().zip(ink) {
            let mut sums = *row;
            for &(pixel, value) in ink {
                add_scaled(&mut sums, value, &self.weights[pixel]);
            }
            *row = sums.map(|z| z.max(0.0));
        }
        rows
    }

    #[inline(always)]
    fn step_anywhere(&mut self, ink: &[Ink], steps: &[Row]) {
        for (step, ink) in steps.iter().zip(ink) {
            let step = *step;
            for &(pixel, value) in ink {
                add_scaled(&mut self.weights[pixel], value, &step);
            }
            add_scaled(&mut self.biases, 1.0, &step);
        }
    }

    /// The first layer, cut into panels. The last one is filled up with neurons whose weights are 0.
    pub fn cut(net: &Net) -> Vec<Self> {
        let biases = cut(net.b1.view().insert_axis(Axis(0)));
        let panels = cut(net.w1.t()).into_iter().zip(biases);
        panels.map(|(weights, biases)| Self { weights, biases: biases[0] }).collect()
    }

    /// The first layer of `net` becomes that of the panels.
    pub fn put_back(panels: &[Self], net: &mut Net) {
        let parts: Vec<_> = panels.iter().map(|panel| [&panel.weights[..], &[panel.biases]].concat()).collect();
        let whole = join(&parts);
        net.w1 = whole.slice(s![..784, ..]).reversed_axes().to_owned();
        net.b1 = whole.row(784).to_owned();
    }
}

/// The columns of a matrix, which belong to the hidden neurons, cut into panels.
pub fn cut(matrix: ArrayView2<'_, f32>) -> Vec<Vec<Row>> {
    let panel = |columns: ArrayView2<'_, f32>| {
        let row = |row: ArrayView1<'_, f32>| std::array::from_fn(|i| row.get(i).copied().unwrap_or(0.0));
        columns.outer_iter().map(row).collect()
    };
    matrix.axis_chunks_iter(Axis(1), WIDTH).map(panel).collect()
}

/// The matrix, `(rows, 100)`, that was cut into these.
pub fn join(parts: &[Vec<Row>]) -> Array2<f32> {
    Array2::from_shape_fn((parts[0].len(), 100), |(i, j)| parts[j / WIDTH][i][j % WIDTH])
}
