//! What the fuzz targets share: the loaders take paths, so each input becomes a file in memory.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Writes `content` to the file `name` of this process, in memory where the system has a folder for that.
pub fn file(name: &str, content: &[u8]) -> PathBuf {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let path = folder.join(format!("nn-core-fuzz-{}-{name}", std::process::id()));
    fs::write(&path, content).expect("the file for the loader can be written");
    path
}

/// The same content as a gzip file, with the checksum that no random change would hit.
pub fn gz(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}
