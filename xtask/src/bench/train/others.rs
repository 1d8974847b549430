//! Loading, prediction and memory: what each takes, and what it is to take at most.

use std::path::Path;

use anyhow::Result;

use super::programs::Programs;
use super::two_numbers;
use crate::setup::Lab;

/// Measures and prints; `folder` holds what `train_once prepare` wrote.
pub fn run(lab: &Lab, programs: &Programs, folder: &Path) -> Result<()> {
    let table = lab.repository.join("data/mnist_train.csv.gz");
    let (plain, images, labels) =
        (folder.join("train.csv"), folder.join("images.idx.gz"), folder.join("labels.idx.gz"));
    two_numbers(programs.peers()?.arg("files").arg(folder).arg(&table))?;

    println!("\n| measure | nn-core | polars in Python | target |\n|---|---|---|---|");
    for (name, path, most) in [("csv.gz", &table, 0.5), ("csv", &plain, 1.0)] {
        let [own, _] = two_numbers(programs.ours().arg("csv").arg(path))?;
        let [peer, _] = two_numbers(programs.peers()?.arg("load").arg(path))?;
        println!("| load 60,000 examples, {name} | {own:.3} s | {peer:.3} s | {:.2} × of {most:.1} × |", own / peer);
    }
    let [idx, _] = two_numbers(programs.ours().arg("idx").arg(&images).arg(&labels))?;
    println!("| load 60,000 examples, IDX.gz | {idx:.3} s | | 0.3 s |");
    let [one, all] = two_numbers(programs.ours().arg("predict").arg(folder))?;
    println!("| classify one image | {:.1} µs | | 20 µs |", one * 1e6);
    println!("| classify 10,000 images | {:.1} ms | | 20 ms |", all * 1e3);
    let [seconds, memory] = two_numbers(programs.ours().arg("memory").arg(lab.repository.join("data")))?;
    println!("| load csv.gz and train ten epochs | {seconds:.2} s | | |");
    println!("| the same, peak of memory | {memory:.0} MB | | 400 MB |");
    Ok(())
}
