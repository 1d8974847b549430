//! The parts of a network: its layers, their sizes, their precision, and the line that each of them prints.

#![expect(clippy::indexing_slicing, reason = "a network has at least one layer")]

use std::fmt;

use ndarray::Array2;

use super::{Gradients, Layer, Network, Trace};
use crate::store::recipe::Recipe;
use crate::{Activation, Float, Result};

impl<F: Float> Network<F> {
    /// A network of these layers: from weights that were made elsewhere, or changed by hand.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) if there are no layers, [`Error::Shape`](crate::Error::Shape) if a layer
    /// does not have as many inputs as the one before it has outputs, or not one bias per row of weights.
    pub fn from_layers(layers: Vec<Layer<F>>) -> Result<Self> {
        Self::check_layers(&layers)?;
        Ok(Self { layers, recipe: Recipe::given() })
    }

    /// The layers, from the first after the inputs to the outputs.
    pub fn layers(&self) -> &[Layer<F>] {
        &self.layers
    }

    /// The layers, for the training loop to change; their shapes stay.
    pub(crate) fn layers_mut(&mut self) -> &mut [Layer<F>] {
        &mut self.layers
    }

    /// How the network came to be.
    pub(crate) fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// For the training loop, which changes the layers.
    pub(crate) fn set_recipe(&mut self, recipe: Recipe) {
        self.recipe = recipe;
    }

    /// The number of inputs, then of outputs of each layer: `[784, 100, 10]`.
    #[inline(never)]
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![self.layers[0].weights.ncols()];
        sizes.extend(self.layers.iter().map(|layer| layer.biases.len()));
        sizes
    }

    /// The number of weights and biases.
    pub fn parameter_count(&self) -> usize {
        self.layers.iter().map(|layer| layer.weights.len() + layer.biases.len()).sum()
    }

    /// The activation of the last layer.
    pub fn output_activation(&self) -> Activation {
        self.layers[self.layers.len() - 1].activation
    }

    /// The same network in another precision: `network.cast::<f64>()`.
    #[inline(never)]
    pub fn cast<G: Float>(&self) -> Network<G> {
        let mut layers = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            layers.push(Layer {
                weights: layer.weights.mapv(|w| G::of(w.f64())),
                biases: layer.biases.mapv(|b| G::of(b.f64())),
                activation: layer.activation,
            });
        }
        Network { layers, recipe: self.recipe.clone() }
    }
}

impl<F: PartialEq> PartialEq for Network<F> {
    fn eq(&self, other: &Self) -> bool {
        self.layers == other.layers
    }
}

/// One line: `Network: 784 → 100 relu → 10 softmax, 79510 parameters`.
impl<F: Float> fmt::Debug for Network<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Network: {}", self.sizes()[0])?;
        for layer in &self.layers {
            write!(f, " → {} {}", layer.biases.len(), layer.activation)?;
        }
        write!(f, ", {} parameters", self.parameter_count())
    }
}

/// One line: `Layer: 784 → 100 relu`.
impl<F: Float> fmt::Debug for Layer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Layer: {} → {} {}", self.weights.ncols(), self.weights.nrows(), self.activation)
    }
}

/// One line: `Trace: 100 examples, activations of widths [784, 100, 10]`.
impl<F: Float> fmt::Debug for Trace<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<_> = self.activations.iter().map(Array2::ncols).collect();
        write!(
            f,
            "Trace: {} examples, activations of widths {widths:?}",
            self.activations.first().map_or(0, Array2::nrows)
        )
    }
}

/// One line: `Gradients: weights of shapes [[100, 784], [10, 100]]`.
impl<F: Float> fmt::Debug for Gradients<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shapes: Vec<_> = self.weights.iter().map(|gradient| gradient.shape()).collect();
        write!(f, "Gradients: weights of shapes {shapes:?}")
    }
}
