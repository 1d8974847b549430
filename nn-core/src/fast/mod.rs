//! Training at full speed: the loop of [`Training::by_the_book`](crate::Training::by_the_book), arranged for the machine.
//!
//! | file | what it saves |
//! |---|---|
//! | `finite` | waiting for a look at every input before the training |
//! | `machine` | instructions: each loop is compiled for several kinds of processors |
//! | `lines` | reads and writes of half a line of the cache |
//! | `panel` | copies of the first layer's matrix, in the order in which it is read |
//! | `sparse` | multiplications with the inputs that are 0: four of five pixels of MNIST |
//! | `dense` | loads and stores, in all other products: sums stay in registers |
//! | `batch` | the choice between these two, for each mini-batch |
//! | `output` | passes over the outputs: loss and δ\[L\] in one |
//! | `team` | time, by sharing out the work among threads |
//! | `rows` | the same, of the rows of matrices |
//! | `descent` | allocations: a step of training in buffers that are made once |
//!
//! `tests.rs` compares whole epochs with the loop by the book, and the first layer, loss and δ\[L\] with the plain code.
//! Results do not depend on the number of threads, nor on how wide the processor's registers are: each number is computed by one
//! thread, its terms added in one order.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "positions come from the shapes that the buffers were made with, in standard layout"
)]

mod batch;
mod dense;
mod descent;
mod finite;
mod lines;
mod machine;
mod output;
mod panel;
mod rows;
mod sparse;
mod team;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

pub(crate) use descent::Descent;
pub(crate) use finite::all_finite;
pub(crate) use machine::check_machine;
pub(crate) use team::{Team, share};

/// Which examples of a data set make a mini-batch.
#[derive(Clone)]
pub(crate) struct Examples {
    /// The data set's examples in another order than their own.
    order: Option<Arc<[usize]>>,
    range: Range<usize>,
}

impl Examples {
    /// The examples in `range`, of the data set's own order or of another one.
    pub(crate) fn of(range: Range<usize>, order: Option<&Arc<[usize]>>) -> Self {
        Self { order: order.cloned(), range }
    }

    fn len(&self) -> usize {
        self.range.len()
    }

    /// The place in the data set of the i-th example.
    #[inline(always)]
    fn get(&self, i: usize) -> usize {
        let at = self.range.start + i;
        self.order.as_ref().map_or(at, |order| order[at])
    }
}
