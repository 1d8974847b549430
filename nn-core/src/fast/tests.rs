//! The fast loop against the loop by the book, and its parts against `network`, `loss.rs` and `activation.rs`.

use std::env;
use std::process::Command;

use ndarray::{Array1, Array2, Axis, array, s};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::batch::Batch;
use super::dense::{add_product, add_transposed_product};
use super::lines::Grid;
use super::machine::{Kind, VARIABLE};
use super::output::{delta, loss_from_a, loss_from_z};
use super::panel::Panel;
use super::sparse::Sparse;
use super::{Examples, Team};
use crate::data::{Dataset, one_hot};
use crate::{Activation, Float, Loss, Network, Training};

/// Numbers in −1..1, a share `density` of them not 0.
fn random(rng: &mut ChaCha8Rng, shape: (usize, usize), density: f64) -> Array2<f32> {
    Array2::from_shape_simple_fn(shape, || {
        let x = (f64::from(rng.next_u32()) / f64::from(u32::MAX) * 2.0 - 1.0) as f32;
        if f64::from(rng.next_u32()) < density * f64::from(u32::MAX) { x } else { 0.0 }
    })
}

fn dataset(n: usize, inputs: usize, classes: usize, density: f64) -> Dataset {
    let mut rng = ChaCha8Rng::seed_from_u64(n as u64);
    let labels = Array1::from_shape_simple_fn(n, || (rng.next_u32() as usize % classes) as u8);
    Dataset::new(random(&mut rng, (n, inputs), density), labels).unwrap()
}

/// The largest difference between two networks' parameters, relative to the largest parameter of the layer.
fn difference<F: Float>(one: &Network<F>, other: &Network<F>) -> f64 {
    let largest = |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(0.0, |max: f64, x| max.max(x.abs()));
    let pairs = one.layers().iter().zip(other.layers());
    let relative = pairs.flat_map(|(one, other)| {
        let weights = (&one.weights - &other.weights, largest(&mut one.weights.iter().map(|w| w.f64())));
        let biases = (&one.biases - &other.biases, largest(&mut one.biases.iter().map(|b| b.f64())));
        [
            largest(&mut weights.0.iter().map(|w| w.f64())) / weights.1,
            largest(&mut biases.0.iter().map(|b| b.f64())) / biases.1,
        ]
    });
    relative.fold(0.0, f64::max)
}

/// Sizes that are no multiples of any block, for every pair of loss and last activation, sparse and dense.
fn follows_the_book<F: Float>(cast: impl Fn(&Network) -> Network<F>, tolerance: f64) {
    for density in [0.15, 0.9] {
        for (sizes, hidden) in [
            (vec![37, 5], vec![]),
            (vec![37, 13, 10], vec![Activation::Relu]),
            (vec![37, 130, 7], vec![Activation::Sigmoid]),
            (vec![37, 9, 17, 3], vec![Activation::Tanh, Activation::Softmax]),
            (vec![37, 8, 1, 2], vec![Activation::Identity, Activation::Sigmoid]),
        ] {
            let (train, test) = (dataset(1030, 37, sizes[sizes.len() - 1], density), dataset(30, 37, 2, density));
            for loss in Loss::ALL {
                for output in Activation::ALL.into_iter().filter(|&output| loss.check_output(output).is_ok()) {
                    let activations = [hidden.clone(), vec![output]].concat();
                    let mut plain = cast(&Network::new(&sizes, &activations, 3).unwrap());
                    let mut fast = plain.clone();
                    let training = Training::new(loss).learning_rate(0.05).epochs(1).threads(2).quiet().also(loss);
                    let losses = training.by_the_book(&mut plain, &train).unwrap();
                    let history = training.run(&mut fast, &train, &test).unwrap();
                    let error = (history.train_losses()[0] - losses[0]).abs() / losses[0];
                    assert!(error < 10.0 * tolerance, "{sizes:?} {activations:?} {loss}: {history:?} {losses:?}");
                    let found = difference(&plain, &fast);
                    assert!(found < tolerance, "{sizes:?} {activations:?} {loss} density {density}: {found:e}");
                    let evaluation = plain.evaluate(&test, loss).unwrap();
                    assert_eq!(history.accuracy(), evaluation.accuracy, "{sizes:?} {activations:?} {loss}");
                    for found in [history.epochs[0].test_loss, history.epochs[0].also[0]] {
                        let error = (found - evaluation.loss).abs() / evaluation.loss.abs();
                        assert!(error < 10.0 * tolerance, "{sizes:?} {activations:?} {loss}: {found} {evaluation:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_epoch_ends_where_the_plain_code_ends_in_f64() {
    follows_the_book(Network::cast::<f64>, 1e-12);
}

#[test]
fn an_epoch_ends_where_the_plain_code_ends_in_f32() {
    follows_the_book(Network::clone, 1e-4);
}

/// One epoch on the training set, by the book and at full speed: parameters, and losses on both sets, to these tolerances.
fn epoch_follows_the_book(
    start: &Network<f64>,
    (train, test): (&Dataset, &Dataset),
    (mini_batch, threads): (usize, usize),
    (of_parameters, of_losses): (f64, f64),
) {
    let (mut plain, mut fast) = (start.clone(), start.clone());
    let training = Training::new(Loss::CrossEntropy).mini_batch_size(mini_batch).epochs(1).threads(threads).quiet();
    let about = format!("{start:?}, {} and {} examples: {training:?}", train.len(), test.len());
    let losses = training.by_the_book(&mut plain, train).expect(&about);
    let history = training.run(&mut fast, train, test).expect(&about);
    assert!(difference(&plain, &fast) < of_parameters, "{about}");
    assert!((history.train_losses()[0] - losses[0]).abs() < of_losses, "{about}");
    let expected = plain.evaluate(test, Loss::CrossEntropy).expect(&about).loss;
    assert!((history.epochs[0].test_loss - expected).abs() < of_losses, "{about}");
}

/// Networks, data and settings of any size, blocks and tiles and shares of threads that are cut off anywhere.
#[test]
fn networks_of_any_size_end_where_the_book_ends() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let mut draw = |most: usize| 1 + rng.next_u32() as usize % most;
    for _ in 0..if cfg!(miri) { 2 } else { 200 } {
        let depth = draw(4);
        let mut sizes: Vec<_> = (0..=depth)
            .map(|_| {
                let most = [9, 40, 300][draw(3) - 1];
                draw(most)
            })
            .collect();
        sizes[depth] = draw(20);
        let activations: Vec<_> = (0..depth).map(|_| Activation::ALL[draw(Activation::ALL.len()) - 1]).collect();
        let activations = [&activations[1..], &[Activation::Softmax]].concat();
        let (n, density, threads) = (draw(40), [0.1, 1.0][draw(2) - 1], draw(6));
        let (train, test) =
            (dataset(n, sizes[0], sizes[depth], density), dataset(draw(9), sizes[0], sizes[depth], density));
        let start = Network::new(&sizes, &activations, 1).unwrap().cast();
        epoch_follows_the_book(&start, (&train, &test), (draw(n), threads), (1e-11, 1e-10));
    }
}

/// The last mini-batches, of both sets, hold fewer examples than there are threads; the hidden layer takes more than one block of
/// a product.
#[test]
fn threads_without_an_example_do_nothing() {
    let (train, test) = (dataset(7, 9, 4, 0.9), dataset(251, 9, 4, 0.9));
    let activations = [Activation::Relu, Activation::Relu, Activation::Softmax];
    let start = Network::new(&[9, 600, 300, 4], &activations, 3).unwrap().cast::<f64>();
    for (mini_batch, test) in [(1, &test), (3, &test), (3, &test.first(1)), (6, &test.first(2))] {
        for threads in [1, 2, 5] {
            epoch_follows_the_book(&start, (&train, test), (mini_batch, threads), (1e-12, 1e-12));
        }
    }
}

/// Three epochs, each in an order of its own, the last mini-batch smaller.
#[test]
fn shuffled_epochs_end_where_the_book_ends() {
    let train = dataset(if cfg!(miri) { 110 } else { 250 }, 37, 10, 0.2);
    let mut plain = Network::new(&[37, 13, 10], &[Activation::Relu, Activation::Softmax], 3).unwrap().cast::<f64>();
    let mut fast = plain.clone();
    let training = Training::new(Loss::CrossEntropy).learning_rate(0.3).epochs(3).shuffle(8).quiet();
    let losses = training.by_the_book(&mut plain, &train).unwrap();
    let history = training.run(&mut fast, &train, &train).unwrap();
    assert!(difference(&plain, &fast) < 1e-12);
    for (found, expected) in history.train_losses().iter().zip(&losses) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }
    assert!(losses.len() == 3 && losses[2] < losses[0], "{losses:?}");
}

/// Both go through the same checks, and change nothing then.
#[test]
fn the_loop_by_the_book_refuses_what_training_refuses() {
    let train = dataset(20, 37, 10, 0.2);
    let mut network = Network::new(&[37, 10], &[Activation::Softmax], 3).unwrap();
    let before = network.clone();
    for training in [
        Training::new(Loss::CrossEntropy).mini_batch_size(21),
        Training::new(Loss::CrossEntropy).mini_batch_size(0),
        Training::new(Loss::CrossEntropy).mini_batch_size(5).learning_rate(f64::NAN),
    ] {
        let expected = training.run(&mut network, &train, &train).unwrap_err().to_string();
        assert_eq!(training.by_the_book(&mut network, &train).unwrap_err().to_string(), expected);
    }
    assert!(network == before);
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for density in [0.2, 1.0] {
        let (train, test) = (dataset(2100, 50, 10, density), dataset(333, 50, 10, density));
        let trained = |threads| {
            let activations = [Activation::Relu, Activation::Tanh, Activation::Softmax];
            let mut network = Network::new(&[50, 70, 33, 10], &activations, 1).unwrap();
            let training = Training::new(Loss::CrossEntropy).also(Loss::BinaryCrossEntropy).shuffle(5).epochs(2);
            let history = training.mini_batch_size(90).threads(threads).quiet().run(&mut network, &train, &test);
            (network, history.unwrap())
        };
        let alone = trained(1);
        for threads in [2, 3, 4, 7, 16] {
            assert!(trained(threads) == alone, "{threads} threads, density {density}");
        }
    }
}

#[test]
fn loss_and_delta_of_a_row_are_those_of_the_plain_code() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for loss in Loss::ALL {
        for output in Activation::ALL.into_iter().filter(|&output| loss.check_output(output).is_ok()) {
            let z = random(&mut rng, (20, 6), 1.0).mapv(|z| 30.0 * f64::from(z));
            let a = output.value(z.view());
            let labels: Array1<u8> = (0..20).map(|i| i % 6).collect();
            let targets = one_hot::<f64>(labels.view(), 6).unwrap();
            let deltas = loss.delta(output, z.view(), targets.view()).unwrap();
            for i in 0..20 {
                let row = s![i..=i, ..];
                let (zs, outputs) = (z.row(i), a.row(i));
                let (zs, outputs, label) = (zs.to_slice().unwrap(), outputs.to_slice().unwrap(), i % 6);
                let expected = loss.value_from_logits(output, z.slice(row), targets.slice(row)).unwrap();
                let found = loss_from_z(loss, output, zs, label).unwrap_or_else(|| loss_from_a(loss, outputs, label));
                assert!((found - expected).abs() <= 1e-13 * expected.abs(), "{loss} {output}: {found} {expected}");
                let mut found: [f64; 6] = zs.try_into().unwrap();
                delta(loss, output, outputs, &mut found, label);
                // Where a softmax is sure, differences of numbers of the size of 1 / (1 − a) are left.
                let sure =
                    if output == Activation::Softmax { outputs.iter().copied().fold(0.0, f64::max) } else { 0.0 };
                for (found, expected) in found.iter().zip(deltas.row(i)) {
                    let bound = 1e-13 * expected.abs() / (1.0 - sure);
                    assert!((found - expected).abs() <= bound, "{loss} {output}: {found} {expected}");
                }
            }
        }
    }
}

/// z and W after a step of a layer of `(fan_in, fan_out)`: by the panels, skipping zeros and not, and by ndarray.
fn first_layer(fan_in: usize, fan_out: usize, inputs: &Array2<f32>, threads: usize) -> [(Array2<f64>, Array2<f64>); 3] {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut draw = |shape| random(&mut rng, shape, 1.0).mapv(f64::from);
    let n = inputs.nrows();
    let (weights, biases, deltas) = (draw((fan_out, fan_in)), draw((1, fan_out)), draw((n, fan_out)));
    let x = inputs.mapv(f64::from);
    let by_panels = |team: &mut Team<'_>, batch: Batch<'_, f64>| {
        let mut panels = Panel::cut(&weights, biases.row(0), n + 1, team.threads());
        team.each(&mut panels, |_, panel| batch.forward(panel));
        let mut z = Grid::zeros((n, fan_out));
        panels.iter().for_each(|panel| panel.copy_z(0, &mut z.part()));
        team.each(&mut panels, |_, panel| batch.step(panel, Grid::of(deltas.view()).view()));
        let (mut stepped, mut stepped_biases) = (Array2::zeros((fan_out, fan_in)), Array1::zeros(fan_out));
        panels.iter().for_each(|panel| panel.copy_to(&mut stepped, &mut stepped_biases));
        stepped.push_column(stepped_biases.view()).unwrap();
        (z.view().array().to_owned(), stepped)
    };
    Team::with(threads, |team| {
        let sparse = Sparse::new(inputs.view(), 112, 1.0, team).unwrap();
        let mut plain = &weights + &deltas.t().dot(&x);
        plain.push_column((&biases.row(0) + &deltas.sum_axis(Axis(0))).view()).unwrap();
        [
            by_panels(team, Batch::Sparse(&sparse, &Examples::of(0..n, None))),
            by_panels(team, Batch::Dense(Grid::of(x.view()).view())),
            (x.dot(&weights.t()) + &biases, plain),
        ]
    })
}

#[test]
fn panels_compute_what_matrices_do_for_any_shape() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for (fan_in, fan_out) in
        [(1, 1), (3, 8), (9, 9), (30, 57), (64, 64), (100, 131), (2, 300), (112, 16), (113, 16), (250, 40)]
    {
        for n in [1, 2, 33, 36] {
            for (threads, zeros_and_ones) in [(1, false), (2, true), (5, false)] {
                let mut inputs = random(&mut rng, (n, fan_in), 0.3);
                if zeros_and_ones {
                    inputs.mapv_inplace(|x| if x > 0.0 { 1.0 } else { 0.0 });
                }
                let [sparse, dense, plain] = first_layer(fan_in, fan_out, &inputs, threads);
                for (z, stepped) in [sparse, dense] {
                    for (found, expected) in [(z, &plain.0), (stepped, &plain.1)] {
                        let error = (found - expected).fold(0.0, |max: f64, x| max.max(x.abs()));
                        assert!(error < 1e-13 * n.max(fan_in) as f64, "{fan_in} {fan_out} {n} {threads}: {error:e}");
                    }
                }
            }
        }
    }
}

#[test]
fn not_a_number_goes_through_the_panels() {
    let mut inputs = Array2::zeros((2, 20));
    inputs[[1, 13]] = f32::NAN;
    let [sparse, dense, plain] = first_layer(20, 10, &inputs, 2);
    for (z, stepped) in [sparse, dense] {
        assert_eq!(z.mapv(f64::is_nan), plain.0.mapv(f64::is_nan));
        assert!(stepped.column(13).iter().all(|w| w.is_nan()));
    }
}

#[test]
fn a_team_does_every_item_once_in_every_round() {
    let rounds = if cfg!(miri) { 20 } else { 2000 };
    for threads in [1, 2, 5] {
        Team::with(threads, |team| {
            let mut items = vec![0; 3];
            for _ in 0..rounds {
                team.each(&mut items, |_, item| *item += 1);
            }
            assert_eq!(items, [rounds; 3]);
        });
    }
}

#[test]
fn rows_are_shared_out_without_gap_or_overlap() {
    Team::with(4, |team| {
        let mut matrices = [Grid::zeros((11, 3)), Grid::zeros((2, 1)), Grid::zeros((0, 5))];
        team.rows(9, &mut matrices, |mut rows| {
            for i in 0..3 {
                rows.get(i).array().mapv_inplace(|x: f32| x + 1.0);
            }
            let (one, other) = rows.pair(0, 1);
            one.array().mapv_inplace(|x| x + other.lines.len() as f32 * 0.0);
        });
        assert_eq!((0..11).filter(|&i| matrices[0].row(i) == [1.0; 3]).count(), 9);
        assert_eq!(matrices[1].view().array(), array![[1.0], [1.0]]);
    });
}

/// Every product is of these; sizes that are no multiples of a tile or a block.
#[test]
fn products_are_those_of_matrices_for_any_shape() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    for (n, k, columns) in [(1, 1, 1), (3, 20, 8), (8, 9, 17), (13, 300, 16), (21, 256, 40), (300, 7, 33)] {
        let mut draw = |shape| random(&mut rng, shape, 1.0).mapv(f64::from);
        let (x, matrix, sums) = (draw((n, k)), draw((k, columns)), draw((n, columns)));
        let found = |work: &dyn Fn(&mut Grid<f64>)| {
            let mut grid = Grid::of(sums.view());
            work(&mut grid);
            grid.view().array().to_owned()
        };
        let grid = |matrix: &Array2<f64>| Grid::of(matrix.view());
        let (of_x, of_matrix, turned) = (grid(&x), grid(&matrix), grid(&x.t().to_owned()));
        let product = found(&|sums| add_product(sums.part(), of_x.view(), of_matrix.view()));
        let transposed = found(&|sums| add_transposed_product(sums.part(), (turned.view(), 0), of_matrix.view()));
        let expected = &sums + &x.dot(&matrix);
        for found in [product, transposed] {
            let error = (found - &expected).fold(0.0, |max: f64, x| max.max(x.abs()));
            assert!(error < 1e-13 * k as f64, "{n} {k} {columns}: {error:e}");
        }
    }
}

/// All tests of this file once more on each lesser kind of processor that this one can stand for.
#[test]
fn every_kind_of_processor_passes() {
    if env::var_os(VARIABLE).is_some() {
        return;
    }
    let others = Kind::ALL.into_iter().filter(|(kind, _)| kind.is_here() && *kind != Kind::here());
    for (_, name) in others {
        let mut tests = Command::new(env::current_exe().unwrap());
        let tests = tests.args(["fast::tests", "--quiet"]).env(VARIABLE, name).output().unwrap();
        let said = String::from_utf8_lossy(&tests.stdout);
        assert!(tests.status.success() && said.contains("test result: ok"), "{name}: {said}");
    }
}

#[test]
fn the_variable_takes_the_kind_it_names() {
    if let Some(asked) = env::var_os(VARIABLE) {
        let (_, name) = Kind::ALL.into_iter().find(|&(kind, _)| kind == Kind::here()).unwrap();
        assert_eq!(asked, name);
    }
}

#[test]
#[should_panic(expected = "a thread of the team panicked")]
fn a_panic_of_any_thread_reaches_the_leader() {
    Team::with(3, |team| team.each(&mut [0, 1, 2], |i, _| assert_ne!(i, 2)));
}
