//! From a picture file to tones of grey.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits};
use ndarray::Array2;

use crate::{Error, Result};

/// More than any phone's photo at its usual setting.
const MOST_PIXELS: u64 = 50_000_000;
/// No PNG or JPEG file packs more pixels into a byte: deflate reaches a thousand to one, and eight pixels fit into a byte.
const MOST_PIXELS_PER_BYTE: u64 = 10_000;
/// What a PNG file may unpack to before its pixels, in bytes: notes, and the profile of its colours.
const MOST_BESIDE_PIXELS: u64 = 16 << 20;
/// Larger pictures are reduced to this many pixels on their longer side, or fewer: plenty for a digit of 20.
const MOST_PER_SIDE: usize = 1024;

/// Reads a picture file as tones from 0 (black) to 1 (white), upright.
pub(super) fn read(path: &Path) -> Result<Array2<f32>> {
    let expected = "a PNG or JPEG picture";
    let content = |expected: &str, found: String| Error::content(path, "", expected, found);
    let metadata = std::fs::metadata(path).map_err(|source| Error::io("read", path, source))?;
    if !metadata.is_file() {
        // A device may never end.
        return Err(content(expected, if metadata.is_dir() { "a folder" } else { "a device" }.into()));
    }
    let bytes = std::fs::read(path).map_err(|source| Error::io("read", path, source))?;
    if bytes.is_empty() {
        return Err(content(expected, "an empty file (0 bytes)".into()));
    }
    let damaged = |error: image::ImageError| content("a whole PNG or JPEG picture", format!("damage: {error}"));
    let size = bytes.len() as u64;
    let start: Vec<u8> = bytes.iter().copied().take(4).collect();
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|source| Error::io("read", path, source))?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_BESIDE_PIXELS);
    reader.limits(limits);
    match reader.format() {
        Some(ImageFormat::Png | ImageFormat::Jpeg) => {}
        Some(format) => return Err(content(expected, format!("{format:?}"))),
        None => return Err(content(expected, format!("a file that starts with the bytes {start:02x?}"))),
    }
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS {
        return Err(content("a picture of at most 50 million pixels", format!("{width}×{height}")));
    }
    if pixels > MOST_PIXELS_PER_BYTE.saturating_mul(size) {
        return Err(content(
            "a whole PNG or JPEG picture",
            format!("{size} bytes that promise {width}×{height} pixels"),
        ));
    }
    let orientation = decoder.orientation().map_err(damaged)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
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
