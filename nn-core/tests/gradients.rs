//! Backpropagation against finite differences, in f64: every activation, loss and output activation, one to four layers.
//!
//! Each weight and bias is moved by ±h, the loss is measured anew, and (loss₊ − loss₋) / 2h is compared with its gradient.
//! An error is ‖numeric − backward‖ / ‖numeric‖ over one tensor of weights or biases.

mod common;

use common::{deviation, message, normal, pairs, small_network, targets};
use ndarray::{Array1, Array2, Axis};
use nn_core::prelude::*;

/// The error of the difference is of the order h², that of rounding 1e-16 / h.
const H: f64 = 1e-5;
/// What a gradient may differ by.
const TOLERANCE: f64 = 1e-6;
const EXAMPLES: usize = 6;
const SIZES: [usize; 5] = [7, 6, 5, 4, 3];

/// The loss of the network after one number of it has changed.
fn loss_of(network: &Network<f64>, inputs: &Array2<f64>, targets: &Array2<f64>, loss: Loss) -> f64 {
    loss.value(network.predict(inputs.view()).unwrap().view(), targets.view()).unwrap()
}

/// The gradients as finite differences: by nothing but forward propagation.
fn numeric(network: &Network<f64>, inputs: &Array2<f64>, targets: &Array2<f64>, loss: Loss) -> Gradients<f64> {
    let slope = |change: &dyn Fn(&mut [Layer<f64>], f64)| {
        let [up, down] = [H, -H].map(|h| {
            let mut layers = network.layers().to_vec();
            change(&mut layers, h);
            loss_of(&Network::from_layers(layers).unwrap(), inputs, targets, loss)
        });
        (up - down) / (2.0 * H)
    };
    let layers = || network.layers().iter().enumerate();
    let weights = layers().map(|(i, layer)| {
        Array2::from_shape_fn(layer.weights.dim(), |at| slope(&|layers, h| layers[i].weights[at] += h))
    });
    let biases = layers().map(|(i, layer)| {
        Array1::from_shape_fn(layer.biases.dim(), |at| slope(&|layers, h| layers[i].biases[at] += h))
    });
    Gradients { weights: weights.collect(), biases: biases.collect() }
}

/// The largest error over all tensors.
fn worst(found: &Gradients<f64>, expected: &Gradients<f64>) -> f64 {
    let weights = found.weights.iter().zip(&expected.weights).map(|(found, expected)| deviation(found, expected));
    let biases = found.biases.iter().zip(&expected.biases).map(|(found, expected)| deviation(found, expected));
    weights.chain(biases).fold(0.0, f64::max)
}

/// Whether h could carry a pre-activation over relu's kink at 0, where there is no derivative to compare with.
fn near_a_kink(network: &Network<f64>, trace: &Trace<f64>) -> bool {
    let relus = network.layers().iter().zip(&trace.zs).filter(|(layer, _)| layer.activation == Relu);
    relus.flat_map(|(_, z)| z).any(|z| z.abs() < 100.0 * H)
}

/// A network, its inputs, and their trace, none of it near a kink and no layer all dead.
fn case(activations: &[Activation]) -> (Network<f64>, Array2<f64>, Trace<f64>) {
    let sizes = &SIZES[SIZES.len() - 1 - activations.len()..];
    let lively = |trace: &Trace<f64>| {
        trace.activations.iter().all(|a| a.axis_iter(Axis(0)).any(|row| row.iter().filter(|a| **a != 0.0).count() > 1))
    };
    (0..)
        .map(|seed| {
            let network = small_network(sizes, activations, seed);
            let inputs = normal(EXAMPLES, sizes[0], 1000 + seed);
            let trace = network.forward(inputs.view()).unwrap();
            (network, inputs, trace)
        })
        .find(|(network, _, trace)| !near_a_kink(network, trace) && lively(trace))
        .unwrap()
}

#[test]
fn backward_agrees_with_finite_differences_for_every_activation_loss_and_output_at_depths_1_to_4() {
    let (mut cases, mut largest) = (0, (0.0, String::new()));
    for (loss, output) in pairs() {
        for depth in 1..=4 {
            // Without a hidden layer there is no hidden activation to choose.
            for hidden in if depth == 1 { &Activation::ALL[..1] } else { &Activation::ALL } {
                let mut activations = vec![*hidden; depth - 1];
                activations.push(output);
                let (network, inputs, trace) = case(&activations);
                let targets = targets(EXAMPLES, 3);
                let backward = network.backward(&trace, targets.view(), loss).unwrap();
                let error = worst(&backward, &numeric(&network, &inputs, &targets, loss));
                assert!(error <= TOLERANCE, "{loss} after {activations:?}: error {error:e}");
                if error > largest.0 {
                    largest = (error, format!("{loss} after {activations:?}"));
                }
                cases += 1;
            }
        }
    }
    println!("{cases} cases, worst error {:.1e}: {}", largest.0, largest.1);
    assert_eq!(cases, 8 * (1 + 3 * 5));
}

#[test]
fn mixed_hidden_activations_agree_with_finite_differences() {
    for activations in
        [[Tanh, Relu, Sigmoid, Softmax], [Softmax, Identity, Tanh, Softmax], [Relu, Softmax, Relu, Softmax]]
    {
        let (network, inputs, trace) = case(&activations);
        let targets = targets(EXAMPLES, 3);
        for loss in Loss::ALL {
            let backward = network.backward(&trace, targets.view(), loss).unwrap();
            let error = worst(&backward, &numeric(&network, &inputs, &targets, loss));
            assert!(error <= TOLERANCE, "{loss} after {activations:?}: error {error:e}");
        }
    }
}

/// The check must be able to fail: backpropagation with the derivative of another activation than forward used.
#[test]
fn a_derivative_made_wrong_on_purpose_fails_the_check() {
    for right in Activation::ALL {
        for wrong in Activation::ALL.into_iter().filter(|wrong| *wrong != right) {
            let (network, inputs, trace) = case(&[right, right, Softmax]);
            let mut layers = network.layers().to_vec();
            layers[1].activation = wrong;
            let swapped = Network::from_layers(layers).unwrap();
            let targets = targets(EXAMPLES, 3);
            let backward = swapped.backward(&trace, targets.view(), Loss::CrossEntropy).unwrap();
            let error = worst(&backward, &numeric(&network, &inputs, &targets, Loss::CrossEntropy));
            assert!(error > 1000.0 * TOLERANCE, "{wrong} in place of {right} passes: error {error:e}");
        }
    }
}

/// As above, with the smallest mistakes that are easily made: a factor, a sign, a forgotten 1/n, a transpose.
#[test]
fn gradients_that_are_off_by_little_fail_the_check() {
    let (network, inputs, trace) = case(&[Tanh, Softmax]);
    let targets = targets(EXAMPLES, 3);
    let expected = numeric(&network, &inputs, &targets, Loss::CrossEntropy);
    let right = network.backward(&trace, targets.view(), Loss::CrossEntropy).unwrap();
    let mistakes: [fn(&mut Gradients<f64>); 4] = [
        |gradients| gradients.weights[0] *= 1.0 + 1e-5,
        |gradients| gradients.biases[0] *= -1.0,
        |gradients| gradients.weights[1] *= EXAMPLES as f64,
        |gradients| gradients.weights[1][(2, 3)] += 1e-5,
    ];
    for (i, mistake) in mistakes.iter().enumerate() {
        let mut wrong = right.clone();
        mistake(&mut wrong);
        assert!(worst(&wrong, &expected) > TOLERANCE, "mistake {i} passes");
    }
}

#[test]
fn each_derivative_agrees_with_the_slope_of_its_value() {
    let z = normal::<f64>(4, 5, 3);
    for activation in [Sigmoid, Relu, Tanh, Identity] {
        let slope = (activation.value((&z + H).view()) - activation.value((&z - H).view())) / (2.0 * H);
        assert!(deviation(&activation.derivative(z.view()), &slope) < 1e-9, "{activation}");
    }
    // Softmax's derivative is the diagonal of its Jacobian: each z moves alone.
    let diagonal = Array2::from_shape_fn(z.dim(), |at| {
        let [up, down] = [H, -H].map(|h| {
            let mut z = z.clone();
            z[at] += h;
            Softmax.value(z.view())[at]
        });
        (up - down) / (2.0 * H)
    });
    assert!(deviation(&Softmax.derivative(z.view()), &diagonal) < 1e-9);
}

#[test]
fn relu_has_derivative_0_at_its_kink() {
    assert_eq!(Relu.derivative(ndarray::array![[-0.0, 0.0, f64::MIN_POSITIVE]].view()), ndarray::array![[0., 0., 1.]]);
}

#[test]
fn each_loss_gradient_agrees_with_the_slope_of_its_value() {
    let outputs = Softmax.value(normal::<f64>(EXAMPLES, 3, 5).view());
    let targets = targets::<f64>(EXAMPLES, 3);
    for loss in Loss::ALL {
        // `value` is the mean over the examples, `gradient` each example's own.
        let slope = Array2::from_shape_fn(outputs.dim(), |at| {
            let [up, down] = [H, -H].map(|h| {
                let mut outputs = outputs.clone();
                outputs[at] += h;
                loss.value(outputs.view(), targets.view()).unwrap()
            });
            EXAMPLES as f64 * (up - down) / (2.0 * H)
        });
        let gradient = loss.gradient(outputs.view(), targets.view()).unwrap();
        assert!(deviation(&gradient, &slope) < 1e-7, "{loss}");
    }
}

#[test]
fn the_shortcut_a_minus_y_is_what_the_chain_rule_comes_to() {
    let z = normal::<f64>(EXAMPLES, 3, 8);
    let targets = targets(EXAMPLES, 3);
    for (loss, output) in [(Loss::CrossEntropy, Softmax), (Loss::BinaryCrossEntropy, Sigmoid)] {
        let a = output.value(z.view());
        let chain = output.delta(z.view(), loss.gradient(a.view(), targets.view()).unwrap().view()).unwrap();
        let shortcut = loss.delta(output, z.view(), targets.view()).unwrap();
        assert_eq!(shortcut, &a - &targets);
        assert!(deviation(&chain, &shortcut) < 1e-14, "{loss} after {output}");
    }
    // And for no other pair: binary cross-entropy after softmax is not a − y.
    let delta = Loss::BinaryCrossEntropy.delta(Softmax, z.view(), targets.view()).unwrap();
    assert!(deviation(&delta, &(Softmax.value(z.view()) - &targets)) > 0.01);
}

#[test]
fn pairs_without_meaning_are_refused_with_those_that_go_together() {
    let meaningless = [
        (Loss::CrossEntropy, [Sigmoid, Relu, Tanh, Identity].as_slice(), "softmax"),
        (Loss::BinaryCrossEntropy, &[Relu, Tanh, Identity], "sigmoid or softmax"),
    ];
    let data = common::easy_data(6, 7, 3, 1);
    for (loss, outputs, fitting) in meaningless {
        for &output in outputs {
            let expected = format!("loss: expected {fitting} as the last activation, for {loss}, found {output}");
            assert_eq!(message(loss.check_output(output)), expected);

            let mut network = small_network(&[7, 3], &[output], 1);
            let trace = network.forward(normal(6, 7, 1).view()).unwrap();
            assert_eq!(message(network.backward(&trace, targets(6, 3).view(), loss)), expected);
            assert_eq!(message(network.evaluate(&data, loss)), expected);

            let before = network.clone();
            let training = Training::new(loss).mini_batch_size(2).quiet();
            assert_eq!(message(training.run(&mut network, &data, &data)), expected);
            let also = Training::new(Loss::MeanSquaredError).mini_batch_size(2).also(loss).quiet();
            assert_eq!(message(also.run(&mut network, &data, &data)), expected);
            assert_eq!(network, before);
        }
    }
    assert_eq!(pairs().len(), 1 + 2 + 5);
}

#[test]
fn losses_and_activations_refuse_shapes_that_do_not_match() {
    let (z, other) = (normal::<f64>(4, 3, 1), normal::<f64>(4, 1, 1));
    for loss in Loss::ALL {
        let expected = "targets: expected shape (4, 3), found [4, 1]";
        assert_eq!(message(loss.value(z.view(), other.view())), expected);
        assert_eq!(message(loss.value_from_logits(Softmax, z.view(), other.view())), expected);
        assert_eq!(message(loss.value_from_logits(Sigmoid, z.view(), other.view())), expected);
        assert_eq!(message(loss.gradient(z.view(), other.view())), expected);
        assert_eq!(message(loss.delta(Softmax, z.view(), other.view())), expected);
    }
    for activation in Activation::ALL {
        let expected = "gradient: expected shape (4, 3), found [4, 1]";
        assert_eq!(message(activation.delta(z.view(), other.view())), expected);
    }
}
