//! What the prose of `notebooks/backpropagation.ipynb` says and no cell of it shows, or only as a figure. Numbers may differ on
//! another processor in the last digits, so they are compared with some room.

#[path = "common/repository.rs"]
mod repository;

use nn_core::prelude::*;
use repository::mnist;

/// Five hidden layers of 100 neurons.
fn deep(activation: Activation) -> Network {
    let [a, b, c, d, e] = [activation; 5];
    Network::new(&[784, 100, 100, 100, 100, 100, 10], &[a, b, c, d, e, Softmax], 7).unwrap()
}

/// The root mean square of δ in each layer for the first hundred pictures, the first layer first.
fn delta_sizes(activation: Activation, factor: f64, mnist: &Mnist) -> Vec<f64> {
    let mut layers = deep(activation).cast::<f64>().layers().to_vec();
    layers.iter_mut().for_each(|layer| layer.weights *= factor);
    let network = Network::from_layers(layers).unwrap();
    let hundred = mnist.train.first(100);
    let trace = network.forward(hundred.inputs.mapv(f64::from).view()).unwrap();
    let mut deltas = vec![&trace.activations[6] - &hundred.targets::<f64>(10).unwrap()];
    for (l, layer) in network.layers().iter().enumerate().skip(1).rev() {
        let gradient = deltas[0].dot(&layer.weights);
        deltas.insert(0, activation.delta(trace.zs[l - 1].view(), gradient.view()).unwrap());
    }
    deltas.iter().map(|delta| (delta.powi(2).sum() / delta.len() as f64).sqrt()).collect()
}

fn assert_near(found: f64, said: f64, share: f64) {
    assert!((found - said).abs() <= share * said, "{found}, but the notebook says {said}");
}

/// Section 7: "from 0.31 at the outputs to 0.00004", "a fifth", "two thirds", "0.01 to 0.02 arrive", "near 0.12", "doubles".
#[test]
fn sigmoid_keeps_a_fifth_of_delta_per_layer_and_weights_three_times_as_large_double_it() {
    let Some(mnist) = mnist() else { return };
    let sigmoid = delta_sizes(Sigmoid, 1.0, &mnist);
    assert_near(sigmoid[5], 0.31, 0.02);
    assert_near(sigmoid[0], 0.000_044, 0.02);
    assert_near(sigmoid[5] / sigmoid[0], 7_000.0, 0.05);
    assert!(sigmoid[4] / sigmoid[5] < 0.1, "{sigmoid:?}");
    for pair in sigmoid[..5].windows(2) {
        assert_near(pair[0] / pair[1], 0.2, 0.15);
    }
    for activation in [Tanh, Relu] {
        let sizes = delta_sizes(activation, 1.0, &mnist);
        assert!((0.01..0.02).contains(&sizes[0]), "{activation}: {sizes:?}");
        sizes[..5].windows(2).for_each(|pair| assert_near(pair[0] / pair[1], 0.67, 0.12));
    }
    let kept = delta_sizes(Relu, 2_f64.sqrt(), &mnist);
    kept[..5].iter().for_each(|size| assert_near(*size, 0.12, 0.06));
    let exploding = delta_sizes(Relu, 3.0, &mnist);
    assert_near(exploding[4], 0.3, 0.05);
    assert_near(exploding[0], 5.8, 0.02);
    exploding[..5].windows(2).for_each(|pair| assert_near(pair[0] / pair[1], 2.1, 0.1));
}

/// Section 5: what ndarray says to δ2 · W2ᵀ. A cell would show where ndarray lies on the disk of whoever ran it.
#[test]
fn a_product_of_shapes_that_do_not_fit_stops_with_both_shapes() {
    let (delta2, w2) = (Array2::<f64>::zeros((8, 10)), Array2::<f64>::zeros((10, 5)));
    let panic = std::panic::catch_unwind(|| delta2.dot(&w2.t())).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.ends_with("inputs 8 × 10 and 5 × 10 are not compatible for matrix multiplication"), "{message}");
}

/// Exercise 6: "near h = 0.1 and no deeper than about 10⁻⁶", "at h = 10⁻⁵ the error is larger than the slope".
#[test]
fn in_32_bits_the_valley_of_nudging_is_shallow() {
    let Some(mnist) = mnist() else { return };
    let network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    let hundred = mnist.train.first(100);
    let (x, y) = (hundred.inputs.clone(), hundred.targets::<f32>(10).unwrap());
    let slope = -0.003_737_886_433;
    let mut errors = Vec::new();
    for k in 0..=5 {
        let h = 10_f32.powi(-k);
        let mut losses = Vec::new();
        for by in [h, -h] {
            let mut layers = network.layers().to_vec();
            layers[0].weights[[23, 400]] += by;
            let outputs = Network::from_layers(layers).unwrap().predict(x.view()).unwrap();
            losses.push(Loss::CrossEntropy.value(outputs.view(), y.view()).unwrap());
        }
        errors.push((f64::from((losses[0] - losses[1]) / (2.0 * h)) - slope).abs());
    }
    assert!(errors[1] < 5e-6 && errors[1] < errors[0] && errors[1] < errors[3], "{errors:?}");
    assert!(errors.iter().all(|error| *error > 1e-8), "{errors:?}");
    assert!(errors[5] > 0.0037, "{errors:?}");
}

/// Exercise 7.
#[test]
fn a_larger_learning_rate_hardly_saves_five_layers_of_sigmoids() {
    let Some(mnist) = mnist() else { return };
    for (rate, said) in [(0.3, 0.1028), (1.0, 0.5128), (3.0, 0.5338), (10.0, 0.0974)] {
        let training = Training::new(Loss::CrossEntropy).learning_rate(rate).epochs(5).quiet();
        let history = training.run(&mut deep(Sigmoid), &mnist.train, &mnist.test).unwrap();
        // Where learning begins is a matter of the last bits, which another processor rounds otherwise.
        let room = if said > 0.5 { 0.15 } else { 0.02 };
        assert!((history.accuracy() - said).abs() < room, "{rate}: {:?}", history.accuracies());
        assert!(
            history.accuracies()[..3].iter().all(|accuracy| *accuracy < 0.12),
            "{rate}: {:?}",
            history.accuracies()
        );
    }
}

/// Exercise 8: "0.997", "0.784".
#[test]
fn a_grey_blur_is_a_three_to_the_network() {
    let Some(mnist) = mnist() else { return };
    let mut trained = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    let training = Training::new(Loss::CrossEntropy).learning_rate(0.1).epochs(3).quiet();
    training.run(&mut trained, &mnist.train, &mnist.test).unwrap();
    let (trained, mut dream) = (trained.cast::<f64>(), Array2::from_elem((1, 784), 0.5));
    let three: Array2<f64> = data::one_hot(array![3].view(), 10).unwrap();
    let mut beliefs = Vec::new();
    for _ in 0..=50 {
        let (trace, layers) = (trained.forward(dream.view()).unwrap(), trained.layers());
        beliefs.push(trace.activations[2][[0, 3]]);
        let delta2 = &trace.activations[2] - &three;
        let delta1 = delta2.dot(&layers[1].weights) * Relu.derivative(trace.zs[0].view());
        dream = (&dream - &delta1.dot(&layers[0].weights)).mapv(|pixel| pixel.clamp(0.0, 1.0));
    }
    assert_near(beliefs[0], 0.784, 0.02);
    assert_near(beliefs[50], 0.997, 0.001);
}
