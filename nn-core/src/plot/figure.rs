//! A figure: data with a title, drawn when it is shown or saved.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::chart::Chart;
use super::layout::{LEAST, Layout, MOST, Panel};
use super::text::{self, Weight};
use super::{bitmap, bundle, svg};
use crate::store::whole_file;
use crate::{Error, Result, protocol};

/// A drawing that shows itself as a cell's last expression and that [`save`](Self::save) writes to a file.
///
/// It owns its data, so a cell can keep it in a variable. The same figure gives the same bytes each time.
///
/// ```
/// use nn_core::plot::{self, Series};
///
/// let loss = plot::lines("Loss", "epoch", "loss", [Series::training([1.1, 0.7, 0.6]), Series::test([1.2, 0.8, 0.7])]);
/// assert_eq!(loss.alt(), "Loss: training falls from 1.10 to 0.600 and test falls from 1.20 to 0.700 over three epochs.");
/// ```
#[derive(Clone)]
pub struct Figure {
    title: String,
    subtitle: String,
    warnings: Vec<String>,
    alt: Option<String>,
    size: Option<(f64, f64)>,
    resolution: f64,
    panels: Vec<Panel>,
}

const MOST_PIXELS: f64 = 16e6;

impl Figure {
    pub(crate) fn new(title: &str, chart: Chart) -> Self {
        Self::of(title, vec![Panel { heading: String::new(), chart }])
    }

    /// The figures' panels under one title, from left to right.
    pub(super) fn join(title: &str, figures: impl IntoIterator<Item = Self>) -> Self {
        let mut panels = Vec::new();
        for figure in figures {
            for panel in figure.panels {
                let heading = if panel.heading.is_empty() { figure.title.clone() } else { panel.heading };
                panels.push(Panel { heading, ..panel });
            }
        }
        Self::of(title, panels)
    }

    fn of(title: &str, panels: Vec<Panel>) -> Self {
        Self {
            title: text::clean(title),
            subtitle: String::new(),
            warnings: Vec::new(),
            alt: None,
            size: None,
            resolution: 2.0,
            panels,
        }
    }

    /// A line under the title, in grey: what to look at, or where the numbers come from.
    pub fn subtitle(mut self, subtitle: impl AsRef<str>) -> Self {
        self.subtitle = text::clean(subtitle.as_ref());
        self
    }

    /// Lines under the panels, behind a sign of warning: what may be wrong with what is shown.
    pub(crate) fn warnings(mut self, warnings: &[String]) -> Self {
        self.warnings = warnings.iter().map(|warning| text::clean(warning)).collect();
        self
    }

    /// The size in CSS pixels; without it, what suits the data. Each is kept between 200 and 8000.
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = Some((f64::from(width).clamp(LEAST, MOST), f64::from(height).clamp(LEAST, MOST)));
        self
    }

    /// PNG pixels for each CSS pixel, 2 at first: 3 or 4 for print. It is kept between 0.5 and 8.
    pub fn resolution(mut self, scale: f64) -> Self {
        self.resolution = if scale.is_finite() { scale.clamp(0.5, 8.0) } else { 2.0 };
        self
    }

    /// The part of the vertical axis that is shown; lines that leave it are cut off. It has no effect on pictures.
    pub fn y_range(mut self, range: RangeInclusive<f64>) -> Self {
        for panel in &mut self.panels {
            panel.chart.get_mut().set_y_range(*range.start(), *range.end());
        }
        self
    }

    /// How many decimals the values printed beside lines or above bars have; without it, three significant digits.
    pub fn decimals(mut self, decimals: usize) -> Self {
        for panel in &mut self.panels {
            panel.chart.get_mut().set_decimals(decimals);
        }
        self
    }

    /// Makes the horizontal axis of lines logarithmic: equal factors, as of learning rates, are equal distances.
    ///
    /// Points at 0 and below, which it has no place for, are left out: the line has a gap there, and the text alternative
    /// says how many. It has no effect on other charts.
    ///
    /// ```
    /// use nn_core::plot::{self, Series};
    ///
    /// let rates = [0.0, 0.001, 0.01, 0.1, 1.0];
    /// let accuracy = Series::xy("after five epochs", rates, [0.1, 0.6, 0.85, 0.95, 0.96]);
    /// let figure = plot::lines("Learning rates", "η", "accuracy", [accuracy]).log_x();
    /// assert!(figure.to_svg().contains(">0.01</text>"));
    /// assert!(figure.alt().ends_with("horizontal axis logarithmic, one point at 0 or below left out."));
    /// ```
    pub fn log_x(mut self) -> Self {
        for panel in &mut self.panels {
            panel.chart.get_mut().set_log_x();
        }
        self
    }

    /// Makes the vertical axis of lines logarithmic: for numbers over many powers of ten, as the gradients of a deep network
    /// are. Points at 0 and below are left out as in [`log_x`](Self::log_x).
    ///
    /// A [`y_range`](Self::y_range) that begins at 0 or below counts only where the axis is not logarithmic.
    pub fn log_y(mut self) -> Self {
        for panel in &mut self.panels {
            panel.chart.get_mut().set_log_y();
        }
        self
    }

    /// Replaces the text alternative that was made from the data.
    pub fn describe(mut self, alt: impl AsRef<str>) -> Self {
        self.alt = Some(text::clean(alt.as_ref()));
        self
    }

    pub(crate) fn titled(self, title: &str) -> Self {
        Self { title: text::clean(title), ..self }
    }

    /// What shows it: HTML, a PNG in base64 where there is to be one, a text.
    pub(super) fn contents(&self, with_png: bool) -> (String, Option<String>, String) {
        let png = if with_png { self.shown_png() } else { None };
        (self.to_html(), png, self.alt())
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The text alternative: what the figure shows, for those who do not see it.
    pub fn alt(&self) -> String {
        if let Some(alt) = &self.alt {
            return alt.clone();
        }
        let panels: Vec<_> = self.panels.iter().map(Panel::describe).collect();
        let mut said = format!("{}: {}.", self.title, panels.join("; "));
        if !self.warnings.is_empty() {
            said += &format!(" Warning: {}.", self.warnings.join("; "));
        }
        text::clean(&said)
    }

    /// The figure as an SVG document. Its texts use the viewer's fonts.
    pub fn to_svg(&self) -> String {
        let (scene, width, height) = self.layout().draw();
        svg::document(&scene, width, height, &self.title, &self.alt())
    }

    /// The figure as a PNG file: its texts are drawn with the crate's own font, its corners are transparent.
    ///
    /// # Errors
    /// [`Error::Figure`] if size and resolution together ask for more than 16 million pixels.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        let png = self.png_of(self.resolution);
        png.map_err(|reason| Error::Figure { title: self.title.clone(), action: "draw as PNG", reason })
    }

    /// Writes the figure to a file, as SVG or PNG by the file's extension; the folder is made if it is missing.
    ///
    /// ```no_run
    /// # let figure = nn_core::plot::lines("", "", "", []);
    /// figure.save("plots/loss.svg")?;
    /// figure.save("plots/loss.png")?;
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] for any other extension, [`Error::Io`] if the file or its folder cannot be written; a file that
    /// was there before is then still whole. [`Error::Figure`] as [`to_png`](Self::to_png).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let bytes = match extension.as_str() {
            "svg" => self.to_svg().into_bytes(),
            "png" => self.to_png()?,
            _ => return Err(Error::argument("path", "a file name that ends in .svg or .png", path.display())),
        };
        whole_file::write(path, &bytes)
    }

    /// Shows the figure as a cell's result: in HTML with its text alternative, for JupyterLab and exported pages, where a
    /// picture by itself would have none; as PNG and as text for viewers that show no HTML.
    pub fn evcxr_display(&self) {
        bundle::print_with_picture(&self.to_html(), self.shown_png().as_deref(), &self.alt());
    }

    /// The figure as SVG in an element of HTML. `<picture>` marks a whole figure among other pictures.
    fn to_html(&self) -> String {
        let (_, width, height) = self.layout().draw();
        let svg = STANDARD.encode(self.to_svg());
        let alt = text::escape(&self.alt());
        format!(
            "<picture><img alt=\"{alt}\" width=\"{width}\" height=\"{height}\" style=\"max-width:100%;height:auto\" \
             src=\"data:image/svg+xml;base64,{svg}\"/></picture>"
        )
    }

    /// The figure as PNG in base64, for viewers that show no HTML; none if it is too large.
    ///
    /// Two pixels for each CSS pixel, where the kernel tells Jupyter so: other kernels have each shown as a CSS pixel.
    pub(crate) fn shown_png(&self) -> Option<String> {
        let resolution = if protocol::has_records() { 2.0 } else { 1.0 };
        let png = self.png_of(resolution).or_else(|_| self.png_of(1.0));
        png.ok().map(|png| STANDARD.encode(png))
    }

    /// The figure as a PNG file of this resolution, or why there is none.
    fn png_of(&self, resolution: f64) -> Result<Vec<u8>, String> {
        let (scene, width, height) = self.layout().draw();
        if width * height * resolution * resolution > MOST_PIXELS {
            let found = format!("{width} × {height} at resolution {resolution}");
            return Err(format!("expected at most 16 million pixels, found {found}"));
        }
        bitmap::png(&scene, width, height, resolution)
    }

    fn layout(&self) -> Layout<'_> {
        Layout {
            title: &self.title,
            subtitle: &self.subtitle,
            warnings: &self.warnings,
            size: self.size,
            panels: &self.panels,
        }
    }
}

/// One line: `Figure: "Loss", 1 panel`; a long title is cut.
impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, title) = (self.panels.len(), text::fit(&self.title, 1.0, Weight::Regular, 40.0));
        write!(f, "Figure: {title:?}, {count} panel{}", if count == 1 { "" } else { "s" })
    }
}
