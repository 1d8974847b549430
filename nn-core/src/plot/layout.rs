//! Where the parts of a figure lie: its title, its panels in rows, its warnings.

use super::chart::Chart;
use super::scene::{Frame, Scene, Type};
use super::text::Weight;
use super::theme::{self, CARD, Color, GREY, INK, MARGIN};

/// The least and the greatest width and height of a figure.
pub(super) const LEAST: f64 = 200.0;
pub(super) const MOST: f64 = 8000.0;

const GAP: f64 = 36.0;
/// Between rows of panels.
const ROW_GAP: f64 = GAP * 0.6;
/// A notebook's column is about this wide.
const MOST_INNER: f64 = 772.0;
const LEAST_PANEL: f64 = 270.0;
/// The height of a line of a warning, and the room for the sign before it.
const WARNING: f64 = theme::SUBTITLE * 1.4;
const SIGN: f64 = 24.0;

/// A chart under its heading.
#[derive(Clone)]
pub(super) struct Panel {
    pub heading: String,
    pub chart: Chart,
}

impl Panel {
    /// What it shows, after its heading.
    pub fn describe(&self) -> String {
        let said = self.chart.get().describe();
        if self.heading.is_empty() { said } else { format!("{}: {said}", self.heading) }
    }
}

/// The parts of a figure.
pub(super) struct Layout<'a> {
    pub title: &'a str,
    pub subtitle: &'a str,
    pub warnings: &'a [String],
    /// Of the whole figure; without it, what suits the panels.
    pub size: Option<(f64, f64)>,
    pub panels: &'a [Panel],
}

/// The panels in rows, and what they would measure at their natural sizes.
struct Rows {
    columns: usize,
    natural: Vec<(f64, f64)>,
    /// The heading of each panel.
    heading: f64,
    /// Of each row, with its headings.
    heights: Vec<f64>,
    /// Without the gaps between its panels.
    widest: f64,
}

impl<'a> Layout<'a> {
    /// All shapes and the size of the card they lie on.
    pub fn draw(&self) -> (Scene<'a>, f64, f64) {
        let mut scene = Scene::default();
        let rows = self.rows();
        let width = self.size.map_or_else(|| rows.natural_width(), |size| size.0);
        let inner = width - 2.0 * MARGIN;
        let top = self.draw_title(&mut scene, inner);

        let style = Type::new(theme::SUBTITLE, Weight::Regular, INK);
        let warnings: Vec<_> = self.warnings.iter().map(|warning| style.wrap(warning, inner - SIGN, 3)).collect();
        let warnings_height = warnings.iter().map(|lines| lines.len() as f64 * WARNING + 6.0).sum::<f64>()
            + if warnings.is_empty() { 0.0 } else { 10.0 };
        let bottom = MARGIN - 4.0 + warnings_height;
        let (tall, gaps) = (rows.height(), rows.row_gaps());
        let height = self.size.map_or_else(|| (top + tall + gaps + bottom).clamp(LEAST, MOST).ceil(), |size| size.1);
        let stretch = (height - top - gaps - bottom).max(1.0) / tall;

        self.draw_panels(&mut scene, &rows, (top, inner, stretch));
        let mut y = height - bottom + 10.0;
        for lines in &warnings {
            draw_sign(&mut scene, MARGIN, y + 3.0);
            for line in lines {
                y += WARNING;
                scene.text(MARGIN + SIGN, y - WARNING * 0.3, line, style);
            }
            y += 6.0;
        }
        (scene, width, height)
    }

    fn rows(&self) -> Rows {
        let natural: Vec<_> = self.panels.iter().map(|panel| panel.chart.get().natural_size()).collect();
        // As many panels in a row as can be read; two share a row that is not twice as wide as one.
        let room = self.size.map_or(MOST_INNER, |size| size.0 - 2.0 * MARGIN);
        let fitting = ((room + GAP) / (LEAST_PANEL + GAP)).floor().max(1.0) as usize;
        let columns = fitting.min(natural.len()).max(1);
        let has_headings = self.panels.iter().any(|panel| !panel.heading.is_empty());
        let heading = if has_headings { theme::HEADING * 1.4 + 8.0 } else { 0.0 };
        let (mut heights, mut widest) = (Vec::new(), 0.0);
        for row in natural.chunks(columns) {
            heights.push(row.iter().map(|size| size.1).fold(60.0, f64::max) + heading);
            widest = f64::max(widest, row.iter().map(|size| size.0).sum());
        }
        Rows { columns, natural, heading, heights, widest }
    }

    /// Draws the title and the subtitle; where the panels begin.
    fn draw_title(&self, scene: &mut Scene<'_>, room: f64) -> f64 {
        let mut y = MARGIN - 6.0;
        let title = Type::new(theme::TITLE, Weight::SemiBold, INK);
        let subtitle = Type::new(theme::SUBTITLE, Weight::Regular, GREY);
        for (text, style) in [(self.title, title), (self.subtitle, subtitle)] {
            for line in style.wrap(text, room, 3) {
                y += style.size * 1.4;
                scene.text(MARGIN, y - style.size * 0.25, &line, style);
            }
        }
        y + if y > MARGIN { 12.0 } else { 6.0 }
    }

    /// Draws the panels below `top`, each row `stretch` times as high as is natural.
    fn draw_panels(&self, scene: &mut Scene<'a>, rows: &Rows, (top, inner, stretch): (f64, f64, f64)) {
        let style = Type::new(theme::HEADING, Weight::SemiBold, INK);
        let room = inner - rows.gaps();
        let mut y = top;
        let rows_of_panels = self.panels.chunks(rows.columns).zip(rows.natural.chunks(rows.columns));
        for (row, ((panels, sizes), row_height)) in rows_of_panels.zip(&rows.heights).enumerate() {
            let sum: f64 = sizes.iter().map(|size| size.0).sum();
            // A last row of fewer panels keeps their width.
            let scale = (room / if row == 0 { sum } else { rows.widest }).min(room / sum);
            let mut x = MARGIN;
            for (panel, size) in panels.iter().zip(sizes) {
                let width = (size.0 * scale).max(1.0);
                scene.text(x, y + theme::HEADING, &style.fit(&panel.heading, width), style);
                let height = (row_height * stretch - rows.heading).max(1.0);
                panel.chart.get().draw(Frame { x, y: y + rows.heading, width, height }, scene);
                x += width + GAP;
            }
            y += row_height * stretch + ROW_GAP;
        }
    }
}

impl Rows {
    /// Of all rows, without the gaps between them.
    fn height(&self) -> f64 {
        self.heights.iter().sum()
    }

    fn row_gaps(&self) -> f64 {
        ROW_GAP * self.heights.len().saturating_sub(1) as f64
    }

    /// Between the panels of a full row.
    fn gaps(&self) -> f64 {
        GAP * (self.columns - 1) as f64
    }

    /// The width of a figure that suits the panels.
    fn natural_width(&self) -> f64 {
        ((self.widest + self.gaps()).min(MOST_INNER) + 2.0 * MARGIN).max(240.0).ceil()
    }
}

/// The sign of a warning: a triangle with an exclamation mark.
fn draw_sign(scene: &mut Scene<'_>, x: f64, y: f64) {
    scene.polygon(vec![(x + 8.0, y - 1.0), (x + 16.0, y + 13.0), (x, y + 13.0)], Color::VERMILION);
    scene.rect(x + 7.1, y + 4.0, 1.8, 5.0, CARD);
    scene.rect(x + 7.1, y + 10.0, 1.8, 1.8, CARD);
}
