//! Any bytes as a picture of a digit. Of those with many pixels few are looked at: they take a hundred times as long, and nothing
//! else happens to them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nn_core::data;

const MANY: u64 = 3000;

/// A decoder may panic: nn-core says then that the picture is damaged. Nobody else may.
fn let_decoders_panic() {
    let abort = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let file = panic.location().map_or("", |place| place.file());
        if !["/zune-jpeg-", "/png-"].iter().any(|decoder| file.contains(decoder)) {
            abort(panic);
        }
    }));
}

fuzz_target!(init: let_decoders_panic(), |input: &[u8]| {
    if pixels(input) > MANY && input.len() % 32 != 0 {
        return;
    }
    let path = nn_core_fuzz::file("digit", input);
    for digit in [data::handwriting(&path), data::handwriting_stretched(&path)].into_iter().flatten() {
        assert_eq!(digit.view().len(), 784);
        assert!(digit.view().iter().all(|input| (0.0..=1.0001).contains(input)), "{:?}", digit.view());
        assert!(digit.steps().len() >= 3);
    }
});

/// How many pixels a picture promises, as far as that can be seen without decoding it.
fn pixels(input: &[u8]) -> u64 {
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
    let side = |from: usize, to: usize| input.get(from..to).map_or(0, number);
    // A JPEG file's frame begins with one of these.
    let frame = input.windows(2).position(|marker| matches!(marker, [0xff, 0xc0..=0xc2]));
    match frame {
        _ if input.starts_with(b"\x89PNG") => side(16, 20) * side(20, 24),
        Some(at) => side(at + 5, at + 7) * side(at + 7, at + 9),
        None => 0,
    }
}
