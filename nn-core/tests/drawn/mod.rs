//! A hundred digits as a hand would draw them: ten of each, of several habits of writing, with pens from hairline to
//! marker, on white and grey and shaded paper and on a blackboard, of any size, place and slant. The same on every machine.
//!
//! `cargo test -p nn-core --test drawn_digits` reads them with trained networks; `tests/pad.rs` shows the same ones to the
//! drawing pad's JavaScript.
#![allow(dead_code, reason = "every test file is a crate of its own and uses a part of this")]

pub mod conditions;
mod habits;

use image::{Rgb, RgbImage};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal, Uniform};

pub type Point = (f32, f32);

/// A picture of one digit.
pub struct Drawn {
    pub label: usize,
    /// How it was drawn, for messages.
    pub how: String,
    pub image: RgbImage,
}

/// The hundred digits, 0 to 9 and again from 0, on pages of different sizes.
pub fn digits() -> Vec<Drawn> {
    (0..100).map(|number| drawn(number % 10, number / 10, None)).collect()
}

/// The same digits, each on a page of this many pixels a side.
pub fn digits_on(side: u32) -> Vec<Drawn> {
    (0..100).map(|number| drawn(number % 10, number / 10, Some(side))).collect()
}

/// Draws `label` in the way number `variant`, 0 to 9.
fn drawn(label: usize, variant: usize, side: Option<u32>) -> Drawn {
    let mut hand = Hand(ChaCha8Rng::seed_from_u64((1000 * label + variant) as u64));
    let width = hand.between(260.0, 620.0) as u32;
    let height = (width as f32 * hand.between(0.8, 1.25)) as u32;
    let (width, height) = side.map_or((width, height), |side| (side, side));
    let habits = habits::of(label);
    let habit = &habits[variant % habits.len()];

    // The digit in a box of height 1 around its middle, leaning and turned.
    let (slant, turn) = (hand.between(-0.12, 0.42), hand.between(-0.12, 0.12));
    let broad = hand.between(0.8, 1.15);
    let strokes: Vec<Vec<Point>> = habit
        .iter()
        .map(|stroke| {
            let moved = stroke.iter().map(|&(x, y)| (x + hand.normal(0.013), y + hand.normal(0.013)));
            let moved: Vec<Point> = moved.collect();
            curve(&moved).into_iter().map(|(x, y)| placed(x, y, broad, slant, turn)).collect()
        })
        .collect();
    let ends = |of: fn(&Point) -> f32| {
        let values = || strokes.iter().flatten().map(of);
        (values().fold(f32::MAX, f32::min), values().fold(f32::MIN, f32::max))
    };
    let ((left, right), (top, bottom)) = (ends(|point| point.0), ends(|point| point.1));

    // Its size and place on the page, with a margin so that the pen stays on it.
    let pen_per_height = [0.025, 0.04, 0.055, 0.07, 0.085, 0.1, 0.12, 0.14, 0.06, 0.09][variant];
    let room = (width as f32 / (right - left)).min(height as f32 / (bottom - top));
    let size = room * hand.between(0.3, 0.8);
    let thickness = (pen_per_height * size * (bottom - top).max(0.5)).max(2.2);
    let margin = thickness * 0.8 + 4.0;
    let mut place = |length: u32, from: f32, to: f32| {
        let free = (length as f32 - 2.0 * margin - size * (to - from)).max(0.0);
        margin - size * from + free * hand.between(0.0, 1.0)
    };
    let (x, y) = (place(width, left, right), place(height, top, bottom));
    let pixels: Vec<Vec<Point>> = strokes
        .iter()
        .map(|stroke| stroke.iter().map(|point| (x + size * point.0, y + size * point.1)).collect())
        .collect();

    let paper = Paper::choose(&mut hand);
    let image = draw(width, height, &pixels, thickness, &paper, &mut hand);
    let how = format!(
        "{label}, variant {variant}: pen {thickness:.1}, size {:.0}, slant {slant:.2}, page {width}×{height}, {}",
        size * (bottom - top),
        paper.name
    );
    Drawn { label, how, image }
}

fn placed(x: f32, y: f32, broad: f32, slant: f32, turn: f32) -> Point {
    let (x, y) = ((x - 0.3) * broad, y - 0.5);
    let x = x - slant * y;
    (x * turn.cos() - y * turn.sin(), x * turn.sin() + y * turn.cos())
}

/// A smooth way through the points (Catmull-Rom), in small steps; a straight one between two.
fn curve(points: &[Point]) -> Vec<Point> {
    const STEPS: usize = 24;
    let point = |i: isize| points[i.clamp(0, points.len() as isize - 1) as usize];
    let mut way = Vec::new();
    for i in 0..points.len() as isize - 1 {
        let [a, b, c, d] = [point(i - 1), point(i), point(i + 1), point(i + 2)];
        way.extend((0..STEPS).map(|step| {
            let t = step as f32 / STEPS as f32;
            let along = |a: f32, b: f32, c: f32, d: f32| {
                0.5 * (2.0 * b
                    + (c - a) * t
                    + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
                    + (3.0 * (b - c) + d - a) * t * t * t)
            };
            (along(a.0, b.0, c.0, d.0), along(a.1, b.1, c.1, d.1))
        }));
    }
    way.extend(points.last());
    way
}

/// What is drawn on, and with what.
struct Paper {
    name: &'static str,
    paper: [f32; 3],
    ink: [f32; 3],
    /// How much darker it is at the far corner.
    shade: f32,
    /// The grain's strength.
    grain: f32,
    /// Faint lines every so many pixels; none at 0.
    ruled: u32,
}

impl Paper {
    fn choose(hand: &mut Hand) -> Self {
        let white = |name, ink| Self { name, paper: [255.0; 3], ink, shade: 0.0, grain: 0.0, ruled: 0 };
        let kinds = [
            white("ballpoint on white", [20.0, 40.0, 120.0]),
            Self { grain: 3.0, paper: [250.0, 246.0, 232.0], ..white("ink on cream", [30.0, 30.0, 50.0]) },
            Self {
                grain: 5.0,
                shade: 60.0,
                paper: [215.0, 212.0, 205.0],
                ..white("a photo in side light", [50.0, 50.0, 60.0])
            },
            Self { grain: 4.0, ruled: 38, paper: [248.0, 249.0, 252.0], ..white("ruled paper", [25.0, 35.0, 90.0]) },
            Self { grain: 6.0, paper: [45.0, 62.0, 52.0], ..white("chalk on a board", [225.0, 228.0, 220.0]) },
            Self { grain: 4.0, paper: [190.0, 165.0, 130.0], ..white("marker on cardboard", [40.0, 25.0, 20.0]) },
            white("black on white", [0.0; 3]),
            Self { paper: [0.0; 3], ..white("white on black", [255.0; 3]) },
            Self { grain: 7.0, shade: 30.0, paper: [228.0, 226.0, 222.0], ..white("pencil", [120.0, 120.0, 124.0]) },
            Self {
                grain: 3.0,
                shade: 90.0,
                paper: [240.0, 235.0, 225.0],
                ..white("a red pen under a lamp", [170.0, 30.0, 30.0])
            },
        ];
        let choice = hand.between(0.0, kinds.len() as f32) as usize;
        kinds.into_iter().nth(choice).unwrap()
    }
}

fn draw(width: u32, height: u32, strokes: &[Vec<Point>], thickness: f32, paper: &Paper, hand: &mut Hand) -> RgbImage {
    let (w, h) = (width as usize, height as usize);
    let mut coverage = vec![0.0_f32; w * h];
    for stroke in strokes {
        let (speed, phase) = (hand.between(2.0, 6.0), hand.between(0.0, std::f32::consts::TAU));
        for (i, pair) in stroke.windows(2).enumerate() {
            let along = i as f32 / stroke.len() as f32;
            // Pressure comes and goes along a stroke.
            let radius = 0.5 * thickness * (0.9 + 0.14 * (speed * along + phase).sin());
            line(&mut coverage, (w, h), pair[0], pair[1], radius);
        }
    }
    let lean = hand.between(0.0, 1.0);
    RgbImage::from_fn(width, height, |x, y| {
        let ink = coverage[y as usize * w + x as usize];
        let (right, down) = (x as f32 / width as f32, y as f32 / height as f32);
        let shade = paper.shade * (lean * right + (1.0 - lean) * down);
        let ruled = if paper.ruled > 0 && y % paper.ruled == 7 { 18.0 } else { 0.0 };
        let grain = paper.grain * hand.normal(1.0).clamp(-3.0, 3.0);
        Rgb(std::array::from_fn(|channel| {
            let page = paper.paper[channel] - ruled;
            (page * (1.0 - ink) + paper.ink[channel] * ink - shade + grain).round().clamp(0.0, 255.0) as u8
        }))
    })
}

/// A round pen's way from one point to the next, with an edge a pixel wide.
fn line(coverage: &mut [f32], (width, height): (usize, usize), a: Point, b: Point, radius: f32) {
    let range = |a: f32, b: f32, length: usize| {
        let (from, to) = (a.min(b) - radius - 1.0, a.max(b) + radius + 2.0);
        from.max(0.0) as usize..(to.max(0.0) as usize).min(length)
    };
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = (dx * dx + dy * dy).max(1e-9);
    for row in range(a.1, b.1, height) {
        for column in range(a.0, b.0, width) {
            let (x, y) = (column as f32 + 0.5 - a.0, row as f32 + 0.5 - a.1);
            let along = ((x * dx + y * dy) / length).clamp(0.0, 1.0);
            let distance = (x - along * dx).hypot(y - along * dy);
            let pixel = &mut coverage[row * width + column];
            *pixel = pixel.max((radius - distance + 0.5).clamp(0.0, 1.0));
        }
    }
}

/// Chance, the same for the same seed.
struct Hand(ChaCha8Rng);

impl Hand {
    fn between(&mut self, low: f32, high: f32) -> f32 {
        Uniform::new(low, high).unwrap().sample(&mut self.0)
    }

    fn normal(&mut self, deviation: f32) -> f32 {
        let sample: f32 = StandardNormal.sample(&mut self.0);
        deviation * sample
    }
}
