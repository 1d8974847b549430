//! What the drawing pad and the epoch scrubber ask of a network: that it reads digits.

use std::fmt::Write;

use crate::data::{LABELS, PIXELS};
use crate::{Activation, Error, Network, Result};

/// Fails unless the network takes digits of 28×28 pixels and has an output for each of the ten; or if a weight or bias is not
/// a finite number.
pub(super) fn check(network: &Network) -> Result<()> {
    let sizes = network.sizes();
    if (sizes.first(), sizes.last()) != (Some(&PIXELS), Some(&LABELS)) {
        let expected = format!("{PIXELS} inputs, the pixels of a digit, and {LABELS} outputs");
        return Err(Error::argument("network", expected, format!("sizes {sizes:?}")));
    }
    network.check_finite()
}

/// `784 → 100 relu → 10 softmax`
pub(super) fn summary(network: &Network) -> String {
    let mut summary = PIXELS.to_string();
    for layer in network.layers() {
        let _ = write!(summary, " → {} {}", layer.biases.len(), layer.activation);
    }
    summary
}

/// Whether the outputs are probabilities, to be written in per cent.
pub(super) fn gives_probabilities(network: &Network) -> bool {
    matches!(network.output_activation(), Activation::Softmax | Activation::Sigmoid)
}
