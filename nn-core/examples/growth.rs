//! How the time of an epoch grows: `cargo run -p nn-core --example growth`, in the folder of the repository.
//!
//! One thing at a time changes, from 784-100-10 with mini-batches of 100 on 60,000 images. Each row is the median of three
//! runs of the training loop, of one thread and of all, and of `Training::by_the_book`, in turns.
//! The picture goes to target/bench/growth.svg.

use std::time::Instant;

use nn_core::Result;
use nn_core::prelude::*;

/// What is trained, and how.
#[derive(Clone)]
struct Job<'a> {
    row: String,
    sizes: Vec<usize>,
    mini_batch: usize,
    epochs: usize,
    train: &'a Dataset,
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let mnist = data::mnist("data")?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // Paper that is not white: the same pictures without a pixel that is 0.
    let dense = Dataset::new(mnist.train.inputs.mapv(|x| 0.1 + 0.9 * x), mnist.train.labels.clone())?;
    let usual = Job { row: String::new(), sizes: vec![784, 100, 10], mini_batch: 100, epochs: 1, train: &mnist.train };

    let widths = [30, 100, 300, 1000];
    let wide = widths.map(|n| Job { row: n.to_string(), sizes: vec![784, n, 10], ..usual.clone() });
    let wide = table("hidden neurons", cores, &wide)?;
    let deep = [1, 2, 4].map(|n| {
        let sizes = [vec![784], vec![100; n], vec![10]].concat();
        Job { row: n.to_string(), sizes, ..usual.clone() }
    });
    table("hidden layers of 100", cores, &deep)?;
    let batches = [1, 10, 100, 1000];
    let sliced = batches.map(|n| Job { row: n.to_string(), mini_batch: n, ..usual.clone() });
    let sliced = table("mini-batch", cores, &sliced)?;
    let sizes = [1000, 6000, 20_000, 60_000];
    let parts = sizes.map(|n| mnist.train.first(n));
    let parts = parts.each_ref().map(|part| Job { row: part.len().to_string(), train: part, ..usual.clone() });
    let parts = table("examples", cores, &parts)?;
    let epochs = [1, 2, 5, 10];
    let long = epochs.map(|n| Job { row: n.to_string(), epochs: n, ..usual.clone() });
    let long = table("epochs", cores, &long)?;
    let papers = [("MNIST", &mnist.train, 100), ("0.1 + 0.9 MNIST", &dense, 100), ("the same by tens", &dense, 10)];
    let papers = papers.map(|(row, train, n)| Job { row: row.to_owned(), train, mini_batch: n, ..usual.clone() });
    table("inputs without zeros", cores, &papers)?;

    let thousand = |n: usize| n as f64 / 1000.0;
    let panels = [
        panel("Examples", "thousands", &sizes.map(thousand), &parts, cores),
        panel("Epochs", "number", &epochs.map(|n| n as f64), &long, cores),
        panel("Hidden neurons", "number", &widths.map(|n| n as f64), &wide, cores),
        panel("Mini-batch", "log₁₀ of its size", &batches.map(|n| (n as f64).log10()), &sliced, cores),
    ];
    let figure = plot::side_by_side("The time of training 784-100-10, as one thing grows", panels);
    let figure = figure.describe(
        "Four panels, seconds over examples, epochs, hidden neurons and size of mini-batch: straight lines in the first three, \
         and a fall that flattens in the fourth. Training is below the plain equations everywhere.",
    );
    std::fs::create_dir_all("target/bench")?;
    figure.save("target/bench/growth.svg")?;
    println!("\ntarget/bench/growth.svg");
    Ok(())
}

/// Seconds of the loop by the book, of one thread and of all.
type Seconds = [f64; 3];

fn panel(title: &str, x: &str, at: &[f64], rows: &[Seconds], cores: usize) -> plot::Figure {
    let names = ["plain".to_owned(), "1 thread".to_owned(), format!("{cores} threads")];
    let series = names
        .iter()
        .enumerate()
        .map(|(which, name)| plot::Series::xy(name, at.iter().copied(), rows.iter().map(|row| row[which])));
    plot::lines(title, x, "seconds", series)
}

fn table(what: &str, cores: usize, jobs: &[Job<'_>]) -> Result<Vec<Seconds>> {
    println!("\n| {what} | plain s | 1 thread s | {cores} threads s | plain / all | ns per example and parameter |");
    println!("|---|---|---|---|---|---|");
    let mut rows = Vec::new();
    for job in jobs {
        let mut seconds = [vec![], vec![], vec![]];
        for _ in 0..3 {
            seconds[0].push(job.plain()?);
            seconds[1].push(job.train(1)?);
            seconds[2].push(job.train(cores)?);
        }
        let [plain, one, all] = seconds.map(|mut seconds| {
            seconds.sort_by(f64::total_cmp);
            seconds[1]
        });
        let work = job.epochs * job.train.len() * job.network()?.parameter_count();
        let cost = all * 1e9 / work as f64;
        println!("| {} | {plain:.3} | {one:.3} | {all:.3} | {:.1} | {cost:.4} |", job.row, plain / all);
        rows.push([plain, one, all]);
    }
    Ok(rows)
}

impl Job<'_> {
    fn network(&self) -> Result<Network> {
        let activations = [vec![Relu; self.sizes.len() - 2], vec![Softmax]].concat();
        Network::new(&self.sizes, &activations, 7)
    }

    /// The epochs by [`Training`], without what a training does once: one epoch more, less one.
    fn train(&self, threads: usize) -> Result<f64> {
        let test = self.train.first(1);
        let run = |epochs| {
            let training = Training::new(Loss::CrossEntropy).mini_batch_size(self.mini_batch).epochs(epochs).quiet();
            let mut network = self.network()?;
            let start = Instant::now();
            training.threads(threads).run(&mut network, self.train, &test)?;
            Ok::<_, Error>(start.elapsed().as_secs_f64())
        };
        Ok(run(self.epochs + 1)? - run(1)?)
    }

    /// The epochs by the book.
    fn plain(&self) -> Result<f64> {
        let training = Training::new(Loss::CrossEntropy).mini_batch_size(self.mini_batch).epochs(self.epochs);
        let mut network = self.network()?;
        let start = Instant::now();
        training.by_the_book(&mut network, self.train)?;
        Ok(start.elapsed().as_secs_f64())
    }
}
