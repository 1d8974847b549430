//! What a training says while it runs: a line for each epoch, or nothing.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::easy_data;
use nn_core::prelude::*;

const CHILD_CHECKPOINT: &str = "NN_CORE_CHILD_PRINTS_WITH_CHECKPOINT";

fn training() -> Training {
    Training::new(Loss::CrossEntropy).also(Loss::MeanSquaredError).mini_batch_size(10)
}

fn network() -> Network {
    Network::new(&[4, 5, 3], &[Tanh, Softmax], 1).unwrap()
}

/// Not a test of its own: what the test below starts, to read what it prints.
#[test]
fn child_that_trains() {
    let Some(path) = std::env::var_os(CHILD_CHECKPOINT).map(PathBuf::from) else { return };
    let (train, test) = (easy_data(50, 4, 3, 1), easy_data(20, 4, 3, 2));
    println!("\nstart");
    training().epochs(2).checkpoint(&path).run(&mut network(), &train, &test).unwrap();
    println!("resume");
    training().epochs(3).checkpoint(&path).resume(&mut network(), &train, &test).unwrap();
    println!("quiet");
    training().epochs(2).quiet().run(&mut network(), &train, &test).unwrap();
    training().epochs(3).checkpoint(&path).quiet().resume(&mut network(), &train, &test).unwrap();
    println!("end");
}

fn printed(checkpoint: &Path) -> Vec<String> {
    let mut this = Command::new(std::env::current_exe().unwrap());
    this.args(["child_that_trains", "--nocapture"]).env(CHILD_CHECKPOINT, checkpoint);
    let output = String::from_utf8(this.output().unwrap().stdout).unwrap();
    let lines = output.lines().skip_while(|line| *line != "start").take_while(|line| *line != "end");
    // Behind two blanks stand the curve and the time left.
    lines.map(|line| line.split("  ").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn each_epoch_prints_its_accuracy_and_losses_and_a_quiet_training_prints_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    let (train, test) = (easy_data(50, 4, 3, 1), easy_data(20, 4, 3, 2));
    let history = training().epochs(3).quiet().run(&mut network(), &train, &test).unwrap();
    let epochs = history.epochs.iter().enumerate().map(|(number, epoch)| {
        let (accuracy, loss, also) = (epoch.accuracy, epoch.test_loss, epoch.also[0]);
        format!("Epoch {number}: accuracy: {accuracy:.4} loss = {loss:.4} mean squared error = {also:.4}")
    });
    let epochs: Vec<_> = epochs.collect();
    let resuming = format!("Resuming after 2 epochs from {}", path.display());
    assert_eq!(printed(&path), ["start", &epochs[0], &epochs[1], "resume", &resuming, &epochs[2], "quiet"]);
}
