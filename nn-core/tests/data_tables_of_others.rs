//! Tables and folders as other people and programs write them: read where they mean one thing, refused with the cure else.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::message;
use flate2::Compression;
use flate2::write::GzEncoder;
use nn_core::prelude::*;
use tempfile::TempDir;

/// A folder that goes away, with these files in it.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn gz(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::Write::write_all(&mut encoder, content).unwrap();
    encoder.finish().unwrap()
}

/// Reads `content` as a table, plain and packed, which must come to the same.
#[track_caller]
fn read<T: PartialEq>(content: &str, read: fn(&Path) -> Result<T>) -> Result<T, String> {
    let folder = folder(&[("t.csv", content.as_bytes()), ("t.csv.gz", &gz(content.as_bytes()))]);
    let [plain, packed] = ["t.csv", "t.csv.gz"].map(|name| {
        let path = folder.path().join(name);
        read(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
    });
    assert!(plain == packed, "plain and packed differ");
    plain
}

#[track_caller]
fn assert_refused(content: &str, expected: &str) {
    let found = read(content, |path| data::csv(path)).expect_err("was loaded");
    assert!(found.starts_with("FILE: ") && found.contains(expected), "expected … {expected} …\n   found {found}");
    // The whole message is one line of a length that can be read.
    assert!(found.len() < 400 && !found.contains('\n'), "{found}");
}

/// Three pictures: each row differs, so do the pixels within it, and the last pixel is ink.
fn pixel(row: usize, pixel: usize) -> usize {
    if pixel == 783 { 200 + row } else { (7 * row + pixel) % 256 }
}

const LABELS: [u8; 3] = [5, 0, 9];

/// What every table of these pictures must be read as.
fn expected() -> Dataset {
    let inputs = Array2::from_shape_fn((3, 784), |(row, column)| pixel(row, column) as f32 / 255.0);
    Dataset::new(inputs, LABELS.to_vec().into()).unwrap()
}

/// A table of them: its first line, then one for each, of the number of the line, the label, and the pixels.
fn table(header: &str, line: impl Fn(usize, u8, Vec<String>) -> Vec<String>, separator: &str) -> String {
    let mut text = header.to_owned();
    for (row, &label) in LABELS.iter().enumerate() {
        let pixels = (0..784).map(|column| pixel(row, column).to_string()).collect();
        text += &(line(row, label, pixels).join(separator) + "\n");
    }
    text
}

fn names(start: &str, separator: &str) -> String {
    (1..=784).map(|i| format!("{start}{i}")).collect::<Vec<_>>().join(separator)
}

/// `0,1,2,…`, so many.
fn numbered(count: usize) -> String {
    (0..count).map(|i| i.to_string()).collect::<Vec<_>>().join(",")
}

fn label_first(_: usize, label: u8, pixels: Vec<String>) -> Vec<String> {
    [vec![label.to_string()], pixels].concat()
}

fn label_last(_: usize, label: u8, pixels: Vec<String>) -> Vec<String> {
    [pixels, vec![label.to_string()]].concat()
}

fn index_first(row: usize, label: u8, pixels: Vec<String>) -> Vec<String> {
    [vec![(17 * row).to_string(), label.to_string()], pixels].concat()
}

#[test]
fn tables_of_every_common_layout_are_read_as_the_same_pictures() {
    let decimals = |row, label, pixels| label_first(row, label, pixels).iter().map(|x| format!("{x}.0")).collect();
    let (commas, semicolons, tabs) = (names("pixel", ","), names("pixel", ";"), names("pixel", "\t"));
    let tables = [
        ("pandas' own names", table(&format!("label,{}\n", numbered(784)), label_first, ",")),
        ("pandas' own names and index", table(&format!(",label,{}\n", numbered(784)), index_first, ",")),
        ("pandas' own names, the label last", table(&format!("{},class\n", numbered(784)), label_last, ",")),
        ("Kaggle's", table(&format!("label,{commas}\n"), label_first, ",")),
        ("pjreddie's, without a header", table("", label_first, ",")),
        ("with a byte order mark", table("\u{feff}", label_first, ",")),
        ("Windows line ends", table("", label_first, ",").replace('\n', "\r\n")),
        ("OpenML's", table(&format!("{commas},class\n"), label_last, ",")),
        ("OpenML's, in quotes", table(&format!("\"{}\",\"class\"\n", commas.replace(',', "\",\"")), label_last, ",")),
        ("the label called class, first", table(&format!("Class,{commas}\n"), label_first, ",")),
        ("semicolons", table(&format!("label;{semicolons}\n"), label_first, ";")),
        ("semicolons, no header", table("", label_first, ";")),
        ("tabs, the label last", table(&format!("{tabs}\ttarget\n"), label_last, "\t")),
        ("pandas' index", table(&format!(",label,{commas}\n"), index_first, ",")),
        ("pandas' index, written twice", table(&format!("Unnamed: 0,label,{commas}\n"), index_first, ",")),
        ("decimals", table(&format!("label,{commas}\n"), decimals, ",")),
        ("decimals, no header", table("", decimals, ",")),
        ("decimal commas", table(&format!("label;{semicolons}\n"), decimals, ";").replace(".0", ",0")),
    ];
    for (name, text) in tables {
        let dataset = read(&text, |path| data::csv(path)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(dataset == expected(), "{name}: {:?}", dataset.labels);
        let inputs = read(&text, |path| data::inputs(path)).unwrap();
        assert!(inputs == expected().inputs, "{name}: inputs");
    }
}

#[test]
fn pictures_without_labels_are_inputs() {
    let only_pixels = |_, _, pixels| pixels;
    let with_index = |row: usize, _, pixels| [vec![row.to_string()], pixels].concat();
    for text in [
        table(&format!("{}\n", names("pixel", ",")), only_pixels, ","),
        table("", only_pixels, ","),
        table(&format!("{}\n", numbered(784)), only_pixels, ","),
        table(&format!(",{}\n", names("pixel", ",")), with_index, ","),
        table(&format!("{}\n", names("pixel", ";")), only_pixels, ";"),
    ] {
        assert!(read(&text, |path| data::inputs(path)).unwrap() == expected().inputs);
        assert!(read(&text, |path| data::csv(path)).is_err());
    }
    let header = format!("{}\n", names("pixel", ","));
    assert_refused(
        &table(&header, only_pixels, ","),
        "expected 785 columns, `label` and 784 pixels, found 784 and none of them `label`: pictures without labels are \
         read by data::inputs",
    );
    assert_refused(&table("", only_pixels, ","), "found 784 numbers: pictures without labels are read by data::inputs");
    // A fault is told by the file's own columns.
    let text = table(
        &header,
        |_, _, mut pixels| {
            pixels[3] = "x".into();
            pixels
        },
        ",",
    );
    let error = read(&text, |path| data::inputs(path)).unwrap_err();
    assert_eq!(error, "FILE: line 2, column pixel4: expected a whole number from 0 to 255, found `x`");
    let text = table(&header, |_, _, pixels| pixels[1..].to_vec(), ",");
    let error = read(&text, |path| data::inputs(path)).unwrap_err();
    assert_eq!(error, "FILE: line 2: expected 784 fields, found 783");
}

#[test]
fn without_a_header_lines_are_counted_from_the_first() {
    let wrong = |row, label, pixels: Vec<String>| {
        let mut line = label_first(row, label, pixels);
        if row == 1 {
            line[29] = "256".into()
        }
        line
    };
    assert_refused(&table("", wrong, ","), "line 2, column 2x1: expected a whole number from 0 to 255, found `256`");
    let short = |row, label, pixels| label_first(row, label, pixels).split_off(row / 2);
    assert_refused(&table("", short, ","), "line 3: expected 785 fields, found 784");
}

#[test]
fn what_may_mean_several_things_is_refused_with_the_cure() {
    assert_refused(
        &table(&(numbered(785) + "\n"), label_first, ","),
        "found a header that only numbers the columns, `0,…`: in pandas, to_csv(…, header=False, index=False)",
    );
    let mangled: Vec<_> = (0..785).map(|i| if i == 0 { "5".into() } else { format!("0.{i}") }).collect();
    assert_refused(
        &table(&(mangled.join(",") + "\n"), label_first, ","),
        "found a header of numbers, `5,…`: pandas took the first picture for one; read_csv(…, header=None)",
    );
    assert_refused(
        &table("", index_first, ","),
        "found 786 (the first is `0`): an index before the label? In pandas, to_csv(…, index=False) leaves it out",
    );
    assert_refused(
        &table(&format!("class,{},label\n", names("p", ",").rsplit_once(',').unwrap().0), label_first, ","),
        "expected the labels' column, `label` or `class`, first or last, found 2 columns with such a name",
    );
    assert_refused(
        &table(&format!("p0,label,{}\n", names("p", ",").rsplit_once(',').unwrap().0), label_first, ","),
        "found it between the pixels' columns",
    );
    let unlucky = |_, label, mut pixels: Vec<String>| {
        pixels[0] = "0".into();
        label_last(0, label, pixels)
    };
    assert_refused(&table("", unlucky, ","), "whose last name is `label`");
    assert_refused(
        &table("", |_, label, pixels| label_first(0, label, pixels), " "),
        "found numbers with blanks between them: numpy.savetxt writes commas with delimiter=\",\"",
    );
    assert_refused(
        &table("", |_, label, _| label_first(0, label, (0..784).map(|i| format!("{}.0", i % 2)).collect()), ","),
        "expected pixels from 0 to 255, found 0.0 and 1.0 alone: scaled or black and white? Write them times 255",
    );
    let header = format!("label,{}\n", names("p", ","));
    assert_refused(
        &table(&header, |_, label, _| label_first(0, label, vec!["0.25".into(); 784]), ","),
        "line 2, column p1: expected a whole number from 0 to 255, found `0.25`: pixels from 0 to 1? Write them times 255",
    );
    assert_refused(
        &table(&header, |_, label, _| label_first(0, label, vec!["2.000000e+01".into(); 784]), ","),
        "found `2.000000e+01`: numpy.savetxt writes whole numbers with fmt=\"%d\"",
    );
    assert_refused(
        &table("", |_, _, pixels| label_first(0, 45, pixels), ","),
        "line 1, column label: expected a label from 0 to 9, found `45`: one of EMNIST's classes? data::idx reads",
    );
    assert_refused(&header.replacen("label", "digit", 1), "found `digit`: rename the labels' column to `label`");
    // Of two faults the first is named, whatever the kind.
    let two = |row, label, pixels: Vec<String>| match row {
        0 => label_last(0, label, pixels),
        1 => label_last(0, 11, pixels),
        _ => label_last(0, label, pixels[1..].to_vec()),
    };
    assert_refused(&table(&format!("{};class\n", names("p", ";")), two, ";"), "line 3, column label: expected a label");
}

/// What people have saved as `mnist_train.csv.gz`; the marks of all kinds are tested where they are defined.
#[test]
fn files_that_are_no_tables_are_named_with_what_to_do() {
    let html = b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>";
    let zip = |name: &[u8]| [b"PK\x03\x04".as_slice(), &[0; 22], &[name.len() as u8, 0, 0, 0], name].concat();
    let contents: [(&[u8], &str); 8] = [
        (
            html,
            "found a web page (HTML), often a server's error or login page saved under this name: download the file again",
        ),
        (
            b"\x80\x02}q\0(U\x05train",
            "found a Python pickle, such as mnist.pkl.gz (loading one can run code): in Python, numpy",
        ),
        (&zip(b"x_train.npy"), "found numpy arrays (.npz): in Python, numpy.savetxt(\"mnist_train.csv\", "),
        (&zip(b"mnist_train.csv"), "found a zip archive: unpack it, and name the file that was inside"),
        (b"PAR1\x15\x04", "found a Parquet table: in Python, pandas.read_parquet("),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00",
            "found a Git LFS pointer, which only says where",
        ),
        (&[0, 0, 8, 3, 0, 0, 0, 9], "found a file of images (IDX): data::idx reads the two files"),
        (b"@RELATION mnist_784\n", "found an ARFF table, as OpenML and Weka write it: take the CSV"),
    ];
    for (content, expected) in contents {
        // As it is under a name that ends in .gz, and packed.
        let folder = folder(&[("mnist_train.csv.gz", content), ("packed.csv.gz", &gz(content))]);
        for name in ["mnist_train.csv.gz", "packed.csv.gz"] {
            let found = message(data::csv(folder.path().join(name)));
            assert!(found.contains(expected), "expected … {expected} …\n   found {found}");
        }
        let path = folder.path().join("packed.csv.gz");
        let found = message(data::idx(&path, &path));
        let same = expected.split(':').next().unwrap();
        assert!(found.contains(same) || same.contains("IDX"), "expected … {same} …\n   found {found}");
    }
    let twice = folder(&[("t.csv.gz", &gz(&gz(b"label")))]);
    let found = message(data::csv(twice.path().join("t.csv.gz")));
    assert!(found.contains("found a gzip file inside a gzip file: unpack it"), "{found}");
}

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
