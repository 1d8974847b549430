//! Figures to test: one of each kind, and those of data that nobody plans for.
#![allow(dead_code, reason = "every test file uses a part of this")]

use nn_core::prelude::*;

pub fn loss() -> Figure {
    let (training, test) = ([1.05, 0.72, 0.61, 0.444], [1.123, 0.772, 0.655, 0.478]);
    plot::lines("Loss", "epoch", "loss", [Series::training(training), Series::test(test)])
}

/// One of each kind, and then the data that nobody plans for.
pub fn gallery() -> Vec<Figure> {
    let picture =
        |side: usize| Array2::from_shape_fn((side, side / 2 + 1), |(row, column)| (row * column % 7) as f32 / 6.0);
    let rows = Array2::from_shape_fn((3, 784), |(row, column)| ((row + column) % 28) as f32 / 27.0);
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e308, -1e308, 5e-324, 0.0, -0.0, 1.0];
    let long = "a very long label that nobody would ever write but somebody will ".repeat(20);
    let nothing: [f64; 0] = [];
    vec![
        loss(),
        loss().subtitle("with a subtitle").size(1, 1),
        loss().size(u32::MAX, 300).resolution(1.0),
        loss().log_x().log_y(),
        plot::lines("Odd, logarithmic", "x", "y", [Series::xy("odd", odd, odd)]).log_x().log_y(),
        plot::side_by_side("Both", [loss(), loss().decimals(4)]),
        plot::side_by_side("None", []),
        plot::side_by_side("Nine", (0..9).map(|_| loss())),
        plot::function("Sigmoid", "σ", "z", -6.0..=6.0, |z| 1.0 / (1.0 + (-z).exp()), |z| z),
        plot::function("Wild", "f", "x", f64::NAN..=f64::INFINITY, |x| x, |_| f64::NAN),
        plot::function("Pole", "f", "x", -1.0..=1.0, |x| 1.0 / x, |x| -1.0 / (x * x)).y_range(-3.0..=3.0),
        plot::probabilities("Ten", [0.0, 0.01, 0.9, 0.02, 0.0, 0.0, 0.03, 0.0, 0.02, 0.02]),
        plot::counts("Counts", [5923_usize, 6742, 5958]),
        plot::bars("Signs", "neuron", "weight", ["a", "b", "c"], [-1.0, 2.0, f64::NAN]),
        plot::bars("Fewer labels", "", "", ["a"], [1, 2, 3]),
        plot::bars("Thousands", "neuron", "", 0.., (0..5000).map(|i| f64::from(i).sin())),
        plot::digits("Digits", rows.view(), ["7", "7 → 1", &long]).unwrap(),
        plot::digits("None", rows.slice(ndarray::s![..0, ..]), [""; 0]).unwrap(),
        plot::pictures("Steps", [280, 20, 1, 1000].map(|side| Picture::grey("step", picture(side).view()).unwrap())),
        plot::pictures("None", []),
        plot::lines("No series", "", "", []),
        plot::lines("No points", "epoch", "loss", [Series::new("empty", nothing)]),
        plot::lines("One point", "epoch", "loss", [Series::test([0.5])]),
        plot::lines("Constant", "epoch", "loss", [Series::test([0.5; 10])]),
        plot::lines("Zero", "epoch", "loss", [Series::test([0; 3])]),
        plot::lines("Odd", "x", "y", [Series::new("odd", odd), Series::xy("odder", odd, odd)]),
        plot::lines("Nearly equal", "x", "y", [Series::new("y", [1.0, 1.0 + f64::EPSILON])]),
        plot::lines("Huge", "x", "y", [Series::new("y", [-1e299, 1e299])]),
        plot::lines("Tiny", "x", "y", [Series::new("y", [1e-300, 3e-300])]),
        plot::lines("Many points", "step", "loss", [Series::training((0..50_000).map(|i| f64::from(i).sin()))]),
        plot::lines("Many lines", "x", "y", (0..60).map(|i| Series::new(format!("{i}"), [i, i + 1]))),
        plot::lines(&long, &long, &long, [Series::new(&long, [1, 2]).dashed(), Series::new(&long, [2, 1]).markers()]),
        plot::lines(
            "损失曲线\u{0}\u{1B}<&>\"'",
            "轮\n次",
            "损失",
            [Series::new("训练集 😀", [2.0, 1.0]).color(Color::GREEN)],
        ),
        plot::bars(&long, &long, &long, [&long, &long], odd),
        plot::probabilities("Not finite", [f32::NAN; 10]),
        plot::pictures(
            "Signed",
            [1.0, 0.0, f64::NAN].map(|scale| Picture::signed("", picture(9).view(), scale).unwrap()),
        ),
    ]
    .into_iter()
    .chain(of_networks())
    .collect()
}

/// What belongs to a network: of MNIST's size, the smallest, deep, and with numbers that no training leaves.
fn of_networks() -> Vec<Figure> {
    let network = |sizes: &[usize]| {
        let activations: Vec<_> = (2..sizes.len()).map(|_| Sigmoid).chain([Softmax]).collect();
        Network::new(sizes, &activations, 7).unwrap()
    };
    let mut odd = network(&[4, 3, 2]).layers().to_vec();
    odd[0].weights[[0, 0]] = f32::NAN;
    odd[0].weights[[2, 1]] = f32::INFINITY;
    odd[1].weights.fill(0.0);
    odd[0].biases[2] = f32::NEG_INFINITY;
    let networks = [
        network(&[784, 100, 10]),
        network(&[1, 1]),
        network(&[784, 10]),
        network(&[9, 30, 13, 12, 11, 30, 30, 30, 30, 200]),
        Network::from_layers(odd).unwrap(),
    ];
    let trace = |network: &Network| {
        let inputs = Array2::from_shape_fn((3, network.sizes()[0]), |(row, column)| ((row + column) % 5) as f32 / 4.0);
        network.forward(inputs.view()).unwrap()
    };
    let gradients = |network: &Network| {
        let trace = trace(network);
        let outputs = *network.sizes().last().unwrap();
        let targets = data::one_hot::<f32>(array![0_u8, 0, 0].view(), outputs).unwrap();
        network.backward(&trace, targets.view(), Loss::CrossEntropy).unwrap()
    };
    let mut figures: Vec<_> = networks
        .iter()
        .flat_map(|network| {
            let units = network.plot_hidden_units().unwrap();
            [
                network.plot(),
                network.plot().size(300, 200),
                units,
                gradients(network).plot(),
                gradients(network).plot().size(1, 1),
                trace(network).plot(),
                trace(network).plot().size(1, 1),
                network.layers()[0].weights.heat_map("Weights").unwrap(),
            ]
        })
        .collect();
    let zero = Gradients::<f64> { weights: vec![Array2::zeros((2, 2))], biases: vec![Array1::zeros(2)] };
    figures.extend([zero.plot(), Gradients::<f32> { weights: vec![], biases: vec![] }.plot()]);
    let (tests, network) = (digits(), &networks[0]);
    let confusion = network.confusion(&tests).unwrap();
    figures.extend([
        confusion.plot(),
        confusion.plot().size(1, 1),
        ConfusionMatrix { counts: Array2::zeros((0, 0)) }.plot(),
    ]);
    figures.push(ConfusionMatrix { counts: Array2::from_elem((300, 300), 7) }.plot());
    let mistakes = network.mistakes(&tests).unwrap();
    figures.extend([mistakes.plot(), mistakes.plot().size(1, 1), network.mistakes(&tests.first(0)).unwrap().plot()]);
    figures.extend([History::compare(&[]), History::compare(&[("η = 0.1", &run(0.1)), ("学习率 1", &run(1.0))])]);
    figures
}

/// Sixty pictures that are no digits, with labels by turns.
pub fn digits() -> Dataset {
    let pixel = |(row, column): (usize, usize)| ((row * 31 + column * column / 3) % 97) as f32 / 96.0;
    let inputs = Array2::from_shape_fn((60, 784), pixel);
    Dataset::new(inputs, (0..60).map(|label| label % 10).collect()).unwrap()
}

pub fn run(rate: f64) -> History {
    let mut network = Network::new(&[784, 5, 10], &[Relu, Softmax], 7).unwrap();
    let training = Training::new(Loss::CrossEntropy).learning_rate(rate).mini_batch_size(20).epochs(4).quiet();
    training.run(&mut network, &digits(), &digits()).unwrap()
}
