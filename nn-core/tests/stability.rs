//! Extreme numbers: logits of ±10,000, pixels of 0 and 1 only. Losses and gradients stay finite, probabilities sum to 1.

mod common;

use common::{deviation, layer, normal, pairs, targets};
use ndarray::{Array2, Axis};
use nn_core::prelude::*;
use nn_core::{Float, Gradients};

fn all_finite<F: Float>(gradients: &Gradients<F>) -> bool {
    let weights = gradients.weights.iter().flatten();
    weights.chain(gradients.biases.iter().flatten()).all(|gradient| gradient.is_finite())
}

/// Rows of logits in which ±10⁴ stands at, beside, and on both sides of the label, and everywhere.
fn extreme<F: Float>() -> Array2<F> {
    let (big, small) = (1e4, -1e4);
    array![
        [big, 0., 0.],
        [big, 0., 0.],
        [small, 0., 0.],
        [big, small, big],
        [small, big, small],
        [small, small, big],
        [big, big, big],
        [small, small, small],
        [big, big, small],
        [big, small, small],
        [0., 0., 0.],
        [88., 89., -104.],
    ]
    .mapv(F::of)
}

fn logits_of_ten_thousand<F: Float>() {
    let z = extreme::<F>();
    for label in 0..3 {
        let targets = Array2::from_shape_fn(z.dim(), |(_, j)| if j == label { F::one() } else { F::zero() });
        for (loss, output) in pairs() {
            let a = output.value(z.view());
            assert!(a.iter().all(|a| a.is_finite()), "{output}");
            assert!(output.derivative(z.view()).iter().all(|slope| slope.is_finite()), "{output}");
            for found in [
                loss.value(a.view(), targets.view()).unwrap(),
                loss.value_from_logits(output, z.view(), targets.view()).unwrap(),
            ] {
                assert!(found.is_finite() && found >= F::zero(), "{loss} after {output}, label {label}: {found}");
            }
            let delta = loss.delta(output, z.view(), targets.view()).unwrap();
            assert!(delta.iter().all(|delta| delta.is_finite()), "{loss} after {output}, label {label}: {delta}");
            if output == Softmax && loss != Loss::MeanSquaredError {
                // Towards the label and away from the others; a softmax leaves the sum of its row as it is.
                assert!(delta.column(label).iter().all(|delta| *delta <= F::zero()), "{loss}, label {label}: {delta}");
                assert!(delta.sum_axis(Axis(1)).iter().all(|sum| sum.f64().abs() < 1e-6), "{loss}: {delta}");
            }
        }
    }
}

#[test]
fn logits_of_ten_thousand_give_finite_losses_and_deltas() {
    logits_of_ten_thousand::<f32>();
    logits_of_ten_thousand::<f64>();
}

/// As certain as can be, and wrong: the loss is the distance of the logits, 2 · 10⁴, where a rounded probability of 0
/// would give ln 10⁻³⁸ = −87; as certain and right: 0.
#[test]
fn from_logits_the_loss_of_a_certain_mistake_is_exact() {
    let z = array![[1e4_f32, -1e4]];
    let (right, wrong) = (array![[1.0, 0.0]], array![[0.0, 1.0]]);
    let value = |loss: Loss, output, targets: &Array2<f32>| loss.value_from_logits(output, z.view(), targets.view());
    assert_eq!(value(Loss::CrossEntropy, Softmax, &wrong).unwrap(), 2e4);
    assert_eq!(value(Loss::CrossEntropy, Softmax, &right).unwrap(), 0.0);
    assert_eq!(value(Loss::BinaryCrossEntropy, Sigmoid, &wrong).unwrap(), 2e4);
    assert_eq!(value(Loss::BinaryCrossEntropy, Sigmoid, &right).unwrap(), 0.0);
    // Of two outputs of a softmax both say the same.
    assert_eq!(value(Loss::BinaryCrossEntropy, Softmax, &wrong).unwrap(), 4e4);
    assert_eq!(value(Loss::BinaryCrossEntropy, Softmax, &right).unwrap(), 0.0);
}

/// A certain mistake must teach: its delta is a − y = ±1, though every derivative on the way rounds to 0.
#[test]
fn a_certain_mistake_has_the_delta_1() {
    let (z, wrong) = (array![[1e4_f32, -1e4]], array![[0.0, 1.0]]);
    for (loss, output) in [(Loss::CrossEntropy, Softmax), (Loss::BinaryCrossEntropy, Sigmoid)] {
        assert_eq!(loss.delta(output, z.view(), wrong.view()).unwrap(), array![[1.0, -1.0]]);
    }
    let delta = |z: Array2<f32>, y: Array2<f32>| Loss::BinaryCrossEntropy.delta(Softmax, z.view(), y.view()).unwrap();
    assert_eq!(delta(z, wrong), array![[2.0, -2.0]]);
    // The middle output is nearly all that is left beside the first one: it answers for 1 − a of that one.
    let z = array![[1e4, 0.0, -1e4]];
    assert_eq!(delta(z.clone(), array![[0.0, 0.0, 1.0]]), array![[2.0, -1.0, -1.0]]);
    assert_eq!(delta(z, array![[0.0, 1.0, 0.0]]), array![[2.0, -2.0, 0.0]]);
}

/// The same in training, whose loops see the outputs 1 and 0: one step with η = 1 takes its delta from the biases.
#[test]
fn training_moves_a_certain_mistake_the_right_way() {
    let certain = || layer(array![[1e4_f32], [-1e4]], array![0.0, 0.0], Softmax);
    let data = Dataset::new(array![[1.0]], array![1]).unwrap();
    for (loss, expected) in [(Loss::CrossEntropy, 1.0), (Loss::BinaryCrossEntropy, 2.0)] {
        let mut network = Network::from_layers(vec![certain()]).unwrap();
        let training = Training::new(loss).learning_rate(1.0).mini_batch_size(1).epochs(1).quiet();
        let history = training.run(&mut network, &data, &data).unwrap();
        assert_eq!(network.layers()[0].biases, array![-expected, expected], "{loss}");
        assert_eq!(history.epochs[0].train_loss, 2e4 * f64::from(expected), "{loss}");
    }
}

/// Logits up to ±30, where a probability is 1 to the last bit, in f64; δ against the slope of the loss. Central differences
/// of a loss of 100 with h = 10⁻⁴ are good to about 10⁻⁹.
#[test]
fn every_delta_is_the_slope_of_its_loss_also_where_outputs_round_to_0_and_1() {
    const H: f64 = 1e-4;
    for (loss, output) in pairs() {
        if loss == Loss::MeanSquaredError {
            continue;
        }
        for scale in [0.1, 1.0, 10.0] {
            let (z, targets) = (normal::<f64>(40, 6, 5) * scale, targets::<f64>(40, 6));
            let delta = loss.delta(output, z.view(), targets.view()).unwrap();
            let slope = Array2::from_shape_fn(z.dim(), |(i, j)| {
                let [up, down] = [H, -H].map(|h| {
                    let mut row = z.slice(s![i..=i, ..]).to_owned();
                    row[(0, j)] += h;
                    loss.value_from_logits(output, row.view(), targets.slice(s![i..=i, ..])).unwrap()
                });
                (up - down) / (2.0 * H)
            });
            let error = deviation(&delta, &slope);
            println!("{loss} after {output}, logits of about ±{scale}: {error:.1e}");
            assert!(error < 1e-8, "{loss} after {output}, scale {scale}: {error:e}");
        }
    }
}

#[test]
fn from_logits_and_from_outputs_the_loss_is_the_same_where_both_are_exact() {
    let (z, targets) = (normal::<f64>(50, 10, 1) * 3.0, targets(50, 10));
    for (loss, output) in pairs() {
        let from_outputs = loss.value(output.value(z.view()).view(), targets.view()).unwrap();
        let from_logits = loss.value_from_logits(output, z.view(), targets.view()).unwrap();
        assert!((from_outputs - from_logits).abs() < 1e-12 * from_outputs, "{loss} after {output}");
    }
}

#[test]
fn softmax_rows_sum_to_1_within_1e_6() {
    for scale in [1e-6, 1.0, 30.0, 1e4, 1e30] {
        for columns in [1, 2, 10, 1000] {
            let z = normal::<f32>(20, columns, 1) * scale;
            for row in Softmax.value(z.view()).outer_iter() {
                let sum: f64 = row.iter().map(|&a| f64::from(a)).sum();
                assert!((sum - 1.0).abs() < 1e-6, "{columns} columns, scale {scale}: {sum}");
                assert!(row.iter().all(|&a| (0.0..=1.0).contains(&a)));
            }
        }
    }
}

#[test]
fn sigmoid_and_tanh_are_exact_at_both_ends() {
    let z = array![[-1e4_f32, -50.0, 0.0, 50.0, 1e4]];
    let sigmoid = Sigmoid.value(z.view());
    assert_eq!(sigmoid.row(0).to_vec(), [0.0, (-50.0_f32).exp(), 0.5, 1.0, 1.0]);
    assert_eq!(Tanh.value(z.view()).row(0).to_vec(), [-1.0, -1.0, 0.0, 1.0, 1.0]);
}

/// A thousand pixels that are all ink or all paper, in networks of one to three layers whose weights make z about ±10⁴.
#[test]
fn black_and_white_pictures_give_finite_gradients_even_where_everything_saturates() {
    let inputs = normal::<f32>(30, 1000, 1).mapv(|x| if x > 0.0 { 1.0 } else { 0.0 });
    for (loss, output) in pairs() {
        for hidden in Activation::ALL {
            for scale in [1.0, 500.0] {
                let network = Network::new(&[1000, 20, 10], &[hidden, output], 3).unwrap();
                let scaled = |l: &Layer| layer(&l.weights * scale, &l.biases * scale, l.activation);
                let network = Network::from_layers(network.layers().iter().map(scaled).collect()).unwrap();
                let trace = network.forward(inputs.view()).unwrap();
                let targets = targets(30, 10);
                let value = loss.value_from_logits(output, trace.zs[1].view(), targets.view()).unwrap();
                let gradients = network.backward(&trace, targets.view(), loss).unwrap();
                assert!(value.is_finite() && all_finite(&gradients), "{loss} after {hidden}, {output}, scale {scale}");
            }
        }
    }
}

/// All paper, all ink, and one of each: nothing divides by the sum or the spread of the pixels.
#[test]
fn blank_and_full_pictures_train_like_any_other() {
    let inputs = Array2::from_shape_fn((30, 16), |(i, _)| (i % 2) as f32);
    let data = Dataset::new(inputs, (0..30).map(|i| i % 2).collect()).unwrap();
    for (loss, output) in pairs() {
        let mut network = Network::new(&[16, 8, 2], &[Tanh, output], 1).unwrap();
        let training = Training::new(loss).learning_rate(0.1).mini_batch_size(5).epochs(50).quiet();
        let losses = training.run(&mut network, &data, &data).unwrap().test_losses();
        assert!(losses[49] < losses[0], "{loss} after {output}: {losses:?}");
    }
}

/// In f32 one part in 10⁷ is lost in every operation; the loss and gradients of an ordinary network keep five digits.
#[test]
fn f32_keeps_five_digits_of_the_gradients() {
    let narrow = Network::new(&[50, 20, 10], &[Relu, Softmax], 3).unwrap();
    let wide = narrow.cast::<f64>();
    let inputs = normal::<f32>(30, 50, 1);
    let found = narrow.backward(&narrow.forward(inputs.view()).unwrap(), targets(30, 10).view(), Loss::CrossEntropy);
    let inputs = inputs.mapv(f64::from);
    let expected = wide.backward(&wide.forward(inputs.view()).unwrap(), targets(30, 10).view(), Loss::CrossEntropy);
    let (found, expected) = (found.unwrap(), expected.unwrap());
    for i in 0..2 {
        assert!(deviation(&found.weights[i], &expected.weights[i]) < 1e-5);
        assert!(deviation(&found.biases[i], &expected.biases[i]) < 1e-5);
    }
}
