//! How the time of an epoch grows: `cargo run -p nn-core --example growth`, in the folder of the repository.
//!
//! One thing at a time changes, from 784-100-10 with mini-batches of 100 on 60,000 images. Each row is the median of three
//! runs of the training loop, of one thread and of all, and of the plain equations of network.rs, in turns.

use std::time::Instant;

use nn_core::Result;
use nn_core::prelude::*;

/// What is trained, and how.
#[derive(Clone)]
struct Job<'a> {
    row: String,
    sizes: Vec<usize>,
    mini_batch: usize,
    train: &'a Dataset,
}

fn main() -> Result<()> {
    let mnist = data::mnist("data")?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // Paper that is not white: the same pictures without a pixel that is 0.
    let dense = Dataset::new(mnist.train.inputs.mapv(|x| 0.1 + 0.9 * x), mnist.train.labels.clone())?;
    let usual = Job { row: String::new(), sizes: vec![784, 100, 10], mini_batch: 100, train: &mnist.train };

    let widths = [30, 100, 300, 1000];
    table(
        "hidden neurons",
        cores,
        widths.map(|n| Job { row: n.to_string(), sizes: vec![784, n, 10], ..usual.clone() }),
    )?;
    let depths = [1, 2, 4].map(|n| {
        let sizes = [vec![784], vec![100; n], vec![10]].concat();
        Job { row: n.to_string(), sizes, ..usual.clone() }
    });
    table("hidden layers of 100", cores, depths)?;
    let batches = [1, 10, 100, 1000];
    table("mini-batch", cores, batches.map(|n| Job { row: n.to_string(), mini_batch: n, ..usual.clone() }))?;
    let parts = [1000, 6000, 20_000, 60_000].map(|n| mnist.train.first(n));
    let examples = parts.each_ref().map(|part| Job { row: part.len().to_string(), train: part, ..usual.clone() });
    table("examples", cores, examples)?;
    table(
        "inputs without zeros",
        cores,
        [("MNIST", &mnist.train), ("0.1 + 0.9 MNIST", &dense)].map(|(row, train)| Job {
            row: row.to_owned(),
            train,
            ..usual.clone()
        }),
    )
}

fn table<'a>(what: &str, cores: usize, jobs: impl IntoIterator<Item = Job<'a>>) -> Result<()> {
    println!("\n| {what} | plain s | 1 thread s | {cores} threads s | plain / all | ns per example and parameter |");
    println!("|---|---|---|---|---|---|");
    for job in jobs {
        let mut seconds = [vec![], vec![], vec![]];
        for _ in 0..3 {
            seconds[0].push(job.plain()?);
            seconds[1].push(job.epoch(1)?);
            seconds[2].push(job.epoch(cores)?);
        }
        let [plain, one, all] = seconds.map(|mut seconds| {
            seconds.sort_by(f64::total_cmp);
            seconds[1]
        });
        let work = job.train.len() * job.network()?.parameter_count();
        let cost = all * 1e9 / work as f64;
        println!("| {} | {plain:.3} | {one:.3} | {all:.3} | {:.1} | {cost:.4} |", job.row, plain / all);
    }
    Ok(())
}

impl Job<'_> {
    fn network(&self) -> Result<Network> {
        let activations = [vec![Relu; self.sizes.len() - 2], vec![Softmax]].concat();
        Network::new(&self.sizes, &activations, 7)
    }

    /// One epoch by [`Training`], without what a training does once: the difference between two epochs and one.
    fn epoch(&self, threads: usize) -> Result<f64> {
        let test = self.train.first(1);
        let run = |epochs| {
            let training = Training::new(Loss::CrossEntropy).mini_batch_size(self.mini_batch).epochs(epochs).quiet();
            let mut network = self.network()?;
            let start = Instant::now();
            training.threads(threads).run(&mut network, self.train, &test)?;
            Ok::<_, Error>(start.elapsed().as_secs_f64())
        };
        Ok(run(2)? - run(1)?)
    }

    /// One epoch by the equations of network.rs.
    fn plain(&self) -> Result<f64> {
        let mut network = self.network()?;
        let start = Instant::now();
        for from in (0..self.train.len()).step_by(self.mini_batch) {
            let rows = from..self.train.len().min(from + self.mini_batch);
            let targets = data::one_hot(self.train.labels.slice(s![rows.clone()]), 10)?;
            let trace = network.forward(self.train.inputs.slice(s![rows, ..]))?;
            let gradients = network.backward(&trace, targets.view(), Loss::CrossEntropy)?;
            network.step(&gradients, 0.01)?;
        }
        Ok(start.elapsed().as_secs_f64())
    }
}
