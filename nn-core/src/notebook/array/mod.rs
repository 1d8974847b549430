//! Arrays as people know them from numpy: a small table with type and shape, and a heat map on request.

mod element;
mod grid;

use ndarray::{ArrayBase, Data, Dimension};

use crate::plot::chart::Chart;
use crate::plot::pictures::PictureChart;
use crate::plot::text::{short, whole};
use crate::plot::{Figure, Picture, bundle};
use crate::{Error, Result};

pub use element::Element;
use grid::Grid;

/// Arrays and views of ndarray as a cell's last expression: a table with type and shape, of which long axes are cut.
///
/// It is part of the prelude, and implemented for arrays of floats, whole numbers and `bool`s.
///
/// ```
/// use nn_core::prelude::*;
///
/// let x = array![[0.5, 1.0], [0.25, -2.0]];
/// assert_eq!(x.to_text(), "Array2<f64> (2, 2)\n      0      1\n0  0.50   1.00\n1  0.25  −2.00");
/// assert_eq!(x.row(1).to_text(), "ArrayView1<f64> (2,)\n   0      1\n0.25  −2.00");
/// ```
pub trait ShowArray {
    /// The table in plain text, its columns aligned by spaces; row and column numbers count from 0.
    fn to_text(&self) -> String;

    /// The table in HTML: colours come from the page it stands on, light or dark.
    fn to_html(&self) -> String;

    /// Shows the array as a cell's result: HTML, with plain text for viewers that have only that.
    fn evcxr_display(&self) {
        bundle::print(&[("text/html", &self.to_html()), ("text/plain", &self.to_text())]);
    }

    /// The numbers as colours, one row of them for each of a matrix, or one for a vector: 0 is white, the number farthest from
    /// it deep blue or, below 0, deep orange. What is not a number is white.
    ///
    /// # Errors
    /// [`Error::Shape`] if the array has no numbers, or more than two axes: `x.index_axis(Axis(0), 3)` is one matrix of three.
    ///
    /// ```
    /// use nn_core::prelude::*;
    ///
    /// let network = Network::new(&[28, 10], &[Softmax], 7)?;
    /// let figure = network.layers()[0].weights.heat_map("Weights before training")?;
    /// assert!(figure.alt().starts_with("Weights before training: 10 × 28 numbers from −0."));
    /// # Ok::<(), Error>(())
    /// ```
    fn heat_map(&self, title: &str) -> Result<Figure>;
}

impl<S: Data<Elem: Element>, D: Dimension> ShowArray for ArrayBase<S, D> {
    fn to_text(&self) -> String {
        Grid::of(self).to_text()
    }

    fn to_html(&self) -> String {
        Grid::of(self).to_html()
    }

    fn heat_map(&self, title: &str) -> Result<Figure> {
        let numbers = self.map(|element| element.value()).into_dyn();
        let shape = match *self.shape() {
            [length] => (1, length),
            [rows, columns] => (rows, columns),
            _ => return Err(Error::shape("array", "(rows, columns) or (length,)", self.shape())),
        };
        let matrix = numbers.to_shape(shape).map_err(|_| Error::shape("array", "(rows, columns)", self.shape()))?;
        let finite = || matrix.iter().copied().filter(|number| number.is_finite());
        let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        let scale = finite().fold(0.0, |largest: f64, x| largest.max(x.abs()));
        let picture = Picture::signed("", matrix.view(), scale)?;
        let chart = PictureChart::row(vec![picture]).signed(if scale > 0.0 { scale } else { 1.0 });
        let mut said = format!("{} × {} numbers", shape.0, shape.1);
        if low <= high {
            said += &format!(" from {} to {}", short(low), short(high));
        }
        let others = matrix.len() - finite().count();
        if others > 0 {
            said += &format!(", and {} not finite", whole(others));
        }
        let figure = Figure::new(title, Chart::Pictures(chart)).subtitle(&said);
        let alt = format!("{}: {said}; orange below 0, white 0, blue above", figure.title());
        Ok(figure.describe(alt))
    }
}
