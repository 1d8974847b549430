//! What a network looks like: its layers as a drawing and as a table, its gradients' sizes.

use ndarray::{Array1, Axis};

use super::Table;
use crate::plot::chart::Chart;
use crate::plot::column::{self, Column};
use crate::plot::diagram::Diagram;
use crate::plot::neuron::Neuron;
use crate::plot::sizes::{SizeChart, Sizes};
use crate::plot::{Color, Figure, text};
use crate::{Activation, Float, Gradients, Layer, Network};

/// Of the opened neuron, this many weights are drawn: the strongest.
const STRONGEST: usize = 4;

impl Network {
    /// The network drawn: its layers, a sample of their neurons and weights, and one neuron opened up.
    ///
    /// Lines are weights, blue above 0 and orange below, the stronger the thicker; of a layer of more than a dozen neurons,
    /// ten are drawn.
    #[expect(clippy::expect_used, reason = "Network::new and Network::from_layers refuse a layer without neurons")]
    pub fn plot(&self) -> Figure {
        let (layers, first) = (self.layers(), first_layer(self));
        let inputs = first.weights.ncols();
        let mut before = column::shown(inputs);
        let input = Column { size: inputs, activation: String::new(), shown: before.clone(), weights: Vec::new() };
        let mut columns = vec![input];
        for layer in layers {
            let shown = column::shown(layer.biases.len());
            columns.push(Column {
                size: layer.biases.len(),
                activation: layer.activation.name().into(),
                weights: weights_between(layer, &before, &shown),
                shown: shown.clone(),
            });
            before = shown;
        }
        let opened = column::shown(first.biases.len()).last().copied();
        let neuron = neuron(first, opened.expect("a layer has neurons"));
        let plural = if layers.len() == 1 { "" } else { "s" };
        let title = format!("{} parameters in {} layer{plural}", text::whole(self.parameter_count()), layers.len());
        Figure::new(&title, Chart::Diagram(Diagram { columns, neuron }))
    }

    /// The layers with their shapes, activations and numbers of parameters, and the sum of these.
    pub fn summary(&self) -> Table {
        let headers = ["layer", "inputs", "outputs", "activation", "weights W", "biases b", "parameters"];
        let mut rows = Vec::new();
        for (layer, index) in self.layers().iter().zip(1..) {
            let (fan_out, fan_in) = layer.weights.dim();
            rows.push(vec![
                index.to_string(),
                text::whole(fan_in),
                text::whole(fan_out),
                layer.activation.to_string(),
                format!("({fan_out}, {fan_in})"),
                format!("({fan_out},)"),
                text::whole(layer.weights.len() + layer.biases.len()),
            ]);
        }
        let mut total = vec![String::new(); headers.len() - 2];
        total.extend(["together".to_owned(), text::whole(self.parameter_count())]);
        Table::of("Layers of the network".into(), headers.map(str::to_owned).into(), rows).total(total)
    }
}

impl<F: Float> Gradients<F> {
    /// How large the gradients of each layer are: the root mean square of ∂loss/∂W and ∂loss/∂b, and where the values lie,
    /// on a logarithmic axis.
    ///
    /// Gradients that shrink from the last layer to the first are the reason why a deep network of sigmoids learns slowly.
    #[inline(never)]
    pub fn plot(&self) -> Figure {
        let mut rows = Vec::new();
        for ((weights, biases), layer) in self.weights.iter().zip(&self.biases).zip(1..) {
            let (fan_out, fan_in) = weights.dim();
            let values = weights.iter().map(|gradient| gradient.f64()).collect();
            let (name, shape) = (format!("layer {layer}, ∂loss/∂W"), format!("{fan_out} × {fan_in}"));
            rows.push(Sizes::new(name, shape, Color::BLUE, values));
            let values = biases.iter().map(|gradient| gradient.f64()).collect();
            let (name, shape) = (format!("layer {layer}, ∂loss/∂b"), format!("{fan_out}"));
            rows.push(Sizes::new(name, shape, Color::VERMILION, values));
        }
        let chart = SizeChart::new("absolute value of a gradient, logarithmic", rows);
        Figure::new("How large the gradients are", Chart::Sizes(chart))
    }
}

#[expect(clippy::expect_used, reason = "Network::new and Network::from_layers refuse a network without layers")]
pub(super) fn first_layer(network: &Network) -> &Layer {
    network.layers().first().expect("a network has a layer")
}

/// The weights of these neurons, one row each, from those of the layer before.
#[expect(clippy::indexing_slicing, reason = "the neurons are counted by the shape of the weights")]
fn weights_between(layer: &Layer, before: &[usize], neurons: &[usize]) -> Vec<Vec<f64>> {
    let mut rows = Vec::with_capacity(neurons.len());
    for &to in neurons {
        rows.push(before.iter().map(|&from| f64::from(layer.weights[(to, from)])).collect());
    }
    rows
}

#[expect(clippy::indexing_slicing, reason = "`number` is one of the layer's neurons")]
fn neuron(layer: &Layer, number: usize) -> Neuron {
    let row = layer.weights.row(number).mapv(f64::from);
    let mut weights: Vec<_> = row.iter().copied().enumerate().filter(|(_, w)| w.is_finite()).collect();
    weights.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    weights.truncate(if row.len() <= STRONGEST + 1 { row.len() } else { STRONGEST });
    weights.sort_by_key(|(index, _)| *index);
    Neuron {
        number,
        weights,
        fan_in: row.len(),
        bias: f64::from(layer.biases[number]),
        activation: layer.activation.name().into(),
        curve: curve(layer.activation),
    }
}

/// σ(z) for z from −4 to 4, in a box whose height is from 0 to 1.
fn curve(activation: Activation) -> Vec<f64> {
    const STEPS: usize = 32;
    let zs = Array1::from_shape_fn(STEPS + 1, |step| -4.0 + 8.0 * step as f64 / STEPS as f64).insert_axis(Axis(1));
    let values = match activation {
        // Next to one other neuron, whose z is 0.
        Activation::Softmax => zs.mapv(|z: f64| z.exp() / (z.exp() + 1.0)),
        _ => activation.value(zs.view()),
    };
    let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), &y| (low.min(y), high.max(y)));
    values.into_iter().map(|y| (y - low) / (high - low).max(f64::MIN_POSITIVE)).collect()
}
