//! Activation functions σ: each value beside its derivative.

use std::fmt;

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, Zip};

use crate::{Error, Float, Result};

/// The function σ that turns a layer's pre-activations z into its activations a.
///
/// | | σ(z) | σ′(z) |
/// |---|---|---|
/// | sigmoid | 1 / (1 + e⁻ᶻ) | σ(z) (1 − σ(z)) |
/// | tanh | (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ) | 1 − σ(z)² |
/// | relu | max(z, 0) | 1 where z > 0, else 0 |
/// | identity | z | 1 |
/// | softmax | eᶻⁱ / Σⱼ eᶻʲ, along each row | a matrix: see [`Activation::delta`] |
///
/// # Source
/// Nielsen, *Neural Networks and Deep Learning*, chapters 1 and 3; derivatives checked in `tests/gradients.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// Squeezes any number into 0 to 1.
    Sigmoid,
    /// Keeps what is positive.
    Relu,
    /// Turns a row of numbers into probabilities: positive, with sum 1.
    Softmax,
    /// Squeezes any number into −1 to 1.
    Tanh,
    /// Changes nothing.
    Identity,
}

impl Activation {
    /// Every activation there is.
    pub const ALL: [Self; 5] = [Self::Sigmoid, Self::Relu, Self::Softmax, Self::Tanh, Self::Identity];

    /// The activations a = σ(z), of the shape of `z`: `(n, fan_out)`, one example per row.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// assert_eq!(Relu.value(array![[-2.0, 0.0, 3.0]].view()), array![[0.0, 0.0, 3.0]]);
    /// // 1 / (1 + e⁰)
    /// assert_eq!(Sigmoid.value(array![[0.0]].view()), array![[0.5]]);
    ///
    /// // eᶻ = (1, 2, 5), and 1 + 2 + 5 = 8
    /// let a = Softmax.value(array![[0.0, 2_f64.ln(), 5_f64.ln()]].view());
    /// assert!((a - array![[0.125, 0.25, 0.625]]).iter().all(|error| error.abs() < 1e-15));
    /// ```
    #[inline(never)]
    pub fn value<F: Float>(self, z: ArrayView2<'_, F>) -> Array2<F> {
        let mut a = z.to_owned();
        self.apply(a.view_mut());
        a
    }

    /// Replaces z by σ(z) in place.
    pub(crate) fn apply<F: Float>(self, mut z: ArrayViewMut2<'_, F>) {
        let one = F::one();
        match self {
            Self::Sigmoid => z.mapv_inplace(sigmoid),
            Self::Relu => z.mapv_inplace(|z| if z < F::zero() { F::zero() } else { z }),
            Self::Tanh => z.mapv_inplace(F::tanh),
            Self::Identity => {}
            Self::Softmax => {
                for mut row in z.rows_mut() {
                    // Softmax is the same for z and z − max z, and the second cannot overflow.
                    let max = row.fold(F::neg_infinity(), |max, &z| max.max(z));
                    row.mapv_inplace(|z| (z - max).exp());
                    let scale = one / row.sum();
                    row.mapv_inplace(|e| e * scale);
                }
            }
        }
    }

    /// The derivative σ′(z) of every activation with respect to its own pre-activation, of the shape of `z`.
    ///
    /// For softmax these are the diagonals aᵢ (1 − aᵢ) of its Jacobians; the rest of them is in [`Activation::delta`].
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// assert_eq!(Relu.derivative(array![[-2.0, 0.0, 3.0]].view()), array![[0.0, 0.0, 1.0]]);
    /// // σ(0) (1 − σ(0)) = ½ · ½
    /// assert_eq!(Sigmoid.derivative(array![[0.0]].view()), array![[0.25]]);
    /// // 1 − tanh(0)²
    /// assert_eq!(Tanh.derivative(array![[0.0]].view()), array![[1.0]]);
    /// ```
    #[inline(never)]
    pub fn derivative<F: Float>(self, z: ArrayView2<'_, F>) -> Array2<F> {
        let (zero, one) = (F::zero(), F::one());
        match self {
            Self::Sigmoid | Self::Softmax => self.value(z).mapv(|a| a * (one - a)),
            Self::Relu => z.mapv(|z| if z > zero { one } else { zero }),
            Self::Tanh => z.mapv(|z| one - z.tanh() * z.tanh()),
            Self::Identity => Array2::ones(z.raw_dim()),
        }
    }

    /// The chain rule through this activation: δ = ∂loss/∂z from `gradient` = ∂loss/∂a, all of the shape of `z`.
    ///
    /// ```text
    /// δ  = ∂loss/∂a ⊙ σ′(z)                            where each a depends on its own z alone
    /// δᵢ = Σⱼ ∂loss/∂aⱼ · aⱼ (1ᵢ₌ⱼ − aᵢ)                softmax, whose outputs all depend on every z
    ///    = aᵢ (∂loss/∂aᵢ − Σⱼ ∂loss/∂aⱼ aⱼ)
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] if `gradient` is not of the shape of `z`.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let (z, gradient) = (array![[-1.0, 2.0]], array![[3.0, 3.0]]);
    /// assert_eq!(Relu.delta(z.view(), gradient.view())?, array![[0.0, 3.0]]);
    ///
    /// // a = (½, ½), and Σⱼ ∂loss/∂aⱼ aⱼ = 1: (½ (2 − 1), ½ (0 − 1))
    /// let (z, gradient) = (array![[0.0, 0.0]], array![[2.0, 0.0]]);
    /// assert_eq!(Softmax.delta(z.view(), gradient.view())?, array![[0.5, -0.5]]);
    /// # Ok::<(), Error>(())
    /// ```
    #[inline(never)]
    pub fn delta<F: Float>(self, z: ArrayView2<'_, F>, gradient: ArrayView2<'_, F>) -> Result<Array2<F>> {
        if gradient.dim() != z.dim() {
            return Err(Error::shape("gradient", format!("{:?}", z.dim()), gradient.shape()));
        }
        Ok(match self {
            Self::Softmax => {
                let a = self.value(z);
                let weighted = &a * &gradient;
                let sums = weighted.sum_axis(Axis(1)).insert_axis(Axis(1));
                weighted - a * sums
            }
            _ => {
                let mut delta = self.derivative(z);
                Zip::from(&mut delta).and(&gradient).for_each(|delta, &gradient| *delta *= gradient);
                delta
            }
        })
    }

    /// The name in saved files and messages: `relu`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
            Self::Relu => "relu",
            Self::Softmax => "softmax",
            Self::Tanh => "tanh",
            Self::Identity => "identity",
        }
    }

    /// The activation of that name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|activation| activation.name() == name)
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// 1 / (1 + e⁻ᶻ), written so that the exponential never overflows.
fn sigmoid<F: Float>(z: F) -> F {
    let e = (-z.abs()).exp();
    let numerator = if z < F::zero() { e } else { F::one() };
    numerator / (F::one() + e)
}
