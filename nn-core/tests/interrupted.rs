//! ■, pressed at any moment, keeps what was learned: each test runs once more in a process that listens as a cell's does.

mod common;

use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, thread};

use common::{easy_data, in_a_cell, message, normal};
use nn_core::prelude::*;
use nn_core::{Stopped, protocol};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const INTERRUPT: &str = "interrupt";
const LISTENS: &[&str] = &["NN_KERNEL_INTERRUPT"];
const MINI_BATCH: usize = 10;
const SEED: u64 = 5;

fn network() -> Network<f64> {
    Network::new(&[20, 16, 3], &[Tanh, Softmax], 3).unwrap().cast()
}

fn data() -> (Dataset, Dataset) {
    (easy_data(1995, 20, 3, 1), easy_data(100, 20, 3, 2))
}

fn training(threads: usize) -> Training {
    let training = Training::new(Loss::CrossEntropy).learning_rate(0.05).mini_batch_size(MINI_BATCH);
    training.shuffle(SEED).threads(threads).epochs(1_000_000).quiet()
}

/// All weights and biases as bits.
fn bits(network: &Network<f64>) -> Vec<u64> {
    let layers = network.layers().iter();
    layers.flat_map(|layer| layer.weights.iter().chain(&layer.biases)).map(|number| number.to_bits()).collect()
}

/// Calls `work` and presses ■ meanwhile, after `delay`; returns how long it went on after that as well. ■ is released then.
fn interrupt_after<R>(delay: Duration, work: impl FnOnce() -> R) -> (R, Duration) {
    let press = thread::spawn(move || {
        thread::sleep(delay);
        let pressed = Instant::now();
        fs::write(INTERRUPT, "").unwrap();
        pressed
    });
    let result = work();
    let end = Instant::now();
    let pressed = press.join().unwrap();
    fs::remove_file(INTERRUPT).unwrap();
    (result, end.saturating_duration_since(pressed))
}

/// The first mini-batches of an epoch, counted from 0, in the order in which training takes them.
fn first_mini_batches(train: &Dataset, epoch: usize, count: usize) -> Dataset {
    let mut order: Vec<_> = (0..train.len()).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    rng.set_stream(epoch as u64);
    order.shuffle(&mut rng);
    order.truncate(count * MINI_BATCH);
    Dataset::new(train.inputs.select(Axis(0), &order), train.labels.select(Axis(0), &order)).unwrap()
}

/// What the training makes of a network in so many whole epochs and then so many mini-batches; by the book or at full speed.
fn trained(stopped: Stopped, train: &Dataset, test: &Dataset, by_the_book: bool) -> Network<f64> {
    let mut network = network();
    let whole = stopped.epoch - 1;
    let rest = first_mini_batches(train, whole, stopped.mini_batches);
    let in_order = Training::new(Loss::CrossEntropy).learning_rate(0.05).mini_batch_size(MINI_BATCH).epochs(1).quiet();
    for (training, data) in [(training(1).epochs(whole.max(1)), train), (in_order, &rest)] {
        let is_nothing = if data.len() == train.len() { whole == 0 } else { data.is_empty() };
        if is_nothing {
            continue;
        }
        if by_the_book {
            training.by_the_book(&mut network, data).unwrap();
        } else {
            training.run(&mut network, data, test).unwrap();
        }
    }
    network
}

fn check_a_hundred_interrupts(threads: usize) {
    let (train, test) = data();
    let mut rng = ChaCha8Rng::seed_from_u64(threads as u64);
    let (mut late, mut in_the_middle) = (Vec::new(), 0);
    for round in 0..100 {
        let mut network = network();
        let delay = Duration::from_micros(rng.random_range(0..30_000));
        let run = || training(threads).run(&mut network, &train, &test).unwrap();
        let (history, went_on) = interrupt_after(delay, run);
        let stopped = history.stopped.expect("nobody waits for a million epochs");
        assert_eq!(history.epochs.len(), stopped.epoch - 1);
        assert_eq!((stopped.epochs, stopped.mini_batches_per_epoch), (1_000_000, 200));
        late.push(went_on);
        in_the_middle += usize::from(0 < stopped.mini_batches && stopped.mini_batches < 200);

        assert_eq!(bits(&network), bits(&trained(stopped, &train, &test, false)), "{stopped:?}");
        if round % 10 == 0 {
            let by_the_book = trained(stopped, &train, &test, true);
            for (ours, theirs) in network.layers().iter().zip(by_the_book.layers()) {
                assert!(common::deviation(&ours.weights, &theirs.weights) < 1e-9, "{stopped:?}");
                assert!(common::deviation(&ours.biases, &theirs.biases) < 1e-9, "{stopped:?}");
            }
        }
    }
    late.sort();
    println!("it went on for {:?} in the middle, {:?} at most; {in_the_middle} within an epoch", late[50], late[99]);
    // At most: the machine may be busy with something else.
    assert!(late[50] < Duration::from_millis(100) && late[90] < Duration::from_millis(200), "{late:?}");
    assert!(in_the_middle > 50, "{in_the_middle} of 100 within an epoch");
}

/// In bits against the same training of whole epochs and a last, shorter one; against the loop by the book to 1e-9, as `f64`.
#[test]
fn interrupted_a_hundred_times_one_thread_leaves_the_network_of_that_many_mini_batches() {
    let name = "interrupted_a_hundred_times_one_thread_leaves_the_network_of_that_many_mini_batches";
    match in_a_cell(name, LISTENS) {
        Some(printed) => println!("{printed}"),
        None => check_a_hundred_interrupts(1),
    }
}

#[test]
fn interrupted_a_hundred_times_two_threads_leave_the_network_of_that_many_mini_batches() {
    let name = "interrupted_a_hundred_times_two_threads_leave_the_network_of_that_many_mini_batches";
    match in_a_cell(name, LISTENS) {
        Some(printed) => println!("{printed}"),
        None => check_a_hundred_interrupts(2),
    }
}

#[test]
fn a_training_interrupted_a_hundred_times_and_resumed_ends_in_the_same_bits() {
    if in_a_cell("a_training_interrupted_a_hundred_times_and_resumed_ends_in_the_same_bits", LISTENS).is_some() {
        return;
    }
    let (train, test) = data();
    let path = Path::new("training.safetensors");
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut saved = 0;
    for round in 0..100 {
        let training = training(1 + round % 2).checkpoint(path);
        let delay = Duration::from_micros(rng.random_range(0..10_000));
        let mut resumed = network();
        let (history, _) = interrupt_after(delay, || training.resume(&mut resumed, &train, &test).unwrap());
        assert_eq!(history.stopped.map(|stopped| stopped.epoch), Some(history.epochs.len() + 1));
        assert!(history.epochs.len() >= saved);
        saved = history.epochs.len();
    }
    assert!(saved > 100, "the interrupts came too early to show anything: {saved} epochs");
    let mut resumed = network();
    let mut history = training(2).epochs(saved + 1).checkpoint(path).resume(&mut resumed, &train, &test).unwrap();
    let mut whole = network();
    let mut uninterrupted = training(1).epochs(saved + 1).run(&mut whole, &train, &test).unwrap();
    // A training that is resumed looks for hints anew.
    history.hints.clear();
    uninterrupted.hints.clear();
    assert_eq!(uninterrupted, history);
    assert_eq!(bits(&whole), bits(&resumed));
}

/// As large an epoch as it takes to be stopped in its middle.
#[test]
fn a_training_stopped_in_its_first_epoch_is_resumed_from_its_beginning() {
    if in_a_cell("a_training_stopped_in_its_first_epoch_is_resumed_from_its_beginning", LISTENS).is_some() {
        return;
    }
    let (train, test) = (easy_data(200_000, 20, 3, 1), easy_data(100, 20, 3, 2));
    let training = training(1).epochs(2);
    let checkpointed = training.clone().checkpoint("training.safetensors");
    // How long it takes until the epoch begins is the machine's affair.
    let attempts = (0..10).map(|attempt| {
        let mut stopped = network();
        let _ = fs::remove_file("training.safetensors");
        let run = || checkpointed.run(&mut stopped, &train, &test).unwrap();
        let (history, _) = interrupt_after(Duration::from_millis(5 << attempt), run);
        (history, stopped)
    });
    let mut in_the_middle = attempts.filter(|(history, _)| {
        history.stopped.is_some_and(|place| place.epoch == 1 && 0 < place.mini_batches && place.mini_batches < 20_000)
    });
    let (history, mut stopped) = in_the_middle.next().expect("one of the delays ends in the first epoch");
    assert_ne!(bits(&stopped), bits(&network()), "the network keeps what it has learned");
    assert_eq!(
        format!("{history:?}"),
        "History: 0 epochs, cross-entropy NaN, accuracy 0.0000, stopped in epoch 1 of 2"
    );

    let history = checkpointed.resume(&mut stopped, &train, &test).unwrap();
    let mut whole = network();
    assert_eq!(training.run(&mut whole, &train, &test).unwrap(), history);
    assert_eq!(bits(&whole), bits(&stopped));
}

#[test]
fn every_training_behind_an_interrupt_stops_at_once_and_an_older_checkpoint_stays() {
    if in_a_cell("every_training_behind_an_interrupt_stops_at_once_and_an_older_checkpoint_stays", LISTENS).is_some() {
        return;
    }
    let (train, test) = data();
    let checkpointed = training(1).checkpoint("training.safetensors");
    checkpointed.clone().epochs(3).run(&mut network(), &train, &test).unwrap();
    let before = fs::read("training.safetensors").unwrap();
    fs::write(INTERRUPT, "").unwrap();
    thread::sleep(Duration::from_millis(25));
    assert!(protocol::interrupted());
    for _ in 0..3 {
        let mut untouched = network();
        let history = checkpointed.run(&mut untouched, &train, &test).unwrap();
        let at_once =
            Stopped { epoch: 1, epochs: 1_000_000, mini_batches: 0, mini_batches_per_epoch: train.len().div_ceil(10) };
        assert_eq!(history.stopped, Some(at_once));
        assert_eq!(bits(&untouched), bits(&network()));
        assert_eq!(fs::read("training.safetensors").unwrap(), before);
    }
    let history = checkpointed.resume(&mut network(), &train, &test).unwrap();
    assert_eq!(history.epochs.len(), 3, "a resume gives back what the checkpoint holds");
    fs::remove_file(INTERRUPT).unwrap();
    assert!(!protocol::interrupted(), "■ is forgotten with the file");
}

#[test]
fn a_line_says_where_a_training_was_stopped_unless_it_is_quiet() {
    let Some(printed) = in_a_cell("a_line_says_where_a_training_was_stopped_unless_it_is_quiet", LISTENS) else {
        let (train, test) = data();
        fs::write(INTERRUPT, "").unwrap();
        let training = Training::new(Loss::CrossEntropy).epochs(10);
        training.run(&mut network(), &train, &test).unwrap();
        training.epochs(20).quiet().run(&mut network(), &train, &test).unwrap();
        return;
    };
    assert!(printed.contains("stopped in epoch 1 of 10\n"), "{printed}");
    assert!(!printed.contains("of 20"), "{printed}");
}

#[test]
fn a_training_stops_within_an_evaluation_on_a_large_test_set() {
    if in_a_cell("a_training_stops_within_an_evaluation_on_a_large_test_set", LISTENS).is_some() {
        return;
    }
    let (train, test) = (easy_data(10, 20, 3, 1), easy_data(1_000_000, 20, 3, 2));
    let mut network = network();
    let run = || training(1).epochs(3).run(&mut network, &train, &test).unwrap();
    let (history, _) = interrupt_after(Duration::from_millis(100), run);
    assert_eq!(history.stopped.map(|stopped| (stopped.epoch, stopped.mini_batches)), Some((1, 1)));
}

#[test]
fn long_answers_are_given_up_and_say_so_and_short_ones_are_given() {
    if in_a_cell("long_answers_are_given_up_and_say_so_and_short_ones_are_given", LISTENS).is_some() {
        return;
    }
    fs::write(INTERRUPT, "").unwrap();
    let network = Network::new(&[784, 2000, 10], &[Relu, Softmax], 1).unwrap();
    let inputs = normal::<f32>(20_000, 784, 1);
    let few = inputs.slice(s![..100, ..]);
    network.predict(few).unwrap();
    network.classify_all(few).unwrap();
    network.evaluate(&Dataset::new(few.to_owned(), Array1::zeros(100)).unwrap(), Loss::CrossEntropy).unwrap();

    let start = Instant::now();
    let what = "interrupted before it was done";
    assert_eq!(message(network.logits(inputs.view())), format!("logits: {what}"));
    assert_eq!(message(network.predict(inputs.view())), format!("predict: {what}"));
    assert_eq!(message(network.classify_all(inputs.view())), format!("classify_all: {what}"));
    let all = Dataset::new(inputs, Array1::zeros(20_000)).unwrap();
    assert_eq!(message(network.evaluate(&all, Loss::CrossEntropy)), format!("evaluate: {what}"));
    let mut by_the_book = network.clone();
    let learned = Training::new(Loss::CrossEntropy).by_the_book(&mut by_the_book, &all);
    assert_eq!(message(learned), format!("by_the_book: {what}"));
    assert_ne!(by_the_book, network);
    println!("five answers given up in {:?}", start.elapsed());
}

/// A prediction of many is made in parts, between which it can be stopped.
#[test]
fn an_answer_has_the_same_bits_however_many_are_asked_for() {
    let network = Network::new(&[784, 100, 10], &[Relu, Softmax], 1).unwrap();
    let inputs = normal::<f32>(2500, 784, 1);
    let all = network.predict(inputs.view()).unwrap();
    for rows in [0..2, 1..4, 250..253, 2000..2500, 3..2499] {
        let some = network.predict(inputs.slice(s![rows.clone(), ..])).unwrap();
        assert_eq!(some, all.slice(s![rows, ..]));
    }
}
