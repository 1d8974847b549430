//! Whether a layer can still learn: what a training asks where nothing seems to be learned.

use ndarray::Array2;

use super::Layer;
use crate::{Activation, Float};

/// Weights have grown if they are, times √fan_in, so large on average, or a bias is: they begin with 1.
const GROWN: f64 = 3.0;
const GROWN_BIAS: f64 = 10.0;

impl<F: Float> Layer<F> {
    /// Whether σ′ is 0 for all of these activations of the layer, `(n, fan_out)`: some if so, and then whether that is because
    /// they are saturated.
    pub(crate) fn is_flat(&self, a: &Array2<F>) -> Option<bool> {
        let (zero, one) = (F::zero(), F::one());
        match self.activation {
            Activation::Relu => a.iter().all(|&a| a == zero).then_some(false),
            Activation::Sigmoid => a.iter().all(|&a| a * (one - a) == zero).then_some(true),
            Activation::Tanh => a.iter().all(|&a| a * a == one).then_some(true),
            Activation::Softmax | Activation::Identity => None,
        }
    }

    /// Whether weights or biases are far larger than those that [`Network::new`](super::Network::new) draws.
    pub(crate) fn has_grown(&self) -> bool {
        let squares = self.weights.iter().fold(0.0, |sum, w| sum + w.f64() * w.f64());
        let size = (squares / self.weights.nrows() as f64).sqrt();
        size > GROWN || self.biases.iter().any(|b| b.f64().abs() > GROWN_BIAS)
    }
}
