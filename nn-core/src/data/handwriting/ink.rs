//! What is ink, what is paper, and which of the ink is the digit.
//!
//! `assets/pad/ink.js` is this file in JavaScript, function by function: change both; `tests/pad.rs` compares them to the bit.

#![expect(clippy::indexing_slicing, reason = "all positions come from the size of the picture they are used on")]

use ndarray::{Array2, s};

use super::Fault;

/// Takes the paper out of a picture: 0 where there is paper, 1 where there is ink, whichever of them is lighter.
pub(super) fn inverted(grey: &Array2<f32>) -> Result<Array2<f32>, Fault> {
    let (height, width) = grey.dim();
    if height.min(width) < 5 {
        return Err(Fault { expected: "a picture of at least 5×5 pixels", found: format!("{width}×{height}") });
    }
    let paper = Paper::of(grey);
    let above_paper = Array2::from_shape_fn(grey.dim(), |at| grey[at] - paper.at(at));
    // The noise of the paper, as a standard deviation, from the quarter of the pixels that differ least from it.
    let noise = quantile(above_paper.iter().map(|tone| tone.abs()).collect(), 0.25) / 0.319;
    let least = (5.0 * noise).max(0.06);
    // Ink is what differs clearly from the paper, and more of it does so in one direction than in the other.
    let darker: f32 = above_paper.iter().filter(|&&tone| tone < -least).map(|tone| -tone).sum();
    let lighter: f32 = above_paper.iter().filter(|&&tone| tone > least).sum();
    let sign = if darker >= lighter { -1.0 } else { 1.0 };
    let ink: Vec<f32> = above_paper.iter().map(|tone| sign * tone).filter(|&tone| tone > least).collect();
    if ink.len() < 3 {
        let most = 100.0 * above_paper.iter().fold(0.0_f32, |most, tone| most.max(tone.abs()));
        let found = format!("a blank page (no more than specks differs from the paper, by {most:.0} % at most)");
        return Err(Fault { expected: "a digit", found });
    }
    // Between the faint (edges of strokes, shadows) and the strong; the middle of the strong is the pen's tone.
    let between = otsu(&ink);
    let full = quantile(ink.into_iter().filter(|&tone| tone > between).collect(), 0.5).max(least);
    let none = (3.0 * noise).min(0.5 * full);
    Ok(above_paper.mapv(|tone| ((sign * tone - none) / (full - none)).clamp(0.0, 1.0)))
}

/// The tone of the paper: a plane, since light falls more on one side than on the other.
struct Paper {
    /// Tone at the centre, and its change per pixel down and to the right.
    plane: [f32; 3],
    centre: (f32, f32),
}

impl Paper {
    /// Fits the plane with the least sum of absolute differences, which ink on less than half of the picture cannot bend.
    fn of(grey: &Array2<f32>) -> Self {
        let (height, width) = grey.dim();
        let stride = (height.max(width) / 160).max(1);
        let centre = (height as f32 / 2.0, width as f32 / 2.0);
        let points: Vec<[f32; 3]> = (0..height)
            .step_by(stride)
            .flat_map(|row| (0..width).step_by(stride).map(move |column| (row, column)))
            .map(|at| [at.0 as f32 - centre.0, at.1 as f32 - centre.1, grey[at]])
            .collect();
        let start = quantile(points.iter().map(|point| point[2]).collect(), 0.5);
        let mut paper = Self { plane: [start, 0.0, 0.0], centre };
        for _ in 0..20 {
            // Least squares, each point weighted by 1 / its last absolute difference.
            let mut sums = [[0.0_f64; 4]; 3];
            for &[down, right, tone] in &points {
                let [level, per_row, per_column] = paper.plane;
                let difference = tone - (level + per_row * down + per_column * right);
                let weight = 1.0 / f64::from(difference.abs().max(0.002));
                let terms = [1.0, f64::from(down), f64::from(right), f64::from(tone)];
                for (row, &factor) in sums.iter_mut().zip(&terms) {
                    row.iter_mut().zip(&terms).for_each(|(sum, term)| *sum += weight * factor * term);
                }
            }
            match solve(sums) {
                // Settled: every further round would end in the same plane.
                Some(plane) if plane == paper.plane => break,
                Some(plane) => paper.plane = plane,
                None => break,
            }
        }
        paper
    }

    fn at(&self, (row, column): (usize, usize)) -> f32 {
        let [level, per_row, per_column] = self.plane;
        level + per_row * (row as f32 - self.centre.0) + per_column * (column as f32 - self.centre.1)
    }
}

/// Solves three linear equations, given as rows of coefficients and right side, by elimination.
fn solve(mut rows: [[f64; 4]; 3]) -> Option<[f32; 3]> {
    for pivot in 0..3 {
        let divisor = rows[pivot][pivot];
        if divisor.abs() < 1e-12 {
            return None;
        }
        let pivot_row = rows[pivot].map(|value| value / divisor);
        rows[pivot] = pivot_row;
        for other in (0..3).filter(|&other| other != pivot) {
            let factor = rows[other][pivot];
            rows[other].iter_mut().zip(pivot_row).for_each(|(value, from)| *value -= factor * from);
        }
    }
    Some(rows.map(|row| row[3] as f32))
}

/// Cuts the digit out: the picture of its ink alone, just large enough to hold it.
pub(super) fn cropped(ink: &Array2<f32>, warnings: &mut Vec<String>) -> Array2<f32> {
    let (labels, mut pieces) = pieces(ink);
    // Specks of dust, and ruled lines too faint to be strokes.
    let largest = pieces.iter().map(|piece| piece.mass).fold(0.0, f32::max);
    pieces.retain(|piece| piece.mass > 0.03 * largest && piece.peak > 0.5);
    // The table around the paper, or a neighbour cut in two, if there is something else to read.
    let inside = pieces.iter().filter(|piece| !piece.at_border).map(|piece| piece.mass).fold(0.0, f32::max);
    if inside > 0.1 * largest && pieces.iter().any(|piece| piece.at_border) {
        pieces.retain(|piece| !piece.at_border);
        warnings.push("something at the picture's border is left out".into());
    }
    if pieces.iter().any(|piece| piece.at_border) {
        warnings.push("the digit touches the picture's border: part of it may be missing".into());
    }
    let pieces = one_digit(pieces, warnings);
    if pieces.len() > 1 {
        warnings.push(format!("the digit is in {} pieces: strokes apart are read as one digit", pieces.len()));
    }

    let (height, width) = ink.dim();
    // Without a piece that could be a stroke, all of the picture, and no ink.
    let top = pieces.iter().map(|piece| piece.top).min().unwrap_or(0).saturating_sub(1);
    let left = pieces.iter().map(|piece| piece.left).min().unwrap_or(0).saturating_sub(1);
    let bottom = pieces.iter().map(|piece| piece.bottom + 2).max().unwrap_or(height).min(height);
    let right = pieces.iter().map(|piece| piece.right + 2).max().unwrap_or(width).min(width);
    let digit = Array2::from_shape_fn((bottom - top, right - left), |(row, column)| {
        let at = (row + top, column + left);
        if belongs(at, &labels, &pieces) { ink[at] } else { 0.0 }
    });
    let digit = trimmed(&digit);
    if digit.nrows().max(digit.ncols()) < 12 {
        warnings.push(format!("the digit is only {} pixels high: a larger one is read better", digit.nrows()));
    }
    digit
}

/// Whether a pixel is of one of the pieces. The pale edge of a stroke belongs to it: one pixel around each piece.
fn belongs((row, column): (usize, usize), labels: &Array2<u32>, pieces: &[Piece]) -> bool {
    let (rows, columns) = (row.saturating_sub(1)..=row + 1, column.saturating_sub(1)..=column + 1);
    let (height, width) = labels.dim();
    for row in rows.filter(|&row| row < height) {
        for column in columns.clone().filter(|&column| column < width) {
            if pieces.iter().any(|piece| piece.label == labels[[row, column]]) {
                return true;
            }
        }
    }
    false
}

/// Cuts off rows and columns at the edges that hold next to no ink.
pub(super) fn trimmed(ink: &Array2<f32>) -> Array2<f32> {
    let (mut top, mut left, mut bottom, mut right) = (usize::MAX, usize::MAX, 0, 0);
    for ((row, column), _) in ink.indexed_iter().filter(|(_, ink)| **ink > 0.1) {
        (top, left) = (top.min(row), left.min(column));
        (bottom, right) = (bottom.max(row + 1), right.max(column + 1));
    }
    if top == usize::MAX { ink.clone() } else { ink.slice(s![top..bottom, left..right]).to_owned() }
}

/// Ink that hangs together.
#[derive(Clone)]
struct Piece {
    label: u32,
    mass: f32,
    peak: f32,
    at_border: bool,
    top: usize,
    left: usize,
    bottom: usize,
    right: usize,
}

/// Finds the pieces of ink: for each pixel the label of its piece, 0 for paper.
fn pieces(ink: &Array2<f32>) -> (Array2<u32>, Vec<Piece>) {
    let (height, width) = ink.dim();
    let mut labels = Array2::zeros(ink.dim());
    let mut pieces = Vec::new();
    let mut open = Vec::new();
    for (start, &tone) in ink.indexed_iter() {
        if tone < 0.25 || labels[start] != 0 {
            continue;
        }
        let label = pieces.len() as u32 + 1;
        let (row, column) = start;
        let at_border = false;
        let mut piece =
            Piece { label, mass: 0.0, peak: 0.0, at_border, top: row, left: column, bottom: row, right: column };
        labels[start] = label;
        open.push(start);
        while let Some((row, column)) = open.pop() {
            piece.mass += ink[[row, column]];
            piece.peak = piece.peak.max(ink[[row, column]]);
            piece.at_border |= row == 0 || column == 0 || row + 1 == height || column + 1 == width;
            (piece.top, piece.bottom) = (piece.top.min(row), piece.bottom.max(row));
            (piece.left, piece.right) = (piece.left.min(column), piece.right.max(column));
            for row in row.saturating_sub(1)..(row + 2).min(height) {
                for column in column.saturating_sub(1)..(column + 2).min(width) {
                    if labels[[row, column]] == 0 && ink[[row, column]] >= 0.25 {
                        labels[[row, column]] = label;
                        open.push((row, column));
                    }
                }
            }
        }
        pieces.push(piece);
    }
    (labels, pieces)
}

/// If pieces stand side by side with a clear gap, each as tall as a digit: keeps the digit with the most ink.
#[expect(clippy::expect_used, reason = "where it is asked for the one of several digits, there are several")]
fn one_digit(mut pieces: Vec<Piece>, warnings: &mut Vec<String>) -> Vec<Piece> {
    let gap = height_of(&pieces) / 10;
    pieces.sort_by_key(|piece| piece.left);
    let mut digits: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        match digits.last_mut() {
            Some(digit) if digit.iter().any(|other| piece.left <= other.right + gap) => digit.push(piece),
            _ => digits.push(vec![piece]),
        }
    }
    let tallest = digits.iter().map(|digit| height_of(digit)).max().unwrap_or(0);
    let count = digits.iter().filter(|digit| 2 * height_of(digit) > tallest).count();
    if count < 2 {
        return digits.into_iter().flatten().collect();
    }
    warnings.push(format!("there seem to be {count} digits side by side: only the one with the most ink is read"));
    let read = digits.into_iter().max_by(|a, b| mass_of(a).total_cmp(&mass_of(b)));
    read.expect("there are two digits at least")
}

/// From the top of the highest to the bottom of the lowest; 0 without pieces.
fn height_of(pieces: &[Piece]) -> usize {
    let top = pieces.iter().map(|piece| piece.top).min().unwrap_or(0);
    pieces.iter().map(|piece| piece.bottom + 1).max().unwrap_or(0) - top
}

fn mass_of(pieces: &[Piece]) -> f32 {
    pieces.iter().map(|piece| piece.mass).sum()
}

/// The value below which this share of the values lies.
fn quantile(mut values: Vec<f32>, share: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let at = ((values.len() - 1) as f32 * share) as usize;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}

/// The threshold that splits values from 0 to 1 into two groups whose means lie farthest apart (Otsu, 1979).
fn otsu(values: &[f32]) -> f32 {
    const BINS: usize = 128;
    let mut counts = [0.0_f64; BINS];
    for value in values {
        counts[((value * BINS as f32) as usize).min(BINS - 1)] += 1.0;
    }
    let all: f64 = counts.iter().sum();
    let sum_all: f64 = counts.iter().zip(0..).map(|(count, bin)| count * f64::from(bin)).sum();
    let (mut below, mut sum, mut best, mut most) = (0.0, 0.0, 0, -1.0);
    for (bin, count) in counts.iter().enumerate().take(BINS - 1) {
        below += count;
        sum += count * bin as f64;
        if below > 0.0 && below < all {
            let apart = sum / below - (sum_all - sum) / (all - below);
            let spread = below * (all - below) * apart * apart;
            if spread > most {
                (most, best) = (spread, bin + 1);
            }
        }
    }
    best as f32 / BINS as f32
}
