//! What a panel of a figure draws.

use super::bars::BarChart;
use super::canvas::Drawing;
use super::diagram::Diagram;
use super::gallery::Gallery;
use super::heat::HeatMap;
use super::lines::LineChart;
use super::pictures::PictureChart;
use super::ranges::RangeChart;
use super::scene::Draw;
use super::sizes::SizeChart;

/// One of the charts.
#[derive(Clone)]
pub(crate) enum Chart {
    Lines(LineChart),
    Bars(BarChart),
    Pictures(PictureChart),
    Heat(HeatMap),
    Sizes(SizeChart),
    Ranges(RangeChart),
    Diagram(Diagram),
    Gallery(Gallery),
    Drawing(Drawing),
}

impl Chart {
    pub(super) fn get(&self) -> &dyn Draw {
        match self {
            Self::Lines(chart) => chart,
            Self::Bars(chart) => chart,
            Self::Pictures(chart) => chart,
            Self::Heat(chart) => chart,
            Self::Sizes(chart) => chart,
            Self::Ranges(chart) => chart,
            Self::Diagram(chart) => chart,
            Self::Gallery(chart) => chart,
            Self::Drawing(chart) => chart,
        }
    }

    pub(super) fn get_mut(&mut self) -> &mut dyn Draw {
        match self {
            Self::Lines(chart) => chart,
            Self::Bars(chart) => chart,
            Self::Pictures(chart) => chart,
            Self::Heat(chart) => chart,
            Self::Sizes(chart) => chart,
            Self::Ranges(chart) => chart,
            Self::Diagram(chart) => chart,
            Self::Gallery(chart) => chart,
            Self::Drawing(chart) => chart,
        }
    }
}
