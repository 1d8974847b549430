//! 4. Four of five pixels are paper, exactly 0: they add nothing to z, and their weights get no gradient.
//!
//! So each image becomes a list of its ink, pixel and value, once, before the training. A pixel's weights then have to lie side by
//! side: W\[1\] is turned around, a row of 100 weights for each pixel. Nor is there a gradient any more: nothing but the step
//! follows δ\[1\], so that the rows of W\[1\] take their part of it at once.
//!
//! A fifth of the multiplications, but no less time: ndarray's product keeps its sums in wide registers, and these loops do not
//! yet.

use nn_core::prelude::*;

use super::net::{BATCH, ETA, Net, mini_batches};

/// The pixels of an image that are not 0, and their values.
pub type Ink = Vec<(usize, f32)>;

pub fn of(data: &Dataset) -> Vec<Ink> {
    let images = data.inputs.outer_iter();
    images.map(|image| image.iter().copied().enumerate().filter(|(_, value)| *value != 0.0).collect()).collect()
}

pub fn train(net: &mut Net, data: &Dataset) {
    let ink = of(data);
    let mut weights: Vec<[f32; 100]> =
        net.w1.columns().into_iter().map(|row| std::array::from_fn(|i| row[i])).collect();
    for batch in mini_batches(data) {
        let (ink, labels) = (&ink[batch.clone()], data.labels.slice(s![batch]));
        let mut a1 = Array2::zeros((BATCH, 100)) + &net.b1;
        for (mut sums, ink) in a1.outer_iter_mut().zip(ink) {
            let sums = sums.as_slice_mut().expect("in standard layout");
            for &(pixel, value) in ink {
                add_scaled(sums, value, &weights[pixel]);
            }
        }
        a1.mapv_inplace(|z| z.max(0.0));
        let step = net.last_layer(&a1, labels) * (-ETA / BATCH as f32);
        for (step, ink) in step.outer_iter().zip(ink) {
            let step = step.to_slice().expect("in standard layout");
            for &(pixel, value) in ink {
                add_scaled(&mut weights[pixel], value, step);
            }
        }
        net.b1 += &step.sum_axis(Axis(0));
    }
    net.w1 = Array2::from_shape_fn((100, 784), |(neuron, pixel)| weights[pixel][neuron]);
}

/// sums + value · row.
#[inline(always)]
pub fn add_scaled(sums: &mut [f32], value: f32, row: &[f32]) {
    for (sum, number) in sums.iter_mut().zip(row) {
        *sum += value * number;
    }
}
