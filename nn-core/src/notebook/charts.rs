//! `.plot()`: the figure that belongs to each thing.

use ndarray::{Array2, array};

use super::Table;
use crate::data::{Dataset, Handwriting};
use crate::plot::{self, Color, Figure, Picture, Series};
use crate::{Activation, Epoch, History, Loss, Result};

impl Activation {
    /// σ(z) and σ′(z), for z from −6 to 6.
    ///
    /// For softmax, z is one of ten pre-activations, the other nine being 0.
    pub fn plot(self) -> Figure {
        let others = if self == Self::Softmax { 9 } else { 0 };
        let first = |a: Array2<f64>| a.first().copied().unwrap_or(f64::NAN);
        let row = |z: f64| Array2::from_shape_fn((1, 1 + others), |(_, i)| if i == 0 { z } else { 0.0 });
        let value = |z: f64| first(self.value(row(z).view()));
        let derivative = |z: f64| first(self.derivative(row(z).view()));
        let figure = plot::function(self.name(), "σ", "z", -6.0..=6.0, value, derivative);
        if self == Self::Softmax {
            figure.subtitle("one of ten outputs, the other nine pre-activations being 0")
        } else {
            figure
        }
    }
}

impl Loss {
    /// The loss and its slope as functions of a, the probability given to the right one of two classes, from 0 to 1.
    ///
    /// Cut off at 5, where the logarithms go on to infinity.
    pub fn plot(self) -> Figure {
        let outputs = |a: f64| array![[a, 1.0 - a]];
        let targets = array![[1.0, 0.0]];
        let value = |a: f64| self.value(outputs(a).view(), targets.view()).unwrap_or(f64::NAN);
        // The other output is 1 − a, so that it answers to a with slope −1.
        let slope = |a: f64| {
            let gradient = self.gradient(outputs(a).view(), targets.view());
            gradient.map_or(f64::NAN, |gradient| match gradient.as_slice() {
                Some([right, wrong]) => right - wrong,
                _ => f64::NAN,
            })
        };
        let figure = plot::function(self.name(), "loss", "a", 0.005..=0.995, value, slope);
        figure.subtitle("a: the probability given to the right one of two classes").y_range(-5.0..=5.0)
    }
}

impl History {
    /// The loss on the training and the test set, and the accuracy on the test set, over the epochs.
    pub fn plot(&self) -> Figure {
        let loss = plot::lines(
            "Loss",
            "epoch",
            self.loss.name(),
            [Series::training(self.train_losses()), Series::test(self.test_losses())],
        );
        let accuracy = plot::lines("Accuracy", "epoch", "accuracy", [Series::test(self.accuracies())]).decimals(4);
        plot::side_by_side("Training", [loss, accuracy])
    }
}

impl History {
    /// The losses and the accuracy of each epoch; of more than 20 epochs the first 15 and the last 5.
    pub fn table(&self) -> Table {
        let also = self.also.iter().map(|loss| format!("test {}", loss.name()));
        let headers = ["epoch".to_owned(), "training loss".to_owned(), "test loss".to_owned()].into_iter().chain(also);
        let row = |(index, epoch): (usize, &Epoch)| {
            let losses = [epoch.train_loss, epoch.test_loss].into_iter().chain(epoch.also.iter().copied());
            let losses = losses.map(|loss| plot::number(loss, 4));
            [index.to_string()].into_iter().chain(losses).chain([plot::number(epoch.accuracy, 4)]).collect()
        };
        let headers = headers.chain(["accuracy".to_owned()]).collect();
        let caption = format!("Training, loss: {}", self.loss.name());
        Table::of(caption, headers, self.epochs.iter().enumerate().map(row))
    }

    /// Several runs in one figure: their losses, on the training set dashed and on the test set, and their accuracies.
    ///
    /// ```no_run
    /// # let (slow, fast): (nn_core::History, nn_core::History) = unimplemented!();
    /// use nn_core::prelude::*;
    ///
    /// History::compare(&[("η = 0.01", &slow), ("η = 0.1", &fast)])
    /// # ;
    /// ```
    pub fn compare(runs: &[(&str, &Self)]) -> Figure {
        let named = |values: fn(&Self) -> Vec<f64>| {
            let series = runs
                .iter()
                .enumerate()
                .map(move |(index, (name, run))| Series::new(name, values(run)).color(Color::series(index)));
            series.collect::<Vec<_>>()
        };
        let training = runs.iter().enumerate().map(|(index, (name, run))| {
            let name = format!("{name} on the training set");
            Series::new(name, run.train_losses()).color(Color::series(index)).dashed().unnamed()
        });
        let loss = match runs.first() {
            Some((_, first)) if runs.iter().all(|(_, run)| run.loss == first.loss) => first.loss.name(),
            _ => "loss",
        };
        let loss = plot::lines("Loss", "epoch", loss, training.chain(named(Self::test_losses)));
        let accuracy = plot::lines("Accuracy", "epoch", "accuracy", named(Self::accuracies)).decimals(4);
        let title = match runs.len() {
            0 => "No runs to compare".to_owned(),
            count => format!("{} runs compared", capitalised(&plot::text::count(count))),
        };
        plot::side_by_side(&title, [loss, accuracy]).subtitle("on the test set, and dashed on the training set")
    }
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().into_iter().flat_map(char::to_uppercase).chain(characters).collect()
}

impl Dataset {
    /// The examples as pictures, with their labels; of more than 100 the first 100.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) if the inputs are not 784 numbers, a picture of 28×28.
    pub fn plot(&self) -> Result<Figure> {
        plot::digits("Digits and their labels", self.inputs.view(), &self.labels)
    }
}

impl Handwriting {
    /// The picture as it came, and what each step of its preparation made of it; under it, what may have gone wrong.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) if a step has no pixels, which does not happen to a picture that was read.
    pub fn plot(&self) -> Result<Figure> {
        let pictures = self.steps().iter().map(|step| Picture::grey(step.name, step.pixels.view()));
        let figure = plot::pictures("From the picture to the network", pictures.collect::<Result<Vec<_>>>()?);
        Ok(figure.warnings(self.warnings()))
    }
}
