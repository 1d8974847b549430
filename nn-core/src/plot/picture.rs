//! Pictures: digits in a grid, the steps of preparing one.

use ndarray::ArrayView2;

use super::chart::Draw;
use super::scene::{Frame, Scene, Type};
use super::series::Number;
use super::text::{self, Weight};
use super::theme::{AXIS, Color, INK, LABEL, TICK};
use super::{axis, png};
use crate::{Error, Result};

/// The longest side that is kept of a larger picture.
const LONGEST: usize = 320;
const GAP: f64 = 12.0;
const CAPTION: f64 = 22.0;

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

    fn of(caption: &str, width: usize, means: Vec<f64>, tones: Tones, pixel: impl Fn(f64) -> u8) -> Self {
        Self { caption: text::clean(caption), width, pixels: means.into_iter().map(pixel).collect(), tones }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.pixels.len() / self.width
    }

    /// Row by row.
    pub(super) fn colors(&self) -> impl Iterator<Item = Color> {
        self.pixels.iter().map(|&pixel| self.tones.color(pixel))
    }

    /// The picture alone as a PNG file.
    pub(super) fn png(&self) -> Result<Vec<u8>, String> {
        match self.tones {
            Tones::Grey => png::grey(self.width, &self.pixels),
            Tones::Signed => {
                let palette: Vec<_> = (0..=2 * ZERO).map(|pixel| self.tones.color(pixel)).collect();
                png::indexed(
                    self.width,
                    &self.pixels,
                    &palette.iter().map(|c| [c.0, c.1, c.2, 255]).collect::<Vec<_>>(),
                )
            }
        }
    }
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

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({:?}, {}×{})", self.caption, self.width, self.height())
    }
}

/// Pictures with their captions, in rows.
#[derive(Clone)]
pub(crate) struct PictureChart {
    pictures: Vec<Picture>,
    /// How many there were before the rest was left out.
    count: usize,
    is_grid: bool,
    /// For pictures of signed numbers: the number whose colour is the deepest.
    scale: Option<f64>,
}

/// Between the pictures and the bar that tells their colours, and the room it takes.
const BAR: f64 = 44.0;

impl PictureChart {
    /// Pictures of one size, as many in a row as there is room for.
    pub fn grid(pictures: Vec<Picture>, count: usize) -> Self {
        Self { pictures, count, is_grid: true, scale: None }
    }

    /// Pictures of any size in one row, scaled to one height.
    pub fn row(pictures: Vec<Picture>) -> Self {
        Self { count: pictures.len(), pictures, is_grid: false, scale: None }
    }

    /// The same with a bar that tells which colour stands for which number.
    pub fn signed(self, scale: f64) -> Self {
        Self { scale: Some(scale), ..self }
    }

    fn bar(&self) -> f64 {
        if self.scale.is_some() { BAR } else { 0.0 }
    }

    fn remark(&self) -> f64 {
        if self.count > self.pictures.len() { 22.0 } else { 0.0 }
    }

    /// Widths of all pictures when each is one pixel high.
    fn aspects(&self) -> f64 {
        self.pictures.iter().map(|picture| picture.width as f64 / picture.height() as f64).sum()
    }

    fn draw_row<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>) {
        let gap = (GAP + 4.0).min(frame.width * 0.2 / self.pictures.len() as f64);
        let room = frame.width - gap * (self.pictures.len() - 1) as f64;
        let height = (room / self.aspects()).min(frame.height - CAPTION).max(1.0);
        let mut x = frame.x;
        for picture in &self.pictures {
            let width = height * picture.width as f64 / picture.height() as f64;
            draw_picture(scene, Frame { x, y: frame.y, width, height }, gap, picture);
            x += width + gap;
        }
    }

    fn draw_grid<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>) {
        let count = self.pictures.len();
        let cell = |columns: usize| {
            let rows = count.div_ceil(columns) as f64;
            let wide = (frame.width - GAP * (columns - 1) as f64) / columns as f64;
            let high = (frame.height - GAP * (rows - 1.0)) / rows - CAPTION;
            wide.min(high)
        };
        let columns = (1..=count).max_by(|&a, &b| cell(a).total_cmp(&cell(b)).then(b.cmp(&a))).unwrap_or(1);
        // Half multiples of 28: every pixel of a digit has the same size on a fine screen.
        let side = cell(columns) + 0.01;
        let side = if side >= 28.0 { (side / 14.0).floor() * 14.0 } else { side.max(1.0) };
        for (index, picture) in self.pictures.iter().enumerate() {
            let (column, row) = ((index % columns) as f64, (index / columns) as f64);
            let (x, y) = (frame.x + column * (side + GAP), frame.y + row * (side + CAPTION + GAP));
            let (width, height) = (picture.width as f64, picture.height() as f64);
            let scale = side / width.max(height);
            let frame = Frame { x: x.round(), y: y.round(), width: width * scale, height: height * scale };
            draw_picture(scene, frame, GAP, picture);
        }
    }
}

impl Draw for PictureChart {
    fn natural_size(&self) -> (f64, f64) {
        let count = self.pictures.len();
        if count == 0 {
            return (280.0, 60.0);
        }
        if !self.is_grid {
            let gaps = (GAP + 4.0) * (count - 1) as f64;
            let height = ((760.0 - gaps) / self.aspects()).clamp(28.0, 148.0);
            return ((self.aspects() * height + gaps).min(760.0), height + CAPTION);
        }
        let cell = match count {
            0..=4 => 112.0,
            5..=8 => 84.0,
            _ => 56.0,
        };
        let columns = count.min(if count > 40 { 12 } else { 10 });
        let rows = count.div_ceil(columns);
        let width = columns as f64 * (cell + GAP) - GAP;
        (width, rows as f64 * (cell + CAPTION + GAP) - GAP + self.remark() + self.bar())
    }

    fn draw<'a>(&'a self, mut frame: Frame, scene: &mut Scene<'a>) {
        if self.pictures.is_empty() {
            return scene.remark(frame, "no pictures to show");
        }
        if let Some(scale) = self.scale {
            draw_bar(scene, Frame { y: frame.bottom() - BAR, height: BAR, ..frame }, scale);
            frame.height = (frame.height - BAR).max(1.0);
        }
        if self.remark() > 0.0 {
            let style = Type::new(TICK, Weight::Regular, super::theme::GREY);
            let rest = text::number((self.count - self.pictures.len()) as f64, 0);
            scene.text(frame.x, frame.bottom() - 4.0, &style.fit(&format!("… {rest} more"), frame.width), style);
            frame.height = (frame.height - self.remark()).max(1.0);
        }
        if self.is_grid { self.draw_grid(frame, scene) } else { self.draw_row(frame, scene) }
    }

    /// "ten pictures: 5, 0, 4, 1, 9, 2, 1, 3, 1 and 4"
    fn describe(&self) -> String {
        let shown = self.pictures.len();
        let captions: Vec<_> = self.pictures.iter().map(|p| p.caption.clone()).filter(|c| !c.is_empty()).collect();
        let mut text = format!("{} picture{}", text::count(self.count), if self.count == 1 { "" } else { "s" });
        if self.count > shown {
            text += &format!(", the first {} shown", text::count(shown));
        }
        // Forty captions read aloud are enough.
        match captions.len() {
            0 => {}
            // Units are numbered: forty names would tell no more than the first and the last.
            13.. if self.scale.is_some() => {
                let ends = (captions.first(), captions.last());
                text += &format!(": {} to {}", ends.0.map_or("", String::as_str), ends.1.map_or("", String::as_str));
            }
            1..=40 => text += &format!(": {}", super::lines::list(&captions)),
            _ => text += &format!(": {}, …", captions.get(..40).unwrap_or_default().join(", ")),
        }
        if let Some(scale) = self.scale {
            text += &format!("; orange from −{0}, white 0, blue up to {0}", text::short(scale));
        }
        text
    }
}

/// The picture in a hairline frame with its caption below, centred if it fits.
fn draw_picture<'a>(scene: &mut Scene<'a>, frame: Frame, gap: f64, picture: &'a Picture) {
    let Frame { x, y, width, height } = frame;
    scene.rect(x - 1.0, y - 1.0, width + 2.0, height + 2.0, AXIS);
    scene.picture(frame, picture);
    let style = Type::new(LABEL, Weight::Regular, INK).middle();
    let caption = style.fit(&picture.caption, width + gap - 4.0);
    scene.text(x + width / 2.0, y + height + LABEL + 4.0, &caption, style);
}

/// Which colour stands for which number, from −`scale` to `scale`, with the frame's last lines for its labels.
fn draw_bar(scene: &mut Scene<'_>, frame: Frame, scale: f64) {
    const HEIGHT: f64 = 10.0;
    let width = (frame.width * 0.5).min(240.0);
    let bar = Frame { x: frame.x, y: frame.bottom() - HEIGHT - 20.0, width, height: HEIGHT };
    let steps = 2 * usize::from(ZERO) + 1;
    let step = bar.width / steps as f64;
    scene.rect(bar.x - 1.0, bar.y - 1.0, bar.width + 2.0, bar.height + 2.0, AXIS);
    for pixel in 0..steps {
        scene.rect(bar.x + step * pixel as f64, bar.y, step, bar.height, Tones::Signed.color(pixel as u8));
    }
    let style = Type::new(TICK, Weight::Regular, super::theme::GREY);
    let axis = axis::Axis::new((-scale, scale), (bar.x, bar.right()));
    scene.text(axis.at(-scale), bar.bottom() + 15.0, &format!("−{}", text::short(scale)), style);
    scene.text(axis.at(0.0), bar.bottom() + 15.0, "0", style.middle());
    scene.text(axis.at(scale), bar.bottom() + 15.0, &text::short(scale), style.end());
}
