//! A seven to be read, drawn by a formula, and files of it.
#![allow(dead_code, reason = "every test file is a crate of its own and uses a part of this")]

use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use ndarray::{Array2, ArrayView1};
use nn_core::data::Handwriting;

/// How dark a stroke of this thickness is at a point, for lines between these points: 0 to 1, with soft edges.
pub fn ink(x: f32, y: f32, points: &[(f32, f32)], thickness: f32) -> f32 {
    let distance = |pair: &[(f32, f32)]| {
        let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
        let (dx, dy) = (bx - ax, by - ay);
        let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        (x - ax - along * dx).hypot(y - ay - along * dy)
    };
    let nearest = points.windows(2).map(distance).fold(f32::INFINITY, f32::min);
    (thickness / 2.0 - nearest + 0.5).clamp(0.0, 1.0)
}

/// A seven, `size` pixels tall, on a picture of this height and width, from 0 (black ink) to 1 (white paper).
pub fn seven(height: usize, width: usize, (top, left): (f32, f32), size: f32, thickness: f32) -> Array2<f32> {
    let points = [(0.0, 0.1), (0.65, 0.0), (0.25, 1.0)].map(|(x, y)| (left + x * size, top + y * size));
    Array2::from_shape_fn((height, width), |(row, column)| {
        1.0 - ink(column as f32 + 0.5, row as f32 + 0.5, &points, thickness)
    })
}

pub fn usual() -> Array2<f32> {
    seven(200, 200, (40.0, 60.0), 120.0, 14.0)
}

pub fn prepared(grey: Array2<f32>) -> Handwriting {
    Handwriting::from_grey(grey).unwrap()
}

/// How alike two pictures are: the cosine of the angle between them.
pub fn likeness(a: ArrayView1<f32>, b: ArrayView1<f32>) -> f32 {
    a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt()
}

#[track_caller]
pub fn assert_alike(digit: &Handwriting, other: &Handwriting, least: f32) {
    let likeness = likeness(digit.view(), other.view());
    assert!(likeness >= least, "likeness {likeness}, expected at least {least}");
}

pub fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

pub fn byte(tone: f32) -> u8 {
    (tone * 255.0).round() as u8
}

pub fn grey_image(grey: &Array2<f32>) -> GrayImage {
    GrayImage::from_fn(grey.ncols() as u32, grey.nrows() as u32, |x, y| Luma([byte(grey[[y as usize, x as usize]])]))
}
