//! Pictures with their captions: digits in a grid, the steps of preparing one in a row.

use super::axis::Axis;
use super::picture::{self, Picture};
use super::scene::{Draw, Frame, Scene, Type};
use super::text::{self, Weight};
use super::theme::{AXIS, GREY, INK, LABEL, TICK};

const GAP: f64 = 12.0;
const CAPTION: f64 = 22.0;
/// Between the pictures and the bar that tells their colours, and the room it takes.
const BAR: f64 = 44.0;
/// Forty captions read aloud are enough.
const MOST_CAPTIONS: usize = 40;

/// Pictures with their captions, in rows.
#[derive(Clone)]
pub(crate) struct PictureChart {
    pictures: Vec<Picture>,
    /// How many there were before the rest was left out.
    count: usize,
    is_grid: bool,
    /// For pictures of signed numbers: the number whose colour is the deepest.
    scale: Option<f64>,
}

impl PictureChart {
    /// Pictures of one size, as many in a row as there is room for.
    pub fn grid(pictures: Vec<Picture>, count: usize) -> Self {
        Self { pictures, count, is_grid: true, scale: None }
    }

    /// Pictures of any size in one row, scaled to one height.
    pub fn row(pictures: Vec<Picture>) -> Self {
        Self { count: pictures.len(), pictures, is_grid: false, scale: None }
    }

    /// The same with a bar that tells which colour stands for which number.
    pub fn signed(self, scale: f64) -> Self {
        Self { scale: Some(scale), ..self }
    }

    fn bar(&self) -> f64 {
        if self.scale.is_some() { BAR } else { 0.0 }
    }

    fn remark(&self) -> f64 {
        if self.count > self.pictures.len() { 22.0 } else { 0.0 }
    }

    /// Widths of all pictures when each is one pixel high.
    fn aspects(&self) -> f64 {
        self.pictures.iter().map(|picture| picture.width() as f64 / picture.height() as f64).sum()
    }

    fn draw_row<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>) {
        let gap = (GAP + 4.0).min(frame.width * 0.2 / self.pictures.len() as f64);
        let room = frame.width - gap * (self.pictures.len() - 1) as f64;
        let height = (room / self.aspects()).min(frame.height - CAPTION).max(1.0);
        let mut x = frame.x;
        for picture in &self.pictures {
            let width = height * picture.width() as f64 / picture.height() as f64;
            draw_picture(scene, Frame { x, y: frame.y, width, height }, gap, picture);
            x += width + gap;
        }
    }

    fn draw_grid<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>) {
        let (columns, widest) = largest_cell(self.pictures.len(), frame);
        let room = widest + 0.01;
        // Half multiples of 28: every pixel of a digit has the same size on a fine screen.
        let side = if room >= 28.0 { (room / 14.0).floor() * 14.0 } else { room.max(1.0) };
        for (index, picture) in self.pictures.iter().enumerate() {
            let (column, row) = ((index % columns) as f64, (index / columns) as f64);
            let (x, y) = (frame.x + column * (side + GAP), frame.y + row * (side + CAPTION + GAP));
            let (width, height) = (picture.width() as f64, picture.height() as f64);
            let scale = side / width.max(height);
            let frame = Frame { x: x.round(), y: y.round(), width: width * scale, height: height * scale };
            draw_picture(scene, frame, GAP, picture);
        }
    }
}

impl Draw for PictureChart {
    fn natural_size(&self) -> (f64, f64) {
        let count = self.pictures.len();
        if count == 0 {
            return (280.0, 60.0);
        }
        if !self.is_grid {
            let gaps = (GAP + 4.0) * (count - 1) as f64;
            // A heat map is one picture with a bar.
            let highest = if self.scale.is_some() { 280.0 } else { 148.0 };
            let height = ((760.0 - gaps) / self.aspects()).clamp(28.0, highest);
            return ((self.aspects() * height + gaps).min(760.0), height + CAPTION + self.bar());
        }
        let (cell, columns) = match count {
            0..=4 => (112.0, 4),
            5..=8 => (84.0, 8),
            // Weights, of which the strokes are to be seen.
            9..=24 if self.scale.is_some() => (84.0, 8),
            9..=40 => (56.0, 10),
            _ => (56.0, 12),
        };
        let columns = count.min(columns);
        let rows = count.div_ceil(columns);
        let width = columns as f64 * (cell + GAP) - GAP;
        (width, rows as f64 * (cell + CAPTION + GAP) - GAP + self.remark() + self.bar())
    }

    fn draw<'a>(&'a self, mut frame: Frame, scene: &mut Scene<'a>) {
        if self.pictures.is_empty() {
            return scene.remark(frame, "no pictures to show");
        }
        if let Some(scale) = self.scale {
            draw_bar(scene, Frame { y: frame.bottom() - BAR, height: BAR, ..frame }, scale);
            frame.height = (frame.height - BAR).max(1.0);
        }
        if self.remark() > 0.0 {
            let style = Type::new(TICK, Weight::Regular, GREY);
            let rest = text::whole(self.count - self.pictures.len());
            scene.text(frame.x, frame.bottom() - 4.0, &style.fit(&format!("… {rest} more"), frame.width), style);
            frame.height = (frame.height - self.remark()).max(1.0);
        }
        if self.is_grid { self.draw_grid(frame, scene) } else { self.draw_row(frame, scene) }
    }

    /// "ten pictures: 5, 0, 4, 1, 9, 2, 1, 3, 1 and 4"
    fn describe(&self) -> String {
        let shown = self.pictures.len();
        let captions: Vec<_> =
            self.pictures.iter().map(|p| p.caption().to_owned()).filter(|caption| !caption.is_empty()).collect();
        let mut text = format!("{} picture{}", text::count(self.count), if self.count == 1 { "" } else { "s" });
        if self.count > shown {
            text += &format!(", the first {} shown", text::count(shown));
        }
        match captions.as_slice() {
            [] => {}
            // Neurons are numbered: forty names would tell no more than the first and the last.
            [first, .., last] if self.scale.is_some() && captions.len() > 12 => text += &format!(": {first} to {last}"),
            all if all.len() <= MOST_CAPTIONS => text += &format!(": {}", text::list(all)),
            all => text += &format!(": {}, …", all.split_at(MOST_CAPTIONS).0.join(", ")),
        }
        if let Some(scale) = self.scale {
            text += &format!("; orange from −{0}, white 0, blue up to {0}", text::short(scale));
        }
        text
    }
}

/// The picture in a hairline frame with its caption below, centred if it fits.
fn draw_picture<'a>(scene: &mut Scene<'a>, frame: Frame, gap: f64, picture: &'a Picture) {
    let Frame { x, y, width, height } = frame;
    scene.rect(x - 1.0, y - 1.0, width + 2.0, height + 2.0, AXIS);
    scene.picture(frame, picture);
    let style = Type::new(LABEL, Weight::Regular, INK).middle();
    let caption = style.fit(picture.caption(), width + gap - 4.0);
    scene.text(x + width / 2.0, y + height + LABEL + 4.0, &caption, style);
}

/// The number of columns in which `count` pictures are largest in `frame`, and the side of each. Of several, the least.
fn largest_cell(count: usize, frame: Frame) -> (usize, f64) {
    let mut largest = (1, f64::NEG_INFINITY);
    for columns in 1..=count {
        let rows = count.div_ceil(columns) as f64;
        let wide = (frame.width - GAP * (columns - 1) as f64) / columns as f64;
        let high = (frame.height - GAP * (rows - 1.0)) / rows - CAPTION;
        let side = wide.min(high);
        if side > largest.1 {
            largest = (columns, side);
        }
    }
    largest
}

/// Which colour stands for which number, from −`scale` to `scale`, with the frame's last lines for its labels.
fn draw_bar(scene: &mut Scene<'_>, frame: Frame, scale: f64) {
    const HEIGHT: f64 = 10.0;
    let width = (frame.width * 0.5).min(240.0);
    let bar = Frame { x: frame.x, y: frame.bottom() - HEIGHT - 20.0, width, height: HEIGHT };
    let colors = picture::signed_colors();
    let step = bar.width / colors.len() as f64;
    scene.rect(bar.x - 1.0, bar.y - 1.0, bar.width + 2.0, bar.height + 2.0, AXIS);
    for (index, color) in colors.enumerate() {
        scene.rect(bar.x + step * index as f64, bar.y, step, bar.height, color);
    }
    let style = Type::new(TICK, Weight::Regular, GREY);
    let axis = Axis::new((-scale, scale), (bar.x, bar.right()));
    scene.text(axis.at(-scale), bar.bottom() + 15.0, &format!("−{}", text::short(scale)), style);
    scene.text(axis.at(0.0), bar.bottom() + 15.0, "0", style.middle());
    scene.text(axis.at(scale), bar.bottom() + 15.0, &text::short(scale), style.end());
}
