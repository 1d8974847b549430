//! Which ink says so: a logit of a network of relus, taken apart into what each pixel adds.

#![expect(
    clippy::indexing_slicing,
    reason = "the picture and the class are checked first; a layer's shapes fit together"
)]

use ndarray::{Array2, ArrayView1};

use super::Network;
use crate::{Activation, Error, Float, Result};

impl<F: Float> Network<F> {
    /// What each pixel of `picture`, `(sizes[0],)`, adds to the logit of `class`, as a picture, `(side, side)`.
    ///
    /// A relu passes on z or nothing. For one picture it is known which neurons pass it on, and what is left of the network is
    /// one matrix: the logit is a sum over the pixels and a number that does not depend on them, nothing is approximated.
    ///
    /// ```text
    /// z[L]ₖ = Σᵢ xᵢ Eᵢ + constant        E = W[L]ₖ · D[L-1] · W[L-1] ⋯ D[1] · W[1]        (sizes[0],)
    /// ```
    ///
    /// D\[l\] is 1 on its diagonal for the neurons of layer l with z > 0, else 0. What is returned are the xᵢ Eᵢ: positive
    /// where ink speaks for the class, negative where it speaks against it, 0 on paper.
    ///
    /// The drawing pad computes the same in JavaScript, to the bit: sums in `f64` in the order of the neurons.
    ///
    /// # Errors
    /// [`Error::Shape`] if `picture` is not `(sizes[0],)`, a square's number of pixels; [`Error::Argument`] if there is no such
    /// class, or a hidden layer is neither relu nor identity: a logit of other networks is no sum over pixels.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// // Of two hidden neurons the second is silent: z[1] = (x₁ + 2x₂ − 1, −x₃). The logit is 3 · z[1]₁ + ½.
    /// let network = Network::from_layers(vec![
    ///     Layer {
    ///         weights: array![[1.0, 2.0, 0.0, 0.0], [0.0, 0.0, -1.0, 0.0]],
    ///         biases: array![-1.0, 0.0],
    ///         activation: Relu,
    ///     },
    ///     Layer { weights: array![[3.0, 5.0]], biases: array![0.5], activation: Identity },
    /// ])?;
    /// let picture = array![1.0, 0.5, 1.0, 0.0];
    /// let evidence = network.evidence(picture.view(), 0)?;
    /// assert_eq!(evidence, array![[3.0, 3.0], [0.0, 0.0]]);
    ///
    /// let logit = network.logits(picture.view().insert_axis(Axis(0)))?[(0, 0)];
    /// assert_eq!(logit, evidence.sum() + (3.0 * -1.0 + 0.5));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn evidence(&self, picture: ArrayView1<'_, F>, class: usize) -> Result<Array2<F>> {
        let side = self.check_evidence(picture, class)?;
        let active = self.active(picture);
        let last = self.layers.len() - 1;
        let mut slopes: Vec<f64> = self.layers[last].weights.row(class).iter().map(|w| w.f64()).collect();
        for (layer, active) in self.layers[..last].iter().zip(&active).rev() {
            let mut before = vec![0.0; layer.weights.ncols()];
            for (neuron, slope) in slopes.iter().enumerate().filter(|(neuron, _)| active[*neuron]) {
                for (before, weight) in before.iter_mut().zip(layer.weights.row(neuron)) {
                    *before += slope * weight.f64();
                }
            }
            slopes = before;
        }
        let evidence = picture.iter().zip(slopes).map(|(x, slope)| F::of(x.f64() * slope)).collect();
        Array2::from_shape_vec((side, side), evidence)
            .map_err(|_| Error::shape("picture", format!("({},)", side * side), picture.shape()))
    }

    /// Which neurons of each hidden layer pass on what they get.
    fn active(&self, picture: ArrayView1<'_, F>) -> Vec<Vec<bool>> {
        let mut a: Vec<f64> = picture.iter().map(|x| x.f64()).collect();
        let mut active = Vec::new();
        for layer in &self.layers[..self.layers.len() - 1] {
            let mut z = Vec::with_capacity(layer.biases.len());
            for (weights, bias) in layer.weights.outer_iter().zip(&layer.biases) {
                let mut sum = bias.f64();
                for (weight, a) in weights.iter().zip(&a) {
                    sum += weight.f64() * a;
                }
                z.push(F::of(sum).f64());
            }
            active.push(z.iter().map(|&z| passes(layer.activation, z)).collect());
            a = z.into_iter().map(|z| if passes(layer.activation, z) { z } else { 0.0 }).collect();
        }
        active
    }

    /// The side of the picture, if its evidence can be had.
    fn check_evidence(&self, picture: ArrayView1<'_, F>, class: usize) -> Result<usize> {
        let sizes = self.sizes();
        let (pixels, classes) = (sizes[0], sizes[sizes.len() - 1]);
        let side = pixels.isqrt();
        if side * side != pixels {
            return Err(Error::argument("network", "inputs that are a square's pixels, as 784 are", pixels));
        }
        if picture.len() != pixels {
            return Err(Error::shape("picture", format!("({pixels},)"), picture.shape()));
        }
        if class >= classes {
            return Err(Error::argument("class", format!("below {classes}, the number of outputs"), class));
        }
        for (i, layer) in self.layers[..self.layers.len() - 1].iter().enumerate() {
            if !matches!(layer.activation, Activation::Relu | Activation::Identity) {
                let expected =
                    format!("relu or identity in layers[{i}]: other networks' logits are no sums over pixels");
                return Err(Error::argument("network", expected, layer.activation));
            }
        }
        Ok(side)
    }
}

/// Whether a relu or an identity passes on its z.
fn passes(activation: Activation, z: f64) -> bool {
    activation == Activation::Identity || z > 0.0
}
