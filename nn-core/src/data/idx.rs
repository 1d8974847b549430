//! IDX, the format MNIST was published in: a short header with the sizes, then one unsigned byte per pixel or label.

use std::path::Path;

use ndarray::{Array1, Array2};

use super::dataset::{Dataset, PIXELS, SIDE};
use super::file::{self, Source};
use crate::store::kind::{self, Wanted};
use crate::{Error, Result};

/// What the first four bytes say: two zeros, the type of the numbers, the number of dimensions.
const IMAGES: [u8; 4] = [0, 0, 0x08, 3];
const CLASSES: [u8; 4] = [0, 0, 0x08, 1];

/// Loads a pair of IDX files, plain or gzip, as published for MNIST and its look-alikes: Fashion-MNIST, KMNIST, EMNIST.
///
/// `images` holds `n` pictures of 28×28 bytes, `labels` their `n` classes, as many as there are: 10 of MNIST, 47 of EMNIST's
/// *balanced*, where a network has as many outputs ([`Dataset::classes`]). Each pixel becomes `byte / 255`.
///
/// EMNIST's pictures lie on their side in these files; [`Dataset::transposed`] sets them upright.
///
/// # Errors
/// [`Error::Io`] if a file cannot be read. [`Error::Content`] if it is not the kind of IDX file its argument asks for, holds
/// no picture, fewer or more bytes than its header promises, pictures of another size, or damaged gzip data; and if the two files hold different numbers of items. No memory is taken on a header's word alone.
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// // One picture of 28×28, all ink, of a seven: the kind and the sizes, each of four bytes, then the bytes themselves.
/// let folder = tempfile::tempdir()?;
/// let (images, labels) = (folder.path().join("images"), folder.path().join("labels"));
/// std::fs::write(&images, [&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28][..], &[255; 784]].concat())?;
/// std::fs::write(&labels, [0, 0, 8, 1, 0, 0, 0, 1, 7])?;
///
/// let dataset = data::idx(images, labels)?;
/// assert_eq!(dataset.labels, array![7]);
/// assert_eq!(dataset.inputs, Array2::<f32>::ones((1, 784)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// LeCun, Cortes, Burges, *The MNIST database of handwritten digits*, "File formats".
pub fn idx(images: impl AsRef<Path>, labels: impl AsRef<Path>) -> Result<Dataset> {
    let (images, labels) = (images.as_ref(), labels.as_ref());
    let mut labels_source = file::open(labels, "an IDX file of labels")?;
    let [count] = header(&mut labels_source, CLASSES)?;
    let classes = items(&mut labels_source, count, 1, |bytes| bytes.to_vec())?;

    let mut images_source = file::open(images, "an IDX file of images")?;
    let [count, rows, columns] = header(&mut images_source, IMAGES)?;
    if (rows, columns) != (SIDE as u32, SIDE as u32) {
        return Err(images_source.content("", "pictures of 28×28 pixels", format!("{rows}×{columns}")));
    }
    if count as usize != classes.len() {
        let expected = format!("{} images, one per label in {}", classes.len(), labels.display());
        return Err(images_source.content("", expected, count.to_string()));
    }
    let pixels = items(&mut images_source, count, PIXELS, scaled)?;
    let found = [pixels.len()];
    let inputs = Array2::from_shape_vec((classes.len(), PIXELS), pixels)
        .map_err(|_| Error::shape("pixels", format!("({} · 784,)", classes.len()), &found))?;
    Dataset::new(inputs, Array1::from_vec(classes))
}

/// Pixels as bytes, 0 to 255, become inputs, 0 to 1.
fn scaled(bytes: &[u8]) -> Vec<f32> {
    bytes.iter().map(|&byte| f32::from(byte) / 255.0).collect()
}

/// Reads the magic number and `N` sizes.
fn header<const N: usize>(source: &mut Source, magic: [u8; 4]) -> Result<[u32; N]> {
    let mut start = [0; 4];
    let read = source.fill(&mut start)?;
    if start != magic {
        let mut start = start.split_at(read).0.to_vec();
        let found = idx_kind(&start);
        // Without a fault in what follows, for instance in its gzip data: this one comes first.
        let _ = source.extend(&mut start, kind::ENOUGH);
        return Err(source.content("", idx_kind(&magic), kind::foreign(&start, Wanted::Idx).unwrap_or(found)));
    }
    let mut sizes = [0; N];
    for size in &mut sizes {
        let mut bytes = [0; 4];
        if source.fill(&mut bytes)? < bytes.len() {
            return Err(source.content("", format!("an IDX header of {} bytes", 4 + 4 * N), "its end too early"));
        }
        *size = u32::from_be_bytes(bytes);
    }
    if sizes.starts_with(&[0]) {
        return Err(source.content("", "at least one item", "a header that promises 0"));
    }
    Ok(sizes)
}

/// Reads `count` items of `size` bytes, neither more nor less, and converts them piece by piece.
fn items<T>(source: &mut Source, count: u32, size: usize, convert: impl Fn(&[u8]) -> Vec<T>) -> Result<Vec<T>> {
    let promised = u64::from(count) * size as u64;
    let expected = format!("{promised} bytes after the header ({count} items of {size})");
    let mut converted = Vec::new();
    if !source.packed {
        let found = source.size.saturating_sub(if size == 1 { 8 } else { 16 });
        if found != promised {
            return Err(source.content("", expected, found.to_string()));
        }
        let reserved = converted.try_reserve_exact(promised as usize);
        reserved.map_err(|error| Error::io("read", &source.path, error.into()))?;
    } else if promised > source.most {
        let found = format!("a gzip file of {} bytes, which cannot hold that much", source.size);
        return Err(source.content("", expected, found));
    }
    let mut piece = vec![0; promised.min(256 * PIXELS as u64) as usize];
    let mut left = promised;
    while left > 0 {
        let wanted = left.min(piece.len() as u64) as usize;
        let read = source.fill(piece.split_at_mut(wanted).0)?;
        converted.extend(convert(piece.split_at(read).0));
        left -= read as u64;
        if read < wanted {
            return Err(source.content("", expected, (promised - left).to_string()));
        }
    }
    if source.fill(&mut [0])? > 0 {
        return Err(source.content("", expected, "more"));
    }
    converted.shrink_to_fit();
    Ok(converted)
}

/// Which IDX file one that starts like this is.
fn idx_kind(start: &[u8]) -> String {
    let (number, dimensions) = match start {
        [0, 0, 0x08, dimensions] => ("unsigned bytes", dimensions),
        [0, 0, 0x09, dimensions] => ("signed bytes", dimensions),
        [0, 0, 0x0b, dimensions] => ("16-bit numbers", dimensions),
        [0, 0, 0x0c, dimensions] => ("32-bit numbers", dimensions),
        [0, 0, 0x0d, dimensions] => ("32-bit floating-point numbers", dimensions),
        [0, 0, 0x0e, dimensions] => ("64-bit floating-point numbers", dimensions),
        _ => return format!("a file that starts with the bytes {start:02x?}, not an IDX file"),
    };
    match dimensions {
        1 => format!("labels ({number} in 1 dimension)"),
        3 => format!("images ({number} in 3 dimensions)"),
        _ => format!("an IDX file ({number} in {dimensions} dimensions)"),
    }
}
