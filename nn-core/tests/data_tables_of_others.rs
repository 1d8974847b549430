//! Tables as other people and programs write them: read where they mean one thing, refused with the cure else.

mod common;
#[path = "common/files.rs"]
mod files;

use std::path::Path;

use common::message;
use files::{LABELS, folder, gz, label_first, names, pixel, table};
use nn_core::prelude::*;

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

/// What every table of these pictures must be read as.
fn expected() -> Dataset {
    let inputs = Array2::from_shape_fn((3, 784), |(row, column)| pixel(row, column) as f32 / 255.0);
    Dataset::new(inputs, LABELS.to_vec().into()).unwrap()
}

/// `0,1,2,…`, so many.
fn numbered(count: usize) -> String {
    (0..count).map(|i| i.to_string()).collect::<Vec<_>>().join(",")
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
