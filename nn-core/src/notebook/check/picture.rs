//! The difference between an answer and what is expected, as a heat map.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ndarray::{Array2, s};

use super::Numbers;
use crate::notebook::style;
use crate::plot::Picture;
use crate::plot::theme::BORDER;

/// The most numbers per side of the heat map.
const SIDE: usize = 240;
/// The heat map in CSS pixels, what a number of a small array takes at most, and how many times as wide as high it may be.
const WIDTH: usize = 240;
const HEIGHT: usize = 160;
const CELL: usize = 24;
const STRETCH: usize = 6;

const COLOURS: &str = "blue: your number is too large, orange: too small, white: right";

/// mine − expected: blue where the answer is too large, orange where it is too small; where a number is not finite, blue. None
/// for single numbers and different shapes.
pub(super) fn of_difference(mine: &Numbers, expected: &Numbers) -> Option<Picture> {
    if mine.shape != expected.shape || mine.values.len() < 2 {
        return None;
    }
    // More than two axes are shown as a matrix with the first of them as its rows.
    let rows = if mine.shape.len() < 2 { 1 } else { *mine.shape.first()? };
    let is_finite = mine.values.iter().all(|x| x.is_finite());
    let pairs = mine.values.iter().zip(&expected.values);
    let differences: Vec<_> = pairs
        .map(|(mine, expected)| if is_finite { mine - expected } else { f64::from(u8::from(!mine.is_finite())) })
        .collect();
    let differences = Array2::from_shape_vec((rows, differences.len() / rows.max(1)), differences).ok()?;
    let reduced = reduced(&differences);
    let scale = reduced.iter().filter(|x| x.is_finite()).fold(0.0, |largest: f64, x| largest.max(x.abs()));
    Picture::signed("your answer minus the expected one", reduced.view(), scale).ok()
}

/// At most [`SIDE`] numbers per side, each the one of a block that is farthest from 0: a mean would hide a single one.
fn reduced(differences: &Array2<f64>) -> Array2<f64> {
    let (rows, columns) = differences.dim();
    let block = (rows.div_ceil(SIDE).max(1), columns.div_ceil(SIDE).max(1));
    Array2::from_shape_fn((rows.div_ceil(block.0), columns.div_ceil(block.1)), |(row, column)| {
        let (from, to) = ((row * block.0, column * block.1), ((row + 1) * block.0, (column + 1) * block.1));
        let part = differences.slice(s![from.0..to.0.min(rows), from.1..to.1.min(columns)]);
        part.iter().copied().fold(0.0, |farthest: f64, x| if x.abs() > farthest.abs() { x } else { farthest })
    })
}

/// The heat map with a line that explains it.
pub(super) fn html(picture: &Picture) -> String {
    let (columns, rows) = (picture.width().max(1), picture.height().max(1));
    let (mut width, mut height) = ((WIDTH / columns).clamp(1, CELL), (HEIGHT / rows).clamp(1, CELL));
    // A tall array's numbers are drawn wide rather than small, and a wide one's high.
    (width, height) = (width.min(STRETCH * height), height.min(STRETCH * width));
    format!(
        "<div style=\"flex:0 1 240px;{grey}\">\n<img alt=\"Heat map of {said}; {COLOURS}\" width=\"{}\" height=\"{}\" \
         style=\"image-rendering:pixelated;display:block;margin:4px 0;outline:1px solid {}\" \
         src=\"data:image/png;base64,{}\"/>\n<small>{said}:<br/>{COLOURS}</small>\n</div>\n",
        columns * width,
        rows * height,
        BORDER.hex(),
        STANDARD.encode(picture.png()),
        grey = style::grey(),
        said = picture.caption(),
    )
}
