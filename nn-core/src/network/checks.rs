//! What [`Network`]'s methods refuse, so that the equations stand by themselves in `mod.rs`.

#![expect(clippy::indexing_slicing, reason = "windows of two hold two; a network has an input size")]

use ndarray::{Array2, ArrayView2};

use super::{Gradients, Layer, Network, Trace};
use crate::{Activation, Error, Float, Result};

/// The most weights and biases that [`Network::new`] makes: 1 GiB of `f32`, so that a typo is an error, not out of memory.
const MAX_PARAMETERS: usize = 1 << 28;

impl Network {
    /// Fails unless a network of these layers can be made: see [`Network::new`].
    pub(super) fn check_sizes(sizes: &[usize], activations: &[Activation]) -> Result<()> {
        if sizes.len() < 2 || sizes.contains(&0) {
            let expected = "at least two sizes, the inputs' and the outputs', none of them 0";
            return Err(Error::argument("sizes", expected, format!("{sizes:?}")));
        }
        if activations.len() != sizes.len() - 1 {
            let expected = format!("{}, one for each of sizes {sizes:?} after the inputs", sizes.len() - 1);
            return Err(Error::argument("activations", expected, activations.len()));
        }
        if count(sizes).is_none_or(|count| count > MAX_PARAMETERS) {
            let expected = format!("at most {MAX_PARAMETERS} weights and biases");
            return Err(Error::argument("sizes", expected, format!("{sizes:?}")));
        }
        Ok(())
    }
}

/// The number of weights and biases, if a `usize` can hold it.
fn count(sizes: &[usize]) -> Option<usize> {
    let mut count = 0_usize;
    for size in sizes.windows(2) {
        let layer = size[1].checked_mul(size[0].checked_add(1)?)?;
        count = count.checked_add(layer)?;
    }
    Some(count)
}

impl<F: Float> Network<F> {
    /// Fails unless there are layers that fit together: see [`Network::from_layers`].
    pub(super) fn check_layers(layers: &[Layer<F>]) -> Result<()> {
        let Some(first) = layers.first() else {
            return Err(Error::argument("layers", "at least one layer", 0));
        };
        let mut fan_in = first.weights.ncols();
        for layer in layers {
            let fan_out = layer.weights.nrows();
            if layer.weights.is_empty() {
                return Err(Error::shape("weights", "(fan_out, fan_in), none of them 0", layer.weights.shape()));
            }
            if layer.weights.ncols() != fan_in {
                return Err(Error::shape("weights", format!("(fan_out, {fan_in})"), layer.weights.shape()));
            }
            if layer.biases.len() != fan_out {
                return Err(Error::shape("biases", format!("({fan_out},)"), layer.biases.shape()));
            }
            fan_in = fan_out;
        }
        Ok(())
    }

    /// Fails unless `inputs` are `(n, sizes[0])`.
    pub(super) fn check_inputs(&self, inputs: ArrayView2<'_, F>) -> Result<()> {
        let fan_in = self.sizes()[0];
        if inputs.ncols() == fan_in {
            return Ok(());
        }
        Err(Error::shape("inputs", format!("(n, {fan_in})"), inputs.shape()))
    }

    /// The last layer and its z; fails unless `trace` has the shapes that this network's `forward` gives it.
    pub(super) fn check_trace<'a>(&'a self, trace: &'a Trace<F>) -> Result<(&'a Layer<F>, &'a Array2<F>)> {
        let n = trace.activations.first().map_or(0, Array2::nrows);
        let sizes = self.sizes();
        let found: Vec<_> = trace.activations.iter().map(Array2::ncols).collect();
        let fits = found == sizes
            && trace.zs.len() + 1 == sizes.len()
            && trace.activations.iter().all(|a| a.nrows() == n)
            && trace.zs.iter().zip(&trace.activations[1..]).all(|(z, a)| z.dim() == a.dim());
        match (self.layers.last(), trace.zs.last()) {
            (Some(layer), Some(z)) if fits => Ok((layer, z)),
            _ => {
                let expected = format!("activations of widths {sizes:?}, with a z for all but the first");
                let found = format!("activations {}, zs {}", shapes(&trace.activations), shapes(&trace.zs));
                Err(Error::argument("trace", expected, found))
            }
        }
    }

    /// Fails unless `gradients` are of the shapes of the weights and biases.
    pub(super) fn check_gradients(&self, gradients: &Gradients<F>) -> Result<()> {
        let (layers, found) = (self.layers.len(), [gradients.weights.len(), gradients.biases.len()]);
        if found != [layers, layers] {
            let found = format!("{} of weights and {} of biases", found[0], found[1]);
            return Err(Error::argument("gradients", format!("{layers} of each, one per layer"), found));
        }
        for (layer, (weights, biases)) in self.layers.iter().zip(gradients.weights.iter().zip(&gradients.biases)) {
            if weights.dim() != layer.weights.dim() {
                let expected = format!("{:?}", layer.weights.dim());
                return Err(Error::shape("gradients.weights", expected, weights.shape()));
            }
            if biases.dim() != layer.biases.dim() {
                let expected = format!("({},)", layer.biases.len());
                return Err(Error::shape("gradients.biases", expected, biases.shape()));
            }
        }
        Ok(())
    }

    /// The learning rate in the network's precision; fails unless it is a positive number there too.
    pub(crate) fn check_learning_rate(learning_rate: f64) -> Result<F> {
        let rate = F::of(learning_rate);
        if rate.is_finite() && rate > F::zero() {
            return Ok(rate);
        }
        Err(Error::argument("learning_rate", "a positive number", learning_rate))
    }

    /// Fails unless every weight and bias is a finite number, as training and saving want them.
    pub(crate) fn check_finite(&self) -> Result<()> {
        for (i, layer) in self.layers.iter().enumerate() {
            if let Some(found) = layer.weights.iter().chain(&layer.biases).find(|number| !number.is_finite()) {
                let expected = format!("finite weights and biases in layers[{i}]");
                return Err(Error::argument("network", expected, found));
            }
        }
        Ok(())
    }
}

fn shapes<F>(arrays: &[Array2<F>]) -> String {
    format!("{:?}", arrays.iter().map(Array2::dim).collect::<Vec<_>>())
}
