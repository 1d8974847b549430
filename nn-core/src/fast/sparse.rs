//! The first layer, when most of its inputs are 0: those are skipped.

use ndarray::{ArrayView2, s};

use super::panel::{BLOCK, LANES, MOST_LANES, Panel, add_scaled};
use super::team::Team;
use super::{Examples, Loop, run};
use crate::Float;

/// An input of an example that is not 0.
#[derive(Clone, Copy)]
struct Entry {
    input: u32,
    value: f32,
}

/// The inputs of a data set without those that are 0.
pub(crate) struct Sparse {
    /// The number of [`BLOCK`]s of each example.
    blocks: usize,
    chunks: Vec<Chunk>,
}

/// Neighbouring examples, [`CHUNK`] of them or, in the last, what is left: the first block of all, then the second block of
/// all, and so on, in the order in which the loops read them.
#[derive(Default)]
struct Chunk {
    examples: usize,
    /// Where each example's entries of the first block start, then those of the second, …, and where the last ones end.
    starts: Vec<usize>,
    entries: Vec<Entry>,
}

const CHUNK: usize = 1024;

impl Sparse {
    /// The inputs of `data`, `(n, fan_in)`, if no more than a share `density` of them is not 0.
    pub(crate) fn new(data: ArrayView2<'_, f32>, density: f64, team: &mut Team<'_>) -> Option<Self> {
        let (n, fan_in) = data.dim();
        if u32::try_from(fan_in).is_err() {
            return None;
        }
        // Otherwise the test set, if stored by columns, could count as dense while the training set is sparse.
        let data = data.as_standard_layout();
        let data = data.view();
        let mut counts = vec![0; n.div_ceil(CHUNK)];
        team.each(&mut counts, |i, count| *count = run(Count { rows: rows_of_chunk(data, i) }));
        if counts.iter().sum::<usize>() as f64 > density * data.len() as f64 {
            return None;
        }
        let mut chunks: Vec<_> = counts.iter().map(|_| Chunk::default()).collect();
        team.each(&mut chunks, |i, chunk| *chunk = Chunk::new(rows_of_chunk(data, i), counts[i]));
        Some(Self { blocks: fan_in.div_ceil(BLOCK), chunks })
    }

    /// What is not 0 in a block of the i-th example.
    #[inline(always)]
    fn block(&self, i: usize, block: usize) -> &[Entry] {
        let chunk = &self.chunks[i / CHUNK];
        let at = block * chunk.examples + i % CHUNK;
        &chunk.entries[chunk.starts[at]..chunk.starts[at + 1]]
    }
}

/// The examples of the i-th chunk.
fn rows_of_chunk(data: ArrayView2<'_, f32>, i: usize) -> ArrayView2<'_, f32> {
    data.slice_move(s![i * CHUNK..data.nrows().min((i + 1) * CHUNK), ..])
}

impl Chunk {
    fn new(rows: ArrayView2<'_, f32>, count: usize) -> Self {
        // One more, because an input is written first, and written over if it is 0.
        let mut entries = vec![Entry { input: 0, value: 0.0 }; count + 1];
        let (examples, fan_in) = rows.dim();
        let mut starts = Vec::with_capacity(examples * fan_in.div_ceil(BLOCK) + 1);
        let mut next = 0;
        for first in (0..fan_in).step_by(BLOCK) {
            for row in rows.slice(s![.., first..fan_in.min(first + BLOCK)]).outer_iter() {
                starts.push(next);
                let row = row.to_slice().expect("rows are contiguous: as_standard_layout");
                for (lane, values) in row.chunks(LANES).enumerate() {
                    // Most zeros are in company.
                    if values.iter().fold(0, |bits, value| bits | value.to_bits()) == 0 {
                        continue;
                    }
                    for (i, &value) in values.iter().enumerate() {
                        entries[next] = Entry { input: (first + lane * LANES + i) as u32, value };
                        next += usize::from(value != 0.0);
                    }
                }
            }
        }
        starts.push(next);
        Self { examples, starts, entries }
    }
}

/// Counts the numbers that are not 0.
struct Count<'a> {
    rows: ArrayView2<'a, f32>,
}

impl Loop for Count<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<const FMA: bool>(self) -> usize {
        let numbers = self.rows.to_slice().expect("rows are contiguous: as_standard_layout");
        let mut count = 0;
        // In runs short enough for a sum of 32 bits, eight of which fit into a vector.
        for run in numbers.chunks(1 << 16) {
            count += run.iter().map(|&x| u32::from(x != 0.0)).sum::<u32>() as usize;
        }
        count
    }
}

/// z = x · Wᵀ + b of the panel's columns.
pub(super) fn forward<F: Float>(panel: &mut Panel<F>, data: &Sparse, examples: &Examples<'_>) {
    match panel.width {
        1 => run(Forward::<F, 1> { panel, data, examples }),
        2 => run(Forward::<F, 2> { panel, data, examples }),
        3 => run(Forward::<F, 3> { panel, data, examples }),
        4 => run(Forward::<F, 4> { panel, data, examples }),
        5 => run(Forward::<F, 5> { panel, data, examples }),
        6 => run(Forward::<F, 6> { panel, data, examples }),
        7 => run(Forward::<F, 7> { panel, data, examples }),
        _ => run(Forward::<F, MOST_LANES> { panel, data, examples }),
    }
}

/// W ← W + deltasᵀ · x and b ← b + column sums of deltas, which [`Panel::take`] has put into the panel.
pub(super) fn step<F: Float>(panel: &mut Panel<F>, data: &Sparse, examples: &Examples<'_>) {
    match panel.width {
        1 => run(Step::<F, 1> { panel, data, examples }),
        2 => run(Step::<F, 2> { panel, data, examples }),
        3 => run(Step::<F, 3> { panel, data, examples }),
        4 => run(Step::<F, 4> { panel, data, examples }),
        5 => run(Step::<F, 5> { panel, data, examples }),
        6 => run(Step::<F, 6> { panel, data, examples }),
        7 => run(Step::<F, 7> { panel, data, examples }),
        _ => run(Step::<F, MOST_LANES> { panel, data, examples }),
    }
}

struct Forward<'a, F, const W: usize> {
    panel: &'a mut Panel<F>,
    data: &'a Sparse,
    examples: &'a Examples<'a>,
}

impl<F: Float, const W: usize> Loop for Forward<'_, F, W> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (weights, _) = self.panel.weights.as_chunks::<W>();
        let (biases, _) = self.panel.biases.as_chunks::<W>();
        let (zs, _) = self.panel.work.as_chunks_mut::<W>();
        for block in 0..self.data.blocks {
            for (i, z) in zs.iter_mut().enumerate().take(self.examples.len()) {
                let mut sums = if block == 0 { biases[0] } else { *z };
                for entry in self.data.block(self.examples.get(i), block) {
                    add_scaled::<FMA, F, W>(&mut sums, F::of(entry.value.into()), &weights[entry.input as usize]);
                }
                *z = sums;
            }
        }
    }
}

struct Step<'a, F, const W: usize> {
    panel: &'a mut Panel<F>,
    data: &'a Sparse,
    examples: &'a Examples<'a>,
}

impl<F: Float, const W: usize> Loop for Step<'_, F, W> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (weights, _) = self.panel.weights.as_chunks_mut::<W>();
        let (biases, _) = self.panel.biases.as_chunks_mut::<W>();
        let (deltas, _) = self.panel.work.as_chunks::<W>();
        let deltas = &deltas[..self.examples.len()];
        for block in 0..self.data.blocks {
            for (i, delta) in deltas.iter().enumerate() {
                let delta = *delta;
                for entry in self.data.block(self.examples.get(i), block) {
                    add_scaled::<FMA, F, W>(&mut weights[entry.input as usize], F::of(entry.value.into()), &delta);
                }
            }
        }
        for delta in deltas {
            add_scaled::<FMA, F, W>(&mut biases[0], F::one(), delta);
        }
    }
}
