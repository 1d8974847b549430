//! Draws `data/drawn.png`: a sheet of a hundred digits, drawn by a program in the manner of many hands, pens and papers; the same
//! bytes every time.
//!
//! Ten rows of ten fields, each of 64×64 pixels of grey: the digits 0 to 9 from left to right, ten times. They are those that
//! `tests/drawn_digits.rs` reads, each on a square page, reduced.
//!
//! ```sh
//! cargo run -p nn-core --example draw_sheet data
//! ```

#[path = "../tests/drawn/mod.rs"]
mod drawn;

use image::GrayImage;

/// Pixels per side of a field; the sheet has ten by ten of them.
const FIELD: u32 = 64;
/// Pixels of a page per pixel of its field, to a side.
const REDUCED: u32 = 6;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("into which folder? For instance data")?;
    let mut sheet = GrayImage::new(10 * FIELD, 10 * FIELD);
    for (digit, number) in drawn::digits_on(FIELD * REDUCED).into_iter().zip(0..) {
        let (left, top) = (number % 10 * FIELD, number / 10 * FIELD);
        for (x, y, pixel) in field(&digit.image).enumerate_pixels() {
            sheet.put_pixel(left + x, top + y, *pixel);
        }
    }
    let file = std::path::Path::new(&folder).join("drawn.png");
    sheet.save(&file)?;
    println!("{}: {}×{}", file.display(), sheet.width(), sheet.height());
    Ok(())
}

/// The page in grey, each pixel the mean of a square of [`REDUCED`] · [`REDUCED`].
fn field(page: &image::RgbImage) -> GrayImage {
    GrayImage::from_fn(FIELD, FIELD, |x, y| {
        let mut sum = 0.0;
        for row in y * REDUCED..(y + 1) * REDUCED {
            for column in x * REDUCED..(x + 1) * REDUCED {
                let image::Rgb([red, green, blue]) = *page.get_pixel(column, row);
                sum += 0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue);
            }
        }
        image::Luma([(sum / (REDUCED * REDUCED) as f32).round() as u8])
    })
}
