//! A roof over the training: what a step has to do, what this processor can do at most, and how near to it `Training` comes. In
//! the folder of the repository,
//!
//! ```text
//! cargo run -p nn-core --example roofline
//! ```
//!
//! Nearly all the work of 784-100-10 is in the first layer, in two loops over the inputs x\[i, j\] that are not 0:
//!
//! ```text
//! forward   z[i, :]  ← z[i, :] + x[i, j] Wᵀ[j, :]              z stays in registers: a load and an FMA
//! step      Wᵀ[j, :] ← Wᵀ[j, :] + x[i, j] (−η δ[i, :] / n)     δ does: a load, an FMA and a store
//! ```
//!
//! each for every line of 64 bytes of a row, a hundred numbers being seven lines. Here both loops run over a block of rows in the L1
//! cache, one row after the other, on one core: nobody can do them faster. Times and rates are the best of several.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use nn_core::prelude::*;

/// One register of AVX-512, two of AVX2, four of NEON.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([f32; 16]);

/// As many lines as a panel is wide, where registers are many.
const WIDTH: usize = 4;
type Row = [Line; WIDTH];

/// An input that is not 0.
#[derive(Clone, Copy)]
struct Input {
    row: u32,
    value: f32,
}

/// A block of 28 KB, as `nn-core/src/fast/panel.rs` has them.
const ROWS: usize = 112;
/// How often a measurement goes through the block: a millisecond or so.
const PASSES: usize = 10_000;
/// So many measurements, of which the best counts.
const TIMES: usize = 30;

/// Lines in a row of the first layer's weights, a hundred numbers.
const LINES: f64 = 7.0;
const EPOCHS: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let mnist = data::mnist("data")?;
    let cores = std::thread::available_parallelism()?.get();
    let [load, store] = [rate(forward), rate(step)];
    println!(
        "{}: a load and an FMA {load:.2}, with a store {store:.2} lines a nanosecond and core\n",
        nn_core::processor()
    );

    let ink = |data: &Dataset| data.inputs.iter().filter(|&&x| x != 0.0).count() as f64;
    let (train, test) = (ink(&mnist.train), ink(&mnist.test));
    // Each with its rate, and how often a line passes between the cache and the registers.
    let parts = [
        ("forward, training set", train, load, 1.0),
        ("step", train, store, 2.0),
        ("forward, test set", test, load, 1.0),
    ];
    println!(
        "| first layer, an epoch | inputs that are not 0 | FLOP | bytes, L1 and registers | least ms, {cores} cores |"
    );
    println!("|---|---|---|---|---|");
    let mut least = 0.0;
    for (name, inputs, rate, passes) in parts {
        let lines = inputs * LINES;
        let (bytes, milliseconds) = (lines * 64.0 * passes / 1e9, lines / rate / cores as f64 / 1e6);
        let (inputs, operations) = (inputs / 1e6, inputs * 200.0 / 1e9);
        println!("| {name} | {inputs:.2} M | {operations:.2} G | {bytes:.2} GB | {milliseconds:.1} |");
        least += milliseconds;
    }
    let seconds = [1, EPOCHS + 1].map(|epochs| (0..3).map(|_| seconds(&mnist, epochs)).fold(f64::INFINITY, f64::min));
    let epoch = (seconds[1] - seconds[0]) / EPOCHS as f64 * 1e3;
    println!(
        "\nleast {least:.1} ms, `Training` {epoch:.1} ms an epoch: {:.0} % of what is possible",
        100.0 * least / epoch
    );
    Ok(())
}

/// The seconds of a training.
fn seconds(mnist: &Mnist, epochs: usize) -> f64 {
    let mut network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).expect("three sizes, two activations");
    let training = Training::new(Loss::CrossEntropy).epochs(epochs).quiet();
    let clock = Instant::now();
    training.run(&mut network, &mnist.train, &mnist.test).expect("MNIST fits the network");
    clock.elapsed().as_secs_f64()
}

/// Lines a nanosecond.
fn rate(pass: fn(&mut [Row], &[Input], &mut Row)) -> f64 {
    let (mut rows, mut other) = (vec![[Line([1e-3; 16]); WIDTH]; ROWS], [Line([0.0; 16]); WIDTH]);
    let inputs: Vec<_> = (0..ROWS as u32).map(|row| Input { row, value: 1e-9 }).collect();
    let measured = (0..TIMES).map(|_| {
        let clock = Instant::now();
        for _ in 0..PASSES {
            pass(black_box(&mut rows), black_box(&inputs), black_box(&mut other));
        }
        (PASSES * ROWS * WIDTH) as f64 / clock.elapsed().as_nanos() as f64
    });
    measured.fold(0.0, f64::max)
}

/// Compiles a loop for the processors that there are.
macro_rules! for_every_processor {
    ($($name:ident by $avx512:ident, $avx2:ident, $plain:ident)*) => { $(
        fn $name(rows: &mut [Row], inputs: &[Input], other: &mut Row) {
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("fma") {
                // SAFETY: the processor has these.
                #[allow(unsafe_code)]
                return unsafe { $avx512(rows, inputs, other) };
            } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                // SAFETY: as above.
                #[allow(unsafe_code)]
                return unsafe { $avx2(rows, inputs, other) };
            }
            $plain(rows, inputs, other);
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512vl,fma")]
        fn $avx512(rows: &mut [Row], inputs: &[Input], other: &mut Row) {
            $plain(rows, inputs, other);
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        fn $avx2(rows: &mut [Row], inputs: &[Input], other: &mut Row) {
            $plain(rows, inputs, other);
        }
    )* };
}

for_every_processor! {
    forward by forward_avx512, forward_avx2, forward_plain
    step by step_avx512, step_avx2, step_plain
}

#[inline(always)]
fn forward_plain(rows: &mut [Row], inputs: &[Input], sums: &mut Row) {
    // Two rows' sums: a sum has to wait for the one before it, as long as for four others.
    let (mut even, mut odd) = (*sums, *sums);
    for [one, other] in inputs.as_chunks().0 {
        even = add_scaled(even, one.value, rows[one.row as usize]);
        odd = add_scaled(odd, other.value, rows[other.row as usize]);
    }
    *sums = add_scaled(even, 1.0, odd);
}

#[inline(always)]
fn step_plain(rows: &mut [Row], inputs: &[Input], delta: &mut Row) {
    let delta = *delta;
    for input in inputs {
        let row = &mut rows[input.row as usize];
        *row = add_scaled(*row, input.value, delta);
    }
}

/// sums + scale · row.
#[inline(always)]
fn add_scaled([a, b, c, d]: Row, scale: f32, [e, f, g, h]: Row) -> Row {
    [a.add_scaled(scale, e), b.add_scaled(scale, f), c.add_scaled(scale, g), d.add_scaled(scale, h)]
}

impl Line {
    #[inline(always)]
    fn add_scaled(mut self, scale: f32, x: Self) -> Self {
        for (sum, x) in self.0.iter_mut().zip(x.0) {
            *sum = scale.mul_add(x, *sum);
        }
        self
    }
}
