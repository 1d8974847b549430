//! What is written and read again is the same: networks of any shape, tables and IDX files of any digits.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use nn_core::data::{self, Dataset};
use nn_core::{Activation, Network};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tempfile::TempDir;

fn few(cases: u32) -> ProptestConfig {
    // Failures are printed, not kept in a file beside the source.
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// A network of one to four layers, each of 1 to 20 neurons with any activation.
fn network() -> impl Strategy<Value = Network> {
    let layers = vec((1..=20_usize, select(&Activation::ALL[..])), 1..=4);
    (1..=20_usize, layers, any::<u64>()).prop_map(|(inputs, layers, seed)| {
        let (fan_outs, activations): (Vec<_>, Vec<_>) = layers.into_iter().unzip();
        Network::new(&[vec![inputs], fan_outs].concat(), &activations, seed).unwrap()
    })
}

/// One to five digits: a label, then 784 pixels.
fn digits() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
    vec((0..10_u8, vec(any::<u8>(), 784)), 1..=5)
}

fn pixels(dataset: &Dataset) -> Vec<Vec<u8>> {
    let byte = |input: &f32| (input * 255.0).round() as u8;
    dataset.inputs.outer_iter().map(|row| row.iter().map(byte).collect()).collect()
}

/// The file `name`, in a folder that goes when the first of the two is dropped; gzip if `packed`.
fn file(name: &str, content: &[u8], packed: bool) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    if packed {
        let mut encoder = GzEncoder::new(fs::File::create(&path).unwrap(), Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap();
    } else {
        fs::write(&path, content).unwrap();
    }
    (folder, path)
}

proptest! {
    #![proptest_config(few(64))]

    #[test]
    fn a_saved_network_is_loaded_with_the_same_bits(network in network()) {
        let folder = tempfile::tempdir().unwrap();
        let [path, again, wide] = ["one", "again", "wide"].map(|name| folder.path().join(name));
        network.save(&path).unwrap();
        let loaded = Network::load(&path).unwrap();
        prop_assert!(loaded == network);
        prop_assert_eq!(loaded.fingerprint(), network.fingerprint());
        loaded.save(&again).unwrap();
        prop_assert!(fs::read(&path).unwrap() == fs::read(&again).unwrap(), "saved again, the file has other bytes");
        // Thirds are no f32: what was saved as f64 must come back as f64.
        let mut layers = network.cast::<f64>().layers().to_vec();
        layers.iter_mut().for_each(|layer| layer.weights /= 3.0);
        let network = Network::from_layers(layers).unwrap();
        network.save(&wide).unwrap();
        prop_assert!(Network::load_f64(&wide).unwrap() == network);
    }

    #[test]
    fn one_changed_byte_in_a_saved_network_is_noticed_or_changes_nothing(
        network in network(), at: prop::sample::Index, by in 1..=255_u8
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("network");
        network.save(&path).unwrap();
        let mut content = fs::read(&path).unwrap();
        let at = at.index(content.len());
        content[at] ^= by;
        fs::write(&path, content).unwrap();
        match Network::load(&path) {
            Err(error) => prop_assert!(error.to_string().starts_with(&path.display().to_string())),
            // The header ends in blanks, of which there are several kinds.
            Ok(loaded) => prop_assert!(loaded == network),
        }
    }
}

proptest! {
    #![proptest_config(few(24))]

    #[test]
    fn a_table_written_from_digits_gives_the_same_digits(
        digits in digits(), line_end in select(&["\n", "\r\n"][..]), last: bool, packed: bool
    ) {
        let header: String = (0..784).map(|pixel| format!(",pixel{pixel}")).collect();
        let mut text = format!("label{header}");
        for (label, pixels) in &digits {
            let pixels: String = pixels.iter().map(|pixel| format!(",{pixel}")).collect();
            text += &format!("{line_end}{label}{pixels}");
        }
        text += if last { line_end } else { "" };
        let (_folder, path) = file("table.csv", text.as_bytes(), packed);
        let dataset = data::csv(&path).unwrap();
        let (labels, rows): (Vec<_>, Vec<_>) = digits.into_iter().unzip();
        prop_assert_eq!(dataset.labels.to_vec(), labels);
        prop_assert_eq!(pixels(&dataset), rows);
        #[cfg(feature = "tables")]
        prop_assert!(Dataset::from_table(&data::table(&path).unwrap()).unwrap() == dataset);
    }

    #[test]
    fn idx_files_written_from_digits_give_the_same_digits(digits in digits(), packed: [bool; 2]) {
        let (labels, rows): (Vec<_>, Vec<_>) = digits.into_iter().unzip();
        let count = labels.len() as u32;
        let head = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
        let images = [head(&[0x0803, count, 28, 28]), rows.concat()].concat();
        let (_images_folder, images) = file("images", &images, packed[0]);
        let (_labels_folder, labels_path) = file("labels", &[head(&[0x0801, count]), labels.clone()].concat(), packed[1]);
        let dataset = data::idx(images, labels_path).unwrap();
        prop_assert_eq!(dataset.labels.to_vec(), labels);
        prop_assert_eq!(pixels(&dataset), rows);
    }
}
