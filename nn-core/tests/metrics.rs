//! Accuracy, the confusion matrix and the worst mistakes, counted by hand.

use nn_core::prelude::*;

/// Six outputs for three classes. They vote for 0, 1, 1, 2, 0 and, of two equals, 1.
fn outputs() -> Array2<f64> {
    array![[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.0, 0.6, 0.4], [0.2, 0.1, 0.7], [0.9, 0.1, 0.0], [0.1, 0.45, 0.45]]
}

fn labels() -> Array1<u8> {
    array![0, 1, 2, 2, 2, 2]
}

#[test]
fn the_largest_number_is_found_wherever_it_stands_and_of_several_the_first() {
    let argmax = |numbers: &[f32]| metrics::argmax(ArrayView1::from(numbers));
    assert_eq!([argmax(&[3.0, 1.0]), argmax(&[1.0, 3.0]), argmax(&[-3.0, -1.0, -2.0])], [0, 1, 1]);
    assert_eq!([argmax(&[1.0, 2.0, 2.0]), argmax(&[0.0, 0.0])], [1, 0]);
    assert_eq!([argmax(&[]), argmax(&[f32::NAN, 1.0]), argmax(&[f32::NEG_INFINITY; 2])], [0, 1, 0]);
    assert_eq!(metrics::argmax_rows(outputs().view()).to_vec(), [0, 1, 1, 2, 0, 1]);
}

#[test]
fn accuracy_is_the_share_of_right_votes() {
    assert_eq!(metrics::accuracy(outputs().view(), labels().view()).unwrap(), 3.0 / 6.0);
    assert_eq!(metrics::accuracy(outputs().view(), array![0, 1, 1, 2, 0, 1].view()).unwrap(), 1.0);
    assert_eq!(metrics::accuracy(outputs().slice(s![..0, ..]), array![].view()).unwrap(), 0.0);
}

#[test]
fn the_confusion_matrix_counts_each_vote_in_the_row_of_its_label() {
    let matrix = ConfusionMatrix::new(outputs().view(), labels().view()).unwrap();
    assert_eq!(matrix.counts, array![[1, 0, 0], [0, 1, 0], [1, 2, 1]]);
    assert_eq!(matrix.accuracy(), 3.0 / 6.0);
    assert_eq!(matrix.recall().to_vec(), [1.0, 1.0, 0.25]);
    assert_eq!(format!("{matrix:?}"), "ConfusionMatrix: 3 classes, 6 examples, accuracy 0.5000");
    // A class without examples, and no examples at all.
    let one = ConfusionMatrix::new(outputs().slice(s![..1, ..]), array![0].view()).unwrap();
    assert_eq!(one.recall().to_vec(), [1.0, 0.0, 0.0]);
    let none = ConfusionMatrix::new(outputs().slice(s![..0, ..]), array![].view()).unwrap();
    assert_eq!((none.accuracy(), none.counts.dim()), (0.0, (3, 3)));
}

#[test]
fn mistakes_come_with_the_most_confident_first() {
    let mistakes = metrics::mistakes(outputs().view(), labels().view()).unwrap();
    let found: Vec<_> = mistakes.iter().map(|m| (m.index, m.label, m.predicted, m.confidence)).collect();
    assert_eq!(found, [(4, 2, 0, 0.9), (2, 2, 1, 0.6), (5, 2, 1, 0.45)]);
    // Equally confident ones stay in the data's order.
    let twins = array![[0.5, 0.5], [0.3, 0.7], [0.5, 0.5], [0.5, 0.5]];
    let twins = metrics::mistakes(twins.view(), array![1, 0, 1, 0].view()).unwrap();
    assert_eq!(twins.iter().map(|mistake| mistake.index).collect::<Vec<_>>(), [1, 0, 2]);
}

#[test]
fn labels_of_another_number_or_without_an_output_are_refused() {
    let outputs = outputs();
    let short = array![0, 1];
    let expected = "labels: expected shape (6,), one per row of outputs, found [2]";
    assert_eq!(metrics::accuracy(outputs.view(), short.view()).unwrap_err().to_string(), expected);
    assert_eq!(metrics::mistakes(outputs.view(), short.view()).unwrap_err().to_string(), expected);
    assert_eq!(ConfusionMatrix::new(outputs.view(), short.view()).unwrap_err().to_string(), expected);
    let high = array![0, 1, 2, 3, 0, 0];
    let message = ConfusionMatrix::new(outputs.view(), high.view()).unwrap_err().to_string();
    assert_eq!(message, "labels: expected labels below 3, found 3");
    assert_eq!(data::one_hot::<f64>(array![1, 0].view(), 2).unwrap(), array![[0.0, 1.0], [1.0, 0.0]]);
    assert!(data::one_hot::<f64>(high.view(), 3).is_err());
}
