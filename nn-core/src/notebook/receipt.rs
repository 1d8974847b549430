//! A network's receipt: what it takes to make the same one again, and to see that it is the same.

use sha2::{Digest, Sha256};

use super::Table;
use crate::data::{Dataset, Mnist, PIXELS, SIDE};
use crate::provenance::{VERSION, processor};
use crate::{Float, Loss, Network, Result};

impl Network {
    /// A table of all that this network follows from, and of what came of it, to keep beside the network or to send along.
    ///
    /// ```text
    /// initial weights                  seed 7
    /// trained from                     fingerprint …
    /// training                         10 epochs on cross-entropy, learning rate 0.01
    /// mini-batches                     of 100 from 60000 examples in order
    /// 60000 training images, SHA-256   ba891046…
    /// test accuracy                    0.9203
    /// fingerprint                      …
    /// nn-core, rustc, processor        …
    /// ```
    ///
    /// What is the same in all these rows has the same fingerprint: with any number of threads, in debug and in release.
    /// Another processor, and another system's exponential function, may round the last bit otherwise: the fingerprint is
    /// another one then, and the losses agree to about five digits.
    ///
    /// The SHA-256 are those of the data in memory, written as MNIST's IDX files, uncompressed: whatever format it was read
    /// from, `sha256sum train-images-idx3-ubyte` prints the same for the real MNIST, and `data/README.md` lists them. Inputs
    /// that are no pixels count as little-endian `f32`. That the network was trained on `mnist` is what the caller says.
    ///
    /// # Errors
    /// As [`Network::evaluate`], for the test set.
    pub fn receipt(&self, mnist: &Mnist) -> Result<Table> {
        receipt(self, mnist)
    }
}

impl Network<f64> {
    /// The receipt of a network of `f64`: see [`Network::receipt`].
    ///
    /// # Errors
    /// As [`Network::evaluate`], for the test set.
    pub fn receipt(&self, mnist: &Mnist) -> Result<Table> {
        receipt(self, mnist)
    }
}

fn receipt<F: Float>(network: &Network<F>, mnist: &Mnist) -> Result<Table> {
    // Any loss would do: the accuracy is wanted, and this one goes with every last activation.
    let accuracy = network.evaluate(&mnist.test, Loss::MeanSquaredError)?.accuracy;
    let precision = format!("{:?}", F::DTYPE).to_lowercase();
    let mut rows = vec![("network".to_owned(), format!("{network:?}, {precision}").replace("Network: ", ""))];
    rows.extend(network.recipe().rows().iter().cloned());
    rows.extend(sums("training", &mnist.train).into_iter().chain(sums("test", &mnist.test)));
    let rest = [
        ("test accuracy", format!("{accuracy:.4}")),
        ("fingerprint", network.fingerprint()),
        ("nn-core", VERSION.to_owned()),
        ("rustc", env!("NN_CORE_RUSTC").to_owned()),
        ("processor", processor()),
    ];
    rows.extend(rest.map(|(title, text)| (title.to_owned(), text)));
    Table::new("Receipt", ["", " "], rows.into_iter().map(|(title, text)| [title, text]))
}

/// Titles and sums of the images and the labels of a data set.
fn sums(part: &str, dataset: &Dataset) -> [(String, String); 2] {
    let count = dataset.len();
    let (what, images) = match pixels(dataset) {
        Some(pixels) => {
            let header = [[0, 0, 8, 3], size(count), size(SIDE), size(SIDE)].concat();
            ("images", sha256(&header, pixels))
        }
        None => ("inputs", sha256(&[], dataset.inputs.iter().flat_map(|x| x.to_le_bytes()).collect())),
    };
    let labels = sha256(&[[0, 0, 8, 1], size(count)].concat(), dataset.labels.to_vec());
    [(format!("{count} {part} {what}, SHA-256"), images), ("their labels, SHA-256".to_owned(), labels)]
}

/// A size as an IDX file writes it.
#[expect(clippy::expect_used, reason = "four billion digits do not fit into any memory")]
fn size(size: usize) -> [u8; 4] {
    u32::try_from(size).expect("a data set in memory has fewer than four billion examples").to_be_bytes()
}

/// The sum of a file with this header and these bytes.
fn sha256(header: &[u8], bytes: Vec<u8>) -> String {
    let sum = Sha256::new().chain_update(header).chain_update(bytes).finalize();
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The inputs as bytes, if they are the pixels of 28×28 pictures, scaled as [`crate::data::mnist`] does.
fn pixels(dataset: &Dataset) -> Option<Vec<u8>> {
    let inputs = dataset.inputs.as_standard_layout();
    let inputs = inputs.as_slice()?;
    let bytes: Vec<_> = inputs.iter().map(|x| (x * 255.0 + 0.5) as u8).collect();
    // All are looked at, also after one that is none: many at a time.
    let scaled = inputs.iter().zip(&bytes).fold(true, |all, (&x, &byte)| all & (f32::from(byte) / 255.0 == x));
    (dataset.inputs.ncols() == PIXELS && scaled).then_some(bytes)
}
