//! What the prose of `notebooks/mnist.ipynb` says and no cell of it shows. Numbers may differ on another processor in the last
//! digits, so they are compared with some room.

#[path = "common/repository.rs"]
mod repository;

use nn_core::prelude::*;
use repository::mnist;

fn untrained() -> Network {
    Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap()
}

/// Trains a network on cross-entropy, by mini-batches of 100.
fn train(mut network: Network, mnist: &Mnist, learning_rate: f64, epochs: usize) -> Result<(Network, History)> {
    let training = Training::new(Loss::CrossEntropy).learning_rate(learning_rate).epochs(epochs).quiet();
    let history = training.run(&mut network, &mnist.train, &mnist.test)?;
    Ok((network, history))
}

/// For how many of the 60,000 training pictures each hidden neuron fires.
fn fires(network: &Network, mnist: &Mnist) -> Vec<usize> {
    let mut counts = vec![0; 100];
    // A trace copies its inputs: a part at a time.
    for first in (0..60_000).step_by(6_000) {
        let trace = network.forward(mnist.train.inputs.slice(s![first..first + 6_000, ..])).unwrap();
        for (count, outputs) in counts.iter_mut().zip(trace.activations[1].columns()) {
            *count += outputs.iter().filter(|&&output| output > 0.0).count();
        }
    }
    counts
}

fn neurons_below(limit: usize, fires: &[usize]) -> Vec<usize> {
    (0..fires.len()).filter(|&neuron| fires[neuron] < limit).collect()
}

#[test]
fn ten_times_the_learning_rate_is_worth_ten_times_the_epochs() {
    let Some(mnist) = mnist() else { return };
    let (_, few) = train(untrained(), &mnist, 0.1, 5).unwrap();
    let (_, many) = train(untrained(), &mnist, 0.01, 50).unwrap();
    assert!((few.accuracy() - 0.9553).abs() < 0.003, "{few:?}");
    assert!((many.accuracy() - 0.9528).abs() < 0.003, "{many:?}");
    let losses = [few.test_losses()[4], many.test_losses()[49]];
    assert!(losses.iter().all(|loss| (loss - 0.156).abs() < 0.003), "{losses:?}");
}

#[test]
fn learning_rate_10_kills_all_hidden_neurons_without_an_error() {
    let Some(mnist) = mnist() else { return };
    let (network, history) = train(untrained(), &mnist, 10.0, 5).unwrap();
    assert_eq!(neurons_below(1, &fires(&network, &mnist)).len(), 100);
    assert!(history.accuracies().iter().all(|accuracy| accuracy == &history.accuracy() && *accuracy < 0.12));
    assert!(history.test_losses().iter().all(|loss| (loss - 10_f64.ln()).abs() < 0.02), "{:?}", history.test_losses());
    let answers = network.classify_all(mnist.test.inputs.view()).unwrap();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let hint = history.hints[0].to_string();
    assert!(hint.starts_with("all 100 neurons of layer 1 are silent"), "{hint}");
}

#[test]
fn learning_rate_30_ends_in_an_error_that_names_it() {
    let Some(mnist) = mnist() else { return };
    let message = train(untrained(), &mnist, 30.0, 5).unwrap_err().to_string();
    assert!(message.contains("the learning rate 30 is likely too large"), "{message}");
}

#[test]
fn a_quarter_of_the_hidden_neurons_hardly_ever_fires_and_is_not_missed() {
    let Some(mnist) = mnist() else { return };
    let (network, history) = train(untrained(), &mnist, 0.01, 10).unwrap();
    let fires = fires(&network, &mnist);
    let (silent, rare) = (neurons_below(1, &fires), neurons_below(600, &fires));
    assert!(silent.len().abs_diff(10) <= 1 && rare.len().abs_diff(26) <= 1, "{silent:?}, {rare:?}");
    assert!([3, 6, 19].iter().all(|neuron| silent.contains(neuron)), "{silent:?}");

    let mut layers = network.layers().to_vec();
    for neuron in rare {
        layers[1].weights.column_mut(neuron).fill(0.0);
    }
    let without = Network::from_layers(layers).unwrap().evaluate(&mnist.test, Loss::CrossEntropy).unwrap();
    assert!((without.accuracy - history.accuracy()).abs() < 0.0005, "{without:?}");
}

#[test]
fn the_biases_outweigh_what_a_picture_adds_and_without_them_no_neuron_is_lost() {
    let Some(mnist) = mnist() else { return };
    let trace = untrained().forward(mnist.train.inputs.slice(s![..5_000, ..])).unwrap();
    let spread = trace.zs[0].std_axis(Axis(0), 0.0).mean().unwrap();
    assert!((spread - 0.26).abs() < 0.005, "{spread}");

    let mut layers = untrained().layers().to_vec();
    layers.iter_mut().for_each(|layer| layer.biases.fill(0.0));
    let (network, _) = train(Network::from_layers(layers).unwrap(), &mnist, 0.01, 10).unwrap();
    assert_eq!(neurons_below(600, &fires(&network, &mnist)), Vec::<usize>::new());
}

#[test]
fn a_confident_mistake_moves_cross_entropy_fully_and_the_squared_error_hardly() {
    let a = 0.0025_f64;
    let (z, y) = (array![[(a / (1.0 - a)).ln(), 0.0]], array![[1.0, 0.0]]);
    for (loss, slope) in [(Loss::CrossEntropy, a - 1.0), (Loss::MeanSquaredError, -a * (1.0 - a).powi(2))] {
        let delta = loss.delta(Softmax, z.view(), y.view()).unwrap();
        assert!((delta[[0, 0]] - slope).abs() < 1e-12, "{loss:?}: {delta}");
    }
}
