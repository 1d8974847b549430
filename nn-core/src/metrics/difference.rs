//! How far two arrays are apart.

use ndarray::{ArrayBase, Data, Dimension};

use crate::{Error, Float, Result};

/// The largest difference |a − b| between two arrays of one shape, of any dimension, and of `f32`, `f64` or one of each.
///
/// Two numbers that are equal differ by 0, infinite ones too; 0 for empty arrays, and NaN if a number is NaN on either side.
///
/// # Errors
/// [`Error::Shape`] if the arrays have different shapes: nothing is broadcast.
///
/// # Example
/// ```
/// use nn_core::prelude::*;
///
/// let (mine, expected) = (array![[1.0, 2.5], [3.0, 4.0]], array![[1.0, 2.0], [3.0, 4.25]]);
/// assert_eq!(largest_difference(&mine, &expected)?, 0.5);
/// assert_eq!(largest_difference(&mine.row(1), &expected.row(1))?, 0.25);
/// assert_eq!(
///     largest_difference(&mine, &expected.row(0)).unwrap_err().to_string(),
///     "b: expected shape [2, 2], as a has, found [2]"
/// );
/// # Ok::<(), Error>(())
/// ```
pub fn largest_difference<S, T, D, E>(a: &ArrayBase<S, D>, b: &ArrayBase<T, E>) -> Result<f64>
where
    S: Data<Elem: Float>,
    T: Data<Elem: Float>,
    D: Dimension,
    E: Dimension,
{
    if a.shape() != b.shape() {
        return Err(Error::shape("b", format!("{:?}, as a has", a.shape()), b.shape()));
    }
    let mut largest = 0.0;
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a.f64(), b.f64());
        let difference = if a == b { 0.0 } else { (a - b).abs() };
        // A comparison with NaN is false: it would be lost.
        if difference > largest || difference.is_nan() {
            largest = difference;
        }
        if largest.is_nan() {
            break;
        }
    }
    Ok(largest)
}
