//! The drawing pad: its JavaScript, run by Node, gives Rust's numbers; and what is refused.

mod common;
mod drawn;
#[path = "common/repository.rs"]
mod repository;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{message, node, script};
use image::{Rgb, RgbImage};
use nn_core::prelude::*;
use repository::mnist;

/// What the pad's JavaScript makes of inputs and of pages.
struct Answers {
    outputs: Array2<f32>,
    /// 784 numbers for each digit of each row, or none.
    evidence: Vec<f32>,
    pages: Vec<Page>,
}

/// A page as the JavaScript reads it.
struct Page {
    /// The prepared digit and the outputs for it; both empty for a blank page.
    digit: Vec<f32>,
    outputs: Vec<f32>,
    /// Joined by line ends.
    warnings: String,
}

/// Runs the very script that a notebook shows.
fn javascript(node: &mut Command, network: &Network, inputs: &Array2<f32>, pages: &[RgbImage]) -> Answers {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let html = network.drawing_pad().unwrap().to_html();
    fs::write(at("script.js"), script(&html)).unwrap();
    fs::write(at("inputs.f32"), inputs.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>()).unwrap();
    fs::create_dir(at("pages")).unwrap();
    for (number, page) in pages.iter().enumerate() {
        let mut bytes = [page.width().to_le_bytes(), page.height().to_le_bytes()].concat();
        bytes.extend(page.pixels().flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]));
        fs::write(at("pages").join(format!("{number}.rgba")), bytes).unwrap();
    }
    let harness = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/javascript/pad.js");
    let output = node.arg(harness).arg(at("script.js")).arg(folder.path()).output().unwrap();
    print!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let floats = |path: &Path| -> Vec<f32> {
        fs::read(path).unwrap().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    };
    let outputs = Array2::from_shape_vec((inputs.nrows(), 10), floats(&at("outputs.f32"))).unwrap();
    let page = |number: usize| {
        let mut digit = floats(&at("digits").join(format!("{number}.f32")));
        let outputs = digit.split_off(digit.len().min(784));
        Page { digit, outputs, warnings: fs::read_to_string(at("digits").join(format!("{number}.txt"))).unwrap() }
    };
    let evidence = floats(&at("evidence.f32"));
    Answers { outputs, evidence, pages: (0..pages.len()).map(page).collect() }
}

fn largest_difference<'a>(a: impl IntoIterator<Item = &'a f32>, b: impl IntoIterator<Item = &'a f32>) -> f32 {
    a.into_iter().zip(b).fold(0.0, |largest, (a, b)| largest.max((a - b).abs()))
}

/// The original's network after its ten epochs.
fn originals_network() -> Option<Network> {
    let mnist = mnist()?;
    let mut network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    Training::new(Loss::CrossEntropy).quiet().run(&mut network, &mnist.train, &mnist.test).unwrap();
    Some(network)
}

#[test]
fn javascript_gives_the_outputs_of_rust_to_1e_4_for_the_first_1000_test_images() {
    let Some(_) = node() else { return };
    let Some(mnist) = mnist() else { return };
    let inputs = mnist.test.first(1000).inputs;
    let networks: [(&[usize], &[Activation], f64); 3] = [
        (&[784, 100, 10], &[Relu, Softmax], 0.01),
        // Its weights grow large, its outputs steep.
        (&[784, 300, 10], &[Relu, Softmax], 0.7),
        (&[784, 100, 50, 30, 10], &[Tanh, Sigmoid, Relu, Softmax], 0.1),
    ];
    for (sizes, activations, learning_rate) in networks {
        let mut network = Network::new(sizes, activations, 7).unwrap();
        let training = Training::new(Loss::CrossEntropy).learning_rate(learning_rate).epochs(3).quiet();
        training.run(&mut network, &mnist.train, &mnist.test).unwrap();
        let Some(mut node) = node() else { return };
        let found = javascript(&mut node, &network, &inputs, &[]).outputs;
        let difference = largest_difference(&found, &network.predict(inputs.view()).unwrap());
        println!("{network:?}, learning rate {learning_rate}: largest difference {difference:.1e}");
        assert!(difference < 1e-4, "{network:?}: {difference}");
    }
}

#[test]
fn every_activation_is_the_same_in_javascript() {
    let Some(mnist) = mnist() else { return };
    let inputs = mnist.test.first(50).inputs;
    for activation in Activation::ALL {
        let Some(mut node) = node() else { return };
        let network = Network::new(&[784, 30, 10], &[activation, activation], 3).unwrap();
        let found = javascript(&mut node, &network, &inputs, &[]).outputs;
        let difference = largest_difference(&found, &network.predict(inputs.view()).unwrap());
        assert!(difference < 1e-4, "{activation}: {difference}");
    }
}

/// A network whose first weights are the 20-bit integers that the pad keeps them as, times 2⁻²⁰, so that none is rounded.
fn of_20_bits(sizes: &[usize], activations: &[Activation]) -> Network {
    let mut layers = Network::new(sizes, activations, 5).unwrap().layers().to_vec();
    let unit = 2_f32.powi(-20);
    for mut row in layers[0].weights.outer_iter_mut() {
        row.mapv_inplace(|weight| (weight * 2.0 / unit).round().clamp(-500_000.0, 500_000.0) * unit);
        row[0] = ((1 << 19) - 1) as f32 * unit;
    }
    Network::from_layers(layers).unwrap()
}

#[test]
fn which_ink_says_so_is_the_same_in_javascript_to_the_bit() {
    let Some(mnist) = mnist() else { return };
    let inputs = mnist.test.first(20).inputs;
    for (sizes, activations) in [
        ([784, 40, 10].as_slice(), [Relu, Softmax].as_slice()),
        (&[784, 30, 20, 10], &[Relu, Relu, Softmax]),
        (&[784, 20, 20, 10], &[Identity, Relu, Sigmoid]),
        (&[784, 10], &[Softmax]),
    ] {
        let Some(mut node) = node() else { return };
        let network = of_20_bits(sizes, activations);
        let found = javascript(&mut node, &network, &inputs, &[]).evidence;
        let mut expected: Vec<f32> = Vec::new();
        for picture in inputs.outer_iter() {
            (0..10).for_each(|digit| expected.extend(network.evidence(picture, digit).unwrap()));
        }
        let bits = |numbers: &[f32]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
        assert_eq!(found.len(), 20 * 10 * 784);
        assert!(bits(&found) == bits(&expected), "{sizes:?}");
        assert!(found.iter().any(|&e| e > 0.0) && found.iter().any(|&e| e < 0.0));
    }
    let Some(mut node) = node() else { return };
    let network = Network::new(&[784, 20, 10], &[Tanh, Softmax], 5).unwrap();
    assert!(javascript(&mut node, &network, &inputs, &[]).evidence.is_empty());
}

/// Pages with more or less than one digit on them.
fn odd_pages() -> Vec<RgbImage> {
    let digits = drawn::digits_on(400);
    let white = || RgbImage::from_pixel(400, 400, Rgb([253, 251, 244]));
    let mut two = white();
    image::imageops::replace(&mut two, &image::imageops::thumbnail(&digits[6].image, 200, 200), 0, 100);
    image::imageops::replace(&mut two, &image::imageops::thumbnail(&digits[16].image, 200, 200), 200, 100);
    let box_at = |left: u32, top: u32, width: u32, height: u32| {
        let inside = move |x: u32, y: u32| (left..left + width).contains(&x) && (top..top + height).contains(&y);
        RgbImage::from_fn(400, 400, |x, y| if inside(x, y) { Rgb([29, 43, 79]) } else { Rgb([253, 251, 244]) })
    };
    vec![
        white(),
        two,
        box_at(0, 50, 20, 300),
        box_at(200, 100, 2, 200),
        box_at(195, 195, 9, 9),
        box_at(100, 100, 200, 200),
        box_at(10, 10, 1, 1),
        box_at(150, 60, 31, 280),
        box_at(0, 0, 400, 400),
    ]
}

#[test]
fn javascript_prepares_drawings_as_rust_does_to_the_bit_and_reads_90_of_100() {
    let Some(mut node) = node() else { return };
    let Some(network) = originals_network() else { return };
    let mut pages: Vec<RgbImage> = drawn::digits_on(400).into_iter().map(|digit| digit.image).collect();
    // Of other sizes and proportions.
    pages.extend(drawn::digits().into_iter().take(30).map(|digit| digit.image));
    pages.extend(odd_pages());
    // Ruled, squared, on tables, in shadows, circled and boxed.
    for (number, page) in drawn::conditions::PAGES.iter().enumerate().filter(|(_, page)| !page.clear) {
        let digit = drawn::conditions::Digit::Written { label: number % 10, habit: number / 10, pen: 0.09 };
        pages.push(image::DynamicImage::from(drawn::conditions::picture(page, &digit, number as u64)).to_rgb8());
    }
    let answers = javascript(&mut node, &network, &Array2::zeros((0, 784)), &pages).pages;

    let is_read = |&(number, page): &(usize, &Page)| metrics::argmax(ArrayView1::from(&page.outputs)) == number % 10;
    let read = answers.iter().enumerate().take(100).filter(is_read).count();
    println!("the pad reads {read} of 100 digits");
    assert!(read >= 90, "{read} of 100");

    let folder = tempfile::tempdir().unwrap();
    for (number, (image, page)) in pages.iter().zip(answers).enumerate() {
        let path = folder.path().join(format!("{number}.png"));
        image.save(&path).unwrap();
        match data::handwriting(&path) {
            Ok(expected) => {
                assert_eq!(page.digit, expected.view().to_vec(), "page {number}");
                assert_eq!(page.warnings, expected.warnings().join("\n"), "page {number}");
                let difference = largest_difference(&page.outputs, network.predict(expected.batch()).unwrap().row(0));
                assert!(difference < 1e-4, "page {number}: {difference}");
            }
            Err(error) => {
                assert!(error.to_string().contains("a blank page"), "page {number}: {error}");
                assert!(page.digit.is_empty(), "page {number} is blank, but not to JavaScript");
            }
        }
    }
}

/// Drawn with a mouse on the pad of this network in Chromium, which showed these answers, and saved by its button.
#[test]
fn a_drawing_that_the_pad_saved_gets_the_answer_that_the_pad_showed() {
    let Some(network) = originals_network() else { return };
    for (name, label, shown) in [("saved_3.png", 3, 0.990), ("saved_7.png", 7, 0.839)] {
        let digit = data::handwriting(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drawn").join(name)).unwrap();
        let outputs = network.predict(digit.batch()).unwrap();
        assert_eq!(metrics::argmax(outputs.row(0)), label, "{name}");
        assert!((outputs[(0, label)] - shown).abs() < 2e-3, "{name}: {}", outputs[(0, label)]);
        assert!(digit.warnings().is_empty(), "{name}: {:?}", digit.warnings());
    }
}

#[test]
fn a_network_for_anything_but_digits_is_refused() {
    let small = Network::new(&[2, 8, 2], &[Tanh, Softmax], 1).unwrap();
    let expected = "network: expected 784 inputs, the pixels of a digit, and 10 outputs, found sizes [2, 8, 2]";
    assert_eq!(message(small.drawing_pad()), expected);
    let mut layers = Network::new(&[784, 10], &[Softmax], 1).unwrap().layers().to_vec();
    layers[0].weights[(3, 5)] = f32::NAN;
    let error = message(Network::from_layers(layers).unwrap().drawing_pad());
    assert!(error.contains("expected finite weights and biases in layers[0], found NaN"), "{error}");
}

#[test]
fn the_page_needs_nothing_from_elsewhere_and_is_compact() {
    let network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    let pad = network.drawing_pad().unwrap();
    let html = pad.to_html();
    println!("{} bytes", html.len());
    assert!(html.len() < 318_000, "{} bytes", html.len());
    for elsewhere in ["http:", "https:", "import ", "fetch(", "src=", "url("] {
        assert!(!html.contains(elsewhere), "{elsewhere}");
    }
    assert_eq!(html.matches("</script>").count(), 1);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("for/a/friend.html");
    pad.save(&path).unwrap();
    let page = fs::read_to_string(&path).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains(&html));
    assert!(message(pad.save(folder.path().join("pad.png"))).contains("expected a file name that ends in .html"));
}
