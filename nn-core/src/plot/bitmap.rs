//! From a scene to a PNG file.

use plotters::prelude::BitMapBackend;

use super::letters::Page;
use super::painter::Painter;
use super::png;
use super::scene::{Scene, Shape};
use super::theme::{BORDER, CARD, Color, RADIUS};

/// How many times larger than the PNG its drawing is, in both directions.
const OVERSAMPLING: u32 = 3;

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
    let mut page = Page::new(&mut pixels, columns as usize, f64::from(columns) / width);
    for shape in &scene.shapes {
        if let Shape::Text { x, y, text, style } = shape {
            page.text(*x, *y, text, style);
        }
    }
    round_corners(&mut pixels, columns as usize, rows as usize, resolution);
    png::reduced(columns as usize, &pixels, resolution)
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
                    let Color(red, green, blue) = CARD.mixed(BORDER, border);
                    let alpha = ((inside + 0.5).clamp(0.0, 1.0) * 255.0).round() as u8;
                    *pixel = [red, green, blue, alpha];
                }
            }
        }
    }
}
