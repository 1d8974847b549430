//! What is drawn of a network are its own numbers.

use nn_core::prelude::*;

#[test]
fn a_network_is_drawn_with_its_own_numbers() {
    let mut layers = Network::new(&[3, 2, 2], &[Tanh, Softmax], 7).unwrap().layers().to_vec();
    layers[0].weights.row_mut(1).assign(&array![0.5, -1.25, 0.0625]);
    layers[0].biases[1] = -0.75;
    let figure = Network::from_layers(layers).unwrap().plot();
    assert_eq!(
        figure.alt(),
        "14 parameters in 2 layers: 3 inputs, 2 neurons with tanh and 2 outputs with softmax, with a sample of the neurons and \
         their weights; neuron 1 of layer 1 opened up: its strongest of 3 weights are 0.500 from 0, −1.250 from 1 and 0.062 \
         from 2, its bias is −0.750, its activation tanh."
    );
    let svg = figure.to_svg();
    for text in ["w₁ = −1.250", "b = −0.750", "layer 1: tanh", "z = w · a + b, then tanh(z)"] {
        assert!(svg.contains(&format!(">{text}<")), "{text} is missing");
    }
    // Six weights into the hidden layer, four out of it; three into the opened neuron.
    let lines = |color: &str| svg.matches("<polyline ").count() * usize::from(svg.contains(color));
    assert!(lines("#0072B2") >= 13 && lines("#D55E00") >= 13, "positive and negative weights differ in colour");
}

#[test]
fn hidden_neurons_share_one_scale_with_white_in_its_middle() {
    let mut layer = Network::new(&[4, 2], &[Softmax], 7).unwrap().layers()[0].clone();
    layer.weights.assign(&array![[0.5, 0.0, -0.25, 0.0], [0.0, 0.0, 0.0, 0.125]]);
    let alt = layer.plot_weights(&[1, 0]).unwrap().alt();
    assert_eq!(
        alt,
        "Weights as pictures: two pictures: neuron 1 and neuron 0; orange from −0.500, white 0, blue up to 0.500."
    );
    let png = Picture::signed("", array![[-1.0, 0.0, 1.0]].view(), 1.0);
    assert!(png.is_ok());
    let error = |result: Result<Figure>| result.unwrap_err().to_string();
    assert_eq!(error(layer.plot_weights(&[2])), "neurons: expected neurons below 2, found 2");
    let odd = Network::new(&[5, 2], &[Softmax], 7).unwrap();
    assert!(error(odd.plot_hidden_units()).contains("fan_in a square number as 784, found [2, 5]"));
}

#[test]
fn silent_neurons_are_named_under_their_pictures() {
    let mut layer = Network::new(&[4, 30], &[Relu], 7).unwrap().layers()[0].clone();
    layer.weights.fill(0.5);
    layer.biases.fill(0.0);
    for neuron in [3, 6, 29] {
        layer.biases[neuron] = -2.0;
    }
    let network = Network::from_layers(vec![layer.clone()]).unwrap();
    let mut inputs = Array2::<f32>::ones((10, 4));
    let dataset = Dataset::new(inputs.clone(), Array1::zeros(10)).unwrap();
    let figure = network.plot_hidden_units_on(&dataset).unwrap();
    assert!(figure.alt().ends_with("3 of 30 neurons are silent for all 10 examples."), "{}", figure.alt());
    let svg = figure.to_svg();
    for caption in ["neuron 0", "neuron 2", "3, silent", "6, silent", "neuron 23"] {
        assert!(svg.contains(&format!(">{caption}<")), "{caption}");
    }
    assert!(!svg.contains(">neuron 24<") && !svg.contains(">neuron 3<"));
    // One picture that wakes them.
    inputs.row_mut(9).fill(1.5);
    let awake = Dataset::new(inputs, Array1::zeros(10)).unwrap();
    assert!(
        network
            .plot_hidden_units_on(&awake)
            .unwrap()
            .alt()
            .ends_with("0 of 30 neurons are silent for all 10 examples.")
    );
    let wide = Dataset::new(Array2::zeros((1, 9)), Array1::zeros(1)).unwrap();
    let error = network.plot_hidden_units_on(&wide).unwrap_err().to_string();
    assert_eq!(error, "inputs: expected shape (n, 4), found [1, 9]");
    assert!(!network.plot_hidden_units().unwrap().to_svg().contains("silent"));
}

#[test]
fn gradients_tell_their_sizes() {
    let weights = array![[0.0, 3e-3], [4e-3, 0.0]];
    let gradients = Gradients { weights: vec![weights], biases: vec![array![1e-2, 1e-2]] };
    assert_eq!(
        gradients.plot().alt(),
        "How large the gradients are: layer 1, ∂loss/∂W: root mean square 0.00250, half of them between 0.00300 and 0.00400, \
         50 % are 0; layer 1, ∂loss/∂b: root mean square 0.0100, half of them between 0.0100 and 0.0100."
    );
}

/// One layer of 2 neurons with this activation, and what its plot says of three examples.
fn said_of(activation: Activation, weights: Array2<f64>) -> String {
    let biases = Array1::zeros(weights.nrows());
    let network = Network::from_layers(vec![Layer { weights, biases, activation }]).unwrap();
    network.forward(array![[1.0], [2.0], [3.0]].view()).unwrap().plot().alt()
}

#[test]
fn a_forward_pass_tells_which_neurons_are_silent_or_saturated() {
    assert_eq!(
        said_of(Relu, array![[-1.0], [1.0]]),
        "Where z and a lie: layer 1, z: half of the values between −2 and 2, nine in ten between −3 and 3, mean 0, spread \
         2.16; layer 1, a: half of the values between 0 and 2, nine in ten between 0 and 3, 1 of 2 neurons silent, 50 % are 0."
    );
    // σ(5) = 0.993 is saturated, σ(4) = 0.982 is not; tanh(2.5) = 0.987 and tanh(2) = 0.964 likewise.
    assert!(said_of(Sigmoid, array![[0.0], [2.5]]).ends_with("33 % saturated."));
    assert!(said_of(Tanh, array![[0.0], [-1.25]]).ends_with("33 % saturated."));
    assert!(said_of(Softmax, array![[0.0], [1.0]]).contains("mean 0.500, spread"));
    let silent = said_of(Relu, array![[-1.0], [-2.0]]);
    assert!(silent.ends_with("2 of 2 neurons silent, 100 % are 0."), "{silent}");
    // For none of the examples is it below 0: relu and identity are the same.
    assert!(said_of(Identity, array![[1.0], [2.0]]).ends_with("0 of 2 neurons silent, 0 % are 0."));
}

#[test]
fn silent_neurons_are_counted_among_all_numbers_though_a_sample_is_drawn() {
    let mut weights = Array2::<f32>::ones((100, 1));
    weights[(99, 0)] = -1.0;
    weights[(98, 0)] = -1.0;
    let layer = Layer { weights, biases: Array1::zeros(100), activation: Relu };
    let network = Network::from_layers(vec![layer]).unwrap();
    let mut inputs = Array2::<f32>::ones((30_000, 1));
    assert!(network.forward(inputs.view()).unwrap().plot().alt().contains("2 of 100 neurons silent"));
    // One example wakes both.
    inputs[(29_999, 0)] = -1.0;
    let figure = network.forward(inputs.view()).unwrap().plot();
    assert!(figure.alt().contains("0 of 100 neurons silent, 2 % are 0"), "{}", figure.alt());
    assert!(
        figure.alt().contains("half of the values between 1 and 1, nine in ten between 1 and 1"),
        "{}",
        figure.alt()
    );
}

#[test]
fn traces_of_nothing_and_of_no_numbers_are_drawn() {
    let network = Network::new(&[3, 2, 2], &[Relu, Softmax], 7).unwrap();
    for inputs in [Array2::zeros((0, 3)), Array2::from_elem((2, 3), f32::NAN)] {
        let figure = network.forward(inputs.view()).unwrap().plot();
        assert!(figure.alt().contains("no finite values"), "{}", figure.alt());
        assert!(figure.to_svg().contains("no finite values to draw"));
    }
    let empty = Trace::<f32> { zs: Vec::new(), activations: Vec::new() };
    assert_eq!(empty.plot().alt(), "Where z and a lie: no values.");
}
