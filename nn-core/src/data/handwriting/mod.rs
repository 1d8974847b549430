//! A picture of one handwritten digit, brought into the form that MNIST's digits have.
//!
//! The drawing pad does the same in JavaScript: `assets/pad/preparation.js` is [`handwriting`] there, `ink.js` and
//! `strokes.js` are its steps. `tests/pad.rs` compares them to the bit.

mod ink;
mod picture;
mod strokes;

use std::path::Path;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::SIDE;
use crate::{Error, Result};

/// Of MNIST's 28×28 pixels the digit fills this many per side.
const BOX: usize = 20;

/// One digit as a network trained on MNIST expects it, with a picture of each step of its preparation.
#[derive(Clone)]
pub struct Handwriting {
    inputs: Array1<f32>,
    steps: Vec<Step>,
    warnings: Vec<String>,
}

/// The picture after one step of the preparation.
#[derive(Clone)]
pub struct Step {
    /// What was done: `grey`, `inverted`, `cropped`, …
    pub name: &'static str,
    /// The picture, `(height, width)`. Named `grey`: from 0 (black) to 1 (white). Otherwise: from 0 (paper) to 1 (ink).
    pub pixels: Array2<f32>,
}

/// Reads a digit from a PNG or JPEG file and prepares it the way MNIST's digits were.
///
/// ```text
/// grey       0.299 R + 0.587 G + 0.114 B, turned upright as its EXIF data say; transparent parts are white paper
/// inverted   paper 0, ink 1, whichever of them is lighter: the paper's tone and its shading are taken out
/// cropped    the digit alone, without specks and without a second digit beside it
/// thickened  or thinned, only where strokes would come out thinner or thicker than MNIST's
/// fitted     into 20×20 pixels, its proportions kept, each pixel the mean of the area it covers
/// centred    in 28×28 pixels by its centre of mass
/// ```
///
/// What may have gone wrong on the way stands in [`Handwriting::warnings`].
///
/// # Errors
/// [`Error::Io`] if the file cannot be read; [`Error::Content`] if it is not a whole PNG or JPEG picture, has fewer than 5×5
/// or more than 50 million pixels (known before anything is decoded), or shows a blank page.
///
/// # Source
/// LeCun, Cortes, Burges, *The MNIST database of handwritten digits*, for the last two steps.
pub fn handwriting(path: impl AsRef<Path>) -> Result<Handwriting> {
    let path = path.as_ref();
    let grey = picture::read(path)?;
    prepare(grey).map_err(|fault| Error::content(path, "", fault.expected, fault.found))
}

/// Reads a digit the short way: grey, inverted, then squeezed into 28×28 pixels as it is.
///
/// What remains is a digit of another size, place and stroke than MNIST's, on paper that is not quite white: compare what a
/// network says to it with what it says to [`handwriting`].
///
/// # Errors
/// As [`handwriting`], except that a blank page is no error.
pub fn handwriting_stretched(path: impl AsRef<Path>) -> Result<Handwriting> {
    let grey = picture::read(path.as_ref())?;
    let inverted = grey.mapv(|tone| 1.0 - tone);
    let stretched = strokes::resample(&inverted, SIDE, SIDE);
    let steps = vec![Step::new("grey", grey), Step::new("inverted", inverted)];
    Ok(Handwriting::new(steps, Step::new("stretched", stretched), Vec::new()))
}

impl Handwriting {
    /// Prepares a digit from a picture in memory, `(height, width)`, from 0 (black) to 1 (white), as [`handwriting`] does.
    ///
    /// # Errors
    /// [`Error::Argument`] if the picture is smaller than 5×5, shows a blank page, or holds a number outside 0 to 1.
    pub fn from_grey(grey: Array2<f32>) -> Result<Self> {
        if let Some(tone) = grey.iter().find(|tone| !(0.0..=1.0).contains(*tone)) {
            return Err(Error::argument("grey", "tones from 0 to 1", tone));
        }
        let (height, width) = grey.dim();
        #[expect(clippy::indexing_slicing, reason = "`reduced` asks for pixels of that height and width")]
        let grey = picture::reduced(height, width, |row, column| grey[[row, column]]);
        prepare(grey).map_err(|fault| Error::argument("grey", fault.expected, fault.found))
    }

    /// The 784 inputs for a network, row by row, from 0 (paper) to 1 (ink).
    pub fn view(&self) -> ArrayView1<'_, f32> {
        self.inputs.view()
    }

    /// The same as a batch of one example, `(1, 784)`.
    pub fn batch(&self) -> ArrayView2<'_, f32> {
        self.inputs.view().insert_axis(Axis(0))
    }

    /// The picture after each step, in order; the last one, 28×28, is what the network sees.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What may keep a network from reading the digit, in plain words; empty if all looks well.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// `last` is 28×28, what the network sees.
    fn new(mut steps: Vec<Step>, last: Step, warnings: Vec<String>) -> Self {
        let inputs = last.pixels.iter().copied().collect();
        steps.push(last);
        Self { inputs, steps, warnings }
    }
}

/// One line: `Handwriting: 28×28 from 300×280, 1 warning`.
impl std::fmt::Debug for Handwriting {
    #[expect(clippy::expect_used, reason = "`Handwriting::new` adds a last step to those before")]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (height, width) = self.steps.first().expect("a digit is the last of several steps").pixels.dim();
        let count = self.warnings.len();
        write!(f, "Handwriting: 28×28 from {width}×{height}, {count} warning{}", if count == 1 { "" } else { "s" })
    }
}

impl Step {
    fn new(name: &'static str, pixels: Array2<f32>) -> Self {
        Self { name, pixels }
    }
}

/// One line: `Step: cropped, 120×80`, width before height.
impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (height, width) = self.pixels.dim();
        write!(f, "Step: {}, {width}×{height}", self.name)
    }
}

/// Why a picture holds no digit.
struct Fault {
    expected: &'static str,
    found: String,
}

fn prepare(grey: Array2<f32>) -> Result<Handwriting, Fault> {
    let mut warnings = Vec::new();
    let inverted = ink::inverted(&grey)?;
    let cropped = ink::cropped(&inverted, &mut warnings);
    let mut steps = vec![Step::new("grey", grey), Step::new("inverted", inverted)];
    let adjusted = strokes::adjusted(&cropped);
    let fitted = strokes::fitted(adjusted.as_ref().map_or(&cropped, |(_, pixels)| pixels));
    let centred = strokes::centred(&fitted);
    steps.push(Step::new("cropped", cropped));
    steps.extend(adjusted.map(|(name, pixels)| Step::new(name, pixels)));
    steps.push(Step::new("fitted", fitted));
    Ok(Handwriting::new(steps, Step::new("centred", centred), warnings))
}
