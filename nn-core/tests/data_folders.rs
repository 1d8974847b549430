//! Folders and pairs of IDX files as other people and programs write them: of one data set, whatever its files are called.

mod common;
#[path = "common/files.rs"]
mod files;

use std::path::{Path, PathBuf};

use common::message;
use files::{folder, gz, label_first, names, table};
use nn_core::prelude::*;

/// A pair of IDX files with these labels, each picture of one tone but for its upper right corner.
fn idx(labels: &[u8]) -> [Vec<u8>; 2] {
    let header = |magic: u32, sizes: &[u32]| {
        [&[magic], sizes].concat().into_iter().flat_map(u32::to_be_bytes).collect::<Vec<u8>>()
    };
    let n = labels.len() as u32;
    let mut images = header(0x0803, &[n, 28, 28]);
    for &label in labels {
        images.extend((0..784).map(|pixel| if pixel == 27 { 255 } else { label }));
    }
    [images, [header(0x0801, &[n]), labels.to_vec()].concat()]
}

#[test]
fn idx_files_have_as_many_classes_as_there_are() {
    let [images, labels] = idx(&[1, 26, 61, 255]);
    let folder = folder(&[("images", &images), ("labels", &labels)]);
    let dataset = data::idx(folder.path().join("images"), folder.path().join("labels")).unwrap();
    assert_eq!(dataset.labels.to_vec(), [1, 26, 61, 255]);
    assert_eq!((dataset.classes(), dataset.counts().len(), dataset.counts()[61]), (256, 256, 1));
    assert_eq!(dataset.first(1).counts(), [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    // They can be learned where the network has an output for each.
    let mut network = Network::new(&[784, 62], &[Softmax], 1).unwrap();
    let training = Training::new(Loss::CrossEntropy).mini_batch_size(1).epochs(1).quiet();
    training.run(&mut network, &dataset.first(3), &dataset.first(3)).unwrap();
    let mut small = Network::new(&[784, 26], &[Softmax], 1).unwrap();
    let error = message(training.run(&mut small, &dataset.first(2), &dataset.first(2)));
    assert_eq!(error, "train: expected labels below 26, one per output, found 26");
}

#[test]
fn transposed_pictures_have_rows_for_columns() {
    let [images, labels] = idx(&[3, 7]);
    let folder = folder(&[("images", &images), ("labels", &labels)]);
    let dataset = data::idx(folder.path().join("images"), folder.path().join("labels")).unwrap();
    let turned = dataset.transposed().unwrap();
    for (row, column) in [(0, 0), (0, 27), (27, 0), (5, 9), (27, 27)] {
        assert_eq!(turned.inputs[(1, 28 * row + column)], dataset.inputs[(1, 28 * column + row)]);
    }
    assert_eq!((turned.inputs[(0, 27 * 28)], turned.labels.to_vec()), (1.0, vec![3, 7]));
    assert!(turned.transposed().unwrap() == dataset);
    let flat = Dataset::new(Array2::zeros((2, 12)), array![0, 1]).unwrap();
    assert_eq!(message(flat.transposed()), "inputs: expected shape (n, side · side), found [2, 12]");
}

fn labels_of(folder: &Path) -> (Vec<u8>, Vec<u8>) {
    let mnist = data::mnist(folder).unwrap();
    (mnist.train.labels.to_vec(), mnist.test.labels.to_vec())
}

#[test]
fn folders_of_every_common_name_are_read() {
    let ([images, labels], [test_images, test_labels]) = (idx(&[1, 2, 3]), idx(&[4, 5]));
    let files = [("images-idx3-ubyte.gz", gz(&images)), ("labels-idx1-ubyte.gz", gz(&labels))];
    let test_files = [("images-idx3-ubyte.gz", gz(&test_images)), ("labels-idx1-ubyte.gz", gz(&test_labels))];
    // What stands before these names, of the training set and of the test set.
    let names = [
        ("train-", "t10k-"),
        // Debian's package and Zalando's repository; torchvision's; EMNIST's archive.
        ("fashion/train-", "fashion/t10k-"),
        ("data/fashion/train-", "data/fashion/t10k-"),
        ("KMNIST/raw/train-", "KMNIST/raw/t10k-"),
        ("emnist-letters-train-", "emnist-letters-test-"),
        ("gzip/emnist-balanced-train-", "gzip/emnist-balanced-test-"),
        ("fashion-mnist-train-", "fashion-mnist-t10k-"),
    ];
    for (train, test) in names {
        let names: Vec<(String, &[u8])> =
            (files.iter().map(|(name, content)| (format!("{train}{name}"), &content[..])))
                .chain(test_files.iter().map(|(name, content)| (format!("{test}{name}"), &content[..])))
                .collect();
        let names: Vec<(&str, &[u8])> = names.iter().map(|(name, content)| (name.as_str(), *content)).collect();
        assert_eq!(labels_of(folder(&names).path()), (vec![1, 2, 3], vec![4, 5]), "{train}");
    }
    let (train, test) =
        (table("", label_first, ","), table("", |_, label, pixels| label_first(0, 9 - label, pixels), ","));
    for (train_name, test_name) in [
        ("mnist_train.csv", "mnist_test.csv"),
        ("fashion-mnist_train.csv", "fashion-mnist_test.csv"),
        ("train.csv", "test.csv"),
        ("archive/mnist_train.csv", "archive/mnist_test.csv"),
    ] {
        let folder = folder(&[(train_name, train.as_bytes()), (test_name, test.as_bytes())]);
        assert_eq!(labels_of(folder.path()), (vec![5, 0, 9], vec![4, 9, 0]), "{train_name}");
    }
}

#[test]
fn of_several_data_sets_none_is_chosen() {
    let [images, labels] = idx(&[1]);
    let mut files = Vec::new();
    for set in ["emnist-digits", "emnist-letters"] {
        for half in ["train", "test"] {
            files.push((format!("{set}-{half}-images-idx3-ubyte"), images.clone()));
            files.push((format!("{set}-{half}-labels-idx1-ubyte"), labels.clone()));
        }
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let error = message(data::mnist(folder(&files).path()));
    let expected =
        "expected one data set, found emnist-digits-*, emnist-letters-*: data::idx reads the files that are named";
    assert!(error.contains(expected), "{error}");

    let table = table("", label_first, ",");
    let files: Vec<PathBuf> = ["a", "b"]
        .iter()
        .flat_map(|set| ["train", "test"].map(|half| Path::new(set).join(format!("{half}.csv"))))
        .collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|path| (path.to_str().unwrap(), table.as_bytes())).collect();
    let error = message(data::mnist(folder(&files).path()));
    assert!(error.contains("expected one folder with such files, found ") && error.ends_with(": name one"), "{error}");
}

/// Kaggle's *Digit Recognizer*: 42,000 digits with labels, 28,000 without.
#[test]
fn of_kaggles_folder_a_seventh_is_held_out_to_test_on() {
    let header = format!("label,{}\n", names("pixel", ","));
    let lines: String = (0..14).map(|i| label_first(0, i % 10, vec![i.to_string(); 784]).join(",") + "\n").collect();
    let train = header.clone() + &lines;
    let test = format!("{}\n{}\n", names("pixel", ","), vec!["51"; 784].join(","));
    let folder = folder(&[("train.csv", train.as_bytes()), ("test.csv.gz", &gz(test.as_bytes()))]);
    let mnist = data::mnist(folder.path()).unwrap();
    assert_eq!(mnist.train.labels.to_vec(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    assert_eq!(mnist.test.labels.to_vec(), [2, 3]);
    assert_eq!(mnist.test.inputs[(0, 0)], 12.0 / 255.0);
    assert_eq!(data::inputs(folder.path().join("test.csv.gz")).unwrap(), Array2::from_elem((1, 784), 0.2_f32));
    let error = message(data::csv(folder.path().join("test.csv.gz")));
    assert!(error.contains("pictures without labels are read by data::inputs"), "{error}");
}
