//! Saving and loading a network as safetensors: numbers and names, nothing that could run.
//!
//! Layer i's weights, `(fan_out, fan_in)`, and biases, `(fan_out,)`, are called `{2i}.weight` and `{2i}.bias`: the names in
//! the `state_dict` of PyTorch's `nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))`, where every second
//! module is an activation. The activations' names and a checksum of the numbers stand in the metadata, in one entry, so that
//! the same network always gives the same bytes.
//!
//! [`Network::save`] shows how PyTorch reads such a file, and `tests/reference/pytorch_reads.py` is that as a program;
//! `tests/reference/read_safetensors.py` needs numpy alone.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::Crc;
use ndarray::{Array, Array2, Dimension, IntoDimension};
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};

use super::kind::{self, Wanted};
use super::whole_file;
use crate::error::shown;
use crate::{Activation, Error, Float, Layer, Network, Result};

/// The metadata entry that makes a safetensors file one of ours.
const KEY: &str = "nn-core";
/// What its value starts with; a later format says another number.
const FORMAT: &str = "format 1, crc32 ";
/// What follows the checksum of the numbers.
const ACTIVATIONS: &str = ", activations ";
/// What follows the activations in a checkpoint: the training's settings.
const SETTINGS: &str = "; checkpoint of ";
/// A checkpoint's one tensor more: what was measured, `(epochs, numbers of an epoch)`.
const HISTORY: &str = "history";

/// What [`Network::load`] wants, for messages.
const OURS: &str = "a safetensors file that Network::save wrote";
/// safetensors refuses a header of more bytes.
const LONGEST_HEADER: u64 = 100_000_000;

/// What a checkpoint holds besides the network.
pub(crate) struct Record {
    /// The settings that must be the same for training to go on in the same way.
    pub settings: String,
    /// What was measured, one row per epoch.
    pub history: Array2<f64>,
}

impl<F: Float> Network<F> {
    /// Saves the network to `path`, a safetensors file, replacing what is there; missing folders are made.
    ///
    /// PyTorch reads it into a `Sequential` whose every second module is an activation:
    ///
    /// ```python
    /// model = nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10), nn.Softmax(dim=1))
    /// model.load_state_dict(safetensors.torch.load_file("mnist.safetensors"))
    /// ```
    ///
    /// numpy and JAX read the same tensors, each into a dictionary of its own arrays; layer i is
    ///
    /// ```python
    /// tensors = safetensors.numpy.load_file("mnist.safetensors")     # or safetensors.flax, for JAX
    /// z = a @ tensors[f"{2 * i}.weight"].T + tensors[f"{2 * i}.bias"]
    /// ```
    ///
    /// To a `path` that ends in `.onnx` it is written as ONNX instead, for onnxruntime and its like; [`Network::load`] does not
    /// read that one.
    ///
    /// ```python
    /// outputs, = onnxruntime.InferenceSession("mnist.onnx").run(None, {"inputs": pixels})      # (n, 784) of float32
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if a weight or bias is not a finite number, [`Error::Io`] if the file cannot be written; an older
    /// file of that name is then untouched.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        self.check_finite()?;
        let content = match path.extension() {
            Some(ending) if ending.eq_ignore_ascii_case("onnx") => self.to_onnx(path)?,
            _ => self.to_safetensors(path, None)?,
        };
        whole_file::write(path, &content)
    }

    /// A short name for the bits of all weights and biases: two networks with the same fingerprint are the same, and the same
    /// seed, data and settings give the same fingerprint again, whatever the number of threads.
    ///
    /// It is the CRC-32 of the numbers in the order of [`Network::layers`], weights before biases; no proof against forgery.
    pub fn fingerprint(&self) -> String {
        let numbers = self.layers().iter().flat_map(|layer| [bytes(&layer.weights), bytes(&layer.biases)]);
        let numbers: Vec<_> = numbers.collect();
        checksum(numbers.iter().map(Vec::as_slice))
    }

    /// The bytes of the file that [`Network::save`] writes, or of a checkpoint: the same with the record added.
    pub(crate) fn to_safetensors(&self, path: &Path, record: Option<&Record>) -> Result<Vec<u8>> {
        let mut tensors = Vec::new();
        for (i, layer) in self.layers().iter().enumerate() {
            tensors.push((format!("{}.weight", 2 * i), F::DTYPE, layer.weights.shape(), bytes(&layer.weights)));
            tensors.push((format!("{}.bias", 2 * i), F::DTYPE, layer.biases.shape(), bytes(&layer.biases)));
        }
        let names: Vec<_> = self.layers().iter().map(|layer| layer.activation.name()).collect();
        let mut about = format!("{ACTIVATIONS}{}", names.join(" "));
        if let Some(Record { settings, history }) = record {
            about += &format!("{SETTINGS}{settings}");
            tensors.push((HISTORY.to_owned(), f64::DTYPE, history.shape(), bytes(history)));
        }
        let checksum = checksum(tensors.iter().map(|(_, _, _, bytes)| bytes.as_slice()));
        let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
            TensorView::new(*dtype, shape.to_vec(), bytes).map(|view| (name.clone(), view))
        });
        let metadata = HashMap::from([(KEY.to_owned(), format!("{FORMAT}{checksum}{about}"))]);
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
    /// and the memory that it takes is in proportion to the file's length, whatever its header promises.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        Ok(read(path.as_ref())?.0)
    }

    /// The same for a network of `f64`; one of `f32` is widened, which changes no number.
    ///
    /// # Errors
    /// As [`Network::load`].
    pub fn load_f64(path: impl AsRef<Path>) -> Result<Network<f64>> {
        Ok(read(path.as_ref())?.0)
    }
}

/// Reads a network, and the record of its training if the file is a checkpoint.
#[inline(never)]
pub(crate) fn read<F: Float>(path: &Path) -> Result<(Network<F>, Option<Record>)> {
    let content = content(path)?;
    let (_, metadata) = SafeTensors::read_metadata(&content).map_err(|error| refused(path, &content, &error))?;
    let tensors = SafeTensors::deserialize(&content).map_err(|error| refused(path, &content, &error))?;
    let Some(entry) = metadata.metadata().as_ref().and_then(|entries| entries.get(KEY)) else {
        return Err(not_ours(path, without_entry()));
    };
    let Some((saved_checksum, names)) = entry.strip_prefix(FORMAT).and_then(|rest| rest.split_once(ACTIVATIONS)) else {
        return Err(not_ours(path, format!("the metadata \"{}\"; is it of a newer version?", shown(entry))));
    };
    let (names, settings) = match names.split_once(SETTINGS) {
        Some((names, settings)) => (names, Some(settings)),
        None => (names, None),
    };

    let mut layers = Vec::new();
    for (i, name) in names.split(' ').enumerate() {
        let Some(activation) = Activation::named(name) else {
            let known = Activation::ALL.map(Activation::name).join(", ");
            let expected = format!("an activation of {known}");
            return Err(Error::content(path, format!("layer {i}: "), expected, format!("\"{}\"", shown(name))));
        };
        let weights = tensor(path, &tensors, &format!("{}.weight", 2 * i))?;
        let biases = tensor(path, &tensors, &format!("{}.bias", 2 * i))?;
        layers.push(Layer { weights, biases, activation });
    }
    let record = match settings {
        Some(settings) => Some(Record { settings: settings.to_owned(), history: tensor(path, &tensors, HISTORY)? }),
        None => None,
    };
    if tensors.len() != 2 * layers.len() + usize::from(record.is_some()) {
        return Err(not_ours(path, format!("{} tensors for {} layers", tensors.len(), layers.len())));
    }
    let names = (0..layers.len()).flat_map(|i| [format!("{}.weight", 2 * i), format!("{}.bias", 2 * i)]);
    let saved = names.chain([HISTORY.to_owned()]).filter_map(|name| tensors.tensor(&name).ok());
    let checksum = checksum(saved.map(|view| view.data()));
    if checksum != saved_checksum {
        let found = format!("{checksum}: the file was changed or damaged after it was saved");
        return Err(Error::content(path, "", format!("numbers with the checksum {saved_checksum}"), found));
    }
    let network = Network::from_layers(layers)
        .map_err(|error| Error::content(path, "", "layers that fit together", error.to_string()))?;
    Ok((network, record))
}

/// What is found where safetensors are another program's.
fn without_entry() -> String {
    format!("one without the metadata entry {KEY:?}; if PyTorch wrote it, Network::from_safetensors reads it")
}

fn not_ours(path: &Path, found: String) -> Error {
    Error::content(path, "", OURS, found)
}

/// Why safetensors refuses this content.
fn refused(path: &Path, content: &[u8], error: &SafeTensorError) -> Error {
    let known = pickle(content).or_else(|| kind::foreign(content, Wanted::Network));
    not_ours(path, known.unwrap_or_else(|| in_words(error)))
}

/// Reads a file that may be one of ours; of any other file it reads only enough to tell, so a large one takes no memory.
fn content(path: &Path) -> Result<Vec<u8>> {
    let size = whole_file::size(path, OURS)?;
    let mut file = File::open(path).map_err(|source| Error::io("read", path, source))?;
    let mut content = Vec::new();
    // First the header's length, then the header.
    read_on(path, &mut file, 8, &mut content)?;
    let Some(&length) = content.first_chunk() else { return Ok(content) };
    let length = u64::from_le_bytes(length);
    if length > size.min(LONGEST_HEADER) {
        // Enough to say what it is.
        read_on(path, &mut file, kind::ENOUGH as u64, &mut content)?;
        return Ok(content);
    }
    read_on(path, &mut file, length, &mut content)?;
    let key = format!("{KEY:?}");
    if !content.windows(key.len()).any(|part| part == key.as_bytes()) {
        return Err(not_ours(path, without_entry()));
    }
    read_on(path, &mut file, size, &mut content)?;
    Ok(content)
}

/// The first bytes of a file, enough to tell its kind.
pub(super) fn start_of(path: &Path) -> Result<Vec<u8>> {
    let mut file = File::open(path).map_err(|source| Error::io("read", path, source))?;
    let mut start = Vec::new();
    read_on(path, &mut file, kind::ENOUGH as u64, &mut start)?;
    Ok(start)
}

/// Adds up to `bytes` more of the file to `content`.
fn read_on(path: &Path, file: &mut File, bytes: u64, content: &mut Vec<u8>) -> Result<()> {
    file.take(bytes).read_to_end(content).map_err(|source| Error::io("read", path, source))?;
    Ok(())
}

/// One tensor of the file as an array with as many axes as `D`.
#[expect(clippy::expect_used, reason = "only arrays of one or two axes are read")]
fn tensor<F: Float, D: Dimension>(path: &Path, tensors: &SafeTensors<'_>, name: &str) -> Result<Array<F, D>> {
    let Ok(view) = tensors.tensor(name) else {
        return Err(wrong(path, name, "to be there", format!("only {}", shown(&tensors.names().join(", ")))));
    };
    let numbers: Vec<F> = match view.dtype() {
        Dtype::F32 => view.data().as_chunks().0.iter().map(|bytes| F::of(f32::from_le_bytes(*bytes).into())).collect(),
        Dtype::F64 if F::DTYPE == Dtype::F64 => {
            view.data().as_chunks().0.iter().map(|bytes| F::of(f64::from_le_bytes(*bytes))).collect()
        }
        Dtype::F64 => {
            return Err(wrong(path, name, "numbers of type F32", "F64; Network::load_f64 reads them".to_owned()));
        }
        other => return Err(wrong(path, name, "numbers of type F32 or F64", format!("{other:?}"))),
    };
    if let Some((i, number)) = numbers.iter().enumerate().find(|(_, number)| !number.is_finite()) {
        return Err(wrong(path, name, "finite numbers", format!("{number} at index {i}")));
    }
    let mut shape = D::zeros(D::NDIM.expect("D is Ix1 or Ix2"));
    if view.shape().len() != shape.ndim() {
        return Err(wrong(path, name, &format!("{} axes", shape.ndim()), format!("shape {:?}", view.shape())));
    }
    shape.slice_mut().copy_from_slice(view.shape());
    Array::from_shape_vec(shape.into_dimension(), numbers)
        .map_err(|_| wrong(path, name, "as many numbers as its shape says", format!("shape {:?}", view.shape())))
}

pub(super) fn wrong(path: &Path, tensor: &str, expected: &str, found: String) -> Error {
    Error::content(path, format!("tensor {tensor}: "), expected, found)
}

/// Why safetensors refuses a file, for those who do not know its format.
pub(super) fn in_words(error: &SafeTensorError) -> String {
    use SafeTensorError::{HeaderTooLarge, HeaderTooSmall, InvalidHeaderLength, MetadataIncompleteBuffer};
    match error {
        HeaderTooLarge | HeaderTooSmall | InvalidHeaderLength => format!("another file, or one cut short ({error})"),
        MetadataIncompleteBuffer => "one that was cut short, or has something after its end".to_owned(),
        _ => shown(&error.to_string()),
    }
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

/// The CRC-32 of all numbers, as eight hexadecimal digits.
fn checksum<'a>(tensors: impl Iterator<Item = &'a [u8]>) -> String {
    let mut crc = Crc::new();
    tensors.for_each(|bytes| crc.update(bytes));
    format!("{:08x}", crc.sum())
}
