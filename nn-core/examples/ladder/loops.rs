//! 1. As one writes it first: a matrix is rows of numbers, a sum is a loop, the examples come one after the other.
//!
//! Two passes over the first layer for each example, 784 · 100 multiplications each: one for z, one for the gradient. z's is the one
//! that takes time: each addition waits for the one before it, four cycles, while the processor could begin sixteen in every
//! cycle.

use nn_core::prelude::*;

use super::net::{BATCH, ETA, Net, mini_batches, softmax};

type Matrix = Vec<Vec<f32>>;

pub fn train(net: &mut Net, data: &Dataset) {
    let rows = |matrix: &Array2<f32>| matrix.outer_iter().map(|row| row.to_vec()).collect();
    let (mut w1, mut b1): (Matrix, _) = (rows(&net.w1), net.b1.to_vec());
    let (mut w2, mut b2): (Matrix, _) = (rows(&net.w2), net.b2.to_vec());
    for batch in mini_batches(data) {
        let (mut dw1, mut db1) = (vec![vec![0.0; 784]; 100], vec![0.0; 100]);
        let (mut dw2, mut db2) = (vec![vec![0.0; 100]; 10], vec![0.0; 10]);
        for i in batch {
            let x = data.inputs.row(i).to_vec();
            let mut a1 = times(&w1, &x, &b1);
            a1.iter_mut().for_each(|z| *z = z.max(0.0));
            let mut delta2 = times(&w2, &a1, &b2);
            softmax(&mut delta2);
            delta2[usize::from(data.labels[i])] -= 1.0;

            let mut delta1 = vec![0.0; 100];
            for (weights, delta) in w2.iter().zip(&delta2) {
                for (sum, weight) in delta1.iter_mut().zip(weights) {
                    *sum += weight * delta;
                }
            }
            for (delta, a) in delta1.iter_mut().zip(&a1) {
                *delta = if *a > 0.0 { *delta } else { 0.0 };
            }
            add_gradient(&mut dw1, &mut db1, &delta1, &x);
            add_gradient(&mut dw2, &mut db2, &delta2, &a1);
        }
        step(&mut w1, &mut b1, &dw1, &db1);
        step(&mut w2, &mut b2, &dw2, &db2);
    }
    *net = Net { w1: matrix(w1), b1: b1.into(), w2: matrix(w2), b2: b2.into() };
}

/// W · x + b.
fn times(w: &Matrix, x: &[f32], b: &[f32]) -> Vec<f32> {
    let mut z = b.to_vec();
    for (sum, weights) in z.iter_mut().zip(w) {
        for (weight, x) in weights.iter().zip(x) {
            *sum += weight * x;
        }
    }
    z
}

/// Adds an example's gradient, δ · aᵀ and δ.
fn add_gradient(dw: &mut Matrix, db: &mut [f32], delta: &[f32], a: &[f32]) {
    for ((row, sum), delta) in dw.iter_mut().zip(db).zip(delta) {
        *sum += delta;
        for (sum, a) in row.iter_mut().zip(a) {
            *sum += delta * a;
        }
    }
}

fn step(w: &mut Matrix, b: &mut [f32], dw: &Matrix, db: &[f32]) {
    let rate = ETA / BATCH as f32;
    for ((weights, bias), (row, sum)) in w.iter_mut().zip(b).zip(dw.iter().zip(db)) {
        *bias -= rate * sum;
        for (weight, sum) in weights.iter_mut().zip(row) {
            *weight -= rate * sum;
        }
    }
}

fn matrix(rows: Matrix) -> Array2<f32> {
    let shape = (rows.len(), rows[0].len());
    Array2::from_shape_vec(shape, rows.concat()).expect("rows of one length")
}
