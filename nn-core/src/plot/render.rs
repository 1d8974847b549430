//! From a scene to SVG and to PNG; plotters' backends write both.
//!
//! plotters rounds every coordinate to a whole number. So an SVG is written in tenths of a pixel, and a PNG is drawn three
//! times too large and then averaged, which also smooths its edges. Its text is not plotters': that leaves out how far a
//! letter stands from where it begins.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plotters::prelude::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{BLACK, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

use super::letters::Page;
use super::png;
use super::scene::{Anchor, Frame, Scene, Shape, Type};
use super::text::{self, Weight};
use super::theme::{BORDER, CARD, Color, RADIUS};

/// Units of an SVG's coordinates in a CSS pixel.
const SVG_UNIT: f64 = 10.0;
/// plotters wants a name of a font; it is taken out of the SVG again.
const FAMILY: &str = "figure";
/// How many times larger than the PNG its drawing is, in both directions.
const OVERSAMPLING: u32 = 3;

/// Writes the scene, `width` by `height` CSS pixels, as an SVG document.
pub(super) fn svg(scene: &Scene<'_>, width: f64, height: f64, title: &str, alt: &str) -> String {
    let mut body = String::new();
    let size = ((width * SVG_UNIT) as u32, (height * SVG_UNIT) as u32);
    let mut painter = Painter { backend: SVGBackend::with_string(&mut body, size), unit: SVG_UNIT, is_svg: true };
    // Writing to a string cannot fail.
    let _ = painter.paint(scene).and_then(|()| painter.backend.present().map_err(in_words));
    drop(painter);

    let (title, alt) = (escape(title), escape(alt));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{alt}\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {} {}\" style=\"max-width:100%;height:auto\" font-family=\"{FAMILIES}\" stroke-linejoin=\"round\" \
         stroke-linecap=\"round\">\n<title>{title}</title>\n<desc>{alt}</desc>\n",
        size.0,
        size.1,
        FAMILIES = text::FAMILIES,
    );
    let edge = SVG_UNIT / 2.0;
    let _ = writeln!(
        svg,
        "<rect x=\"{edge}\" y=\"{edge}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{}\" stroke=\"{}\" \
         stroke-width=\"{SVG_UNIT}\"/>",
        f64::from(size.0) - SVG_UNIT,
        f64::from(size.1) - SVG_UNIT,
        RADIUS * SVG_UNIT,
        CARD.hex(),
        BORDER.hex()
    );
    svg.push_str(&plain_elements(&body));
    for shape in &scene.shapes {
        if let Shape::Picture(frame, picture) = shape {
            let Ok(png) = picture.png() else { continue };
            // Enlarged pixels stay squares; reduced ones may be averaged.
            let pixelated =
                if frame.width >= picture.width() as f64 { " style=\"image-rendering:pixelated\"" } else { "" };
            let _ = writeln!(
                svg,
                "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\"{pixelated} \
                 href=\"data:image/png;base64,{}\"/>",
                (frame.x * SVG_UNIT).round(),
                (frame.y * SVG_UNIT).round(),
                (frame.width * SVG_UNIT).round(),
                (frame.height * SVG_UNIT).round(),
                STANDARD.encode(png)
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// What plotters wrote between its own `<svg>` and `</svg>`, without the attributes that the outer element sets.
fn plain_elements(svg: &str) -> String {
    let from = svg.find('\n').map_or(0, |end| end + 1);
    let to = svg.rfind("</svg>").unwrap_or(svg.len());
    svg.get(from..to)
        .unwrap_or_default()
        .replace(" opacity=\"1\"", "")
        .replace(" font-family=\"figure\"", "")
        .replace(" text-anchor=\"start\"", "")
        .replace("font-weight=\"bold\"", "font-weight=\"600\"")
        .replace(" \"/>", "\"/>")
        .replace("\">\n", "\">")
        .replace("\n</text>", "</text>")
}

/// Text inside an element or an attribute of XML or HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Draws the scene, `width` by `height` CSS pixels, as a PNG of `resolution` pixels for each of those.
pub(super) fn png(scene: &Scene<'_>, width: f64, height: f64, resolution: f64) -> Result<Vec<u8>, String> {
    let (columns, rows) = ((width * resolution).round() as u32, (height * resolution).round() as u32);
    let large = (columns * OVERSAMPLING, rows * OVERSAMPLING);
    let mut drawing = [CARD.0, CARD.1, CARD.2].repeat(large.0 as usize * large.1 as usize);
    let unit = f64::from(large.0) / width;
    let mut painter = Painter { backend: BitMapBackend::with_buffer(&mut drawing, large), unit, is_svg: false };
    painter.paint(scene)?;
    drop(painter);

    let mut pixels = average(&drawing, columns as usize, rows as usize);
    drop(drawing);
    let mut page = Page { pixels: &mut pixels, columns: columns as usize, scale: f64::from(columns) / width };
    for shape in &scene.shapes {
        if let Shape::Text { x, y, text, style } = shape {
            page.text(*x, *y, text, style);
        }
    }
    round_corners(&mut pixels, columns as usize, rows as usize, resolution);
    png::reduced(columns as usize, &pixels)
}

/// The mean colour of every square of `OVERSAMPLING` × `OVERSAMPLING` pixels; RGB in, RGBA out.
fn average(drawing: &[u8], columns: usize, rows: usize) -> Vec<[u8; 4]> {
    const N: usize = OVERSAMPLING as usize;
    let mut pixels = Vec::with_capacity(columns * rows);
    let mut sums = vec![[0_u16; 3]; columns];
    for band in drawing.chunks_exact(columns * 3 * N * N).take(rows) {
        sums.fill([0; 3]);
        for line in band.chunks_exact(columns * 3 * N) {
            for (sum, square) in sums.iter_mut().zip(line.chunks_exact(3 * N)) {
                for [red, green, blue] in square.as_chunks().0 {
                    *sum = [sum[0] + u16::from(*red), sum[1] + u16::from(*green), sum[2] + u16::from(*blue)];
                }
            }
        }
        const SQUARE: u16 = (N * N) as u16;
        for sum in &sums {
            let [red, green, blue] = sum.map(|sum| ((sum + SQUARE / 2) / SQUARE) as u8);
            pixels.push([red, green, blue, 255]);
        }
    }
    pixels
}

/// Makes the four corners transparent and draws the card's hairline border.
fn round_corners(pixels: &mut [[u8; 4]], columns: usize, rows: usize, resolution: f64) {
    let radius = RADIUS * resolution;
    let (half_width, half_height) = (columns as f64 / 2.0, rows as f64 / 2.0);
    let band = radius.ceil() as usize;
    for row in 0..rows {
        let is_edge_row = row < band || row + band >= rows;
        for column in 0..columns {
            if !is_edge_row && column == band && columns > 2 * band {
                break;
            }
            // The left and the right end of a row mirror each other.
            for x in [column, columns - 1 - column] {
                let dx = ((x as f64 + 0.5 - half_width).abs() - (half_width - radius)).max(0.0);
                let dy = ((row as f64 + 0.5 - half_height).abs() - (half_height - radius)).max(0.0);
                let inside = if dx > 0.0 && dy > 0.0 { radius - dx.hypot(dy) } else { radius - dx.max(dy) };
                if let Some(pixel) = pixels.get_mut(row * columns + x)
                    && inside < resolution + 0.5
                {
                    let border = (resolution + 0.5 - inside).clamp(0.0, 1.0);
                    let mixed =
                        |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * border).round() as u8;
                    let alpha = ((inside + 0.5).clamp(0.0, 1.0) * 255.0).round() as u8;
                    *pixel = [mixed(CARD.0, BORDER.0), mixed(CARD.1, BORDER.1), mixed(CARD.2, BORDER.2), alpha];
                }
            }
        }
    }
}

/// Draws a scene on a backend of plotters, `unit` of its coordinates to a CSS pixel.
struct Painter<B> {
    backend: B,
    unit: f64,
    is_svg: bool,
}

impl<B: DrawingBackend> Painter<B> {
    fn paint(&mut self, scene: &Scene<'_>) -> Result<(), String> {
        for shape in &scene.shapes {
            match shape {
                Shape::Rect(frame, color) => self.rect(*frame, *color),
                Shape::Line { points, width, color } => self.line(points, *width, *color),
                Shape::Polygon { points, color } => {
                    let points: Vec<_> = points.iter().map(|&point| self.at(point)).collect();
                    self.backend.fill_polygon(points, &fill(*color)).map_err(in_words)
                }
                Shape::Disc { x, y, radius, color } => self.disc((*x, *y), *radius, *color),
                Shape::Text { x, y, text, style } if self.is_svg => self.text(*x, *y, text, style),
                Shape::Text { .. } => Ok(()),
                Shape::Picture(..) if self.is_svg => Ok(()),
                Shape::Picture(frame, picture) => {
                    let (sx, sy) = (frame.width / picture.width() as f64, frame.height / picture.height() as f64);
                    picture.colors().enumerate().try_for_each(|(index, color)| {
                        let (column, row) = (index % picture.width(), index / picture.width());
                        let (x, y) = (frame.x + column as f64 * sx, frame.y + row as f64 * sy);
                        self.rect(Frame { x, y, width: sx, height: sy }, color)
                    })
                }
            }?;
        }
        Ok(())
    }

    fn length(&self, length: f64) -> i32 {
        (length * self.unit).round() as i32
    }

    fn at(&self, (x, y): (f64, f64)) -> (i32, i32) {
        (self.length(x), self.length(y))
    }

    fn rect(&mut self, frame: Frame, color: Color) -> Drawn {
        let (from, to) = (self.at((frame.x, frame.y)), self.at((frame.right(), frame.bottom())));
        self.backend.draw_rect(from, to, &fill(color), true).map_err(in_words)
    }

    fn disc(&mut self, center: (f64, f64), radius: f64, color: Color) -> Drawn {
        self.backend
            .draw_circle(self.at(center), self.length(radius).max(1) as u32, &fill(color), true)
            .map_err(in_words)
    }

    fn line(&mut self, points: &[(f64, f64)], width: f64, color: Color) -> Drawn {
        if self.is_svg {
            let points: Vec<_> = points.iter().map(|&point| self.at(point)).collect();
            let style = ShapeStyle { stroke_width: self.length(width) as u32, ..fill(color) };
            return self.backend.draw_path(points, &style).map_err(in_words);
        }
        // plotters joins wide lines with spikes at sharp angles: round joints are drawn here.
        for &[(x0, y0), (x1, y1)] in points.array_windows() {
            let length = (x1 - x0).hypot(y1 - y0);
            if length > 0.0 {
                let (nx, ny) = ((y1 - y0) / length * width / 2.0, (x0 - x1) / length * width / 2.0);
                let corners = [(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny)];
                self.backend.fill_polygon(corners.map(|corner| self.at(corner)), &fill(color)).map_err(in_words)?;
            }
        }
        points.iter().try_for_each(|&point| self.disc(point, width / 2.0, color))
    }

    /// In an SVG; in a bitmap, [`letters`](super::letters) writes.
    fn text(&mut self, x: f64, y: f64, text: &str, style: &Type) -> Drawn {
        let anchor = match style.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let weight = if style.weight == Weight::SemiBold { FontStyle::Bold } else { FontStyle::Normal };
        // plotters multiplies the em with 1.24 before it hands the size to the backend.
        let font = FontDesc::new(FontFamily::Name(FAMILY), style.size * self.unit * 1.24, weight);
        let style_of_text = TextStyle { pos: Pos::new(anchor, VPos::Top), ..font.color(&rgb(style.color)) };
        // plotters writes `dy="0.76em"` for an upper anchor: the baseline, without a guess about the viewer's font.
        let position = self.at((x, y - 0.76 * style.size));
        self.backend.draw_text(text, &style_of_text, position).map_err(in_words)
    }
}

type Drawn = Result<(), String>;

/// plotters' errors differ with the backend; their message is what they have in common.
fn in_words<E: std::fmt::Display>(error: E) -> String {
    error.to_string()
}

fn rgb(color: Color) -> RGBColor {
    RGBColor(color.0, color.1, color.2)
}

fn fill(color: Color) -> ShapeStyle {
    ShapeStyle { color: rgb(color).into(), filled: true, ..BLACK.into() }
}
