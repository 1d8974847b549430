//! A chart that somebody draws with plotters' own methods, as one of our figures.
//!
//! plotters draws on backends, and [`Canvas`] is one that keeps the shapes. So such a chart is drawn once, by its caller, and
//! shown as all others are: as SVG, as PNG with our fonts, with a text alternative.

use std::cell::RefCell;
use std::convert::Infallible;
use std::error::Error;
use std::mem;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, IntoDrawingArea};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
};

use super::scene::{Draw, Frame, Scene, Shape, Turn, Type};
use super::text::{self, Weight};
use super::theme::{CARD, Color};

type Shapes = Rc<RefCell<Vec<Shape<'static>>>>;
type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// What [`plot::with_plotters`](super::with_plotters) gives to draw on: a backend of plotters that keeps what is drawn.
#[derive(Debug)]
pub struct Canvas {
    size: (u32, u32),
    shapes: Shapes,
}

/// What was drawn on a canvas of this size.
#[derive(Clone)]
pub(crate) struct Drawing {
    size: (f64, f64),
    shapes: Vec<Shape<'static>>,
}

impl Drawing {
    /// Has `draw` draw on a canvas of `size`.
    pub fn by(
        size: (u32, u32),
        draw: impl FnOnce(DrawingArea<Canvas, Shift>) -> Result<(), Box<dyn Error>>,
    ) -> Result<Self, Box<dyn Error>> {
        let shapes = Shapes::default();
        draw(Canvas { size, shapes: Rc::clone(&shapes) }.into_drawing_area())?;
        Ok(Self { size: (f64::from(size.0), f64::from(size.1)), shapes: mem::take(&mut shapes.borrow_mut()) })
    }
}

impl Draw for Drawing {
    fn natural_size(&self) -> (f64, f64) {
        self.size
    }

    fn draw<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>) {
        let scale = (frame.width / self.size.0).min(frame.height / self.size.1);
        let at = |(x, y): (f64, f64)| (frame.x + x * scale, frame.y + y * scale);
        for shape in &self.shapes {
            scene.shapes.push(match shape {
                Shape::Rect(Frame { x, y, width, height }, color) => {
                    let (x, y) = at((*x, *y));
                    Shape::Rect(Frame { x, y, width: width * scale, height: height * scale }, *color)
                }
                Shape::Line { points, width, color } => {
                    let points = points.iter().map(|&point| at(point)).collect();
                    Shape::Line { points, width: width * scale, color: *color }
                }
                Shape::Polygon { points, color } => {
                    Shape::Polygon { points: points.iter().map(|&point| at(point)).collect(), color: *color }
                }
                Shape::Disc { x, y, radius, color } => {
                    let (x, y) = at((*x, *y));
                    Shape::Disc { x, y, radius: radius * scale, color: *color }
                }
                Shape::Text { x, y, text, style } => {
                    let (x, y) = at((*x, *y));
                    Shape::Text { x, y, text: text.clone(), style: Type { size: style.size * scale, ..*style } }
                }
                Shape::Picture(..) => continue,
            });
        }
    }

    fn describe(&self) -> String {
        format!("a chart of {} × {} pixels", self.size.0, self.size.1)
    }
}

impl Canvas {
    fn push(&self, shape: Shape<'static>) -> Drawn {
        self.shapes.borrow_mut().push(shape);
        Ok(())
    }
}

fn point((x, y): BackendCoord) -> (f64, f64) {
    (f64::from(x), f64::from(y))
}

/// A figure's shapes cover what is below them: a translucent colour is mixed with the paper's; none if nothing is to be seen.
fn color(color: BackendColor) -> Option<Color> {
    let (red, green, blue) = color.rgb;
    (color.alpha > 0.0).then(|| CARD.mixed(Color(red, green, blue), color.alpha))
}

fn type_of(style: &impl BackendTextStyle, color: Color) -> Type {
    let weight = if matches!(style.style(), FontStyle::Bold) { Weight::SemiBold } else { Weight::Regular };
    // plotters' sizes are of a line; its SVGs have the em from this number too.
    let upright = Type::new(style.size() / 1.24, weight, color);
    let turn = match style.transform() {
        FontTransform::Rotate90 => Turn::Right,
        FontTransform::Rotate270 => Turn::Left,
        _ => Turn::None,
    };
    let anchored = match style.anchor().h_pos {
        HPos::Left => upright,
        HPos::Center => upright.middle(),
        HPos::Right => upright.end(),
    };
    Type { turn, ..anchored }
}

impl DrawingBackend for Canvas {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, pixel: BackendColor) -> Drawn {
        let ((x, y), Some(color)) = (point(at), color(pixel)) else { return Ok(()) };
        self.push(Shape::Rect(Frame { x, y, width: 1.0, height: 1.0 }, color))
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        if !fill {
            return self.draw_path([from, (to.0, from.1), to, (from.0, to.1), from], style);
        }
        let Some(color) = color(style.color()) else { return Ok(()) };
        let ((x0, y0), (x1, y1)) = (point(from), point(to));
        let (x, y) = (x0.min(x1), y0.min(y1));
        self.push(Shape::Rect(Frame { x, y, width: (x1 - x0).abs(), height: (y1 - y0).abs() }, color))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let Some(color) = color(style.color()) else { return Ok(()) };
        let points = path.into_iter().map(point).collect();
        self.push(Shape::Line { points, width: f64::from(style.stroke_width()), color })
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let Some(color) = color(style.color()) else { return Ok(()) };
        let ((x, y), radius) = (point(center), f64::from(radius));
        if fill {
            return self.push(Shape::Disc { x, y, radius, color });
        }
        let around = (0..=48).map(|k| f64::from(k) / 48.0 * std::f64::consts::TAU);
        let points = around.map(|angle| (x + radius * angle.cos(), y + radius * angle.sin())).collect();
        self.push(Shape::Line { points, width: f64::from(style.stroke_width()), color })
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Drawn {
        let Some(color) = color(style.color()) else { return Ok(()) };
        self.push(Shape::Polygon { points: corners.into_iter().map(point).collect(), color })
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, position: BackendCoord) -> Drawn {
        let Some(color) = color(style.color()) else { return Ok(()) };
        let (x, y) = point(position);
        let share = match style.anchor().v_pos {
            VPos::Top => 0.76,
            VPos::Center => 0.34,
            VPos::Bottom => -0.24,
        };
        let style = type_of(style, color);
        // From the position to the baseline, in the direction that is down for the text.
        let down = share * style.size;
        let (x, y) = match style.turn {
            Turn::None => (x, y + down),
            Turn::Left => (x + down, y),
            Turn::Right => (x - down, y),
        };
        self.push(Shape::Text { x, y, text: text::clean(text), style })
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let style = type_of(style, CARD);
        Ok((style.width(text).ceil() as u32, (style.size * 1.2).ceil() as u32))
    }
}
