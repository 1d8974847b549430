//! The confusion matrix opens its digits, in HTML that any page can hold.

#[path = "common/answers.rs"]
mod answers;
#[path = "common/repository.rs"]
mod repository;

use answers::{all, confidence, examples, network, parsed};
use base64::Engine;
use nn_core::prelude::*;

#[test]
fn each_number_opens_its_digits_the_most_confident_mistake_first() {
    let confusion = network().confusion(&examples()).unwrap();
    assert_eq!(confusion.matrix.counts, array![[3, 1], [3, 2]]);
    let html = confusion.to_html();
    let xml = parsed(&html);
    let cells: Vec<_> = all(xml.root(), "details").collect();
    let names: Vec<_> =
        cells.iter().map(|cell| all(*cell, "summary").next().unwrap().attribute("aria-label").unwrap()).collect();
    assert_eq!(
        names,
        ["3 times 0 read as 0", "1 time 0 read as 1", "3 times 1 read as 0", "2 times 1 read as 1"],
        "each control has a name that begins with its visible number"
    );
    for (cell, counts) in cells.iter().zip(confusion.matrix.counts.iter()) {
        let summary = all(*cell, "summary").next().unwrap();
        assert_eq!(summary.text(), Some(counts.to_string().as_str()));
        let confidences: Vec<_> = all(*cell, "img").map(|image| confidence(image.attribute("alt").unwrap())).collect();
        assert_eq!(confidences.len(), *counts);
    }
    let confidences = |index: usize| -> Vec<f64> {
        all(cells[index], "img").map(|image| confidence(image.attribute("alt").unwrap())).collect()
    };
    assert_eq!(confidences(2), [0.973, 0.917, 0.599], "mistakes from the most confident on");
    assert_eq!(confidences(0), [0.943, 0.973, 0.982], "right answers from the least certain on");
    let open: Vec<_> =
        cells.iter().enumerate().filter(|(_, cell)| cell.has_attribute("open")).map(|(i, _)| i).collect();
    assert_eq!(open, [2], "the most frequent mistake is open");
    let groups: std::collections::HashSet<_> = cells.iter().map(|cell| cell.attribute("name")).collect();
    assert_eq!(groups.len(), 1, "the browser closes one when another is opened");
}

#[test]
fn a_table_of_numbers_has_headers_for_its_rows_and_columns() {
    let html = network().confusion(&examples()).unwrap().to_html();
    let xml = parsed(&html);
    let scopes: Vec<_> = all(xml.root(), "th").map(|th| (th.attribute("scope").unwrap(), th.text().unwrap())).collect();
    assert_eq!(scopes, [("col", "answer 0"), ("col", "1"), ("row", "label 0"), ("row", "1")]);
    assert_eq!(all(xml.root(), "caption").count(), 1);
    assert!(!html.contains("<script") && !html.contains("http"), "no script, and nothing from elsewhere");
}

#[test]
fn pictures_behind_a_number_are_the_digits_themselves() {
    let html = network().confusion(&examples()).unwrap().to_html();
    let xml = parsed(&html);
    for image in all(xml.root(), "img") {
        let base64 = image.attribute("src").unwrap().strip_prefix("data:image/png;base64,").unwrap();
        let png = base64::engine::general_purpose::STANDARD.decode(base64).unwrap();
        let picture = image::load_from_memory(&png).unwrap().into_luma8();
        // Two bars of two pixels with a gap each make it six wide; the two pixels of the digit stand in their middle.
        assert_eq!((picture.width(), picture.height()), (6, 2 + 10 + 1));
        let darkest = (2..4).map(|x| picture.get_pixel(x, 0).0[0]).min().unwrap();
        assert!(darkest < 128, "ink is dark");
        assert_eq!(picture.get_pixel(0, 0).0[0], 255, "paper is white");
    }
}

/// The worst case: a network that guesses, so that nearly every cell is full.
#[test]
fn a_full_confusion_matrix_stays_small() {
    let Some(mnist) = repository::mnist() else { return };
    let guessing = Network::new(&[784, 30, 10], &[Relu, Softmax], 7).unwrap();
    let html = guessing.confusion(&mnist.test).unwrap().to_html();
    assert!(html.len() < 700_000, "{} bytes", html.len());
    parsed(&html);
}

#[test]
fn data_that_the_network_cannot_read_is_refused_by_name() {
    let error = |dataset: &Dataset| network().confusion(dataset).unwrap_err().to_string();
    let labelled = |labels| Dataset { inputs: Array2::zeros((2, 4)), labels };
    assert_eq!(error(&labelled(array![0, 2])), "dataset.labels: expected labels below 2, one per output, found 2");
    assert_eq!(error(&labelled(array![0])), "dataset.labels: expected shape (2,), found [1]");
    let wide = Dataset { inputs: Array2::zeros((1, 5)), labels: array![0] };
    assert!(error(&wide).starts_with("dataset.inputs: expected shape (n, d), d a square number"), "{}", error(&wide));
    let other = Dataset { inputs: Array2::zeros((1, 9)), labels: array![0] };
    assert_eq!(error(&other), "inputs: expected shape (n, 4), found [1, 9]");
}
