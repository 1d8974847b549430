//! One contestant of `cargo xtask bench train`: trains once and prints the seconds and the accuracy at the end.
//!
//! ```text
//! train_once prepare FOLDER DATA     writes MNIST, from DATA, and the initial weights into FOLDER, as bare numbers
//! train_once "nn-core f32" FOLDER    or "nn-core f64", or "plain ndarray", which is Training::by_the_book
//! train_once job DATA                loads MNIST and trains ten epochs; prints the seconds and the peak of its memory in MB
//! train_once csv FILE                loads one table, the quickest of three times; prints the seconds and the examples
//! train_once idx IMAGES LABELS       the same for a pair of IDX files
//! train_once predict FOLDER          prints the seconds for one image and for 10,000
//! train_once chart FOLDER            draws FOLDER/train.csv, as xtask writes it, to FOLDER/train.svg
//! ```

use std::error::Error;
use std::path::Path;
use std::time::Instant;
use std::{env, fs};

use nn_core::prelude::*;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["prepare", folder, data] => prepare(Path::new(folder), data),
        ["chart", folder] => chart(Path::new(folder)),
        ["job", data] => job(data),
        ["csv", file] => load(|| data::csv(file)),
        ["idx", images, labels] => load(|| data::idx(images, labels)),
        ["predict", folder] => predict(Path::new(folder)),
        [name, folder] => train(name, Path::new(folder)),
        _ => Err("expected: prepare FOLDER DATA, or the name of a contestant and FOLDER".into()),
    }
}

fn network() -> nn_core::Result<Network> {
    Network::new(&[784, 100, 10], &[Relu, Softmax], 7)
}

fn prepare(folder: &Path, data: &str) -> Outcome {
    fs::create_dir_all(folder)?;
    let write = |name: &str, numbers: &mut dyn Iterator<Item = &f32>| {
        fs::write(folder.join(name), numbers.flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>())
    };
    let mnist = data::mnist(data)?;
    for (name, dataset) in [("train", &mnist.train), ("test", &mnist.test)] {
        write(&format!("{name}_inputs.f32"), &mut dataset.inputs.iter())?;
        fs::write(folder.join(format!("{name}_labels.u8")), dataset.labels.to_vec())?;
    }
    for (i, layer) in network()?.layers().iter().enumerate() {
        write(&format!("weights{}.f32", i + 1), &mut layer.weights.iter())?;
        write(&format!("biases{}.f32", i + 1), &mut layer.biases.iter())?;
    }
    Ok(())
}

fn chart(folder: &Path) -> Outcome {
    let csv = fs::read_to_string(folder.join("train.csv"))?;
    let rows = csv.lines().skip(1).filter_map(|line| line.rsplit_once(','));
    // The per-sample loop is so slow that beside its bar the others would be dots.
    let rows = rows.filter(|(name, _)| *name != "numpy per sample");
    let (names, seconds): (Vec<_>, Vec<_>) = rows.map(|(name, seconds)| (name.to_owned(), seconds.to_owned())).unzip();
    let seconds = seconds.iter().map(|seconds| seconds.parse()).collect::<Result<Vec<f64>, _>>()?;
    // Wide enough for every name under its bar.
    plot::bars("Ten epochs on MNIST", "", "seconds", names, seconds).size(1300, 420).save(folder.join("train.svg"))?;
    Ok(())
}

fn read(folder: &Path, name: &str) -> Outcome<Dataset> {
    let inputs = fs::read(folder.join(format!("{name}_inputs.f32")))?;
    let inputs: Vec<_> = inputs.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    let labels = Array1::from(fs::read(folder.join(format!("{name}_labels.u8")))?);
    Ok(Dataset::new(Array2::from_shape_vec((labels.len(), 784), inputs)?, labels)?)
}

fn train(name: &str, folder: &Path) -> Outcome {
    let (train, test) = (read(folder, "train")?, read(folder, "test")?);
    let mut network = network()?;
    let training = Training::new(Loss::CrossEntropy).learning_rate(0.01).mini_batch_size(100).epochs(10).quiet();
    let start = Instant::now();
    let accuracy = match name {
        "nn-core f32" => training.run(&mut network, &train, &test)?.accuracy(),
        "nn-core f64" => training.run(&mut network.cast::<f64>(), &train, &test)?.accuracy(),
        "plain ndarray" => plain(&mut network, &train, &test)?,
        _ => return Err(format!("there is no contestant {name:?}").into()),
    };
    println!("{} {accuracy}", start.elapsed().as_secs_f64());
    Ok(())
}

fn job(data: &str) -> Outcome {
    let start = Instant::now();
    let mnist = data::mnist(data)?;
    Training::new(Loss::CrossEntropy).quiet().run(&mut network()?, &mnist.train, &mnist.test)?;
    println!("{} {}", start.elapsed().as_secs_f64(), peak_memory().unwrap_or(f64::NAN));
    Ok(())
}

/// The most memory that this process has held, in MB, where the system tells it as Linux does.
fn peak_memory() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").trim().parse::<f64>().ok()? * 1024.0 / 1e6)
}

fn load(load: impl Fn() -> nn_core::Result<Dataset>) -> Outcome {
    let mut best = f64::INFINITY;
    let mut examples = 0;
    for _ in 0..3 {
        let start = Instant::now();
        examples = load()?.len();
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{best} {examples}");
    Ok(())
}

fn predict(folder: &Path) -> Outcome {
    let (network, test) = (network()?, read(folder, "test")?);
    let start = Instant::now();
    for input in test.inputs.outer_iter() {
        network.classify(input)?;
    }
    let one = start.elapsed().as_secs_f64() / test.len() as f64;
    let mut all = Vec::new();
    for _ in 0..21 {
        let start = Instant::now();
        network.classify_all(test.inputs.view())?;
        all.push(start.elapsed().as_secs_f64());
    }
    all.sort_by(f64::total_cmp);
    println!("{one} {}", all[10]);
    Ok(())
}

fn plain(network: &mut Network, train: &Dataset, test: &Dataset) -> nn_core::Result<f64> {
    let epoch = Training::new(Loss::CrossEntropy).epochs(1);
    let mut accuracy = 0.0;
    for _ in 0..10 {
        epoch.by_the_book(network, train)?;
        accuracy = network.evaluate(test, Loss::CrossEntropy)?.accuracy;
    }
    Ok(accuracy)
}
