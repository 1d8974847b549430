//! Ruled and squared paper: thin lines from one side of the picture to the other, taken out.
//!
//! `assets/pad/lines.js` is this file in JavaScript: change both; `tests/pad.rs` compares them to the bit.

#![expect(clippy::indexing_slicing, reason = "all positions come from the size of the picture they are used on")]

use ndarray::Array2;

use super::paper::turned;

/// A smaller picture has no room for both strokes and lines.
const SMALLEST: usize = 100;
/// How much of a line must show, of its whole length and of the tenth at either end: the rest lies under the digit.
const SHOWS: f32 = 0.5;

/// Takes lines out of `dark`, what each pixel lacks of the paper's light; how many there were.
///
/// Across a line, what is left is what lies on both sides of it: paper on both sides leaves paper, a stroke that crosses the
/// line stays whole.
pub(super) fn without_lines(dark: &mut Array2<f32>, noise: f32) -> usize {
    if dark.nrows().min(dark.ncols()) < SMALLEST {
        return 0;
    }
    let mut lines = down(dark, noise);
    let mut side = turned(dark.view());
    let across = down(&mut side, noise);
    if across > 0 {
        dark.assign(&side.t());
    }
    lines += across;
    lines
}

/// The same for lines that run from the top to the bottom, up to nine degrees askew.
fn down(dark: &mut Array2<f32>, noise: f32) -> usize {
    let (height, width) = dark.dim();
    let near = height.max(width).div_ceil(90);
    let smooth = smoothed(dark);
    // Where there is a thin dark ridge: darker than both neighbours a little way off, by more than the grain.
    let least = (1.5 * noise).max(0.04);
    let ridge = Array2::from_shape_fn((height, width), |(row, column)| {
        let tone = smooth[[row, column]];
        // Beyond the picture's edge is paper.
        (column < near || tone - smooth[[row, column - near]] > least)
            && (column + near >= width || tone - smooth[[row, column + near]] > least)
    });
    // For each pixel the way down to it along which most ridges lie. It steps aside in every sixth row at most and pays a
    // ridge for it, so that it crosses the digit straight on instead of changing over to the next line.
    let mut best = vec![0_i32; width];
    let mut steps = Array2::<i8>::zeros((height, width));
    for row in 0..height {
        let above = best.clone();
        for column in 0..width {
            let (mut most, mut step) = (above[column], 0);
            if row % 6 == 5 && column > 0 && above[column - 1] - 1 > most {
                (most, step) = (above[column - 1] - 1, -1);
            }
            if row % 6 == 5 && column + 1 < width && above[column + 1] - 1 > most {
                (most, step) = (above[column + 1] - 1, 1);
            }
            best[column] = most + i32::from(ridge[[row, column]]);
            steps[[row, column]] = step;
        }
    }
    let mut ends: Vec<usize> = (0..width).filter(|&column| best[column] as f32 > SHOWS * height as f32).collect();
    ends.sort_by_key(|&column| (-best[column], column));
    let mut lines: Vec<Vec<usize>> = Vec::new();
    for end in ends {
        let mut way = vec![end; height];
        for row in (1..height).rev() {
            way[row - 1] = (way[row] as isize + isize::from(steps[[row, way[row]]])) as usize;
        }
        let is_new = lines.iter().all(|line| way[0].abs_diff(line[0]) > near && end.abs_diff(line[height - 1]) > near);
        if is_new && shows(&ridge, &way) {
            lines.push(way);
        }
    }
    for line in &lines {
        fill(dark, &smooth, &ridge, line, near);
    }
    lines.len()
}

/// The mean of each pixel and the two above and below it: along a line, less grain.
fn smoothed(dark: &Array2<f32>) -> Array2<f32> {
    let last = dark.nrows() - 1;
    let mut smooth = Array2::zeros(dark.dim());
    for (row, mut sum) in smooth.outer_iter_mut().enumerate() {
        for from in [row.saturating_sub(2), row.saturating_sub(1), row, (row + 1).min(last), (row + 2).min(last)] {
            sum += &dark.row(from);
        }
        sum.mapv_inplace(|sum: f32| sum * 0.2);
    }
    smooth
}

fn shows(ridge: &Array2<bool>, way: &[usize]) -> bool {
    let share =
        |from: usize, to: usize| (from..to).filter(|&row| ridge[[row, way[row]]]).count() as f32 / (to - from) as f32;
    let (height, tenth) = (way.len(), way.len() / 10);
    share(0, height) > SHOWS && share(0, tenth) > SHOWS && share(height - tenth, height) > SHOWS
}

/// Fills the line with what is to its left and right, in a straight line between the two.
fn fill(dark: &mut Array2<f32>, smooth: &Array2<f32>, ridge: &Array2<bool>, line: &[usize], near: usize) {
    let width = dark.ncols();
    let (mut left, mut right) = (0, 0);
    for (row, &middle) in line.iter().enumerate() {
        if ridge[[row, middle]] {
            // As far as it is half as dark as in its middle.
            let half = 0.5 * smooth[[row, middle]];
            (left, right) = (0, 0);
            while left < near.min(middle) && smooth[[row, middle - left - 1]] > half {
                left += 1;
            }
            while right < near.min(width - 1 - middle) && smooth[[row, middle + right + 1]] > half {
                right += 1;
            }
        }
        // One pixel more, the pale edge of the line; at the picture's edge there is only one side.
        let (first, last) = (middle as isize - left as isize - 2, middle + right + 2);
        let (from, to) = match (usize::try_from(first), last < width) {
            (Ok(first), true) => (dark[[row, first]], dark[[row, last]]),
            (Ok(first), false) => (dark[[row, first]], dark[[row, first]]),
            (Err(_), true) => (dark[[row, last]], dark[[row, last]]),
            (Err(_), false) => (0.0, 0.0),
        };
        for column in (first + 1).max(0) as usize..last.min(width) {
            let part = (column as isize - first) as f32 / (last as isize - first) as f32;
            dark[[row, column]] = from + (to - from) * part;
        }
    }
}
