//! What a panel of a figure draws.

use super::bars::BarChart;
use super::diagram::Diagram;
use super::gallery::Gallery;
use super::heat::HeatMap;
use super::lines::LineChart;
use super::picture::PictureChart;
use super::scene::{Frame, Scene};
use super::sizes::SizeChart;

/// A chart: it knows its size, draws itself into a frame, and can say in words what it shows.
pub(super) trait Draw {
    /// The size that suits the data, in CSS pixels.
    fn natural_size(&self) -> (f64, f64);

    /// Draws into `frame`, and nowhere else.
    fn draw<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>);

    /// What it shows, as the end of a sentence that begins with its title and a colon.
    fn describe(&self) -> String;

    fn set_y_range(&mut self, _low: f64, _high: f64) {}

    fn set_decimals(&mut self, _decimals: usize) {}
}

/// One of the charts.
#[derive(Clone)]
pub(crate) enum Chart {
    Lines(LineChart),
    Bars(BarChart),
    Pictures(PictureChart),
    Heat(HeatMap),
    Sizes(SizeChart),
    Diagram(Diagram),
    Gallery(Gallery),
}

impl Chart {
    pub(super) fn get(&self) -> &dyn Draw {
        match self {
            Self::Lines(chart) => chart,
            Self::Bars(chart) => chart,
            Self::Pictures(chart) => chart,
            Self::Heat(chart) => chart,
            Self::Sizes(chart) => chart,
            Self::Diagram(chart) => chart,
            Self::Gallery(chart) => chart,
        }
    }

    pub(super) fn get_mut(&mut self) -> &mut dyn Draw {
        match self {
            Self::Lines(chart) => chart,
            Self::Bars(chart) => chart,
            Self::Pictures(chart) => chart,
            Self::Heat(chart) => chart,
            Self::Sizes(chart) => chart,
            Self::Diagram(chart) => chart,
            Self::Gallery(chart) => chart,
        }
    }
}
