//! IDX files: the same digits as the tables, and every mistake such a file can have.

#[path = "common/repository.rs"]
mod repository;

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use nn_core::data::{self, Dataset};

fn gz(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn images(count: u32, rows: u32, columns: u32, pixels: &[u8]) -> Vec<u8> {
    let sizes = [0x0803, count, rows, columns].map(u32::to_be_bytes).concat();
    [&sizes, pixels].concat()
}

fn labels(count: u32, labels: &[u8]) -> Vec<u8> {
    [&[0x0801, count].map(u32::to_be_bytes).concat(), labels].concat()
}

fn two_images() -> Vec<u8> {
    images(2, 28, 28, &[[0; 784], [255; 784]].concat())
}

fn load(images: &[u8], labels: &[u8]) -> Result<Dataset, String> {
    let folder = tempfile::tempdir().unwrap();
    let (images_path, labels_path) = (folder.path().join("images"), folder.path().join("labels"));
    fs::write(&images_path, images).unwrap();
    fs::write(&labels_path, labels).unwrap();
    data::idx(images_path, labels_path).map_err(|error| error.to_string())
}

/// Refused plain and packed, with the same words about the file `name`.
#[track_caller]
fn assert_refused(images: &[u8], labels: &[u8], name: &str, expected: &str) {
    for (images, labels) in [(images.to_vec(), labels.to_vec()), (gz(images), gz(labels))] {
        let message = load(&images, &labels).expect_err("was loaded");
        assert!(message.contains(&format!("{name}: ")), "does not name {name}: {message}");
        assert!(message.contains(expected), "expected … {expected} …\n   found {message}");
    }
}

/// The files are written from the table; what they hold is checked against published sums by `cargo xtask data`.
#[test]
fn mnist_is_the_same_from_csv_and_from_idx() {
    let Some(mnist) = repository::mnist() else { return };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: Vec<u8>| fs::write(folder.path().join(name), content).unwrap();
    let bytes =
        |dataset: &Dataset| -> Vec<u8> { dataset.inputs.iter().map(|input| (input * 255.0).round() as u8).collect() };
    write("train-images-idx3-ubyte", images(60_000, 28, 28, &bytes(&mnist.train)));
    write("train-labels-idx1-ubyte.gz", gz(&labels(60_000, &mnist.train.labels.to_vec())));
    write("t10k-images.idx3-ubyte.gz", gz(&images(10_000, 28, 28, &bytes(&mnist.test))));
    write("t10k-labels.idx1-ubyte", labels(10_000, &mnist.test.labels.to_vec()));
    let again = data::mnist(folder.path()).unwrap();
    assert!(again.train == mnist.train, "training sets differ");
    assert!(again.test == mnist.test, "test sets differ");
}

#[test]
fn a_small_pair_loads_plain_and_packed() {
    for (images, labels) in [(two_images(), labels(2, &[7, 0])), (gz(&two_images()), gz(&labels(2, &[7, 0])))] {
        let dataset = load(&images, &labels).unwrap();
        assert_eq!(dataset.labels.to_vec(), [7, 0]);
        assert!(dataset.inputs.row(0).iter().all(|&input| input == 0.0));
        assert!(dataset.inputs.row(1).iter().all(|&input| input == 1.0));
    }
}

#[test]
fn the_wrong_kind_of_file_is_named() {
    let (images_file, labels_file) = (two_images(), labels(2, &[7, 0]));
    let (an_images_file, a_labels_file) =
        ("images (unsigned bytes in 3 dimensions)", "labels (unsigned bytes in 1 dimension)");
    assert_refused(&images_file, &images_file, "labels", &format!("expected {a_labels_file}, found {an_images_file}"));
    assert_refused(&labels_file, &labels_file, "images", &format!("expected {an_images_file}, found {a_labels_file}"));
    let mut floats = images_file.clone();
    floats[2] = 0x0d;
    assert_refused(&floats, &labels_file, "images", "found images (32-bit floating-point numbers in 3 dimensions)");
    floats[3] = 4;
    assert_refused(
        &floats,
        &labels_file,
        "images",
        "found an IDX file (32-bit floating-point numbers in 4 dimensions)",
    );
    let text = "found a file that starts with the bytes [6c, 61, 62, 65], not an IDX file";
    assert_refused(b"label,1x1\n", &labels_file, "images", text);
    assert_refused(b"\0", &labels_file, "images", "found a file that starts with the bytes [00], not an IDX file");
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    let labels_file = labels(2, &[7, 0]);
    assert_refused(
        &two_images(),
        &labels(0, &[]),
        "labels",
        "expected at least one item, found a header that promises 0",
    );
    assert_refused(&images(0, 28, 28, &[]), &labels_file, "images", "expected at least one item");
    let few = images(2, 28, 28, &[0; 2 * 784 - 1]);
    assert_refused(&few, &labels_file, "images", "expected 1568 bytes after the header (2 items of 784), found 1567");
    let many = images(2, 28, 28, &[0; 2 * 784 + 1]);
    assert_refused(&many, &labels_file, "images", "expected 1568 bytes after the header (2 items of 784), found ");
    assert_refused(
        &two_images(),
        &labels(2, &[7]),
        "labels",
        "expected 2 bytes after the header (2 items of 1), found 1",
    );
    assert_refused(&two_images(), &labels(2, &[7, 0, 1]), "labels", "expected 2 bytes after the header");
    let other = images(2, 20, 30, &[0; 1200]);
    assert_refused(&other, &labels_file, "images", "expected pictures of 28×28 pixels, found 20×30");
    let three = images(3, 28, 28, &[0; 3 * 784]);
    assert_refused(&three, &labels_file, "images", "expected 2 images, one per label in ");
    for length in [4, 7, 15] {
        assert_refused(
            &two_images()[..length],
            &labels_file,
            "images",
            "expected an IDX header of 16 bytes, found its end",
        );
    }
}

/// Would take 3 TB if the header were believed.
#[test]
fn four_billion_promised_items_take_no_memory() {
    let promise = "expected 4294967295 bytes after the header (4294967295 items of 1), found ";
    assert_refused(&two_images(), &labels(u32::MAX, &[7; 12]), "labels", promise);
    let found = load(&two_images(), &labels(u32::MAX, &[7; 12])).unwrap_err();
    assert!(found.ends_with("found 12"), "{found}");
    let found = load(&two_images(), &gz(&labels(u32::MAX, &[7; 12]))).unwrap_err();
    assert!(
        found.contains("found a gzip file of ") && found.ends_with(" bytes, which cannot hold that much"),
        "{found}"
    );
}

#[test]
fn damaged_files_are_refused() {
    let packed = gz(&two_images());
    let message = load(&packed[..packed.len() - 5], &labels(2, &[7, 0])).unwrap_err();
    assert!(message.contains("expected a whole gzip file, found its end too early"), "{message}");
    let mut bad_sum = packed.clone();
    let at = bad_sum.len() - 8;
    bad_sum[at] ^= 1;
    let message = load(&bad_sum, &labels(2, &[7, 0])).unwrap_err();
    assert!(message.contains("expected sound gzip data, found damage: "), "{message}");
    assert!(
        load(b"", &labels(2, &[7, 0]))
            .unwrap_err()
            .contains("images: expected an IDX file of images, found an empty file")
    );
    let folder = tempfile::tempdir().unwrap();
    let missing = data::idx(folder.path().join("a"), folder.path().join("b")).unwrap_err().to_string();
    assert!(missing.contains("b: cannot read: "), "{missing}");
    let directory = data::idx(folder.path(), folder.path()).unwrap_err().to_string();
    assert!(directory.contains("expected an IDX file of labels, found a folder"), "{directory}");
}
