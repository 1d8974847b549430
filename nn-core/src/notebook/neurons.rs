//! What neurons look for: their weights as pictures of the inputs.

use ndarray::{Array2, Axis};

use super::network::first_layer;
use crate::data::Dataset;
use crate::plot::chart::Chart;
use crate::plot::pictures::PictureChart;
use crate::plot::text::whole;
use crate::plot::{Figure, Picture};
use crate::{Error, Layer, Network, Result};

/// So many neurons are drawn, the first ones: more would be too small to see strokes.
const MOST: usize = 24;

/// What the colours mean.
const COLOURS: &str = "blue: ink here speaks for the neuron; orange: against it; white: it does not matter";

impl Network {
    /// What each hidden neuron looks for: the weights of the first 24 neurons of the first layer, each a picture of the inputs.
    ///
    /// Blue is ink that speaks for the neuron, orange ink that speaks against it. [`Layer::plot_weights`] draws chosen ones,
    /// [`plot_hidden_units_on`](Self::plot_hidden_units_on) says which are silent.
    ///
    /// # Errors
    /// As [`Layer::plot_weights`].
    pub fn plot_hidden_units(&self) -> Result<Figure> {
        let first = first_layer(self);
        let neurons: Vec<_> = (0..first.weights.nrows().min(MOST)).collect();
        Ok(plot_weights(first, &neurons, &[])?.titled(self.title()))
    }

    /// The same, with the neurons named that are silent: 0 for every one of these examples, so that no gradient reaches them.
    ///
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// // Pictures of 2 × 2 pixels; the second neuron's z is −1 for both.
    /// let weights = array![[1.0, 0.0, -1.0, 0.0], [0.0, 0.0, 0.0, 0.5]];
    /// let layer = Layer { weights, biases: array![0.0, -1.0], activation: Relu };
    /// let dataset = Dataset::new(array![[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]], array![0, 1])?;
    /// let figure = Network::from_layers(vec![layer])?.plot_hidden_units_on(&dataset)?;
    /// assert!(figure.alt().ends_with("1 of 2 neurons is silent for all 2 examples."));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Layer::plot_weights`]; [`Error::Shape`] if the examples are not as wide as the network's inputs.
    pub fn plot_hidden_units_on(&self, dataset: &Dataset) -> Result<Figure> {
        let first = first_layer(self);
        let activations = Self::from_layers(vec![first.clone()])?.predict(dataset.inputs.view())?;
        let columns = activations.axis_iter(Axis(1)).enumerate();
        let silent: Vec<_> = columns.filter(|(_, a)| a.iter().all(|&a| a == 0.0)).map(|(neuron, _)| neuron).collect();
        let count = first.weights.nrows();
        let neurons: Vec<_> = (0..count.min(MOST)).collect();
        let said = format!(
            "{} of {} neuron{} {} silent for all {} example{}",
            whole(silent.len()),
            whole(count),
            if count == 1 { "" } else { "s" },
            if silent.len() == 1 { "is" } else { "are" },
            whole(dataset.len()),
            if dataset.len() == 1 { "" } else { "s" }
        );
        let figure =
            plot_weights(first, &neurons, &silent)?.titled(self.title()).subtitle(format!("{said}; {COLOURS}"));
        let alt = format!("{} {said}.", figure.alt());
        Ok(figure.describe(alt))
    }

    fn title(&self) -> &'static str {
        if self.layers().len() > 1 { "What each hidden neuron looks for" } else { "What each output looks for" }
    }
}

impl Layer {
    /// The weights of these neurons, each as a picture of its inputs: `network.layers()[0].plot_weights(&[3, 17])?`.
    ///
    /// # Errors
    /// [`Error::Argument`] if a neuron is not below fan_out; [`Error::Shape`] if fan_in is not the number of pixels of a
    /// square picture, as 784 = 28² is.
    pub fn plot_weights(&self, neurons: &[usize]) -> Result<Figure> {
        plot_weights(self, neurons, &[])
    }
}

fn plot_weights(layer: &Layer, neurons: &[usize], silent: &[usize]) -> Result<Figure> {
    let (fan_out, fan_in) = layer.weights.dim();
    let side = fan_in.isqrt();
    if side * side != fan_in {
        return Err(Error::shape("weights", "(fan_out, fan_in), fan_in a square number as 784", layer.weights.shape()));
    }
    if let Some(neuron) = neurons.iter().find(|&&neuron| neuron >= fan_out) {
        return Err(Error::argument("neurons", format!("neurons below {fan_out}"), neuron));
    }
    // One scale for all of them, so that weak neurons look weak.
    let mut largest = 0.0_f32;
    for &neuron in neurons {
        let finite = layer.weights.row(neuron).into_iter().filter(|weight| weight.is_finite());
        largest = finite.fold(largest, |largest, weight| largest.max(weight.abs()));
    }
    let scale = f64::from(largest);
    let mut pictures = Vec::with_capacity(neurons.len());
    for &neuron in neurons {
        #[expect(clippy::indexing_slicing, reason = "each row holds side · side weights; neurons are below fan_out")]
        let pixels = Array2::from_shape_fn((side, side), |(y, x)| layer.weights[(neuron, y * side + x)]);
        let caption = if silent.contains(&neuron) { format!("{neuron}, silent") } else { format!("neuron {neuron}") };
        pictures.push(Picture::signed(caption, pixels.view(), scale)?);
    }
    let count = pictures.len();
    let chart = PictureChart::grid(pictures, count).signed(scale);
    Ok(Figure::new("Weights as pictures", Chart::Pictures(chart)).subtitle(COLOURS))
}
