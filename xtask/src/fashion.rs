//! `cargo xtask data --fashion DIR`: Fashion-MNIST's four IDX files become the part of them in `data/fashion`, which the notebooks
//! read, and the whole in `data/fashion-mnist`, which git leaves out.

use std::path::Path;

use anyhow::Result;
use nn_kernel::files::{self, sha256};

use crate::data::{SIDE, Source, pack};

/// A half of the data: its pictures, its labels, and how many of the first examples the part holds.
const HALVES: [(Source, Source, usize); 2] = [
    (
        Source {
            name: "train-images-idx3-ubyte",
            header: 16,
            sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        },
        Source {
            name: "train-labels-idx1-ubyte",
            header: 8,
            sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        },
        10_000,
    ),
    (
        Source {
            name: "t10k-images-idx3-ubyte",
            header: 16,
            sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        },
        Source {
            name: "t10k-labels-idx1-ubyte",
            header: 8,
            sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        },
        2_000,
    ),
];

/// Writes `fashion`, the first 10,000 and 2,000 examples, packed, and `fashion-mnist`, all of them, plain, into the folder `to`,
/// from the IDX files in the folder `from`.
///
/// The same input gives the same bytes.
pub fn run(from: &Path, to: &Path) -> Result<()> {
    for (pictures, labels, few) in HALVES {
        for (source, items) in [(&pictures, SIDE * SIDE), (&labels, 1)] {
            let content = source.read(from)?;
            let count = content.len() / items;
            let whole = to.join("fashion-mnist").join(source.name);
            files::replace(&whole, idx(&content, count, items))?;
            let part = to.join("fashion").join(format!("{}.gz", source.name));
            let packed = pack(&idx(content.get(..few * items).unwrap_or(&content), few, items))?;
            files::replace(&part, &packed)?;
            println!("{}: {few} of {count}, {} bytes, SHA-256 {}", part.display(), packed.len(), sha256(&packed));
        }
    }
    Ok(())
}

/// An IDX file of `count` items, each a byte or a picture of [`SIDE`] · [`SIDE`] bytes: two zeros, the type (8: bytes), the number
/// of axes, their lengths, the bytes.
fn idx(content: &[u8], count: usize, items: usize) -> Vec<u8> {
    let lengths: &[usize] = if items == 1 { &[count] } else { &[count, SIDE, SIDE] };
    let mut file = vec![0, 0, 8, lengths.len() as u8];
    for &length in lengths {
        file.extend((length as u32).to_be_bytes());
    }
    file.extend(content);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: the format as <http://yann.lecun.com/exdb/mnist/> described it, which nn-core's `data/idx.rs` reads.
    #[test]
    fn the_headers_are_those_of_mnist() {
        assert_eq!(idx(&[7, 9], 2, 1), [0, 0, 8, 1, 0, 0, 0, 2, 7, 9]);
        let pictures = idx(&[1; 2 * 784], 2, 784);
        assert_eq!(pictures[..16], [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28]);
        assert_eq!(pictures.len(), 16 + 2 * 784);
    }
}
