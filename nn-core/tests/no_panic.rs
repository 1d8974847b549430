//! What a caller can hand over without a panic: no rows, no columns, fields changed by hand, pictures of anything.

use ndarray::{Array1, Array2};
use nn_core::Epoch;
use nn_core::prelude::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// Every function of whole matrices, on matrices without a row, without a column, or without either.
#[test]
fn empty_matrices_are_computed_with_or_refused() {
    for shape in [(0, 0), (0, 3), (3, 0), (1, 1)] {
        let z = Array2::<f64>::zeros(shape);
        for activation in Activation::ALL {
            assert_eq!(activation.value(z.view()).dim(), shape);
            assert_eq!(activation.derivative(z.view()).dim(), shape);
            assert_eq!(activation.delta(z.view(), z.view()).unwrap().dim(), shape);
            for loss in Loss::ALL {
                assert!(loss.value(z.view(), z.view()).unwrap().is_finite());
                assert!(!loss.value_from_logits(activation, z.view(), z.view()).unwrap().is_nan());
                assert_eq!(loss.delta(activation, z.view(), z.view()).unwrap().dim(), shape);
            }
        }
        let labels = Array1::<u8>::zeros(shape.0);
        metrics::accuracy(z.view(), labels.view()).unwrap();
        metrics::mistakes(z.view(), labels.view()).unwrap();
        assert_eq!(ConfusionMatrix::new(z.view(), labels.view()).is_ok(), shape != (3, 0));
        let _ = data::one_hot::<f64>(labels.view(), shape.1);
    }
    let network = Network::new(&[3, 2], &[Softmax], 7).unwrap();
    let none = Array2::<f32>::zeros((0, 3));
    let trace = network.forward(none.view()).unwrap();
    network.backward(&trace, Array2::zeros((0, 2)).view(), Loss::CrossEntropy).unwrap();
    assert_eq!(network.classify_all(none.view()).unwrap().len(), 0);
}

/// The fields are public: they can be changed until they no longer fit together.
#[test]
fn a_data_set_whose_fields_no_longer_fit_gives_what_it_has() {
    let mut dataset = Dataset::new(Array2::zeros((5, 2)), Array1::zeros(5)).unwrap();
    dataset.inputs = Array2::zeros((2, 2));
    assert_eq!(dataset.first(4).inputs.dim(), (2, 2));
    assert_eq!(dataset.first(4).len(), 2);
    assert_eq!(dataset.select(&[0, 2]).unwrap_err().to_string(), "positions: expected below 2, found 2");
    assert_eq!(dataset.select(&[1, 1]).unwrap().len(), 2);
    assert!(dataset.plot().is_err());
    let mut network = Network::new(&[2, 2], &[Softmax], 7).unwrap();
    assert!(network.evaluate(&dataset, Loss::CrossEntropy).is_err());
    assert!(Training::new(Loss::CrossEntropy).quiet().run(&mut network, &dataset, &dataset).is_err());
}

#[test]
fn a_history_whose_fields_no_longer_fit_gives_what_it_has() {
    let epoch = |also: Vec<f64>| Epoch { train_loss: 1.0, test_loss: f64::NAN, accuracy: f64::INFINITY, also };
    let history = History {
        loss: Loss::CrossEntropy,
        also: vec![Loss::MeanSquaredError],
        epochs: vec![epoch(vec![0.5]), epoch(vec![])],
        networks: vec![],
    };
    let losses = history.losses(Loss::MeanSquaredError).unwrap();
    assert!(losses[0] == 0.5 && losses[1].is_nan());
    assert!(history.losses(Loss::BinaryCrossEntropy).is_err());
    assert!(!history.plot().to_svg().is_empty());
}

/// A picture of a few strokes, dots and areas of any tone, or of noise.
fn picture() -> impl Strategy<Value = Array2<f32>> {
    let tones = prop_oneof![vec(0.0..=1.0_f32, 1..=3), vec(prop_oneof![Just(0.0_f32), Just(1.0)], 2..=5)];
    let rectangles = vec(((0..60_usize, 0..60_usize), (1..60_usize, 1..60_usize), 0.0..=1.0_f32), 0..4);
    ((0..60_usize, 0..60_usize), tones, 1..50_usize, rectangles).prop_map(|(shape, tones, step, rectangles)| {
        Array2::from_shape_fn(shape, |(row, column)| {
            let inside = |&&((top, left), (height, width), _): &&((usize, usize), (usize, usize), f32)| {
                (top..top + height).contains(&row) && (left..left + width).contains(&column)
            };
            let background = tones[(row * step + column * column) / 7 % tones.len()];
            rectangles.iter().find(inside).map_or(background, |&(_, _, tone)| tone)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_picture_of_anything_becomes_784_inputs_or_an_error(picture in picture()) {
        match Handwriting::from_grey(picture) {
            Err(error) => prop_assert!(error.to_string().starts_with("grey: expected ")),
            Ok(digit) => {
                prop_assert_eq!(digit.view().len(), 784);
                prop_assert!(digit.view().iter().all(|input| (0.0..=1.0001).contains(input)));
                prop_assert!(digit.plot().is_ok());
            }
        }
    }
}
