//! In every figure all lies inside the card, and nothing covers a text.

#[path = "common/gallery.rs"]
mod gallery;

use ab_glyph::Font;
use gallery::{digits, gallery, loss, run};
use nn_core::prelude::*;

/// The width of a text in the crate's font, for a font size of 1; in the Chinese one if that lacks it; what both lack is one em wide.
fn width(text: &str, is_bold: bool) -> f64 {
    let latin: &[u8] = match is_bold {
        true => include_bytes!("../assets/fonts/Inter-SemiBold.otf"),
        false => include_bytes!("../assets/fonts/Inter-Regular.otf"),
    };
    let chinese: &[u8] = include_bytes!("../assets/fonts/NotoSansCJKsc-Regular.otf");
    let fonts = [latin, chinese].map(|bytes| ab_glyph::FontRef::try_from_slice(bytes).unwrap());
    let advance = |c| match fonts.iter().find(|font| font.glyph_id(c).0 != 0) {
        Some(font) => f64::from(font.h_advance_unscaled(font.glyph_id(c)) / font.units_per_em().unwrap()),
        None => 1.0,
    };
    text.chars().map(advance).sum()
}

/// With 3 % to spare, because the viewer's font may be another.
#[test]
fn every_text_and_shape_lies_inside_the_picture() {
    for figure in gallery() {
        let svg = figure.to_svg();
        let xml = roxmltree::Document::parse(&svg).unwrap();
        let view: Vec<f64> =
            xml.root_element().attribute("viewBox").unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
        for node in xml.descendants().filter(|node| node.is_element()) {
            let value = |name: &str| node.attribute(name).and_then(|text| text.parse::<f64>().ok());
            if let (Some(x), Some(y)) = (value("x").or(value("cx")), value("y").or(value("cy"))) {
                assert!((0.0..=view[2]).contains(&x) && (0.0..=view[3]).contains(&y), "{figure:?}: {node:?}");
            }
            for point in node.attribute("points").unwrap_or("").split_whitespace() {
                let (x, y) = point.split_once(',').unwrap();
                let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
                assert!((0.0..=view[2]).contains(&x) && (0.0..=view[3]).contains(&y), "{figure:?}: {point}");
            }
            if let (Some(x), Some(size), Some(text)) = (value("x"), value("font-size"), node.text()) {
                let width = 1.03 * size * width(text, node.attribute("font-weight").is_some());
                let start = match node.attribute("text-anchor") {
                    Some("end") => x - width,
                    Some("middle") => x - width / 2.0,
                    _ => x,
                };
                assert!(start >= 0.0 && start + width <= view[2], "{figure:?}: {text:?} {start} {width}");
            }
        }
    }
}

/// The boxes of all texts: left, top, right, bottom, in units of the SVG.
fn boxes(xml: &roxmltree::Document<'_>) -> Vec<(String, [f64; 4])> {
    let texts = xml.descendants().filter(|node| node.has_tag_name("text"));
    let of = |node: roxmltree::Node<'_, '_>| {
        let value = |name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
        let (text, size) = (node.text().unwrap_or("").to_owned(), value("font-size"));
        let width = size * width(&text, node.attribute("font-weight").is_some());
        let start = match node.attribute("text-anchor") {
            Some("end") => value("x") - width,
            Some("middle") => value("x") - width / 2.0,
            _ => value("x"),
        };
        // `dy` moves the baseline down; letters reach from about three quarters above it to a fifth below.
        let baseline = value("y") + 0.76 * size;
        (text, [start, baseline - 0.7 * size, start + width, baseline + 0.15 * size])
    };
    texts.map(of).collect()
}

/// Those that a notebook shows, at the size that suits them.
fn shown() -> Vec<Figure> {
    let network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    let runs = [run(0.1), run(0.05)];
    vec![
        loss(),
        plot::side_by_side("Both", [loss(), loss().decimals(4)]),
        History::compare(&[("η = 0.1", &runs[0]), ("η = 0.05", &runs[1])]),
        runs[0].plot(),
        Sigmoid.plot(),
        Softmax.plot(),
        Relu.plot(),
        Loss::CrossEntropy.plot(),
        network.plot(),
        network.plot_hidden_units().unwrap(),
        network.confusion(&digits()).unwrap().plot(),
        network.mistakes(&digits()).unwrap().plot(),
        plot::counts("Counts", [5923_usize, 6742, 5958]),
        plot::probabilities("Ten", [0.0, 0.01, 0.9, 0.02, 0.0, 0.0, 0.03, 0.0, 0.02, 0.02]),
    ]
}

#[test]
fn no_text_covers_another() {
    for figure in shown() {
        let svg = figure.to_svg();
        let boxes = boxes(&roxmltree::Document::parse(&svg).unwrap());
        for (index, (one, a)) in boxes.iter().enumerate() {
            for (other, b) in &boxes[index + 1..] {
                let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
                assert!(apart, "{figure:?}: {one:?} {a:?} and {other:?} {b:?}");
            }
        }
    }
}

/// The names of the lines stand beside the plot; neither they nor the numbers of an axis are crossed by a line.
#[test]
fn no_line_runs_through_a_text() {
    // In the drawing of a network, texts lie on lines on purpose, with paper between.
    for figure in shown().into_iter().filter(|figure| !figure.title().contains("parameters")) {
        let svg = figure.to_svg();
        let xml = roxmltree::Document::parse(&svg).unwrap();
        let boxes = boxes(&xml);
        for line in xml.descendants().filter(|node| node.has_tag_name("polyline")) {
            let points: Vec<(f64, f64)> = line
                .attribute("points")
                .unwrap()
                .split_whitespace()
                .map(|point| {
                    let (x, y) = point.split_once(',').unwrap();
                    (x.parse().unwrap(), y.parse().unwrap())
                })
                .collect();
            for pair in points.windows(2) {
                for step in 0..=200 {
                    let along = f64::from(step) / 200.0;
                    let (x, y) =
                        (pair[0].0 + (pair[1].0 - pair[0].0) * along, pair[0].1 + (pair[1].1 - pair[0].1) * along);
                    for (text, [left, top, right, bottom]) in &boxes {
                        let is_inside = x > *left && x < *right && y > *top && y < *bottom;
                        assert!(!is_inside, "{figure:?}: a line runs through {text:?}");
                    }
                }
            }
        }
    }
}
