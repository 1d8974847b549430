//! The same networks trained in numpy, float64, by another author's rules: `tests/reference/make_reference.py`.
//!
//! 300 real digits, mini-batches of 32 (the last of each epoch of 12), learning rate 0.05, 20 epochs, which are 200 steps;
//! three architectures, every activation, every loss. Compared are the losses, activations, gradients and weights of steps
//! 1, 10 and 200, tensor by tensor: ‖found − numpy's‖ / ‖numpy's‖, the plain distance where numpy's tensor is all 0.

mod common;

use std::collections::BTreeSet;

use common::deviation;
use nn_core::prelude::*;
use nn_core::{Float, Layer};
use safetensors::{Dtype, SafeTensors};

const FIXTURE: &[u8] = include_bytes!("reference/numpy_twin.safetensors");
const TRAIN: usize = 300;
const MINI_BATCH: usize = 32;
const EPOCHS: usize = 20;
const LEARNING_RATE: f64 = 0.05;
const STEPS: [usize; 3] = [1, 10, 200];

/// What numpy wrote.
struct Twin<'a>(SafeTensors<'a>);

/// One network of it, such as `one/relu/softmax/cross-entropy`.
struct Case {
    name: String,
    loss: Loss,
    activations: Vec<Activation>,
}

/// The largest deviation, and where.
#[derive(Default)]
struct Worst(f64, String);

impl Worst {
    fn see(&mut self, deviation: f64, place: impl FnOnce() -> String) {
        // NaN counts as infinitely wrong.
        let deviation = if deviation.is_nan() { f64::INFINITY } else { deviation };
        if deviation > self.0 {
            *self = Self(deviation, place());
        }
    }
}

impl Twin<'_> {
    fn read() -> Self {
        Self(SafeTensors::deserialize(FIXTURE).unwrap())
    }

    /// A tensor as rows of f64; one axis is one row.
    fn rows(&self, name: &str) -> Array2<f64> {
        let tensor = self.0.tensor(name).unwrap();
        let numbers = match tensor.dtype() {
            Dtype::U8 => tensor.data().iter().map(|&b| b.into()).collect(),
            Dtype::F32 => tensor.data().as_chunks().0.iter().map(|&b| f32::from_le_bytes(b).into()).collect(),
            Dtype::F64 => tensor.data().as_chunks().0.iter().map(|&b| f64::from_le_bytes(b)).collect(),
            other => panic!("{name}: {other:?}"),
        };
        let shape = match *tensor.shape() {
            [columns] => (1, columns),
            [rows, columns] => (rows, columns),
            ref other => panic!("{name}: {other:?}"),
        };
        Array2::from_shape_vec(shape, numbers).unwrap()
    }

    /// The images from `from` to `to` with their labels.
    fn images(&self, from: usize, to: usize) -> Dataset {
        let pixels = self.rows("images").mapv(|pixel| pixel as f32 / 255.0);
        let labels = self.rows("labels").row(0).mapv(|label| label as u8);
        Dataset::new(pixels.slice(s![from..to, ..]).to_owned(), labels.slice(s![from..to]).to_owned()).unwrap()
    }

    fn cases(&self) -> Vec<Case> {
        let case = |name: &str| {
            let name = name.strip_suffix("/history")?;
            let [architecture, hidden, output, loss] = name.split('/').collect::<Vec<_>>()[..] else { return None };
            let hidden_layers = ["none", "one", "", "three"].iter().position(|&known| known == architecture)?;
            let mut activations = vec![];
            for _ in 0..hidden_layers {
                activations.push(Activation::named(hidden)?);
            }
            activations.push(Activation::named(output)?);
            let loss = Loss::ALL.into_iter().find(|known| known.name() == loss)?;
            Some(Case { name: name.to_owned(), loss, activations })
        };
        let names: BTreeSet<_> = self.0.names().into_iter().collect();
        names.into_iter().filter_map(case).collect()
    }

    /// The network that numpy's training started from.
    fn initial<F: Float>(&self, case: &Case) -> Network<F> {
        let (architecture, _) = case.name.split_once('/').unwrap();
        let layer = |(i, &activation): (usize, &Activation)| Layer {
            weights: self.rows(&format!("{architecture}/initial/{i}.weight")).mapv(F::of),
            biases: self.rows(&format!("{architecture}/initial/{i}.bias")).row(0).mapv(F::of),
            activation,
        };
        Network::from_layers(case.activations.iter().enumerate().map(layer).collect()).unwrap()
    }
}

/// Each row's product with the whole numbers from −50 to 50 that `make_reference.py` uses: every entry counts.
fn digest<F: Float>(matrix: ArrayView2<'_, F>) -> Array1<f64> {
    let probe = Array1::from_shape_fn(matrix.ncols(), |j| ((37 * j + 11) % 101) as f64 - 50.0);
    matrix.mapv(|x| x.f64()).dot(&probe)
}

/// Follows numpy step by step through `case` and notes the largest deviation.
fn follow<F: Float>(twin: &Twin<'_>, case: &Case, worst: &mut Worst) {
    let data = twin.images(0, TRAIN);
    let inputs = data.inputs.mapv(|x| F::of(x.into()));
    let targets: Array2<F> = data::one_hot(data.labels.view(), 10).unwrap();
    let mut network: Network<F> = twin.initial(case);
    let output = network.output_activation();
    let batches = (0..EPOCHS).flat_map(|_| (0..TRAIN).step_by(MINI_BATCH));
    for (step, start) in (1..).zip(batches) {
        let rows = start..(start + MINI_BATCH).min(TRAIN);
        let targets = targets.slice(s![rows.clone(), ..]);
        let trace = network.forward(inputs.slice(s![rows, ..])).unwrap();
        let gradients = network.backward(&trace, targets, case.loss).unwrap();
        network.step(&gradients, LEARNING_RATE).unwrap();
        let Some(at) = STEPS.iter().position(|&recorded| recorded == step) else { continue };

        let mut see = |key: &str, found: Array1<f64>| {
            let expected = twin.rows(&format!("{}/{key}", case.name));
            // The losses are one row of three; everything else has a row for each step.
            let expected = if key == "loss" { array![expected[(0, at)]] } else { expected.row(at).to_owned() };
            worst.see(deviation(&found, &expected), || format!("{}/{key}, step {step}", case.name));
        };
        let z = trace.zs.last().unwrap();
        see("loss", array![case.loss.value_from_logits(output, z.view(), targets).unwrap().f64()]);
        see("loss", array![case.loss.value(output.value(z.view()).view(), targets).unwrap().f64()]);
        for (i, layer) in network.layers().iter().enumerate() {
            see(&format!("activations.{i}"), digest(trace.activations[i + 1].t()));
            see(&format!("gradients.{i}.weight"), digest(gradients.weights[i].view()));
            see(&format!("gradients.{i}.bias"), gradients.biases[i].mapv(|x| x.f64()));
            see(&format!("{i}.weight"), digest(layer.weights.view()));
            see(&format!("{i}.bias"), layer.biases.mapv(|x| x.f64()));
        }
    }
}

fn all_steps<F: Float>(tolerance: f64) {
    let twin = Twin::read();
    let (cases, mut worst) = (twin.cases(), Worst::default());
    for case in &cases {
        follow::<F>(&twin, case, &mut worst);
    }
    println!("{} networks, largest deviation {:.1e}: {}", cases.len(), worst.0, worst.1);
    assert_eq!(cases.len(), 8 * (1 + 5 + 5));
    assert!(worst.0 <= tolerance, "{:e}: {}", worst.0, worst.1);
}

#[test]
fn losses_activations_gradients_and_weights_in_f64_agree_with_numpy_to_1e_10() {
    all_steps::<f64>(1e-10);
}

#[test]
fn losses_activations_gradients_and_weights_in_f32_agree_with_numpy_to_1e_4() {
    all_steps::<f32>(1e-4);
}

/// The largest deviation of a whole [`Training`] from numpy's losses, and the largest difference of an accuracy.
fn all_histories<F: Float>() -> (Worst, f64) {
    let twin = Twin::read();
    let (train, test) = (twin.images(0, TRAIN), twin.images(TRAIN, 400));
    let (mut worst, mut accuracy) = (Worst::default(), 0.0_f64);
    for case in twin.cases() {
        let mut network: Network<F> = twin.initial(&case);
        let training = Training::new(case.loss).learning_rate(LEARNING_RATE).mini_batch_size(MINI_BATCH).epochs(EPOCHS);
        let history = training.quiet().run(&mut network, &train, &test).unwrap();
        let expected = twin.rows(&format!("{}/history", case.name));
        for (epoch, expected) in history.epochs.iter().zip(expected.outer_iter()) {
            for (found, expected) in [(epoch.train_loss, expected[0]), (epoch.test_loss, expected[1])] {
                worst.see((found - expected).abs() / expected, || case.name.clone());
            }
            accuracy = accuracy.max((epoch.accuracy - expected[2]).abs());
        }
        assert_eq!(history.epochs.len(), expected.nrows());
    }
    println!("largest deviation of a loss {:.1e}: {}; of an accuracy {accuracy}", worst.0, worst.1);
    (worst, accuracy)
}

#[test]
fn every_epoch_in_f64_has_numpys_losses_to_1e_10_and_its_accuracy() {
    let (worst, accuracy) = all_histories::<f64>();
    assert!(worst.0 <= 1e-10, "{:e}: {}", worst.0, worst.1);
    assert!(accuracy < 1e-12, "{accuracy}");
}

#[test]
fn every_epoch_in_f32_has_numpys_losses_to_1e_4_and_its_accuracy_but_for_one_image_in_a_hundred() {
    let (worst, accuracy) = all_histories::<f32>();
    assert!(worst.0 <= 1e-4, "{:e}: {}", worst.0, worst.1);
    assert!(accuracy < 0.011, "{accuracy}");
}

/// The comparison must be able to fail.
#[test]
fn a_slightly_wrong_learning_rate_would_not_pass_for_numpys() {
    let twin = Twin::read();
    let case = &twin.cases()[0];
    let mut network: Network<f64> = twin.initial(case);
    let (train, test) = (twin.images(0, TRAIN), twin.images(TRAIN, 400));
    let training = Training::new(case.loss).learning_rate(LEARNING_RATE * (1.0 + 1e-8)).mini_batch_size(MINI_BATCH);
    let history = training.quiet().run(&mut network, &train, &test).unwrap();
    let expected = twin.rows(&format!("{}/history", case.name));
    assert!((history.epochs[9].test_loss - expected[(9, 1)]).abs() / expected[(9, 1)] > 1e-10);
}
