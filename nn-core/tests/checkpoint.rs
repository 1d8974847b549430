//! A training that stopped goes on as if nothing had happened; `killed.rs` stops it at any moment.

use std::path::{Path, PathBuf};

use ndarray::Array2;
use nn_core::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Points on a plane, labelled by the quadrant they lie in.
fn quadrants(n: usize, seed: u64) -> Dataset {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let inputs = Array2::from_shape_simple_fn((n, 2), || rng.random_range(-1.0..1.0_f32));
    let labels = inputs.outer_iter().map(|p| u8::from(p[0] > 0.0) * 2 + u8::from(p[1] > 0.0)).collect();
    Dataset::new(inputs, labels).unwrap()
}

fn network() -> Network {
    Network::new(&[2, 16, 4], &[Tanh, Softmax], 3).unwrap()
}

fn training(path: &Path) -> Training {
    let training = Training::new(Loss::CrossEntropy).also(Loss::BinaryCrossEntropy).learning_rate(0.1);
    training.mini_batch_size(10).shuffle(5).checkpoint(path).quiet()
}

fn checkpoint(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("training.safetensors")
}

#[test]
fn a_resumed_training_ends_in_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let (train, test) = (quadrants(500, 1), quadrants(100, 2));

    let mut whole = network();
    let expected = training(&folder.path().join("whole")).epochs(6).run(&mut whole, &train, &test).unwrap();

    let path = checkpoint(&folder);
    training(&path).epochs(2).run(&mut network(), &train, &test).unwrap();
    let mut resumed = Network::new(&[2, 16, 4], &[Tanh, Softmax], 99).unwrap();
    let history = training(&path).epochs(6).resume(&mut resumed, &train, &test).unwrap();

    assert_eq!(resumed.fingerprint(), whole.fingerprint());
    assert_eq!(resumed, whole);
    assert_eq!(history, expected);
}

#[test]
fn resuming_without_a_checkpoint_starts_from_the_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let (train, test) = (quadrants(100, 1), quadrants(100, 2));
    let (mut run, mut resumed) = (network(), network());
    training(&folder.path().join("run")).epochs(2).run(&mut run, &train, &test).unwrap();
    training(&checkpoint(&folder)).epochs(2).resume(&mut resumed, &train, &test).unwrap();
    assert_eq!(run, resumed);
}

#[test]
fn a_checkpoint_is_also_a_saved_network() {
    let folder = tempfile::tempdir().unwrap();
    let (train, test) = (quadrants(100, 1), quadrants(100, 2));
    let mut trained = network();
    training(&checkpoint(&folder)).epochs(2).run(&mut trained, &train, &test).unwrap();
    assert_eq!(Network::load(checkpoint(&folder)).unwrap(), trained);
}

#[test]
fn a_checkpoint_of_another_training_is_refused_and_the_network_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = checkpoint(&folder);
    let (train, test) = (quadrants(100, 1), quadrants(100, 2));
    training(&path).epochs(1).run(&mut network(), &train, &test).unwrap();

    let other_rate = training(&path).learning_rate(0.2).resume(&mut network(), &train, &test).unwrap_err().to_string();
    assert!(other_rate.contains("expected a checkpoint of cross-entropy"), "{other_rate}");
    assert!(other_rate.contains("learning rate 0.2"), "{other_rate}");
    assert!(other_rate.contains("learning rate 0.1"), "{other_rate}");

    let mut wider = Network::new(&[2, 17, 4], &[Tanh, Softmax], 3).unwrap();
    let before = wider.clone();
    let other_shape = training(&path).resume(&mut wider, &train, &test).unwrap_err().to_string();
    assert!(other_shape.contains("expected Network: 2 → 17 tanh"), "{other_shape}");
    assert_eq!(wider, before);

    network().save(&path).unwrap();
    let no_record = training(&path).resume(&mut network(), &train, &test).unwrap_err().to_string();
    assert!(no_record.contains("a saved network without a record of its training"), "{no_record}");

    std::fs::write(&path, "not a checkpoint").unwrap();
    let damaged = training(&path).resume(&mut network(), &train, &test).unwrap_err().to_string();
    assert!(damaged.contains("training.safetensors: expected a safetensors file"), "{damaged}");

    let none = Training::new(Loss::CrossEntropy).mini_batch_size(10).resume(&mut network(), &train, &test);
    let none = none.unwrap_err().to_string();
    assert!(none.contains("given to Training::checkpoint, found none"), "{none}");
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_and_the_trained_weights_stay() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("a file, not a folder");
    std::fs::write(&blocked, "").unwrap();
    let (train, test) = (quadrants(100, 1), quadrants(100, 2));
    let mut trained = network();
    let error = training(&blocked.join("checkpoint")).epochs(1).run(&mut trained, &train, &test).unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
    assert_ne!(trained, network());
}
