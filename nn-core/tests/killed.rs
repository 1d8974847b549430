//! A training that is killed a hundred times, at random moments, ends as one that was never interrupted.

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use common::{bits, easy_data};
use nn_core::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const CHILD_CHECKPOINT: &str = "NN_CORE_CHILD_CHECKPOINT";

fn network() -> Network {
    Network::new(&[4, 16, 3], &[Tanh, Softmax], 3).unwrap()
}

fn data() -> (Dataset, Dataset) {
    (easy_data(200, 4, 3, 1), easy_data(20, 4, 3, 2))
}

fn training(checkpoint: &Path) -> Training {
    let training = Training::new(Loss::CrossEntropy).also(Loss::BinaryCrossEntropy).learning_rate(0.1);
    training.mini_batch_size(10).shuffle(5).epochs(usize::MAX).checkpoint(checkpoint)
}

/// Not a test of its own: what the test below starts and kills.
#[test]
fn child_that_trains_until_it_is_killed() {
    let Some(checkpoint) = std::env::var_os(CHILD_CHECKPOINT) else { return };
    let (train, test) = data();
    training(Path::new(&checkpoint)).resume(&mut network(), &train, &test).unwrap();
}

fn start(checkpoint: &Path) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child_that_trains_until_it_is_killed", "--nocapture"]).env(CHILD_CHECKPOINT, checkpoint);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

/// SIGKILL on Unix. At most one epoch is lost of those that the training has printed.
#[test]
fn a_training_killed_a_hundred_times_ends_in_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("training.safetensors");
    let (train, test) = data();
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let (mut saved, mut lost, mut left_behind) = (0, 0, 0);
    for _ in 0..100 {
        let (mut child, lines) = start(&path);
        let mut printed = lines.map_while(|line| line.ok()).filter_map(|line| {
            let (number, _) = line.strip_prefix("Epoch ")?.split_once(':')?;
            Some(number.parse::<usize>().unwrap() + 1)
        });
        // One in ten while it starts or reads its checkpoint, the others while they train and write.
        let wait_for = if rng.random_bool(0.1) { 0 } else { rng.random_range(1..6) };
        let seen = printed.by_ref().take(wait_for).last();
        std::thread::sleep(Duration::from_micros(rng.random_range(0..4000)));
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success(), "the training ended by itself");
        let printed = printed.last().or(seen).unwrap_or(saved);

        let before = saved;
        if path.exists() {
            // Of one epoch, which is there already: it only reads.
            let history = training(&path).epochs(1).quiet().resume(&mut network(), &train, &test).unwrap();
            saved = history.epochs.len();
        }
        assert!(saved >= before, "{before} epochs were saved before, {saved} now");
        assert!((saved..=saved + 1).contains(&printed), "{printed} epochs were printed, the checkpoint holds {saved}");
        lost += printed - saved;
        left_behind += usize::from(fs::read_dir(&folder).unwrap().count() > 1);
    }
    println!("{saved} epochs, {lost} lost, {left_behind} times with half a file beside the checkpoint");
    assert!(saved >= 100, "the trainings were killed too early to show anything: {saved} epochs");

    let epochs = saved + 1;
    let mut resumed = network();
    let mut history = training(&path).epochs(epochs).quiet().resume(&mut resumed, &train, &test).unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "temporary files have piled up");
    let mut whole = network();
    let uninterrupted = training(&folder.path().join("other")).epochs(epochs).quiet();
    let mut expected = uninterrupted.run(&mut whole, &train, &test).unwrap();
    // A training that is resumed looks for hints anew.
    history.hints.clear();
    expected.hints.clear();
    assert_eq!(expected, history);
    assert_eq!(bits(&whole), bits(&resumed));
}
