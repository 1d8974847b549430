//! Checks what kernels do besides running cells: two at once, a crate that is edited, a kernel that is killed.

use super::parts::Ended;
use super::trial::{self, Trial};
use crate::notebook::cell;
use crate::run;
use crate::setup::Lab;
use anyhow::{Result, anyhow, bail};
use nn_kernel::{files, shelf, waiting};
use std::path::Path;
use std::thread;

/// Runs a few small notebooks.
pub fn check(lab: &Lab) -> Result<()> {
    let folder = trial::folder(lab);
    two_at_once(&folder)?;
    cells_follow_edits(&folder)?;
    if cfg!(target_os = "linux") {
        compiled_cells_are_kept(lab, &folder)?;
        cells_call_the_compiled_chapter(lab, &folder)?;
        killed_kernels_leave_nothing(&folder)?;
    }
    Ok(())
}

/// Whether the kernel in waiting serves those whom it may, and nobody else.
pub fn check_waiting(lab: &Lab) -> Result<Ended> {
    if let Err(why) = waiting::is_possible() {
        return Ok(Ended::Skipped(format!("no kernel is kept waiting here: {why}")));
    }
    let folder = trial::folder(lab);
    files::create_dir(&folder)?;
    let mut script = lab.script("kernel_waiting.py");
    script.arg(&folder).arg(&lab.root).current_dir(&folder);
    let status = run::run_with_kernels(lab, &mut script)?;
    if !status.success() {
        bail!("kernel_waiting.py ended with {status}; what went wrong stands above");
    }
    Ok(Ended::Passed)
}

/// Fails if two notebooks that wait for each other do not both pass.
fn two_at_once(folder: &Path) -> Result<()> {
    for name in ["one", "other"] {
        files::remove(&folder.join(name))?;
    }
    let trials = thread::scope(|scope| {
        let one = scope.spawn(|| wait_for_each_other(folder, "one", "other"));
        let other = wait_for_each_other(folder, "other", "one");
        [other, one.join().unwrap_or_else(|_| Err(anyhow!("a thread panicked")))]
    });
    for trial in trials {
        let trial = trial?;
        if !trial.passed || !trial.said.contains("10 lemons") {
            bail!(trial.error("two notebooks at once disturbed each other"));
        }
    }
    eprintln!("   two notebooks at once: as expected");
    Ok(())
}

/// Runs the notebook `own`, which makes a file of its name and waits for the file of the `other`.
fn wait_for_each_other(folder: &Path, own: &str, other: &str) -> Result<Trial> {
    let meet = format!(
        "std::fs::write({:?}, \"\")?;\n\
         let other = std::path::Path::new({:?});\n\
         for _ in 0..1200 {{ if !other.exists() {{ std::thread::sleep(std::time::Duration::from_millis(100)); }} }}\n\
         assert!(other.exists(), \"the other notebook did not come\");",
        folder.join(own),
        folder.join(other)
    );
    let cells = [
        ":dep nn-core = { path = \"../../../nn-core\" }\nuse nn_core::prelude::*;",
        "let lemons: Array1<f32> = Array1::linspace(1.0, 4.0, 4);",
        &meet,
        "println!(\"{} lemons\", lemons.sum());",
    ];
    trial::run(folder, own, &cells.map(cell))
}

/// Fails if a cell does not see that a crate was edited since the cell before, or if cells go through cargo, or hold what all have in
/// common, without need.
fn cells_follow_edits(folder: &Path) -> Result<()> {
    let lemons = folder.join("lemons");
    let source = trial::lemons(&lemons)?;
    let count = "println!(\"{} lemons\", lemons::count());";
    let edit = format!("std::fs::write({source:?}, \"pub fn count() -> i32 {{ 4 + NONE }} const NONE: i32 = 0;\")?;");
    let recorded = "let kernel = std::path::PathBuf::from(std::env::var(\"EVCXR_TMPDIR\")?);\n\
                    let file = std::fs::read_to_string(kernel.join(\"src/lib.rs\"))?;\n\
                    let is_short = file.contains(&[\"use nn_kernel_\", \"common::\"].concat());\n\
                    println!(\"recorded: {}, short: {is_short}\", kernel.join(\"cell.json\").exists());";
    let cells = [
        &format!(":dep lemons = {{ path = {lemons:?} }}"),
        "let before = lemons::count();",
        count,
        recorded,
        &edit,
        count,
        recorded,
        "println!(\"{before} before, {} now\", lemons::count());",
    ];
    let trial = trial::run(folder, "cells_follow_edits", &cells.map(cell))?;
    let quick = if cfg!(target_os = "linux") { "recorded: true, short: true" } else { "recorded: true" };
    let both = trial.said.matches(quick).count() == 2 || !cfg!(unix);
    let seen = ["3 lemons", "4 lemons", "3 before, 4 now"].iter().all(|line| trial.said.contains(line));
    if !trial.passed || !seen || !both {
        bail!(trial.error("a cell did not follow an edit, went through cargo, or held what all have in common"));
    }
    eprintln!("   cells follow edits: as expected");
    Ok(())
}

/// Fails if a kernel compiles what an earlier one compiled, or takes what was compiled from other code or with other flags.
fn compiled_cells_are_kept(lab: &Lab, folder: &Path) -> Result<()> {
    let pears = folder.join("pears");
    let source = pears.join("src/lib.rs");
    files::write(&pears.join("Cargo.toml"), "[package]\nname = \"pears\"\nedition = \"2024\"\n\n[workspace]\n")?;
    files::write(&source, "pub fn count() -> i32 { 3 }")?;
    let first = format!(":dep pears = {{ path = {pears:?} }}");
    let mut cells = vec![
        first.as_str(),
        "fn double(n: i32) -> i32 { 2 * n }",
        "let basket = vec![double(pears::count()), 1];\nlet label = String::from(\"pears\");",
        // Compiled twice: a number cannot show itself.
        "basket.len()",
        "println!(\"{} {label} of {:?}\", basket[0], option_env!(\"NN_TRIAL\"));",
        "println!(\"at {}\", if cfg!(debug_assertions) { \"rest\" } else { \"speed\" });",
    ];
    shelf::forget(&lab.kernels())?;
    let mut kept = Vec::new();
    let mut run = |cells: &[&str], expected: &str| {
        let cells: Vec<_> = cells.iter().map(|code| cell(code)).collect();
        let trial = trial::run(folder, "compiled_cells_are_kept", &cells)?;
        if !trial.passed || !trial.said.contains(expected) {
            bail!(trial.error("a cell did not run as it was written"));
        }
        kept.push(shelf::size(&lab.kernels()).0);
        Ok(())
    };
    run(&cells, "6 pears of None")?;
    run(&cells, "6 pears of None")?;
    // One that names no variable that comes later, and shifts the numbers of all that follow.
    cells.insert(2, "println!(\"between\");");
    run(&cells, "6 pears of None")?;
    cells.insert(2, ":build_env NN_TRIAL=one");
    run(&cells, "6 pears of Some(\"one\")")?;
    cells[2] = ":build_env CARGO_PROFILE_DEV_DEBUG_ASSERTIONS=true";
    run(&cells, "at rest")?;
    cells.remove(2);
    files::write(&source, "pub fn count() -> i32 { 40 + 1 }")?;
    run(&cells, "82 pears of None")?;
    if kept[0] == 0 || kept[1] != kept[0] || kept[2] != kept[1] + 1 {
        bail!("a kept cell was compiled again: {kept:?} are kept after each run");
    }
    if kept[3..].windows(2).any(|pair| pair[1] <= pair[0]) || kept[3] > kept[2] + 1 {
        bail!("a cell that was compiled otherwise was not kept: {kept:?} are kept after each run");
    }
    eprintln!("   compiled cells are kept: as expected");
    Ok(())
}

/// Fails if two cells have a `forward` of their own each, not optimised, in place of the one that was compiled with nn-core
/// (`nn-core/src/compiled.rs`): it would lie at two addresses.
fn cells_call_the_compiled_chapter(lab: &Lab, folder: &Path) -> Result<()> {
    let first = format!(":dep nn-core = {{ path = {:?} }}\nuse nn_core::prelude::*;", lab.repository.join("nn-core"));
    let addresses = "println!(\"at {:?}\", [
        Network::<f32>::forward as fn(_, _) -> _ as usize,
        Network::<f64>::backward as fn(_, _, _, _) -> _ as usize,
        Network::<f32>::evaluate as fn(_, _, _) -> _ as usize,
        Activation::value::<f64> as fn(_, _) -> _ as usize,
        Loss::delta::<f32> as fn(_, _, _, _) -> _ as usize,
        Training::run::<f64> as fn(_, _, _, _) -> _ as usize,
    ]);";
    let cells = [first.as_str(), addresses, "let between = 1;", &format!("{addresses} // again")];
    let trial = trial::run(folder, "cells_call_the_compiled_chapter", &cells.map(cell))?;
    let found: Vec<_> = trial.said.lines().map(str::trim).filter(|line| line.starts_with("at [")).collect();
    if !trial.passed || !matches!(found[..], [one, other] if one == other) {
        bail!(trial.error("a cell compiled a function of nn-core that nn-core had compiled"));
    }
    eprintln!("   cells call the compiled chapter: as expected");
    Ok(())
}

/// Fails if a kernel that is killed leaves its folder or the process that holds the variables, or if nobody says so.
fn killed_kernels_leave_nothing(folder: &Path) -> Result<()> {
    let cells = [
        "println!(\"folder: {}\", std::env::var(\"EVCXR_TMPDIR\")?);\nprintln!(\"process: {}\", std::process::id());",
        "let kernel = std::os::unix::process::parent_id().to_string();\n\
         std::process::Command::new(\"kill\").args([\"-KILL\", &kernel]).status()?;\n\
         loop { std::hint::black_box(0); }",
    ];
    let trial = trial::run(folder, "killed_kernels_leave_nothing", &cells.map(cell))?;
    let (Some(kernels), Some(process)) = (after(&trial.said, "folder: "), after(&trial.said, "process: ")) else {
        bail!(trial.error("a kernel did not tell its folder and process"));
    };
    if trial.passed
        || !["the kernel died", "the Rust kernel itself ended"].iter().any(|end| trial.reported.contains(end))
    {
        bail!(trial.error("nobody said that the kernel was killed"));
    }
    let process = Path::new("/proc").join(process);
    for _ in 0..100 {
        if process.exists() {
            thread::sleep(std::time::Duration::from_millis(100));
        }
    }
    if Path::new(kernels).exists() || process.exists() {
        bail!(trial.error("a killed kernel left its folder or a process"));
    }
    eprintln!("   killed kernels leave nothing: as expected");
    Ok(())
}

/// The rest of the line that holds this label.
fn after<'a>(said: &'a str, label: &str) -> Option<&'a str> {
    said.lines().find_map(|line| Some(line.split_once(label)?.1.trim()))
}
