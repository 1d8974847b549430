//! Digits on the paper that people have, photographed as people do, read by a trained network: at least 93 of 100 of each kind.
//!
//! `cargo test -p nn-core --test conditions -- --nocapture` prints the table.

mod drawn;

use std::fs::File;
use std::path::Path;

use drawn::conditions::{Digit, PAGES, Page, picture};
use image::DynamicImage;
use image::codecs::jpeg::JpegEncoder;
use nn_core::prelude::*;

/// So many of MNIST's test digits drawn large, and as many written ones, on each kind of page.
const EACH: usize = 24;

/// How thick the pens of the written digits are, as parts of the digit's height.
const PENS: [f32; 4] = [0.05, 0.08, 0.11, 0.13];

#[test]
fn a_network_of_098_reads_93_of_100_digits_on_every_kind_of_page() {
    let mnist = data::mnist(Path::new(env!("CARGO_MANIFEST_DIR")).join("../data")).unwrap();
    let mut network = Network::new(&[784, 300, 10], &[Relu, Softmax], 7).unwrap();
    let training =
        Training::new(Loss::CrossEntropy).learning_rate(0.1).mini_batch_size(20).epochs(10).shuffle(1).quiet();
    let history = training.run(&mut network, &mnist.train, &mnist.test).unwrap();
    println!("784-300-10, test accuracy {:.4}", history.accuracy());

    let folder = tempfile::tempdir().unwrap();
    let mut poor = Vec::new();
    for page in &PAGES {
        let (mut scanned, mut written) = (0, 0);
        for number in 0..EACH {
            let tones = mnist.test.inputs.row(number).to_vec();
            let label = usize::from(mnist.test.labels[number]);
            scanned += usize::from(reads(&network, folder.path(), page, &Digit::Scanned(&tones), number, label));
            let digit = Digit::Written { label: number % 10, habit: number / 10, pen: PENS[number % 4] };
            written += usize::from(reads(&network, folder.path(), page, &digit, number, number % 10));
        }
        let share = |right: usize| right as f64 / EACH as f64;
        println!("{:28} scanned {:.3}   written {:.3}", page.name, share(scanned), share(written));
        if scanned + written < (0.93 * 2.0 * EACH as f64).ceil() as usize {
            poor.push(format!("{}: {scanned} and {written} of {EACH}", page.name));
        }
    }
    assert!(poor.is_empty(), "{poor:#?}");
}

fn reads(network: &Network, folder: &Path, page: &Page, digit: &Digit, seed: usize, label: usize) -> bool {
    let image = picture(page, digit, seed as u64);
    let path = folder.join("digit");
    if page.clear {
        image.save_with_format(&path, image::ImageFormat::Png).unwrap();
    } else {
        let photo = DynamicImage::from(image).to_rgb8();
        JpegEncoder::new_with_quality(File::create(&path).unwrap(), 88).encode_image(&photo).unwrap();
    }
    data::handwriting(&path).is_ok_and(|prepared| network.classify(prepared.view()).unwrap() == label)
}
