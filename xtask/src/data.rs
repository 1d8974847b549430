//! `cargo xtask data --from DIR`: MNIST's four IDX files become the two `.csv.gz` files of `data/`.
//!
//! Reads IDX by itself, in a few lines, so that xtask need not wait for nn-core's dependencies.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::{Compression, GzBuilder, read::MultiGzDecoder};
use nn_kernel::files::{self, sha256};

/// Pixels per side of a picture.
pub const SIDE: usize = 28;

/// One of the four files of MNIST, or of a set like it: its name, the size of its IDX header, the SHA-256 of its uncompressed content.
pub struct Source {
    pub name: &'static str,
    pub header: usize,
    pub sha256: &'static str,
}

/// Per `.csv.gz` file to make: its name, the pictures, the labels.
const PARTS: [(&str, Source, Source); 2] = [
    (
        "mnist_train.csv.gz",
        Source {
            name: "train-images-idx3-ubyte",
            header: 16,
            sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        },
        Source {
            name: "train-labels-idx1-ubyte",
            header: 8,
            sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        },
    ),
    (
        "mnist_test.csv.gz",
        Source {
            name: "t10k-images-idx3-ubyte",
            header: 16,
            sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        },
        Source {
            name: "t10k-labels-idx1-ubyte",
            header: 8,
            sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        },
    ),
];

/// Writes `mnist_train.csv.gz` and `mnist_test.csv.gz` into the folder `to`, from the IDX files in the folder `from`.
///
/// The same input gives the same bytes: the gzip header holds no time, name or operating system.
pub fn run(from: &Path, to: &Path) -> Result<()> {
    for (name, images, labels) in PARTS {
        let (images, labels) = (images.read(from)?, labels.read(from)?);
        let packed = pack(&csv(&images, &labels))?;
        let path = to.join(name);
        files::replace(&path, &packed)?;
        println!("{}: {} rows, {} bytes, SHA-256 {}", path.display(), labels.len(), packed.len(), sha256(&packed));
    }
    Ok(())
}

impl Source {
    /// The file's items, after its header: the sum vouches for the header and the length.
    pub fn read(&self, from: &Path) -> Result<Vec<u8>> {
        let plain = from.join(self.name);
        let packed = from.join(format!("{}.gz", self.name));
        let (path, mut content) = if plain.exists() {
            (plain.clone(), files::read(&plain)?)
        } else {
            let file = File::open(&packed)
                .with_context(|| format!("{}: found neither this nor {}.gz", plain.display(), self.name))?;
            let mut content = Vec::new();
            // The largest of the four has 47 MB; a file that unpacks to more is another one.
            MultiGzDecoder::new(file)
                .take(64 << 20)
                .read_to_end(&mut content)
                .with_context(|| format!("{}: cannot unpack", packed.display()))?;
            (packed, content)
        };
        let found = sha256(&content);
        if found != self.sha256 {
            bail!("{}: expected SHA-256 {} of the uncompressed content, found {found}", path.display(), self.sha256);
        }
        Ok(content.split_off(self.header))
    }
}

/// The table: a header line, then one line per picture, its label first.
fn csv(images: &[u8], labels: &[u8]) -> Vec<u8> {
    let number: Vec<String> = (0..=255).map(|value| value.to_string()).collect();
    let mut text = String::from("label");
    for row in 1..=SIDE {
        for column in 1..=SIDE {
            text += &format!(",{row}x{column}");
        }
    }
    text.push('\n');
    for (picture, &label) in images.chunks_exact(SIDE * SIDE).zip(labels) {
        text += &number[usize::from(label)];
        for &pixel in picture {
            text.push(',');
            text += &number[usize::from(pixel)];
        }
        text.push('\n');
    }
    text.into_bytes()
}

/// Compresses with a gzip header that is the same on every machine and at every time.
pub fn pack(content: &[u8]) -> Result<Vec<u8>> {
    const UNKNOWN_SYSTEM: u8 = 255;
    let gz = GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM).write(Vec::new(), Compression::best());
    let mut writer = BufWriter::with_capacity(1 << 20, gz);
    writer.write_all(content)?;
    let packed = writer.into_inner().context("cannot compress")?.finish()?;
    Ok(packed)
}
