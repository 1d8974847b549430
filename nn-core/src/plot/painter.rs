//! A scene on one of plotters' backends, which write SVG and bitmaps.
//!
//! plotters rounds every coordinate to a whole number. So an SVG is written in tenths of a pixel, and a PNG is drawn three
//! times too large and then averaged, which also smooths its edges. Its text is not plotters': that leaves out how far a
//! letter stands from where it begins.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{BLACK, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle, TextStyle};

use super::picture::Picture;
use super::scene::{Anchor, Frame, Scene, Shape, Turn, Type};
use super::text::Weight;
use super::theme::Color;

/// plotters wants a name of a font; it is taken out of the SVG again.
pub(super) const FAMILY: &str = "figure";

/// Draws a scene on a backend of plotters, `unit` of its coordinates to a CSS pixel.
pub(super) struct Painter<B> {
    pub backend: B,
    pub unit: f64,
    pub is_svg: bool,
}

impl<B: DrawingBackend> Painter<B> {
    pub fn paint(&mut self, scene: &Scene<'_>) -> Drawn {
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
                Shape::Picture(frame, picture) => self.picture(*frame, picture),
            }?;
        }
        Ok(())
    }

    fn picture(&mut self, frame: Frame, picture: &Picture) -> Drawn {
        let (width, height) = (frame.width / picture.width() as f64, frame.height / picture.height() as f64);
        for (index, color) in picture.colors().enumerate() {
            let (column, row) = (index % picture.width(), index / picture.width());
            let (x, y) = (frame.x + column as f64 * width, frame.y + row as f64 * height);
            self.rect(Frame { x, y, width, height }, color)?;
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
        // plotters writes `dy="0.76em"` for an upper anchor: the baseline, without a guess about the viewer's font.
        let up = 0.76 * style.size;
        let (transform, position) = match style.turn {
            Turn::None => (FontTransform::None, (x, y - up)),
            Turn::Left => (FontTransform::Rotate270, (x - up, y)),
            Turn::Right => (FontTransform::Rotate90, (x + up, y)),
        };
        let font = FontDesc::new(FontFamily::Name(FAMILY), style.size * self.unit * 1.24, weight).transform(transform);
        let style_of_text = TextStyle { pos: Pos::new(anchor, VPos::Top), ..font.color(&rgb(style.color)) };
        self.backend.draw_text(text, &style_of_text, self.at(position)).map_err(in_words)
    }
}

pub(super) type Drawn = Result<(), String>;

/// plotters' errors differ with the backend; their message is what they have in common.
pub(super) fn in_words<E: std::fmt::Display>(error: E) -> String {
    error.to_string()
}

fn rgb(color: Color) -> RGBColor {
    RGBColor(color.0, color.1, color.2)
}

fn fill(color: Color) -> ShapeStyle {
    ShapeStyle { color: rgb(color).into(), filled: true, ..BLACK.into() }
}
