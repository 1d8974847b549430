//! The network of all versions, and what mini-batches do with its last layer.

use std::ops::Range;

use nn_core::prelude::*;

/// η.
pub const ETA: f32 = 0.01;
/// n, the examples of a mini-batch.
pub const BATCH: usize = 100;
/// How often each version goes through the images.
pub const EPOCHS: usize = 4;

/// Where the examples of each mini-batch are, in all epochs.
pub fn mini_batches(data: &Dataset) -> impl Iterator<Item = Range<usize>> {
    let n = data.len();
    (0..EPOCHS).flat_map(move |_| (0..n).step_by(BATCH).map(|first| first..first + BATCH))
}

/// 784-100-10: W and b of its two layers, a row of W for each neuron.
#[derive(Clone)]
pub struct Net {
    pub w1: Array2<f32>,
    pub b1: Array1<f32>,
    pub w2: Array2<f32>,
    pub b2: Array1<f32>,
}

impl Net {
    pub fn new() -> Result<Self> {
        Ok(Self::of(&Network::new(&[784, 100, 10], &[Relu, Softmax], 7)?))
    }

    pub fn of(network: &Network) -> Self {
        let [first, last] = network.layers() else { panic!("expected two layers") };
        Self { w1: first.weights.clone(), b1: first.biases.clone(), w2: last.weights.clone(), b2: last.biases.clone() }
    }

    /// The largest difference of a weight or bias from the other's.
    pub fn difference(&self, other: &Self) -> f32 {
        let weights = self.w1.iter().zip(&other.w1).chain(self.w2.iter().zip(&other.w2));
        let biases = self.b1.iter().zip(&other.b1).chain(self.b2.iter().zip(&other.b2));
        weights.chain(biases).map(|(ours, others)| (ours - others).abs()).fold(0.0, f32::max)
    }

    /// Takes the last layer's step for a mini-batch and returns δ\[1\], which a\[1\] and the weights before the step give.
    ///
    /// From the third version on it stays as it is here: a tenth of a step's multiplications, hardly worth more.
    pub fn last_layer(&mut self, a1: &Array2<f32>, labels: ArrayView1<'_, u8>) -> Array2<f32> {
        let mut delta = a1.dot(&self.w2.t()) + &self.b2;
        for (mut row, &label) in delta.outer_iter_mut().zip(labels) {
            softmax(row.as_slice_mut().expect("in standard layout"));
            row[usize::from(label)] -= 1.0;
        }
        let mut below = delta.dot(&self.w2);
        below.zip_mut_with(a1, |delta, &a| *delta = if a > 0.0 { *delta } else { 0.0 });
        self.w2.scaled_add(-ETA / BATCH as f32, &delta.t().dot(a1));
        self.b2.scaled_add(-ETA / BATCH as f32, &delta.sum_axis(Axis(0)));
        below
    }
}

/// z becomes softmax(z).
pub fn softmax(z: &mut [f32]) {
    let largest = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    z.iter_mut().for_each(|z| *z = (*z - largest).exp());
    let sum: f32 = z.iter().sum();
    z.iter_mut().for_each(|z| *z /= sum);
}
