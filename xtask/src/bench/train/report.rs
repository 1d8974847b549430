//! The tables: what each contestant took for each job, and how nn-core stands against its goals.

use super::jobs::{Contestant, JOBS, Job};
use super::processor;

/// How far accuracies may be apart, by rounding alone.
const SAME_WORK: f64 = 0.002;

/// What one contestant did of one job, in each round.
pub struct Results {
    pub job: &'static Job,
    pub contestant: &'static Contestant,
    pub seconds: Vec<f64>,
    pub accuracy: f64,
}

impl Results {
    pub fn median(&self) -> f64 {
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        let middle = seconds.len() / 2;
        if seconds.len() % 2 == 1 { seconds[middle] } else { (seconds[middle - 1] + seconds[middle]) / 2.0 }
    }
}

/// Prints a table for each job, then the goals.
pub fn print(results: &[Results]) {
    println!("{}", processor::description());
    for job in &JOBS {
        let rows: Vec<_> = results.iter().filter(|result| result.job.name == job.name).collect();
        if !rows.is_empty() {
            print_job(job, &rows);
        }
    }
    print_goals(results);
}

fn print_job(job: &Job, rows: &[&Results]) {
    let ours = rows.iter().find(|row| row.contestant.name == "nn-core f32");
    println!("\n| {} | median s | best | worst | × nn-core f32 | accuracy |", job.title());
    println!("|---|---|---|---|---|---|");
    for row in rows {
        let (name, median) = (row.contestant.name, row.median());
        let best = row.seconds.iter().copied().fold(f64::INFINITY, f64::min);
        let worst = row.seconds.iter().copied().fold(0.0, f64::max);
        let times = ours.map_or_else(String::new, |ours| format!("{:.2}", median / ours.median()));
        let accuracy = if row.contestant.trains() { format!("{:.4}", row.accuracy) } else { String::new() };
        println!("| {name} | {median:.3} | {best:.3} | {worst:.3} | {times} | {accuracy} |");
    }
    let Some(ours) = ours else { return };
    for row in rows.iter().filter(|row| row.contestant.trains() && (row.accuracy - ours.accuracy).abs() > SAME_WORK) {
        println!(
            "\nNot the same work: {} ends with {}, nn-core with {}",
            row.contestant.name, row.accuracy, ours.accuracy
        );
    }
}

/// One row for each goal whose contestants took part.
fn print_goals(results: &[Results]) {
    println!("\n| goal | found | target |\n|---|---|---|");
    for job in &JOBS {
        let peers = results.iter().filter(|result| result.job.name == job.name && result.contestant.is_peer());
        let fastest = peers.min_by(|a, b| a.median().total_cmp(&b.median()));
        if let (Some(ours), Some(fastest)) = (median(results, job, "nn-core f32"), fastest) {
            let found = ours / fastest.median();
            let (title, peer, most) = (job.title(), fastest.contestant.name, job.most);
            println!("| {title}: nn-core f32 / fastest peer, {peer} | {found:.2} | at most {most:.2} |");
        }
    }
    let usual = &JOBS[0];
    if let (Some(ours), Some(limit)) = (median(results, usual, "nn-core f32"), median(results, usual, "dense limit")) {
        // The limit's library uses registers of 512 bits where there are any, and so do we.
        let most = if processor::has_avx512() { 0.8 } else { 0.5 };
        println!("| nn-core f32 / dense limit | {:.2} | at most {most:.2} |", ours / limit);
    }
    if let (Some(ours), Some(numpy)) = (median(results, usual, "nn-core f64"), median(results, usual, "numpy f64")) {
        println!("| numpy f64 / nn-core f64 | {:.2} | at least 4.00 |", numpy / ours);
    }
}

/// The median of the contestant called `name`, if it took part.
fn median(results: &[Results], job: &Job, name: &str) -> Option<f64> {
    let result = results.iter().find(|result| result.job.name == job.name && result.contestant.name == name);
    result.map(Results::median)
}
