//! A picture: its pixels, their colours, and the line of text under it.

use ndarray::ArrayView2;

use super::png;
use super::series::Number;
use super::text;
use super::theme::Color;
use crate::{Error, Result};

/// The longest side that is kept of a larger picture.
const LONGEST: usize = 320;

/// A picture with a line of text under it: grey, or of numbers around 0 in two colours.
#[derive(Clone)]
pub struct Picture {
    caption: String,
    width: usize,
    /// Row by row; what each means, `tones` says.
    pixels: Vec<u8>,
    tones: Tones,
}

/// The colours of a picture's pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tones {
    /// From 0, black, to 255, white.
    Grey,
    /// From 0, the most negative, by `ZERO` to twice that, the most positive.
    Signed,
}

/// The pixel that stands for 0 in a picture of signed numbers: as many steps of colour on either side as an eye can tell.
const ZERO: u8 = 31;

impl Tones {
    fn color(self, pixel: u8) -> Color {
        match self {
            Self::Grey => Color(pixel, pixel, pixel),
            Self::Signed => Color::signed((f64::from(pixel) - f64::from(ZERO)) / f64::from(ZERO)),
        }
    }
}

impl Picture {
    /// A picture of light: 0 is black, 1 is white, as in a photo.
    ///
    /// `pixels` is `(height, width)`. Values outside 0 to 1 count as the nearer of the two, values that are not a number
    /// as 0; a picture of more than 320 pixels a side is reduced.
    ///
    /// # Errors
    /// [`Error::Shape`] if the picture has no pixels.
    pub fn grey<N: Number>(caption: impl AsRef<str>, pixels: ArrayView2<'_, N>) -> Result<Self> {
        let (width, means) = reduced(pixels, |value| unit(value.to_f64()))?;
        Ok(Self::of(caption.as_ref(), width, means, Tones::Grey, |light| (light * 255.0).round() as u8))
    }

    /// A picture of ink: 0 is paper, 1 is ink, as in MNIST. Drawn dark on white.
    ///
    /// `pixels` as in [`Picture::grey`].
    ///
    /// # Errors
    /// [`Error::Shape`] if the picture has no pixels.
    pub fn ink<N: Number>(caption: impl AsRef<str>, pixels: ArrayView2<'_, N>) -> Result<Self> {
        let (width, means) = reduced(pixels, |value| 1.0 - unit(value.to_f64()))?;
        Ok(Self::of(caption.as_ref(), width, means, Tones::Grey, |light| (light * 255.0).round() as u8))
    }

    /// A picture of numbers around 0, as weights are: 0 is white, `scale` deep blue and −`scale` deep orange.
    ///
    /// `pixels` is `(height, width)`. Numbers beyond the scale count as its ends, values that are not a number as 0; a
    /// picture of more than 320 pixels a side is reduced.
    ///
    /// # Errors
    /// [`Error::Shape`] if the picture has no pixels.
    pub fn signed<N: Number>(caption: impl AsRef<str>, pixels: ArrayView2<'_, N>, scale: f64) -> Result<Self> {
        let scale = if scale > 0.0 && scale.is_finite() { scale } else { 1.0 };
        let (width, means) = reduced(pixels, |value| {
            let value = value.to_f64() / scale;
            if value.is_nan() { 0.0 } else { value.clamp(-1.0, 1.0) }
        })?;
        let zero = f64::from(ZERO);
        Ok(Self::of(caption.as_ref(), width, means, Tones::Signed, |value| (zero + value * zero).round() as u8))
    }

    pub(crate) fn caption(&self) -> &str {
        &self.caption
    }

    fn of(caption: &str, width: usize, means: Vec<f64>, tones: Tones, pixel: impl Fn(f64) -> u8) -> Self {
        Self { caption: text::clean(caption), width, pixels: means.into_iter().map(pixel).collect(), tones }
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn height(&self) -> usize {
        self.pixels.len() / self.width
    }

    /// Row by row.
    pub(super) fn colors(&self) -> impl Iterator<Item = Color> {
        self.pixels.iter().map(|&pixel| self.tones.color(pixel))
    }

    /// The picture alone as a PNG file.
    #[expect(clippy::expect_used, reason = "a picture has pixels, and the file is written to memory")]
    pub(crate) fn png(&self) -> Vec<u8> {
        let file = match self.tones {
            Tones::Grey => png::grey(self.width, &self.pixels),
            Tones::Signed => {
                let palette: Vec<_> = signed_colors().map(|Color(red, green, blue)| [red, green, blue, 255]).collect();
                png::indexed(self.width, &self.pixels, &palette)
            }
        };
        file.expect("a picture of at most 320 pixels a side can be written")
    }
}

/// The colours of signed numbers, from the most negative to the most positive.
pub(super) fn signed_colors() -> impl ExactSizeIterator<Item = Color> {
    (0..=2 * ZERO).map(|pixel| Tones::Signed.color(pixel))
}

fn unit(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

/// The width of the picture and its values, each the mean of a square of pixels if it would be too large otherwise.
fn reduced<N: Number>(pixels: ArrayView2<'_, N>, value: impl Fn(&N) -> f64) -> Result<(usize, Vec<f64>)> {
    let (rows, columns) = pixels.dim();
    if rows == 0 || columns == 0 {
        return Err(Error::shape("pixels", "(height, width), both at least 1", &[rows, columns]));
    }
    let block = rows.max(columns).div_ceil(LONGEST);
    let (height, width) = (rows.div_ceil(block), columns.div_ceil(block));
    let mut means = Vec::with_capacity(width * height);
    for row in 0..height {
        for column in 0..width {
            let (from, to) = ((row * block, column * block), ((row + 1) * block, (column + 1) * block));
            let part = pixels.slice(ndarray::s![from.0..to.0.min(rows), from.1..to.1.min(columns)]);
            means.push(part.iter().map(&value).sum::<f64>() / part.len() as f64);
        }
    }
    Ok((width, means))
}

/// One line: `Picture: "digit", 28×28`, width before height.
impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture: {:?}, {}×{}", self.caption, self.width, self.height())
    }
}
