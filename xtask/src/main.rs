//! Placeholder: the command line of `cargo xtask`, with `data` alone.

use std::path::{Path, PathBuf};

use clap::Parser;

mod data;

#[derive(Parser)]
enum Command {
    /// Make data/mnist_train.csv.gz and data/mnist_test.csv.gz from MNIST's four IDX files.
    Data {
        /// The folder with the IDX files, plain or .gz.
        #[arg(long)]
        from: PathBuf,
    },
}

fn main() -> anyhow::Result<()> {
    let Command::Data { from } = Command::parse();
    data::run(&from, &Path::new(env!("CARGO_MANIFEST_DIR")).join("../data"))
}
