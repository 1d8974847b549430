//! Where an answer is off.

use super::Numbers;
use crate::plot::text::{short, whole};

/// How many numbers are off, what they have in common, and where the first is; of more than half of them, where the largest
/// difference is.
pub(super) fn off(mine: &Numbers, expected: &Numbers, differences: &[f64], allowed: f64) -> Vec<String> {
    let off: Vec<usize> = differences
        .iter()
        .enumerate()
        .filter(|(_, difference)| **difference > allowed)
        .map(|(index, _)| index)
        .collect();
    let all = mine.values.len();
    let common = common(mine, expected, &off);
    if 2 * off.len() > all && common.is_none() {
        let (index, largest) = differences
            .iter()
            .copied()
            .enumerate()
            .fold((0, 0.0), |worst, next| if next.1 > worst.1 { next } else { worst });
        let count = if off.len() == all { format!("all {}", whole(all)) } else { count(off.len(), all) };
        let place = place(&mine.place(index));
        return vec![format!("{count} numbers are off; the largest difference is {}, at {place}", short(largest))];
    }
    let verb = if off.len() == 1 { "is" } else { "are" };
    let mut sentences = vec![format!("{} numbers {verb} off{}", count(off.len(), all), common.unwrap_or_default())];
    if let Some((&first, number)) = off.first().and_then(|first| Some((first, mine.values.get(*first)?))) {
        let who = if off.len() == 1 { "it stands" } else { "the first stands" };
        let place = place(&mine.place(first));
        sentences.push(format!("{who} at {place}, counted from 0, where yours is {}", short(*number)));
    }
    sentences
}

/// "3 of 1,000"
fn count(some: usize, all: usize) -> String {
    format!("{} of {}", whole(some), whole(all))
}

/// ", all in row 3", ", all where 0 is expected": what the places have in common, if there are several of them.
fn common(mine: &Numbers, expected: &Numbers, off: &[usize]) -> Option<String> {
    if off.len() < 2 {
        return None;
    }
    let is_zero = |index: &usize| expected.values.get(*index).is_some_and(|x| *x == 0.0);
    // Were all of them expected to be 0, it would say nothing.
    if off.iter().all(is_zero) && !expected.values.iter().all(|x| *x == 0.0) {
        return Some(", all where 0 is expected".into());
    }
    if mine.shape.len() != 2 {
        return None;
    }
    let places: Vec<_> = off.iter().map(|&index| mine.place(index)).collect();
    for (axis, (name, length)) in ["row", "column"].into_iter().zip(&mine.shape).enumerate() {
        let mut along = places.iter().map(|place| place.get(axis));
        let first = along.next()??;
        if *length > 1 && along.all(|at| at == Some(first)) {
            return Some(format!(", all in {name} {first}"));
        }
    }
    None
}

/// "row 2, column 5", "position 5", "[1, 2, 3]"
pub(super) fn place(place: &[usize]) -> String {
    match place {
        [at] => format!("position {at}"),
        [row, column] => format!("row {row}, column {column}"),
        _ => format!("{place:?}"),
    }
}
