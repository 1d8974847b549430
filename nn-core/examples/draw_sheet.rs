//! Draws two sheets of digits, by a program in the manner of many hands; the same bytes every time.
//!
//! `data/drawn.png`: ten rows of ten fields, each of 64×64 pixels of grey: the digits 0 to 9 from left to right, ten times, with
//! pens from hairline to marker on papers of many kinds. They are those that `tests/drawn_digits.rs` reads, each on a square
//! page, reduced. `data/ten.png`: the digits 0 to 9 in two rows on one page.
//!
//! ```sh
//! cargo run -p nn-core --example draw_sheet data
//! ```

#[path = "../tests/drawn/mod.rs"]
mod drawn;

use std::path::Path;

use drawn::conditions::{self, Digit, PLAIN};
use image::{GrayImage, ImageResult, Luma, Rgb, RgbImage};

/// Pixels per side of a field of `drawn.png`, and pixels of a page per pixel of its field, to a side.
const FIELD: u32 = 64;
const REDUCED: u32 = 6;
/// The same for `ten.png`; [`conditions::picture`] makes pages of 360 pixels a side.
const LARGE_FIELD: u32 = 180;
const HALVED: u32 = 2;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("into which folder? For instance data")?;
    let pages = drawn::digits_on(FIELD * REDUCED).into_iter().map(|digit| field(&digit.image, REDUCED));
    save(Path::new(&folder), "drawn.png", pages.collect(), 10)?;
    let page = |label: usize| {
        let digit = Digit::Written { label, habit: 1, pen: 0.07 };
        let page = conditions::picture(&PLAIN, &digit, 7 + label as u64);
        field(&RgbImage::from_fn(page.width(), page.height(), |x, y| Rgb(first_three(page.get_pixel(x, y).0))), HALVED)
    };
    assert_eq!(page(0).width(), LARGE_FIELD);
    save(Path::new(&folder), "ten.png", (0..10).map(page).collect(), 5)?;
    Ok(())
}

/// Writes a sheet of these fields, so many in a row.
fn save(folder: &Path, name: &str, fields: Vec<GrayImage>, columns: u32) -> ImageResult<()> {
    let side = fields[0].width();
    let mut sheet = GrayImage::new(columns * side, fields.len() as u32 / columns * side);
    for (field, number) in fields.iter().zip(0..) {
        let (left, top) = (number % columns * side, number / columns * side);
        for (x, y, pixel) in field.enumerate_pixels() {
            sheet.put_pixel(left + x, top + y, *pixel);
        }
    }
    let file = folder.join(name);
    sheet.save(&file)?;
    println!("{}: {}×{}", file.display(), sheet.width(), sheet.height());
    Ok(())
}

/// The page in grey, each pixel the mean of a square of `reduced` · `reduced`.
fn field(page: &RgbImage, reduced: u32) -> GrayImage {
    GrayImage::from_fn(page.width() / reduced, page.height() / reduced, |x, y| {
        let mut sum = 0.0;
        for row in y * reduced..(y + 1) * reduced {
            for column in x * reduced..(x + 1) * reduced {
                let Rgb([red, green, blue]) = *page.get_pixel(column, row);
                sum += 0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue);
            }
        }
        Luma([(sum / (reduced * reduced) as f32).round() as u8])
    })
}

fn first_three([red, green, blue, _]: [u8; 4]) -> [u8; 3] {
    [red, green, blue]
}
