//! The pieces that a notebook builds a training of its own from: parts of data sets, sums of gradients, nudged weights.

mod common;

use common::{deviation, easy_data, message, normal, pairs, small_network, targets};
use ndarray::{Array1, Array2, Array3};
use nn_core::Epoch;
use nn_core::prelude::*;

/// Three mini-batches, the last of them smaller.
const SIZE: usize = 10;

#[test]
fn a_loop_over_mini_batches_is_the_loop_by_the_book_to_the_bit() {
    let data = easy_data(25, 4, 3, 1);
    let mut mine = Network::new(&[4, 5, 3], &[Relu, Softmax], 7).unwrap();
    let mut book = mine.clone();
    let training = Training::new(Loss::CrossEntropy).mini_batch_size(SIZE).learning_rate(0.1).epochs(2);
    for _ in 0..2 {
        for mini_batch in data.mini_batches(SIZE).unwrap() {
            let trace = mine.forward(mini_batch.inputs.view()).unwrap();
            let targets = mini_batch.targets(3).unwrap();
            let gradients = mine.backward(&trace, targets.view(), Loss::CrossEntropy).unwrap();
            mine.step(&gradients, 0.1).unwrap();
        }
    }
    training.by_the_book(&mut book, &data).unwrap();
    assert_eq!(common::bits(&mine), common::bits(&book));
}

#[test]
fn shuffled_is_the_order_of_a_shuffled_trainings_first_epoch() {
    let data = easy_data(25, 4, 3, 1);
    let mut plain = Network::new(&[4, 3], &[Softmax], 7).unwrap();
    let mut shuffling = plain.clone();
    let training = Training::new(Loss::CrossEntropy).mini_batch_size(SIZE).epochs(1);
    training.by_the_book(&mut plain, &data.shuffled(11)).unwrap();
    training.shuffle(11).by_the_book(&mut shuffling, &data).unwrap();
    assert_eq!(common::bits(&plain), common::bits(&shuffling));
    assert_ne!(data.shuffled(11), data.shuffled(12));
}

#[test]
fn mini_batches_and_halves_hold_every_example_once_in_order() {
    let data = easy_data(25, 4, 3, 1);
    for size in [1, 7, 25, 26, usize::MAX] {
        let parts = data.mini_batches(size).unwrap().reduce(|all, part| all.joined(&part).unwrap());
        assert_eq!(parts.unwrap(), data, "{size}");
        assert_eq!(data.mini_batches(size).unwrap().count(), 25_usize.div_ceil(size));
    }
    for first in [0, 1, 25] {
        let (front, back) = data.split(first).unwrap();
        assert_eq!((front.len(), back.len()), (first, 25 - first));
        assert_eq!(front.joined(&back).unwrap(), data);
    }
    assert_eq!(data.first(0).mini_batches(3).unwrap().count(), 0);
}

#[test]
fn a_shifted_picture_moves_and_paper_moves_in() {
    let mut inputs = Array2::zeros((2, 784));
    inputs[(0, 5 * 28 + 9)] = 1.0;
    inputs[(1, 27 * 28 + 27)] = 0.5;
    let data = Dataset::new(inputs, array![3, 4]).unwrap();
    let moved = data.shifted(2, -4).unwrap();
    assert_eq!(moved.inputs[(0, 7 * 28 + 5)], 1.0);
    assert_eq!(moved.inputs.sum(), 1.0, "the second picture's ink has left it");
    assert_eq!(moved.labels, data.labels);
    assert_eq!(data.shifted(-27, -27).unwrap().inputs[(1, 0)], 0.5);
    assert_eq!(data.shifted(0, 0).unwrap(), data);
    for far in [28, -28, isize::MAX, isize::MIN] {
        assert_eq!(data.shifted(far, 0).unwrap().inputs.sum(), 0.0);
        assert_eq!(data.shifted(0, far).unwrap().inputs.sum(), 0.0);
    }
}

#[test]
fn parts_of_data_sets_are_refused_with_what_was_expected() {
    let data = easy_data(5, 3, 2, 1);
    assert_eq!(message(data.mini_batches(0)), "size: expected at least one example in a mini-batch, found 0");
    assert_eq!(message(data.split(6)), "first: expected at most 5, the number of examples, found 6");
    assert_eq!(message(data.targets::<f32>(1)), "labels: expected labels below 1, found 1");
    let expected = "inputs: expected shape (n, side · side), for MNIST (n, 784), found [5, 3]";
    assert_eq!(message(data.shifted(1, 1)), expected);
    let wide = easy_data(5, 4, 2, 1);
    assert_eq!(message(data.joined(&wide)), "other.inputs: expected shape (n, 3), found [5, 4]");
    let torn = Dataset { labels: array![1], ..data.clone() };
    let expected = "labels: expected shape (5,), one per input, found [1]";
    assert_eq!(message(torn.mini_batches(2)), expected);
    assert_eq!(message(torn.split(1)), expected);
    assert_eq!(message(data.joined(&torn)), expected);
    assert_eq!(torn.shuffled(1).len(), 1);
}

#[test]
fn gradients_of_two_halves_add_up_to_those_of_the_whole() {
    let network = small_network(&[4, 5, 3], &[Tanh, Softmax], 7);
    let (inputs, targets) = (normal::<f64>(8, 4, 1), targets::<f64>(8, 3));
    let mut sum = Gradients::zeros(&network);
    for rows in [s![..4, ..], s![4.., ..]] {
        let trace = network.forward(inputs.slice(rows)).unwrap();
        let half = network.backward(&trace, targets.slice(rows), Loss::CrossEntropy).unwrap();
        sum.scaled_add(2.0, &half).unwrap();
    }
    sum.scale(0.25);
    let trace = network.forward(inputs.view()).unwrap();
    let whole = network.backward(&trace, targets.view(), Loss::CrossEntropy).unwrap();
    for i in 0..2 {
        assert!(largest_difference(&sum.weights[i], &whole.weights[i]).unwrap() < 1e-15);
        assert!(largest_difference(&sum.biases[i], &whole.biases[i]).unwrap() < 1e-15);
        assert!((whole.norms()[i] - whole.weights[i].mapv(|w| w * w).sum().sqrt()).abs() < 1e-15);
    }
}

#[test]
fn gradients_of_other_shapes_are_refused_and_nothing_changes() {
    let zeros = |sizes: &[usize]| Gradients::zeros(&small_network(sizes, &vec![Tanh; sizes.len() - 1], 7));
    let mut gradients = zeros(&[2, 3, 2]);
    let before = gradients.clone();
    let expected = "other: expected 2 layers of weights and 2 of biases, found 1 and 1";
    assert_eq!(message(gradients.scaled_add(1.0, &zeros(&[2, 3]))), expected);
    let expected = "other.weights: expected shape (3, 2), found [4, 2]";
    assert_eq!(message(gradients.scaled_add(1.0, &zeros(&[2, 4, 2]))), expected);
    let mut torn = zeros(&[2, 3, 2]);
    torn.biases[1] = Array1::ones(5);
    torn.weights[0].fill(1.0);
    assert_eq!(message(gradients.scaled_add(1.0, &torn)), "other.biases: expected shape (2,), found [5]");
    assert_eq!(gradients, before);
}

#[test]
fn the_largest_difference_sees_every_entry_nan_and_infinity() {
    let zeros = Array3::<f64>::zeros((2, 3, 4));
    for (at, _) in zeros.indexed_iter() {
        let mut other = zeros.clone();
        other[at] = -0.25;
        assert_eq!(largest_difference(&zeros, &other).unwrap(), 0.25);
        other[at] = f64::NAN;
        other[(1, 2, 3)] += 1.0;
        assert!(largest_difference(&zeros, &other).unwrap().is_nan());
    }
    let infinite = array![f64::INFINITY, 1.0];
    assert_eq!(largest_difference(&infinite, &infinite).unwrap(), 0.0);
    assert_eq!(largest_difference(&infinite, &array![1.0, 1.0]).unwrap(), f64::INFINITY);
    assert_eq!(largest_difference(&array![0.5_f32], &array![0.25_f64]).unwrap(), 0.25);
    assert_eq!(largest_difference(&zeros.slice(s![.., 0, ..0]), &Array2::<f64>::zeros((2, 0))).unwrap(), 0.0);
    assert_eq!(message(largest_difference(&zeros, &infinite)), "b: expected shape [2, 3, 4], as a has, found [2]");
}

#[test]
fn nudged_gradients_agree_with_backward_for_every_loss_and_output() {
    for (loss, output) in pairs() {
        let network = small_network(&[4, 5, 3], &[Tanh, output], 3);
        let (inputs, targets) = (normal::<f64>(6, 4, 2), targets::<f64>(6, 3));
        let nudged = network.numeric_gradients(inputs.view(), targets.view(), loss).unwrap();
        let trace = network.forward(inputs.view()).unwrap();
        let backward = network.backward(&trace, targets.view(), loss).unwrap();
        for i in 0..2 {
            assert!(deviation(&nudged.weights[i], &backward.weights[i]) < 1e-6, "{loss} after {output}");
            assert!(deviation(&nudged.biases[i], &backward.biases[i]) < 1e-6, "{loss} after {output}");
        }
    }
}

#[test]
fn too_many_nudges_and_wrong_shapes_are_refused_with_the_cure() {
    let network = small_network(&[784, 100, 10], &[Relu, Softmax], 7);
    let (inputs, right) = (Array2::zeros((10, 784)), targets::<f64>(10, 10));
    let expected = "network: expected at most 14142 weights and biases to be nudged with 10 examples; take fewer examples \
                    or a smaller network, or nudge a few weights by hand, found 79510";
    assert_eq!(message(network.numeric_gradients(inputs.view(), right.view(), Loss::CrossEntropy)), expected);
    let network = small_network(&[2, 3], &[Softmax], 7);
    let inputs = normal(4, 2, 1);
    let wrong = message(network.numeric_gradients(inputs.view(), targets(4, 2).view(), Loss::CrossEntropy));
    assert_eq!(wrong, "targets: expected shape (4, 3), found [4, 2]");
    let wrong = message(network.numeric_gradients(normal(4, 3, 1).view(), right.view(), Loss::CrossEntropy));
    assert_eq!(wrong, "inputs: expected shape (n, 2), found [4, 3]");
}

#[test]
fn the_best_epoch_is_the_first_of_the_smallest_test_loss_that_is_a_number() {
    let epoch = |test_loss| Epoch { train_loss: 0.0, test_loss, accuracy: 0.0, also: Vec::new() };
    let history = |losses: &[f64]| History {
        loss: Loss::CrossEntropy,
        hints: Vec::new(),
        also: Vec::new(),
        epochs: losses.iter().copied().map(epoch).collect(),
        stopped: None,
        networks: Vec::new(),
    };
    assert_eq!(history(&[0.9, 0.5, 0.7, 0.5]).best_epoch(), Some(1));
    assert_eq!(history(&[-f64::NAN, f64::NAN, 0.7, 0.8]).best_epoch(), Some(2));
    assert_eq!(history(&[f64::NAN]).best_epoch(), None);
    assert_eq!(history(&[]).best_epoch(), None);
}

/// Black, white, and the three colours' shares of a tone; what is transparent is white.
#[test]
fn a_picture_is_read_as_tones_from_black_to_white_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tones.png");
    let pixels =
        [[0, 0, 0, 255], [255, 255, 255, 255], [255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [0, 0, 0, 0]];
    image::RgbaImage::from_raw(3, 2, pixels.concat()).unwrap().save(&path).unwrap();
    let tones = data::picture(&path).unwrap();
    assert!(largest_difference(&tones, &array![[0.0, 1.0, 0.299], [0.587, 0.114, 1.0]]).unwrap() < 1e-6, "{tones}");
    let missing = message(data::picture(folder.path().join("none.png")));
    assert!(missing.contains("none.png: cannot read"), "{missing}");
}
