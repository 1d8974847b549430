//! What a network looks like: its layers as a drawing and as a table, its weights as pictures, its gradients' sizes.

use ndarray::{ArrayView1, ArrayView2};

use super::Table;
use crate::plot::chart::Chart;
use crate::plot::diagram::{self, Column, Diagram};
use crate::plot::neuron::Neuron;
use crate::plot::pictures::PictureChart;
use crate::plot::sizes::{SizeChart, Sizes};
use crate::plot::{Color, Figure, Picture, number};
use crate::{Activation, Error, Float, Gradients, Layer, Network, Result};

/// [`Network::plot_hidden_units`] draws the first so many.
const UNITS: usize = 40;

/// The strongest so many weights of the opened neuron are drawn.
const STRONGEST: usize = 4;

impl Network {
    /// The network drawn: its layers, a sample of their neurons and weights, and one neuron opened up.
    ///
    /// Lines are weights, blue above 0 and orange below, the stronger the thicker; of a layer of more than a dozen neurons,
    /// ten are drawn.
    pub fn plot(&self) -> Figure {
        let layers = self.layers();
        let (Some(first), sizes) = (layers.first(), self.sizes()) else {
            return Figure::new("A network without layers", Chart::Pictures(PictureChart::row(Vec::new())));
        };
        let shown: Vec<_> = sizes.iter().map(|&size| diagram::shown(size)).collect();
        let weight =
            |layer: &Layer, to: usize, from: usize| layer.weights.get((to, from)).map_or(0.0, |w| f64::from(*w));
        let inputs = Column {
            size: first.weights.ncols(),
            activation: String::new(),
            shown: shown.first().cloned().unwrap_or_default(),
            weights: Vec::new(),
        };
        let column = |(layer, pair): (&Layer, &[Vec<usize>])| {
            let [before, shown] = pair else { return None };
            let row = |&to: &usize| before.iter().map(|&from| weight(layer, to, from)).collect();
            Some(Column {
                size: layer.biases.len(),
                activation: layer.activation.name().into(),
                shown: shown.clone(),
                weights: shown.iter().map(row).collect(),
            })
        };
        let columns = std::iter::once(inputs).chain(layers.iter().zip(shown.windows(2)).filter_map(column)).collect();
        let unit = shown.get(1).and_then(|units| units.last()).copied().unwrap_or(0);
        let title = format!("{} parameters in {} layer", number(self.parameter_count() as f64, 0), layers.len());
        let title = if layers.len() == 1 { title } else { title + "s" };
        Figure::new(&title, Chart::Diagram(Diagram { columns, neuron: neuron(first, unit) }))
    }

    /// The layers with their shapes, activations and numbers of parameters, and the sum of these.
    pub fn summary(&self) -> Table {
        let parameters: Vec<_> = self.layers().iter().map(|layer| layer.weights.len() + layer.biases.len()).collect();
        let count = |count: usize| number(count as f64, 0);
        let rows = self.layers().iter().zip(&parameters).zip(1..).map(|((layer, &parameters), index)| {
            let (fan_out, fan_in) = layer.weights.dim();
            vec![
                index.to_string(),
                count(fan_in),
                count(fan_out),
                layer.activation.to_string(),
                format!("({fan_out}, {fan_in})"),
                format!("({fan_out},)"),
                count(parameters),
            ]
        });
        let headers = ["layer", "inputs", "outputs", "activation", "weights W", "biases b", "parameters"];
        let total = ["", "", "", "", "", "together", &count(parameters.iter().sum())];
        let texts = |texts: [&str; 7]| texts.map(ToOwned::to_owned).to_vec();
        Table::of("Layers of the network".into(), texts(headers), rows).total(texts(total))
    }

    /// What each hidden unit looks for: the weights of the first 40 neurons of the first layer, each a picture of the
    /// inputs.
    ///
    /// Blue is ink that speaks for the unit, orange ink that speaks against it. [`Layer::plot_weights`] draws chosen ones.
    ///
    /// # Errors
    /// As [`Layer::plot_weights`].
    pub fn plot_hidden_units(&self) -> Result<Figure> {
        let Some(first) = self.layers().first() else {
            return Err(Error::argument("network", "at least one layer", 0));
        };
        let units: Vec<_> = (0..first.weights.nrows().min(UNITS)).collect();
        Ok(plot_weights(first, &units)?.titled("What each hidden unit looks for"))
    }
}

impl Layer {
    /// The weights of these neurons, each as a picture of its inputs: `network.layers()[0].plot_weights(&[3, 17])?`.
    ///
    /// # Errors
    /// [`Error::Argument`] if a neuron is not below fan_out; [`Error::Shape`] if fan_in is not the number of pixels of a
    /// square picture, as 784 = 28² is.
    pub fn plot_weights(&self, units: &[usize]) -> Result<Figure> {
        plot_weights(self, units)
    }
}

impl<F: Float> Gradients<F> {
    /// How large the gradients of each layer are: the root mean square of ∂loss/∂W and ∂loss/∂b, and where the values lie,
    /// on a logarithmic axis.
    ///
    /// Gradients that shrink from the last layer to the first are the reason why a deep network of sigmoids learns slowly.
    pub fn plot(&self) -> Figure {
        let layers = self.weights.iter().zip(&self.biases).zip(1..);
        let rows = layers.flat_map(|((weights, biases), layer)| {
            let biases = biases.iter().map(|gradient| gradient.f64()).collect();
            gradient_sizes(layer, weights.dim(), weights.iter().map(|gradient| gradient.f64()).collect(), biases)
        });
        let chart = SizeChart::new("absolute value of a gradient, logarithmic", rows.collect());
        Figure::new("How large the gradients are", Chart::Sizes(chart))
    }
}

fn gradient_sizes(layer: usize, (fan_out, fan_in): (usize, usize), weights: Vec<f64>, biases: Vec<f64>) -> [Sizes; 2] {
    [
        Sizes::new(format!("layer {layer}, ∂loss/∂W"), format!("{fan_out} × {fan_in}"), Color::BLUE, weights),
        Sizes::new(format!("layer {layer}, ∂loss/∂b"), format!("{fan_out}"), Color::VERMILION, biases),
    ]
}

fn plot_weights(layer: &Layer, units: &[usize]) -> Result<Figure> {
    let (fan_out, fan_in) = layer.weights.dim();
    let side = fan_in.isqrt();
    if side * side != fan_in {
        return Err(Error::shape("weights", "(fan_out, fan_in), fan_in a square number as 784", layer.weights.shape()));
    }
    if let Some(unit) = units.iter().find(|&&unit| unit >= fan_out) {
        return Err(Error::argument("units", format!("neurons below {fan_out}"), unit));
    }
    let rows: Vec<(usize, ArrayView1<'_, f32>)> =
        layer.weights.outer_iter().enumerate().filter(|(unit, _)| units.contains(unit)).collect();
    let in_order = units.iter().filter_map(|unit| rows.iter().find(|(other, _)| other == unit));
    let largest =
        |row: &ArrayView1<'_, f32>| row.iter().filter(|w| w.is_finite()).fold(0.0_f32, |most, w| most.max(w.abs()));
    // One scale for all of them, so that weak units look weak.
    let scale = f64::from(rows.iter().map(|(_, row)| largest(row)).fold(0.0, f32::max));
    let picture = |(unit, row): &(usize, ArrayView1<'_, f32>)| {
        let row = row.to_vec();
        let pixels = ArrayView2::from_shape((side, side), &row);
        let pixels = pixels.map_err(|_| Error::shape("weights", "(fan_out, fan_in)", layer.weights.shape()))?;
        Picture::signed(format!("unit {unit}"), pixels, scale)
    };
    let pictures = in_order.map(picture).collect::<Result<Vec<_>>>()?;
    let count = pictures.len();
    let chart = PictureChart::grid(pictures, count).signed(scale);
    Ok(Figure::new("Weights as pictures", Chart::Pictures(chart))
        .subtitle("blue: ink here speaks for the unit; orange: against it; white: it does not matter"))
}

fn neuron(layer: &Layer, unit: usize) -> Neuron {
    let row: Vec<f64> = layer.weights.outer_iter().nth(unit).into_iter().flatten().map(|w| f64::from(*w)).collect();
    let mut weights: Vec<_> = row.iter().copied().enumerate().filter(|(_, w)| w.is_finite()).collect();
    weights.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    weights.truncate(if row.len() <= STRONGEST + 1 { row.len() } else { STRONGEST });
    weights.sort_by_key(|(index, _)| *index);
    Neuron {
        unit,
        weights,
        fan_in: row.len(),
        bias: layer.biases.get(unit).map_or(0.0, |b| f64::from(*b)),
        activation: layer.activation.name().into(),
        curve: curve(layer.activation),
    }
}

/// σ(z) for z from −4 to 4, in a box whose height is from 0 to 1.
fn curve(activation: Activation) -> Vec<f64> {
    const STEPS: usize = 32;
    let values: Vec<f64> = (0..=STEPS)
        .map(|step| {
            let z = -4.0 + 8.0 * step as f64 / STEPS as f64;
            match activation {
                // Beside one other neuron, whose z is 0.
                Activation::Softmax => z.exp() / (z.exp() + 1.0),
                _ => activation.value(ArrayView2::from(&[[z]])).first().copied().unwrap_or(0.0),
            }
        })
        .collect();
    let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), &y| (low.min(y), high.max(y)));
    values.into_iter().map(|y| (y - low) / (high - low).max(f64::MIN_POSITIVE)).collect()
}
