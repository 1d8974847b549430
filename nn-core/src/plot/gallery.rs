//! Digits with what a network says about them: a picture, a caption, and its probabilities as small bars.

use super::picture::Picture;
use super::scene::{Draw, Frame, Scene, Type};
use super::text::{self, Weight};
use super::theme::{AXIS, Color, GREY, HEADING, INK, LABEL, QUIET_BAR};

/// One digit and the answer to it.
#[derive(Clone)]
pub(crate) struct Specimen {
    pub picture: Picture,
    pub label: usize,
    pub answer: usize,
    pub probabilities: Vec<f64>,
}

/// Groups of digits, each under a heading.
#[derive(Clone)]
pub(crate) struct Gallery {
    groups: Vec<(String, Vec<Specimen>)>,
}

/// A specimen at its natural size, in a row of six.
const WIDTH: f64 = 112.0;
const PICTURE: f64 = 84.0;
const CAPTION: f64 = 22.0;
const BARS: f64 = 34.0;
const DIGITS: f64 = 14.0;
const GAP: f64 = 18.0;
const TITLE: f64 = 26.0;
const MOST_COLUMNS: usize = 6;

impl Gallery {
    /// Groups without digits are left out.
    pub fn new(groups: Vec<(String, Vec<Specimen>)>) -> Self {
        let groups = groups.into_iter().filter(|(_, specimens)| !specimens.is_empty());
        Self { groups: groups.map(|(heading, specimens)| (text::clean(&heading), specimens)).collect() }
    }

    fn columns(&self) -> usize {
        self.groups.iter().map(|(_, specimens)| specimens.len()).max().unwrap_or(1).clamp(1, MOST_COLUMNS)
    }
}

impl Draw for Gallery {
    fn natural_size(&self) -> (f64, f64) {
        if self.groups.is_empty() {
            return (280.0, 60.0);
        }
        let columns = self.columns();
        let rows: usize = self.groups.iter().map(|(_, specimens)| specimens.len().div_ceil(columns)).sum();
        let height = rows as f64 * (PICTURE + CAPTION + BARS + DIGITS + GAP) + self.groups.len() as f64 * TITLE - GAP;
        let width = columns as f64 * (WIDTH + GAP) - GAP;
        (width.max(300.0), height)
    }

    fn draw<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>) {
        if self.groups.is_empty() {
            return scene.remark(frame, "no digits to show");
        }
        // All lengths shrink and grow together.
        let natural = self.natural_size();
        let scale = (frame.width / natural.0).min(frame.height / natural.1);
        let heading = Type::new((HEADING * scale).min(HEADING), Weight::SemiBold, INK);
        let mut y = frame.y;
        for (title, specimens) in &self.groups {
            scene.text(frame.x, y + HEADING * scale, &heading.fit(title, frame.width), heading);
            y += TITLE * scale;
            for row in specimens.chunks(self.columns()) {
                for (column, specimen) in row.iter().enumerate() {
                    let x = frame.x + column as f64 * (WIDTH + GAP) * scale;
                    specimen.draw((x, y), scale, scene);
                }
                y += (PICTURE + CAPTION + BARS + DIGITS + GAP) * scale;
            }
        }
    }

    /// "the most confident mistakes: a 7 read as 9 with 0.98, …"
    fn describe(&self) -> String {
        if self.groups.is_empty() {
            return "no digits".into();
        }
        let mut groups = Vec::new();
        for (heading, specimens) in &self.groups {
            let said: Vec<_> = specimens.iter().take(12).map(Specimen::describe).collect();
            groups.push(format!("{heading}: {}", text::list(&said)));
        }
        groups.join("; ")
    }
}

impl Specimen {
    /// How sure the network was of its answer.
    #[expect(clippy::indexing_slicing, reason = "the answer is the place of the largest of the probabilities")]
    pub fn confidence(&self) -> f64 {
        self.probabilities[self.answer]
    }

    /// Whether the answer is right.
    pub fn is_right(&self) -> bool {
        self.label == self.answer
    }

    /// "7", or "7 → 9" for a mistake.
    pub fn title(&self) -> String {
        if self.is_right() { self.label.to_string() } else { format!("{} → {}", self.label, self.answer) }
    }

    /// "7 read as 9 with 0.98"
    pub fn describe(&self) -> String {
        let confidence = text::number(self.confidence(), 3);
        if self.is_right() {
            return format!("{} with {confidence}", self.label);
        }
        format!("{} read as {} with {confidence}", self.label, self.answer)
    }

    /// The colour of the bar of this class: the answer's, the label's, or none.
    fn bar_color(&self, class: usize) -> Color {
        if class == self.label {
            Color::BLUE
        } else if class == self.answer {
            Color::VERMILION
        } else {
            QUIET_BAR
        }
    }

    fn draw<'a>(&'a self, (x, y): (f64, f64), scale: f64, scene: &mut Scene<'a>) {
        let left = x + (WIDTH - PICTURE) / 2.0 * scale;
        let side = PICTURE * scale;
        scene.rect(left - 1.0, y - 1.0, side + 2.0, side + 2.0, AXIS);
        scene.picture(Frame { x: left, y, width: side, height: side }, &self.picture);

        let mut y = y + side;
        let color = if self.is_right() { Color::BLUE } else { Color::VERMILION };
        let style = Type::new((LABEL * scale).min(LABEL), Weight::SemiBold, color.for_text()).middle();
        let caption = format!("{}: {}", self.title(), text::number(self.confidence(), 3));
        scene.text(x + WIDTH / 2.0 * scale, y + 16.0 * scale, &style.fit(&caption, WIDTH * scale), style);
        y += (CAPTION + BARS) * scale;

        let count = self.probabilities.len().max(1) as f64;
        let slot = WIDTH * scale / count;
        scene.rule(x, y, WIDTH * scale, AXIS);
        for (class, &probability) in self.probabilities.iter().enumerate() {
            let (from, color) = (x + slot * class as f64, self.bar_color(class));
            let height = if probability.is_finite() { probability.clamp(0.0, 1.0) * (BARS - 4.0) * scale } else { 0.0 };
            scene.rect(from + slot * 0.1, y - height, slot * 0.8, height, color);
            let weight = if color == QUIET_BAR { Weight::Regular } else { Weight::SemiBold };
            let color = if color == QUIET_BAR { GREY } else { color.for_text() };
            let style = Type::new((9.0 * scale).min(9.0), weight, color).middle();
            if style.width("0") < slot && self.probabilities.len() <= 10 {
                scene.text(from + slot / 2.0, y + 11.0 * scale, &class.to_string(), style);
            }
        }
    }
}

impl Specimen {
    /// The colours of [`thumbnail`](Self::thumbnail): fourteen greys from ink to paper, the label's and the answer's bar.
    pub fn palette() -> Vec<[u8; 4]> {
        let greys = (0..14_u16).map(|step| ((step * 255 + 6) / 13) as u8).map(|grey| Color(grey, grey, grey));
        let colors = greys.chain([Color::BLUE, Color::VERMILION]);
        colors.map(|Color(red, green, blue)| [red, green, blue, 255]).collect()
    }

    /// The digit, and below it its probabilities as bars: a small picture of 16 colours, its width and its pixels.
    pub fn thumbnail(&self) -> (usize, Vec<u8>) {
        const PAPER: u8 = 13;
        const QUIET: u8 = 9;
        const LINE: u8 = 11;
        const HEIGHT: usize = 10;
        // Bars of two pixels with one between them.
        const SLOT: usize = 3;
        let width = self.picture.width().max(SLOT * self.probabilities.len());
        let margin = (width - self.picture.width()) / 2;
        let greys: Vec<u8> = self.picture.colors().map(|c| ((u16::from(c.0) * 13 + 127) / 255) as u8).collect();
        let mut pixels = Vec::with_capacity(width * (self.picture.height() + HEIGHT + 1));
        for row in greys.chunks(self.picture.width()) {
            let start = pixels.len();
            pixels.resize(start + margin, PAPER);
            pixels.extend(row);
            pixels.resize(start + width, PAPER);
        }
        for level in (0..HEIGHT).rev() {
            // The lowest pixel is there for whatever is not nearly 0.
            let least = if level == 0 { 0.005 } else { (level as f64 + 0.5) / HEIGHT as f64 };
            for x in 0..width {
                let (class, is_gap) = (x / SLOT, x % SLOT == SLOT - 1);
                let is_low = self.probabilities.get(class).is_none_or(|&probability| probability < least);
                pixels.push(match class {
                    _ if is_gap || is_low => PAPER,
                    _ if class == self.label => 14,
                    _ if class == self.answer => 15,
                    _ => QUIET,
                });
            }
        }
        // What the bars stand on.
        pixels.resize(pixels.len() + width, LINE);
        (width, pixels)
    }
}
