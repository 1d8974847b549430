//! Figures: what a notebook shows and a report keeps.
//!
//! Every function here takes plain numbers and returns a [`Figure`], which draws itself when it is a cell's last expression
//! and goes to a file by [`Figure::save`]. A figure knows its data, so it can say in a sentence what it shows
//! ([`Figure::alt`]). Numbers that are not finite leave gaps; no data gives a figure that says so.
//!
//! | function | for |
//! |---|---|
//! | [`lines`] | values over epochs, several runs compared, any x and y |
//! | [`function`] | a function and its derivative |
//! | [`bars`], [`counts`], [`probabilities`] | one number for each label |
//! | [`digits`] | rows of an `(n, 784)` array as pictures |
//! | [`pictures`] | pictures of any size, side by side |
//! | [`side_by_side`] | figures as panels of one |
//! | [`with_plotters`] | any other chart, drawn with plotters' own methods |
//! | [`live`](live()) | figures that take each other's place while a cell runs |
//!
//! These types draw themselves: [`Network::plot`](crate::Network::plot),
//! [`Network::plot_hidden_units`](crate::Network::plot_hidden_units), [`Gradients::plot`](crate::Gradients::plot),
//! [`Trace::plot`](crate::Trace::plot),
//! [`History::plot`](crate::History::plot), [`History::compare`](crate::History::compare) and the like
//! (`notebook/charts.rs`, `notebook/network.rs`).
//!
//! ```
//! use nn_core::plot::{self, Series};
//!
//! let loss = plot::lines("Loss", "epoch", "loss", [Series::training([0.9, 0.5]), Series::test([1.0, 0.7])]);
//! let accuracy = plot::lines("Accuracy", "epoch", "accuracy", [Series::test([0.85, 0.91])]).decimals(4);
//! let both = plot::side_by_side("Two epochs of training", [loss, accuracy]).subtitle("784-100-10, relu and softmax");
//! assert!(both.to_svg().starts_with("<svg"));
//! ```

mod axis;
mod bars;
mod bitmap;
pub(crate) mod bundle;
mod canvas;
pub(crate) mod chart;
pub(crate) mod column;
mod curve;
pub(crate) mod diagram;
mod figure;
pub(crate) mod gallery;
pub(crate) mod heat;
mod layout;
mod letters;
mod line_labels;
mod lines;
mod live;
pub(crate) mod neuron;
mod painter;
mod picture;
pub(crate) mod pictures;
pub(crate) mod png;
pub(crate) mod ranges;
mod rows;
mod scene;
mod series;
pub(crate) mod sizes;
mod svg;
pub(crate) mod text;
pub(crate) mod theme;

use std::fmt::Display;
use std::ops::RangeInclusive;

use ndarray::{Array2, ArrayView2};
use plotters::coord::Shift;
use plotters::prelude::DrawingArea;

pub use canvas::Canvas;
pub use figure::Figure;
pub(crate) use live::Note;
pub use live::{Live, live};
pub use picture::Picture;
pub use series::{Number, Series};
pub use text::number;
pub use theme::Color;

use crate::{Error, Result};
use bars::BarChart;
use canvas::Drawing;
use chart::Chart;
use lines::LineChart;
use pictures::PictureChart;

/// The most pictures that [`digits`] draws.
const MOST_DIGITS: usize = 100;

/// Lines over common axes, each named at its right end with the value that it ends on.
///
/// `x` and `y` name the axes, with their units. The vertical axis begins at 0 when 0 is near the data.
///
/// ```
/// use nn_core::plot::{self, Color, Series};
///
/// let ours = Series::test([1.123, 0.772, 0.655]);
/// let printed = Series::new("original", [1.1226, 0.7723, 0.6549]).color(Color::REFERENCE).markers();
/// let figure = plot::lines("Ours meets the original", "epoch", "loss", [ours, printed]);
/// ```
pub fn lines(title: &str, x: &str, y: &str, series: impl IntoIterator<Item = Series>) -> Figure {
    Figure::new(title, Chart::Lines(LineChart::new(x, y, series.into_iter().collect())))
}

/// A function and its derivative over a range of its argument.
///
/// `name` is the function's letter and `x` its argument's: the lines are called `σ(z)` and `σ′(z)`.
///
/// ```
/// use nn_core::plot;
///
/// let relu = plot::function("relu", "σ", "z", -6.0..=6.0, |z| z.max(0.0), |z| if z > 0.0 { 1.0 } else { 0.0 });
/// assert!(relu.alt().contains("σ(z) rises from 0 to 6"));
/// ```
pub fn function(
    title: &str,
    name: &str,
    x: &str,
    range: RangeInclusive<f64>,
    value: impl Fn(f64) -> f64,
    derivative: impl Fn(f64) -> f64,
) -> Figure {
    let value = Series::function(format!("{name}({x})"), range.clone(), value);
    // Dashed, so that both are seen where they coincide.
    let derivative = Series::function(format!("{name}′({x})"), range, derivative).dashed();
    lines(title, x, "", [value, derivative])
}

/// One bar for each label.
///
/// `x` and `y` name the axes. Each value is printed above its bar if there is room for all of them.
///
/// ```
/// use nn_core::plot;
///
/// let figure = plot::bars("Largest gradient per layer", "layer", "largest |∂loss/∂W|", ["1", "2"], [0.013, 0.21]);
/// ```
pub fn bars(
    title: &str,
    x: &str,
    y: &str,
    labels: impl IntoIterator<Item = impl Display>,
    values: impl IntoIterator<Item = impl Number>,
) -> Figure {
    Figure::new(title, Chart::Bars(bar_chart(x, y, labels, values)))
}

/// How often each label occurs: `counts[0]` is the number of examples labelled 0, and so on.
pub fn counts(title: &str, counts: impl IntoIterator<Item = impl Number>) -> Figure {
    bars(title, "label", "examples", 0.., counts).decimals(0)
}

/// The probabilities of the digits 0, 1, 2, … on a scale from 0 to 1, the largest in colour.
pub fn probabilities(title: &str, probabilities: impl IntoIterator<Item = impl Number>) -> Figure {
    let chart = bar_chart("digit", "probability", 0.., probabilities).probabilities();
    Figure::new(title, Chart::Bars(chart))
}

fn bar_chart(
    x: &str,
    y: &str,
    labels: impl IntoIterator<Item = impl Display>,
    values: impl IntoIterator<Item = impl Number>,
) -> BarChart {
    let values: Vec<_> = values.into_iter().map(|value| value.to_f64()).collect();
    let labels = labels.into_iter().take(values.len()).map(|label| text::clean(&label.to_string())).collect();
    BarChart::new(x, y, labels, values)
}

/// Digits as pictures, dark on white, each with a caption: its label, or `7 → 1` for a mistake.
///
/// `inputs` is `(n, 784)`, one 28×28 picture per row, 0 paper and 1 ink. Of more than 100 only the first 100 are drawn, and
/// the figure says how many are left out.
///
/// # Errors
/// [`Error::Shape`] if a row does not hold 784 values, [`Error::Argument`] if there are fewer captions than rows.
#[expect(clippy::indexing_slicing, reason = "each row holds 28·28 values")]
pub fn digits<N: Number>(
    title: &str,
    inputs: ArrayView2<'_, N>,
    captions: impl IntoIterator<Item = impl Display>,
) -> Result<Figure> {
    const SIDE: usize = 28;
    let (count, width) = inputs.dim();
    if width != SIDE * SIDE {
        return Err(Error::shape("inputs", "(n, 784)", &[count, width]));
    }
    let captions: Vec<_> = captions.into_iter().take(count).map(|caption| caption.to_string()).collect();
    if captions.len() < count {
        return Err(Error::argument("captions", format!("{count}, one for each row of inputs"), captions.len()));
    }
    let mut pictures = Vec::new();
    for (row, caption) in inputs.outer_iter().zip(&captions).take(MOST_DIGITS) {
        let pixels = Array2::from_shape_fn((SIDE, SIDE), |(y, x)| row[y * SIDE + x].to_f64());
        pictures.push(Picture::ink(caption, pixels.view())?);
    }
    Ok(Figure::new(title, Chart::Pictures(PictureChart::grid(pictures, count))))
}

/// Pictures of any size side by side, scaled to one height: the steps of preparing a handwritten digit.
///
/// ```
/// use ndarray::Array2;
/// use nn_core::plot::{self, Picture};
///
/// let paper = Array2::from_elem((280, 280), 0.9);
/// let ink = Array2::from_elem((28, 28), 0.1);
/// let steps = [Picture::grey("as it came", paper.view())?, Picture::ink("28×28", ink.view())?];
/// let figure = plot::pictures("From paper to network", steps);
/// # Ok::<(), nn_core::Error>(())
/// ```
pub fn pictures(title: &str, pictures: impl IntoIterator<Item = Picture>) -> Figure {
    Figure::new(title, Chart::Pictures(PictureChart::row(pictures.into_iter().collect())))
}

/// Any chart that plotters can draw: `draw` gets a canvas of `width` × `height` CSS pixels, which it draws on as on any other of
/// plotters' drawing areas.
///
/// What comes of it is a figure like the others, with an SVG, a PNG and a text alternative; say by
/// [`describe`](Figure::describe) what it shows. A translucent colour is mixed with the paper, not with what is below it.
///
/// ```
/// use nn_core::plot;
/// use nn_core::plotters::prelude::*;
///
/// let figure = plot::with_plotters("Squares", (400, 300), |root| {
///     let mut chart = ChartBuilder::on(&root)
///         .x_label_area_size(40)
///         .y_label_area_size(40)
///         .build_cartesian_2d(0.0..4.0, 0.0..16.0)?;
///     chart.configure_mesh().x_desc("x").y_desc("x²").draw()?;
///     chart.draw_series(LineSeries::new((0..=40).map(|k| f64::from(k) / 10.0).map(|x| (x, x * x)), &BLUE))?;
///     Ok(())
/// })?
/// .describe("Squares: x² rises from 0 to 16 for x from 0 to 4.");
/// assert!(figure.to_svg().contains("x²</text>"));
/// # Ok::<(), nn_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Argument`] with the message of `draw` if that fails; or if the canvas is narrower or lower than 1 pixel or larger than
/// 8,000.
pub fn with_plotters(
    title: &str,
    (width, height): (u32, u32),
    draw: impl FnOnce(DrawingArea<Canvas, Shift>) -> std::result::Result<(), Box<dyn std::error::Error>>,
) -> Result<Figure> {
    let sides = 1..=layout::MOST as u32;
    if !sides.contains(&width) || !sides.contains(&height) {
        return Err(Error::argument("size", "from 1 to 8000 pixels for each side", format!("({width}, {height})")));
    }
    let drawing = Drawing::by((width, height), draw)
        .map_err(|error| Error::argument("draw", "a chart that plotters can draw", error.to_string()))?;
    Ok(Figure::new(title, Chart::Drawing(drawing)))
}

/// Figures as the panels of one, from left to right; their titles stand above their panels.
pub fn side_by_side(title: &str, figures: impl IntoIterator<Item = Figure>) -> Figure {
    Figure::join(title, figures)
}
