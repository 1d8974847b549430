//! Any bytes as a picture of a digit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nn_core::data;

fuzz_target!(|input: &[u8]| {
    let path = nn_core_fuzz::file("digit", input);
    for digit in [data::handwriting(&path), data::handwriting_stretched(&path)].into_iter().flatten() {
        assert_eq!(digit.view().len(), 784);
        assert!(digit.view().iter().all(|input| (0.0..=1.0001).contains(input)), "{:?}", digit.view());
        assert!(digit.steps().len() >= 3);
    }
});
