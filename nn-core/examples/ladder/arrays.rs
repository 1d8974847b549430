//! 2 and 3. The same in ndarray, which has the loops.

use nn_core::prelude::*;

use super::net::{BATCH, ETA, Net, mini_batches, softmax};

/// 2. One example at a time still: W · x in place of a loop.
///
/// ndarray's product adds eight sums side by side, which do not wait for each other. What is left are the passes over all of
/// W\[1\] for every example, read for z, and its gradient, which is read and written.
pub fn by_examples(net: &mut Net, data: &Dataset) {
    let rate = ETA / BATCH as f32;
    for batch in mini_batches(data) {
        let mut gradient = Net { w1: 0.0 * &net.w1, b1: 0.0 * &net.b1, w2: 0.0 * &net.w2, b2: 0.0 * &net.b2 };
        for i in batch {
            let x = data.inputs.row(i);
            let a1 = (net.w1.dot(&x) + &net.b1).mapv_into(|z| z.max(0.0));
            let mut delta2 = net.w2.dot(&a1) + &net.b2;
            softmax(delta2.as_slice_mut().expect("in standard layout"));
            delta2[usize::from(data.labels[i])] -= 1.0;
            let delta1 = net.w2.t().dot(&delta2) * a1.mapv(|a| if a > 0.0 { 1.0 } else { 0.0 });

            for (layer, delta, a) in [(&mut gradient.w1, &delta1, x), (&mut gradient.w2, &delta2, a1.view())] {
                for (mut row, &delta) in layer.outer_iter_mut().zip(delta) {
                    row.scaled_add(delta, &a);
                }
            }
            gradient.b1 += &delta1;
            gradient.b2 += &delta2;
        }
        net.w1.scaled_add(-rate, &gradient.w1);
        net.b1.scaled_add(-rate, &gradient.b1);
        net.w2.scaled_add(-rate, &gradient.w2);
        net.b2.scaled_add(-rate, &gradient.b2);
    }
}

/// 3. A mini-batch is a matrix, a row for each example: x · Wᵀ in place of a hundred W · x.
///
/// A product of matrices uses each number that it has loaded many times: a block of W\[1\] for many examples, while it is in the
/// cache. The sum over the mini-batch, which was a loop around everything, is inside the product δᵀ · x.
pub fn by_mini_batches(net: &mut Net, data: &Dataset) {
    let rate = ETA / BATCH as f32;
    for batch in mini_batches(data) {
        let (x, labels) = (data.inputs.slice(s![batch.clone(), ..]), data.labels.slice(s![batch]));
        let a1 = (x.dot(&net.w1.t()) + &net.b1).mapv_into(|z| z.max(0.0));
        let delta1 = net.last_layer(&a1, labels);
        net.w1.scaled_add(-rate, &delta1.t().dot(&x));
        net.b1.scaled_add(-rate, &delta1.sum_axis(Axis(0)));
    }
}
