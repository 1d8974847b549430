//! Text in a bitmap: letters of the crate's own fonts, each pixel as dark as the letter covers of it.

use ab_glyph::{Font, PxScale, point};

use super::scene::{Anchor, Turn, Type};
use super::text::{self, Face, Weight};
use super::theme::Color;

/// Where letters are drawn: rows of pixels, `scale` of them for a CSS pixel.
pub(super) struct Page<'a> {
    pub pixels: &'a mut [[u8; 4]],
    pub columns: usize,
    pub scale: f64,
    /// Around which pixel what is written is turned, and how.
    turned: ((i64, i64), Turn),
}

impl<'a> Page<'a> {
    pub fn new(pixels: &'a mut [[u8; 4]], columns: usize, scale: f64) -> Self {
        Self { pixels, columns, scale, turned: ((0, 0), Turn::None) }
    }

    /// One line of text; `x` and its baseline `y` in CSS pixels.
    pub fn text(&mut self, x: f64, y: f64, text: &str, style: &Type) {
        self.turned = ((self.pixels_of(x), self.pixels_of(y)), style.turn);
        let mut x = match style.anchor {
            Anchor::Start => x,
            Anchor::Middle => x - style.width(text) / 2.0,
            Anchor::End => x - style.width(text),
        };
        for character in text.chars() {
            match Face::of(character, style.weight) {
                Some(face) => {
                    self.letter((x, y), character, face, style);
                    if face == Face::Chinese && style.weight == Weight::SemiBold {
                        // There is no second Chinese font for titles: each stroke twice, side by side.
                        self.letter((x + style.size * 0.03, y), character, face, style);
                    }
                }
                None => self.empty_box((x, y), style),
            }
            x += text::advance(character, style.weight) * style.size;
        }
    }

    fn letter(&mut self, (x, y): (f64, f64), character: char, face: Face, style: &Type) {
        let font = face.font();
        let (x, y) = ((x * self.scale) as f32, (y * self.scale) as f32);
        // ab_glyph measures sizes from the top of the highest to the bottom of the lowest letter.
        let size = (style.size * self.scale * face.line_height()) as f32;
        let glyph = font.glyph_id(character).with_scale_and_position(PxScale::from(size), point(x, y));
        if let Some(outline) = font.outline_glyph(glyph) {
            let start = outline.px_bounds().min;
            outline.draw(|column, row, coverage| {
                let at = (start.x as i64 + i64::from(column), start.y as i64 + i64::from(row));
                self.blend(at, style.color, f64::from(coverage));
            });
        }
    }

    /// Stands for a character that no font has, one em wide.
    fn empty_box(&mut self, (x, y): (f64, f64), style: &Type) {
        let (left, right) = (self.pixels_of(x + 0.12 * style.size), self.pixels_of(x + 0.88 * style.size));
        let (top, bottom) = (self.pixels_of(y - 0.74 * style.size), self.pixels_of(y + 0.04 * style.size));
        let pen = self.pixels_of(style.size / 14.0).max(1);
        for row in top..bottom {
            for column in left..right {
                let from_edge = (row - top).min(bottom - 1 - row).min(column - left).min(right - 1 - column);
                if from_edge < pen {
                    self.blend((column, row), style.color, 1.0);
                }
            }
        }
    }

    fn pixels_of(&self, length: f64) -> i64 {
        (length * self.scale).round() as i64
    }

    fn blend(&mut self, at: (i64, i64), color: Color, coverage: f64) {
        let ((x, y), turn) = self.turned;
        let (column, row) = match turn {
            Turn::None => at,
            Turn::Left => (x + at.1 - y, y - (at.0 - x)),
            Turn::Right => (x - (at.1 - y), y + at.0 - x),
        };
        let (Ok(column), Ok(row)) = (usize::try_from(column), usize::try_from(row)) else { return };
        if column >= self.columns {
            return;
        }
        if let Some([red, green, blue, _]) = self.pixels.get_mut(row * self.columns + column) {
            let mixed = Color(*red, *green, *blue).mixed(color, coverage);
            (*red, *green, *blue) = (mixed.0, mixed.1, mixed.2);
        }
    }
}
