//! A drawing before it is SVG or PNG: shapes at exact positions, in CSS pixels from the top left corner; and what draws one.

use super::picture::Picture;
use super::text::{self, Weight};
use super::theme::{Color, GREY, TICK};

/// A part of the drawing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Frame {
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// Which end of a text stands at its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Which way a text runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// To the right.
    None,
    /// Upwards: turned to the left by a quarter.
    Left,
    /// Downwards: turned to the right by a quarter.
    Right,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type {
    pub size: f64,
    pub weight: Weight,
    pub color: Color,
    pub anchor: Anchor,
    pub turn: Turn,
}

impl Type {
    pub fn new(size: f64, weight: Weight, color: Color) -> Self {
        Self { size, weight, color, anchor: Anchor::Start, turn: Turn::None }
    }

    pub fn middle(self) -> Self {
        Self { anchor: Anchor::Middle, ..self }
    }

    pub fn end(self) -> Self {
        Self { anchor: Anchor::End, ..self }
    }

    pub fn width(&self, text: &str) -> f64 {
        text::width(text, self.size, self.weight)
    }

    pub fn fit(&self, text: &str, room: f64) -> String {
        text::fit(text, self.size, self.weight, room)
    }

    pub fn wrap(&self, text: &str, room: f64, most: usize) -> Vec<String> {
        text::wrap(text, self.size, self.weight, room, most)
    }
}

#[derive(Clone, Debug)]
pub(super) enum Shape<'a> {
    /// A filled rectangle.
    Rect(Frame, Color),
    /// A stroked line through all points.
    Line { points: Vec<(f64, f64)>, width: f64, color: Color },
    /// A filled polygon.
    Polygon { points: Vec<(f64, f64)>, color: Color },
    /// A filled disc.
    Disc { x: f64, y: f64, radius: f64, color: Color },
    /// One line of text, `y` at its baseline.
    Text { x: f64, y: f64, text: String, style: Type },
    /// A picture stretched over the frame. Pictures lie above all other shapes.
    Picture(Frame, &'a Picture),
}

/// What a chart draws into.
#[derive(Debug, Default)]
pub(super) struct Scene<'a> {
    pub shapes: Vec<Shape<'a>>,
}

impl<'a> Scene<'a> {
    pub fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, color: Color) {
        if width > 0.0 && height > 0.0 {
            self.shapes.push(Shape::Rect(Frame { x, y, width, height }, color));
        }
    }

    /// A horizontal hairline, on whole pixels so that it is crisp.
    pub fn rule(&mut self, x: f64, y: f64, width: f64, color: Color) {
        self.rect(x, y.round() - 0.5, width, 1.0, color);
    }

    /// A vertical hairline, on whole pixels so that it is crisp.
    pub fn post(&mut self, x: f64, y: f64, height: f64, color: Color) {
        self.rect(x.round() - 0.5, y, 1.0, height, color);
    }

    pub fn line(&mut self, points: Vec<(f64, f64)>, width: f64, color: Color) {
        self.shapes.push(Shape::Line { points, width, color });
    }

    /// The line through all points in dashes of `on` with gaps of `off` between them.
    pub fn dashes(&mut self, points: &[(f64, f64)], (on, off): (f64, f64), width: f64, color: Color) {
        let (mut dash, mut left, mut drawing) = (Vec::new(), on, true);
        for &[(mut x, mut y), (x1, y1)] in points.array_windows() {
            if drawing && dash.is_empty() {
                dash.push((x, y));
            }
            loop {
                let rest = (x1 - x).hypot(y1 - y);
                if rest < left {
                    left -= rest;
                    break;
                }
                (x, y) = (x + (x1 - x) * left / rest, y + (y1 - y) * left / rest);
                if drawing {
                    dash.push((x, y));
                    self.line(std::mem::take(&mut dash), width, color);
                } else {
                    dash.push((x, y));
                }
                drawing = !drawing;
                left = if drawing { on } else { off };
            }
            if drawing {
                dash.push((x1, y1));
            }
        }
        if drawing && dash.len() > 1 {
            self.line(dash, width, color);
        }
    }

    pub fn polygon(&mut self, points: Vec<(f64, f64)>, color: Color) {
        self.shapes.push(Shape::Polygon { points, color });
    }

    pub fn disc(&mut self, (x, y): (f64, f64), radius: f64, color: Color) {
        self.shapes.push(Shape::Disc { x, y, radius, color });
    }

    pub fn text(&mut self, x: f64, y: f64, text: &str, style: Type) {
        let text = text::clean(text);
        if !text.is_empty() {
            self.shapes.push(Shape::Text { x, y, text, style });
        }
    }

    /// A remark in the middle of an otherwise empty chart.
    pub fn remark(&mut self, frame: Frame, text: &str) {
        let style = Type::new(TICK, Weight::Regular, GREY).middle();
        let (x, y) = (frame.x + frame.width / 2.0, frame.y + frame.height / 2.0);
        self.text(x, y, &style.fit(text, frame.width), style);
    }

    pub fn picture(&mut self, frame: Frame, picture: &'a Picture) {
        self.shapes.push(Shape::Picture(frame, picture));
    }
}

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

    fn set_log_x(&mut self) {}

    fn set_log_y(&mut self) {}
}
