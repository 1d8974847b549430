//! What can be checked: numbers, arrays and vectors of them.

use ndarray::{Array, Dimension};

use crate::plot::Number;

/// A number, an array of numbers or a vector of them: what [`check`](super::check()) compares.
pub trait Checked {
    /// Shape and numbers.
    #[doc(hidden)]
    fn numbers(&self) -> Numbers;
}

/// An answer that may be missing: an `Option` of what [`check`](super::check()) compares, or `&` of one.
pub trait Answer<T> {
    /// Shape and numbers, if there is an answer.
    #[doc(hidden)]
    fn numbers(&self) -> Option<Numbers>;
}

impl<T: Checked> Answer<T> for Option<T> {
    fn numbers(&self) -> Option<Numbers> {
        self.as_ref().map(T::numbers)
    }
}

impl<T: Checked> Answer<T> for &Option<T> {
    fn numbers(&self) -> Option<Numbers> {
        self.as_ref().map(T::numbers)
    }
}

/// Numbers row by row, with their shape; none for a single number.
#[derive(Clone, Debug)]
pub struct Numbers {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f64>,
    /// How far off a number may be, as a share of the largest expected.
    pub(crate) tolerance: f64,
}

/// A number that says how exactly it can be computed.
#[doc(hidden)]
pub trait Precise: Number {
    #[doc(hidden)]
    const TOLERANCE: f64;
}

macro_rules! precise {
    ($tolerance:literal: $($number:ty)*) => { $(
        impl Precise for $number {
            const TOLERANCE: f64 = $tolerance;
        }
    )* };
}
precise!(1e-6: f64);
precise!(1e-4: f32);
precise!(0.0: u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

impl Numbers {
    fn of<'a, N: Precise + 'a>(shape: &[usize], numbers: impl IntoIterator<Item = &'a N>) -> Self {
        let values = numbers.into_iter().map(N::to_f64).collect();
        Self { shape: shape.to_vec(), values, tolerance: N::TOLERANCE }
    }

    /// How far off a number may be.
    pub(super) fn allowed(&self) -> f64 {
        let largest = self.values.iter().filter(|x| x.is_finite()).fold(0.0, |largest: f64, x| largest.max(x.abs()));
        self.tolerance * if largest > 0.0 { largest } else { 1.0 }
    }

    /// Where the number at `index` of `values` stands, counted from 0 along each axis.
    pub(super) fn place(&self, index: usize) -> Vec<usize> {
        let mut rest = index;
        let mut place: Vec<_> = self
            .shape
            .iter()
            .rev()
            .map(|&length| {
                let at = rest % length.max(1);
                rest /= length.max(1);
                at
            })
            .collect();
        place.reverse();
        place
    }

    /// The matrix with rows and columns exchanged, if this is one.
    pub(super) fn transposed(&self) -> Option<Self> {
        let [rows, columns] = *self.shape.as_slice() else { return None };
        let places = (0..columns).flat_map(|column| (0..rows).map(move |row| row * columns + column));
        let values = places.filter_map(|place| self.values.get(place).copied()).collect();
        Some(Self { shape: vec![columns, rows], values, tolerance: self.tolerance })
    }
}

impl<N: Precise> Checked for N {
    fn numbers(&self) -> Numbers {
        Numbers::of(&[], [self])
    }
}

impl<N: Precise, D: Dimension> Checked for Array<N, D> {
    fn numbers(&self) -> Numbers {
        Numbers::of(self.shape(), self)
    }
}

impl<N: Precise> Checked for Vec<N> {
    fn numbers(&self) -> Numbers {
        Numbers::of(&[self.len()], self)
    }
}
