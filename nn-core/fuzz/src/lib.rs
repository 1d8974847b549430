//! What the fuzz targets share: the loaders take paths, so each input becomes a file in memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use flate2::Crc;

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

/// The same content as a gzip file, with the checksum that no random change would hit; in blocks that are only stored, since
/// packing would take longer than all else.
pub fn gz(content: &[u8]) -> Vec<u8> {
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    for block in content.chunks(usize::from(u16::MAX)) {
        let length = block.len() as u16;
        packed.push(0);
        packed.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
        packed.extend(block);
    }
    packed.extend([1, 0, 0, 255, 255]);
    let mut sum = Crc::new();
    sum.update(content);
    packed.extend([sum.sum().to_le_bytes(), (content.len() as u32).to_le_bytes()].concat());
    packed
}
