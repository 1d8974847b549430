//! Saving and loading a network as safetensors: numbers and names, nothing that could run.
//!
//! Layer i's weights, `(fan_out, fan_in)`, and biases, `(fan_out,)`, are called `{2i}.weight` and `{2i}.bias`: the names in
//! the `state_dict` of PyTorch's `nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))`, where every second
//! module is an activation. The activations' names stand in the metadata, in one entry, so that the same network always
//! gives the same bytes.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use ndarray::{Array, Dimension, IntoDimension};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::{Activation, Error, Float, Layer, Network, Result};

/// The metadata entry that makes a safetensors file one of ours.
const KEY: &str = "nn-core";
/// What its value starts with; a later format says another number.
const FORMAT: &str = "format 1, activations ";

impl<F: Float> Network<F> {
    /// Saves the network to `path`, a safetensors file, replacing what is there; missing folders are made.
    ///
    /// # Errors
    /// [`Error::Argument`] if a weight or bias is not a finite number, [`Error::Io`] if the file cannot be written; an older
    /// file of that name is then untouched.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        self.check_finite()?;
        write_whole(path, &self.to_safetensors(path)?)
    }

    fn to_safetensors(&self, path: &Path) -> Result<Vec<u8>> {
        let mut tensors = Vec::new();
        for (i, layer) in self.layers().iter().enumerate() {
            let (weights, biases) = (bytes(&layer.weights), bytes(&layer.biases));
            tensors.push((format!("{}.weight", 2 * i), layer.weights.shape().to_vec(), weights));
            tensors.push((format!("{}.bias", 2 * i), layer.biases.shape().to_vec(), biases));
        }
        let views = tensors.iter().map(|(name, shape, bytes)| {
            TensorView::new(F::DTYPE, shape.clone(), bytes).map(|view| (name.clone(), view))
        });
        let names: Vec<_> = self.layers().iter().map(|layer| layer.activation.name()).collect();
        let metadata = HashMap::from([(KEY.to_owned(), format!("{FORMAT}{}", names.join(" ")))]);
        views
            .collect::<Result<Vec<_>, _>>()
            .and_then(|views| safetensors::serialize(views, Some(metadata)))
            .map_err(|error| Error::content(path, "", "a network that safetensors can hold", error.to_string()))
    }
}

impl Network {
    /// Loads a network that [`Network::save`] wrote.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read; [`Error::Content`] if it is not a whole safetensors file with our
    /// metadata, its layers do not fit together, or a weight is not a finite number. Nothing in the file is ever executed,
    /// and no more memory is used than the file is long.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        load(path.as_ref())
    }

    /// The same for a network of `f64`; one of `f32` is widened, which changes no number.
    ///
    /// # Errors
    /// As [`Network::load`].
    pub fn load_f64(path: impl AsRef<Path>) -> Result<Network<f64>> {
        load(path.as_ref())
    }
}

fn load<F: Float>(path: &Path) -> Result<Network<F>> {
    let content = fs::read(path).map_err(|source| Error::io("read", path, source))?;
    let wrong = |found: String| Error::content(path, "", "a safetensors file that Network::save wrote", found);
    let (_, metadata) = SafeTensors::read_metadata(&content)
        .map_err(|error| wrong(pickle(&content).unwrap_or_else(|| error.to_string())))?;
    let tensors = SafeTensors::deserialize(&content).map_err(|error| wrong(error.to_string()))?;
    let entry = metadata.metadata().as_ref().and_then(|entries| entries.get(KEY));
    let entry = entry.ok_or_else(|| wrong(format!("one without the metadata entry {KEY:?}")))?;
    let names = entry
        .strip_prefix(FORMAT)
        .ok_or_else(|| wrong(format!("the metadata {entry:?}; is it of a newer version?")))?;

    let mut layers = Vec::new();
    for (i, name) in names.split(' ').enumerate() {
        let activation = Activation::named(name).ok_or_else(|| {
            let known = Activation::ALL.map(Activation::name).join(", ");
            Error::content(path, format!("layer {i}: "), format!("an activation of {known}"), format!("{name:?}"))
        })?;
        let weights = tensor(path, &tensors, &format!("{}.weight", 2 * i))?;
        let biases = tensor(path, &tensors, &format!("{}.bias", 2 * i))?;
        layers.push(Layer { weights, biases, activation });
    }
    if tensors.len() != 2 * layers.len() {
        return Err(wrong(format!("{} tensors for {} layers", tensors.len(), layers.len())));
    }
    Network::from_layers(layers)
        .map_err(|error| Error::content(path, "", "layers that fit together", error.to_string()))
}

/// One tensor of the file as an array with as many axes as `D`.
fn tensor<F: Float, D: Dimension>(path: &Path, tensors: &SafeTensors<'_>, name: &str) -> Result<Array<F, D>> {
    let wrong = |expected: &str, found: String| Error::content(path, format!("tensor {name}: "), expected, found);
    let view = tensors.tensor(name).map_err(|_| wrong("to be there", format!("only {:?}", tensors.names())))?;
    let numbers: Vec<F> = match view.dtype() {
        Dtype::F32 => {
            view.data().chunks_exact(4).map(|b| F::of(f32::from_le_bytes([b[0], b[1], b[2], b[3]]).into())).collect()
        }
        Dtype::F64 if F::DTYPE == Dtype::F64 => {
            let number = |b: &[u8]| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]);
            view.data().chunks_exact(8).map(|b| F::of(number(b))).collect()
        }
        Dtype::F64 => return Err(wrong("numbers of type F32", "F64; Network::load_f64 reads them".to_owned())),
        other => return Err(wrong("numbers of type F32 or F64", format!("{other:?}"))),
    };
    if let Some(i) = numbers.iter().position(|number| !number.is_finite()) {
        return Err(wrong("finite numbers", format!("{} at index {i}", numbers[i])));
    }
    let mut shape = D::zeros(D::NDIM.unwrap_or(0));
    if view.shape().len() != shape.ndim() {
        return Err(wrong(&format!("{} axes", shape.ndim()), format!("shape {:?}", view.shape())));
    }
    shape.slice_mut().copy_from_slice(view.shape());
    Array::from_shape_vec(shape.into_dimension(), numbers)
        .map_err(|_| wrong("as many numbers as its shape says", format!("shape {:?}", view.shape())))
}

/// Names the formats of numpy and of old PyTorch files, which may hold code that runs when they are loaded.
///
/// Asked only about a file that is not safetensors: the length that those start with may look like a pickle's mark.
fn pickle(content: &[u8]) -> Option<String> {
    let kind = match content {
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => "a numpy .npy file",
        [b'P', b'K', 3, 4, ..] => "a zip archive, such as numpy's .npz or PyTorch's .pt",
        [0x80, 2..=5, ..] => "a Python pickle",
        _ => return None,
    };
    Some(format!("{kind}: loading those can run code, so it is refused; save it with Python's safetensors package"))
}

fn bytes<F: Float, D: Dimension>(array: &Array<F, D>) -> Vec<u8> {
    array.iter().flat_map(|number| number.little_endian()).collect()
}

/// Writes a file so that at every moment the old or the new one is there, whole: a temporary file, then a rename.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        // The rename below would replace /dev/null by a file, where the user may do that.
        return Err(Error::io("write", path, std::io::Error::other("it is a folder or a device, not a file")));
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|source| Error::io("create the folder of", path, source))?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = write_and_sync(&temporary, content).and_then(|()| fs::rename(&temporary, path));
    written.map_err(|source| {
        let _ = fs::remove_file(&temporary);
        Error::io("write", path, source)
    })
}

fn write_and_sync(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = fs::File::create(path)?;
    std::io::Write::write_all(&mut file, content)?;
    file.sync_all()
}
