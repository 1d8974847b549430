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
fn hidden_units_share_one_scale_with_white_in_its_middle() {
    let mut layer = Network::new(&[4, 2], &[Softmax], 7).unwrap().layers()[0].clone();
    layer.weights.assign(&array![[0.5, 0.0, -0.25, 0.0], [0.0, 0.0, 0.0, 0.125]]);
    let alt = layer.plot_weights(&[1, 0]).unwrap().alt();
    assert_eq!(
        alt,
        "Weights as pictures: two pictures: unit 1 and unit 0; orange from −0.500, white 0, blue up to 0.500."
    );
    let png = Picture::signed("", array![[-1.0, 0.0, 1.0]].view(), 1.0);
    assert!(png.is_ok());
    let error = |result: Result<Figure>| result.unwrap_err().to_string();
    assert_eq!(error(layer.plot_weights(&[2])), "units: expected neurons below 2, found 2");
    let odd = Network::new(&[5, 2], &[Softmax], 7).unwrap();
    assert!(error(odd.plot_hidden_units()).contains("fan_in a square number as 784, found [2, 5]"));
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
