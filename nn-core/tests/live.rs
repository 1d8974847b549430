//! Figures that change while a cell runs: each test runs once more in a process that our kernel might have started.
#![cfg(feature = "figures")]

mod common;

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{easy_data, in_a_cell, message, normal};
use nn_core::prelude::*;

const OURS: &[&str] = &["NN_KERNEL"];
const LISTENS: &[&str] = &["NN_KERNEL", "NN_KERNEL_INTERRUPT"];

fn figure(losses: &[f64]) -> Figure {
    plot::lines("A loss of one's own", "step", "loss", [Series::test(losses)])
}

/// What was printed as records, in their order: `display` or `update`, and the rest of the object.
fn records(printed: &str) -> Vec<(&str, &str)> {
    let mut records = Vec::new();
    for record in printed.split('\u{1e}').skip(1) {
        let line = record.split_inclusive('\n').next().unwrap();
        assert!(line.ends_with("}}\n"), "{line}");
        let (kind, rest) = line.strip_prefix("{\"").unwrap().split_once("\":").unwrap();
        records.push((kind, rest));
    }
    records
}

/// The text of the one of a record's values that has this name; it holds no quotation mark.
fn value<'a>(record: &'a str, name: &str) -> &'a str {
    let start = format!("\"{name}\":\"");
    let from = record.find(&start).unwrap_or_else(|| panic!("{name} in {record}")) + start.len();
    &record[from..from + record[from..].find('"').unwrap()]
}

fn is_whole(record: &str) -> bool {
    ["text/html", "image/png", "text/plain"].iter().all(|mime| record.contains(&format!("\"{mime}\":\"")))
}

fn has_bar(record: &str) -> bool {
    record.contains("role=\\\"progressbar\\\"")
}

#[test]
fn figures_take_each_others_place_and_the_last_one_stays_with_all_its_alternatives() {
    let name = "figures_take_each_others_place_and_the_last_one_stays_with_all_its_alternatives";
    let Some(printed) = in_a_cell(name, OURS) else {
        let live = plot::live();
        let mut losses = Vec::new();
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(1) {
            losses.push(1.0 / (1.0 + losses.len() as f64));
            live.show(&figure(&losses));
            sleep(Duration::from_millis(1));
        }
        live.show(&figure(&[0.75, 0.25]));
        live.evcxr_display();
        live.finish();
        // Another place.
        plot::live().show(&figure(&[0.5, 0.125]));
        return;
    };
    let records = records(&printed);
    let kinds: Vec<_> = records.iter().map(|(kind, _)| *kind).collect();
    let updates = records.len() - 2;
    assert!((2..=6).contains(&updates), "of a thousand figures in a second, these were drawn: {kinds:?}");
    assert_eq!(kinds[0], "display");
    assert!(kinds[1..=updates].iter().all(|kind| *kind == "update"), "{kinds:?}");
    assert_eq!(kinds[updates + 1], "display");

    let ids: Vec<_> = records.iter().map(|(_, record)| value(record, "id")).collect();
    assert!(ids[..=updates].iter().all(|id| *id == ids[0]) && ids[updates + 1] != ids[0], "{ids:?}");
    let [first, last, other] = [0, updates, updates + 1].map(|i| records[i].1);
    assert!(is_whole(first) && is_whole(last) && is_whole(other));
    assert_eq!(value(last, "text/plain"), figure(&[0.75, 0.25]).alt());
    assert_eq!(value(other, "text/plain"), figure(&[0.5, 0.125]).alt());
    assert!(records[1..updates].iter().all(|(_, record)| !is_whole(record)), "only the first and the last have a PNG");
}

#[test]
fn another_kernel_gets_nothing_but_the_last_figure_as_a_cells_result() {
    let Some(printed) = in_a_cell("another_kernel_gets_nothing_but_the_last_figure_as_a_cells_result", &[]) else {
        let live = plot::live();
        live.show(&figure(&[1.0, 0.5]));
        live.show(&figure(&[0.75, 0.25]));
        print!("|");
        live.evcxr_display();
        print!("|");
        drop(live);
        let (train, test) = (easy_data(100, 4, 3, 1), easy_data(20, 4, 3, 2));
        let mut network = Network::new(&[4, 16, 3], &[Tanh, Softmax], 3).unwrap();
        Training::new(Loss::CrossEntropy)
            .mini_batch_size(1)
            .epochs(5000)
            .quiet()
            .run(&mut network, &train, &test)
            .unwrap();
        return;
    };
    assert!(!printed.contains('\u{1e}'), "{printed}");
    let parts: Vec<_> = printed.split('|').collect();
    let [_, shown, rest] = parts[..] else { panic!("{printed}") };
    assert!(shown.starts_with("EVCXR_BEGIN_CONTENT text/html\n"), "{shown}");
    assert!(shown.ends_with(&format!("{}\nEVCXR_END_CONTENT\n", figure(&[0.75, 0.25]).alt())), "{shown}");
    assert!(rest.starts_with("test another_kernel") || rest.starts_with("ok"), "{rest}");
}

#[test]
fn a_figure_behind_a_printed_word_begins_a_line() {
    let Some(printed) = in_a_cell("a_figure_behind_a_printed_word_begins_a_line", OURS) else {
        print!("x: ");
        figure(&[1.0, 0.5]).evcxr_display();
        return;
    };
    assert!(printed.contains("x: \u{1e}\nEVCXR_BEGIN_CONTENT text/html\n"), "{printed}");
    assert_eq!(printed.matches('\u{1e}').count(), 1, "one line end for all blocks: {printed}");
}

/// Trains for about so long, however fast the machine is.
fn train(seconds: f64, epochs: usize, interrupt_at: Option<f64>) -> nn_core::History {
    let test = easy_data(50, 20, 3, 2);
    let mut network = Network::new(&[20, 64, 3], &[Tanh, Softmax], 3).unwrap();
    let training = Training::new(Loss::CrossEntropy).mini_batch_size(10).learning_rate(0.001).threads(1);
    let probe = easy_data(20_000, 20, 3, 1);
    let start = Instant::now();
    training.clone().epochs(1).quiet().run(&mut network.clone(), &probe, &test).unwrap();
    let examples = (probe.len() as f64 * seconds / epochs as f64 / start.elapsed().as_secs_f64()) as usize;
    let train = easy_data(examples.max(10), 20, 3, 1);
    let press = interrupt_at.map(|after| {
        std::thread::spawn(move || {
            sleep(Duration::from_secs_f64(after));
            fs::write("interrupt", "").unwrap();
        })
    });
    let history = training.epochs(epochs).run(&mut network, &train, &test).unwrap();
    press.into_iter().for_each(|press| press.join().unwrap());
    // For the comparison: as the figure says it.
    println!("\nfinal: {}", history.plot().alt());
    history
}

/// The text alternative of the history's own figure, from what was printed.
fn of_history(printed: &str) -> &str {
    printed.lines().find_map(|line| line.strip_prefix("final: ")).unwrap()
}

#[test]
fn below_a_training_a_curve_grows_that_ends_as_the_historys_figure() {
    let Some(printed) = in_a_cell("below_a_training_a_curve_grows_that_ends_as_the_historys_figure", OURS) else {
        train(2.0, 20, None);
        return;
    };
    let records = records(&printed);
    assert!((4..=14).contains(&records.len()), "{} states", records.len());
    assert_eq!(records[0].0, "display");
    assert!(records[1..].iter().all(|(kind, _)| *kind == "update"));
    let epochs = |record: &str| value(record, "text/plain").to_owned();
    assert!(epochs(records[1].1) != epochs(records[records.len() - 2].1), "it grows");
    let last = records[records.len() - 1].1;
    assert!(is_whole(last));
    assert_eq!(value(last, "text/plain"), of_history(&printed), "nothing in it tells of time");
    assert!(records.iter().all(|(_, record)| record.contains("\"metadata\":{\"nn-core\":{\"live\":\"training\"}}")));
    assert!(printed.contains("Epoch 19: accuracy: "), "the lines stay: {printed}");
}

#[test]
fn a_training_without_end_has_a_curve_as_well() {
    let Some(printed) = in_a_cell("a_training_without_end_has_a_curve_as_well", LISTENS) else {
        let press = std::thread::spawn(|| {
            sleep(Duration::from_millis(700));
            fs::write("interrupt", "").unwrap();
        });
        let (train, test) = (easy_data(1000, 4, 3, 1), easy_data(20, 4, 3, 2));
        let mut network = Network::new(&[4, 16, 3], &[Tanh, Softmax], 3).unwrap();
        let training = Training::new(Loss::CrossEntropy).mini_batch_size(10).epochs(usize::MAX);
        training.run(&mut network, &train, &test).unwrap();
        press.join().unwrap();
        return;
    };
    let (_, last) = records(&printed).pop().unwrap();
    assert!(value(last, "text/plain").starts_with("Training: Loss: training falls from "), "{last}");
}

#[test]
fn a_short_training_shows_its_lines_alone() {
    let Some(printed) = in_a_cell("a_short_training_shows_its_lines_alone", OURS) else {
        train(0.1, 5, None);
        return;
    };
    assert!(records(&printed).is_empty(), "{printed}");
    assert!(printed.contains("Epoch 4: accuracy: "), "{printed}");
}

#[test]
fn a_long_epoch_has_a_bar_and_the_first_one_a_curve_of_its_own() {
    let Some(printed) = in_a_cell("a_long_epoch_has_a_bar_and_the_first_one_a_curve_of_its_own", OURS) else {
        train(5.0, 2, None);
        return;
    };
    let records = records(&printed);
    assert!(records.iter().filter(|(_, record)| has_bar(record)).count() > 3, "{} records", records.len());
    let first = value(records[1].1, "text/plain");
    assert!(first.starts_with("epoch 1 of 2: ") && first.contains(" %\\nLoss in the first epoch: "), "{first}");
    assert!(records.iter().any(|(_, record)| value(record, "text/plain").starts_with("epoch 2 of 2: ")));
    let last = records[records.len() - 1].1;
    assert!(!has_bar(last) && is_whole(last));
    assert_eq!(value(last, "text/plain"), of_history(&printed));
}

#[test]
fn the_curve_of_a_stopped_training_holds_what_there_is_and_says_so() {
    let Some(printed) = in_a_cell("the_curve_of_a_stopped_training_holds_what_there_is_and_says_so", LISTENS) else {
        let history = train(20.0, 2, Some(2.0));
        assert_eq!(history.stopped.map(|stopped| stopped.epoch), Some(1));
        // Figures of what takes longer than 0.2 s are given up as well.
        let networks = (0..30).map(|seed| Network::new(&[784, 300, 10], &[Relu, Softmax], seed).unwrap()).collect();
        let test = Dataset::new(normal(5000, 784, 1), Array1::zeros(5000)).unwrap();
        let scrubber = History { networks, ..history }.scrubber(&test);
        assert_eq!(message(scrubber), "scrubber: interrupted before it was done");
        return;
    };
    assert!(printed.contains("stopped in epoch 1 of 2\n"), "{printed}");
    let (_, last) = records(&printed).pop().unwrap();
    let text = value(last, "text/plain");
    assert!(text.starts_with("Loss in the first epoch: training falls from "), "{text}");
    assert!(is_whole(last) && !has_bar(last));
}
