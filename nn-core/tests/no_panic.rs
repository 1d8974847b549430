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

/// Sizes that nobody has the memory for: refused instead of ending the process.
#[test]
fn sizes_out_of_all_proportion_are_refused() {
    let labels = Array1::<u8>::zeros(5);
    for classes in [usize::MAX, usize::MAX / 2, 1 << 40, (1 << 31) / 5 + 1] {
        let message = data::one_hot::<f64>(labels.view(), classes).unwrap_err().to_string();
        assert_eq!(message, format!("classes: expected at most 429496729 for 5 labels, found {classes}"));
        assert!(data::one_hot::<f64>(labels.slice(s![..0]), usize::MAX).is_err());
    }
    for sizes in [[usize::MAX, 1], [1, usize::MAX], [1 << 32, 1 << 32], [1 << 14, 1 << 14]] {
        let message = Network::new(&sizes, &[Softmax], 7).unwrap_err().to_string();
        assert!(message.starts_with("sizes: expected at most 268435456 weights and biases, found ["), "{message}");
    }
    let data = Dataset::new(Array2::zeros((5, 2)), labels).unwrap();
    let mut network = Network::new(&[2, 2], &[Softmax], 7).unwrap();
    let training = Training::new(Loss::CrossEntropy).mini_batch_size(5).quiet();
    for (training, expected) in [
        (training.clone().threads(usize::MAX), "threads: expected 1 to 1024, found 18446744073709551615"),
        (training.clone().threads(0), "threads: expected 1 to 1024, found 0"),
        (training.mini_batch_size(usize::MAX), "mini_batch_size: expected 1 to 5, the number of training examples"),
    ] {
        let message = training.run(&mut network, &data, &data).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }
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
    #[cfg(feature = "figures")]
    assert!(dataset.plot().is_err());
    let mut network = Network::new(&[2, 2], &[Softmax], 7).unwrap();
    assert!(network.evaluate(&dataset, Loss::CrossEntropy).is_err());
    assert!(Training::new(Loss::CrossEntropy).quiet().run(&mut network, &dataset, &dataset).is_err());
}

/// By rows, by columns, backwards; of few zeros and of many, for which training has loops of its own.
#[test]
fn the_order_of_numbers_in_memory_changes_nothing() {
    let reordered = |array: &Array2<f32>, order: usize| match order {
        0 => array.clone(),
        1 => array.t().as_standard_layout().into_owned().reversed_axes(),
        _ => {
            let mut backwards = array.slice(s![..;-1, ..;-1]).to_owned();
            backwards.invert_axis(Axis(0));
            backwards.invert_axis(Axis(1));
            backwards
        }
    };
    for share_of_zeros in [0, 9] {
        let inputs = Array2::from_shape_fn((300, 30), |(row, column)| {
            let number = (row * 7919 + column * 104_729) % 1009;
            if number % 10 < share_of_zeros { 0.0 } else { number as f32 / 1009.0 }
        });
        let data = |order| {
            let labels = (0..300).map(|row| (row % 3) as u8).collect();
            Dataset::new(reordered(&inputs, order), labels).unwrap()
        };
        let trained = |[train, test, weights]: [usize; 3]| {
            let mut layers = Network::new(&[30, 20, 3], &[Relu, Softmax], 7).unwrap().layers().to_vec();
            layers.iter_mut().for_each(|layer| layer.weights = reordered(&layer.weights, weights));
            let mut network = Network::from_layers(layers).unwrap();
            let training = Training::new(Loss::CrossEntropy).mini_batch_size(50).epochs(2).quiet();
            let history = training.run(&mut network, &data(train), &data(test)).unwrap();
            let evaluation = network.evaluate(&data(test), Loss::CrossEntropy).unwrap();
            assert!(
                (evaluation.loss - history.test_losses()[1]).abs() < 1e-6,
                "{share_of_zeros} of 10, {train} {test}"
            );
            (network.fingerprint(), history)
        };
        let expected = trained([0, 0, 0]);
        for order in [[0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 1, 1], [2, 2, 2]] {
            assert_eq!(trained(order), expected, "{share_of_zeros} of 10 inputs are 0, orders {order:?}");
        }
    }
}

#[test]
fn a_history_whose_fields_no_longer_fit_gives_what_it_has() {
    let epoch = |also: Vec<f64>| Epoch { train_loss: 1.0, test_loss: f64::NAN, accuracy: f64::INFINITY, also };
    let history = History {
        loss: Loss::CrossEntropy,
        hints: vec![],
        also: vec![Loss::MeanSquaredError],
        epochs: vec![epoch(vec![0.5]), epoch(vec![])],
        stopped: None,
        networks: vec![],
    };
    let losses = history.losses(Loss::MeanSquaredError).unwrap();
    assert!(losses[0] == 0.5 && losses[1].is_nan());
    assert!(history.losses(Loss::BinaryCrossEntropy).is_err());
    #[cfg(feature = "figures")]
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
                #[cfg(feature = "figures")]
                prop_assert!(digit.plot().is_ok());
            }
        }
    }
}
