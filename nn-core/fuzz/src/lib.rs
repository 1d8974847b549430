//! What the fuzz targets share: the loaders take paths, so each input becomes a file in memory.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Where this process keeps its files: in memory, where the system has a folder for that.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    folder.join(format!("nn-core-fuzz-{}", std::process::id()))
});

/// Writes `content` to the file `name`.
pub fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = FOLDER.join(name);
    fs::write(&path, content)
        .or_else(|_| fs::create_dir_all(&*FOLDER).and_then(|()| fs::write(&path, content)))
        .expect("the file for the loader can be written");
    path
}

/// The same content as a gzip file, with the checksum that no random change would hit.
pub fn gz(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}
