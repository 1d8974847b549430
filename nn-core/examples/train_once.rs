//! One contestant of `cargo xtask bench train`: trains once and prints the seconds and the accuracy at the end.
//!
//! ```text
//! train_once prepare FOLDER DATA SIZES…    writes MNIST, from DATA, into FOLDER, and the initial weights of each network
//!                                          into FOLDER/SIZES (784-100-10, and the like), all as bare numbers
//! train_once NAME FOLDER SIZES MINI_BATCH EPOCHS    NAME: "nn-core f32", "nn-core 1 thread", "nn-core f64", or
//!                                          "plain ndarray", which is Training::by_the_book
//! train_once memory DATA                   loads MNIST and trains ten epochs; the seconds and the peak of its memory in MB
//! train_once csv FILE                      loads one table, the quickest of three times; the seconds and the examples
//! train_once idx IMAGES LABELS             the same for a pair of IDX files
//! train_once predict FOLDER                the seconds for one image and for 10,000
//! train_once chart FOLDER                  draws FOLDER/train.csv, as xtask writes it, to FOLDER/train.svg
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
        ["prepare", folder, data, networks @ ..] => prepare(Path::new(folder), data, networks),
        ["chart", folder] => chart(Path::new(folder)),
        ["memory", data] => memory(data),
        ["csv", file] => load(|| data::csv(file)),
        ["idx", images, labels] => load(|| data::idx(images, labels)),
        ["predict", folder] => predict(Path::new(folder)),
        [name, folder, sizes, mini_batch, epochs] => {
            train(name, Path::new(folder), sizes, mini_batch.parse()?, epochs.parse()?)
        }
        _ => Err("expected: prepare FOLDER DATA SIZES…, or NAME FOLDER SIZES MINI_BATCH EPOCHS".into()),
    }
}

/// The network of these sizes, such as 784-100-10, which every contestant begins with.
fn network(sizes: &str) -> Outcome<Network> {
    let numbers = sizes.split('-').map(str::parse).collect::<Result<Vec<_>, _>>();
    let numbers = numbers.map_err(|_| format!("expected the sizes of a network, as 784-100-10, found {sizes:?}"))?;
    let activations = [vec![Relu; numbers.len().saturating_sub(2)], vec![Softmax]].concat();
    Ok(Network::new(&numbers, &activations, 7)?)
}

fn prepare(folder: &Path, data: &str, networks: &[&str]) -> Outcome {
    let mnist = data::mnist(data)?;
    fs::create_dir_all(folder)?;
    for (name, dataset) in [("train", &mnist.train), ("test", &mnist.test)] {
        write(&folder.join(format!("{name}_inputs.f32")), dataset.inputs.iter())?;
        fs::write(folder.join(format!("{name}_labels.u8")), dataset.labels.to_vec())?;
    }
    for sizes in networks {
        let folder = folder.join(sizes);
        fs::create_dir_all(&folder)?;
        for (layer, i) in network(sizes)?.layers().iter().zip(1..) {
            write(&folder.join(format!("weights{i}.f32")), layer.weights.iter())?;
            write(&folder.join(format!("biases{i}.f32")), layer.biases.iter())?;
        }
    }
    Ok(())
}

fn write<'a>(path: &Path, numbers: impl Iterator<Item = &'a f32>) -> Outcome {
    Ok(fs::write(path, numbers.flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>())?)
}

fn chart(folder: &Path) -> Outcome {
    let csv = fs::read_to_string(folder.join("train.csv"))?;
    let (mut names, mut seconds) = (Vec::new(), Vec::<f64>::new());
    for row in csv.lines() {
        let [job, name, taken] = row.split(',').collect::<Vec<_>>()[..] else { continue };
        // The per-sample loop is so slow that beside its bar the others would be dots.
        if job == "usual" && name != "numpy per sample" {
            names.push(name.to_owned());
            seconds.push(taken.parse()?);
        }
    }
    // Wide enough for every name under its bar.
    plot::bars("Ten epochs on MNIST", "", "seconds", names, seconds).size(1900, 420).save(folder.join("train.svg"))?;
    Ok(())
}

fn read(folder: &Path, name: &str) -> Outcome<Dataset> {
    let inputs = fs::read(folder.join(format!("{name}_inputs.f32")))?;
    let inputs: Vec<_> = inputs.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    let labels = Array1::from(fs::read(folder.join(format!("{name}_labels.u8")))?);
    Ok(Dataset::new(Array2::from_shape_vec((labels.len(), 784), inputs)?, labels)?)
}

fn train(name: &str, folder: &Path, sizes: &str, mini_batch: usize, epochs: usize) -> Outcome {
    let (train, test) = (read(folder, "train")?, read(folder, "test")?);
    let mut network = network(sizes)?;
    let training = Training::new(Loss::CrossEntropy).learning_rate(0.01).mini_batch_size(mini_batch).quiet();
    let whole = training.clone().epochs(epochs);
    let start = Instant::now();
    let accuracy = match name {
        "nn-core f32" => whole.run(&mut network, &train, &test)?.accuracy(),
        "nn-core 1 thread" => whole.threads(1).run(&mut network, &train, &test)?.accuracy(),
        "nn-core f64" => whole.run(&mut network.cast::<f64>(), &train, &test)?.accuracy(),
        "plain ndarray" => {
            let epoch = training.epochs(1);
            let mut accuracy = 0.0;
            for _ in 0..epochs {
                epoch.by_the_book(&mut network, &train)?;
                accuracy = network.evaluate(&test, Loss::CrossEntropy)?.accuracy;
            }
            accuracy
        }
        _ => return Err(format!("there is no contestant {name:?}").into()),
    };
    println!("{} {accuracy}", start.elapsed().as_secs_f64());
    Ok(())
}

fn memory(data: &str) -> Outcome {
    let start = Instant::now();
    let mnist = data::mnist(data)?;
    Training::new(Loss::CrossEntropy).quiet().run(&mut network("784-100-10")?, &mnist.train, &mnist.test)?;
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
    let (network, test) = (network("784-100-10")?, read(folder, "test")?);
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
