//! The rows of matrices, shared out among the threads of a [`Team`].

use std::ops::Range;

use super::lines::{Grid, Part};
use super::team::{Shares, Team, share};
use crate::Float;

impl Team<'_> {
    /// Gives each thread its share of the first `n` rows of each of `matrices`, or of all rows where there are fewer.
    pub(super) fn rows<F: Float>(&mut self, n: usize, matrices: &mut [Grid<F>], work: impl Fn(Rows<'_, F>) + Sync) {
        let (matrices, threads) = (Shares::of(matrices), self.threads());
        self.round(&|number| work(Rows { n, number, threads, matrices: &matrices }));
    }

    /// [`Team::each`] and, of all rows, [`Team::rows`] in one round.
    pub(super) fn both<T: Send, F: Float>(
        &mut self,
        items: &mut [T],
        each: impl Fn(usize, &mut T) + Sync,
        matrices: &mut [Grid<F>],
        work: impl Fn(Rows<'_, F>) + Sync,
    ) {
        let (items, matrices, threads) = (Shares::of(items), Shares::of(matrices), self.threads());
        self.round(&|number| {
            items.each(number, threads, &each);
            work(Rows { n: usize::MAX, number, threads, matrices: &matrices });
        });
    }
}

/// The share of the rows of some matrices that belongs to one thread for one round.
pub(super) struct Rows<'a, F: Float> {
    n: usize,
    number: usize,
    threads: usize,
    matrices: &'a Shares<'a, Grid<F>>,
}

impl<F: Float> Rows<'_, F> {
    /// Which rows of matrix `i` these are.
    pub(super) fn range(&self, i: usize) -> Range<usize> {
        share(self.matrix(i).rows().min(self.n), self.number, self.threads)
    }

    /// This thread's rows of matrix `i`.
    pub(super) fn get(&mut self, i: usize) -> Part<'_, F> {
        // SAFETY: the part borrows `self`, so that this thread has no other.
        #[allow(unsafe_code)]
        unsafe {
            self.part(i)
        }
    }

    /// This thread's rows of two matrices.
    pub(super) fn pair(&mut self, i: usize, j: usize) -> (Part<'_, F>, Part<'_, F>) {
        assert_ne!(i, j, "two views of one matrix");
        // SAFETY: the parts borrow `self`, so that this thread has no others, and are of two matrices.
        #[allow(unsafe_code)]
        unsafe {
            (self.part(i), self.part(j))
        }
    }

    fn matrix(&self, i: usize) -> &Grid<F> {
        // SAFETY: `at` has looked that there is one; in this round nobody changes the matrices themselves, only elements.
        #[allow(unsafe_code)]
        unsafe {
            &*self.matrices.at(i)
        }
    }

    /// This thread's rows of matrix `i`: rows that lie within it, one after the other, and are no other thread's.
    ///
    /// # Safety
    /// While it lives, this thread must not have another part of the same matrix.
    #[allow(unsafe_code)]
    unsafe fn part(&self, i: usize) -> Part<'_, F> {
        let (range, matrix) = (self.range(i), self.matrix(i));
        let (start, width) = matrix.start();
        // SAFETY: `range` is of rows that the matrix has, each `width` lines long.
        let lines =
            unsafe { std::slice::from_raw_parts_mut(start.add(range.start * width).cast_mut(), range.len() * width) };
        Part { columns: matrix.columns(), width, lines }
    }
}
