//! Digits on paper as people take pictures of it: ruled, squared, on a table, half in a shadow, circled, boxed.
//!
//! A page is 360 pixels a side before the table is laid around it. `tests/conditions.rs` reads many of each kind.

use image::{Rgba, RgbaImage};

use super::{Hand, Point, curve, habits, line, placed};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const SIDE: usize = 360;

/// One kind of page; what differs from [`PLAIN`] is what makes it.
#[derive(Clone, Copy)]
pub struct Page {
    pub name: &'static str,
    /// Tones from 0 (black) to 1 (white), as red, green and blue.
    pub paper: [f32; 3],
    pub ink: [f32; 3],
    /// The digit's height as a part of the page's, from and to; how far it is turned at most, in radians.
    pub size: (f32, f32),
    pub turn: f32,
    /// What is added to the strokes' thickness, as a part of the digit's height.
    pub pen: f32,
    /// Pixels from line to line, how much darker than the paper they are, and whether they cross others.
    pub ruled: Option<(f32, f32, bool)>,
    /// How far the lines lean: pixels down per pixel to the right.
    pub lean: f32,
    /// The table's tone, and where it lies.
    pub table: Option<([f32; 3], Table)>,
    /// What a shadow leaves of the light, and how many pixels its edge is wide.
    pub shadow: Option<(f32, f32)>,
    /// What the light has lost at the corner that lies farthest from it.
    pub dusk: f32,
    /// A lamp at a corner: what is left of its light far away.
    pub lamp: Option<f32>,
    /// The grain of the picture, a standard deviation.
    pub grain: f32,
    pub around: Option<Around>,
    /// Whether the paper is transparent.
    pub clear: bool,
}

#[derive(Clone, Copy)]
pub enum Table {
    /// On all sides, so many pixels wide.
    Around(usize),
    /// On one of the four sides, this part of the picture.
    Side(f32),
    /// Everywhere but under a sheet that lies a little turned.
    Under,
}

#[derive(Clone, Copy)]
pub enum Around {
    Circle,
    Box,
}

pub const PLAIN: Page = Page {
    name: "clean",
    paper: [0.97, 0.96, 0.94],
    ink: [0.08, 0.08, 0.11],
    size: (0.4, 0.6),
    turn: 0.08,
    pen: 0.0,
    ruled: None,
    lean: 0.0,
    table: None,
    shadow: None,
    dusk: 0.0,
    lamp: None,
    grain: 0.004,
    around: None,
    clear: false,
};

const WOOD: [f32; 3] = [0.36, 0.25, 0.17];
const SLATE: [f32; 3] = [0.24, 0.19, 0.18];
const BLUE: [f32; 3] = [0.11, 0.13, 0.36];

const fn ruled(name: &'static str, apart: f32, darker: f32, crossed: bool) -> Page {
    Page { name, ruled: Some((apart, darker, crossed)), ink: if crossed { PLAIN.ink } else { BLUE }, ..PLAIN }
}

const fn on_table(name: &'static str, tone: [f32; 3], table: Table) -> Page {
    Page { name, table: Some((tone, table)), grain: 0.012, ..PLAIN }
}

/// Every kind: those that were read well from the start, the nine of people's complaints, and some that mix them.
pub const PAGES: [Page; 30] = [
    PLAIN,
    Page { name: "blue pen", ink: BLUE, ..PLAIN },
    Page { name: "red pen", ink: [0.75, 0.12, 0.12], ..PLAIN },
    Page { name: "pencil", ink: [0.55, 0.55, 0.57], grain: 0.02, ..PLAIN },
    Page { name: "thin", pen: -0.03, ..PLAIN },
    Page { name: "thick", pen: 0.04, ..PLAIN },
    Page { name: "small", size: (0.1, 0.15), ..PLAIN },
    Page { name: "tilted", turn: 0.25, ..PLAIN },
    Page { name: "noise", grain: 0.06, ..PLAIN },
    Page { name: "uneven light", dusk: 0.5, grain: 0.01, ..PLAIN },
    Page { name: "white on black", paper: [0.05; 3], ink: [0.95; 3], ..PLAIN },
    Page { name: "chalk", paper: [0.18, 0.25, 0.2], ink: [0.85, 0.87, 0.84], dusk: 0.3, grain: 0.03, ..PLAIN },
    ruled("ruled, 30 % darker", 45.0, 0.3, false),
    ruled("ruled, 45 %", 45.0, 0.45, false),
    ruled("ruled, 60 %", 45.0, 0.6, false),
    ruled("squared, 30 %", 26.0, 0.3, true),
    ruled("squared, 45 %", 26.0, 0.45, true),
    ruled("squared, 60 %", 26.0, 0.6, true),
    on_table("table around, 40 px", WOOD, Table::Around(40)),
    on_table("table around, 80 px", WOOD, Table::Around(80)),
    on_table("table at one side, 30 %", SLATE, Table::Side(0.3)),
    Page { name: "hard shadow, 50 %", shadow: Some((0.5, 30.0)), ..PLAIN },
    Page { name: "shadow's edge sharp", shadow: Some((0.5, 2.0)), ..PLAIN },
    Page { name: "lamp", lamp: Some(0.3), grain: 0.008, ..PLAIN },
    Page { name: "circled", around: Some(Around::Circle), size: (0.3, 0.38), ..PLAIN },
    Page { name: "boxed", around: Some(Around::Box), size: (0.3, 0.38), ..PLAIN },
    Page { lean: 0.03, dusk: 0.3, ..ruled("ruled, leaning, dusk", 40.0, 0.5, false) },
    Page { lean: -0.04, grain: 0.02, ..ruled("squared, leaning, grain", 22.0, 0.5, true) },
    Page { dusk: 0.3, ..on_table("sheet turned on a table", WOOD, Table::Under) },
    Page { name: "white ink, transparent", ink: [1.0; 3], clear: true, ..PLAIN },
];

/// A digit to be drawn on a page.
pub enum Digit<'a> {
    /// One of [`habits`]'s, written with a pen this thick, as a part of its height.
    Written { label: usize, habit: usize, pen: f32 },
    /// 28×28 tones of ink, row by row: one of MNIST's, drawn large.
    Scanned(&'a [f32]),
}

/// The picture of this digit on such a page: the same for the same seed.
pub fn picture(page: &Page, digit: &Digit, seed: u64) -> RgbaImage {
    let mut hand = Hand(ChaCha8Rng::seed_from_u64(seed));
    let size = SIDE as f32 * hand.between(page.size.0, page.size.1);
    let turn = hand.between(-1.0, 1.0) * page.turn;
    let free = if page.around.is_some() { 0.0 } else { 0.5 * (0.86 * SIDE as f32 - 1.05 * size).max(0.0) };
    let mut centre =
        [0.5 * SIDE as f32 + free * hand.between(-1.0, 1.0), 0.5 * SIDE as f32 + free * hand.between(-1.0, 1.0)];
    let sides = 360.0_f32;
    let side = hand.between(0.0, 4.0) as usize;
    if let Some((_, Table::Side(part))) = page.table {
        // The digit keeps to the paper that is left.
        let axis = usize::from(side >= 2);
        let room = (1.0 - part) * sides;
        let free = (0.5 * (room - 1.1 * size) - 6.0).max(0.0);
        let middle = if side.is_multiple_of(2) { 0.5 * room } else { sides - 0.5 * room };
        centre[axis] = middle + free * hand.between(-1.0, 1.0);
    }
    if let Some((_, Table::Under)) = page.table {
        centre = centre.map(|at| 0.5 * sides + 0.45 * (at - 0.5 * sides));
    }
    let mut ink = written(digit, page.pen, (centre, size, turn));
    match page.around {
        Some(Around::Circle) => {
            let (radius, at) = (hand.between(0.34, 0.42) * sides, [0.5 * sides, 0.5 * sides]);
            let round: Vec<Point> = (0..=120)
                .map(|step| std::f32::consts::TAU * step as f32 / 120.0)
                .map(|angle| (at[0] + radius * angle.cos(), at[1] + radius * angle.sin()))
                .collect();
            draw(&mut ink, &round, hand.between(2.5, 4.5));
        }
        Some(Around::Box) => {
            let (near, far) = (hand.between(0.1, 0.18) * sides, hand.between(0.8, 0.9) * sides);
            draw(&mut ink, &[(near, near), (far, near), (far, far), (near, far), (near, near)], hand.between(2.5, 5.0));
        }
        None => {}
    }
    let light = Light::new(page, &mut hand);
    let phase = [hand.between(0.0, 1.0), hand.between(0.0, 1.0)];
    let sheet = hand.between(-0.15, 0.15);
    let margin = match page.table {
        Some((_, Table::Around(margin))) => margin,
        _ => 0,
    };
    let whole = (SIDE + 2 * margin) as u32;
    RgbaImage::from_fn(whole, whole, |x, y| {
        let grain = page.grain * hand.normal(1.0);
        let (right, down) = (x as f32 - margin as f32, y as f32 - margin as f32);
        let table = page.table.filter(|&(_, table)| match table {
            Table::Around(_) => right < 0.0 || down < 0.0 || right >= sides || down >= sides,
            Table::Side(part) => {
                let along = [right, down][usize::from(side >= 2)] / sides;
                if side.is_multiple_of(2) { along >= 1.0 - part } else { along < part }
            }
            Table::Under => {
                let (right, down) = (right - 0.5 * sides, down - 0.5 * sides);
                let (across, along) =
                    (right * sheet.cos() + down * sheet.sin(), down * sheet.cos() - right * sheet.sin());
                across.abs() > 0.38 * sides || along.abs() > 0.42 * sides
            }
        });
        if let Some((tone, _)) = table {
            let grain = 2.0 * grain;
            return rgba(tone.map(|tone| tone * light.at(right, down) + grain), 1.0);
        }
        let ink = ink[down as usize * SIDE + right as usize];
        if page.clear {
            return rgba(page.ink, ink);
        }
        let darker = rules(page, right, down, phase);
        let tones = std::array::from_fn(|channel| {
            let paper = page.paper[channel] * (1.0 - darker * [1.0, 0.8, 0.5][channel]);
            (paper * (1.0 - ink) + page.ink[channel] * ink) * light.at(right, down) + grain
        });
        rgba(tones, 1.0)
    })
}

fn rgba(tones: [f32; 3], alpha: f32) -> Rgba<u8> {
    let [red, green, blue, alpha] =
        [tones[0], tones[1], tones[2], alpha].map(|tone| (255.0 * tone).round().clamp(0.0, 255.0) as u8);
    Rgba([red, green, blue, alpha])
}

/// How much darker a line makes the paper here.
fn rules(page: &Page, right: f32, down: f32, phase: [f32; 2]) -> f32 {
    let Some((apart, darker, crossed)) = page.ruled else { return 0.0 };
    let line = |at: f32, phase: f32| {
        let place = (at / apart + phase).rem_euclid(1.0) * apart;
        (1.3 - (place - 0.5 * apart).abs()).clamp(0.0, 1.0)
    };
    let mut on = line(down - page.lean * right, phase[0]);
    if crossed {
        on = on.max(line(right + page.lean * down, phase[1]));
    }
    darker * on
}

/// The light on a page.
struct Light {
    dusk: [f32; 2],
    lamp: Option<([f32; 2], f32)>,
    /// Where a shadow begins: the direction, the way along it, what is left, how wide its edge is.
    shadow: Option<([f32; 2], f32, f32, f32)>,
}

impl Light {
    fn new(page: &Page, hand: &mut Hand) -> Self {
        let angle = hand.between(0.0, std::f32::consts::TAU);
        let shadow =
            page.shadow.map(|(left, soft)| ([angle.cos(), angle.sin()], hand.between(-50.0, 50.0), left, soft));
        let part = hand.between(0.0, 1.0);
        let corner = [0.0, 1.0].map(|_| if hand.between(0.0, 1.0) < 0.5 { 30.0 } else { 330.0 });
        let lamp = page.lamp.map(|left| (corner, left));
        Self { dusk: [page.dusk * part, page.dusk * (1.0 - part)], lamp, shadow }
    }

    fn at(&self, right: f32, down: f32) -> f32 {
        let mut light = 1.0 - (self.dusk[0] * right + self.dusk[1] * down) / 360.0;
        if let Some((at, left)) = self.lamp {
            let far = ((right - at[0]).powi(2) + (down - at[1]).powi(2)) / (150.0_f32 * 150.0);
            light *= left + (1.0 - left) * (-far).exp();
        }
        if let Some((way, from, left, soft)) = self.shadow {
            let beyond = way[0] * (right - 180.0) + way[1] * (down - 180.0) - from;
            light *= 1.0 - (1.0 - left) * (beyond / soft + 0.5).clamp(0.0, 1.0);
        }
        light
    }
}

/// The digit's ink on a page of its own, from 0 to 1.
fn written(digit: &Digit, pen: f32, (centre, size, turn): ([f32; 2], f32, f32)) -> Vec<f32> {
    let mut ink = vec![0.0; SIDE * SIDE];
    match *digit {
        Digit::Written { label, habit, pen: usual } => {
            let habits = habits::of(label);
            for stroke in habits[habit % habits.len()] {
                let way: Vec<Point> = curve(stroke)
                    .into_iter()
                    .map(|(x, y)| placed(x, y, 1.0, 0.15, turn))
                    .map(|(x, y)| (centre[0] + size * x, centre[1] + size * y))
                    .collect();
                draw(&mut ink, &way, ((usual + pen) * size).max(2.0));
            }
        }
        Digit::Scanned(tones) => {
            // MNIST's digit is 20 of 28 pixels tall; its strokes grow by shifting the tone that counts as ink.
            let (step, level) = (20.0 / size, 0.5 - 4.0 * pen);
            for (at, ink) in ink.iter_mut().enumerate() {
                let (right, down) = ((at % SIDE) as f32 + 0.5 - centre[0], (at / SIDE) as f32 + 0.5 - centre[1]);
                let x = 13.5 + step * (right * turn.cos() + down * turn.sin());
                let y = 13.5 + step * (down * turn.cos() - right * turn.sin());
                *ink = ((smooth(tones, x, y) - level) / (0.5 * step).max(0.06) + 0.5).clamp(0.0, 1.0);
            }
        }
    }
    ink
}

/// A tone between the pixels of a picture of 28×28: the cubic B-spline through them.
fn smooth(tones: &[f32], x: f32, y: f32) -> f32 {
    let weights = |t: f32| {
        let rest = 1.0 - t;
        [rest.powi(3), 4.0 - 6.0 * t * t + 3.0 * t.powi(3), 4.0 - 6.0 * rest * rest + 3.0 * rest.powi(3), t.powi(3)]
            .map(|w| w / 6.0)
    };
    let (left, top) = (x.floor(), y.floor());
    let (across, along) = (weights(x - left), weights(y - top));
    let mut sum = 0.0;
    for (row, along) in (top as i32 - 1..).zip(along) {
        for (column, across) in (left as i32 - 1..).zip(across) {
            if (0..28).contains(&row) && (0..28).contains(&column) {
                sum += along * across * tones[(28 * row + column) as usize];
            }
        }
    }
    sum
}

fn draw(ink: &mut [f32], way: &[Point], thickness: f32) {
    for pair in way.windows(2) {
        line(ink, (SIDE, SIDE), pair[0], pair[1], 0.5 * thickness);
    }
}
