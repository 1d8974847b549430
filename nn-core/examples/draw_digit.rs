//! Draws `data/digit.png` and `data/note.png`: a three as a hand with a soft pen would write it, once large, once small in a
//! corner of a note; the same bytes every time.
//!
//! ```sh
//! cargo run -p nn-core --example draw_digit data
//! ```

use image::{Rgb, RgbImage};

/// A sheet of paper, and where on it the digit stands: `left` and `top` in pixels, `scale` as a part of [`PATH`]'s size.
struct Sheet {
    file: &'static str,
    width: u32,
    height: u32,
    paper: [f32; 3],
    left: f32,
    top: f32,
    scale: f32,
}

const SHEETS: [Sheet; 2] = [
    Sheet { file: "digit.png", width: 300, height: 300, paper: [251.0, 250.0, 246.0], left: 0.0, top: 0.0, scale: 1.0 },
    Sheet {
        file: "note.png",
        width: 360,
        height: 270,
        paper: [232.0, 226.0, 208.0],
        left: 215.0,
        top: 120.0,
        scale: 0.4,
    },
];

const INK: [f32; 3] = [33.0, 38.0, 66.0];

/// What the pen's way bends towards, the points of a cubic B-spline: pixels on a sheet of 300×300, and the pressure there.
const PATH: [(f32, f32, f32); 16] = [
    (86.0, 88.0, 0.30),
    (104.0, 58.0, 0.80),
    (134.0, 42.0, 1.00),
    (168.0, 50.0, 1.15),
    (184.0, 82.0, 1.30),
    (170.0, 112.0, 1.10),
    (144.0, 130.0, 0.80),
    (114.0, 139.0, 0.60),
    (114.0, 139.0, 0.60),
    (156.0, 136.0, 0.85),
    (190.0, 154.0, 1.15),
    (203.0, 190.0, 1.35),
    (186.0, 224.0, 1.30),
    (150.0, 243.0, 1.10),
    (112.0, 240.0, 0.80),
    (82.0, 218.0, 0.35),
];

/// Half the stroke's width at a pressure of 1, in pixels.
const RADIUS: f32 = 11.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("into which folder? For instance data")?;
    for sheet in SHEETS {
        let file = std::path::Path::new(&folder).join(sheet.file);
        draw(&sheet).save(&file)?;
        println!("{}: {}×{}", file.display(), sheet.width, sheet.height);
    }
    Ok(())
}

fn draw(sheet: &Sheet) -> RgbImage {
    let mut coverage = vec![0.0_f32; (sheet.width * sheet.height) as usize];
    for (x, y, pressure) in pen_positions() {
        let (x, y) = (sheet.left + sheet.scale * x, sheet.top + sheet.scale * y);
        let radius = sheet.scale * RADIUS * (0.25 + 0.75 * pressure);
        stamp(&mut coverage, sheet, (x, y), radius, 0.86 + 0.12 * pressure.min(1.1));
    }
    RgbImage::from_fn(sheet.width, sheet.height, |x, y| {
        let ink = coverage[(y * sheet.width + x) as usize];
        // Paper and ink are never quite even.
        let grain = 1.6 * (noise(x, y) - 0.5);
        Rgb(std::array::from_fn(|channel| {
            (sheet.paper[channel] * (1.0 - ink) + INK[channel] * ink + grain).round() as u8
        }))
    })
}

/// The pen's way in small steps: a smooth curve along [`PATH`], with the slight tremble of a hand.
fn pen_positions() -> impl Iterator<Item = (f32, f32, f32)> {
    const STEPS: usize = 80;
    (0..(PATH.len() - 1) * STEPS).map(|step| {
        let (part, t) = (step / STEPS, (step % STEPS) as f32 / STEPS as f32);
        let point = |offset: isize| PATH[(part as isize + offset).clamp(0, PATH.len() as isize - 1) as usize];
        let points = [point(-1), point(0), point(1), point(2)];
        let curve = |of: fn((f32, f32, f32)) -> f32| {
            let [a, b, c, d] = points.map(of);
            let (first, last) = ((1.0 - t).powi(3), t.powi(3));
            let second = 3.0 * last - 6.0 * t * t + 4.0;
            (first * a + second * b + (6.0 - first - second - last) * c + last * d) / 6.0
        };
        let way = step as f32 / STEPS as f32;
        let tremble = |speed: f32, phase: f32| 0.6 * (speed * way + phase).sin() + 0.3 * (2.7 * speed * way).sin();
        let pressure = curve(|point| point.2) + 0.05 * tremble(3.1, 2.0);
        (curve(|point| point.0) + tremble(2.3, 0.4), curve(|point| point.1) + tremble(1.9, 1.3), pressure)
    })
}

/// Lets the pen's round tip touch the paper, with a soft edge one and a half pixels wide.
fn stamp(coverage: &mut [f32], sheet: &Sheet, (x, y): (f32, f32), radius: f32, darkness: f32) {
    let range = |at: f32, end: u32| (at - radius - 2.0).max(0.0) as u32..((at + radius + 3.0) as u32).min(end);
    for row in range(y, sheet.height) {
        for column in range(x, sheet.width) {
            let distance = ((column as f32 + 0.5 - x).powi(2) + (row as f32 + 0.5 - y).powi(2)).sqrt();
            let ink = darkness * ((radius - distance) / 1.5 + 0.5).clamp(0.0, 1.0);
            let pixel = &mut coverage[(row * sheet.width + column) as usize];
            *pixel = pixel.max(ink);
        }
    }
}

/// A number from 0 to 1 that looks random, from a place.
fn noise(x: u32, y: u32) -> f32 {
    let mut bits = x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x2c1b_3c6d);
    bits = (bits ^ (bits >> 12)).wrapping_mul(0x297a_2d39);
    (bits >> 16) as f32 / 65535.0
}
