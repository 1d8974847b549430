//! A network's receipt says what it follows from, and what came of it.

mod common;
#[path = "common/repository.rs"]
mod repository;

use common::{easy_data, layer, say, skip};
use nn_core::prelude::*;

fn data() -> Mnist {
    Mnist { train: easy_data(50, 4, 3, 1), test: easy_data(20, 4, 3, 2) }
}

/// The text that stands beside this title; the last one, if there are several.
fn row(receipt: &Table, title: &str) -> Option<String> {
    let text = receipt.to_text();
    text.lines().rev().find_map(|line| Some(line.strip_prefix(title)?.strip_prefix("  ")?.trim().to_owned()))
}

fn titles(receipt: &Table) -> Vec<String> {
    let text = receipt.to_text();
    text.lines()
        .filter_map(|line| Some(line.split_once("  ")?.0.to_owned()))
        .filter(|title| !title.is_empty())
        .collect()
}

fn training() -> Training {
    Training::new(Loss::CrossEntropy).mini_batch_size(10).epochs(3).quiet()
}

#[test]
fn a_receipt_holds_all_that_the_network_follows_from() {
    let mnist = data();
    let mut network = Network::new(&[4, 5, 3], &[Relu, Softmax], 7).unwrap();
    let first = network.fingerprint();
    let history = training().shuffle(5).run(&mut network, &mnist.train, &mnist.test).unwrap();
    let receipt = network.receipt(&mnist).unwrap();
    let expected = [
        ("network", "4 → 5 relu → 3 softmax, 43 parameters, f32".to_owned()),
        ("initial weights", "seed 7".to_owned()),
        ("trained from", format!("fingerprint {first}")),
        ("training", "3 epochs on cross-entropy, learning rate 0.01".to_owned()),
        ("mini-batches", "of 10 from 50 examples shuffled with seed 5".to_owned()),
        ("test accuracy", format!("{:.4}", history.accuracy())),
        ("fingerprint", network.fingerprint()),
        ("nn-core", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    for (title, text) in expected {
        assert_eq!(row(&receipt, title), Some(text), "{}", receipt.to_text());
    }
    assert!(row(&receipt, "rustc").unwrap().starts_with("1."), "{}", receipt.to_text());
    assert!(row(&receipt, "processor").unwrap().starts_with(std::env::consts::ARCH));
}

/// Of the real MNIST: the sums of its files as everybody publishes them, which `data/README.md` lists.
#[test]
fn a_receipts_sums_are_those_of_mnists_own_files() {
    let Some(mnist) = repository::mnist() else { return };
    let receipt = Network::new(&[784, 10], &[Softmax], 1).unwrap().receipt(&mnist).unwrap().to_text();
    let readme = std::fs::read_to_string("../data/README.md").unwrap();
    for (title, file) in [
        ("60000 training images, SHA-256", "train-images-idx3-ubyte"),
        ("10000 test images, SHA-256", "t10k-images-idx3-ubyte"),
        ("their labels, SHA-256", "train-labels-idx1-ubyte"),
        ("their labels, SHA-256", "t10k-labels-idx1-ubyte"),
    ] {
        let line = readme.lines().find(|line| line.starts_with(&format!("| `{file}`"))).unwrap();
        let sum = line.split('`').nth(3).unwrap();
        let found = receipt.lines().any(|line| line.starts_with(title) && line.ends_with(sum));
        assert!(sum.len() == 64 && found, "{file} {sum}: {receipt}");
    }
}

#[test]
fn another_pixel_or_label_is_another_sum() {
    let network = Network::new(&[4, 3], &[Softmax], 1).unwrap();
    let sums = |mnist: &Mnist| {
        let text = network.receipt(mnist).unwrap().to_text();
        text.lines().filter(|line| line.contains("SHA-256")).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = sums(&data());
    assert_eq!(before.len(), 4);
    let mut other = data();
    other.train.inputs[(3, 2)] += 1e-3;
    other.test.labels[4] ^= 1;
    let after = sums(&other);
    let same: Vec<_> = before.iter().zip(&after).map(|(before, after)| before == after).collect();
    assert_eq!(same, [false, true, true, false]);
}

#[test]
fn a_receipt_tells_of_every_training_of_steps_by_hand_and_of_weights_from_elsewhere() {
    let mnist = data();
    let mut network = Network::new(&[4, 3], &[Softmax], 7).unwrap();
    training().epochs(1).run(&mut network, &mnist.train, &mnist.test).unwrap();
    let trace = network.forward(mnist.train.inputs.view()).unwrap();
    let targets = data::one_hot(mnist.train.labels.view(), 3).unwrap();
    let gradients = network.backward(&trace, targets.view(), Loss::CrossEntropy).unwrap();
    (0..5).for_each(|_| network.step(&gradients, 0.1).unwrap());
    let between = network.fingerprint();
    training().run(&mut network, &mnist.train, &mnist.test).unwrap();

    let receipt = network.receipt(&mnist).unwrap();
    let story = ["initial weights", "trained from", "training", "mini-batches", "steps", "trained from", "training"];
    assert_eq!(titles(&receipt)[1..8], story, "{}", receipt.to_text());
    assert_eq!(row(&receipt, "trained from").unwrap(), format!("fingerprint {between}"));

    let given = Network::from_layers(vec![layer(Array2::<f64>::zeros((3, 4)), Array1::zeros(3), Softmax)]).unwrap();
    let receipt = given.receipt(&mnist).unwrap();
    assert_eq!(row(&receipt, "initial weights").unwrap(), "given, not drawn from a seed");
    assert_eq!(row(&receipt, "network").unwrap(), "4 → 3 softmax, 15 parameters, f64");
}

#[test]
fn a_resumed_training_has_the_receipt_of_an_uninterrupted_one() {
    let (mnist, folder) = (data(), tempfile::tempdir().unwrap());
    let new = |seed| Network::new(&[4, 5, 3], &[Relu, Softmax], seed).unwrap();
    let training = training().checkpoint(folder.path().join("checkpoint"));
    let mut whole = new(7);
    training.run(&mut whole, &mnist.train, &mnist.test).unwrap();
    training.clone().epochs(1).run(&mut new(7), &mnist.train, &mnist.test).unwrap();
    for _ in 0..2 {
        // The second time nothing is left to do.
        let mut resumed = new(99);
        training.resume(&mut resumed, &mnist.train, &mnist.test).unwrap();
        assert_eq!(resumed.receipt(&mnist).unwrap().to_text(), whole.receipt(&mnist).unwrap().to_text());
    }
}

#[test]
fn a_training_that_diverges_at_once_leaves_no_trace_in_the_receipt() {
    let mnist = data();
    let mut network = Network::new(&[4, 3], &[Softmax], 7).unwrap();
    let before = network.receipt(&mnist).unwrap().to_text();
    training().learning_rate(1e30).run(&mut network, &mnist.train, &mnist.test).unwrap_err();
    assert_eq!(network.receipt(&mnist).unwrap().to_text(), before);
}

/// `notebooks/mnist.ipynb` shows the receipt of the network that it trains, and is committed with it. Here the same network is
/// trained: the same rows, the same fingerprint. Only another processor, system or compiler may round otherwise.
#[test]
fn the_notebooks_network_is_the_same_bits_as_this_tests() {
    let Some(mnist) = repository::mnist() else { return };
    let notebook = std::fs::read_to_string("../notebooks/mnist.ipynb").unwrap();
    // Lines of the table's plain text stand in the JSON as "title   text\n", each with one comma or none behind it.
    let lines = notebook.lines().filter_map(|line| line.trim().strip_prefix('"'));
    let shown: Vec<_> =
        lines.map(|line| line.trim_end_matches(',').trim_end_matches('"').trim_end_matches("\\n")).collect();
    if !shown.iter().any(|line| line.starts_with("fingerprint  ")) {
        return skip("mnist.ipynb shows no receipt");
    }

    let mut network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    let training = Training::new(Loss::CrossEntropy).learning_rate(0.01).mini_batch_size(100).epochs(10);
    let training = training.also(Loss::BinaryCrossEntropy).quiet();
    training.run(&mut network, &mnist.train, &mnist.test).unwrap();
    let receipt = network.receipt(&mnist).unwrap();
    for title in ["processor", "rustc"] {
        let ours = row(&receipt, title).unwrap();
        if !shown.iter().any(|line| line.starts_with(title) && line.ends_with(&ours)) {
            // No failure, not even with `CI` set: whose machine it is does not make it wrong.
            return say(&format!("not compared: mnist.ipynb was run with another {title} than {ours}"));
        }
    }
    for title in ["initial weights", "trained from", "training", "test accuracy", "fingerprint"] {
        let ours = row(&receipt, title).unwrap();
        let found =
            shown.iter().any(|line| line.strip_prefix(title).is_some_and(|text| text.trim().starts_with(&ours)));
        assert!(found, "{title}: expected {ours} as in mnist.ipynb: {}", receipt.to_text());
    }
}

/// ■ is pressed before one training begins, and while another runs.
#[test]
fn a_stopped_training_has_a_receipt_that_says_where() {
    if common::in_a_cell("a_stopped_training_has_a_receipt_that_says_where", &["NN_KERNEL_INTERRUPT"]).is_some() {
        return;
    }
    let mnist = Mnist { train: easy_data(500, 4, 3, 1), test: easy_data(20, 4, 3, 2) };
    let mut network = Network::new(&[4, 5, 3], &[Relu, Softmax], 7).unwrap();
    let before = network.receipt(&mnist).unwrap().to_text();
    std::fs::write("interrupt", "").unwrap();
    training().run(&mut network, &mnist.train, &mnist.test).unwrap();
    assert_eq!(network.receipt(&mnist).unwrap().to_text(), before, "nothing was learned, and nothing is told");
    let (mut resumed, mut whole) = (network.clone(), network.clone());
    training().checkpoint("checkpoint").run(&mut resumed, &mnist.train, &mnist.test).unwrap();

    std::fs::remove_file("interrupt").unwrap();
    training().checkpoint("checkpoint").resume(&mut resumed, &mnist.train, &mnist.test).unwrap();
    training().run(&mut whole, &mnist.train, &mnist.test).unwrap();
    assert_eq!(resumed.receipt(&mnist).unwrap().to_text(), whole.receipt(&mnist).unwrap().to_text());

    let press = std::thread::spawn(|| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        std::fs::write("interrupt", "").unwrap();
    });
    let history = training().epochs(1_000_000).run(&mut network, &mnist.train, &mnist.test).unwrap();
    press.join().unwrap();
    let stopped = history.stopped.unwrap();
    let receipt = network.receipt(&mnist).unwrap();
    let place = format!("in epoch {} of 1000000, after {} of 50 mini-batches", stopped.epoch, stopped.mini_batches);
    assert_eq!(row(&receipt, "stopped"), Some(place), "{}", receipt.to_text());
    let epochs = row(&receipt, "training").unwrap();
    assert!(epochs.starts_with(&format!("{} epoch", history.epochs.len())), "{}", receipt.to_text());
    assert_eq!(row(&receipt, "fingerprint").unwrap(), network.fingerprint());
}
