//! A picture of one handwritten digit, brought into the form that MNIST's digits have.

mod ink;
mod lines;
mod paper;
mod picture;
mod pieces;
mod strokes;

use std::path::Path;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::{PIXELS, SIDE};
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
/// grey       0.299 R + 0.587 G + 0.114 B, upright as the camera's note says; transparent parts are white paper,
///            or black where only light ink is on them
/// inverted   paper 0, ink 1, whichever of them is lighter: the paper's tone, shadows, a table beside it are taken out, and
///            so are ruled lines that run from side to side
/// cropped    the digit alone, without specks, a circle or box around it, a second digit beside it
/// thickened  or thinned, only where strokes would come out thinner or thicker than MNIST's
/// fitted     into 20×20 pixels, its proportions kept, each pixel the mean of the area it covers
/// centred    in 28×28 pixels by its centre of mass
/// ```
///
/// What may have gone wrong on the way stands in [`Handwriting::warnings`].
///
/// # Errors
/// [`Error::Io`] if the file cannot be read; [`Error::Content`] if it is not a whole PNG or JPEG picture, has fewer than 5×5
/// or more than 128 million pixels (known before anything is decoded), or shows a blank page.
///
/// # Source
/// LeCun, Cortes, Burges, *The MNIST database of handwritten digits*, for the last two steps.
pub fn handwriting(path: impl AsRef<Path>) -> Result<Handwriting> {
    let path = path.as_ref();
    let (grey, ink) = ink_of(path)?;
    Ok(prepare(grey, ink))
}

/// Reads the digits of a PNG or JPEG file, from left to right and, if there are several rows of them, row by row: a telephone
/// number, a sheet of exercises. Each is prepared as [`handwriting`] prepares one.
///
/// A digit is what hangs together, with what stands above or below it; what is less than two fifths as tall as the tallest, a
/// dash or a dot, is left out. Digits that touch are taken for one.
///
/// # Errors
/// As [`handwriting`].
pub fn handwriting_all(path: impl AsRef<Path>) -> Result<Vec<Handwriting>> {
    let (grey, mut ink) = ink_of(path.as_ref())?;
    let digits = pieces::all_cropped(&ink.pixels, &mut ink.warnings);
    let finish = |(cropped, warnings)| finished(grey.clone(), ink.pixels.clone(), cropped, warnings);
    Ok(digits.into_iter().map(finish).collect())
}

/// Reads a digit the short way: grey, inverted, then squeezed into 28×28 pixels as it is.
///
/// What remains is a digit of another size, place and stroke than MNIST's, on paper that is not quite white: compare what a
/// network says to it with what it says to [`handwriting`].
///
/// # Errors
/// As [`handwriting`], except that a blank page is no error.
pub fn handwriting_stretched(path: impl AsRef<Path>) -> Result<Handwriting> {
    let grey = picture::read(path.as_ref())?.on_white;
    let inverted = grey.mapv(|tone| 1.0 - tone);
    let stretched = strokes::resample(&inverted, SIDE, SIDE);
    let steps = vec![Step::new("grey", grey), Step::new("inverted", inverted), Step::new("stretched", stretched)];
    Ok(Handwriting::from_steps(steps, Vec::new()))
}

/// Reads a PNG or JPEG file as tones of grey, `(height, width)`, from 0 (black) to 1 (white), as they are: nothing is inverted,
/// cropped or centred. To prepare a digit by hand; [`handwriting`] does all of it.
///
/// ```text
/// tone = 0.299 R + 0.587 G + 0.114 B, upright as the camera's note says, transparent parts white
/// ```
///
/// A picture of more than 640 · 640 pixels is reduced: each pixel is then the mean of a square of the file's.
///
/// # Errors
/// [`Error::Io`] if the file cannot be read; [`Error::Content`] if it is not a whole PNG or JPEG picture, or has more than
/// 128 million pixels.
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// # if !std::path::Path::new("../data").is_dir() { return Ok(()); } // Only the repository has pictures.
/// let grey = data::picture("../data/digit.png")?;
/// // Most of it is paper, nearly white.
/// assert!(grey.iter().filter(|&&tone| tone > 0.9).count() > grey.len() / 2);
/// # Ok::<(), Error>(())
/// ```
pub fn picture(path: impl AsRef<Path>) -> Result<Array2<f32>> {
    Ok(picture::read(path.as_ref())?.on_white)
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
        let ink = Ink::of(&grey).map_err(|fault| Error::argument("grey", fault.expected, fault.found))?;
        Ok(prepare(grey, ink))
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

    fn from_steps(steps: Vec<Step>, warnings: Vec<String>) -> Self {
        let inputs = steps.last().map_or(Array1::zeros(PIXELS), |step| step.pixels.iter().copied().collect());
        Self { inputs, steps, warnings }
    }
}

/// One line: `Handwriting: 28×28 from 300×280, 1 warning`.
impl std::fmt::Debug for Handwriting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (height, width) = self.steps.first().map_or((0, 0), |step| step.pixels.dim());
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

/// The ink of a picture, 0 (paper) to 1 (ink), and what was left out.
struct Ink {
    pixels: Array2<f32>,
    warnings: Vec<String>,
}

impl Ink {
    fn of(grey: &Array2<f32>) -> Result<Self, Fault> {
        let mut warnings = Vec::new();
        let mut darkness = paper::darkness(grey)?;
        if darkness.in_the_dark > 0.05 {
            let part = 100.0 * darkness.in_the_dark;
            warnings.push(format!("a table or a hard shadow, {part:.0} % of the picture, is taken out"));
        }
        let lines = lines::without_lines(&mut darkness.tones, darkness.noise);
        if lines > 0 {
            warnings.push(format!("ruled paper: {lines} line{} left out", if lines == 1 { " is" } else { "s are" }));
        }
        Ok(Self { pixels: ink::inverted(&darkness)?, warnings })
    }
}

/// A file's tones, and their ink. What is blank on white paper may be light ink on a transparent page.
fn ink_of(path: &Path) -> Result<(Array2<f32>, Ink)> {
    let picture::Picture { on_white, on_black } = picture::read(path)?;
    let fault = match Ink::of(&on_white) {
        Ok(ink) => return Ok((on_white, ink)),
        Err(fault) => fault,
    };
    if let Some(grey) = on_black
        && let Ok(ink) = Ink::of(&grey)
    {
        return Ok((grey, ink));
    }
    Err(Error::content(path, "", fault.expected, fault.found))
}

fn prepare(grey: Array2<f32>, mut ink: Ink) -> Handwriting {
    let cropped = pieces::cropped(&ink.pixels, &mut ink.warnings);
    finished(grey, ink.pixels, cropped, ink.warnings)
}

fn finished(grey: Array2<f32>, inverted: Array2<f32>, cropped: Array2<f32>, warnings: Vec<String>) -> Handwriting {
    let mut steps = vec![Step::new("grey", grey), Step::new("inverted", inverted)];
    let adjusted = strokes::adjusted(&cropped);
    steps.push(Step::new("cropped", cropped));
    if let Some((name, pixels)) = adjusted {
        steps.push(Step::new(name, pixels));
    }
    // `cropped` was pushed above, so there is a last step.
    let digit = steps.last().map(|step| step.pixels.clone()).unwrap_or_default();
    let fitted = strokes::fitted(&digit);
    let centred = strokes::centred(&fitted);
    steps.extend([Step::new("fitted", fitted), Step::new("centred", centred)]);
    Handwriting::from_steps(steps, warnings)
}
