//! A network whose answers to nine small pictures are easy to follow, and what reads the HTML that shows them.
#![allow(dead_code, reason = "every test file uses a part of this")]

use nn_core::prelude::*;
use roxmltree::{Document, Node};

/// Two pixels by two; the outputs follow from weights that are easy to follow.
pub fn network() -> Network {
    let layer = Layer {
        weights: array![[4.0, 0.0, 0.0, 0.0], [0.0, 4.0, 0.0, 0.0]],
        biases: array![0.0, 0.0],
        activation: Softmax,
    };
    Network::from_layers(vec![layer]).unwrap()
}

/// The first pixel speaks for 0, the second for 1: of nine examples four are wrong.
pub fn examples() -> Dataset {
    let ink =
        [(1.0, 0.0), (0.9, 0.0), (0.8, 0.1), (0.0, 1.0), (0.1, 0.9), (0.6, 0.5), (1.0, 0.1), (0.5, 0.6), (0.9, 0.3)];
    let inputs = Array2::from_shape_fn((ink.len(), 4), |(row, column)| [ink[row].0, ink[row].1, 0.0, 0.0][column]);
    Dataset::new(inputs, array![0, 0, 0, 1, 1, 1, 1, 0, 1]).unwrap()
}

pub fn parsed(html: &str) -> Document<'_> {
    Document::parse(html).unwrap_or_else(|error| panic!("{error}\n{html}"))
}

pub fn all<'a>(node: Node<'a, 'a>, tag: &'a str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.descendants().filter(move |node| node.has_tag_name(tag))
}

/// How sure the network was, from the text alternative: "1 read as 0 with 0.973; probabilities 0 0.97, 1 0.03".
pub fn confidence(alt: &str) -> f64 {
    let (said, _) = alt.split_once(';').unwrap();
    said.rsplit(' ').next().unwrap().parse().unwrap()
}
