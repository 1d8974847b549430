//! The network: layers, forward propagation, backpropagation, one step of gradient descent.
//!
//! ```text
//! z[l] = a[l-1] · W[l]ᵀ + b[l]    (n, fan_out)       a[l] = σ(z[l])      a[0] = inputs
//! δ[L] = ∂loss/∂z[L]                                  δ[l] = (δ[l+1] · W[l+1]) ⊙ σ′(z[l])
//! ∂loss/∂W[l] = δ[l]ᵀ · a[l-1] / n                    ∂loss/∂b[l] = column sums of δ[l] / n
//! ```
//!
//! The chapter counts layers from 1 to L, with the inputs as layer 0. In the code `layers[i]` is the chapter's layer i + 1,
//! and `activations[i]` is what goes into it.
//!
//! What the methods refuse is in `checks.rs`, a network's layers and sizes in `parts.rs`, its answers in `predict.rs`. How
//! training repeats these steps is [`Training::by_the_book`](crate::Training::by_the_book).

#![expect(clippy::indexing_slicing, reason = "a network has an input and an output size; a trace is checked first")]

mod arithmetic;
mod checks;
mod evidence;
mod flat;
mod numeric;
mod parts;
mod predict;

use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::store::recipe::Recipe;
use crate::{Activation, Float, Loss, Result};

/// One layer: a = σ(x · Wᵀ + b).
#[derive(Clone, PartialEq)]
pub struct Layer<F = f32> {
    /// W, `(fan_out, fan_in)`: one row per neuron.
    pub weights: Array2<F>,
    /// b, `(fan_out,)`.
    pub biases: Array1<F>,
    /// σ.
    pub activation: Activation,
}

/// A fully connected feed-forward network of any number of layers of any size.
///
/// `F` is `f32`, or `f64` after [`Network::cast`]. Two networks are equal if their layers are.
#[derive(Clone)]
pub struct Network<F = f32> {
    layers: Vec<Layer<F>>,
    /// How it came to be, for [`Network::receipt`].
    recipe: Recipe,
}

/// What forward propagation leaves behind for backpropagation: every z and every a.
#[derive(Clone, PartialEq)]
pub struct Trace<F = f32> {
    /// z of each layer, `(n, fan_out)`, in the order of [`Network::layers`].
    pub zs: Vec<Array2<F>>,
    /// a of each layer, one more than `zs`: `activations[0]` are the inputs, `activations[i + 1]` follows from `zs[i]`.
    pub activations: Vec<Array2<F>>,
}

/// The gradient of the mean loss with respect to every weight and bias, in the order of [`Network::layers`].
#[derive(Clone, PartialEq)]
pub struct Gradients<F = f32> {
    /// ∂loss/∂W of each layer, of the shape of its weights: `(fan_out, fan_in)`.
    pub weights: Vec<Array2<F>>,
    /// ∂loss/∂b of each layer, of the shape of its biases: `(fan_out,)`.
    pub biases: Vec<Array1<F>>,
}

impl<F: Float> Layer<F> {
    /// z = x · Wᵀ + b, `(n, fan_out)`, for inputs x, `(n, fan_in)`.
    fn pre_activations(&self, inputs: ArrayView2<'_, F>) -> Array2<F> {
        if inputs.nrows() == 1 {
            // A matrix-vector product skips the packing of a matrix product.
            return (self.weights.dot(&inputs.row(0)) + &self.biases).insert_axis(Axis(0));
        }
        inputs.dot(&self.weights.t()) + &self.biases
    }
}

impl<F: Float> Network<F> {
    /// Forward propagation: sends `inputs`, `(n, sizes[0])`, through all layers and keeps every z and a.
    ///
    /// ```text
    /// z[l] = a[l-1] · W[l]ᵀ + b[l]        a[l] = σ(z[l])
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) if `inputs` is not `(n, sizes[0])`.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let (weights, biases) = (array![[1.0, 2.0], [-1.0, 1.0]], array![0.5, -3.0]);
    /// let network = Network::from_layers(vec![Layer { weights, biases, activation: Relu }])?;
    ///
    /// let trace = network.forward(array![[1.0, 2.0]].view())?;
    /// // 1 · 1 + 2 · 2 + ½ and −1 · 1 + 1 · 2 − 3; then relu
    /// assert_eq!(trace.zs[0], array![[5.5, -2.0]]);
    /// assert_eq!(trace.activations[1], array![[5.5, 0.0]]);
    /// # Ok::<(), Error>(())
    /// ```
    #[inline(never)]
    pub fn forward(&self, inputs: ArrayView2<'_, F>) -> Result<Trace<F>> {
        self.check_inputs(inputs)?;
        let mut zs = Vec::with_capacity(self.layers.len());
        let mut activations = vec![inputs.to_owned()];
        for (i, layer) in self.layers.iter().enumerate() {
            let z = layer.pre_activations(activations[i].view());
            activations.push(layer.activation.value(z.view()));
            zs.push(z);
        }
        Ok(Trace { zs, activations })
    }

    /// Backpropagation: the gradient of the mean `loss` with respect to every weight and bias.
    ///
    /// `trace` is what [`Network::forward`] returned for these `n` examples; `targets` has one one-hot row each,
    /// `(n, sizes[L])`.
    ///
    /// ```text
    /// δ[L]        = ∂loss/∂z[L]                                            (n, sizes[L])
    /// δ[l]        = (δ[l+1] · W[l+1]) ⊙ σ′(z[l])                           (n, sizes[l])
    /// ∂loss/∂W[l] = δ[l]ᵀ · a[l-1] / n                                     (sizes[l], sizes[l-1])
    /// ∂loss/∂b[l] = column sums of δ[l] / n                                (sizes[l],)
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) if `loss` makes no sense after the last activation (see
    /// [`Loss::check_output`]) or `trace` does not have this network's shapes, [`Error::Shape`](crate::Error::Shape) if
    /// `targets` does not have that of its outputs.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// // One neuron after the other: z[1] = 3x − 1, a[1] = relu(z[1]), a[2] = z[2] = ½ a[1].
    /// let network = Network::from_layers(vec![
    ///     Layer { weights: array![[3.0]], biases: array![-1.0], activation: Relu },
    ///     Layer { weights: array![[0.5]], biases: array![0.0], activation: Identity },
    /// ])?;
    /// // x = 2: a[1] = 5 and a[2] = 2½. The target is 1: δ[2] = 2½ − 1 = 1½ and δ[1] = 1½ · ½ · 1 = ¾.
    /// let trace = network.forward(array![[2.0]].view())?;
    /// let gradients = network.backward(&trace, array![[1.0]].view(), Loss::MeanSquaredError)?;
    /// assert_eq!(gradients.weights, [array![[0.75 * 2.0]], array![[1.5 * 5.0]]]);
    /// assert_eq!(gradients.biases, [array![0.75], array![1.5]]);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Source
    /// Nielsen, *Neural Networks and Deep Learning*, chapter 2; checked in `tests/gradients.rs`.
    #[inline(never)]
    pub fn backward(&self, trace: &Trace<F>, targets: ArrayView2<'_, F>, loss: Loss) -> Result<Gradients<F>> {
        let (last, z) = self.check_trace(trace)?;
        loss.check_output(last.activation)?;
        let n = F::of(targets.nrows().max(1) as f64);
        let mut weights = Vec::with_capacity(self.layers.len());
        let mut biases = Vec::with_capacity(self.layers.len());

        let mut delta = loss.delta(last.activation, z.view(), targets)?;
        for (i, layer) in self.layers.iter().enumerate().rev() {
            weights.push(delta.t().dot(&trace.activations[i]) / n);
            biases.push(delta.sum_axis(Axis(0)) / n);
            if i > 0 {
                let before = &self.layers[i - 1];
                delta = before.activation.delta(trace.zs[i - 1].view(), delta.dot(&layer.weights).view())?;
            }
        }
        weights.reverse();
        biases.reverse();
        Ok(Gradients { weights, biases })
    }

    /// One step of gradient descent: every weight and bias moves against its gradient.
    ///
    /// ```text
    /// W ← W − η ∂loss/∂W        b ← b − η ∂loss/∂b        η: `learning_rate`
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) if `learning_rate` is not a positive number or `gradients` are of another
    /// number of layers, [`Error::Shape`](crate::Error::Shape) if they are not of the shapes of the weights and biases;
    /// nothing has changed then.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let layer = Layer { weights: array![[1.0, 2.0]], biases: array![0.5], activation: Sigmoid };
    /// let mut network = Network::from_layers(vec![layer])?;
    /// let gradients = Gradients { weights: vec![array![[4.0, -8.0]]], biases: vec![array![2.0]] };
    /// network.step(&gradients, 0.25)?;
    /// // 1 − ¼ · 4, 2 + ¼ · 8 and ½ − ¼ · 2
    /// assert_eq!(network.layers()[0].weights, array![[0.0, 4.0]]);
    /// assert_eq!(network.layers()[0].biases, array![0.0]);
    /// # Ok::<(), Error>(())
    /// ```
    #[inline(never)]
    pub fn step(&mut self, gradients: &Gradients<F>, learning_rate: f64) -> Result<()> {
        let rate = Self::check_learning_rate(learning_rate)?;
        self.check_gradients(gradients)?;
        for (layer, (weights, biases)) in self.layers.iter_mut().zip(gradients.weights.iter().zip(&gradients.biases)) {
            layer.weights.scaled_add(-rate, weights);
            layer.biases.scaled_add(-rate, biases);
        }
        self.recipe.stepped();
        Ok(())
    }
}

impl Network {
    /// A new network of layers of the given `sizes`, inputs first, with one activation for each layer after the inputs.
    ///
    /// ```text
    /// W ~ N(0, 1) / √fan_in        b ~ N(0, 1)        drawn from `seed`: the same on every machine
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) if there are fewer than two sizes, a size is 0, the number of activations
    /// is not one less than the number of sizes, or there would be more than 2²⁸ weights and biases (1 GiB).
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7)?;
    /// assert_eq!(network.parameter_count(), 784 * 100 + 100 + 100 * 10 + 10);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn new(sizes: &[usize], activations: &[Activation], seed: u64) -> Result<Self> {
        Self::check_sizes(sizes, activations)?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut layers = Vec::with_capacity(activations.len());
        for (size, &activation) in sizes.windows(2).zip(activations) {
            let (fan_in, fan_out) = (size[0], size[1]);
            let scale = 1.0 / (fan_in as f64).sqrt();
            let weights = Array2::from_shape_simple_fn((fan_out, fan_in), || (normal(&mut rng) * scale) as f32);
            let biases = Array1::from_shape_simple_fn(fan_out, || normal(&mut rng) as f32);
            layers.push(Layer { weights, biases, activation });
        }
        Ok(Self { layers, recipe: Recipe::seed(seed) })
    }
}

/// A number of N(0, 1).
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}
