//! The first layer, when most of its inputs are 0.
//!
//! ```text
//! z[i, :]  = b + Σⱼ x[i, j] Wᵀ[j, :]          over the j with x[i, j] ≠ 0
//! Wᵀ[j, :] ← Wᵀ[j, :] − Σᵢ x[i, j] η δ[i, :] / n   over the i with x[i, j] ≠ 0
//! ```
//!
//! Both walk along rows of Wᵀ, `(fan_in, fan_out)`. It is cut into [`Panel`]s of neighbouring columns, so narrow that the
//! sums stay in the processor's registers; a thread's panels stay in its cache.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, s};

use super::team::{Team, share};
use super::{Kernel, multiply_add, run};
use crate::Float;

/// Numbers that are added at once, aligned as the processor likes them.
#[derive(Clone, Copy)]
#[repr(C, align(32))]
struct Lanes<F>([F; LANES]);

const LANES: usize = 8;

/// An input of an example that is not 0.
#[derive(Clone, Copy)]
struct Entry {
    input: u32,
    value: f32,
}

/// The inputs of a data set without those that are 0.
pub(crate) struct Sparse {
    chunks: Vec<Chunk>,
}

/// Neighbouring examples, [`CHUNK`] of them or, in the last, what is left.
#[derive(Default)]
struct Chunk {
    /// Where the entries of each example start, and where those of the last end.
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
        // Else a training set could be sparse whose test set, lying in memory by columns, is not.
        let data = data.as_standard_layout();
        let rows = |i: usize| data.slice(s![i * CHUNK..n.min((i + 1) * CHUNK), ..]);
        let mut counts = vec![0; n.div_ceil(CHUNK)];
        team.each(&mut counts, |i, count| *count = run(Count { rows: rows(i) }));
        if counts.iter().sum::<usize>() as f64 > density * data.len() as f64 {
            return None;
        }
        let mut chunks: Vec<_> = counts.iter().map(|_| Chunk::default()).collect();
        team.each(&mut chunks, |i, chunk| *chunk = Chunk::new(rows(i), counts[i]));
        Some(Self { chunks })
    }

    #[inline(always)]
    fn row(&self, i: usize) -> &[Entry] {
        let (chunk, i) = (&self.chunks[i / CHUNK], i % CHUNK);
        &chunk.entries[chunk.starts[i]..chunk.starts[i + 1]]
    }
}

impl Chunk {
    fn new(rows: ArrayView2<'_, f32>, count: usize) -> Self {
        // One more, because an input is written first, and written over if it is 0.
        let mut entries = vec![Entry { input: 0, value: 0.0 }; count + 1];
        let mut starts = Vec::with_capacity(rows.nrows() + 1);
        let mut next = 0;
        for row in rows.outer_iter() {
            starts.push(next);
            for (block, values) in row.to_slice().unwrap_or_default().chunks(LANES).enumerate() {
                // Most zeros are in company.
                if values.iter().fold(0, |bits, value| bits | value.to_bits()) == 0 {
                    continue;
                }
                for (i, &value) in values.iter().enumerate() {
                    entries[next] = Entry { input: (block * LANES + i) as u32, value };
                    next += usize::from(value != 0.0);
                }
            }
        }
        starts.push(next);
        Self { starts, entries }
    }
}

/// Counts the numbers that are not 0.
struct Count<'a> {
    rows: ArrayView2<'a, f32>,
}

impl Kernel for Count<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<const FMA: bool>(self) -> usize {
        let count = |row: &[f32]| row.iter().map(|&x| u32::from(x != 0.0)).sum::<u32>();
        self.rows.to_slice().unwrap_or_default().chunks(1 << 16).map(|run| count(run) as usize).sum()
    }
}

/// Which examples of a data set make a mini-batch.
#[derive(Clone)]
pub(crate) enum Examples<'a> {
    /// Neighbours.
    Run(Range<usize>),
    /// Any, in this order.
    Picked(&'a [usize]),
}

impl Examples<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Run(range) => range.len(),
            Self::Picked(examples) => examples.len(),
        }
    }

    /// The place in the data set of the i-th example.
    #[inline(always)]
    pub(crate) fn get(&self, i: usize) -> usize {
        match self {
            Self::Run(range) => range.start + i,
            Self::Picked(examples) => examples[i],
        }
    }
}

/// A mini-batch by inputs instead of by examples: for each input of a range, the examples where it is not 0.
pub(crate) struct Columns<F> {
    fan_in: usize,
    inputs: Range<usize>,
    /// Where the examples of each input end, and so where those of the next start.
    starts: Vec<u32>,
    entries: Vec<(u32, F)>,
    /// For each example which of its entries belong to the range.
    bounds: Vec<Range<usize>>,
}

impl<F: Float> Columns<F> {
    /// Room for the inputs that each of `parts` threads cares for.
    pub(crate) fn parts(fan_in: usize, parts: usize) -> Vec<Self> {
        let part = |i| {
            let inputs = share(fan_in, i, parts);
            Self { fan_in, starts: vec![0; inputs.len()], inputs, entries: Vec::new(), bounds: Vec::new() }
        };
        (0..parts).map(part).collect()
    }

    /// Turns the mini-batch around: counts each input's examples, and then knows where to put them.
    pub(crate) fn fill(&mut self, data: &Sparse, examples: &Examples<'_>) {
        let Range { start, end } = self.inputs;
        let starts = &mut self.starts[..];
        starts.fill(0);
        self.bounds.clear();
        for i in 0..examples.len() {
            let row = data.row(examples.get(i));
            let at = |input: usize| row.partition_point(|entry| (entry.input as usize) < input);
            let from = if start == 0 { 0 } else { at(start) };
            let to = if end == self.fan_in { row.len() } else { at(end) };
            self.bounds.push(from..to);
            for entry in &row[from..to] {
                starts[entry.input as usize - start] += 1;
            }
        }
        let mut sum = 0;
        for start in starts.iter_mut() {
            sum += std::mem::replace(start, sum);
        }
        if self.entries.len() < sum as usize {
            self.entries.resize(sum as usize, (0, F::zero()));
        }
        // Each start moves to the end of its input's examples, which is where the next input's start.
        let entries = &mut self.entries[..];
        for (i, bounds) in self.bounds.iter().enumerate() {
            for entry in &data.row(examples.get(i))[bounds.clone()] {
                let next = &mut starts[entry.input as usize - start];
                entries[*next as usize] = (i as u32, F::of(entry.value.into()));
                *next += 1;
            }
        }
    }

    #[inline(always)]
    fn examples(&self, input: usize) -> &[(u32, F)] {
        let i = input - self.inputs.start;
        let start = if i == 0 { 0 } else { self.starts[i - 1] };
        &self.entries[start as usize..self.starts[i] as usize]
    }
}

/// Some neighbouring columns of Wᵀ, with their biases, their z and their δ of one mini-batch.
pub(crate) struct Panel<F> {
    /// Which outputs of the layer these are.
    outputs: Range<usize>,
    /// The number of [`Lanes`] in a row.
    width: usize,
    /// `(fan_in, width)`.
    weights: Vec<Lanes<F>>,
    /// `(width,)`.
    biases: Vec<Lanes<F>>,
    /// z from [`Panel::forward`], then `deltas` of [`Panel::step`]: `(n, width)`.
    work: Vec<Lanes<F>>,
}

impl<F: Float> Panel<F> {
    /// Cuts `weights`, `(fan_out, fan_in)`, and `biases` into panels for mini-batches of up to `n` examples.
    pub(crate) fn cut(weights: &Array2<F>, biases: ArrayView1<'_, F>, n: usize, threads: usize) -> Vec<Self> {
        let (fan_out, fan_in) = weights.dim();
        let lanes = fan_out.div_ceil(LANES);
        // What fits into the sixteen registers of AVX2.
        let widest = if size_of::<F>() > 4 { 6 } else { MOST_LANES };
        let count = lanes.div_ceil(widest).next_multiple_of(threads).min(lanes);
        let zero = Lanes([F::zero(); LANES]);
        let panel = |i| {
            let share = share(lanes, i, count);
            let width = share.len();
            let outputs = share.start * LANES..(share.end * LANES).min(fan_out);
            let mut panel = Self {
                weights: vec![zero; fan_in * width],
                biases: vec![zero; width],
                work: vec![zero; n * width],
                outputs,
                width,
            };
            for (column, output) in panel.outputs.clone().enumerate() {
                panel.biases[column / LANES].0[column % LANES] = biases[output];
                for (row, &weight) in panel.weights.chunks_exact_mut(width).zip(weights.row(output)) {
                    row[column / LANES].0[column % LANES] = weight;
                }
            }
            panel
        };
        (0..count).map(panel).collect()
    }

    /// Writes the weights and biases back to where they came from.
    pub(crate) fn copy_to(&self, weights: &mut Array2<F>, biases: &mut Array1<F>) {
        for (column, output) in self.outputs.clone().enumerate() {
            biases[output] = self.biases[column / LANES].0[column % LANES];
            for (row, weight) in self.weights.chunks_exact(self.width).zip(weights.row_mut(output)) {
                *weight = row[column / LANES].0[column % LANES];
            }
        }
    }

    /// z = x · Wᵀ + b of these columns.
    pub(crate) fn forward(&mut self, data: &Sparse, examples: &Examples<'_>) {
        match self.width {
            1 => run(Forward::<F, 1> { panel: self, data, examples }),
            2 => run(Forward::<F, 2> { panel: self, data, examples }),
            3 => run(Forward::<F, 3> { panel: self, data, examples }),
            4 => run(Forward::<F, 4> { panel: self, data, examples }),
            5 => run(Forward::<F, 5> { panel: self, data, examples }),
            6 => run(Forward::<F, 6> { panel: self, data, examples }),
            7 => run(Forward::<F, 7> { panel: self, data, examples }),
            _ => run(Forward::<F, MOST_LANES> { panel: self, data, examples }),
        }
    }

    /// Puts z of the i-th example into its place in `row`, `(fan_out,)`.
    pub(crate) fn copy_z(&self, i: usize, row: &mut [F]) {
        let lanes = &self.work[i * self.width..(i + 1) * self.width];
        let (whole, rest) = row[self.outputs.clone()].as_chunks_mut::<LANES>();
        for (to, from) in whole.iter_mut().zip(lanes) {
            *to = from.0;
        }
        if let Some(last) = lanes.last() {
            rest.copy_from_slice(&last.0[..rest.len()]);
        }
    }

    /// W ← W + deltasᵀ · x and b ← b + column sums of deltas, where `deltas`, `(n, fan_out)`, are −η δ / n.
    pub(crate) fn step(&mut self, columns: &[Columns<F>], deltas: ArrayView2<'_, F>) {
        for (row, delta) in self.work.chunks_exact_mut(self.width).zip(deltas.outer_iter()) {
            let delta = delta.to_slice().unwrap_or_default();
            let (whole, rest) = delta[self.outputs.clone()].as_chunks::<LANES>();
            for (to, from) in row.iter_mut().zip(whole) {
                to.0 = *from;
            }
            if let Some(last) = row.last_mut() {
                last.0[..rest.len()].copy_from_slice(rest);
            }
        }
        let n = deltas.nrows();
        match self.width {
            1 => run(Step::<F, 1> { panel: self, columns, n }),
            2 => run(Step::<F, 2> { panel: self, columns, n }),
            3 => run(Step::<F, 3> { panel: self, columns, n }),
            4 => run(Step::<F, 4> { panel: self, columns, n }),
            5 => run(Step::<F, 5> { panel: self, columns, n }),
            6 => run(Step::<F, 6> { panel: self, columns, n }),
            7 => run(Step::<F, 7> { panel: self, columns, n }),
            _ => run(Step::<F, MOST_LANES> { panel: self, columns, n }),
        }
    }
}

const MOST_LANES: usize = 8;

struct Forward<'a, F, const W: usize> {
    panel: &'a mut Panel<F>,
    data: &'a Sparse,
    examples: &'a Examples<'a>,
}

impl<F: Float, const W: usize> Kernel for Forward<'_, F, W> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (weights, _) = self.panel.weights.as_chunks::<W>();
        let (biases, _) = self.panel.biases.as_chunks::<W>();
        let (zs, _) = self.panel.work.as_chunks_mut::<W>();
        for (i, z) in zs.iter_mut().enumerate().take(self.examples.len()) {
            let mut sums = biases[0];
            for entry in self.data.row(self.examples.get(i)) {
                add_scaled::<FMA, F, W>(&mut sums, F::of(entry.value.into()), &weights[entry.input as usize]);
            }
            *z = sums;
        }
    }
}

struct Step<'a, F, const W: usize> {
    panel: &'a mut Panel<F>,
    columns: &'a [Columns<F>],
    n: usize,
}

impl<F: Float, const W: usize> Kernel for Step<'_, F, W> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (weights, _) = self.panel.weights.as_chunks_mut::<W>();
        let (biases, _) = self.panel.biases.as_chunks_mut::<W>();
        let (deltas, _) = self.panel.work.as_chunks::<W>();
        for part in self.columns {
            for input in part.inputs.clone() {
                let mut sums = weights[input];
                for &(i, x) in part.examples(input) {
                    add_scaled::<FMA, F, W>(&mut sums, x, &deltas[i as usize]);
                }
                weights[input] = sums;
            }
        }
        for delta in &deltas[..self.n] {
            add_scaled::<FMA, F, W>(&mut biases[0], F::one(), delta);
        }
    }
}

/// sums ← sums + scale · row.
#[inline(always)]
fn add_scaled<const FMA: bool, F: Float, const W: usize>(sums: &mut [Lanes<F>; W], scale: F, row: &[Lanes<F>; W]) {
    for (sums, row) in sums.iter_mut().zip(row) {
        for (sum, &x) in sums.0.iter_mut().zip(&row.0) {
            *sum = multiply_add::<FMA, F>(scale, x, *sum);
        }
    }
}
