//! `cargo xtask`: opens the notebooks, runs them, tests everything.
//!
//! ```text
//! lab        JupyterLab with the notebooks                    lab.rs
//! run        the notebooks without a screen                   run.rs, python/run_notebook.py, python/html_page.py
//! export     a notebook's plots, as files                     export.rs, python/export_plots.py
//! site       all pages, to be published                       site.rs, python/site.py, page/site/
//! test       every check, in one command                      test.rs, test/
//! set-up     what the others need, under target/lab           setup.rs, setup/
//! doctor     what is wrong or slow on this computer           doctor.rs
//! bench      nn-core and our kernel against others            bench/, python/peers.py, ../bench, python/bench_notebook.py
//! sweep      a grid of trainings, here or on a cluster         sweep.rs, sweep/, python/sweep.py; nn-sweep: xtask/sweep/
//! reference  ten epochs against numpy's                       reference.rs, python/peers.py
//! pictures   the README's, from the exported page             browser.rs, browser/
//! data       the csv.gz files from MNIST's IDX files          data.rs
//! kernel     install: our kernel in the user's own Jupyter    kernel.rs
//!            start: what Jupyter starts                       nn-kernel: kernel/, a crate of its own
//! guard      waits beside a kernel, to clean up after it      nn-kernel
//! ```
//!
//! Most begin with [`setup::Lab::set_up`], which installs Python's and the kernel's half under `target/lab`. What they share
//! besides: `notebook.rs`, notebooks as files; and from nn-kernel, which knows nothing of this crate, `files` and `process`.

mod bench;
mod browser;
mod data;
mod doctor;
mod export;
mod fashion;
mod kernel;
mod lab;
mod notebook;
mod reference;
mod run;
mod setup;
mod site;
mod sweep;
mod test;

use clap::{Parser, Subcommand};
use run::Besides;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Opens the notebooks, runs them, tests everything. What it installs goes under target/lab, never to your home.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Open JupyterLab on notebooks/mnist.ipynb
    Lab {
        /// Print the address instead of opening a browser
        #[arg(long)]
        no_browser: bool,
        /// Serve on this address: 0.0.0.0 for all of this computer's [default: 127.0.0.1, this computer only]
        #[arg(long)]
        ip: Option<String>,
        /// Serve on this port [default: 8888, or the next free one]
        #[arg(long)]
        port: Option<u16>,
        /// Jupyter's own arguments, after `--`: -- --ServerApp.token=…
        #[arg(last = true)]
        more: Vec<String>,
    },
    /// Execute notebooks without a screen, into target/notebooks (.ipynb and .html)
    Run {
        /// Notebooks by name (mnist) or path (some/where.ipynb) [default: all of notebooks/]
        names: Vec<String>,
        /// Also write the fresh outputs into the notebook itself
        #[arg(long)]
        in_place: bool,
        /// Also run each exercise cell with its mistakes and its solution, as `test` does
        #[arg(long, conflicts_with = "in_place")]
        exercises: bool,
    },
    /// Write all plots of the notebooks to target/export, as SVG and PNG
    Export {
        /// Notebooks by name or path, as last run [default: all of notebooks/]
        names: Vec<String>,
    },
    /// Write an index, all notebooks and nn-core's documentation to target/site, as pages that need no network
    Site,
    /// Check everything: format, lints, tests, documentation, every notebook
    Test {
        /// Only the set-up and the parts whose names contain one of these: `kernels`, `mnist`, `browser`, …
        parts: Vec<String>,
        /// Install Chromium by apt-get if there is none, as root; else the browser tests say what is missing
        #[arg(long)]
        install: bool,
    },
    /// Install what lab, run and test need, and nothing more
    SetUp,
    /// Say what is wrong or slow on this computer, and the command that fixes it
    Doctor,
    /// Measure nn-core against other tools, and our notebooks against plain evcxr
    Bench {
        #[command(subcommand)]
        what: Bench,
    },
    /// Train each combination of a grid file's settings, on this computer's cores or on a cluster
    Sweep {
        /// For each setting a value, a list or a range, as in notebooks/sweeps; the results go beside it, as .jsonl and .csv
        grid: PathBuf,
        /// Train on the workers of this Dask scheduler: tcp://HOST:8786 [default: a process for each core of this computer]
        #[arg(long)]
        scheduler: Option<String>,
    },
    /// Train ten epochs in numpy and in nn-core, from the same weights: they must agree
    Reference,
    /// Make the README's pictures anew, from target/notebooks/mnist.html
    Pictures,
    /// Make what is in data/ from the four IDX files of MNIST or of Fashion-MNIST
    #[command(arg_required_else_help = true)]
    Data {
        /// The folder with MNIST's IDX files, plain or .gz: makes data/mnist_train.csv.gz and data/mnist_test.csv.gz
        #[arg(long)]
        from: Option<PathBuf>,
        /// The same with Fashion-MNIST's: makes data/fashion, a part, and data/fashion-mnist, the whole
        #[arg(long)]
        fashion: Option<PathBuf>,
    },
    /// Put the warm kernel into your own Jupyter or VS Code as "Rust (nn)", or take it away
    Kernel {
        #[command(subcommand)]
        what: Kernel,
    },
    /// Waits beside a kernel, to clean up after it
    #[command(hide = true)]
    Guard {
        /// The kernel's process
        kernel: u32,
        /// The kernel's build folder
        folder: PathBuf,
    },
}

#[derive(Subcommand)]
enum Kernel {
    /// Write a kernel spec where your Jupyter looks for them, and nothing else
    Install,
    /// Remove what install wrote
    Uninstall,
    /// What Jupyter starts
    #[command(hide = true)]
    Start {
        /// The `target/lab` whose kernel this is, if this is not its own launcher
        #[arg(long)]
        lab: Option<PathBuf>,
        /// The evcxr_jupyter to run
        #[arg(long)]
        evcxr: PathBuf,
        /// Jupyter's description of the connection
        connection_file: PathBuf,
    },
    /// What a kernel at rest starts for the next start
    #[command(hide = true)]
    Wait {
        /// The evcxr_jupyter to run
        #[arg(long)]
        evcxr: PathBuf,
    },
}

#[derive(Subcommand)]
enum Bench {
    /// The same trainings on MNIST by nn-core, JAX, PyTorch, burn, candle, scikit-learn and numpy, in turns
    Train {
        /// Contestants, by a part of their names: nn-core, burn, "f32" [default: all]
        names: Vec<String>,
        /// How many times each; the medians count
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// Jobs: usual, deep, wide, tens, with commas between them [default: all]
        #[arg(long, value_delimiter = ',')]
        jobs: Vec<String>,
    },
    /// What a person waits for in a notebook: our kernel, and plain evcxr
    Notebook {
        /// How many lives of our kernel
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        /// How many lives of a plain kernel, about ten minutes each
        #[arg(long, default_value_t = 1)]
        plain: usize,
        /// Also time the whole set-up, in a fresh clone: a quarter of an hour
        #[arg(long)]
        first_set_up: bool,
    },
}

fn main() -> ExitCode {
    if let Some(code) = nn_kernel::stand_in::run() {
        return code;
    }
    let result = nn_kernel::mend::wrap().unwrap_or_else(|| obey(Cli::parse().command));
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn obey(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Lab { no_browser, ip, port, more } => lab::open(&lab::Wishes { no_browser, ip, port, more }),
        Command::Run { names, in_place: true, .. } => run::run(&names, Besides::InPlace),
        Command::Run { names, exercises: true, .. } => run::run(&names, Besides::Exercises),
        Command::Run { names, .. } => run::run(&names, Besides::Nothing),
        Command::Export { names } => export::run(&names).map(|()| ExitCode::SUCCESS),
        Command::Site => site::run().map(|()| ExitCode::SUCCESS),
        Command::Test { parts, install } => test::run(parts, install),
        Command::SetUp => setup::Lab::here().and_then(|lab| lab.set_up()).map(|_| ExitCode::SUCCESS),
        Command::Doctor => doctor::run(),
        Command::Bench { what: Bench::Train { names, rounds, jobs } } => bench::train::run(rounds, &names, &jobs),
        Command::Bench { what: Bench::Notebook { rounds, plain, first_set_up } } => {
            bench::notebook::run(rounds, plain, first_set_up)
        }
        Command::Sweep { grid, scheduler } => sweep::run(&grid, scheduler.as_deref()),
        Command::Reference => reference::run(),
        Command::Pictures => browser::pictures().map(|()| ExitCode::SUCCESS),
        Command::Data { from, fashion } => make_data(from.as_deref(), fashion.as_deref()),
        Command::Kernel { what: Kernel::Install } => kernel::install(),
        Command::Kernel { what: Kernel::Uninstall } => kernel::uninstall(),
        Command::Kernel { what: Kernel::Start { lab, evcxr, connection_file } } => {
            kernel::start(lab.as_deref(), &evcxr, &connection_file)
        }
        Command::Kernel { what: Kernel::Wait { evcxr } } => nn_kernel::wait(&evcxr),
        Command::Guard { kernel, folder } => nn_kernel::guard::run(kernel, &folder).map(|()| ExitCode::SUCCESS),
    }
}

fn make_data(from: Option<&Path>, fashion: Option<&Path>) -> anyhow::Result<ExitCode> {
    let folder = setup::Lab::here()?.repository.join("data");
    if let Some(from) = from {
        data::run(from, &folder)?;
    }
    if let Some(from) = fashion {
        fashion::run(from, &folder)?;
    }
    Ok(ExitCode::SUCCESS)
}
