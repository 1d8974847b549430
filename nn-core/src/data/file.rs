//! A file as a stream of unpacked bytes: plain or gzip, told apart by content and not by name.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use crate::store::whole_file;
use crate::{Error, Result};

/// A gzip file may unpack to this many times its size, or to [`SMALL`], whichever is more: MNIST's tables unpack to nine
/// times theirs, while a file made to fill the memory reaches a thousand.
const RATIO: u64 = 100;
/// What every gzip file may unpack to, in bytes.
const SMALL: u64 = 16 << 20;

/// A file being read.
pub(super) struct Source {
    pub path: PathBuf,
    /// Bytes on disk; for a plain file also the number of bytes that can be read.
    pub size: u64,
    pub packed: bool,
    /// How many bytes can be read, at most.
    pub most: u64,
    reader: Box<dyn Read + Send>,
    left: u64,
}

/// Opens a file to read it from its start.
///
/// # Errors
/// [`Error::Io`] if it cannot be opened, [`Error::Content`] if it is a folder or a device, or holds no byte.
pub(super) fn open(path: &Path, expected: &str) -> Result<Source> {
    let size = whole_file::size(path, expected)?;
    let (reader, packed) = open_to_see(path).map_err(|source| Error::io("read", path, source))?;
    let (reader, most): (Box<dyn Read + Send>, u64) = if packed {
        (Box::new(MultiGzDecoder::new(reader)), SMALL.max(size.saturating_mul(RATIO)))
    } else {
        (Box::new(reader), u64::MAX)
    };
    Ok(Source { path: path.to_owned(), size, packed, most, reader, left: most })
}

/// Opens a file, and looks at its first bytes whether it is gzip.
fn open_to_see(path: &Path) -> io::Result<(BufReader<File>, bool)> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    let packed = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok((reader, packed))
}

impl Source {
    /// Reads until `buffer` is full or the content ends; returns the number of bytes read.
    ///
    /// # Errors
    /// [`Error::Content`] if the gzip data are cut short, damaged, or unpack to absurdly much; [`Error::Io`] otherwise.
    pub fn fill(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while let Some(rest @ [_, ..]) = buffer.get_mut(filled..) {
            match self.reader.read(rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.error(error)),
            }
        }
        self.left = match self.left.checked_sub(filled as u64) {
            Some(left) => left,
            None => {
                return Err(self.content("", format!("gzip data that unpack to at most {} bytes", self.most), "more"));
            }
        };
        Ok(filled)
    }

    /// Reads on until `bytes` holds `most` or the content ends, and takes memory only as the content comes.
    ///
    /// # Errors
    /// As [`fill`](Self::fill).
    pub fn extend(&mut self, bytes: &mut Vec<u8>, most: usize) -> Result<()> {
        while bytes.len() < most {
            let kept = bytes.len();
            bytes.resize(most.min(2 * kept.max(1 << 15)), 0);
            let read = self.fill(bytes.split_at_mut(kept).1)?;
            if kept + read < bytes.len() {
                bytes.truncate(kept + read);
                break;
            }
        }
        Ok(())
    }

    /// An [`Error::Content`] about this file.
    pub fn content(&self, at: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::content(&self.path, at, expected, found)
    }

    fn error(&self, error: io::Error) -> Error {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        match error.kind() {
            UnexpectedEof if self.packed => {
                self.content("", "a whole gzip file", format!("its end too early, after {} bytes", self.size))
            }
            InvalidData | InvalidInput if self.packed => {
                self.content("", "sound gzip data", format!("damage: {error}"))
            }
            _ => Error::io("read", &self.path, error),
        }
    }
}
