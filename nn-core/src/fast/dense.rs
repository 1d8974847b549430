//! Products of matrices in tiles that stay in the processor's registers.
//!
//! A tile is some rows by one or two [`Line`]s: what is loaded of one matrix serves several rows, and each sum is loaded and stored
//! once for a whole block of terms. A library's product would first copy both matrices into such an order, in
//! every mini-batch and on every thread; here they are stored in that order.

use super::lines::{Line, Part, View, add, add_scaled, each, numbers};
use super::machine::{Loop, Machine, run};
use crate::Float;

/// So many terms are added before they are added to what is there: fewer roundings, and a strip of the matrix that is gone through
/// stays in the L1 cache.
const TERMS: usize = 256;

/// sums ← sums + x · matrix: `(n, columns)`, `(n, k)` and `(k, columns)`.
pub(super) fn add_product<F: Float>(sums: Part<'_, F>, x: View<'_, F>, matrix: View<'_, F>) {
    run(Product { sums, x, matrix });
}

/// sums ← sums + xᵀ · y, from the column `first` of x on: `(k, columns)`, `(n, …)` and `(n, columns)`.
pub(super) fn add_transposed_product<F: Float>(sums: Part<'_, F>, (x, first): (View<'_, F>, usize), y: View<'_, F>) {
    run(TransposedProduct { sums, x, first, y });
}

/// Calls the tile function for each tile of `$sums`: eight rows by two lines where the registers hold them, four rows by a line,
/// or what is left.
macro_rules! tiles {
    ($function:ident, $sums:expr, |$row:ident, $line:ident| ($($argument:expr),*)) => {
        let (width, rows) = ($sums.width, $sums.lines.len() / $sums.width);
        let mut $line = 0;
        while $line < width {
            let lines = if M::LINES > 8 && width - $line > 1 { 2 } else { 1 };
            let mut $row = 0;
            while $row < rows {
                let sums = (&mut $sums.lines[$row * width + $line..], width);
                $row += match (rows - $row, lines) {
                    (8.., 2) if M::LINES > 8 => $function::<M, F, 8, 2>(sums, $($argument),*),
                    (8.., _) if M::LINES > 8 => $function::<M, F, 8, 1>(sums, $($argument),*),
                    (4.., 2) if M::LINES > 8 => $function::<M, F, 4, 2>(sums, $($argument),*),
                    (4.., 1) => $function::<M, F, 4, 1>(sums, $($argument),*),
                    (_, 2) if M::LINES > 8 => $function::<M, F, 1, 2>(sums, $($argument),*),
                    (_, _) => $function::<M, F, 1, 1>(sums, $($argument),*),
                };
            }
            $line += lines;
        }
    };
}

struct Product<'a, F: Float> {
    sums: Part<'a, F>,
    x: View<'a, F>,
    matrix: View<'a, F>,
}

impl<F: Float> Loop for Product<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        let Self { sums, x, matrix } = self;
        // A thread may have no row of a small mini-batch.
        if x.lines.is_empty() {
            return;
        }
        for first in (0..x.columns).step_by(TERMS) {
            let end = x.columns.min(first + TERMS);
            let terms = &matrix.lines[first * matrix.width..end * matrix.width];
            let (x, stride) = (&numbers(x.lines)[first..], x.width * Line::<F>::LANES);
            tiles!(product, sums, |row, line| ((&x[row * stride..], stride), (&terms[line..], end - first)));
        }
    }
}

/// A tile of sums ← sums + x · matrix: `terms` are the rows of the matrix, and of the first of them the lines from the tile's on.
#[inline(always)]
fn product<M: Machine, F: Float, const R: usize, const L: usize>(
    (sums, width): (&mut [Line<F>], usize),
    (x, stride): (&[F], usize),
    (terms, count): (&[Line<F>], usize),
) -> usize {
    let x: [&[F]; R] = std::array::from_fn(|row| &x[row * stride..][..count]);
    let mut tile = [[Line::zeros(); L]; R];
    for (j, term) in terms.chunks(width).enumerate().take(count) {
        let Some(term) = term.first_chunk() else { break };
        each!(row < R: add_scaled::<M, F, L>(&mut tile[row], x[row][j], term));
    }
    store(sums, width, &tile)
}

struct TransposedProduct<'a, F: Float> {
    sums: Part<'a, F>,
    x: View<'a, F>,
    first: usize,
    y: View<'a, F>,
}

impl<F: Float> Loop for TransposedProduct<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        let Self { sums, x, first, y } = self;
        let stride = x.width * Line::<F>::LANES;
        for (x, y) in x.lines.chunks(TERMS * x.width).zip(y.lines.chunks(TERMS * y.width)) {
            let x = &numbers(x)[first..];
            tiles!(transposed_product, sums, |row, line| ((&x[row..], stride), &y[line..]));
        }
    }
}

/// A tile of sums ← sums + xᵀ · y: x from the tile's first column on, y from its line on.
#[inline(always)]
fn transposed_product<M: Machine, F: Float, const R: usize, const L: usize>(
    (sums, width): (&mut [Line<F>], usize),
    (x, stride): (&[F], usize),
    y: &[Line<F>],
) -> usize {
    let mut tile = [[Line::zeros(); L]; R];
    for (x, y) in x.chunks(stride).zip(y.chunks(width)) {
        let (Some(x), Some(y)) = (x.first_chunk::<R>(), y.first_chunk()) else { break };
        each!(row < R: add_scaled::<M, F, L>(&mut tile[row], x[row], y));
    }
    store(sums, width, &tile)
}

/// sums ← sums + tile. Returns the number of its rows.
#[inline(always)]
fn store<F: Float, const R: usize, const L: usize>(
    sums: &mut [Line<F>],
    width: usize,
    tile: &[[Line<F>; L]; R],
) -> usize {
    each!(row < R: add(&mut sums[row * width..][..L], &tile[row]));
    R
}
