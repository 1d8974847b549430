//! Whether all inputs are finite numbers, found without a branch for each, by all threads.

use ndarray::ArrayView2;

use super::machine::{Loop, Machine, run};
use super::team::Team;

/// Fewer numbers are looked at before other threads have started.
const WORTH_SHARING: usize = 1 << 22;

/// Whether none of `numbers` is infinite or NaN.
pub(crate) fn all_finite(numbers: ArrayView2<'_, f32>) -> bool {
    let Some(numbers) = numbers.to_slice_memory_order() else {
        return numbers.iter().all(|x| x.is_finite());
    };
    let threads = Team::threads_for(numbers.len(), WORTH_SHARING);
    let mut parts: Vec<_> = numbers.chunks(numbers.len().div_ceil(threads).max(1)).map(|part| (part, true)).collect();
    Team::with(threads, |team| team.each(&mut parts, |_, (part, finite)| *finite = run(Finite(part))));
    parts.iter().all(|&(_, finite)| finite)
}

struct Finite<'a>(&'a [f32]);

impl Loop for Finite<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<M: Machine>(self) -> bool {
        // Without their sign, the bits of a number grow with it; those of infinity and NaN are above all others.
        let largest = self.0.iter().fold(0, |largest: u32, x| largest.max(x.abs().to_bits()));
        largest < f32::INFINITY.to_bits()
    }
}
