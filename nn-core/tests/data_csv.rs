//! Tables of digits: the real MNIST, and every mistake a table can have.

#[path = "common/repository.rs"]
mod repository;

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use nn_core::data::{self, Dataset};
use polars_core::prelude::{Column, DataType};

fn gz(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// `label,1x1,…,28x28`, with a line end.
fn header() -> String {
    let pixels: Vec<String> = (0..784).map(|i| format!("{}x{}", i / 28 + 1, i % 28 + 1)).collect();
    format!("label,{}\n", pixels.join(","))
}

/// A line whose pixels are all `pixel`, with a line end.
fn line(label: &str, pixel: &str) -> String {
    format!("{label}{}\n", format!(",{pixel}").repeat(784))
}

/// A sound line, but for one field.
fn line_with(column: usize, field: &str) -> String {
    let mut fields = vec!["0"; 785];
    fields[column] = field;
    fields.join(",") + "\n"
}

fn load(name: &str, content: &[u8]) -> Result<Dataset, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    let loaded = data::csv(&path).map_err(|error| error.to_string());
    let table = data::table(&path).map_err(|error| error.to_string());
    assert_eq!(loaded.as_ref().err(), table.as_ref().err(), "csv and table disagree");
    loaded
}

/// Refused plain and packed, with the same words.
#[track_caller]
fn assert_refused(content: impl AsRef<[u8]>, expected: &str) {
    for (name, content) in [("t.csv", content.as_ref().to_vec()), ("t.csv.gz", gz(content.as_ref()))] {
        let message = load(name, &content).expect_err("was loaded");
        assert!(message.contains(name), "does not name the file: {message}");
        assert!(message.contains(expected), "expected … {expected} …\n   found {message}");
    }
}

#[track_caller]
fn assert_loads(content: impl AsRef<[u8]>, labels: &[u8], pixel: f32) {
    for (name, content) in [("t.csv", content.as_ref().to_vec()), ("t.csv.gz", gz(content.as_ref()))] {
        let dataset = load(name, &content).unwrap();
        assert_eq!(dataset.labels.to_vec(), labels);
        assert_eq!(dataset.inputs.dim(), (labels.len(), 784));
        assert!(dataset.inputs.iter().all(|&input| input == pixel), "{}", dataset.inputs);
    }
}

/// Counts, first labels and the mean pixel as published for MNIST.
#[test]
fn the_repository_holds_the_real_mnist() {
    let Some(mnist) = repository::mnist() else { return };
    assert_eq!(mnist.train.counts(), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    assert_eq!(mnist.test.counts(), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    assert_eq!(mnist.train.first(10).labels.to_vec(), [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert_eq!(mnist.test.first(10).labels.to_vec(), [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    let mean = mnist.train.inputs.iter().map(|&input| f64::from(input)).sum::<f64>() / mnist.train.inputs.len() as f64;
    assert!((mean - 0.1307).abs() < 5e-5, "{mean}");
    // The first picture, a five: its ink begins in the sixth row.
    let first: Vec<f32> = mnist.train.inputs.row(0).iter().map(|input| (input * 255.0).round()).collect();
    assert!(first[..5 * 28 + 12].iter().all(|&pixel| pixel == 0.0));
    assert_eq!(first[5 * 28 + 12..5 * 28 + 24], [3., 18., 18., 18., 126., 136., 175., 26., 166., 255., 247., 127.]);
}

#[test]
fn the_table_and_the_data_set_hold_the_same() {
    let Some(folder) = repository::data_folder() else { return };
    let path = folder.join("mnist_test.csv.gz");
    let table = data::table(&path).unwrap();
    assert_eq!(table.shape(), (10_000, 785));
    assert!(table.columns().iter().all(|column| *column.dtype() == DataType::UInt8));
    assert!(Dataset::from_table(&table).unwrap() == data::csv(&path).unwrap());
}

#[test]
fn a_changed_table_becomes_a_data_set() {
    let Some(folder) = repository::data_folder() else { return };
    let table = data::table(folder.join("mnist_test.csv.gz")).unwrap();
    let mut ten = table.head(Some(10));
    let labels = Dataset::from_table(&ten).unwrap().labels;
    assert_eq!(labels.to_vec(), [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    let wide = ten.columns()[300].cast(&DataType::Int64).unwrap();
    ten.with_column(wide).unwrap();
    assert!(Dataset::from_table(&ten).unwrap() == Dataset::from_table(&table).unwrap().first(10));
}

#[test]
fn tables_that_hold_no_digits_are_refused() {
    let Some(folder) = repository::data_folder() else { return };
    let table = data::table(folder.join("mnist_test.csv.gz")).unwrap().head(Some(3));
    let refused = |change: Column| {
        let mut changed = table.clone();
        changed.with_column(change).unwrap();
        Dataset::from_table(&changed).unwrap_err().to_string()
    };
    let column = |name: &str, values: [Option<i64>; 3]| Column::new(name.into(), values);
    let message = refused(column("label", [Some(1), Some(10), Some(2)]));
    assert!(message.contains("labels from 0 to 9, found a label 10"), "{message}");
    let message = refused(column("3x4", [Some(1), None, Some(2)]));
    assert!(message.contains("1 missing in column 3x4"), "{message}");
    let message = refused(column("3x4", [Some(1), Some(256), Some(2)]));
    assert!(message.contains("expected whole numbers from 0 to 255") && message.contains("256"), "{message}");
    let message = refused(Column::new("3x4".into(), [0.5, 1.0, 2.0]));
    assert!(message.contains("found f64 in column 3x4"), "{message}");
    let message = Dataset::from_table(&table.select(["1x1", "1x2"]).unwrap()).unwrap_err().to_string();
    assert!(
        message.contains("expected a column `label`") && message.contains("found 2 columns (1x1, 1x2"),
        "{message}"
    );
}

#[test]
fn what_is_no_file_or_an_empty_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = data::csv(folder.path().join("nothing.csv")).unwrap_err().to_string();
    assert!(missing.contains("nothing.csv: cannot read: "), "{missing}");
    let directory = data::csv(folder.path()).unwrap_err().to_string();
    assert!(directory.contains("expected a table of digits") && directory.contains("found a folder"), "{directory}");
    assert!(load("t.csv", b"").unwrap_err().contains("found an empty file (0 bytes)"));
}

#[test]
fn headers_that_do_not_fit_are_refused() {
    assert_refused("\n", "line 1: expected a header line `label,1x1,1x2,…,28x28`, found an empty line");
    assert_refused(header(), "expected rows after the header, found none");
    assert_refused(header() + "\r\n\n", "expected rows after the header, found none");
    for columns in [784, 786] {
        let names: Vec<String> = (1..columns).map(|i| format!("p{i}")).collect();
        let expected =
            format!("line 1: expected 785 columns, `label` and 784 pixels, found {columns} (the first is `label`)");
        assert_refused(format!("label,{}\n", names.join(",")), &expected);
    }
    assert_refused("PK\x03\x04\0\0 zipped", "line 1: expected a header line");
    assert_refused(
        header().replacen("label", "digit", 1),
        "expected `label` as the first column's name, found `digit`",
    );
    assert_refused(header().replacen("1x2", "1x1", 1), "expected a different name for every column, found `1x1` twice");
}

#[test]
fn utf_16_is_named() {
    for (mark, bytes) in [([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xfe, 0xff], u16::to_be_bytes)] {
        let text = header() + &line("3", "0");
        let content: Vec<u8> = mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect();
        assert_refused(content, "line 1: expected UTF-8 text, found UTF-16: save the table again as UTF-8");
    }
}

#[test]
fn every_wrong_field_is_named_with_its_line_and_column() {
    // What stands in the field, and what the message shows of it.
    let fields = [
        ("word", "`word`"),
        ("256", "`256`"),
        ("1000", "`1000`"),
        ("99999999999999999999", "`99999999999999999999`"),
        ("-1", "`-1`"),
        ("-0", "`-0`"),
        ("3.5", "`3.5`"),
        ("1e2", "`1e2`"),
        ("0x1f", "`0x1f`"),
        ("", "nothing"),
        ("  ", "nothing"),
        ("3 ", "`3 `"),
        ("+", "`+`"),
        ("++3", "`++3`"),
        ("- 3", "`- 3`"),
        ("NaN", "`NaN`"),
        ("null", "`null`"),
        ("\"5\"", "`5` in quotes"),
        ("\"", "`` in quotes"),
        ("٣", "`٣`"),
        ("5\0", "`5\\0`"),
    ];
    for (field, found) in fields {
        let expected = format!("line 4, column 3x5: expected a whole number from 0 to 255, found {found}");
        let wrong = line_with(1 + 2 * 28 + 4, field);
        assert_refused(header() + &line("1", "0") + &line("2", "0") + &wrong + &line("3", "0"), &expected);
        // The last field of the last line, where no line end follows.
        let expected = format!("line 3, column 28x28: expected a whole number from 0 to 255, found {found}");
        assert_refused(header() + &line("1", "0") + line_with(784, field).trim_end_matches('\n'), &expected);
    }
    for (label, found) in [("10", "`10`"), ("-1", "`-1`"), ("256", "`256`"), ("seven", "`seven`"), ("", "nothing")] {
        let expected = format!("line 3, column label: expected a label from 0 to 9, found {found}");
        assert_refused(header() + &line("1", "0") + &line(label, "0"), &expected);
    }
}

#[test]
fn ragged_lines_are_named() {
    let sound = line("1", "0");
    for fields in [1, 2, 784, 786, 1570] {
        let ragged = vec!["0"; fields].join(",") + "\n";
        let expected = format!("line 3: expected 785 fields, found {fields}");
        assert_refused(header() + &sound + &ragged + &sound, &expected);
        assert_refused(header() + &sound + &ragged, &expected);
    }
    assert_refused(header() + &sound + &line("2", "0").replace('\n', ",\n"), "line 3: expected 785 fields, found 786");
    assert_refused(header() + &sound + "\n" + &sound, "line 3: expected a label and 784 pixels, found an empty line");
    assert_refused(header() + "\n" + &sound, "line 2: expected a label and 784 pixels, found an empty line");
}

/// Text is read in blocks of 8 MiB; lines are counted across them.
#[test]
fn a_fault_late_in_a_long_file_has_its_line_number() {
    let text = header() + &line("1", "200").repeat(6000) + &line_with(10, "x") + &line("1", "200").repeat(100);
    assert!(text.len() > 16 << 20);
    let message = load("t.csv", text.as_bytes()).unwrap_err();
    assert!(message.contains("line 6002, column 1x10: expected a whole number from 0 to 255, found `x`"), "{message}");
}

#[test]
fn harmless_variants_load() {
    let rows = line("3", "255") + &line("0", "255");
    let text = header() + &rows;
    assert_loads(&text, &[3, 0], 1.0);
    assert_loads(text.trim_end(), &[3, 0], 1.0);
    assert_loads(text.replace('\n', "\r\n"), &[3, 0], 1.0);
    assert_loads(text.replace('\n', "\r\n").trim_end(), &[3, 0], 1.0);
    assert_loads(text.clone() + "\n\r\n\n", &[3, 0], 1.0);
    assert_loads(format!("\u{feff}{text}"), &[3, 0], 1.0);
    assert_loads(text.replacen("label", "\"Label\"", 1), &[3, 0], 1.0);
    assert_loads(text.replace('x', "y"), &[3, 0], 1.0);
    for pixel in ["51", " 51", "\t51", "+51", "051", "00000000000000051"] {
        assert_loads(header() + &line("7", pixel), &[7], 0.2);
    }
}

#[test]
fn gzip_is_known_by_its_content() {
    let text = header() + &line("3", "255") + &line("0", "255");
    let (start, end) = text.as_bytes().split_at(text.len() / 2);
    let two_members = [gz(start), gz(end)].concat();
    for (name, content) in
        [("t.csv.gz", two_members), ("t.csv", gz(text.as_bytes())), ("t.csv.gz", text.clone().into())]
    {
        assert_eq!(load(name, &content).unwrap().labels.to_vec(), [3, 0]);
    }
}

#[test]
fn damaged_gzip_is_refused() {
    let text = header() + &line("3", "12").repeat(50);
    let sound = gz(text.as_bytes());
    for length in [2, 12, sound.len() / 2, sound.len() - 9, sound.len() - 4, sound.len() - 1] {
        let message = load("t.csv.gz", &sound[..length]).unwrap_err();
        let expected = format!("expected a whole gzip file, found its end too early, after {length} bytes");
        assert!(message.contains(&expected), "{length}: {message}");
    }
    let mut bad_sum = sound.clone();
    let at = bad_sum.len() - 8;
    bad_sum[at] ^= 1;
    let message = load("t.csv.gz", &bad_sum).unwrap_err();
    assert!(message.contains("expected sound gzip data, found damage: ") && message.contains("checksum"), "{message}");
    let message = load("t.csv.gz", &[&sound[..], b"and something that is not gzip"].concat()).unwrap_err();
    assert!(message.contains("expected sound gzip data, found damage: "), "{message}");
}

#[test]
fn a_file_that_unpacks_without_end_is_refused() {
    let endless_line = [gz(header().as_bytes()), gz(&vec![b'0'; 9 << 20])].concat();
    let message = load("t.csv.gz", &endless_line).unwrap_err();
    assert!(message.contains("expected lines of at most 8388608 bytes, found a longer one"), "{message}");
    // Sound rows, but the same 12,000 times: more than 16 MiB and more than a hundred times the file.
    let message = load("t.csv.gz", &gz((header() + &line("0", "0").repeat(12_000)).as_bytes())).unwrap_err();
    assert!(message.contains("gzip data that unpack to at most 16777216 bytes, found more"), "{message}");
}

#[test]
fn train_and_test_of_different_widths_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mnist_train.csv"), header() + &line("3", "0")).unwrap();
    fs::write(folder.path().join("mnist_test.csv"), "label,1x1,1x2\n3,0,0\n").unwrap();
    let message = data::mnist(folder.path()).unwrap_err().to_string();
    assert!(message.contains("mnist_test.csv: line 1: expected 785 columns"), "{message}");
}

#[test]
fn a_folder_without_mnist_says_what_was_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let message = data::mnist(folder.path()).unwrap_err().to_string();
    assert!(
        message.contains("expected mnist_train.csv.gz, mnist_train.csv, or both train-images-idx3-ubyte"),
        "{message}"
    );
    assert!(message.contains("found an empty folder"), "{message}");
    fs::write(folder.path().join("mnist_train.csv"), header() + &line("3", "0")).unwrap();
    let message = data::mnist(folder.path()).unwrap_err().to_string();
    assert!(
        message.contains("expected mnist_test.csv.gz") && message.contains("found only mnist_train.csv"),
        "{message}"
    );
    let message = data::mnist(folder.path().join("nowhere")).unwrap_err().to_string();
    assert!(message.contains("nowhere: cannot read the folder: "), "{message}");
}

#[test]
fn parts_of_a_data_set_are_copies() {
    let dataset =
        load("t.csv", (header() + &line("3", "0") + &line("1", "51") + &line("4", "255")).as_bytes()).unwrap();
    assert_eq!(format!("{dataset:?}"), "Dataset: 3 examples of 784 inputs");
    assert_eq!(dataset.first(2).labels.to_vec(), [3, 1]);
    assert!(dataset.first(99) == dataset);
    let chosen = dataset.select(&[2, 0, 2]).unwrap();
    assert_eq!(chosen.labels.to_vec(), [4, 3, 4]);
    assert_eq!(chosen.inputs.column(5).to_vec(), [1.0, 0.0, 1.0]);
    assert_eq!(dataset.select(&[0, 3]).unwrap_err().to_string(), "positions: expected below 3, found 3");
}
