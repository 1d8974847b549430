//! The first layer, when most of its inputs are 0: those are skipped.

use ndarray::{ArrayView2, s};

use super::Examples;
use super::lines::add_scaled;
use super::machine::{Loop, Machine, run};
use super::panel::Panel;
use super::team::{Team, share};
use crate::Float;

/// An input of an example that is not 0.
#[derive(Clone, Copy)]
struct Entry {
    input: u32,
    value: f32,
}

/// The inputs of a data set without those that are 0.
pub(crate) struct Sparse {
    /// The number of blocks of each example.
    blocks: usize,
    chunks: Vec<Chunk>,
}

/// Neighbouring examples, [`CHUNK`] of them or, in the last, what is left: the first block of all, then the second block of
/// all, and so on, in the order in which the loops read them.
#[derive(Clone)]
struct Chunk {
    examples: usize,
    /// Where each example's entries of the first block start, then those of the second, …, and where the last ones end.
    starts: Vec<usize>,
    entries: Vec<Entry>,
}

const CHUNK: usize = 128;

/// So many neighbouring inputs are looked at together: most zeros are in company.
const RUN: usize = 16;

impl Sparse {
    /// The inputs of `data`, `(n, fan_in)`, in blocks of `block` of them, if about no more than a share `density` is not 0.
    pub(crate) fn new(data: ArrayView2<'_, f32>, block: usize, density: f64, team: &mut Team<'_>) -> Option<Self> {
        let (n, fan_in) = data.dim();
        if u32::try_from(fan_in).is_err() {
            return None;
        }
        // Otherwise the test set, if stored by columns, could count as dense while the training set is sparse.
        let data = data.as_standard_layout();
        let data = data.view();
        // Of every 16th example: to look at all of them takes as long as to gather them.
        let some = data.slice(s![..;16, ..]);
        let count = some.fold(0, |count, &x| count + usize::from(x != 0.0));
        if count as f64 > density * some.len() as f64 {
            return None;
        }
        let (count, threads) = (n.div_ceil(CHUNK), team.threads());
        let mut shares = vec![Vec::new(); threads];
        team.each(&mut shares, |thread, chunks| {
            let mut found = Vec::new();
            chunks.extend(share(count, thread, threads).map(|i| {
                let rows = data.slice(s![i * CHUNK..n.min((i + 1) * CHUNK), ..]);
                run(Gather { rows, block, found: &mut found })
            }));
        });
        let chunks = shares.into_iter().flatten().collect();
        Some(Self { blocks: fan_in.div_ceil(block), chunks })
    }

    /// What is not 0 in a block of the i-th example.
    #[inline(always)]
    fn block(&self, i: usize, block: usize) -> &[Entry] {
        let chunk = &self.chunks[i / CHUNK];
        let at = block * chunk.examples + i % CHUNK;
        &chunk.entries[chunk.starts[at]..chunk.starts[at + 1]]
    }
}

/// Gathers what is not 0 in some neighbouring examples.
struct Gather<'a> {
    rows: ArrayView2<'a, f32>,
    block: usize,
    /// Room for all of it, example by example.
    found: &'a mut Vec<Entry>,
}

impl Loop for Gather<'_> {
    type Output = Chunk;

    #[inline(always)]
    fn run<M: Machine>(self) -> Chunk {
        let Self { rows, block, found } = self;
        // At first as the examples are in memory.
        found.clear();
        let mut ends = vec![0];
        for row in rows.outer_iter() {
            let row = row.to_slice().expect("rows are contiguous: as_standard_layout");
            for (of_block, inputs) in row.chunks(block).enumerate() {
                for (run, values) in inputs.chunks(RUN).enumerate() {
                    let bit = |(i, &value): (usize, &f32)| u32::from(value != 0.0) << i;
                    let mut left = values.iter().enumerate().map(bit).fold(0, |bits, bit| bits | bit);
                    while left != 0 {
                        let i = left.trailing_zeros() as usize;
                        found.push(Entry { input: (of_block * block + run * RUN + i) as u32, value: values[i] });
                        left &= left - 1;
                    }
                }
                ends.push(found.len());
            }
        }
        let (examples, blocks) = (rows.nrows(), rows.ncols().div_ceil(block));
        let (mut entries, mut starts) = (Vec::with_capacity(found.len()), Vec::with_capacity(ends.len()));
        for of_block in 0..blocks {
            for example in 0..examples {
                let at = example * blocks + of_block;
                starts.push(entries.len());
                entries.extend_from_slice(&found[ends[at]..ends[at + 1]]);
            }
        }
        starts.push(entries.len());
        Chunk { examples, starts, entries }
    }
}

/// z = x · Wᵀ + b of the panel's columns.
pub(super) fn forward<F: Float>(panel: &mut Panel<F>, data: &Sparse, examples: &Examples) {
    run(Forward { panel, data, examples });
}

/// W ← W + deltasᵀ · x and b ← b + column sums of deltas, which [`Panel::take`] has put into the panel.
pub(super) fn step<F: Float>(panel: &mut Panel<F>, data: &Sparse, examples: &Examples) {
    run(Step { panel, data, examples });
}

/// Calls the function for the panel's width, of those that there are on this kind of processor.
macro_rules! by_width {
    ($function:ident, $loop:expr) => {
        match $loop.panel.width() {
            1 => $function::<M, F, 1>($loop),
            2 => $function::<M, F, 2>($loop),
            3 if M::LINES > 4 => $function::<M, F, 3>($loop),
            4 if M::LINES > 4 => $function::<M, F, 4>($loop),
            5 if M::LINES > 8 => $function::<M, F, 5>($loop),
            6 if M::LINES > 8 => $function::<M, F, 6>($loop),
            7 if M::LINES > 8 => $function::<M, F, 7>($loop),
            8 if M::LINES > 8 => $function::<M, F, 8>($loop),
            width => unreachable!("a panel of {width} lines: Panel::cut"),
        }
    };
}

struct Forward<'a, F: Float> {
    panel: &'a mut Panel<F>,
    data: &'a Sparse,
    examples: &'a Examples,
}

impl<F: Float> Loop for Forward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        by_width!(forward_lines, self)
    }
}

#[inline(always)]
fn forward_lines<M: Machine, F: Float, const W: usize>(Forward { panel, data, examples }: Forward<'_, F>) {
    let (weights, _) = panel.weights.as_chunks::<W>();
    let (biases, _) = panel.biases.as_chunks::<W>();
    let (zs, _) = panel.work.as_chunks_mut::<W>();
    let zs = &mut zs[..examples.len()];
    zs.fill(biases[0]);
    for block in 0..data.blocks {
        for (i, z) in zs.iter_mut().enumerate() {
            let mut sums = *z;
            for entry in data.block(examples.get(i), block) {
                add_scaled::<M, F, W>(&mut sums, F::of(entry.value.into()), &weights[entry.input as usize]);
            }
            *z = sums;
        }
    }
}

struct Step<'a, F: Float> {
    panel: &'a mut Panel<F>,
    data: &'a Sparse,
    examples: &'a Examples,
}

impl<F: Float> Loop for Step<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        by_width!(step_lines, self)
    }
}

#[inline(always)]
fn step_lines<M: Machine, F: Float, const W: usize>(Step { panel, data, examples }: Step<'_, F>) {
    let (weights, _) = panel.weights.as_chunks_mut::<W>();
    let (biases, _) = panel.biases.as_chunks_mut::<W>();
    let (deltas, _) = panel.work.as_chunks::<W>();
    let deltas = &deltas[..examples.len()];
    for block in 0..data.blocks {
        for (i, delta) in deltas.iter().enumerate() {
            let delta = *delta;
            for entry in data.block(examples.get(i), block) {
                add_scaled::<M, F, W>(&mut weights[entry.input as usize], F::of(entry.value.into()), &delta);
            }
        }
    }
    for delta in deltas {
        add_scaled::<M, F, W>(&mut biases[0], F::one(), delta);
    }
}
