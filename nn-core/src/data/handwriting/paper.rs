//! The paper: how light it is at every place, whatever falls on it and lies beside it.
//!
//! `assets/pad/paper.js` is this file in JavaScript: change both; `tests/pad.rs` compares them to the bit.

#![expect(clippy::indexing_slicing, reason = "all positions come from the size of the picture they are used on")]

use ndarray::{Array2, ArrayView2, s};

use super::Fault;
use super::strokes::resample;

/// Half of a square's side, as a part of the picture's longer side: a dark thing that no such square fits into is no paper.
const REACH: f32 = 0.15;
/// The same to tell light ink from dark: less, so that a square of paper fits in beside a digit on a small sheet.
const REACH_OF_STROKES: f32 = 0.08;
/// The picture is reduced to this many pixels on its longer side to learn whether ink is darker than its paper.
const SMALL: usize = 128;

/// How much of the paper's light each pixel lacks.
pub(super) struct Darkness {
    /// From about 0 (paper, as light as there) to 1 (black).
    pub(super) tones: Array2<f32>,
    /// The grain of the paper, a standard deviation.
    pub(super) noise: f32,
    /// The part of the picture that is much darker than the lightest, behind a sharp edge: a table, or a hard shadow.
    pub(super) in_the_dark: f32,
}

/// Takes the paper out of a picture, whichever of paper and ink is lighter.
///
/// What light the paper has comes from a closing (Serra, 1982): each pixel becomes the lightest of a square around it, then
/// each the darkest of those. Strokes disappear, since no square fits into them; whatever is wide stays, with its edges as
/// sharp as they were: a table beside the paper, a hard shadow, a lamp's cone. Ink is then the part of the light that is
/// missing, `1 - tone / paper`, the same in the shadow as beside it.
pub(super) fn darkness(grey: &Array2<f32>) -> Result<Darkness, Fault> {
    let (height, width) = grey.dim();
    if height.min(width) < 5 {
        return Err(Fault { expected: "a picture of at least 5×5 pixels", found: format!("{width}×{height}") });
    }
    let light = match ink_is_lighter(grey) {
        true => grey.mapv(|tone| 1.0 - tone),
        false => grey.clone(),
    };
    let paper = closed(&light, REACH);
    let mut tones = paper.clone();
    tones.zip_mut_with(&light, |tone, &light| *tone = (*tone - light) / tone.max(0.1));
    // The lightest of many grainy pixels is lighter than their mean, on a table and in a shadow more so than on the paper.
    let stride = (height.max(width) / 160).max(1);
    let places =
        || (0..height).step_by(stride).flat_map(|row| (0..width).step_by(stride).map(move |column| [row, column]));
    let lit = 0.75 * quantile(places().map(|at| paper[at]).collect(), 0.75);
    let grain = |is_lit: bool| grain(places().filter(|&at| (paper[at] >= lit) == is_lit).map(|at| tones[at]).collect());
    let ((middle, noise), (dark_middle, dark_noise)) = (grain(true), grain(false));
    let dark_middle = dark_middle + 5.0 * higher(dark_noise - noise, 0.0);
    tones.zip_mut_with(&paper, |tone, &paper| *tone -= if paper >= lit { middle } else { dark_middle });
    Ok(Darkness { tones, noise, in_the_dark: in_the_dark(&paper) })
}

/// What the middle one of these tones is, and their standard deviation, from the quarter that differ least from it.
fn grain(tones: Vec<f32>) -> (f32, f32) {
    let middle = quantile(tones.clone(), 0.5);
    (middle, quantile(tones.into_iter().map(|tone| (tone - middle).abs()).collect(), 0.25) / 0.319)
}

/// The paper's light: dark things are filled up that are narrower than twice this reach.
fn closed(light: &Array2<f32>, reach: f32) -> Array2<f32> {
    let (height, width) = light.dim();
    let radius = (reach * height.max(width) as f32).ceil() as usize;
    // Whoever looks further than the picture reaches sees nothing else.
    let (down, across) = (radius.min(height), radius.min(width));
    // The lightest around each place, those beyond the edges too.
    let rows = slid(light, down, -(down as isize), height + 2 * down, higher);
    let spread = slid(&turned(rows.view()), across, -(across as isize), width + 2 * across, higher);
    // The darkest of those, as if the picture went on for ever: true to light that fades towards an edge.
    let columns = slid(&spread, across, across as isize, width, lower);
    let endless = slid(&turned(columns.view()), down, down as isize, height, lower);
    // As if nothing were beyond the edge: true to a stroke along it. The two differ much only where there is one.
    let inner = spread.slice(s![across..across + width, down..down + height]).to_owned();
    let columns = slid(&inner, across, 0, width, lower);
    let mut paper = slid(&turned(columns.view()), down, 0, height, lower);
    paper.zip_mut_with(&endless, |paper, &endless| {
        if endless > 0.75 * *paper {
            *paper = endless;
        }
    });
    paper
}

/// The picture on its side: rows become columns.
pub(super) fn turned(picture: ArrayView2<f32>) -> Array2<f32> {
    picture.t().as_standard_layout().into_owned()
}

fn higher(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}

fn lower(a: f32, b: f32) -> f32 {
    if b < a { b } else { a }
}

/// For `count` rows from `start` on, each the highest or lowest of the picture's rows up to `radius` away.
///
/// # Source
/// Van Herk, *A fast algorithm for local minimum and maximum filters*, 1992: a window of rows is the end of one block and the
/// beginning of the next.
fn slid(picture: &Array2<f32>, radius: usize, start: isize, count: usize, pick: fn(f32, f32) -> f32) -> Array2<f32> {
    let (height, width) = picture.dim();
    let block = 2 * radius + 1;
    let (mut from_first, mut from_last) = (picture.clone(), picture.clone());
    for row in 1..height {
        if !row.is_multiple_of(block) {
            let (above, mut here) = from_first.multi_slice_mut((s![row - 1, ..], s![row, ..]));
            here.zip_mut_with(&above, |here, &above| *here = pick(*here, above));
        }
    }
    for row in (1..height).rev() {
        if !row.is_multiple_of(block) {
            let (mut above, here) = from_last.multi_slice_mut((s![row - 1, ..], s![row, ..]));
            above.zip_mut_with(&here, |above, &here| *above = pick(*above, here));
        }
    }
    let mut slid = Array2::zeros((count, width));
    for (mut row, middle) in slid.outer_iter_mut().zip(start..) {
        let first = (middle - radius as isize).max(0) as usize;
        let last = ((middle + radius as isize) as usize).min(height - 1);
        if first / block != last / block {
            row.assign(&from_last.row(first));
            row.zip_mut_with(&from_first.row(last), |tone, &other| *tone = pick(*tone, other));
        } else if first.is_multiple_of(block) {
            row.assign(&from_first.row(last));
        } else {
            row.assign(&from_last.row(first));
        }
    }
    slid
}

/// Whether the strokes are lighter than what they stand on.
///
/// A closing fills dark strokes, an opening light ones; both also change what lies between strokes, and nothing else. So the
/// pixels around everything that they change are paper: they are like the closing beside them if the ink is dark.
fn ink_is_lighter(grey: &Array2<f32>) -> bool {
    let longer = grey.nrows().max(grey.ncols());
    let small = match longer > SMALL {
        true => resample(grey, part(grey.nrows(), SMALL, longer), part(grey.ncols(), SMALL, longer)),
        false => grey.clone(),
    };
    let upper = closed(&small, REACH_OF_STROKES);
    let under = closed(&small.mapv(|tone| 1.0 - tone), REACH_OF_STROKES).mapv(|tone| 1.0 - tone);
    let (height, width) = small.dim();
    // By how much of the light they differ: ink by more than a shadow.
    let apart = Array2::from_shape_fn((height, width), |at| (upper[at] - under[at]) / higher(upper[at], 0.1));
    let mut most = 0.0;
    for &apart in &apart {
        most = higher(most, apart);
    }
    let changed = |at: [usize; 2]| apart[at] > 0.7 * most;
    let mut votes = 0.0_f64;
    for row in 0..height {
        for column in 0..width {
            // Three pixels on, clear of the pale edge of a stroke.
            for (down, right) in [(row + 3, column), (row, column + 3)] {
                if down >= height || right >= width || changed([row, column]) == changed([down, right]) {
                    continue;
                }
                let (inside, outside) = match changed([row, column]) {
                    true => ([row, column], [down, right]),
                    false => ([down, right], [row, column]),
                };
                let tone = small[outside];
                votes += f64::from((tone - under[inside]).abs() - (upper[inside] - tone).abs());
            }
        }
    }
    let whole = (0..height).flat_map(|row| (0..width).map(move |column| [row, column]));
    if 4 * whole.filter(|&at| changed(at)).count() > 3 * height * width {
        // Little is left unchanged, as on squared paper: then most of what is changed is paper.
        for (at, &tone) in small.indexed_iter().filter(|(at, _)| apart[*at] > 0.7 * most) {
            votes += f64::from((tone - under[at]).abs() - (upper[at] - tone).abs());
        }
    }
    votes < 0.0
}

/// So many pixels out of `longer`, where `whole` is `most` of them.
fn part(pixels: usize, most: usize, longer: usize) -> usize {
    (pixels * most / longer).max(1)
}

/// The part of the picture that is much darker than the lightest, if it begins at a sharp edge.
fn in_the_dark(paper: &Array2<f32>) -> f32 {
    let (height, width) = paper.dim();
    let near = height.max(width).div_ceil(50);
    let is_edge = |a: f32, b: f32| higher(a, b) * 0.75 > lower(a, b);
    let mut edges = 0;
    let mut lightest = 0.0;
    for row in 0..height {
        for column in 0..width {
            let tone = paper[[row, column]];
            lightest = higher(lightest, tone);
            edges += usize::from(row + near < height && is_edge(tone, paper[[row + near, column]]));
            edges += usize::from(column + near < width && is_edge(tone, paper[[row, column + near]]));
        }
    }
    if 3 * edges < near * height.min(width) {
        return 0.0;
    }
    paper.iter().filter(|&&tone| tone < 0.75 * lightest).count() as f32 / (height * width) as f32
}

/// The value below which this share of the values lies.
pub(super) fn quantile(mut values: Vec<f32>, share: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let at = ((values.len() - 1) as f32 * share) as usize;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}
