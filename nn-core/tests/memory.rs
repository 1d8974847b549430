//! No file makes a loader take more memory than its true size explains, whatever it promises.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use nn_core::prelude::*;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a file of any size may cost: buffers, and a message.
const SOME: usize = 1 << 20;

/// Loads files with these contents; returns the message, or nothing where they were loaded, and the most memory taken.
fn load<T>(contents: [&[u8]; 2], load: impl Fn(&Path, &Path) -> Result<T>) -> (Option<String>, usize) {
    // One at a time: the count is the whole process's.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    fs::write(&first, contents[0]).unwrap();
    fs::write(&second, contents[1]).unwrap();
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let message = load(&first, &second).err().map(|error| error.to_string());
    (message, MEMORY.peak_usage().saturating_sub(before))
}

#[track_caller]
fn assert_refused<T>(contents: [&[u8]; 2], loader: impl Fn(&Path, &Path) -> Result<T>, expected: &str, most: usize) {
    let (message, taken) = load(contents, loader);
    let message = message.expect("was loaded");
    assert!(message.contains(expected), "expected … {expected} …\n   found {message}");
    assert!(taken <= most, "{taken} bytes taken, expected at most {most}");
}

fn gz(pieces: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    pieces.into_iter().for_each(|piece| encoder.write_all(&piece).unwrap());
    encoder.finish().unwrap()
}

/// A safetensors file with this header and these numbers.
fn safetensors(header: &str, numbers: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), numbers].concat()
}

/// A PNG file of these chunks.
fn png(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, content) in chunks {
        let mut crc = flate2::Crc::new();
        crc.update(*name);
        crc.update(content);
        file.extend(
            [&(content.len() as u32).to_be_bytes(), name.as_slice(), content, &crc.sum().to_be_bytes()].concat(),
        );
    }
    file
}

/// A PNG's first chunk: grey, 16 bits a pixel.
fn grey(width: u32, height: u32) -> (&'static [u8; 4], Vec<u8>) {
    (b"IHDR", [&width.to_be_bytes()[..], &height.to_be_bytes(), &[16, 0, 0, 0, 0]].concat())
}

#[test]
fn a_model_file_takes_no_more_than_it_holds() {
    let network = Network::new(&[784, 300, 10], &[Relu, Softmax], 7).unwrap();
    let folder = tempfile::tempdir().unwrap();
    network.save(folder.path().join("network")).unwrap();
    let content = fs::read(folder.path().join("network")).unwrap();
    let (message, taken) = load([&content, b""], |path, _| Network::load(path));
    assert_eq!(message, None);
    assert!(taken < 2 * content.len() + SOME, "{taken} bytes taken for a file of {}", content.len());

    let model = |path: &Path, _: &Path| Network::load(path);
    let long = [&(1_u64 << 40).to_le_bytes()[..], b"{}"].concat();
    assert_refused([&long, b""], model, "safetensors", SOME);
    for shape in ["[1099511627776,1048576]", "[4294967296,4294967296]", "[1099511627776,0]"] {
        let header = format!(
            r#"{{"__metadata__":{{"nn-core":"format 1, crc32 00000000, activations relu"}},
            "0.weight":{{"dtype":"F32","shape":{shape},"data_offsets":[0,0]}},
            "0.bias":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}}}"#
        );
        assert_refused([&safetensors(&header, &[]), b""], model, "first: ", SOME);
    }
}

#[test]
fn an_idx_file_takes_no_more_than_it_holds() {
    let promised = 4_000_000_000_u32.to_be_bytes();
    let labels = [&[0, 0, 8, 1], &promised[..], &[7; 12]].concat();
    let images = [&[0, 0, 8, 3], &promised[..], &[0, 0, 0, 28, 0, 0, 0, 28], &[7; 784]].concat();
    let idx = |images: &Path, labels: &Path| data::idx(images, labels);
    assert_refused([&images, &labels], idx, "4000000000", 2 * SOME);
    assert_refused([&gz([images.clone()]), &gz([labels.clone()])], idx, "4000000000", 2 * SOME);
    // 64 MiB of labels in 64 KiB: unpacked piece by piece, and no more of them than that.
    let zeros = gz([labels].into_iter().chain((0..80).map(|_| vec![0; 1 << 20])));
    assert_refused([&images, &zeros], idx, "at most 67108864 bytes", 200 << 20);
}

#[test]
fn a_table_takes_no_more_than_it_holds() {
    let csv = |path: &Path, _: &Path| data::csv(path);
    assert_refused([b"label,1x1\n1,2\n", b""], csv, "785 columns", SOME);
    // Some kilobytes that unpack to a header of eight million columns.
    let commas = gz((0..8).map(|_| vec![b','; (1 << 20) - 1]).chain([b"\n".to_vec()]));
    assert!(commas.len() < 20_000);
    assert_refused([&commas, b""], csv, "785 columns", 32 << 20);
    let endless = gz((0..30).map(|_| vec![b','; 1 << 20]));
    assert_refused([&endless, b""], csv, "lines of at most", 32 << 20);
}

#[test]
fn a_picture_takes_no_more_than_it_holds() {
    let digit = |path: &Path, _: &Path| data::handwriting(path);
    let pixels = || (b"IDAT", vec![0; 9]);
    assert_refused([&png(&[grey(30_000, 30_000), pixels()]), b""], digit, "at most 50 million pixels", SOME);
    assert_refused([&png(&[grey(7_000, 7_000), pixels()]), b""], digit, "bytes that promise", SOME);
    let mut long = png(&[grey(28, 28)]);
    long.extend([&2_000_000_000_u32.to_be_bytes(), b"eXIf".as_slice(), &[0; 100]].concat());
    assert_refused([&long, b""], digit, "damage", SOME);
    // A colour profile of 200 MB, packed into 200 KB.
    let mut profile = ZlibEncoder::new(b"profile\0\0".to_vec(), Compression::best());
    (0..200).for_each(|_| profile.write_all(&vec![0; 1 << 20]).unwrap());
    let profile = png(&[grey(28, 28), (b"iCCP", profile.finish().unwrap()), pixels()]);
    assert!(profile.len() < 300_000);
    assert_refused([&profile, b""], digit, "damage", 32 << 20);
}

/// A device has no end, and no size to compare with.
#[cfg(unix)]
#[test]
fn a_device_is_refused_before_it_fills_the_memory() {
    let zero = Path::new("/dev/zero");
    let refused = |message: Result<()>| {
        let message = message.expect_err("was loaded").to_string();
        assert!(message.starts_with("/dev/zero: "), "{message}");
    };
    refused(data::handwriting(zero).map(drop));
    refused(Network::load(zero).map(drop));
    refused(data::csv(zero).map(drop));
    refused(data::idx(zero, zero).map(drop));
}
