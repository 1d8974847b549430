//! Training at full speed: the same equations as in `network.rs`, arranged for the machine.
//!
//! | file | what it saves |
//! |---|---|
//! | `panel` | copies of the first layer's matrix, in the order in which it is read |
//! | `sparse` | multiplications with the inputs that are 0: four of five pixels of MNIST |
//! | `dense` | loads and stores, where few are: sums stay in registers |
//! | `output` | passes over the outputs: loss and δ\[L\] in one |
//! | `team` | time, by sharing out the work among threads |
//! | `descent` | allocations: a step of training in buffers that are made once |
//!
//! Each kernel is compared with the plain code by the tests of its file. Results do not depend on the number of threads:
//! each number is computed by one thread, its terms added in one order.

#![expect(clippy::indexing_slicing, reason = "positions come from the shapes that the buffers were made with")]

mod dense;
mod descent;
mod output;
mod panel;
mod sparse;
mod team;
#[cfg(test)]
mod tests;

pub(crate) use descent::Descent;
pub(crate) use sparse::Examples;
pub(crate) use team::Team;

use crate::Float;

/// All cores for `work` that is at least as much as it must be to be worth sharing, else one.
pub(crate) fn threads_worth(work: usize, worth_sharing: usize) -> usize {
    if work < worth_sharing { 1 } else { std::thread::available_parallelism().map_or(1, usize::from) }
}

/// A loop worth compiling several times: for any processor, and for those with wider vectors.
trait Kernel {
    type Output;

    /// The loop itself. `FMA`: whether the processor multiplies and adds in one instruction.
    ///
    /// Must be `#[inline(always)]`, and call only what is inlined, to be compiled for the processor at hand.
    fn run<const FMA: bool>(self) -> Self::Output;
}

/// Runs `kernel` with the best instructions that this processor has.
fn run<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has the features that the function is compiled for.
        #[allow(unsafe_code)]
        return unsafe { run_avx2(kernel) };
    }
    // aarch64 always has these instructions.
    if cfg!(target_arch = "aarch64") { kernel.run::<true>() } else { kernel.run::<false>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<true>()
}

/// x · y + z.
#[inline(always)]
fn multiply_add<const FMA: bool, F: Float>(x: F, y: F, z: F) -> F {
    if FMA { x.mul_add(y, z) } else { x * y + z }
}
