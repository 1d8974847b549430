//! `.plot()`: the figure that belongs to each thing.

use ndarray::{Array2, array};

use super::Table;
use crate::data::{Dataset, Handwriting};
use crate::plot::{self, Color, Figure, Picture, Series};
use crate::{Activation, History, Loss, Result};

impl Activation {
    /// σ(z) and σ′(z), for z from −6 to 6.
    ///
    /// For softmax, z is one of ten pre-activations, the other nine being 0.
    #[expect(clippy::indexing_slicing, reason = "what is asked for has as many rows and columns as `pre_activations`")]
    pub fn plot(self) -> Figure {
        let figure = plot::function(
            self.name(),
            "σ",
            "z",
            -6.0..=6.0,
            |z| self.value(self.pre_activations(z).view())[(0, 0)],
            |z| self.derivative(self.pre_activations(z).view())[(0, 0)],
        );
        if self == Self::Softmax {
            figure.subtitle("one of ten outputs, the other nine pre-activations being 0")
        } else {
            figure
        }
    }

    /// `z` as the first pre-activation of one example; for softmax, with the nine others.
    fn pre_activations(self, z: f64) -> Array2<f64> {
        let mut zs = Array2::zeros((1, if self == Self::Softmax { 10 } else { 1 }));
        zs.column_mut(0).fill(z);
        zs
    }
}

impl Loss {
    /// The loss and its slope as functions of a, the probability given to the right one of two classes, from 0 to 1.
    ///
    /// Cut off at 5, where the logarithms go on to infinity.
    #[expect(
        clippy::expect_used,
        clippy::indexing_slicing,
        reason = "outputs, targets and gradient are one row of two"
    )]
    pub fn plot(self) -> Figure {
        let targets = array![[1.0, 0.0]];
        let figure = plot::function(
            self.name(),
            "loss",
            "a",
            0.005..=0.995,
            |a| self.value(outputs(a).view(), targets.view()).expect("outputs and targets have one shape"),
            |a| {
                let slopes =
                    self.gradient(outputs(a).view(), targets.view()).expect("outputs and targets have one shape");
                // The other output is 1 − a, so that it answers to a with slope −1.
                slopes[(0, 0)] - slopes[(0, 1)]
            },
        );
        figure.subtitle("a: the probability given to the right one of two classes").y_range(-5.0..=5.0)
    }
}

/// The outputs for one example of two classes.
fn outputs(a: f64) -> Array2<f64> {
    array![[a, 1.0 - a]]
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

    /// The losses and the accuracy of each epoch; of more than 20 epochs the first 15 and the last 5.
    pub fn table(&self) -> Table {
        let mut headers = vec!["epoch".to_owned(), "training loss".to_owned(), "test loss".to_owned()];
        headers.extend(self.also.iter().map(|loss| format!("test {}", loss.name())));
        headers.push("accuracy".to_owned());
        let mut rows = Vec::with_capacity(self.epochs.len());
        for (index, epoch) in self.epochs.iter().enumerate() {
            let mut row = vec![index.to_string()];
            let losses = [epoch.train_loss, epoch.test_loss].into_iter().chain(epoch.also.iter().copied());
            row.extend(losses.map(|loss| plot::number(loss, 4)));
            row.push(plot::number(epoch.accuracy, 4));
            rows.push(row);
        }
        Table::of(format!("Training, loss: {}", self.loss.name()), headers, rows)
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
        let (mut losses, mut test_losses, mut accuracies) = (Vec::new(), Vec::new(), Vec::new());
        for (index, (name, run)) in runs.iter().enumerate() {
            let color = Color::series(index);
            let training = Series::new(format!("{name} on the training set"), run.train_losses());
            losses.push(training.color(color).dashed().unnamed());
            test_losses.push(Series::new(name, run.test_losses()).color(color));
            accuracies.push(Series::new(name, run.accuracies()).color(color));
        }
        losses.extend(test_losses);
        let name = match runs.first() {
            Some((_, first)) if runs.iter().all(|(_, run)| run.loss == first.loss) => first.loss.name(),
            _ => "loss",
        };
        let loss = plot::lines("Loss", "epoch", name, losses);
        let accuracy = plot::lines("Accuracy", "epoch", "accuracy", accuracies).decimals(4);
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
