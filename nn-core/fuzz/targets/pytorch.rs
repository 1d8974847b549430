//! Any bytes as a safetensors file of PyTorch's: as they are, or as the numbers of tensors whose header is right but for what the
//! first bytes say.
#![no_main]

#[path = "../../tests/common/onnx.rs"]
mod onnx;

use libfuzzer_sys::fuzz_target;
use nn_core::Activation::{Relu, Softmax, Tanh};
use nn_core::{Layer, Network};

/// Types, and how many bytes a number of each has.
const TYPES: [(&str, usize); 6] = [("F32", 4), ("F64", 8), ("F16", 2), ("BF16", 2), ("I64", 8), ("BOOL", 1)];

fuzz_target!(|input: &[u8]| {
    let [mode, content @ ..] = input else { return };
    let content = if mode & 1 == 0 { content.to_vec() } else { file(content) };
    let path = nn_core_fuzz::file("pytorch.safetensors", &content);
    let layers = if mode & 2 == 0 { &[("0", Relu), ("2", Softmax)][..] } else { &[("fc1", Tanh)] };
    let Ok(network) = Network::from_safetensors(&path, layers) else { return };
    assert_eq!(network.layers().len(), layers.len());
    assert!(network.parameter_count() <= 4 * content.len(), "more numbers than the file holds");
    let inputs = nn_core::ndarray::Array2::ones((1, network.sizes()[0]));
    assert_eq!(network.predict(inputs.view()).expect("what was loaded can be used").nrows(), 1);
    for name in ["again.safetensors", "again.onnx"] {
        network.save(path.with_file_name(name)).expect("what was loaded can be saved");
    }
    let same = Network::load(path.with_file_name("again.safetensors")).expect("what was saved can be loaded");
    assert_eq!(same.fingerprint(), network.fingerprint());
    let model = onnx::read(&std::fs::read(path.with_file_name("again.onnx")).expect("it was written"));
    assert_eq!(model.widths[0], network.sizes()[0]);
    let layers = model.layers.into_iter().map(|(weights, biases, activation)| Layer { weights, biases, activation });
    assert!(Network::from_layers(layers.collect()).is_ok_and(|again| again == network.cast()));
});

/// A file of four tensors; the first bytes say of each its type and its shape, the others are the numbers.
fn file(content: &[u8]) -> Vec<u8> {
    let (settings, numbers) = content.split_at(content.len().min(12));
    let setting = |i: usize| usize::from(settings.get(i).copied().unwrap_or(0));
    let mut header = String::from("{");
    let mut end = 0;
    for (i, name) in ["0.weight", "0.bias", "2.weight", "2.bias"].into_iter().enumerate() {
        let (dtype, size) = TYPES[setting(3 * i) % TYPES.len()];
        let (rows, columns) = (setting(3 * i + 1) % 9, setting(3 * i + 2) % 9);
        let (shape, count) = match i % 2 {
            0 => (format!("{rows},{columns}"), rows * columns),
            _ => (rows.to_string(), rows),
        };
        let (name, start) = (if setting(0) > 200 { name.replace('0', "fc1") } else { name.to_owned() }, end);
        end += count * size;
        header +=
            &format!("\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":[{shape}],\"data_offsets\":[{start},{end}]}},");
    }
    header.pop();
    header.push('}');
    let mut data = numbers.to_vec();
    // Mostly whole: a file that is cut off is refused at once.
    if setting(1) != 255 {
        data.resize(end, 0x3c);
    }
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat()
}
