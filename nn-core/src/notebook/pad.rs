//! The drawing pad: a page's own copy of a network, that reads what is drawn on it.
//!
//! What the page calculates is written twice: `assets/pad/preparation.js`, `paper.js`, `lines.js`, `ink.js`, `pieces.js` and `strokes.js` are
//! `data/handwriting` in JavaScript, `network.js` is [`Network::predict`] and [`Network::evidence`]. `tests/pad.rs` compares them.

use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::digit_network;
use super::live::Live;
use crate::plot::bundle;
use crate::{Layer, Network, Result};

/// Paper to draw a digit on, with the network's answer beside it while the pen moves.
///
/// For a network of relus it also shows which ink says so: blue is the ink that speaks for the answer, orange what speaks
/// against it ([`Network::evidence`]).
///
/// It is shown as a cell's last expression and goes to a file of its own by [`DrawingPad::save`]. The network is inside, its
/// first weights rounded to 20 bits; what is drawn is prepared as [`data::handwriting`](crate::data::handwriting) does, on the
/// reader's own computer.
#[derive(Clone)]
pub struct DrawingPad {
    summary: String,
    /// The network as a JavaScript expression.
    network: String,
}

impl Network {
    /// A pad to draw on that holds this network as it is now.
    ///
    /// Its outputs are those of [`Network::predict`] to 1e-4: compared in `tests/pad.rs`.
    ///
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7)?;
    /// let pad = network.drawing_pad()?;
    /// assert_eq!(format!("{pad:?}"), "DrawingPad: 784 → 100 relu → 10 softmax");
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) if the network does not have 784 inputs, the pixels of a digit, and 10
    /// outputs, or if a weight or bias is not a finite number.
    pub fn drawing_pad(&self) -> Result<DrawingPad> {
        digit_network::check(self)?;
        let (summary, probabilities) = (digit_network::summary(self), digit_network::gives_probabilities(self));
        let layers: Vec<_> = self.layers().iter().enumerate().map(|(number, layer)| packed(number, layer)).collect();
        let network =
            format!("{{ summary: \"{summary}\", probabilities: {probabilities}, layers: [{}] }}", layers.join(", "));
        Ok(DrawingPad { summary, network })
    }
}

/// A layer as a JavaScript expression, its numbers as base64 of little-endian bytes.
fn packed(number: usize, layer: &Layer) -> String {
    let (weights, low, scales) = match number {
        // By far the most weights.
        0 => in_20_bits(layer),
        _ => (layer.weights.iter().flat_map(|weight| weight.to_le_bytes()).collect(), Vec::new(), Vec::new()),
    };
    let biases: Vec<u8> = layer.biases.iter().flat_map(|bias| bias.to_le_bytes()).collect();
    let [weights, low, scales, biases] = [weights, low, scales, biases].map(|bytes| STANDARD.encode(bytes));
    let (activation, (fan_out, fan_in)) = (layer.activation, layer.weights.dim());
    format!(
        "{{ activation: \"{activation}\", fanIn: {fan_in}, fanOut: {fan_out}, \
         weights: \"{weights}\", low: \"{low}\", scales: \"{scales}\", biases: \"{biases}\" }}"
    )
}

/// The weights as integers of 20 bits, and for each row the `f32` that turns them back into weights: the upper 16 bits of
/// each, the lower 4 bits of two in a byte, the rows' scales.
fn in_20_bits(layer: &Layer) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    const LARGEST: f32 = ((1 << 19) - 1) as f32;
    let mut integers = Vec::with_capacity(layer.weights.len());
    let mut scales = Vec::new();
    for row in layer.weights.outer_iter() {
        let largest = row.fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
        let scale = (largest / LARGEST).max(f32::MIN_POSITIVE);
        scales.extend(scale.to_le_bytes());
        integers.extend(row.iter().map(|weight| (weight / scale).round().clamp(-LARGEST, LARGEST) as i32));
    }
    let high = integers.iter().flat_map(|integer| ((integer >> 4) as i16).to_le_bytes()).collect();
    let mut low = vec![0; integers.len().div_ceil(2)];
    for (byte, pair) in low.iter_mut().zip(integers.chunks(2)) {
        for (place, integer) in pair.iter().enumerate() {
            *byte |= ((integer & 15) as u8) << (4 * place);
        }
    }
    (high, low, scales)
}

impl DrawingPad {
    /// The pad as a part of a page: one element with its script, which asks nothing of the network outside.
    pub fn to_html(&self) -> String {
        self.live().html()
    }

    /// Writes the pad as a page of its own, a single HTML file that works wherever it is opened: in any browser, without a
    /// server, on a phone. Missing folders are made.
    ///
    /// ```no_run
    /// # use nn_core::prelude::*;
    /// # let network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7)?;
    /// network.drawing_pad()?.save("pad.html")?;
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) if the name does not end in `.html`, [`Error::Io`](crate::Error::Io) if the
    /// file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.live().save(path.as_ref())
    }

    /// Shows the pad as a cell's result: HTML, with a sentence for viewers that have only text.
    pub fn evcxr_display(&self) {
        let text = format!("{self:?}. To draw on it, open this notebook in JupyterLab, or its exported HTML.");
        bundle::print(&[("text/html", &self.to_html()), ("text/plain", &text)]);
    }

    fn live(&self) -> Live<'_> {
        Live {
            class: "nn-drawing-pad",
            title: "Draw a digit",
            fallback: format!(
                "A pad to draw a digit on, for the network {}: it needs JavaScript. In JupyterLab, run this cell or trust \
                 the notebook; elsewhere, open the exported HTML page in a browser.",
                self.summary
            ),
            style: include_str!("../../assets/pad/pad.css"),
            scripts: &[
                include_str!("../../assets/pad/preparation.js"),
                include_str!("../../assets/pad/paper.js"),
                include_str!("../../assets/pad/lines.js"),
                include_str!("../../assets/pad/ink.js"),
                include_str!("../../assets/pad/pieces.js"),
                include_str!("../../assets/pad/strokes.js"),
                include_str!("../../assets/pad/network.js"),
                include_str!("../../assets/pad/pad.js"),
            ],
            data: &self.network,
            start: "startPad",
            exports: &["greyOf", "prepare", "layersOf", "forward", "evidenceOf"],
        }
    }
}

/// One line: `DrawingPad: 784 → 100 relu → 10 softmax`.
impl fmt::Debug for DrawingPad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DrawingPad: {}", self.summary)
    }
}
