//! The network: forward propagation by hand, shapes, initial weights, and every error of `network.rs`.

mod common;

use common::{bits, deviation, layer, message, normal, small_network, targets};
use ndarray::{arr1, arr2};
use nn_core::Gradients;
use nn_core::prelude::*;

/// Two inputs, two hidden neurons (relu), two outputs (softmax).
fn by_hand() -> Network<f64> {
    Network::from_layers(vec![
        layer(array![[1.0, 2.0], [-1.0, 1.0]], array![0.5, -1.0], Relu),
        layer(array![[1.0, 0.0], [2.0, 1.0]], array![0.0, 1.0], Softmax),
    ])
    .unwrap()
}

/// ```text
/// x = (1, 2):  z[1] = (1·1 + 2·2 + 0.5, −1·1 + 1·2 − 1) = (5.5, 0)        a[1] = (5.5, 0)
///              z[2] = (1·5.5 + 0·0 + 0, 2·5.5 + 1·0 + 1) = (5.5, 12)      a[2] = (1, e^6.5) / (1 + e^6.5)
/// x = (0, 3):  z[1] = (6.5, 2)     a[1] = (6.5, 2)     z[2] = (6.5, 16)   a[2] = (1, e^9.5) / (1 + e^9.5)
/// x = (3, 0):  z[1] = (3.5, −4)    a[1] = (3.5, 0)     z[2] = (3.5, 8)    a[2] = (1, e^4.5) / (1 + e^4.5)
/// ```
#[test]
fn forward_gives_the_numbers_worked_out_by_hand() {
    let inputs = array![[1.0, 2.0], [0.0, 3.0], [3.0, 0.0]];
    let trace = by_hand().forward(inputs.view()).unwrap();
    assert_eq!(trace.activations[0], inputs);
    assert_eq!(trace.zs[0], array![[5.5, 0.0], [6.5, 2.0], [3.5, -4.0]]);
    assert_eq!(trace.activations[1], array![[5.5, 0.0], [6.5, 2.0], [3.5, 0.0]]);
    assert_eq!(trace.zs[1], array![[5.5, 12.0], [6.5, 16.0], [3.5, 8.0]]);
    let outputs = arr2(&[6.5_f64, 9.5, 4.5].map(|d| [1.0 / (1.0 + d.exp()), d.exp() / (1.0 + d.exp())]));
    assert!(deviation(&trace.activations[2], &outputs) < 1e-15);
}

/// σ(0) = ½, σ(ln 3) = ¾; tanh(½ ln 3) = (3 − 1) / (3 + 1); softmax(0, ln 2, ln 5) = (1, 2, 5) / 8.
#[test]
fn activations_give_the_numbers_worked_out_by_hand() {
    let ln = |x: f64| x.ln();
    let z = array![[0.0, ln(3.0), -ln(3.0)]];
    assert!(deviation(&Sigmoid.value(z.view()), &array![[0.5, 0.75, 0.25]]) < 1e-15);
    assert!(deviation(&Sigmoid.derivative(z.view()), &array![[0.25, 0.1875, 0.1875]]) < 1e-15);
    assert!(deviation(&Tanh.value((&z / 2.0).view()), &array![[0.0, 0.5, -0.5]]) < 1e-15);
    assert!(deviation(&Tanh.derivative((&z / 2.0).view()), &array![[1.0, 0.75, 0.75]]) < 1e-15);
    assert_eq!(Relu.value(array![[-2.0, 0.0, 3.0]].view()), array![[0.0, 0.0, 3.0]]);
    assert_eq!(Identity.value(z.view()), z);
    let z = array![[0.0, ln(2.0), ln(5.0)]];
    assert!(deviation(&Softmax.value(z.view()), &array![[0.125, 0.25, 0.625]]) < 1e-15);
}

/// Outputs (½, ½) and (¼, ¾), the label is the second of each, so that y = (0, 1):
/// ```text
/// cross-entropy          (ln 2 + ln 4/3) / 2 = ln(8/3) / 2
/// binary cross-entropy   (ln 2 + ln 2 + ln 4/3 + ln 4/3) / 2 = ln(8/3)
/// mean squared error     ((¼ + ¼) / 4 + (1/16 + 1/16) / 4) / 2 = 5/64
/// ```
#[test]
fn losses_give_the_numbers_worked_out_by_hand() {
    let (outputs, targets) = (array![[0.5, 0.5], [0.25, 0.75]], array![[0.0, 1.0], [0.0, 1.0]]);
    let ln = (8.0_f64 / 3.0).ln();
    for (loss, expected) in
        [(Loss::CrossEntropy, ln / 2.0), (Loss::BinaryCrossEntropy, ln), (Loss::MeanSquaredError, 5.0 / 64.0)]
    {
        let found = loss.value(outputs.view(), targets.view()).unwrap();
        assert!((found - expected).abs() < 1e-15, "{loss}: {found}, expected {expected}");
    }
}

#[test]
fn a_step_moves_weights_and_biases_against_their_gradients() {
    let mut network = by_hand();
    let gradients = Gradients {
        weights: vec![array![[4.0, 0.0], [0.0, -8.0]], array![[0.0, 4.0], [0.0, 0.0]]],
        biases: vec![array![2.0, 0.0], array![0.0, -2.0]],
    };
    network.step(&gradients, 0.25).unwrap();
    assert_eq!(network.layers()[0].weights, array![[0.0, 2.0], [-1.0, 3.0]]);
    assert_eq!(network.layers()[0].biases, array![0.0, -1.0]);
    assert_eq!(network.layers()[1].weights, array![[1.0, -1.0], [2.0, 1.0]]);
    assert_eq!(network.layers()[1].biases, array![0.0, 1.5]);
}

#[test]
fn predict_logits_and_both_ways_to_classify_agree_with_forward() {
    for output in Activation::ALL {
        let network = Network::new(&[9, 8, 7, 5], &[Tanh, Relu, output], 3).unwrap();
        let inputs = normal::<f32>(20, 9, 4);
        let trace = network.forward(inputs.view()).unwrap();
        let outputs = network.predict(inputs.view()).unwrap();
        assert_eq!(outputs, trace.activations[3]);
        assert_eq!(network.logits(inputs.view()).unwrap(), trace.zs[2]);
        let classes = network.classify_all(inputs.view()).unwrap();
        assert_eq!(classes, metrics::argmax_rows(outputs.view()));
        for (input, class) in inputs.outer_iter().zip(classes) {
            assert_eq!(network.classify(input).unwrap(), class);
        }
    }
}

/// Both outputs are relu(−2) = relu(−1) = 0: the first is the class, though the second has the larger z.
#[test]
fn of_several_largest_outputs_the_first_is_the_class() {
    let network = Network::from_layers(vec![layer(array![[-2.0_f32], [-1.0]], array![0.0, 0.0], Relu)]).unwrap();
    let dataset = Dataset::new(array![[1.0]], array![0]).unwrap();
    assert_eq!(network.classify(arr1(&[1.0]).view()).unwrap(), 0);
    assert_eq!(network.classify_all(arr2(&[[1.0]]).view()).unwrap(), array![0]);
    assert_eq!(network.evaluate(&dataset, Loss::MeanSquaredError).unwrap().accuracy, 1.0);
}

#[test]
fn sizes_parameters_and_debug_lines_tell_the_layers() {
    let network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    assert_eq!(network.sizes(), [784, 100, 10]);
    assert_eq!(network.parameter_count(), 79_510);
    assert_eq!(network.layers()[0].weights.dim(), (100, 784));
    assert_eq!(network.layers()[0].biases.dim(), 100);
    assert_eq!(network.layers()[1].weights.dim(), (10, 100));
    assert_eq!(network.output_activation(), Softmax);
    assert_eq!(format!("{network:?}"), "Network: 784 → 100 relu → 10 softmax, 79510 parameters");
    assert_eq!(format!("{:?}", network.layers()[0]), "Layer: 784 → 100 relu");

    let trace = network.forward(normal(3, 784, 1).view()).unwrap();
    assert_eq!(format!("{trace:?}"), "Trace: 3 examples, activations of widths [784, 100, 10]");
    let gradients = network.backward(&trace, targets(3, 10).view(), Loss::CrossEntropy).unwrap();
    assert_eq!(format!("{gradients:?}"), "Gradients: weights of shapes [[100, 784], [10, 100]]");
    assert_eq!(gradients.weights[0].dim(), (100, 784));
    assert_eq!(gradients.biases[1].dim(), 10);
}

#[test]
fn no_examples_give_no_outputs_and_gradients_of_0() {
    let network = Network::new(&[4, 3, 2], &[Relu, Softmax], 7).unwrap();
    let trace = network.forward(Array2::zeros((0, 4)).view()).unwrap();
    assert_eq!(network.predict(Array2::zeros((0, 4)).view()).unwrap().dim(), (0, 2));
    let gradients = network.backward(&trace, Array2::zeros((0, 2)).view(), Loss::CrossEntropy).unwrap();
    assert_eq!(gradients.weights[0], Array2::<f32>::zeros((3, 4)));
}

#[test]
fn casting_to_f64_and_back_changes_no_bit() {
    let network = Network::new(&[20, 10, 5], &[Sigmoid, Softmax], 11).unwrap();
    assert_eq!(bits(&network.cast::<f64>().cast::<f32>()), bits(&network));
    let (inputs, wide) = (normal::<f32>(4, 20, 1), normal::<f32>(4, 20, 1).mapv(f64::from));
    let difference = deviation(&network.logits(inputs.view()).unwrap(), &network.cast().logits(wide.view()).unwrap());
    assert!(difference < 1e-6, "{difference:e}");
}

/// FNV-1a over the bits of all weights and biases, little-endian.
fn hash(network: &Network) -> u64 {
    let bytes = bits(network).into_iter().flat_map(u32::to_le_bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Written down when this test was: a change of generator, distribution or order would change every trained network.
#[test]
fn the_initial_weights_of_a_seed_are_these_bits() {
    let network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    let first = network.layers()[0].weights.row(0);
    assert_eq!(first.slice(s![..3]), arr1(&[-0.027691854_f32, -0.049407918, 0.031775463]));
    assert_eq!(network.layers()[1].biases.slice(s![..2]), arr1(&[0.44569406_f32, -0.3442743]));
    assert_eq!(hash(&network), 0x7720_4fb8_b046_967a);
    assert_eq!(hash(&Network::new(&[784, 100, 10], &[Relu, Softmax], 8).unwrap()), 0xe117_5baf_6ac0_f13a);
    // Activations draw nothing.
    assert_eq!(hash(&Network::new(&[784, 100, 10], &[Tanh, Sigmoid], 7).unwrap()), hash(&network));
}

/// A mean of n numbers of N(0, 1) has the standard deviation 1/√n, their variance √(2/n): four of them are allowed.
#[test]
fn initial_weights_are_normal_with_variance_1_over_fan_in_and_biases_with_variance_1() {
    let network = Network::new(&[400, 1000], &[Softmax], 5).unwrap().cast::<f64>();
    let layer = &network.layers()[0];
    let weights = layer.weights.mapv(|w| w * 20.0).into_flat();
    for (name, numbers) in [("weights · √fan_in", &weights), ("biases", &layer.biases)] {
        let n = numbers.len() as f64;
        let (mean, variance) = (numbers.mean().unwrap(), numbers.var(0.0));
        assert!(mean.abs() < 4.0 / n.sqrt(), "{name}: mean {mean}");
        assert!((variance - 1.0).abs() < 4.0 * (2.0 / n).sqrt(), "{name}: variance {variance}");
        // 68.27 % of a normal distribution lie within one standard deviation, 95.45 % within two.
        for (within, share) in [(1.0, 0.6827), (2.0, 0.9545)] {
            let found = numbers.iter().filter(|x| x.abs() < within).count() as f64 / n;
            assert!((found - share).abs() < 4.0 * 0.5 / n.sqrt(), "{name}: {found} within {within}");
        }
    }
}

#[test]
fn new_names_the_argument_that_makes_no_network() {
    let new = |sizes: &[usize], activations: &[Activation]| message(Network::new(sizes, activations, 7));
    let two = "sizes: expected at least two sizes, the inputs' and the outputs', none of them 0, found";
    assert_eq!(new(&[], &[]), format!("{two} []"));
    assert_eq!(new(&[784], &[]), format!("{two} [784]"));
    assert_eq!(new(&[784, 0, 10], &[Relu, Softmax]), format!("{two} [784, 0, 10]"));
    let one_each = "activations: expected 2, one for each of sizes [784, 100, 10] after the inputs, found";
    assert_eq!(new(&[784, 100, 10], &[Relu]), format!("{one_each} 1"));
    assert_eq!(new(&[784, 100, 10], &[Relu, Relu, Softmax]), format!("{one_each} 3"));
}

/// Without this the process would end for want of memory, and with it every variable of a notebook.
#[test]
fn new_refuses_a_network_larger_than_memory() {
    for sizes in [[784, 100_000_000, 10], [usize::MAX, 2, 10], [1, usize::MAX, 10], [1 << 32, 1 << 32, 1]] {
        let expected = format!("sizes: expected at most 268435456 weights and biases, found {sizes:?}");
        assert_eq!(message(Network::new(&sizes, &[Relu, Softmax], 7)), expected);
    }
}

#[test]
fn from_layers_names_the_shape_that_does_not_fit() {
    let from = |layers| message(Network::<f32>::from_layers(layers));
    let zeros = |fan_out, fan_in, biases| layer(Array2::zeros((fan_out, fan_in)), Array1::zeros(biases), Relu);
    assert_eq!(from(vec![]), "layers: expected at least one layer, found 0");
    assert_eq!(from(vec![zeros(3, 4, 3), zeros(2, 4, 2)]), "weights: expected shape (fan_out, 3), found [2, 4]");
    assert_eq!(from(vec![zeros(3, 4, 4)]), "biases: expected shape (3,), found [4]");
    let none = "weights: expected shape (fan_out, fan_in), none of them 0, found";
    assert_eq!(from(vec![zeros(0, 4, 0)]), format!("{none} [0, 4]"));
    assert_eq!(from(vec![zeros(3, 0, 3)]), format!("{none} [3, 0]"));
}

#[test]
fn inputs_of_another_width_are_refused_everywhere() {
    let network = Network::new(&[4, 3, 2], &[Relu, Softmax], 7).unwrap();
    let wide = Array2::zeros((1, 5));
    let expected = "inputs: expected shape (n, 4), found [1, 5]";
    assert_eq!(message(network.forward(wide.view())), expected);
    assert_eq!(message(network.predict(wide.view())), expected);
    assert_eq!(message(network.logits(wide.view())), expected);
    assert_eq!(message(network.classify_all(wide.view())), expected);
    assert_eq!(message(network.classify(wide.row(0))), "input: expected shape (4,), found [5]");
}

#[test]
fn backward_refuses_targets_and_traces_of_another_shape() {
    let network = Network::new(&[4, 3, 2], &[Relu, Softmax], 7).unwrap();
    let trace = network.forward(Array2::zeros((6, 4)).view()).unwrap();
    let backward = |trace: &Trace, rows, columns| {
        message(network.backward(trace, Array2::zeros((rows, columns)).view(), Loss::CrossEntropy))
    };
    assert_eq!(backward(&trace, 5, 2), "targets: expected shape (6, 2), found [5, 2]");
    assert_eq!(backward(&trace, 1, 2), "targets: expected shape (6, 2), found [1, 2]");
    assert_eq!(backward(&trace, 6, 1), "targets: expected shape (6, 2), found [6, 1]");

    let other = Network::new(&[4, 5, 2], &[Relu, Softmax], 7).unwrap().forward(Array2::zeros((6, 4)).view()).unwrap();
    let expected = "trace: expected activations of widths [4, 3, 2], with a z for all but the first, found activations";
    assert_eq!(backward(&other, 6, 2), format!("{expected} [(6, 4), (6, 5), (6, 2)], zs [(6, 5), (6, 2)]"));
    let mut short = trace.clone();
    short.zs.pop();
    assert_eq!(backward(&short, 6, 2), format!("{expected} [(6, 4), (6, 3), (6, 2)], zs [(6, 3)]"));
    let mut uneven = trace.clone();
    uneven.activations[1] = Array2::zeros((5, 3));
    assert_eq!(backward(&uneven, 6, 2), format!("{expected} [(6, 4), (5, 3), (6, 2)], zs [(6, 3), (6, 2)]"));
    let mut crooked = trace.clone();
    crooked.zs[0] = Array2::zeros((6, 4));
    assert_eq!(backward(&crooked, 6, 2), format!("{expected} [(6, 4), (6, 3), (6, 2)], zs [(6, 4), (6, 2)]"));
    assert_eq!(backward(&Trace { zs: vec![], activations: vec![] }, 6, 2), format!("{expected} [], zs []"));
}

#[test]
fn step_refuses_gradients_and_learning_rates_that_do_not_fit_and_changes_nothing() {
    let mut network = Network::new(&[4, 3, 2], &[Relu, Softmax], 7).unwrap();
    let before = network.clone();
    let trace = network.forward(normal(6, 4, 1).view()).unwrap();
    let right = network.backward(&trace, targets(6, 2).view(), Loss::CrossEntropy).unwrap();
    // The smallest are 0 and the largest infinity in f32.
    for rate in [0.0, -0.1, f64::NAN, f64::INFINITY, 1e-60, 1e60] {
        let expected = format!("learning_rate: expected a positive number, found {rate}");
        assert_eq!(message(network.step(&right, rate)), expected);
    }
    let wrong = |change: fn(&mut Gradients)| {
        let mut gradients = right.clone();
        change(&mut gradients);
        gradients
    };
    let mut step = |change| message(network.step(&wrong(change), 0.1));
    let shape = |name, expected, found| format!("gradients.{name}: expected shape {expected}, found {found}");
    assert_eq!(step(|g| g.weights[1] = Array2::zeros((2, 4))), shape("weights", "(2, 3)", "[2, 4]"));
    assert_eq!(step(|g| g.biases[0] = Array1::zeros(2)), shape("biases", "(3,)", "[2]"));
    let number = "gradients: expected 2 of each, one per layer, found";
    assert_eq!(step(|g| g.weights.clear()), format!("{number} 0 of weights and 2 of biases"));
    assert_eq!(step(|g| g.biases.push(Array1::zeros(2))), format!("{number} 2 of weights and 3 of biases"));
    assert_eq!(network, before);
}

/// Nothing is approximated: pixels and constant together are the logit, for every class, at every depth.
#[test]
fn evidence_and_a_constant_are_the_logit() {
    for (sizes, activations) in [
        ([25, 6, 4].as_slice(), [Relu, Softmax].as_slice()),
        (&[25, 9, 8, 7, 3], &[Relu, Identity, Relu, Sigmoid]),
        (&[25, 3], &[Softmax]),
    ] {
        let network = small_network(sizes, activations, 11);
        for seed in 0..5 {
            let picture = normal::<f64>(1, 25, seed);
            let trace = network.forward(picture.view()).unwrap();
            let logits = trace.zs.last().unwrap().row(0);
            // The constant: what the biases come to where the same neurons are active.
            let mut constant = network.layers()[0].biases.clone();
            for (pair, z) in network.layers().windows(2).zip(&trace.zs) {
                for (constant, z) in constant.iter_mut().zip(z) {
                    *constant = if pair[0].activation == Relu && *z <= 0.0 { 0.0 } else { *constant };
                }
                constant = pair[1].weights.dot(&constant) + &pair[1].biases;
            }
            for (class, (&logit, constant)) in logits.iter().zip(constant).enumerate() {
                let evidence = network.evidence(picture.row(0), class).unwrap();
                assert_eq!(evidence.dim(), (5, 5));
                assert!((evidence.sum() + constant - logit).abs() < 1e-12, "{sizes:?}, class {class}");
            }
        }
    }
}

#[test]
fn evidence_is_refused_where_a_logit_is_no_sum_over_pixels() {
    let network = small_network(&[25, 6, 4], &[Tanh, Softmax], 11);
    let picture = Array1::<f64>::zeros(25);
    let expected =
        "network: expected relu or identity in layers[0]: other networks' logits are no sums over pixels, found tanh";
    assert_eq!(message(network.evidence(picture.view(), 0)), expected);
    let network = small_network(&[25, 6, 4], &[Relu, Softmax], 11);
    assert_eq!(message(network.evidence(picture.view(), 4)), "class: expected below 4, the number of outputs, found 4");
    let wrong = message(network.evidence(picture.slice(s![1..]), 0));
    assert_eq!(wrong, "picture: expected shape (25,), found [24]");
    let network = small_network(&[24, 4], &[Softmax], 11);
    let wrong = message(network.evidence(picture.slice(s![1..]), 0));
    assert_eq!(wrong, "network: expected inputs that are a square's pixels, as 784 are, found 24");
}
