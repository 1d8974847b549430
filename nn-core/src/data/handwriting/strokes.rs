//! Strokes as thick as MNIST's, and the digit in its place.
//!
//! `assets/pad/strokes.js` is this file in JavaScript: change both; `tests/pad.rs` compares them to the bit.

#![expect(clippy::indexing_slicing, reason = "all positions come from the size of the picture they are used on")]

use ndarray::{Array2, ArrayViewMut1, Axis, s};

use super::{BOX, SIDE, pieces};

/// How thick strokes of a digit that is 20 pixels tall may be, in pixels, and how thick they become if they are not.
const THINNEST: f32 = 1.7;
const THICKENED: f32 = 2.3;
const THICKEST: f32 = 4.8;
const THINNED: f32 = 4.0;

/// The digit with thicker or thinner strokes, and which of the two; nothing if they are right as they are.
pub(super) fn adjusted(ink: &Array2<f32>) -> Option<(&'static str, Array2<f32>)> {
    let length = ink.nrows().max(ink.ncols()) as f32;
    // Distances inside the ink rise to half a stroke's thickness, so that their mean is a quarter of it.
    let inside = distances(ink, |ink| ink <= 0.5);
    let depths: Vec<f32> =
        ink.iter().zip(&inside).filter(|(ink, _)| **ink > 0.5).map(|(_, depth)| depth - 0.5).collect();
    let thickness = 4.0 * depths.iter().sum::<f32>() / depths.len().max(1) as f32;
    let scale = BOX as f32 / length;
    let (name, aim) = match thickness * scale {
        thin if thin < THINNEST => ("thickened", THICKENED),
        thick if thick > THICKEST => ("thinned", THINNED),
        _ => return None,
    };
    // Moving the edge by r makes strokes 2r thicker and the digit 2r longer: (thickness + 2r) · 20 / (length + 2r) = aim.
    let by = (aim * length - BOX as f32 * thickness) / (2.0 * (BOX as f32 - aim));
    let by = by.max(-0.3 * thickness);
    let margin = by.max(0.0).ceil() as usize + 1;
    let (height, width) = ink.dim();
    let mut wide = Array2::zeros((height + 2 * margin, width + 2 * margin));
    wide.slice_mut(s![margin..margin + height, margin..margin + width]).assign(ink);
    let (inside, outside) = (distances(&wide, |ink| ink <= 0.5), distances(&wide, |ink| ink > 0.5));
    let moved = Array2::from_shape_fn(wide.dim(), |at| {
        let beyond_edge = if wide[at] > 0.5 { 0.5 - inside[at] } else { outside[at] - 0.5 };
        (0.5 + by - beyond_edge).clamp(0.0, 1.0)
    });
    Some((name, pieces::trimmed(&moved)))
}

/// For each pixel the distance to the nearest one of a kind, between centres; what lies outside the picture is paper.
///
/// # Source
/// Felzenszwalb, Huttenlocher, *Distance Transforms of Sampled Functions*, 2012.
fn distances(ink: &Array2<f32>, of_kind: impl Fn(f32) -> bool) -> Array2<f32> {
    let (height, width) = ink.dim();
    let far = ((height + width + 2) as f32).powi(2);
    let outside = if of_kind(0.0) { 0.0 } else { far };
    let mut squares = Array2::from_elem((height + 2, width + 2), outside);
    for ((row, column), &ink) in ink.indexed_iter() {
        squares[[row + 1, column + 1]] = if of_kind(ink) { 0.0 } else { far };
    }
    squares.axis_iter_mut(Axis(0)).for_each(lower_envelope);
    squares.axis_iter_mut(Axis(1)).for_each(lower_envelope);
    squares.slice(s![1..=height, 1..=width]).mapv(f32::sqrt)
}

/// Replaces each value by the least `value[j] + (i - j)²` over all j.
fn lower_envelope(mut line: ArrayViewMut1<f32>) {
    let values = line.to_owned();
    // The parabolas that are lowest somewhere: where they stand, and from where on each is the lowest.
    let mut lowest: Vec<(usize, f32)> = Vec::with_capacity(values.len());
    for (place, &value) in values.iter().enumerate() {
        let mut from = f32::NEG_INFINITY;
        while let Some(&(other, other_from)) = lowest.last() {
            let (here, there) = (place as f32, other as f32);
            from = ((value + here * here) - (values[other] + there * there)) / (2.0 * (here - there));
            if from > other_from {
                break;
            }
            lowest.pop();
            from = f32::NEG_INFINITY;
        }
        lowest.push((place, from));
    }
    let mut current = 0;
    for (place, value) in line.iter_mut().enumerate() {
        while lowest.get(current + 1).is_some_and(|&(_, from)| from < place as f32) {
            current += 1;
        }
        let (at, _) = lowest[current];
        *value = values[at] + (place as f32 - at as f32).powi(2);
    }
}

/// Scales the digit, its proportions kept, until its longer side has 20 pixels and its strongest pixel is 1.
pub(super) fn fitted(ink: &Array2<f32>) -> Array2<f32> {
    let (height, width) = ink.dim();
    let longer = height.max(width).max(1);
    let [height, width] = [height, width].map(|side| ((side * BOX) as f32 / longer as f32).round().max(1.0) as usize);
    let mut fitted = resample(ink, height, width);
    let strongest = fitted.fold(0.0_f32, |most, &ink| most.max(ink));
    if strongest > 0.0 {
        fitted /= strongest;
    }
    fitted
}

/// Puts the digit into 28×28 pixels so that its centre of mass is theirs.
pub(super) fn centred(fitted: &Array2<f32>) -> Array2<f32> {
    // In f64, so that a digit whose centre is just between two pixels goes to the same side in JavaScript.
    let (mut mass, mut down, mut right) = (0.0, 0.0, 0.0);
    for ((row, column), &ink) in fitted.indexed_iter() {
        let ink = f64::from(ink);
        mass += ink;
        down += ink * row as f64;
        right += ink * column as f64;
    }
    let mass = mass.max(f32::MIN_POSITIVE.into());
    let (height, width) = fitted.dim();
    let (top, left) = (place(down / mass, height), place(right / mass, width));
    let mut centred = Array2::zeros((SIDE, SIDE));
    centred.slice_mut(s![top..top + height, left..left + width]).assign(fitted);
    centred
}

/// Where a side of this length begins among 28 pixels, so that its centre of mass is theirs.
fn place(centre: f64, length: usize) -> usize {
    let start = (SIDE as f64 / 2.0 - centre).round().max(0.0) as usize;
    start.min(SIDE.saturating_sub(length))
}

/// The picture with another number of pixels: means over areas when it shrinks, straight lines between pixels when it grows.
pub(super) fn resample(picture: &Array2<f32>, height: usize, width: usize) -> Array2<f32> {
    let (rows, columns) = (shares(picture.nrows(), height), shares(picture.ncols(), width));
    let narrow = Array2::from_shape_fn((picture.nrows(), width), |(row, column)| {
        columns[column].of(|from| picture[[row, from]])
    });
    Array2::from_shape_fn((height, width), |(row, column)| rows[row].of(|from| narrow[[from, column]]))
}

/// The old pixels along one side that go into a new one, and how much of each; the weights sum to 1.
struct Share {
    start: usize,
    weights: Vec<f64>,
}

impl Share {
    fn of(&self, pixel: impl Fn(usize) -> f32) -> f32 {
        self.weights.iter().zip(self.start..).map(|(weight, from)| weight * f64::from(pixel(from))).sum::<f64>() as f32
    }
}

/// For each new pixel along one side the old ones that go into it.
fn shares(old: usize, new: usize) -> Vec<Share> {
    let step = old as f64 / new as f64;
    let mut shares = Vec::with_capacity(new);
    for to in 0..new {
        let mut share = if step >= 1.0 { covered(old, to, step) } else { neighbours(old, to, step) };
        let sum: f64 = share.weights.iter().sum();
        share.weights.iter_mut().for_each(|weight| *weight /= sum);
        shares.push(share);
    }
    shares
}

/// The old pixels that a new one covers, by how much of each it covers.
fn covered(old: usize, to: usize, step: f64) -> Share {
    let (from, until) = (to as f64 * step, (to + 1) as f64 * step);
    let pixels = from as usize..(until.ceil() as usize).min(old);
    let start = pixels.start;
    let weights = pixels.map(|pixel| pixel as f64).map(|pixel| (until.min(pixel + 1.0) - from.max(pixel)).max(0.0));
    Share { start, weights: weights.collect() }
}

/// The two old pixels between which a new one lies, by how near they are.
fn neighbours(old: usize, to: usize, step: f64) -> Share {
    let centre = ((to as f64 + 0.5) * step - 0.5).clamp(0.0, old.saturating_sub(1) as f64);
    let start = centre as usize;
    let weights = (start..(start + 2).min(old)).map(|pixel| (1.0 - (centre - pixel as f64).abs()).max(0.0));
    Share { start, weights: weights.collect() }
}
