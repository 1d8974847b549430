//! What is trained, and who takes part.

use super::programs::Team::{self, Burn, Candle, NnCore, PyTorch, Python};

/// One training, the same for everybody.
pub struct Job {
    /// A word for it.
    pub name: &'static str,
    /// The network, as `train_once` and the others read it.
    pub sizes: &'static str,
    /// Examples to a step.
    pub mini_batch: usize,
    /// How often through the data.
    pub epochs: usize,
    /// nn-core f32 is to take at most this share of the fastest peer's time.
    pub most: f64,
}

/// Somebody who trains, or the limit of a training that skips no zeros.
pub struct Contestant {
    /// As in train.csv; the contestant's program knows it.
    pub name: &'static str,
    /// Whose program it is.
    pub team: Team,
    /// Whether it does every job, or the first alone.
    pub does_all: bool,
}

/// The usual training of the notebooks, then deeper, wider and in smaller steps.
pub const JOBS: [Job; 4] = [
    Job { name: "usual", sizes: "784-100-10", mini_batch: 100, epochs: 10, most: 0.35 },
    Job { name: "deep", sizes: "784-100-100-100-100-10", mini_batch: 100, epochs: 3, most: 0.5 },
    Job { name: "wide", sizes: "784-1000-10", mini_batch: 100, epochs: 2, most: 0.5 },
    Job { name: "tens", sizes: "784-100-10", mini_batch: 10, epochs: 2, most: 0.35 },
];

/// Ours first.
pub const CONTESTANTS: [Contestant; 17] = [
    everywhere("nn-core f32", NnCore),
    everywhere("nn-core 1 thread", NnCore),
    once("nn-core f64", NnCore),
    once("plain ndarray", NnCore),
    once("dense limit", Python),
    everywhere("JAX jit", Python),
    everywhere("PyTorch by hand", PyTorch),
    once("PyTorch nn", PyTorch),
    everywhere("burn by hand", Burn),
    once("burn flex", Burn),
    once("burn ndarray", Burn),
    everywhere("candle by hand", Candle),
    once("candle nn", Candle),
    once("scikit-learn", Python),
    everywhere("numpy f32", Python),
    once("numpy f64", Python),
    once("numpy per sample", Python),
];

const fn everywhere(name: &'static str, team: Team) -> Contestant {
    Contestant { name, team, does_all: true }
}

const fn once(name: &'static str, team: Team) -> Contestant {
    Contestant { name, team, does_all: false }
}

impl Job {
    /// Whether this contestant does this job.
    pub fn is_for(&self, contestant: &Contestant) -> bool {
        contestant.does_all || self.name == JOBS[0].name
    }

    /// "784-100-10 by 100, 10 epochs"
    pub fn title(&self) -> String {
        let Job { sizes, mini_batch, epochs, .. } = self;
        format!("{sizes} by {mini_batch}, {epochs} epochs")
    }
}

impl Contestant {
    /// Whether nn-core is compared with it: somebody else, who trains the whole job.
    pub fn is_peer(&self) -> bool {
        self.team != NnCore && self.trains()
    }

    /// Whether its accuracy says anything: the limit trains nothing, and the loop over examples only a tenth of an epoch.
    pub fn trains(&self) -> bool {
        !["dense limit", "numpy per sample"].contains(&self.name)
    }
}
