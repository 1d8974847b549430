//! Arithmetic of gradients: sums of them and their sizes, for rules of descent of one's own.

use ndarray::{Array1, Array2};

use super::{Gradients, Network};
use crate::{Error, Float, Result};

impl<F: Float> Gradients<F> {
    /// Gradients of the shapes of `network`'s weights and biases, all 0: to sum into.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// // Two steps with momentum: v ← ½ v + g, and the network steps along v.
    /// let layer = Layer { weights: array![[1.0]], biases: array![0.0], activation: Identity };
    /// let mut network = Network::from_layers(vec![layer])?;
    /// let gradients = Gradients { weights: vec![array![[4.0]]], biases: vec![array![0.0]] };
    /// let mut velocity = Gradients::zeros(&network);
    /// for _ in 0..2 {
    ///     velocity.scale(0.5);
    ///     velocity.scaled_add(1.0, &gradients)?;
    ///     network.step(&velocity, 0.125)?;
    /// }
    /// // v = 4, then ½ · 4 + 4 = 6, of which η = ⅛ is taken.
    /// assert_eq!(velocity.weights[0], array![[6.0]]);
    /// assert_eq!(network.layers()[0].weights, array![[1.0 - 0.5 - 0.75]]);
    /// # Ok::<(), Error>(())
    /// ```
    #[inline(never)]
    pub fn zeros(network: &Network<F>) -> Self {
        let layers = network.layers();
        Self {
            weights: layers.iter().map(|layer| Array2::zeros(layer.weights.raw_dim())).collect(),
            biases: layers.iter().map(|layer| Array1::zeros(layer.biases.raw_dim())).collect(),
        }
    }

    /// Multiplies every number by `factor`.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let mut gradients = Gradients { weights: vec![array![[4.0, -8.0]]], biases: vec![array![2.0]] };
    /// gradients.scale(0.5);
    /// assert_eq!((&gradients.weights[0], &gradients.biases[0]), (&array![[2.0, -4.0]], &array![1.0]));
    /// ```
    #[inline(never)]
    pub fn scale(&mut self, factor: f64) {
        let factor = F::of(factor);
        self.weights.iter_mut().for_each(|weights| *weights *= factor);
        self.biases.iter_mut().for_each(|biases| *biases *= factor);
    }

    /// Adds `factor` times `other` to these.
    ///
    /// # Errors
    /// [`Error::Argument`] if `other` is of another number of layers, [`Error::Shape`] if a layer of it has another shape;
    /// nothing has changed then.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let mut sum = Gradients { weights: vec![array![[1.0, 2.0]]], biases: vec![array![3.0]] };
    /// sum.scaled_add(10.0, &sum.clone())?;
    /// assert_eq!((&sum.weights[0], &sum.biases[0]), (&array![[11.0, 22.0]], &array![33.0]));
    /// # Ok::<(), Error>(())
    /// ```
    #[inline(never)]
    pub fn scaled_add(&mut self, factor: f64, other: &Self) -> Result<()> {
        self.check_same_shapes(other)?;
        let factor = F::of(factor);
        for (weights, other) in self.weights.iter_mut().zip(&other.weights) {
            weights.scaled_add(factor, other);
        }
        for (biases, other) in self.biases.iter_mut().zip(&other.biases) {
            biases.scaled_add(factor, other);
        }
        Ok(())
    }

    /// How large ∂loss/∂W is in each layer: √ of the sum of its squares, in the order of [`Network::layers`]. Those of the
    /// biases are not counted.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let weights = vec![array![[3.0], [-4.0]], array![[0.5, 0.0]]];
    /// let gradients = Gradients { weights, biases: vec![array![9.0, 9.0], array![9.0]] };
    /// assert_eq!(gradients.norms(), [5.0, 0.5]);
    /// ```
    pub fn norms(&self) -> Vec<f64> {
        self.weights.iter().map(|weights| weights.iter().map(|w| w.f64() * w.f64()).sum::<f64>().sqrt()).collect()
    }

    fn check_same_shapes(&self, other: &Self) -> Result<()> {
        let [mine, others] = [self, other].map(|gradients| [gradients.weights.len(), gradients.biases.len()]);
        if mine != others {
            let expected = format!("{} layers of weights and {} of biases", mine[0], mine[1]);
            return Err(Error::argument("other", expected, format!("{} and {}", others[0], others[1])));
        }
        for (mine, other) in self.weights.iter().zip(&other.weights) {
            if mine.dim() != other.dim() {
                return Err(Error::shape("other.weights", format!("{:?}", mine.dim()), other.shape()));
            }
        }
        for (mine, other) in self.biases.iter().zip(&other.biases) {
            if mine.dim() != other.dim() {
                return Err(Error::shape("other.biases", format!("({},)", mine.len()), other.shape()));
            }
        }
        Ok(())
    }
}
