//! The whole training beside numpy's, from the same initial weights: our half of `cargo xtask reference`.
//!
//! ```text
//! ten_epochs FOLDER DATA     compares with FOLDER/numpy.csv, writes FOLDER/ten_epochs.csv and ten_epochs.svg
//! ```
//!
//! In f64 every epoch must have numpy's accuracy, and its losses to 1e-9; in f32 the losses to 1e-4 and the accuracy to 0.001.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use nn_core::prelude::*;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, data] = &arguments[..] else { return Err("expected: FOLDER DATA".into()) };
    let folder = Path::new(folder);
    let numpy = read(&fs::read_to_string(folder.join("numpy.csv"))?)?;

    let mnist = data::mnist(data)?;
    let start = Network::new(&[784, 100, 10], &[Relu, Softmax], 7)?;
    let training = Training::new(Loss::CrossEntropy).learning_rate(0.01).mini_batch_size(100).epochs(10).quiet();
    let double = numbers(&training.run(&mut start.cast::<f64>(), &mnist.train, &mnist.test)?);
    let single = numbers(&training.run(&mut start.clone(), &mnist.train, &mnist.test)?);

    println!("| epoch | accuracy: numpy | f64 | f32 | test loss: numpy | f64 − numpy | f32 − numpy |");
    println!("|---|---|---|---|---|---|---|");
    let mut csv = String::from("epoch");
    for name in ["numpy", "f64", "f32"] {
        csv += &format!(",{name}_train_loss,{name}_test_loss,{name}_accuracy");
    }
    for (epoch, ((numpy, double), single)) in numpy.iter().zip(&double).zip(&single).enumerate() {
        println!(
            "| {epoch} | {} | {} | {} | {:.10} | {:+.1e} | {:+.1e} |",
            numpy[2],
            double[2],
            single[2],
            numpy[1],
            double[1] - numpy[1],
            single[1] - numpy[1]
        );
        csv += &format!("\n{epoch}");
        [numpy, double, single].into_iter().flatten().for_each(|number| csv += &format!(",{number:?}"));
    }
    fs::write(folder.join("ten_epochs.csv"), csv + "\n")?;
    let panel = |title, what, column: usize| {
        let column = |rows: &Numbers| rows.iter().map(|row| row[column]).collect::<Vec<_>>();
        let numpy = Series::new("numpy", column(&numpy)).color(Color::REFERENCE).markers();
        plot::lines(title, "epoch", what, [Series::new("nn-core", column(&double)).color(Color::TEST), numpy])
            .decimals(4)
    };
    let panels = [panel("Test loss", "cross-entropy", 1), panel("Accuracy", "accuracy", 2)];
    plot::side_by_side("Ten epochs: nn-core meets numpy", panels).save(folder.join("ten_epochs.svg"))?;

    let holds = [("f64", &double, 1e-9, 1e-12), ("f32", &single, 1e-4, 1e-3)].map(|(name, ours, loss, accuracy)| {
        let largest = |columns: &[usize]| {
            let differences =
                numpy.iter().zip(ours).flat_map(|(numpy, ours)| columns.iter().map(|&i| ours[i] - numpy[i]));
            differences.fold(0.0, |largest: f64, difference| largest.max(difference.abs()))
        };
        let found = (largest(&[0, 1]), largest(&[2]));
        let holds = found.0 <= loss && found.1 <= accuracy && ours.len() == 10 && numpy.len() == 10;
        println!(
            "\n{name}: training and test losses within {:.1e} of numpy's (allowed: {loss:e}), accuracies within {:.1e} \
             (allowed: {accuracy:e}): {}",
            found.0,
            found.1,
            if holds { "holds" } else { "does NOT hold" }
        );
        holds
    });
    Ok(if holds == [true, true] { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Training loss, test loss and accuracy of each epoch.
type Numbers = Vec<[f64; 3]>;

fn numbers(history: &History) -> Numbers {
    history.epochs.iter().map(|epoch| [epoch.train_loss, epoch.test_loss, epoch.accuracy]).collect()
}

fn read(csv: &str) -> Result<Numbers, Box<dyn Error>> {
    let row = |line: &str| {
        let numbers = line.split(',').skip(1).map(str::parse).collect::<Result<Vec<f64>, _>>()?;
        <[f64; 3]>::try_from(numbers)
            .map_err(|found| format!("numpy.csv: expected three numbers, found {found:?}").into())
    };
    csv.lines().skip(1).map(row).collect()
}
