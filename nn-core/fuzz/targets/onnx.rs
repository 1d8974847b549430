//! A network made of any bytes, written as ONNX and read by a reader that was written apart from the writer; and any bytes as a
//! file of that name, which every loader refuses.
#![no_main]

#[path = "../../tests/common/onnx.rs"]
mod onnx;

use libfuzzer_sys::fuzz_target;
use nn_core::ndarray::{Array1, Array2};
use nn_core::{Activation, Float, Layer, Network, data};

fuzz_target!(|input: &[u8]| {
    let [mode, depth, content @ ..] = input else { return };
    let path = nn_core_fuzz::file("network.onnx", content);
    assert!(Network::from_safetensors(&path, &[("0", Activation::Relu)]).is_err() || content.len() > 8);
    assert!(Network::load(&path).is_err() || content.len() > 8);
    assert!(data::csv(&path).is_err() || content.len() > 784);
    match mode & 1 {
        0 => round_trip::<f32>(1 + usize::from(depth % 4), content),
        _ => round_trip::<f64>(1 + usize::from(depth % 4), content),
    }
});

/// Mostly small, for speed; one of the first two may be around 128, where a length takes one byte more.
fn size(i: usize, setting: usize) -> usize {
    if setting > 250 && i < 2 { setting - 124 } else { 1 + setting % 12 }
}

fn round_trip<F: Float>(depth: usize, content: &[u8]) {
    let (settings, numbers) = content.split_at(content.len().min(10));
    let setting = |i: usize| usize::from(settings.get(i).copied().unwrap_or(0));
    let mut bits = numbers.chunks(4).map(|chunk| {
        let mut bytes = [0; 4];
        bytes[..chunk.len()].copy_from_slice(chunk);
        let number = f32::from_le_bytes(bytes);
        F::of(if number.is_finite() { number.into() } else { 0.5 })
    });
    let mut number = || bits.next().unwrap_or_else(F::one);
    let mut layers = Vec::new();
    for i in 0..depth {
        let (fan_in, fan_out) = (size(i, setting(i)), size(i + 1, setting(i + 1)));
        let activation = Activation::ALL[setting(5 + i) % Activation::ALL.len()];
        let weights = Array2::from_shape_simple_fn((fan_out, fan_in), &mut number);
        layers.push(Layer { weights, biases: Array1::from_shape_simple_fn(fan_out, &mut number), activation });
    }
    let network = Network::from_layers(layers).expect("the sizes fit");
    let path = nn_core_fuzz::file("written.onnx", b"");
    network.save(&path).expect("a network of finite numbers can be saved");
    let model = onnx::read(&std::fs::read(&path).expect("it was written"));
    let sizes = network.sizes();
    assert_eq!(model.widths, [sizes[0], sizes[sizes.len() - 1]]);
    let layers = model.layers.into_iter().map(|(weights, biases, activation)| Layer { weights, biases, activation });
    assert!(Network::from_layers(layers.collect()).is_ok_and(|again| again == network.cast()));
}
