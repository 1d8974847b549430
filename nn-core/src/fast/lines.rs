//! Numbers in lines of 64 bytes, and matrices of them.

use ndarray::{ArrayView2, ArrayViewMut2, s};

use super::machine::{Machine, multiply_add};
use crate::Float;

/// Sixteen `f32` or eight `f64`: a line of the processor's cache, one register of AVX-512, two of AVX2, four of NEON.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Line<F: Float>(F::Lanes);

impl<F: Float> Line<F> {
    /// How many numbers a line holds.
    pub(super) const LANES: usize = 64 / size_of::<F>();

    /// self + scale · x.
    #[inline(always)]
    pub(super) fn add_scaled<M: Machine>(mut self, scale: F, x: Self) -> Self {
        for (sum, &x) in self.0.as_mut().iter_mut().zip(x.0.as_ref()) {
            *sum = multiply_add::<M, F>(scale, x, *sum);
        }
        self
    }

    /// Zeros.
    #[inline(always)]
    pub(super) fn zeros() -> Self {
        Self(F::Lanes::default())
    }
}

/// Does `$work` for each number up to a constant of at most eight. A loop of so much work the compiler would leave a loop, and
/// what it works on in memory.
macro_rules! each {
    ($i:ident < $count:ident: $work:expr) => { each!($i $count $work; 0 1 2 3 4 5 6 7) };
    ($i:ident $count:ident $work:expr; $($number:literal)*) => {
        $(
            if $number < $count {
                let $i = $number;
                $work;
            }
        )*
    };
}
pub(super) use each;

/// sums ← sums + scale · row.
#[inline(always)]
pub(super) fn add_scaled<M: Machine, F: Float, const W: usize>(sums: &mut [Line<F>; W], scale: F, row: &[Line<F>; W]) {
    each!(line < W: sums[line] = sums[line].add_scaled::<M>(scale, row[line]));
}

/// sums ← sums + row.
#[inline(always)]
pub(super) fn add<F: Float>(sums: &mut [Line<F>], row: &[Line<F>]) {
    for (sum, &x) in numbers_mut(sums).iter_mut().zip(numbers(row)) {
        *sum += x;
    }
}

/// The numbers of some lines, one after the other.
#[inline(always)]
pub(super) fn numbers<F: Float>(lines: &[Line<F>]) -> &[F] {
    // SAFETY: a line is LANES numbers and nothing else, as its size and alignment of 64 bytes say.
    #[allow(unsafe_code)]
    unsafe {
        std::slice::from_raw_parts(lines.as_ptr().cast(), size_of_val(lines) / size_of::<F>())
    }
}

/// As [`numbers`], to be changed.
#[inline(always)]
pub(super) fn numbers_mut<F: Float>(lines: &mut [Line<F>]) -> &mut [F] {
    // SAFETY: as in `numbers`.
    #[allow(unsafe_code)]
    unsafe {
        std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), size_of_val(lines) / size_of::<F>())
    }
}

/// A matrix in memory by rows of whole lines: what is left of a row's last line is 0, and remains so.
pub(super) struct Grid<F: Float> {
    rows: usize,
    columns: usize,
    lines: Vec<Line<F>>,
}

impl<F: Float> Grid<F> {
    /// A matrix of zeros.
    pub(super) fn zeros((rows, columns): (usize, usize)) -> Self {
        let width = columns.div_ceil(Line::<F>::LANES);
        Self { rows, columns, lines: vec![Line::zeros(); rows * width] }
    }

    /// A copy of `matrix`.
    pub(super) fn of(matrix: ArrayView2<'_, F>) -> Self {
        let mut grid = Self::zeros(matrix.dim());
        grid.part().array().assign(&matrix);
        grid
    }

    /// The number of rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Where the lines start, and how many a row has.
    pub(super) fn start(&self) -> (*const Line<F>, usize) {
        (self.lines.as_ptr(), self.columns.div_ceil(Line::<F>::LANES))
    }

    /// The first `n` rows.
    pub(super) fn first(&self, n: usize) -> View<'_, F> {
        let width = self.start().1;
        View { columns: self.columns, width, lines: &self.lines[..n * width] }
    }

    /// All rows.
    pub(super) fn view(&self) -> View<'_, F> {
        self.first(self.rows)
    }

    /// The numbers of a row.
    pub(super) fn row(&self, i: usize) -> &[F] {
        let width = self.start().1;
        &numbers(&self.lines[i * width..(i + 1) * width])[..self.columns]
    }

    /// All rows, to be changed.
    pub(super) fn part(&mut self) -> Part<'_, F> {
        let width = self.start().1;
        Part { columns: self.columns, width, lines: &mut self.lines }
    }
}

/// Some neighbouring rows of a [`Grid`].
#[derive(Clone, Copy)]
pub(super) struct View<'a, F: Float> {
    pub(super) columns: usize,
    /// The number of lines of a row.
    pub(super) width: usize,
    pub(super) lines: &'a [Line<F>],
}

impl<'a, F: Float> View<'a, F> {
    /// The lines of each row.
    pub(super) fn rows(self) -> impl Iterator<Item = &'a [Line<F>]> {
        self.lines.chunks_exact(self.width)
    }

    /// As a matrix.
    pub(super) fn array(self) -> ArrayView2<'a, F> {
        let rows = self.lines.len() / self.width.max(1);
        let whole = ArrayView2::from_shape((rows, self.width * Line::<F>::LANES), numbers(self.lines));
        whole.expect("rows are whole lines").slice_move(s![.., ..self.columns])
    }
}

/// Some neighbouring rows of a [`Grid`], to be changed.
pub(super) struct Part<'a, F: Float> {
    pub(super) columns: usize,
    /// The number of lines of a row.
    pub(super) width: usize,
    pub(super) lines: &'a mut [Line<F>],
}

impl<'a, F: Float> Part<'a, F> {
    /// The same rows, to be read.
    pub(super) fn view(&self) -> View<'_, F> {
        View { columns: self.columns, width: self.width, lines: self.lines }
    }

    /// The lines of each row.
    pub(super) fn rows(&mut self) -> impl Iterator<Item = &mut [Line<F>]> {
        self.lines.chunks_exact_mut(self.width)
    }

    /// The numbers of each row.
    pub(super) fn numbers(self) -> impl Iterator<Item = &'a mut [F]> {
        let columns = self.columns;
        self.lines.chunks_exact_mut(self.width).map(move |row| &mut numbers_mut(row)[..columns])
    }

    /// As a matrix.
    pub(super) fn array(self) -> ArrayViewMut2<'a, F> {
        let rows = self.lines.len() / self.width.max(1);
        let whole = ArrayViewMut2::from_shape((rows, self.width * Line::<F>::LANES), numbers_mut(self.lines));
        whole.expect("rows are whole lines").slice_move(s![.., ..self.columns])
    }
}
