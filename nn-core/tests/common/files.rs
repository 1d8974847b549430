//! Files and tables as other people and programs write them.
#![allow(dead_code, reason = "every test file is a crate of its own and uses a part of this")]

use std::fs;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

/// A folder that goes away, with these files in it.
pub fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

pub fn gz(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::Write::write_all(&mut encoder, content).unwrap();
    encoder.finish().unwrap()
}

/// Three pictures: each row differs, so do the pixels within it, and the last pixel is ink.
pub fn pixel(row: usize, pixel: usize) -> usize {
    if pixel == 783 { 200 + row } else { (7 * row + pixel) % 256 }
}

pub const LABELS: [u8; 3] = [5, 0, 9];

/// A table of them: its first line, then one for each, of the number of the line, the label, and the pixels.
pub fn table(header: &str, line: impl Fn(usize, u8, Vec<String>) -> Vec<String>, separator: &str) -> String {
    let mut text = header.to_owned();
    for (row, &label) in LABELS.iter().enumerate() {
        let pixels = (0..784).map(|column| pixel(row, column).to_string()).collect();
        text += &(line(row, label, pixels).join(separator) + "\n");
    }
    text
}

pub fn names(start: &str, separator: &str) -> String {
    (1..=784).map(|i| format!("{start}{i}")).collect::<Vec<_>>().join(separator)
}

pub fn label_first(_: usize, label: u8, pixels: Vec<String>) -> Vec<String> {
    [vec![label.to_string()], pixels].concat()
}
