//! Saved networks: what comes back is what was saved, and no file, however broken, does more than give an error.

mod common;

use std::fs;
use std::path::PathBuf;

use common::{bits, message};
use nn_core::prelude::*;
use safetensors::SafeTensors;
use tempfile::TempDir;

/// A folder that goes away, and a path in it.
fn place(name: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    (folder, path)
}

fn network() -> Network {
    Network::new(&[4, 3, 2], &[Relu, Softmax], 7).unwrap()
}

/// The bytes of `network()` in a file.
fn saved() -> Vec<u8> {
    let (_folder, path) = place("network.safetensors");
    network().save(&path).unwrap();
    fs::read(path).unwrap()
}

/// The result of loading a file of these bytes, its path left out of the message.
fn load(bytes: &[u8]) -> Result<Network, String> {
    let (_folder, path) = place("x.safetensors");
    fs::write(&path, bytes).unwrap();
    let without_path = |message: String| match message.strip_prefix(&format!("{}: ", path.display())) {
        Some(message) => message.to_owned(),
        None => panic!("a message without the file's path: {message}"),
    };
    Network::load(&path).map_err(|error| without_path(error.to_string()))
}

/// A safetensors file of this header and data.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

/// The bytes of `network()` in a file whose header was changed, to one of the same length.
fn with_header(from: &str, to: &str) -> Vec<u8> {
    let bytes = saved();
    let end = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header = std::str::from_utf8(&bytes[8..end]).unwrap();
    assert!(header.contains(from), "{from} is not in {header}");
    file(&header.replace(from, to), &bytes[end..])
}

#[test]
fn a_network_comes_back_bit_for_bit_in_f32_and_f64() {
    let (_folder, path) = place("network.safetensors");
    for activations in [[Relu, Softmax], [Tanh, Sigmoid], [Softmax, Identity]] {
        let mut layers = Network::new(&[4, 3, 2], &activations, 7).unwrap().layers().to_vec();
        // The numbers that a detour would change.
        layers[0].weights[(0, 0)] = -0.0;
        layers[0].weights[(0, 1)] = f32::from_bits(1);
        layers[0].biases[0] = f32::MAX;
        let network = Network::from_layers(layers).unwrap();
        network.save(&path).unwrap();
        let loaded = Network::load(&path).unwrap();
        assert_eq!(loaded, network);
        assert_eq!(bits(&loaded), bits(&network));
        assert_eq!(Network::load_f64(&path).unwrap(), network.cast());
    }
    let mut layers = network().cast::<f64>().layers().to_vec();
    layers[1].weights[(1, 2)] = std::f64::consts::PI;
    let wide = Network::from_layers(layers).unwrap();
    wide.save(&path).unwrap();
    assert_eq!(Network::load_f64(&path).unwrap(), wide);
    let expected = "tensor 0.weight: expected numbers of type F32, found F64; Network::load_f64 reads them";
    assert!(message(Network::load(&path)).ends_with(expected));
}

/// The names and shapes of the `state_dict` of PyTorch's `nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))`.
#[test]
fn the_file_holds_pytorchs_names_and_shapes_and_the_activations() {
    let bytes = saved();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let shape = |name| tensors.tensor(name).unwrap().shape().to_vec();
    assert_eq!(tensors.len(), 4);
    assert_eq!([shape("0.weight"), shape("2.weight")], [[3, 4], [2, 3]]);
    assert_eq!([shape("0.bias"), shape("2.bias")], [[3], [2]]);
    let first = f32::from_le_bytes(tensors.tensor("0.weight").unwrap().data()[..4].try_into().unwrap());
    assert_eq!(first, network().layers()[0].weights[(0, 0)]);
    let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    let about = format!("format 1, crc32 {}, activations relu softmax", network().fingerprint());
    assert_eq!(metadata.metadata().as_ref().unwrap()["nn-core"], about);
}

#[test]
fn the_same_network_always_gives_the_same_bytes() {
    assert_eq!(saved(), saved());
}

#[test]
fn weights_in_another_memory_order_are_saved_by_their_rows() {
    let mut layers = network().layers().to_vec();
    layers[0].weights = layers[0].weights.t().as_standard_layout().to_owned().reversed_axes();
    let turned = Network::from_layers(layers).unwrap();
    assert!(!turned.layers()[0].weights.is_standard_layout());
    let (_folder, path) = place("turned.safetensors");
    turned.save(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), saved());
}

/// The first eight bytes are the header's length: 640, which is 80 02, also begins a Python pickle.
#[test]
fn networks_of_any_number_of_layers_come_back_even_where_the_header_looks_like_a_pickle() {
    let (_folder, path) = place("network.safetensors");
    let mut looked_like_a_pickle = 0;
    for depth in 1..=10 {
        for width in [1, 10, 100] {
            let network = Network::new(&vec![width; depth + 1], &vec![Tanh; depth], 1).unwrap();
            network.save(&path).unwrap();
            assert_eq!(Network::load(&path).unwrap(), network);
            looked_like_a_pickle += usize::from(matches!(fs::read(&path).unwrap()[..], [0x80, 2..=5, ..]));
        }
    }
    assert!(looked_like_a_pickle > 0);
}

#[test]
fn a_file_cut_off_anywhere_is_an_error() {
    let bytes = saved();
    for length in 0..bytes.len() {
        let error = load(&bytes[..length]).unwrap_err();
        assert!(error.starts_with("expected a safetensors file that Network::save wrote, found "), "{length}: {error}");
    }
    let longer = load(&[&bytes[..], b"\0"].concat()).unwrap_err();
    assert!(longer.starts_with("expected a safetensors file that Network::save wrote, found "), "{longer}");
}

#[test]
fn a_flipped_bit_anywhere_is_an_error() {
    for at in 0..saved().len() {
        for flip in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
            let mut bytes = saved();
            bytes[at] ^= flip;
            assert!(load(&bytes).is_err(), "byte {at} flipped by {flip}");
        }
    }
}

#[test]
fn a_number_changed_after_saving_is_named_as_damage() {
    let mut bytes = saved();
    let last = bytes.len() - 2;
    bytes[last] ^= 1;
    let error = load(&bytes).unwrap_err();
    let expected = format!("expected numbers with the checksum {}, found ", network().fingerprint());
    assert!(error.starts_with(&expected) && error.ends_with("changed or damaged after it was saved"), "{error}");
}

#[test]
fn every_wrong_content_is_named() {
    let rows = [
        // Unknown, missing or surplus activations.
        (
            with_header("relu softmax", "gelu softmax"),
            "layer 0: expected an activation of sigmoid, relu, softmax, tanh, identity, found \"gelu\"",
        ),
        (with_header("relu softmax", "relu"), "found 4 tensors for 1 layers"),
        (with_header("relu softmax", "relu relu relu"), "tensor 4.weight: expected to be there, found only"),
        (with_header("relu softmax", ""), "layer 0: expected an activation of"),
        // Another version, or nothing of ours.
        (with_header("format 1", "format 2"), "activations relu softmax\"; is it of a newer version?"),
        (with_header("\"nn-core\"", "\"xy-core\""), "found one without the metadata entry \"nn-core\""),
        // Shapes: too few axes, too many, transposed so that layers do not chain, or not those of the data.
        (with_header("[3,4]", "[12]"), "tensor 0.weight: expected 2 axes, found shape [12]"),
        (with_header("[3,4]", "[3,4,1]"), "tensor 0.weight: expected 2 axes, found shape [3, 4, 1]"),
        (with_header("[3]", "[3,1]"), "tensor 0.bias: expected 1 axes, found shape [3, 1]"),
        (
            with_header("[3,4]", "[4,3]"),
            "expected layers that fit together, found biases: expected shape (4,), found [3]",
        ),
        (
            with_header("[2,3]", "[3,2]"),
            "expected layers that fit together, found weights: expected shape (fan_out, 3), found [3, 2]",
        ),
        (with_header("[3,4]", "[3,5]"), "expected a safetensors file that Network::save wrote, found "),
        // Other numbers than ours.
        (with_header("\"F32\"", "\"I32\""), "tensor 0.weight: expected numbers of type F32 or F64, found I32"),
        (with_header("0.weight", "0.weights"), "tensor 0.weight: expected to be there, found only"),
    ];
    for (bytes, expected) in rows {
        let error = load(&bytes).unwrap_err();
        assert!(error.contains(expected), "expected {expected}\nfound    {error}");
    }
}

#[test]
fn numbers_that_are_not_finite_are_named_with_their_place() {
    let bytes = saved();
    for number in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let at = bytes.len() - 4;
        let broken = [&bytes[..at], &number.to_le_bytes()].concat();
        let expected = format!("tensor 2.weight: expected finite numbers, found {number} at index 5");
        assert_eq!(load(&broken).unwrap_err(), expected);
    }
}

#[test]
fn formats_that_can_hold_code_are_refused_with_the_reason() {
    for (bytes, kind) in [
        (b"\x93NUMPY\x01\x00v\x00{'descr': '<f4'}".as_slice(), "a numpy .npy file"),
        (b"PK\x03\x04\x14\x00\x00\x00\x00\x00", "a zip archive, such as numpy's .npz or PyTorch's .pt"),
        (b"\x80\x04\x95\x1a\x00\x00\x00\x00\x00\x00\x00", "a Python pickle"),
        (b"\x80\x02}q\x00.", "a Python pickle"),
    ] {
        let expected = format!(
            "expected a safetensors file that Network::save wrote, found {kind}: loading those can run code, so it is \
             refused; save it with Python's safetensors package"
        );
        assert_eq!(load(bytes).unwrap_err(), expected);
    }
}

/// Headers that promise more than there is, or nest without end: an error, at once, and no memory for what is not there.
#[test]
fn promises_that_the_file_does_not_keep_are_errors() {
    let promise = |shape: &str, end: &str| {
        let header = format!("{{\"0.weight\":{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":[0,{end}]}}}}");
        file(&header, &[0; 16])
    };
    for bytes in [
        promise("[1000000000]", "4000000000"),
        promise("[4611686018427387904,4]", "16"),
        promise("[18446744073709551615,0]", "0"),
        promise("[-4]", "16"),
        u64::MAX.to_le_bytes().to_vec(),
        [&99_000_000_u64.to_le_bytes()[..], b"{}"].concat(),
        file(&"[".repeat(100_000), b""),
        file(&"{\"a\":".repeat(100_000), b""),
        file("{}", b""),
        file("null", b""),
        file("\u{feff}{}", b""),
        b"not a network at all".to_vec(),
        vec![0; 1000],
        vec![],
    ] {
        let error = load(&bytes).unwrap_err();
        assert!(error.starts_with("expected a safetensors file that Network::save wrote, found "), "{error}");
        assert!(error.len() < 500, "{error}");
    }
}

#[test]
fn a_missing_file_and_a_folder_are_errors_with_their_path() {
    let (folder, path) = place("missing.safetensors");
    let missing = message(Network::load(&path));
    assert!(missing.starts_with(&format!("{}: cannot read: ", path.display())), "{missing}");
    let read = message(Network::load(folder.path()));
    assert!(read.ends_with("expected a safetensors file that Network::save wrote, found a folder"), "{read}");
    let written = message(network().save(folder.path()));
    assert!(written.contains("cannot write: it is a folder or a device, not a file"), "{written}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn missing_folders_are_made_and_only_the_file_stays() {
    let (_folder, path) = place("a/b/network.safetensors");
    network().save(&path).unwrap();
    network().save(&path).unwrap();
    assert_eq!(Network::load(&path).unwrap(), network());
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

/// It could not be loaded again, and the older file may be the last good one.
#[test]
fn a_network_with_nan_is_not_saved_over_a_good_one() {
    let (_folder, path) = place("network.safetensors");
    network().save(&path).unwrap();
    let mut layers = network().layers().to_vec();
    layers[1].weights[(0, 2)] = f32::NAN;
    let broken = Network::from_layers(layers).unwrap();
    let expected = "network: expected finite weights and biases in layers[1], found NaN";
    assert_eq!(message(broken.save(&path)), expected);
    assert_eq!(fs::read(&path).unwrap(), saved());
}

#[test]
fn a_path_through_a_file_is_an_error_that_leaves_it_alone() {
    let (_folder, path) = place("file");
    fs::write(&path, "precious").unwrap();
    let error = message(network().save(path.join("network.safetensors")));
    assert!(error.contains("cannot create the folder of: "), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    assert!(message(network().save("")).contains("cannot write: "));
}

#[cfg(unix)]
#[test]
fn a_device_is_not_replaced_by_a_file() {
    let error = message(network().save("/dev/null"));
    assert_eq!(error, "/dev/null: cannot write: it is a folder or a device, not a file");
    assert!(fs::read("/dev/null").unwrap().is_empty());
}
