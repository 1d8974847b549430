//! A figure: data with a title, drawn when it is shown or saved.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::chart::Chart;
use super::render;
use super::scene::{Frame, Scene, Type};
use super::text::{self, Weight};
use super::theme::{self, Color, GREY, INK, MARGIN};
use crate::{Error, Result, whole_file};

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

#[derive(Clone)]
struct Panel {
    heading: String,
    chart: Chart,
}

const GAP: f64 = 36.0;
/// A notebook's column is about this wide.
const MOST_INNER: f64 = 772.0;
/// The height of a line of a warning, and the room for the sign before it.
const WARNING: f64 = theme::SUBTITLE * 1.4;
const SIGN: f64 = 24.0;
const LEAST_PANEL: f64 = 270.0;
const MOST_PIXELS: f64 = 16e6;
const LEAST: f64 = 200.0;
const MOST: f64 = 8000.0;

impl Figure {
    pub(crate) fn new(title: &str, chart: Chart) -> Self {
        Self::of(title, vec![Panel { heading: String::new(), chart }])
    }

    /// The figures' panels under one title, from left to right.
    pub(super) fn join(title: &str, figures: impl IntoIterator<Item = Self>) -> Self {
        let panels = figures.into_iter().flat_map(|figure| {
            let title = figure.title;
            figure.panels.into_iter().map(move |panel| {
                let heading = if panel.heading.is_empty() { title.clone() } else { panel.heading };
                Panel { heading, ..panel }
            })
        });
        Self::of(title, panels.collect())
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
        let png = if with_png { self.small_png() } else { None };
        (self.to_html(png.as_deref()), png, self.alt())
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The text alternative: what the figure shows, for those who do not see it.
    pub fn alt(&self) -> String {
        self.alt.clone().unwrap_or_else(|| {
            let describe = |panel: &Panel| match panel.heading.as_str() {
                "" => panel.chart.get().describe(),
                heading => format!("{heading}: {}", panel.chart.get().describe()),
            };
            let panels: Vec<_> = self.panels.iter().map(describe).collect();
            let mut said = format!("{}: {}.", self.title, panels.join("; "));
            if !self.warnings.is_empty() {
                said += &format!(" Warning: {}.", self.warnings.join("; "));
            }
            text::clean(&said)
        })
    }

    /// The figure as an SVG document. Its texts use the viewer's fonts.
    pub fn to_svg(&self) -> String {
        let (scene, width, height) = self.layout();
        render::svg(&scene, width, height, &self.title, &self.alt())
    }

    /// The figure as a PNG file: its texts are drawn with the crate's own font, its corners are transparent.
    ///
    /// # Errors
    /// [`Error::Figure`] if size and resolution together ask for more than 16 million pixels.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        let (scene, width, height) = self.layout();
        let error = |reason| Error::Figure { title: self.title.clone(), action: "draw as PNG", reason };
        let pixels = width * height * self.resolution * self.resolution;
        if pixels > MOST_PIXELS {
            let reason = format!(
                "expected at most 16 million pixels, found {width} × {height} at resolution {}",
                self.resolution
            );
            return Err(error(reason));
        }
        render::png(&scene, width, height, self.resolution).map_err(error)
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
        let png = self.small_png();
        super::bundle::print_with_picture(&self.to_html(png.as_deref()), png.as_deref(), &self.alt());
    }

    /// The figure as SVG in an element of HTML, or as PNG where a page is stripped of what it does not know: by JupyterLab
    /// before a notebook was run, by a code-hosting page.
    fn to_html(&self, png: Option<&str>) -> String {
        let (_, width, height) = self.layout();
        let svg = format!("data:image/svg+xml;base64,{}", STANDARD.encode(self.to_svg()));
        let png = png.map_or(svg.clone(), |png| format!("data:image/png;base64,{png}"));
        let alt = render::escape(&self.alt());
        format!(
            "<picture><source type=\"image/svg+xml\" srcset=\"{svg}\"/><img alt=\"{alt}\" width=\"{width}\" height=\"{height}\" \
             style=\"max-width:100%;height:auto\" src=\"{png}\"/></picture>"
        )
    }

    /// The figure as PNG in base64, one pixel for each CSS pixel: for viewers that show no HTML and would show each pixel of
    /// a finer one as a CSS pixel. None if it is too large.
    pub(crate) fn small_png(&self) -> Option<String> {
        let (scene, width, height) = self.layout();
        let png = (width * height <= MOST_PIXELS).then(|| render::png(&scene, width, height, 1.0).ok())?;
        png.map(|png| STANDARD.encode(png))
    }

    /// All shapes and the size of the card they lie on.
    fn layout(&self) -> (Scene<'_>, f64, f64) {
        let mut scene = Scene::default();
        let natural: Vec<_> = self.panels.iter().map(|panel| panel.chart.get().natural_size()).collect();
        // As many panels in a row as can be read; two share a row that is not twice as wide as one.
        let room = self.size.map_or(MOST_INNER, |size| size.0 - 2.0 * MARGIN);
        let fitting = ((room + GAP) / (LEAST_PANEL + GAP)).floor().max(1.0) as usize;
        let columns = fitting.min(natural.len()).max(1);
        let gaps = GAP * (columns - 1) as f64;
        let widest_row = natural.chunks(columns).map(|row| row.iter().map(|size| size.0).sum()).fold(0.0, f64::max);
        let width = self
            .size
            .map_or_else(|| ((widest_row + gaps).min(MOST_INNER) + 2.0 * MARGIN).max(240.0).ceil(), |size| size.0);
        let inner = width - 2.0 * MARGIN;

        let mut y = MARGIN - 6.0;
        let mut lines = |text: &str, style: Type| {
            for line in text::wrap(text, style.size, style.weight, inner, 3) {
                y += style.size * 1.4;
                scene.text(MARGIN, y - style.size * 0.25, &line, style);
            }
        };
        lines(&self.title, Type::new(theme::TITLE, Weight::SemiBold, INK));
        lines(&self.subtitle, Type::new(theme::SUBTITLE, Weight::Regular, GREY));
        let top = y + if y > MARGIN { 12.0 } else { 6.0 };

        let style = Type::new(theme::HEADING, Weight::SemiBold, INK);
        let has_headings = self.panels.iter().any(|panel| !panel.heading.is_empty());
        let heading = if has_headings { theme::HEADING * 1.4 + 8.0 } else { 0.0 };
        let row_heights = natural.chunks(columns).map(|row| row.iter().map(|size| size.1).fold(60.0, f64::max));
        let row_heights: Vec<_> = row_heights.map(|height| height + heading).collect();
        let row_gaps = GAP * 0.6 * row_heights.len().saturating_sub(1) as f64;
        let tall: f64 = row_heights.iter().sum();
        let style_of_warnings = Type::new(theme::SUBTITLE, Weight::Regular, INK);
        let warnings: Vec<_> =
            self.warnings.iter().map(|warning| style_of_warnings.wrap(warning, inner - SIGN, 3)).collect();
        let warnings_height = warnings.iter().map(|lines| lines.len() as f64 * WARNING + 6.0).sum::<f64>()
            + if warnings.is_empty() { 0.0 } else { 10.0 };
        let bottom = MARGIN - 4.0 + warnings_height;
        let height = self.size.map_or((top + tall + row_gaps + bottom).clamp(LEAST, MOST).ceil(), |size| size.1);

        let stretch = (height - top - row_gaps - bottom).max(1.0) / tall;
        let mut y = top;
        for (row, row_height) in row_heights.iter().enumerate() {
            let from = row * columns;
            let sizes = natural.iter().skip(from).take(columns);
            let sum: f64 = sizes.clone().map(|size| size.0).sum();
            // A last row of fewer panels keeps their width.
            let scale = ((inner - gaps) / if row == 0 { sum } else { widest_row }).min((inner - gaps) / sum);
            let mut x = MARGIN;
            for (panel, size) in self.panels.iter().skip(from).zip(sizes) {
                let width = (size.0 * scale).max(1.0);
                scene.text(x, y + theme::HEADING, &style.fit(&panel.heading, width), style);
                let frame = Frame { x, y: y + heading, width, height: (row_height * stretch - heading).max(1.0) };
                panel.chart.get().draw(frame, &mut scene);
                x += width + GAP;
            }
            y += row_height * stretch + GAP * 0.6;
        }
        let mut y = height - bottom + 10.0;
        for lines in &warnings {
            draw_sign(&mut scene, MARGIN, y + 3.0);
            for line in lines {
                y += WARNING;
                scene.text(MARGIN + SIGN, y - WARNING * 0.3, line, style_of_warnings);
            }
            y += 6.0;
        }
        (scene, width, height)
    }
}

impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let panels =
            if self.panels.len() == 1 { "1 panel".to_owned() } else { format!("{} panels", self.panels.len()) };
        let title = text::fit(&self.title, 1.0, Weight::Regular, 40.0);
        write!(f, "Figure({title:?}, {panels})")
    }
}

/// The sign of a warning: a triangle with an exclamation mark.
fn draw_sign(scene: &mut Scene<'_>, x: f64, y: f64) {
    scene.polygon(vec![(x + 8.0, y - 1.0), (x + 16.0, y + 13.0), (x, y + 13.0)], Color::VERMILION);
    scene.rect(x + 7.1, y + 4.0, 1.8, 5.0, theme::CARD);
    scene.rect(x + 7.1, y + 10.0, 1.8, 1.8, theme::CARD);
}
