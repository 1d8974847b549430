//! Digits drawn by a program in the manner of many hands, read by trained networks: what the preparation of a picture is worth.

mod drawn;
#[path = "common/repository.rs"]
mod repository;

use std::path::Path;

use nn_core::prelude::*;
use repository::mnist;

/// How many of the hundred digits the network reads, prepared in the two ways; prints those it takes for another.
fn read(name: &str, network: &Network) -> (usize, usize) {
    let folder = tempfile::tempdir().unwrap();
    let (mut right, mut right_stretched) = (0, 0);
    for (number, digit) in drawn::digits().into_iter().enumerate() {
        let path = folder.path().join(format!("{number}.png"));
        digit.image.save(&path).unwrap();
        let prepared = data::handwriting(&path).unwrap();
        let answer = network.classify(prepared.view()).unwrap();
        right += usize::from(answer == digit.label);
        if answer != digit.label {
            println!("{name} reads {answer} in {number}.png: {} {:?}", digit.how, prepared.warnings());
        }
        let stretched = data::handwriting_stretched(&path).unwrap();
        right_stretched += usize::from(network.classify(stretched.view()).unwrap() == digit.label);
    }
    println!("{name}: {right} of 100 as data::handwriting prepares them, {right_stretched} stretched");
    (right, right_stretched)
}

#[test]
fn the_originals_network_reads_96_of_100_drawn_digits_and_11_stretched() {
    let Some(mnist) = mnist() else { return };
    let mut network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    let training = Training::new(Loss::CrossEntropy).quiet();
    training.run(&mut network, &mnist.train, &mnist.test).unwrap();
    let (right, stretched) = read("784-100-10, ten epochs", &network);
    // Another processor rounds otherwise, and may turn a doubtful answer round.
    assert!(right.abs_diff(96) <= 1, "{right} of 100");
    assert!(stretched.abs_diff(11) <= 2, "{stretched} of 100 without the preparation");
}

#[test]
fn a_well_trained_network_reads_98_of_100_drawn_digits() {
    let Some(mnist) = mnist() else { return };
    let mut network = Network::new(&[784, 300, 10], &[Relu, Softmax], 7).unwrap();
    let training = Training::new(Loss::CrossEntropy).learning_rate(0.1).mini_batch_size(20).epochs(10).shuffle(1);
    let history = training.run(&mut network, &mnist.train, &mnist.test).unwrap();
    assert!(history.accuracy() > 0.975, "{history:?}");
    let (right, _) = read("784-300-10", &network);
    assert!(right >= 98, "{right} of 100");
}

/// Writes the pictures to `target/drawn`, to be looked at: `cargo test -p nn-core --test drawn_digits -- --ignored`.
#[test]
#[ignore = "writes files to look at"]
fn write_the_drawn_digits() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("drawn");
    std::fs::create_dir_all(&folder).unwrap();
    for (number, digit) in drawn::digits().into_iter().enumerate() {
        digit.image.save(folder.join(format!("{number:02}.png"))).unwrap();
        println!("{number:02}: {}", digit.how);
    }
    println!("in {}", folder.display());
}
