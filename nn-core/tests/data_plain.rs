//! Tables of digits without polars: plain lines are read, and whatever else is refused with its line or the feature's name.

use std::fs;

use nn_core::data::{self, Dataset};

/// The result of loading a table of one sound line, then this one.
fn load(line: &str) -> Result<Dataset, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let pixels: String = (1..=784).map(|pixel| format!(",pixel{pixel}")).collect();
    fs::write(&path, format!("label{pixels}\n3{}\n{line}\n", ",0".repeat(784))).unwrap();
    data::csv(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "t.csv"))
}

#[test]
fn plain_lines_are_read() {
    let dataset = load(&format!("5,255{}", ",051".repeat(783))).unwrap();
    assert_eq!(dataset.labels.to_vec(), [3, 5]);
    assert_eq!(dataset.inputs.row(1).iter().filter(|&&input| input == 0.2).count(), 783);
}

#[test]
fn faults_are_named_with_their_line_and_column() {
    let message = load(&format!("5,256{}", ",0".repeat(783))).unwrap_err();
    assert_eq!(message, "t.csv: line 3, column pixel1: expected a whole number from 0 to 255, found `256`");
    assert_eq!(load("5,0").unwrap_err(), "t.csv: line 3: expected 785 fields, found 2");
}

/// A plus sign: polars reads it, and nothing is wrong with it.
#[test]
fn a_line_that_polars_alone_reads_is_loaded_by_polars_or_refused_with_the_features_name() {
    let loaded = load(&format!("5,+51{}", ",0".repeat(783)));
    if cfg!(feature = "tables") {
        assert_eq!(loaded.unwrap().inputs[(1, 0)], 0.2);
    } else {
        let message = loaded.unwrap_err();
        assert!(message.ends_with("found others, which nn-core reads with its feature `tables`"), "{message}");
    }
}
