//! Training: one step by hand, the order of the examples, the record, every mistake in the arguments, and divergence.

mod common;

use common::{bits, easy_data, layer, message};
use nn_core::prelude::*;
use nn_core::{Epoch, Evaluation};

/// One input to one output, a = wx + b: with mean squared error and label 0, the loss is (wx + b − 1)² / 2.
fn line(w: f64, b: f64) -> Network<f64> {
    Network::from_layers(vec![layer(array![[w]], array![b], Identity)]).unwrap()
}

/// One example, x = 1, of the one class there is.
fn one() -> Dataset {
    Dataset::new(array![[1.0]], array![0]).unwrap()
}

fn quiet(loss: Loss, mini_batch_size: usize, epochs: usize) -> Training {
    Training::new(loss).mini_batch_size(mini_batch_size).epochs(epochs).quiet()
}

/// x = 2, y = (1, 0), W = (1, 2)ᵀ, b = (0, 1), η = ½:
/// ```text
/// a = (2, 5)      loss = (1² + 5²) / 4 = 6.5      δ = (1, 5) / 2      ∂loss/∂W = (1, 5)ᵀ
/// W = (1 − ½, 2 − 5/2)ᵀ = (½, −½)ᵀ      b = (0 − ¼, 1 − 5/4) = (−¼, −¼)
/// a = (¾, −5/4)   loss = (1/16 + 25/16) / 4 = 13/32
/// ```
#[test]
fn one_step_gives_the_numbers_worked_out_by_hand() {
    let start = layer(array![[1.0_f32], [2.0]], array![0.0, 1.0], Identity);
    let mut network = Network::from_layers(vec![start]).unwrap();
    let data = Dataset::new(array![[2.0]], array![0]).unwrap();
    let history = quiet(Loss::MeanSquaredError, 1, 1).learning_rate(0.5).run(&mut network, &data, &data).unwrap();
    assert_eq!(network.layers()[0].weights, array![[0.5], [-0.5]]);
    assert_eq!(network.layers()[0].biases, array![-0.25, -0.25]);
    let epoch = Epoch { train_loss: 6.5, test_loss: 13.0 / 32.0, accuracy: 1.0, also: vec![] };
    assert_eq!(history.epochs, [epoch]);
}

/// In f64 and to rounding: training adds the same terms in another order than these methods.
#[test]
fn an_epoch_is_forward_loss_backward_step_for_each_mini_batch_in_the_datas_order_the_last_one_smaller() {
    let data = easy_data(10, 4, 3, 1);
    let mut trained = Network::new(&[4, 5, 3], &[Tanh, Softmax], 1).unwrap().cast::<f64>();
    let mut by_hand = trained.clone();
    let history = quiet(Loss::CrossEntropy, 4, 2).learning_rate(0.3).run(&mut trained, &data, &data).unwrap();
    for epoch in 0..2 {
        let mut sum = 0.0;
        for rows in [0..4, 4..8, 8..10] {
            let targets = data::one_hot(data.labels.slice(s![rows.clone()]), 3).unwrap();
            let inputs = data.inputs.slice(s![rows.clone(), ..]).mapv(f64::from);
            let trace = by_hand.forward(inputs.view()).unwrap();
            let loss = Loss::CrossEntropy.value_from_logits(Softmax, trace.zs[1].view(), targets.view()).unwrap();
            sum += loss * rows.len() as f64;
            let gradients = by_hand.backward(&trace, targets.view(), Loss::CrossEntropy).unwrap();
            by_hand.step(&gradients, 0.3).unwrap();
        }
        assert!((history.train_losses()[epoch] - sum / 10.0).abs() < 1e-14);
    }
    for (trained, by_hand) in trained.layers().iter().zip(by_hand.layers()) {
        assert!((&trained.weights - &by_hand.weights).iter().all(|difference| difference.abs() < 1e-14));
        assert!((&trained.biases - &by_hand.biases).iter().all(|difference| difference.abs() < 1e-14));
    }
}

/// The order in which an epoch visits eight examples, each exactly once, read off the weights.
///
/// Example i is the unit vector i, so that only its visit moves weight i. From w = 0 and b = 0, with η = ½ and target 1,
/// visit t finds 1 − b = 2⁻ᵗ and leaves w = 2⁻ᵗ⁻¹: exact in binary. A second visit would leave another number.
fn visits(training: Training) -> Vec<usize> {
    let data = Dataset::new(Array2::eye(8), Array1::zeros(8)).unwrap();
    let start = layer(Array2::<f32>::zeros((1, 8)), array![0.0], Identity);
    let mut network = Network::from_layers(vec![start]).unwrap();
    training.learning_rate(0.5).run(&mut network, &data, &data).unwrap();
    let weights = network.layers()[0].weights.row(0).to_vec();
    let visited_at = |t: usize| weights.iter().position(|&w| w == 0.5_f32.powi(t as i32 + 1));
    (0..8).map(|t| visited_at(t).expect("every example is visited once")).collect()
}

#[test]
fn without_a_seed_the_examples_come_in_the_datas_order() {
    assert_eq!(visits(quiet(Loss::MeanSquaredError, 1, 1)), [0, 1, 2, 3, 4, 5, 6, 7]);
}

/// The two orders were written down when this test was: a seed gives the same one on every machine.
#[test]
fn shuffling_visits_every_example_once_in_an_order_that_the_seed_decides() {
    let shuffled = |seed| visits(quiet(Loss::MeanSquaredError, 1, 1).shuffle(seed));
    assert_eq!(shuffled(1), [3, 4, 5, 2, 7, 1, 6, 0]);
    assert_eq!(shuffled(2), [3, 0, 4, 6, 5, 2, 1, 7]);
    assert_eq!(shuffled(1), shuffled(1));
}

#[test]
fn shuffling_takes_a_new_order_in_every_epoch_and_trains_to_the_same_bits_every_time() {
    let data = easy_data(40, 4, 3, 1);
    let trained = |training: Training, times| {
        let mut network = Network::new(&[4, 5, 3], &[Tanh, Softmax], 1).unwrap();
        for _ in 0..times {
            training.run(&mut network, &data, &data).unwrap();
        }
        bits(&network)
    };
    let training = |epochs| quiet(Loss::CrossEntropy, 5, epochs).learning_rate(0.3);
    assert_eq!(trained(training(3).shuffle(1), 1), trained(training(3).shuffle(1), 1));
    assert_ne!(trained(training(3).shuffle(1), 1), trained(training(3).shuffle(2), 1));
    assert_ne!(trained(training(3).shuffle(1), 1), trained(training(3), 1));
    // Two runs of one epoch both take the first epoch's order; in the data's order they are one run of two.
    assert_ne!(trained(training(2).shuffle(1), 1), trained(training(1).shuffle(1), 2));
    assert_eq!(trained(training(2), 1), trained(training(1), 2));
}

#[test]
fn training_learns_an_easy_task_with_every_loss() {
    let (train, test) = (easy_data(600, 3, 3, 1), easy_data(300, 3, 3, 2));
    for (loss, output) in common::pairs() {
        let mut network = Network::new(&[3, 16, 3], &[Tanh, output], 1).unwrap();
        let rate = if loss == Loss::MeanSquaredError { 0.5 } else { 0.2 };
        let history = quiet(loss, 10, 30).learning_rate(rate).run(&mut network, &train, &test).unwrap();
        let losses = history.test_losses();
        assert!(losses[29] < losses[0], "{loss} after {output}: {losses:?}");
        // Guessing is right in a third of all cases.
        assert!(history.accuracy() > 0.85, "{loss} after {output}: {}", history.accuracy());
    }
}

#[test]
fn the_defaults_are_the_original_notebooks() {
    let original = Training::new(Loss::CrossEntropy).learning_rate(0.01).mini_batch_size(100).epochs(10);
    assert_eq!(Training::new(Loss::CrossEntropy), original);
}

#[test]
fn the_history_agrees_with_itself_and_with_evaluate() {
    let (train, test) = (easy_data(50, 4, 3, 1), easy_data(20, 4, 3, 2));
    let mut network = Network::new(&[4, 5, 3], &[Relu, Softmax], 1).unwrap();
    let training = quiet(Loss::CrossEntropy, 10, 4).also(Loss::BinaryCrossEntropy).also(Loss::MeanSquaredError);
    let history = training.run(&mut network, &train, &test).unwrap();

    assert_eq!(history.epochs.len(), 4);
    assert_eq!(history.losses(Loss::CrossEntropy).unwrap(), history.test_losses());
    assert_eq!(history.accuracies().last(), Some(&history.accuracy()));
    for loss in Loss::ALL {
        let Evaluation { loss: value, accuracy } = network.evaluate(&test, loss).unwrap();
        let measured = history.losses(loss).unwrap()[3];
        assert!((measured - value).abs() < 1e-6 * value, "{loss}: {measured} in training, {value} after it");
        assert_eq!(history.accuracy(), accuracy);
    }
    let last = &history.epochs[3];
    assert_eq!(last.also, Loss::ALL[1..].iter().map(|&loss| history.losses(loss).unwrap()[3]).collect::<Vec<_>>());
    let expected = format!("History: 4 epochs, cross-entropy {:.4}, accuracy {:.4}", last.test_loss, last.accuracy);
    assert_eq!(format!("{history:?}"), expected);
}

#[test]
fn a_loss_that_was_not_measured_is_refused_by_name() {
    let history = quiet(Loss::MeanSquaredError, 1, 1).run(&mut line(0.0, 0.0), &one(), &one()).unwrap();
    let expected = "loss: expected mean squared error or one given to Training::also, found cross-entropy";
    assert_eq!(message(history.losses(Loss::CrossEntropy)), expected);
}

/// 2,345 examples, so that the parts in which they are measured are not equally large.
#[test]
fn evaluate_is_the_loss_and_accuracy_of_all_outputs_at_once() {
    let data = easy_data(2345, 4, 3, 1);
    let network = Network::new(&[4, 5, 3], &[Relu, Softmax], 1).unwrap();
    let outputs = network.predict(data.inputs.view()).unwrap();
    let targets = data::one_hot(data.labels.view(), 3).unwrap();
    for loss in Loss::ALL {
        let found = network.evaluate(&data, loss).unwrap();
        let expected = f64::from(loss.value(outputs.view(), targets.view()).unwrap());
        assert!((found.loss - expected).abs() < 1e-6 * expected, "{loss}: {} and {expected}", found.loss);
        assert_eq!(found.accuracy, metrics::accuracy(outputs.view(), data.labels.view()).unwrap());
    }
}

/// What `change` does to a right training, as a message; the network must be as before.
fn refused(change: impl FnOnce(&mut Training, &mut Network, &mut Dataset, &mut Dataset)) -> String {
    let (mut train, mut test) = (easy_data(50, 4, 3, 1), easy_data(20, 4, 3, 2));
    let mut network = Network::new(&[4, 5, 3], &[Relu, Softmax], 1).unwrap();
    let mut training = quiet(Loss::CrossEntropy, 10, 2);
    change(&mut training, &mut network, &mut train, &mut test);
    let before = bits(&network);
    let message = message(training.run(&mut network, &train, &test));
    assert_eq!(bits(&network), before);
    message
}

#[test]
fn options_that_make_no_sense_are_refused_and_nothing_changes() {
    for rate in [0.0, -0.01, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e60] {
        let expected = format!("learning_rate: expected a positive number, found {rate}");
        assert_eq!(refused(|training, _, _, _| *training = training.clone().learning_rate(rate)), expected);
    }
    assert_eq!(
        refused(|training, _, _, _| *training = training.clone().epochs(0)),
        "epochs: expected 1 or more, found 0"
    );
    for size in [0, 51, usize::MAX] {
        let expected = format!("mini_batch_size: expected 1 to 50, the number of training examples, found {size}");
        assert_eq!(refused(|training, _, _, _| *training = training.clone().mini_batch_size(size)), expected);
    }
    assert_eq!(
        refused(|training, _, _, _| *training = training.clone().threads(0)),
        "threads: expected 1 to 1024, found 0"
    );
}

#[test]
fn the_networks_of_all_epochs_are_kept_where_that_is_asked_for() {
    let data = easy_data(20, 4, 3, 1);
    let start = Network::new(&[4, 3], &[Softmax], 1).unwrap();
    let run = |training: Training| {
        let mut network = start.clone();
        let history = training.run(&mut network, &data, &data).unwrap();
        (history.networks, network)
    };
    let training = quiet(Loss::CrossEntropy, 5, 2);
    assert!(run(training.clone()).0.is_empty());
    let (networks, last) = run(training.keep_networks());
    assert_eq!(networks.len(), 3);
    assert_eq!(networks[0], start);
    assert_ne!(networks[1], last);
    assert_eq!(networks[2], last);
}

#[test]
fn a_mini_batch_of_all_the_data_is_fine() {
    let data = easy_data(50, 4, 3, 1);
    let mut network = Network::new(&[4, 3], &[Softmax], 1).unwrap();
    assert_eq!(quiet(Loss::CrossEntropy, 50, 3).run(&mut network, &data, &data).unwrap().epochs.len(), 3);
}

#[test]
fn data_that_does_not_fit_is_refused_and_nothing_changes() {
    let empty = || Dataset::new(Array2::zeros((0, 4)), Array1::zeros(0)).unwrap();
    assert_eq!(refused(|_, _, train, _| *train = empty()), "train: expected at least one example, found none");
    assert_eq!(refused(|_, _, _, test| *test = empty()), "test: expected at least one example, found none");

    let wide = || easy_data(20, 5, 3, 1);
    assert_eq!(refused(|_, _, train, _| *train = wide()), "train: expected shape (20, 4), found [20, 5]");
    assert_eq!(refused(|_, _, _, test| *test = wide()), "test: expected shape (20, 4), found [20, 5]");

    // The fields are public: they can be made not to match.
    let shorter = |dataset: &mut Dataset| dataset.labels = dataset.labels.slice(s![..-1]).to_owned();
    assert_eq!(refused(|_, _, train, _| shorter(train)), "train: expected shape (49, 4), found [50, 4]");
    assert_eq!(refused(|_, _, _, test| shorter(test)), "test: expected shape (19, 4), found [20, 4]");

    let expected = "expected labels below 3, one per output, found 3";
    assert_eq!(refused(|_, _, train, _| train.labels[49] = 3), format!("train: {expected}"));
    assert_eq!(refused(|_, _, _, test| test.labels[0] = 3), format!("test: {expected}"));
}

#[test]
fn numbers_that_are_not_finite_are_refused_before_they_look_like_divergence() {
    for number in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let expected = "expected finite inputs, found NaN or infinity in row 17";
        assert_eq!(refused(|_, _, train, _| train.inputs[(17, 2)] = number), format!("train: {expected}"));
        assert_eq!(refused(|_, _, _, test| test.inputs[(17, 2)] = number), format!("test: {expected}"));
        let broken = |network: &mut Network| {
            let mut layers = network.layers().to_vec();
            layers[1].biases[2] = number;
            *network = Network::from_layers(layers).unwrap();
        };
        let expected = format!("network: expected finite weights and biases in layers[1], found {number}");
        assert_eq!(refused(|_, network, _, _| broken(network)), expected);
    }
}

#[test]
fn evaluate_refuses_data_that_does_not_fit() {
    let network = Network::new(&[4, 3], &[Softmax], 1).unwrap();
    let evaluate = |dataset| message(network.evaluate(&dataset, Loss::CrossEntropy));
    let empty = Dataset::new(Array2::zeros((0, 4)), Array1::zeros(0)).unwrap();
    assert_eq!(evaluate(empty), "dataset: expected at least one example, found none");
    assert_eq!(evaluate(easy_data(20, 5, 3, 1)), "dataset: expected shape (20, 4), found [20, 5]");
    let many = Dataset::new(Array2::zeros((2, 4)), array![2, 200]).unwrap();
    assert_eq!(evaluate(many), "dataset: expected labels below 3, one per output, found 200");
}

/// With η = 1½ a step turns a − 1 into −2 (a − 1) and the loss into four times itself: 2, 8, 32, where 20 is the limit.
/// ```text
/// w, b = 3, 0    a − 1 = 2     w, b = 3 − 1½ · 2, 0 − 1½ · 2 = 0, −3
///                a − 1 = −4    w, b = 0 + 1½ · 4, −3 + 1½ · 4 = 6, 3      the last good ones
///                a − 1 = 8
/// ```
#[test]
fn divergence_names_epoch_loss_and_cause_and_the_network_keeps_its_last_good_weights() {
    let mut network = line(3.0, 0.0);
    let training = quiet(Loss::MeanSquaredError, 1, usize::MAX).learning_rate(1.5);
    let error = training.run(&mut network, &one(), &one()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "epoch 2: expected a falling loss, found 32: the learning rate 1.5 is likely too large; \
         the network keeps its weights from before this epoch"
    );
    assert!(matches!(error, Error::Diverged { epoch: 2, loss: 32.0, learning_rate: 1.5 }));
    assert_eq!(network, line(6.0, 3.0));
}

/// From a − 1 = 3 the losses are 4.5, 18 and 72: the second is not yet ten times the first, the third is.
#[test]
fn a_loss_below_ten_times_the_first_is_not_yet_divergence() {
    let training = quiet(Loss::MeanSquaredError, 1, 100).learning_rate(1.5);
    let error = training.run(&mut line(4.0, 0.0), &one(), &one()).unwrap_err();
    assert!(matches!(error, Error::Diverged { epoch: 2, loss: 72.0, .. }), "{error}");
}

/// The loss of a first epoch is judged by its first mini-batch's, a mean over two examples here: 2, then 8, 32, 128.
/// The limit is 20; three mini-batches have a mean of 14, and four of 42½.
#[test]
fn the_first_epoch_diverges_at_ten_times_the_mean_loss_of_its_first_mini_batch() {
    let training = quiet(Loss::MeanSquaredError, 2, 1).learning_rate(1.5);
    let run = |examples| {
        let data = Dataset::new(Array2::ones((examples, 1)), Array1::zeros(examples)).unwrap();
        training.run(&mut line(3.0, 0.0), &data, &data)
    };
    assert_eq!(run(6).unwrap().train_losses(), [14.0]);
    let error = run(8).unwrap_err();
    assert!(matches!(error, Error::Diverged { epoch: 0, loss: 42.5, .. }), "{error}");
}

/// The sum of two losses is 1.4 · 10³⁰⁸, below f64's largest number of 1.8 · 10³⁰⁸: twice that sum would not be.
#[test]
fn a_loss_is_divergence_only_where_it_is_no_number_any_more() {
    let two = Dataset::new(array![[1.0], [1.0]], array![0, 0]).unwrap();
    let training = quiet(Loss::MeanSquaredError, 2, 1);
    assert!(training.clone().learning_rate(0.5).run(&mut line(1.2e154, 0.0), &two, &two).is_ok());
    let error = training.learning_rate(0.5).run(&mut line(1e200, 0.0), &two, &two).unwrap_err();
    assert!(matches!(error, Error::Diverged { epoch: 0, loss: f64::INFINITY, .. }), "{error}");
}

/// From a loss of ½ · 10⁻⁶: four times that, again and again, is above 10 after 13 epochs.
#[test]
fn a_network_that_is_nearly_perfect_may_get_worse_before_that_counts_as_divergence() {
    let training = quiet(Loss::MeanSquaredError, 1, 100).learning_rate(1.5);
    let error = training.run(&mut line(1.0, 0.001), &one(), &one()).unwrap_err();
    assert!(matches!(error, Error::Diverged { epoch: 13, .. }), "{error}");
}

/// The losses stay finite in the first case, around 4e5, with the network at the mercy of chance.
#[test]
fn a_learning_rate_that_is_far_too_large_is_an_error_that_leaves_the_network_alone() {
    let data = easy_data(600, 20, 3, 1);
    for (output, loss, rate) in [
        (Softmax, Loss::CrossEntropy, 1e6),
        (Softmax, Loss::CrossEntropy, 1e3),
        (Sigmoid, Loss::BinaryCrossEntropy, 1e4),
        (Identity, Loss::MeanSquaredError, 1e2),
        (Identity, Loss::MeanSquaredError, 1e35),
    ] {
        let mut network = Network::new(&[20, 30, 3], &[Relu, output], 1).unwrap();
        let before = bits(&network);
        let result = quiet(loss, 10, 5).learning_rate(rate).run(&mut network, &data, &data);
        assert!(matches!(result, Err(Error::Diverged { epoch: 0, .. })), "{loss}, {rate}: {result:?}");
        assert_eq!(bits(&network), before);
    }
}

/// As above: 2, 8, then 32, which is more than ten times 2. Resumed after 8, the first loss that is seen is 32.
#[test]
fn a_resumed_training_diverges_where_an_uninterrupted_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let training =
        |epochs| quiet(Loss::MeanSquaredError, 1, epochs).learning_rate(1.5).checkpoint(folder.path().join("c"));
    training(2).run(&mut line(3.0, 0.0), &one(), &one()).unwrap();
    let mut network = line(3.0, 0.0);
    let error = training(9).resume(&mut network, &one(), &one()).unwrap_err();
    assert!(matches!(error, Error::Diverged { epoch: 2, loss: 32.0, .. }), "{error}");
    assert_eq!(network, line(6.0, 3.0));
}

/// One step, with δ = 1 at the output, moves the hidden weight and bias by −η · 10²⁰ = −10³⁹, which is −∞ in f32; but relu
/// makes 0 of it, and the loss is (10¹⁹)² / 2.
#[test]
fn weights_that_are_no_numbers_any_more_are_divergence_even_where_the_loss_is_one() {
    let hidden = layer(array![[1e-20_f32]], array![0.0], Relu);
    let start = || Network::from_layers(vec![hidden.clone(), layer(array![[1e20]], array![1.0], Identity)]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    let mut network = start();
    let training = quiet(Loss::MeanSquaredError, 1, 1).learning_rate(1e19).checkpoint(&path);
    let error = training.run(&mut network, &one(), &one()).unwrap_err();
    assert!(matches!(error, Error::Diverged { epoch: 0, loss, .. } if loss.is_nan()), "{error}");
    assert_eq!(network, start());
    assert!(!path.exists());
}

/// The losses are 2, 8, and 32, which is too much.
#[test]
fn divergence_leaves_the_checkpoint_of_the_last_good_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    let training = quiet(Loss::MeanSquaredError, 1, 100).learning_rate(1.5).checkpoint(&path);
    let mut network = line(3.0, 0.0);
    training.run(&mut network, &one(), &one()).unwrap_err();
    assert_eq!(Network::load_f64(&path).unwrap(), network);
    assert_eq!(network, line(6.0, 3.0));
}
