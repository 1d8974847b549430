//! The epoch scrubber: what is inside is what the kept networks say, and it stays small.

mod common;
#[path = "common/repository.rs"]
mod repository;

use common::{message, node, script};
use nn_core::prelude::*;

fn mnist() -> Option<Mnist> {
    let mnist = repository::mnist()?;
    Some(Mnist { train: mnist.train.first(5000), test: mnist.test.first(1000) })
}

fn trained(mnist: &Mnist, epochs: usize) -> (Network, History) {
    let mut network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    let training = Training::new(Loss::CrossEntropy).learning_rate(0.05).epochs(epochs).keep_networks().quiet();
    let history = training.run(&mut network, &mnist.train, &mnist.test).unwrap();
    (network, history)
}

/// What stands between `start` and the next `end`.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split_once(start).unwrap().1.split_once(end).unwrap().0
}

#[test]
fn the_networks_of_all_epochs_are_kept_with_the_one_before_training() {
    let Some(mnist) = mnist() else { return };
    let (network, history) = trained(&mnist, 3);
    assert_eq!(history.networks.len(), 4);
    assert_eq!(history.networks[0], Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap());
    assert_eq!(history.networks[3], network);
    for (network, epoch) in history.networks[1..].iter().zip(&history.epochs) {
        let evaluation = network.evaluate(&mnist.test, Loss::CrossEntropy).unwrap();
        assert_eq!(evaluation.accuracy, epoch.accuracy);
        assert!((evaluation.loss - epoch.test_loss).abs() < 1e-5);
    }
    let mut again = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    let plain = Training::new(Loss::CrossEntropy).learning_rate(0.05).epochs(3).quiet();
    assert!(plain.run(&mut again, &mnist.train, &mnist.test).unwrap().networks.is_empty());
    assert_eq!(again, network);
}

#[test]
fn each_frame_holds_the_confusion_matrix_and_the_answers_of_its_network() {
    let Some(mnist) = mnist() else { return };
    let (_, history) = trained(&mnist, 3);
    let html = history.scrubber(&mnist.test).unwrap().to_html();
    let frames: Vec<_> = html.split("{ name: ").skip(1).collect();
    assert_eq!(frames.len(), 4);
    let labels = between(&html, "labels: [", "]");
    assert_eq!(labels, "0, 1, 2, 3, 4, 5, 6, 7, 8, 9");
    for (i, (frame, network)) in frames.iter().zip(&history.networks).enumerate() {
        let name = if i == 0 { "before training".to_owned() } else { format!("after epoch {}", i - 1) };
        assert!(frame.starts_with(&format!("\"{name}\"")), "{frame}");
        let outputs = network.predict(mnist.test.inputs.view()).unwrap();
        let matrix = ConfusionMatrix::new(outputs.view(), mnist.test.labels.view()).unwrap();
        let rows: Vec<_> = matrix.counts.outer_iter().map(|row| format!("{:?}", row.to_vec())).collect();
        assert_eq!(between(frame, "counts: [", "], answers"), rows.join(", "));
        assert_eq!(between(frame, "accuracy: ", ","), matrix.accuracy().to_string());
        // Ten pairs of an answer and its output, each of them one that the network gives to a digit of that label.
        let answers: Vec<&str> = between(frame, "answers: [[", "]]").split("], [").collect();
        assert_eq!(answers.len(), 10);
        for (label, pair) in answers.iter().enumerate() {
            let given = outputs.outer_iter().zip(&mnist.test.labels).any(|(row, found)| {
                let answer = metrics::argmax(row);
                usize::from(*found) == label && *pair == format!("{answer}, {:.4}", row[answer])
            });
            assert!(given, "frame {i}, label {label}: {pair}");
        }
    }
}

#[test]
fn the_scrubber_is_small_and_needs_nothing_from_elsewhere() {
    let Some(mnist) = mnist() else { return };
    let (_, history) = trained(&mnist, 10);
    let html = history.scrubber(&mnist.test).unwrap().to_html();
    println!("{} bytes for ten epochs", html.len());
    assert!(html.len() < 400_000, "{} bytes", html.len());
    for elsewhere in ["http:", "https:", "import ", "fetch(", "src=", "url("] {
        assert!(!html.contains(elsewhere), "{elsewhere}");
    }
    let (_, long) = trained(&Mnist { train: mnist.train.first(100), test: mnist.test.first(100) }, 60);
    let html = long.scrubber(&mnist.test).unwrap().to_html();
    assert!(html.len() < 700_000, "{} bytes", html.len());
    assert!(html.contains("before training") && html.contains("after epoch 59"));
    assert_eq!(html.matches("{ name: ").count(), 21);
}

/// A browser shows it in `cargo xtask test`; here at least the script, its data and its style are read as JavaScript.
#[test]
fn the_scrubbers_script_is_javascript() {
    let Some(mut node) = node() else { return };
    let Some(mnist) = mnist() else { return };
    let (_, history) = trained(&mnist, 1);
    let file = tempfile::Builder::new().suffix(".js").tempfile().unwrap();
    std::fs::write(file.path(), script(&history.scrubber(&mnist.test).unwrap().to_html())).unwrap();
    let output = node.arg("--check").arg(file.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_training_that_was_resumed_shows_the_epochs_since() {
    let Some(mnist) = mnist() else { return };
    let folder = tempfile::tempdir().unwrap();
    let training = |epochs| {
        let training = Training::new(Loss::CrossEntropy).epochs(epochs).keep_networks().quiet();
        training.checkpoint(folder.path().join("checkpoint.safetensors"))
    };
    let mut network = Network::new(&[784, 20, 10], &[Relu, Softmax], 7).unwrap();
    training(2).run(&mut network, &mnist.train, &mnist.test).unwrap();
    let history = training(4).resume(&mut network, &mnist.train, &mnist.test).unwrap();
    assert_eq!((history.epochs.len(), history.networks.len()), (4, 3));
    let scrubber = history.scrubber(&mnist.test).unwrap();
    assert_eq!(format!("{scrubber:?}"), "EpochScrubber: 3 networks");
    let html = scrubber.to_html();
    let names: Vec<_> = html.split("{ name: \"").skip(1).map(|frame| frame.split_once('"').unwrap().0).collect();
    assert_eq!(names, ["after epoch 1", "after epoch 2", "after epoch 3"]);
}

#[test]
fn what_a_scrubber_cannot_show_is_refused() {
    let Some(mnist) = mnist() else { return };
    let (_, mut history) = trained(&mnist, 1);
    assert_eq!(
        message(history.scrubber(&mnist.test.first(0))),
        message(history.networks[0].evaluate(&mnist.test.first(0), Loss::CrossEntropy))
    );
    history.networks.push(Network::new(&[784, 10], &[Softmax], 7).unwrap());
    let error = message(history.scrubber(&mnist.test));
    assert!(error.starts_with("history: expected Network: 784 → 10 softmax"), "{error}");
    history.networks.clear();
    let expected =
        "history: expected the networks of a training with Training::keep_networks, found a history without networks";
    assert_eq!(message(history.scrubber(&mnist.test)), expected);
    let xor = Dataset::new(array![[0., 0.], [0., 1.], [1., 0.], [1., 1.]], array![0, 1, 1, 0]).unwrap();
    let mut small = Network::new(&[2, 8, 2], &[Tanh, Softmax], 1).unwrap();
    let training = Training::new(Loss::CrossEntropy).mini_batch_size(4).epochs(2).keep_networks().quiet();
    let history = training.run(&mut small, &xor, &xor).unwrap();
    assert!(message(history.scrubber(&xor)).contains("expected 784 inputs"));
}
