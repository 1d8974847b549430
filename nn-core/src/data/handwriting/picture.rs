//! From a picture file to tones of grey.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::codecs::jpeg::JpegDecoder;
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder};
use ndarray::{Array2, Axis};

use crate::store::kind::{self, Wanted};
use crate::store::whole_file;
use crate::{Error, Result};

/// More than a phone's largest photo (108 million) and an A3 page at 600 dots per inch (70 million).
const MOST_PIXELS: u64 = 128_000_000;
/// What a photo may take once it is decoded, in bytes, or [`RATIO`] times its file, more than the format can pack.
const SMALL: u64 = 64 << 20;
const RATIO: u64 = 800;
/// No picture that can be read has a larger file.
const MOST_BYTES: u64 = 416 << 20;
/// What a PNG file may unpack to beside its rows of pixels, in bytes.
const MOST_BESIDE_PIXELS: usize = 16 << 20;
/// Larger pictures are reduced to this many pixels, or fewer: plenty for a digit of 20×20, and a photo takes a tenth of a second.
const ENOUGH_PIXELS: usize = 640 * 640;

const EXPECTED: &str = "a PNG or JPEG picture";
const WHOLE: &str = "a whole PNG or JPEG picture";

/// A picture's tones from 0 (black) to 1 (white), upright.
pub(super) struct Picture {
    /// As it looks on white paper.
    pub(super) on_white: Array2<f32>,
    /// As it looks on black, if parts of it are transparent.
    pub(super) on_black: Option<Array2<f32>>,
}

/// Reads a picture file. A PNG file is decoded row by row, and no more than its reduced picture is kept.
pub(super) fn read(path: &Path) -> Result<Picture> {
    let size = whole_file::size(path, EXPECTED)?;
    if size > MOST_BYTES {
        let found = format!("a file of {size} bytes, more than any picture that can be read");
        return Err(Error::content(path, "", EXPECTED, found));
    }
    let mut start = Vec::new();
    let open = || File::open(path).map_err(|source| Error::io("read", path, source));
    open()?.take(kind::ENOUGH as u64).read_to_end(&mut start).map_err(|source| Error::io("read", path, source))?;
    if start.starts_with(b"\x89PNG") {
        let file = open()?;
        decoded(path, || png(path, file))
    } else if start.starts_with(&[0xff, 0xd8, 0xff]) {
        decoded(path, || jpeg(path, size))
    } else {
        Err(Error::content(path, "", EXPECTED, other(&start)))
    }
}

/// What `decode` makes of a picture. A decoder that panics has met a file that is damaged: zune-jpeg 0.5.15 does, on some
/// (zune-image's issue 362).
fn decoded(path: &Path, decode: impl FnOnce() -> Result<Picture>) -> Result<Picture> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err(damaged(path, "the decoder gave up")))
}

/// What a file is that starts so.
fn other(start: &[u8]) -> String {
    let bytes = || format!("a file that starts with the bytes {:02x?}", start.get(..4).unwrap_or(start));
    kind::foreign(start, Wanted::Picture).unwrap_or_else(bytes)
}

fn damaged(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::content(path, "", WHOLE, format!("damage: {error}"))
}

fn check_pixels(path: &Path, width: u64, height: u64) -> Result<()> {
    match width * height > MOST_PIXELS {
        true => Err(Error::content(path, "", "a picture of at most 128 million pixels", format!("{width}×{height}"))),
        false => Ok(()),
    }
}

fn check_bytes(path: &Path, size: u64, (width, height): (u64, u64), bytes: u64) -> Result<()> {
    match bytes > SMALL.max(RATIO * size) {
        true => Err(Error::content(
            path,
            "",
            "at most 64 MiB of pixels, or 800 times as much as the file's size",
            format!("a file of {size} bytes that promises {width}×{height} pixels"),
        )),
        false => Ok(()),
    }
}

fn png(path: &Path, file: File) -> Result<Picture> {
    let mut decoder = png::Decoder::new_with_limits(BufReader::new(file), png::Limits { bytes: MOST_BESIDE_PIXELS });
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let (width, height) = {
        let header = decoder.read_header_info().map_err(|error| damaged(path, error))?;
        (header.width, header.height)
    };
    check_pixels(path, width.into(), height.into())?;
    let mut reader = decoder.read_info().map_err(|error| damaged(path, error))?;
    let channels = reader.output_color_type().0.samples();
    let (width, height) = (width as usize, height as usize);
    let mut reduced = Reduced::new(height, width, channels);
    if reader.info().interlaced {
        // Its rows come seven times: all of it must be kept.
        let bytes = reader.output_buffer_size().filter(|&bytes| bytes as u64 <= SMALL);
        let Some(bytes) = bytes else {
            let found = format!("{width}×{height}");
            return Err(Error::content(path, "", "an interlaced picture of at most 64 MiB of pixels", found));
        };
        let mut pixels = vec![0; bytes];
        reader.next_frame(&mut pixels).map_err(|error| damaged(path, error))?;
        pixels.chunks_exact(width * channels).for_each(|row| reduced.add(row));
    } else {
        while let Some(row) = reader.next_row().map_err(|error| damaged(path, error))? {
            reduced.add(row.data());
        }
    }
    let exif = reader.info().exif_metadata.as_ref();
    let orientation = exif.and_then(|exif| Orientation::from_exif_chunk(exif)).unwrap_or(Orientation::NoTransforms);
    Ok(reduced.finish(orientation))
}

fn jpeg(path: &Path, size: u64) -> Result<Picture> {
    let bytes = std::fs::read(path).map_err(|source| Error::io("read", path, source))?;
    let mut decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(|error| damaged(path, error))?;
    let (width, height) = decoder.dimensions();
    check_pixels(path, width.into(), height.into())?;
    check_bytes(path, size, (width.into(), height.into()), decoder.total_bytes())?;
    let orientation = decoder.orientation().map_err(|error| damaged(path, error))?;
    let channels = match decoder.color_type() {
        ColorType::L8 => 1,
        ColorType::Rgb8 => 3,
        kind => {
            return Err(Error::content(path, "", "a JPEG picture in grey or colour, 8 bits each", format!("{kind:?}")));
        }
    };
    #[expect(clippy::cast_possible_truncation, reason = "checked above: at most three times 128 million")]
    let mut pixels = vec![0; decoder.total_bytes() as usize];
    decoder.read_image(&mut pixels).map_err(|error| damaged(path, error))?;
    let mut reduced = Reduced::new(height as usize, width as usize, channels);
    pixels.chunks_exact(width as usize * channels).for_each(|row| reduced.add(row));
    Ok(reduced.finish(orientation))
}

/// A picture that grows row by row, each of its pixels the mean of a square of the original's.
struct Reduced {
    width: usize,
    height: usize,
    channels: usize,
    factor: usize,
    rows: usize,
    /// Sums of the squares so far: what the pixels look like on black, and how much of what lies under them shows.
    black: Array2<f32>,
    under: Array2<f32>,
    /// What each value of red, green, blue adds to a pixel's tone.
    shares: [[f32; 256]; 3],
}

impl Reduced {
    fn new(height: usize, width: usize, channels: usize) -> Self {
        let factor = reduction(height, width);
        let size = (height.div_ceil(factor), width.div_ceil(factor));
        let shares = [0.299, 0.587, 0.114].map(|share| std::array::from_fn(|value| share * (value as f32 / 255.0)));
        let (black, under) = (Array2::zeros(size), Array2::zeros(size));
        Self { width, height, channels, factor, rows: 0, black, under, shares }
    }

    /// Adds a row of pixels: grey, grey with transparency, colour, or colour with transparency.
    fn add(&mut self, pixels: &[u8]) {
        let row = self.rows / self.factor;
        self.rows += 1;
        if row >= self.black.nrows() {
            return;
        }
        let shares = &self.shares;
        let tone = |red: u8, green: u8, blue: u8| {
            #[expect(clippy::indexing_slicing, reason = "256 shares for the 256 values of a byte")]
            let tone = shares[0][usize::from(red)] + shares[1][usize::from(green)] + shares[2][usize::from(blue)];
            tone
        };
        let squares = pixels.chunks(self.factor * self.channels);
        for ((square, black), under) in squares.zip(self.black.row_mut(row)).zip(self.under.row_mut(row)) {
            let (mut sum, mut clear) = (0.0, 0.0);
            match self.channels {
                1 => square.iter().for_each(|&grey| sum += tone(grey, grey, grey)),
                3 => square.as_chunks::<3>().0.iter().for_each(|&[red, green, blue]| sum += tone(red, green, blue)),
                2 => square.as_chunks::<2>().0.iter().for_each(|&[grey, alpha]| {
                    let alpha = f32::from(alpha) / 255.0;
                    sum += alpha * tone(grey, grey, grey);
                    clear += 1.0 - alpha;
                }),
                _ => square.as_chunks::<4>().0.iter().for_each(|&[red, green, blue, alpha]| {
                    let alpha = f32::from(alpha) / 255.0;
                    sum += alpha * tone(red, green, blue);
                    clear += 1.0 - alpha;
                }),
            }
            *black += sum;
            *under += clear;
        }
    }

    fn finish(mut self, orientation: Orientation) -> Picture {
        let is_clear = self.under.iter().any(|&under| under > 0.0);
        for ((row, column), black) in self.black.indexed_iter_mut() {
            let count = pixels_in(row, column, self.factor, (self.height, self.width)) as f32;
            *black /= count;
            #[expect(clippy::indexing_slicing, reason = "both have the same size")]
            let under = &mut self.under[(row, column)];
            // Whatever shines through a transparent pixel is paper; the sum may exceed 1 by rounding.
            *under = (*black + *under / count).clamp(0.0, 1.0);
            *black = black.clamp(0.0, 1.0);
        }
        let on_black = is_clear.then(|| upright(self.black, orientation));
        Picture { on_white: upright(self.under, orientation), on_black }
    }
}

/// How many of the original's pixels are in this one: fewer at the right and lower edges.
fn pixels_in(row: usize, column: usize, factor: usize, (height, width): (usize, usize)) -> usize {
    factor.min(height - row * factor) * factor.min(width - column * factor)
}

/// Turns a picture upright that was stored as the camera noted.
fn upright(mut picture: Array2<f32>, orientation: Orientation) -> Array2<f32> {
    use Orientation::{
        FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180, Rotate270, Rotate270FlipH,
    };
    if matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH) {
        picture = picture.reversed_axes();
    }
    // Turning is swapping rows and columns, then mirroring.
    let (left_right, upside_down) = match orientation {
        NoTransforms | Rotate90FlipH => (false, false),
        FlipHorizontal | Rotate90 => (true, false),
        FlipVertical | Rotate270 => (false, true),
        Rotate180 | Rotate270FlipH => (true, true),
    };
    if left_right {
        picture.invert_axis(Axis(1));
    }
    if upside_down {
        picture.invert_axis(Axis(0));
    }
    picture.as_standard_layout().into_owned()
}

/// How many pixels per side become one.
fn reduction(height: usize, width: usize) -> usize {
    let mut factor = 1;
    while height.div_ceil(factor) * width.div_ceil(factor) > ENOUGH_PIXELS {
        factor += 1;
    }
    factor
}

/// Collects tones into a picture of at most [`ENOUGH_PIXELS`] pixels, each the mean of a square of the original's.
pub(super) fn reduced(height: usize, width: usize, tone: impl Fn(usize, usize) -> f32) -> Array2<f32> {
    let factor = reduction(height, width);
    Array2::from_shape_fn((height.div_ceil(factor), width.div_ceil(factor)), |(row, column)| {
        let rows = row * factor..((row + 1) * factor).min(height);
        let columns = column * factor..((column + 1) * factor).min(width);
        let count = rows.len() * columns.len();
        let sum: f32 = rows.map(|row| columns.clone().map(|column| tone(row, column)).sum::<f32>()).sum();
        sum / count as f32
    })
}
