//! Any bytes as a saved network; where only the checksum is wrong, once more with the right one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nn_core::Network;

fuzz_target!(|input: &[u8]| {
    let path = nn_core_fuzz::file("model.safetensors", input);
    let mut loaded = Network::load(&path);
    let message = loaded.as_ref().err().map(ToString::to_string).unwrap_or_default();
    if let Some(content) = with_right_checksum(input, &message) {
        nn_core_fuzz::file("model.safetensors", &content);
        loaded = Network::load(&path);
    }
    match loaded {
        Ok(network) => {
            assert!(Network::load_f64(&path).is_ok_and(|wide| wide.cast::<f32>() == network));
            let again = path.with_file_name("again.safetensors");
            network.save(&again).expect("what was loaded can be saved");
            let same = Network::load(&again).expect("what was saved can be loaded");
            assert_eq!(same.fingerprint(), network.fingerprint());
            let outputs = network.predict(ndarray(network.sizes()[0]).view()).expect("what was loaded can be used");
            assert_eq!(outputs.ncols(), *network.sizes().last().expect("a network has sizes"));
        }
        Err(error) if error.to_string().contains("load_f64") => drop(Network::load_f64(&path)),
        Err(_) => {}
    }
});

fn ndarray(inputs: usize) -> nn_core::ndarray::Array2<f32> {
    nn_core::ndarray::Array2::ones((1, inputs))
}

/// The content with the checksum that the message says was found.
fn with_right_checksum(content: &[u8], message: &str) -> Option<Vec<u8>> {
    let (_, rest) = message.split_once("numbers with the checksum ")?;
    let (expected, rest) = rest.split_once(", found ")?;
    let found = rest.get(..8)?;
    let at = content.windows(8).position(|window| window == expected.as_bytes())?;
    let mut content = content.to_vec();
    content.splice(at..at + 8, found.bytes());
    Some(content)
}
