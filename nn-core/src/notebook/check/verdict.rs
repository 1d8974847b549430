//! What kind of wrong an answer is. No sentence holds the right one.

use super::Numbers;
use super::places;
use super::proportion::proportion;
use crate::plot::text::{short, whole};

#[derive(Clone, PartialEq)]
pub(super) enum Verdict {
    YourTurn,
    /// How right it is.
    Right(String),
    /// What is wrong, in a sentence or several.
    Wrong(Vec<String>),
}

/// Compares an answer with what is expected; the first sign of a kind of mistake decides.
pub(super) fn of(mine: &Numbers, expected: &Numbers) -> Verdict {
    if mine.shape != expected.shape {
        return Verdict::Wrong(of_shapes(mine, expected));
    }
    if let Some(sentence) = not_finite(mine, expected) {
        return Verdict::Wrong(vec![sentence]);
    }
    let allowed = expected.allowed();
    let differences = differences(mine, expected);
    let largest = differences.iter().copied().fold(0.0, f64::max);
    if largest <= allowed {
        return Verdict::Right(match largest {
            0.0 => "right, to the last digit".into(),
            _ => format!("right, the largest difference is {}", short(largest)),
        });
    }
    if is_transpose(mine, expected) {
        return Verdict::Wrong(vec!["it is the transpose: rows and columns are exchanged".into()]);
    }
    if let Some(sentence) = proportion(mine, expected, allowed) {
        return Verdict::Wrong(vec![sentence]);
    }
    if let ([mine], [expected]) = (mine.values.as_slice(), expected.values.as_slice()) {
        return Verdict::Wrong(of_one(*mine, *expected));
    }
    Verdict::Wrong(places::off(mine, expected, &differences, allowed))
}

/// |mine − expected| of each; 0 where both are the same infinity or no number, ∞ where one of them is no number.
fn differences(mine: &Numbers, expected: &Numbers) -> Vec<f64> {
    let mut differences = Vec::with_capacity(mine.values.len());
    for (&mine, &expected) in mine.values.iter().zip(&expected.values) {
        let difference = (mine - expected).abs();
        differences.push(match difference {
            _ if is_same(mine, expected) => 0.0,
            _ if difference.is_nan() => f64::INFINITY,
            _ => difference,
        });
    }
    differences
}

fn is_same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan()
}

fn of_shapes(mine: &Numbers, expected: &Numbers) -> Vec<String> {
    let shapes = format!("its shape is {}, expected {}", shape(&mine.shape), shape(&expected.shape));
    let is_reversed = mine.shape.len() == 2 && mine.shape.iter().eq(expected.shape.iter().rev());
    match is_reversed {
        true if is_transpose(mine, expected) => vec![shapes, "it is the transpose".into()],
        true => vec![shapes, "that is the shape of the transpose, but the numbers differ from it too".into()],
        false => vec![shapes],
    }
}

/// `(100, 10)`, `(10,)`
fn shape(shape: &[usize]) -> String {
    match shape {
        [length] => format!("({length},)"),
        _ => format!("({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    }
}

fn is_transpose(mine: &Numbers, expected: &Numbers) -> bool {
    let Some(transposed) = mine.transposed().filter(|transposed| transposed.shape == expected.shape) else {
        return false;
    };
    let allowed = expected.allowed();
    differences(&transposed, expected).iter().all(|difference| *difference <= allowed)
}

/// "3 of 100 numbers are not finite; the first, at row 2, column 5, is NaN"
fn not_finite(mine: &Numbers, expected: &Numbers) -> Option<String> {
    let pairs = mine.values.iter().zip(&expected.values).enumerate();
    let wrong = pairs.filter(|(_, (mine, expected))| !mine.is_finite() && !is_same(**mine, **expected));
    let wrong: Vec<_> = wrong.map(|(index, (mine, _))| (index, *mine)).collect();
    let &(first, number) = wrong.first()?;
    let name = match number {
        _ if number.is_nan() => "NaN",
        _ if number < 0.0 => "−∞",
        _ => "∞",
    };
    if mine.values.len() == 1 {
        return Some(format!("it is {name}"));
    }
    let verb = if wrong.len() == 1 { "is" } else { "are" };
    let count = format!("{} of {} numbers {verb} not finite", whole(wrong.len()), whole(mine.values.len()));
    Some(format!("{count}; the first, at {}, is {name}", places::place(&mine.place(first))))
}

/// Of a single number, a difference would be the answer.
fn of_one(mine: f64, expected: f64) -> Vec<String> {
    let mut sentences = vec![format!("{} is too {}", short(mine), if mine > expected { "large" } else { "small" })];
    if (mine - expected).abs() <= 1e-2 * expected.abs() {
        sentences.push("it is close: are there enough digits?".into());
    }
    sentences
}
