//! What is ink, and how much of it.
//!
//! `assets/pad/ink.js` is this file in JavaScript: change both; `tests/pad.rs` compares them to the bit.

#![expect(clippy::indexing_slicing, reason = "a bin's number is less than the number of bins")]

use ndarray::Array2;

use super::Fault;
use super::paper::{Darkness, quantile};

/// From what the paper lacks of its light to ink: 0 where there is paper, 1 where there is ink.
pub(super) fn inverted(darkness: &Darkness) -> Result<Array2<f32>, Fault> {
    let (tones, noise) = (&darkness.tones, darkness.noise);
    let least = (5.0 * noise).max(0.06);
    let ink: Vec<f32> = tones.iter().copied().filter(|&tone| tone > least).collect();
    if ink.len() < 3 {
        let most = 100.0 * tones.iter().fold(0.0_f32, |most, tone| most.max(*tone));
        let found = format!("a blank page (no more than specks differs from the paper, by {most:.0} % at most)");
        return Err(Fault { expected: "a digit", found });
    }
    // Between the faint (edges of strokes, shadows) and the strong; the middle of the strong is the pen's tone.
    let between = otsu(&ink);
    let full = quantile(ink.into_iter().filter(|&tone| tone > between).collect(), 0.5).max(least);
    let none = (3.0 * noise).min(0.5 * full);
    Ok(tones.mapv(|tone| ((tone - none) / (full - none)).clamp(0.0, 1.0)))
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
