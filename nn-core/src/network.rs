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

#![expect(clippy::indexing_slicing, reason = "a network has an input and an output size; a trace is checked first")]

use std::fmt;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::kernels::{self, Team};
use crate::metrics::{argmax, argmax_rows};
use crate::recipe::Recipe;
use crate::{Activation, Error, Float, Loss, Result};

/// The most weights and biases that [`Network::new`] makes: 1 GiB of `f32`. A typing error should not end the process.
const MAX_PARAMETERS: usize = 1 << 28;

/// Fewer multiplications than this are done before other threads have started.
const WORTH_SHARING: usize = 20_000_000;

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

impl Network {
    /// A new network of layers of the given `sizes`, inputs first, with one activation for each layer after the inputs.
    ///
    /// ```text
    /// W ~ N(0, 1) / √fan_in        b ~ N(0, 1)        drawn from `seed`: the same on every machine
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if there are fewer than two sizes, a size is 0, the number of activations is not one less than
    /// the number of sizes, or there would be more than 2²⁸ weights and biases (1 GiB).
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
        if sizes.len() < 2 || sizes.contains(&0) {
            let expected = "at least two sizes, the inputs' and the outputs', none of them 0";
            return Err(Error::argument("sizes", expected, format!("{sizes:?}")));
        }
        if activations.len() != sizes.len() - 1 {
            let expected = format!("{}, one for each of sizes {sizes:?} after the inputs", sizes.len() - 1);
            return Err(Error::argument("activations", expected, activations.len()));
        }
        let layer = |size: &[usize]| size[1].checked_mul(size[0].checked_add(1)?);
        let count = sizes.windows(2).try_fold(0_usize, |sum, size| sum.checked_add(layer(size)?));
        if count.is_none_or(|count| count > MAX_PARAMETERS) {
            let expected = format!("at most {MAX_PARAMETERS} weights and biases");
            return Err(Error::argument("sizes", expected, format!("{sizes:?}")));
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
        let layers = sizes
            .windows(2)
            .zip(activations)
            .map(|(size, &activation)| {
                let (fan_in, fan_out) = (size[0], size[1]);
                let scale = 1.0 / (fan_in as f64).sqrt();
                Layer {
                    weights: Array2::from_shape_simple_fn((fan_out, fan_in), || (normal() * scale) as f32),
                    biases: Array1::from_shape_simple_fn(fan_out, || normal() as f32),
                    activation,
                }
            })
            .collect();
        Ok(Self { layers, recipe: Recipe::seed(seed) })
    }
}

impl<F: PartialEq> PartialEq for Network<F> {
    fn eq(&self, other: &Self) -> bool {
        self.layers == other.layers
    }
}

impl<F: Float> Network<F> {
    /// A network of these layers: from weights that were made elsewhere, or changed by hand.
    ///
    /// # Errors
    /// [`Error::Argument`] if there are no layers, [`Error::Shape`] if a layer has not as many inputs as the one before it
    /// has outputs, or not one bias per row of weights.
    pub fn from_layers(layers: Vec<Layer<F>>) -> Result<Self> {
        let Some(first) = layers.first() else {
            return Err(Error::argument("layers", "at least one layer", 0));
        };
        let mut fan_in = first.weights.ncols();
        for layer in &layers {
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
    pub fn sizes(&self) -> Vec<usize> {
        let inputs = self.layers.iter().take(1).map(|layer| layer.weights.ncols());
        inputs.chain(self.layers.iter().map(|layer| layer.biases.len())).collect()
    }

    /// The number of weights and biases.
    pub fn parameter_count(&self) -> usize {
        self.layers.iter().map(|layer| layer.weights.len() + layer.biases.len()).sum()
    }

    /// The same network in another precision: `network.cast::<f64>()`.
    pub fn cast<G: Float>(&self) -> Network<G> {
        let cast = |layer: &Layer<F>| Layer {
            weights: layer.weights.mapv(|w| G::of(w.f64())),
            biases: layer.biases.mapv(|b| G::of(b.f64())),
            activation: layer.activation,
        };
        Network { layers: self.layers.iter().map(cast).collect(), recipe: self.recipe.clone() }
    }

    /// Forward propagation: sends `inputs`, `(n, sizes[0])`, through all layers and keeps every z and a.
    ///
    /// ```text
    /// z[l] = a[l-1] · W[l]ᵀ + b[l]        a[l] = σ(z[l])
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] if `inputs` is not `(n, sizes[0])`.
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
    /// [`Error::Argument`] if `loss` has no meaning for the last activation (see [`Loss::check`]) or `trace` has not the
    /// shapes of this network's, [`Error::Shape`] if `targets` has not that of its outputs.
    ///
    /// # Source
    /// Nielsen, *Neural Networks and Deep Learning*, chapter 2; checked in `tests/gradients.rs`.
    pub fn backward(&self, trace: &Trace<F>, targets: ArrayView2<'_, F>, loss: Loss) -> Result<Gradients<F>> {
        let (last, z) = self.check_trace(trace)?;
        loss.check(last.activation)?;
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
    /// [`Error::Argument`] if `learning_rate` is not a positive number or `gradients` are of another number of layers,
    /// [`Error::Shape`] if they are not of the shapes of the weights and biases; nothing has changed then.
    pub fn step(&mut self, gradients: &Gradients<F>, learning_rate: f64) -> Result<()> {
        let rate: F = check_learning_rate(learning_rate)?;
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
        for (layer, (weights, biases)) in self.layers.iter_mut().zip(gradients.weights.iter().zip(&gradients.biases)) {
            layer.weights.scaled_add(-rate, weights);
            layer.biases.scaled_add(-rate, biases);
        }
        self.recipe.stepped();
        Ok(())
    }

    /// The outputs, `(n, sizes[L])`, for `inputs`, `(n, sizes[0])`.
    ///
    /// # Errors
    /// [`Error::Shape`] if `inputs` is not `(n, sizes[0])`.
    pub fn predict(&self, inputs: ArrayView2<'_, F>) -> Result<Array2<F>> {
        let mut a = self.logits(inputs)?;
        if let Some(last) = self.layers.last() {
            last.activation.apply(a.view_mut());
        }
        Ok(a)
    }

    /// The last pre-activations z\[L\], `(n, sizes[L])`: the outputs before their activation.
    ///
    /// # Errors
    /// [`Error::Shape`] if `inputs` is not `(n, sizes[0])`.
    pub fn logits(&self, inputs: ArrayView2<'_, F>) -> Result<Array2<F>> {
        self.check_inputs(inputs)?;
        let mut z = [Array2::zeros((inputs.nrows(), self.sizes()[self.layers.len()]))];
        let threads = kernels::threads_worth(inputs.nrows() * self.parameter_count(), WORTH_SHARING);
        Team::with(threads, |team| {
            team.rows(usize::MAX, &mut z, |mut rows| {
                let of_rows = self.logits_of(inputs.slice(s![rows.range(0), ..]));
                rows.get(0).assign(&of_rows);
            });
        });
        let [z] = z;
        Ok(z)
    }

    fn logits_of(&self, inputs: ArrayView2<'_, F>) -> Array2<F> {
        let mut layers = self.layers.iter();
        let Some(first) = layers.next() else { return inputs.to_owned() };
        let mut z = first.pre_activations(inputs);
        let mut activation = first.activation;
        for layer in layers {
            activation.apply(z.view_mut());
            z = layer.pre_activations(z.view());
            activation = layer.activation;
        }
        z
    }

    /// The class of one example, `(sizes[0],)`: the index of its largest output; the first of several.
    ///
    /// # Errors
    /// [`Error::Shape`] if `input` is not `(sizes[0],)`.
    pub fn classify(&self, input: ArrayView1<'_, F>) -> Result<usize> {
        if input.len() != self.sizes()[0] {
            return Err(Error::shape("input", format!("({},)", self.sizes()[0]), input.shape()));
        }
        Ok(argmax(self.predict(input.insert_axis(Axis(0)))?.row(0)))
    }

    /// The class of each example, `(n,)`, for `inputs`, `(n, sizes[0])`.
    ///
    /// # Errors
    /// [`Error::Shape`] if `inputs` is not `(n, sizes[0])`.
    pub fn classify_all(&self, inputs: ArrayView2<'_, F>) -> Result<Array1<usize>> {
        Ok(argmax_rows(self.predict(inputs)?.view()))
    }

    /// The activation of the last layer.
    pub fn output_activation(&self) -> Activation {
        self.layers.last().map_or(Activation::Identity, |layer| layer.activation)
    }

    fn check_inputs(&self, inputs: ArrayView2<'_, F>) -> Result<()> {
        let fan_in = self.sizes()[0];
        if inputs.ncols() == fan_in {
            return Ok(());
        }
        Err(Error::shape("inputs", format!("(n, {fan_in})"), inputs.shape()))
    }

    /// Whether every weight and bias is a finite number, as training and saving want them.
    pub(crate) fn check_finite(&self) -> Result<()> {
        for (i, layer) in self.layers.iter().enumerate() {
            if let Some(found) = layer.weights.iter().chain(&layer.biases).find(|number| !number.is_finite()) {
                let expected = format!("finite weights and biases in layers[{i}]");
                return Err(Error::argument("network", expected, found));
            }
        }
        Ok(())
    }

    /// The last layer and its z, if `trace` has the shapes that this network's `forward` gives it.
    fn check_trace<'a>(&'a self, trace: &'a Trace<F>) -> Result<(&'a Layer<F>, &'a Array2<F>)> {
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
                let shapes = |arrays: &[Array2<F>]| format!("{:?}", arrays.iter().map(Array2::dim).collect::<Vec<_>>());
                let found = format!("activations {}, zs {}", shapes(&trace.activations), shapes(&trace.zs));
                Err(Error::argument(
                    "trace",
                    format!("activations of widths {sizes:?}, with a z for all but the first"),
                    found,
                ))
            }
        }
    }
}

impl<F: Float> Layer<F> {
    /// z = x · Wᵀ + b, `(n, fan_out)`, for inputs x, `(n, fan_in)`.
    fn pre_activations(&self, inputs: ArrayView2<'_, F>) -> Array2<F> {
        if inputs.nrows() == 1 {
            // A matrix by a vector goes without the packing that a product of two matrices begins with.
            return (self.weights.dot(&inputs.row(0)) + &self.biases).insert_axis(Axis(0));
        }
        inputs.dot(&self.weights.t()) + &self.biases
    }
}

/// The learning rate in the network's precision, where it must be a positive number too.
pub(crate) fn check_learning_rate<F: Float>(learning_rate: f64) -> Result<F> {
    let rate = F::of(learning_rate);
    if rate.is_finite() && rate > F::zero() {
        return Ok(rate);
    }
    Err(Error::argument("learning_rate", "a positive number", learning_rate))
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
