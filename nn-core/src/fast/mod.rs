//! Training at full speed: the loop of [`Training::by_the_book`](crate::Training::by_the_book), arranged for the machine.
//!
//! | file | what it saves |
//! |---|---|
//! | `panel` | copies of the first layer's matrix, in the order in which it is read |
//! | `sparse` | multiplications with the inputs that are 0: four of five pixels of MNIST |
//! | `dense` | loads and stores, where few are: sums stay in registers |
//! | `batch` | the choice between these two, for each mini-batch |
//! | `output` | passes over the outputs: loss and δ\[L\] in one |
//! | `team` | time, by sharing out the work among threads |
//! | `descent` | allocations: a step of training in buffers that are made once |
//!
//! `tests.rs` compares whole epochs with the loop by the book, and the first layer, loss and δ\[L\] with the plain code.
//! Results do not depend on the number of threads: each number is computed by one thread, its terms added in one order.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "positions come from the shapes that the buffers were made with, in standard layout"
)]

mod batch;
mod dense;
mod descent;
mod output;
mod panel;
mod sparse;
mod team;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::Float;

pub(crate) use descent::Descent;
pub(crate) use team::{Team, share};

/// Which examples of a data set make a mini-batch.
#[derive(Clone)]
pub(crate) enum Examples<'a> {
    /// Neighbours.
    Run(Range<usize>),
    /// Any, in this order.
    Picked(&'a [usize]),
}

impl Examples<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Run(range) => range.len(),
            Self::Picked(examples) => examples.len(),
        }
    }

    /// The place in the data set of the i-th example.
    #[inline(always)]
    fn get(&self, i: usize) -> usize {
        match self {
            Self::Run(range) => range.start + i,
            Self::Picked(examples) => examples[i],
        }
    }
}

/// A loop worth compiling several times: for any processor, and for those with wider vectors.
trait Loop {
    type Output;

    /// The loop itself. `FMA`: whether the processor multiplies and adds in one instruction.
    ///
    /// Must be `#[inline(always)]`, and call only what is inlined, to be compiled for the processor at hand.
    fn run<const FMA: bool>(self) -> Self::Output;
}

/// Runs `work` with the best instructions that this processor has.
fn run<L: Loop>(work: L) -> L::Output {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has the features that the function is compiled for.
        #[allow(unsafe_code)]
        return unsafe { run_avx2(work) };
    }
    // aarch64 always has these instructions.
    if cfg!(target_arch = "aarch64") { work.run::<true>() } else { work.run::<false>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<L: Loop>(work: L) -> L::Output {
    work.run::<true>()
}

/// x · y + z.
#[inline(always)]
fn multiply_add<const FMA: bool, F: Float>(x: F, y: F, z: F) -> F {
    if FMA { x.mul_add(y, z) } else { x * y + z }
}
