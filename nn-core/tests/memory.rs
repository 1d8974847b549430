//! No file takes more memory than its size deserves. Each is read by a process of its own, whose peak the system knows.
#![cfg(target_os = "linux")]

#[path = "common/repository.rs"]
mod repository;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use nn_core::data;
use nn_core::prelude::*;

const CHILD_READS: &str = "NN_CORE_CHILD_READS";
const CHILD_FILE: &str = "NN_CORE_CHILD_FILE";

/// Reads `path` as what the first argument says; the message of its error, or none.
fn read(what: &str, path: &Path) -> Option<String> {
    match what {
        "csv" => data::csv(path).err(),
        "table" => data::table(path).err(),
        "labels" => data::idx(path, path).err(),
        "images" => data::idx(path, path.with_file_name("labels")).err(),
        "picture" => data::handwriting(path).err(),
        "stretched" => data::handwriting_stretched(path).err(),
        "network" => Network::load(path).err(),
        "checkpoint" => {
            let data = Dataset::new(Array2::zeros((1, 2)), Array1::zeros(1)).unwrap();
            let training = Training::new(Loss::CrossEntropy).mini_batch_size(1).checkpoint(path).quiet();
            training.resume(&mut Network::new(&[2, 2], &[Softmax], 7).unwrap(), &data, &data).err()
        }
        other => panic!("{other}"),
    }
    .map(|error| error.to_string())
}

/// The most memory that this process has had so far, in megabytes.
fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

/// Not a test of its own: what the tests below start.
#[test]
fn child_that_reads_a_file() {
    let Ok(what) = std::env::var(CHILD_READS) else { return };
    let path = PathBuf::from(std::env::var_os(CHILD_FILE).unwrap());
    let before = peak();
    let message = read(&what, &path);
    println!("\nresult: {:.1} {}", peak() - before, message.unwrap_or("loaded".into()));
}

/// Reads the file in a new process: by how many megabytes that grew, and what it said.
fn child(what: &str, path: &Path) -> (f64, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child_that_reads_a_file", "--nocapture"]).env(CHILD_READS, what).env(CHILD_FILE, path);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let result = said.lines().find_map(|line| line.strip_prefix("result: ")?.split_once(' '));
    let (grown, message) =
        result.unwrap_or_else(|| panic!("{what}: {said}{}", String::from_utf8_lossy(&output.stderr)));
    (grown.parse().unwrap(), message.to_owned())
}

/// The file is refused with these words, and reading it takes no more than so many megabytes.
#[track_caller]
fn assert_takes(most: f64, what: &str, path: &Path, expected: &str) {
    let (grown, message) = child(what, path);
    assert!(message.contains(expected), "{what}: expected … {expected} …\n   found {message}");
    assert!(grown <= most, "{what}: {grown} MB instead of {most} MB at most, for {message}");
}

fn gz(pieces: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    pieces.into_iter().for_each(|piece| encoder.write_all(&piece).unwrap());
    encoder.finish().unwrap()
}

fn header() -> Vec<u8> {
    let pixels: String = (0..784).map(|pixel| format!(",{pixel}")).collect();
    format!("label{pixels}\n").into_bytes()
}

/// The file `name` of a folder that goes away with the first of the two.
fn file(name: &str, content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    (folder, path)
}

fn idx(magic: u32, sizes: &[u32]) -> Vec<u8> {
    [&[magic], sizes].concat().into_iter().flat_map(u32::to_be_bytes).collect()
}

#[test]
fn idx_headers_are_not_believed() {
    let (_folder, path) = file("labels", &[&idx(0x0801, &[u32::MAX])[..], &[7; 12]].concat());
    assert_takes(4.0, "labels", &path, "labels: expected 4294967295 bytes after the header");
    // Zeros without end, packed a thousand to one.
    let (_folder, path) = file("labels", &gz([idx(0x0801, &[u32::MAX]), vec![0; 100 << 20]]));
    assert_takes(4.0, "labels", &path, "found a gzip file of ");
    let (_folder, path) = file("labels", &gz([idx(0x0801, &[(16 << 20) - 8]), vec![0; 100 << 20]]));
    assert_takes(40.0, "labels", &path, "expected 16777208 bytes after the header (16777208 items of 1), found more");
    let (folder, path) = file("images", &gz([idx(0x0803, &[20_000, 28, 28]), vec![0; 100 << 20]]));
    fs::write(folder.path().join("labels"), [idx(0x0801, &[20_000]), vec![0; 20_000]].concat()).unwrap();
    assert_takes(150.0, "images", &path, "expected 15680000 bytes after the header (20000 items of 784), found more");
}

#[test]
fn lines_without_end_or_without_fields_take_no_more_than_a_block() {
    for what in ["csv", "table"] {
        let (_folder, path) = file("t.csv", &vec![b','; 64 << 20]);
        assert_takes(40.0, what, &path, "lines of at most 8388608 bytes, found a longer one");
        let (_folder, path) = file("t.csv", &[&b"label"[..], &vec![b','; (8 << 20) - 100], b"\n1\n"].concat());
        assert_takes(40.0, what, &path, "line 1: expected 785 columns");
        // polars would make 785 columns of millions of missing values.
        for line in ["\n", "1\n", ",\n", "\r\n"] {
            let (_folder, path) = file("t.csv", &[header(), line.repeat((20 << 20) / line.len()).into()].concat());
            assert_takes(40.0, what, &path, "line 2: expected ");
        }
    }
}

#[test]
fn tables_that_unpack_without_end_are_cut_off() {
    let (_folder, path) = file("t.csv.gz", &gz((0..40).map(|_| vec![b'0'; 16 << 20])));
    assert_takes(40.0, "csv", &path, "lines of at most 8388608 bytes, found a longer one");
    let row = format!("0{}\n", ",0".repeat(784)).into_bytes().repeat(1000);
    let (_folder, path) = file("t.csv.gz", &gz([header()].into_iter().chain((0..14).map(|_| row.clone()))));
    assert_takes(100.0, "csv", &path, "gzip data that unpack to at most ");
}

/// A PNG file of these chunks.
fn png(chunks: &[(&[u8], &[u8])]) -> Vec<u8> {
    let chunk = |(kind, content): &(&[u8], &[u8])| {
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(content);
        [&(content.len() as u32).to_be_bytes(), *kind, *content, &sum.sum().to_be_bytes()].concat()
    };
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.iter().flat_map(chunk).collect(), chunk(&(b"IEND", b""))].concat()
}

/// Width, height and eight bits of each of red, green, blue and transparency.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat()
}

fn zlib(megabytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    (0..megabytes).for_each(|_| encoder.write_all(&[0; 1 << 20]).unwrap());
    encoder.finish().unwrap()
}

#[test]
fn pictures_are_refused_before_they_are_decoded() {
    for what in ["picture", "stretched"] {
        let (_folder, path) = file("a.png", &png(&[(b"IHDR", &png_header(30_000, 30_000)), (b"IDAT", &[])]));
        assert_takes(4.0, what, &path, "at most 128 million pixels, found 30000×30000");
        // A whole picture of 160 MB in a file of 160 kB: decoded row by row, and white.
        let (header, white) = (png_header(8000, 5000), zlib(153));
        let (_folder, path) = file("a.png", &png(&[(b"IHDR", &header), (b"IDAT", &white)]));
        assert_takes(64.0, what, &path, if what == "picture" { "found a blank page" } else { "loaded" });
        // A strip: what lies beyond its long edges is not looked at.
        let strip = png(&[(b"IHDR", &png_header(40_000, 8)), (b"IDAT", &zlib(2))]);
        let (_folder, path) = file("a.png", &strip);
        assert_takes(100.0, what, &path, if what == "picture" { "found a blank page" } else { "loaded" });
        // One of 60 MB is allowed, but it is not there.
        let (_folder, path) = file("a.png", &png(&[(b"IHDR", &png_header(5000, 3000)), (b"IDAT", &[])]));
        assert_takes(4.0, what, &path, "found damage: ");
        // The profile of its colours unpacks to 300 MB.
        let profile = [&b"name\0\0"[..], &zlib(300)].concat();
        let (_folder, path) = file("a.png", &png(&[(b"IHDR", &png_header(9, 9)), (b"iCCP", &profile), (b"IDAT", &[])]));
        assert_takes(40.0, what, &path, "found damage: ");
    }
}

#[test]
fn headers_of_networks_are_not_believed() {
    let safetensors = |header: &str| [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[0; 16]].concat();
    let metadata = r#""__metadata__":{"nn-core":"format 1, crc32 00000000, activations relu"}"#;
    let tensor = |shape: &str, end: u64| {
        format!("{{{metadata},\"0.weight\":{{\"dtype\":\"F32\",\"shape\":[{shape}],\"data_offsets\":[0,{end}]}}}}")
    };
    for (content, expected) in [
        (safetensors(&tensor("1000000,4000", 16_000_000_000)), "one that was cut short"),
        (safetensors(&tensor("4611686018427387904,4", 16)), "overflow"),
        ([&99_000_000_u64.to_le_bytes()[..], b"{\"nn-core\""].concat(), "another file, or one cut short"),
        ([&u64::MAX.to_le_bytes()[..], b"{\"nn-core\""].concat(), "another file, or one cut short"),
    ] {
        for what in ["network", "checkpoint"] {
            let (_folder, path) = file("network", &content);
            assert_takes(4.0, what, &path, expected);
        }
    }
    // A language model, say: its header is in order, its numbers are not read.
    let (_folder, path) = file("network", &safetensors("{}"));
    File::options().write(true).open(&path).unwrap().set_len(8 << 30).unwrap();
    assert_takes(4.0, "network", &path, "found one without the metadata entry \"nn-core\"");
}

/// What is right takes its own size and a little more: 31 MB of inputs with three blocks of text; 16 MB of weights and the file.
#[test]
fn sound_files_take_little_more_than_what_they_hold() {
    let Some(folder) = repository::data_folder() else { return };
    assert_takes(110.0, "csv", &folder.join("mnist_test.csv.gz"), "loaded");
    let (_folder, path) = file("network", b"");
    Network::new(&[2000, 2000, 10], &[Relu, Softmax], 7).unwrap().save(&path).unwrap();
    assert_takes(40.0, "network", &path, "loaded");
}

/// 64 GiB of zeros that take no room on the disk.
#[test]
fn large_files_of_another_kind_are_not_read_to_their_end() {
    let (_folder, path) = file("zeros", b"");
    File::create(&path).unwrap().set_len(64 << 30).unwrap();
    for (what, expected) in [
        ("csv", "lines of at most 8388608 bytes, found a longer one"),
        ("table", "lines of at most 8388608 bytes, found a longer one"),
        ("labels", "found a file that starts with the bytes [00, 00, 00, 00], not an IDX file"),
        ("picture", "found a file of 68719476736 bytes, more than any picture that can be read"),
        ("network", "found one without the metadata entry \"nn-core\""),
        ("checkpoint", "found one without the metadata entry \"nn-core\""),
    ] {
        assert_takes(40.0, what, &path, expected);
    }
}

/// A device never ends, and a pipe that nobody writes to never begins.
#[test]
fn devices_and_pipes_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [Path::new("/dev/zero"), Path::new("/dev/urandom"), Path::new("/dev/null"), &pipe] {
        for what in ["csv", "table", "labels", "images", "picture", "stretched", "network", "checkpoint"] {
            let start = Instant::now();
            // In this process: whoever waits here, waits for ever.
            let message = read(what, path).unwrap();
            assert!(message.contains("found a device or a pipe") || what == "images", "{what}: {message}");
            assert!(start.elapsed() < Duration::from_secs(1), "{what} of {} took long", path.display());
        }
    }
}
