//! Networks that others trained: the weights of fully connected layers in a safetensors file that PyTorch wrote.
//!
//! Such a file holds tensors and their names, and nothing of what stands between them: the layers' order and activations are
//! the caller's to name.

use std::collections::HashSet;
use std::path::Path;

use ndarray::{Array, Array1, Array2, Dimension, IntoDimension};
use safetensors::tensor::{Dtype, SafeTensors};

use super::kind::{self, Wanted};
use super::safetensors::{in_words, start_of, wrong};
use super::whole_file;
use crate::error::shown;
use crate::{Activation, Error, Layer, Network, Result};

/// What is wanted, for messages.
const FILE: &str = "a safetensors file";

impl Network {
    /// Loads the fully connected layers of a safetensors file that PyTorch wrote, `safetensors.torch.save_file(model.state_dict(),
    /// path)`: their names in the order in which inputs pass them, each with the activation that follows.
    ///
    /// ```text
    /// nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))           &[("0", Relu), ("2", Softmax)]
    /// self.fc1 = nn.Linear(784, 100), self.fc2 = nn.Linear(100, 10)               &[("fc1", Relu), ("fc2", Softmax)]
    /// ```
    ///
    /// A layer `fc1` has its W, `(fan_out, fan_in)`, in the tensor `fc1.weight` and its b, `(fan_out,)`, in `fc1.bias`; without
    /// the latter, b is 0. Numbers may be of 32, 64 or 16 bits (F32, F64, F16, BF16); those of 64 are rounded to `f32`.
    /// PyTorch's models often end without the softmax that its loss brings along: name it nevertheless.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read; [`Error::Argument`] if no layer is named; [`Error::Content`] if it is no whole
    /// safetensors file, a tensor is missing, of another type or number of axes, or left over because its layer was not named,
    /// a number is not finite, or the layers do not fit together. Nothing in the file is ever executed, and the memory that it
    /// takes is in proportion to the file's length.
    ///
    /// # Example
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let path = "tests/reference/pytorch/named.safetensors";
    /// let network = Network::from_safetensors(path, &[("fc1", Relu), ("fc2", Tanh), ("out", Softmax)])?;
    /// assert_eq!(network.sizes(), [20, 12, 8, 5]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn from_safetensors(path: impl AsRef<Path>, layers: &[(&str, Activation)]) -> Result<Self> {
        let path = path.as_ref();
        if layers.is_empty() {
            let expected = "a name and an activation for each layer, such as (\"0\", Relu)";
            return Err(Error::argument("layers", expected, "none"));
        }
        let content = content(path)?;
        let tensors =
            SafeTensors::deserialize(&content).map_err(|error| Error::content(path, "", FILE, in_words(&error)))?;
        let mut unused: HashSet<&str> = tensors.names().into_iter().collect();
        let mut read = Vec::with_capacity(layers.len());
        for &(name, activation) in layers {
            let (weight, bias) = (format!("{name}.weight"), format!("{name}.bias"));
            if !unused.remove(weight.as_str()) {
                return Err(missing(path, &tensors, name));
            }
            let weights: Array2<f32> = array(path, &tensors, &weight)?;
            let biases = match unused.remove(bias.as_str()) {
                true => array(path, &tensors, &bias)?,
                false => Array1::zeros(weights.nrows()),
            };
            read.push(Layer { weights, biases, activation });
        }
        if !unused.is_empty() {
            let mut unused: Vec<_> = unused.into_iter().collect();
            unused.sort_unstable();
            let found = format!("also {}: name their layers as well", shown(&unused.join(", ")));
            return Err(Error::content(path, "", "the tensors of the layers that were named, and no others", found));
        }
        Self::from_layers(read).map_err(|error| Error::content(path, "", "layers that fit together", error.to_string()))
    }
}

/// The content of a file that may be safetensors; of any other it reads only enough to tell.
fn content(path: &Path) -> Result<Vec<u8>> {
    let size = whole_file::size(path, FILE)?;
    let start = start_of(path)?;
    // Eight bytes of the header's length, then the header. The length, whatever it is, may look like another kind's mark.
    let header = start.first_chunk().map_or(u64::MAX, |length| u64::from_le_bytes(*length));
    if header > size.saturating_sub(8) || start.get(8) != Some(&b'{') {
        let bytes = start.get(..8).unwrap_or(&start);
        let found = kind::foreign(&start, Wanted::Network)
            .unwrap_or_else(|| format!("another file, or one cut short; it starts with the bytes {bytes:02x?}"));
        return Err(Error::content(path, "", FILE, found));
    }
    std::fs::read(path).map_err(|source| Error::io("read", path, source))
}

/// Why a layer has no weights: it has another name, or comes from another library.
fn missing(path: &Path, tensors: &SafeTensors<'_>, name: &str) -> Error {
    let names = tensors.names();
    let found = if names.contains(&format!("{name}.kernel").as_str()) {
        format!("{name}.kernel, which is W transposed, as JAX has it: save {name}.kernel.T as {name}.weight")
    } else {
        let mut layers: Vec<_> = names.iter().filter_map(|name| name.strip_suffix(".weight")).collect();
        layers.sort_unstable();
        match layers.is_empty() {
            true => format!("no layers but {}", shown(&names.join(", "))),
            false => format!("the layers {}", shown(&layers.join(", "))),
        }
    };
    wrong(path, &format!("{name}.weight"), "to be there", found)
}

/// One tensor of the file as an array with as many axes as `D`.
#[expect(clippy::expect_used, reason = "only arrays of one or two axes are read")]
fn array<D: Dimension>(path: &Path, tensors: &SafeTensors<'_>, name: &str) -> Result<Array<f32, D>> {
    let view = tensors.tensor(name).map_err(|error| wrong(path, name, "to be there", in_words(&error)))?;
    let data = view.data();
    let numbers: Vec<f32> = match view.dtype() {
        Dtype::F32 => data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        Dtype::F64 => data.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect(),
        Dtype::F16 => data.as_chunks().0.iter().map(|bytes| from_f16(u16::from_le_bytes(*bytes))).collect(),
        // The upper half of an f32.
        Dtype::BF16 => data.as_chunks().0.iter().map(|&[low, high]| f32::from_le_bytes([0, 0, low, high])).collect(),
        other => {
            let cure = "in PyTorch, model.float() makes them F32";
            return Err(wrong(path, name, "numbers of type F32, F64, F16 or BF16", format!("{other:?}: {cure}")));
        }
    };
    if let Some((i, number)) = numbers.iter().enumerate().find(|(_, number)| !number.is_finite()) {
        return Err(wrong(path, name, "finite numbers", format!("{number} at index {i}")));
    }
    let mut shape = D::zeros(D::NDIM.expect("D is Ix1 or Ix2"));
    if view.shape().len() != shape.ndim() {
        let expected = format!("{} axes, those of a fully connected layer", shape.ndim());
        return Err(wrong(path, name, &expected, format!("shape {:?}", view.shape())));
    }
    shape.slice_mut().copy_from_slice(view.shape());
    Array::from_shape_vec(shape.into_dimension(), numbers)
        .map_err(|_| wrong(path, name, "as many numbers as its shape says", format!("shape {:?}", view.shape())))
}

/// The number whose bits, as IEEE 754's binary16, these are: exactly, for every f16 is an f32.
fn from_f16(bits: u16) -> f32 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2_f32.powi(-24),
        0x1f if fraction == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => (1024.0 + fraction) * 2_f32.powi(exponent - 25),
    }
}

#[cfg(test)]
mod tests {
    use super::from_f16;

    /// Expected values: numpy's float16, and the round trip by its definition.
    #[test]
    fn sixteen_bits_are_the_numbers_that_they_stand_for() {
        let known = [(0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (0x3555, 0.33325195), (0x0400, 6.1035156e-5)];
        for (bits, number) in known {
            assert_eq!(from_f16(bits), number);
        }
        assert_eq!((from_f16(1), from_f16(0x83ff)), (2_f32.powi(-24), -1023.0 * 2_f32.powi(-24)));
        assert_eq!(from_f16(0x8000).to_bits(), (-0.0_f32).to_bits());
        assert_eq!((from_f16(0x7c00), from_f16(0xfc00)), (f32::INFINITY, f32::NEG_INFINITY));
        assert!(from_f16(0x7e00).is_nan());
        // Positive numbers come in the order of their bits.
        assert!((0..0x7bff).all(|bits| from_f16(bits) < from_f16(bits + 1)));
    }
}
