//! Any bytes as a pair of IDX files, plain or packed: the first two say which, and how long the labels' file is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nn_core::data;

fuzz_target!(|input: &[u8]| {
    let [mode, length, content @ ..] = input else { return };
    let (labels, images) = content.split_at(content.len().min(usize::from(*length)));
    let packed = |bit: u8, content: &[u8]| if mode & bit == 0 { content.to_vec() } else { nn_core_fuzz::gz(content) };
    let labels_path = nn_core_fuzz::file("labels", &packed(1, labels));
    let images_path = nn_core_fuzz::file("images", &packed(2, images));
    if let Ok(dataset) = data::idx(images_path, labels_path) {
        assert!(!dataset.is_empty());
        // A file that came packed may have been packed once more by us.
        let plain = |content: &[u8]| !content.starts_with(&[0x1f, 0x8b]);
        if plain(labels) && plain(images) {
            assert_eq!(dataset.labels.as_slice(), labels.get(8..));
            let bytes: Vec<u8> = dataset.inputs.iter().map(|input| (input * 255.0).round() as u8).collect();
            assert_eq!(Some(bytes.as_slice()), images.get(16..));
        }
    }
});
