//! Answers that are all wrong by the same factor: a forgotten mean, a sign.

use super::Numbers;
use crate::plot::text::{short, whole};

/// A factor is taken for a whole number where it is one to this share of it.
const NEARLY: f64 = 1e-6;
/// Larger factors are no sizes of mini-batches.
const MOST: f64 = 1e7;

/// What is wrong by a constant factor, if that is all that is wrong: "every number is 100 times too large: …".
pub(super) fn proportion(mine: &Numbers, expected: &Numbers, allowed: f64) -> Option<String> {
    let factor = factor(mine, expected, allowed)?;
    let who = if mine.values.len() == 1 { "it" } else { "every number" };
    if factor == 0.0 {
        return (mine.values.len() > 1).then(|| "every number is 0".into());
    }
    let nearly = NEARLY.max(10.0 * expected.tolerance);
    let size = whole_size(factor.abs(), nearly);
    let sign = if factor < 0.0 { ", and the sign is the other way round" } else { "" };
    match size {
        Some(Size::Same) if factor < 0.0 => Some("the sign is the other way round".into()),
        Some(Size::Same) => None,
        Some(Size::Larger(2)) => Some(format!("{who} is 2 times too large{sign}: is a ½ missing?")),
        Some(Size::Smaller(2)) => Some(format!("{who} is 2 times too small{sign}: is there a ½ too many?")),
        Some(Size::Larger(n)) => {
            Some(format!("{who} is {} times too large{sign}: is it the mean over the mini-batch?", whole(n)))
        }
        Some(Size::Smaller(n)) => {
            Some(format!("{who} is {} times too small{sign}: is it divided by the mini-batch's size twice?", whole(n)))
        }
        // Any number is some multiple of any other.
        None if mine.values.len() == 1 => None,
        None => Some(format!("every number is {} times what it should be", short(factor))),
    }
}

/// How much larger or smaller numbers are, where that is a whole number.
enum Size {
    Same,
    Larger(usize),
    Smaller(usize),
}

fn whole_size(factor: f64, nearly: f64) -> Option<Size> {
    let larger = if factor >= 1.0 { factor } else { 1.0 / factor };
    let whole = larger.round();
    if larger > MOST || (larger - whole).abs() > nearly * whole {
        return None;
    }
    Some(match whole as usize {
        1 => Size::Same,
        n if factor > 1.0 => Size::Larger(n),
        n => Size::Smaller(n),
    })
}

/// The one number c for which mine = c · expected everywhere, if there is one.
fn factor(mine: &Numbers, expected: &Numbers, allowed: f64) -> Option<f64> {
    let pairs = || mine.values.iter().copied().zip(expected.values.iter().copied());
    let squares: f64 = expected.values.iter().map(|x| x * x).sum();
    let factor = pairs().map(|(mine, expected)| mine * expected).sum::<f64>() / squares;
    if !factor.is_finite() {
        return None;
    }
    let allowed = allowed * factor.abs();
    pairs().all(|(mine, expected)| (mine - factor * expected).abs() <= allowed).then_some(factor)
}
