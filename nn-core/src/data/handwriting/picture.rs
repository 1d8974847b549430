//! From a picture file to tones of grey.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits};
use ndarray::Array2;

use crate::{Error, Result, whole_file};

/// More than any phone's photo at its usual setting.
const MOST_PIXELS: u64 = 50_000_000;
/// What a picture may take once it is decoded, in bytes, or [`RATIO`] times its file: a drawing of few colours packs well, and
/// a file made to fill the memory packs a thousand times.
const SMALL: u64 = 64 << 20;
const RATIO: u64 = 200;
/// No picture that can be read has a larger file: pixels of eight bytes, not packed at all.
const MOST_BYTES: u64 = 8 * MOST_PIXELS + MOST_BESIDE_PIXELS;
/// What a PNG file may unpack to before its pixels, in bytes: notes, and the profile of its colours.
const MOST_BESIDE_PIXELS: u64 = 16 << 20;
/// Larger pictures are reduced to this many pixels on their longer side, or fewer: plenty for a digit of 20.
const MOST_PER_SIDE: usize = 1024;

/// Reads a picture file as tones from 0 (black) to 1 (white), upright.
pub(super) fn read(path: &Path) -> Result<Array2<f32>> {
    let expected = "a PNG or JPEG picture";
    let size = whole_file::size(path, expected)?;
    if size > MOST_BYTES {
        return Err(Error::content(
            path,
            "",
            expected,
            format!("a file of {size} bytes, more than any picture that can be read"),
        ));
    }
    let bytes = std::fs::read(path).map_err(|source| Error::io("read", path, source))?;
    let start: Vec<u8> = bytes.iter().copied().take(4).collect();
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|source| Error::io("read", path, source))?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_BESIDE_PIXELS);
    reader.limits(limits);
    match reader.format() {
        Some(ImageFormat::Png | ImageFormat::Jpeg) => {}
        Some(format) => return Err(Error::content(path, "", expected, format!("{format:?}"))),
        None => {
            return Err(Error::content(path, "", expected, format!("a file that starts with the bytes {start:02x?}")));
        }
    }
    let mut decoder = reader.into_decoder().map_err(|error| damaged(path, &error))?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS {
        return Err(Error::content(path, "", "a picture of at most 50 million pixels", format!("{width}×{height}")));
    }
    if decoder.total_bytes() > SMALL.max(RATIO * size) {
        return Err(Error::content(
            path,
            "",
            "at most 64 MiB of pixels, or 200 times as much as the file's size",
            format!("a file of {size} bytes that promises {width}×{height} pixels"),
        ));
    }
    let orientation = decoder.orientation().map_err(|error| damaged(path, &error))?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| damaged(path, &error))?;
    image.apply_orientation(orientation);
    let (width, height) = image.dimensions();
    Ok(reduced(height as usize, width as usize, |row, column| {
        let [red, green, blue, alpha] =
            image.get_pixel(column as u32, row as u32).0.map(|value| f32::from(value) / 255.0);
        let tone = 0.299 * red + 0.587 * green + 0.114 * blue;
        // Whatever shines through a transparent pixel is white paper; the sum may exceed 1 by rounding.
        (alpha * tone + (1.0 - alpha)).clamp(0.0, 1.0)
    }))
}

fn damaged(path: &Path, error: &image::ImageError) -> Error {
    Error::content(path, "", "a whole PNG or JPEG picture", format!("damage: {error}"))
}

/// Collects tones into a picture of at most 1024 pixels per side, each the mean of a square of the original's.
pub(super) fn reduced(height: usize, width: usize, tone: impl Fn(usize, usize) -> f32) -> Array2<f32> {
    let factor = height.max(width).div_ceil(MOST_PER_SIDE).max(1);
    Array2::from_shape_fn((height.div_ceil(factor), width.div_ceil(factor)), |(row, column)| {
        let rows = row * factor..((row + 1) * factor).min(height);
        let columns = column * factor..((column + 1) * factor).min(width);
        let count = rows.len() * columns.len();
        let sum: f32 = rows.map(|row| columns.clone().map(|column| tone(row, column)).sum::<f32>()).sum();
        sum / count as f32
    })
}
