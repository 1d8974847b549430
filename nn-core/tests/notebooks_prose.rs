//! What the prose of `notebooks/experiments.ipynb`, `overfitting.ipynb` and `handwriting.ipynb` says and no cell of them shows.
//! Numbers may differ on another processor in the last digits, so they are compared with some room.

#[path = "common/repository.rs"]
mod repository;

use nn_core::prelude::*;
use repository::mnist;

/// Trains a network on cross-entropy and returns its accuracy on `validation` after each epoch.
fn accuracies(mut network: Network, training: Training, train: &Dataset, validation: &Dataset) -> Vec<f64> {
    training.quiet().run(&mut network, train, validation).unwrap().accuracies()
}

fn training(learning_rate: f64, epochs: usize) -> Training {
    Training::new(Loss::CrossEntropy).learning_rate(learning_rate).epochs(epochs)
}

fn network(hidden: usize) -> Network {
    Network::new(&[784, hidden, 10], &[Relu, Softmax], 7).unwrap()
}

fn he(sizes: &[usize], activations: &[Activation]) -> Network {
    let mut layers = Network::new(sizes, activations, 7).unwrap().layers().to_vec();
    for layer in &mut layers {
        layer.weights *= 2_f32.sqrt();
        layer.biases.fill(0.0);
    }
    Network::from_layers(layers).unwrap()
}

fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 0.003, "{found}, expected about {expected}");
}

#[test]
fn single_pictures_want_a_hundredth_of_the_learning_rate_and_can_take_longer_steps() {
    let Some(mnist) = mnist() else { return };
    let (train, validation) = mnist.train.split(50_000).unwrap();
    assert_near(accuracies(network(100), training(0.1, 1), &train, &validation)[0], 0.9138);
    assert_near(accuracies(network(100), training(0.001, 1).mini_batch_size(1), &train, &validation)[0], 0.9132);
    assert_near(accuracies(network(100), training(0.01, 1).mini_batch_size(1), &train, &validation)[0], 0.9581);
}

#[test]
fn he_is_worth_as_much_with_three_hidden_layers_as_with_one() {
    let Some(mnist) = mnist() else { return };
    let (train, validation) = mnist.train.split(50_000).unwrap();
    let (sizes, activations) = ([784, 100, 100, 100, 10], [Relu, Relu, Relu, Softmax]);
    let original = Network::new(&sizes, &activations, 7).unwrap();
    assert_near(accuracies(original, training(0.1, 3), &train, &validation)[2], 0.9565);
    assert_near(accuracies(he(&sizes, &activations), training(0.1, 3), &train, &validation)[2], 0.9635);
    assert_near(accuracies(network(100), training(0.1, 3), &train, &validation)[2], 0.9411);
    assert_near(accuracies(he(&[784, 100, 10], &[Relu, Softmax]), training(0.1, 3), &train, &validation)[2], 0.9501);
}

#[test]
fn learning_rate_a_tenth_ends_in_an_error_where_pixels_reach_255() {
    let Some(mnist) = mnist() else { return };
    let large = Dataset::new(mnist.train.inputs * 255.0, mnist.train.labels).unwrap();
    let message = training(0.1, 1).quiet().run(&mut network(100), &large, &large.first(10)).unwrap_err().to_string();
    assert!(message.contains("the learning rate 0.1 is likely too large"), "{message}");
}

#[test]
fn ten_neurons_learn_a_thousand_digits_by_heart_too() {
    let Some(mnist) = mnist() else { return };
    let (rest, validation) = mnist.train.split(50_000).unwrap();
    let few = rest.first(1000);
    let mut ten = network(10);
    let training = training(0.1, 100).mini_batch_size(10).quiet();
    let history = training.run(&mut ten, &few, &validation).unwrap();
    let on_few = ten.evaluate(&few, Loss::CrossEntropy).unwrap();
    assert!(on_few.accuracy == 1.0 && (on_few.loss - 0.002).abs() < 0.0005, "{on_few:?}");
    assert_eq!((ten.parameter_count(), history.best_epoch()), (7_960, Some(3)));
    assert_near(history.test_losses()[3], 0.6361);
    assert!((history.test_losses()[99] - 0.9040).abs() < 0.02, "{history:?}");
    assert!((history.accuracy() - 0.8505).abs() < 0.005, "{history:?}");
}

#[test]
fn clothes_mind_a_move_more_than_digits() {
    let Some(folder) = repository::data_folder() else { return };
    let fashion = data::mnist(folder.join("fashion")).unwrap();
    let (train, _) = fashion.train.split(8_000).unwrap();
    let mut clothes = network(100);
    training(0.1, 20).quiet().run(&mut clothes, &train, &fashion.test).unwrap();
    for (right, accuracy) in [(0, 0.8320), (1, 0.7350), (2, 0.5105)] {
        let moved = fashion.test.shifted(0, right).unwrap();
        // Of 2,000 pictures: three in a thousand are six of them.
        assert!((clothes.evaluate(&moved, Loss::CrossEntropy).unwrap().accuracy - accuracy).abs() < 0.006);
    }
}

#[test]
fn half_of_the_pixels_of_clothes_have_ink_and_a_fifth_of_those_of_digits() {
    let Some(folder) = repository::data_folder() else { return };
    let ink = |dataset: &Dataset| {
        dataset.inputs.iter().filter(|&&ink| ink > 0.0).count() as f64 / dataset.inputs.len() as f64
    };
    assert!((ink(&data::mnist(folder.join("fashion")).unwrap().train) - 0.50).abs() < 0.01);
    assert!((ink(&data::mnist(folder).unwrap().train) - 0.19).abs() < 0.01);
}
