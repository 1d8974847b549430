//! Files of handwriting: every kind of PNG and JPEG is read as the same digit, and what is no picture is refused.

#[path = "common/handwriting.rs"]
mod handwriting;

use std::fs;

use handwriting::{assert_alike, byte, grey_image, likeness, png, prepared, usual};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, Luma, LumaA, Rgb, Rgba};
use image::{GrayImage, ImageBuffer, RgbImage, RgbaImage};
use ndarray::{Array2, s};
use nn_core::data::{self, Handwriting};

/// Writes a file with these bytes and reads it as a digit.
fn read(bytes: &[u8]) -> Result<Handwriting, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("digit.png");
    fs::write(&path, bytes).unwrap();
    data::handwriting(path).map_err(|error| error.to_string())
}

#[track_caller]
fn assert_refused(bytes: &[u8], expected: &str) {
    let message = read(bytes).expect_err("was read");
    assert!(message.contains("digit.png: "), "does not name the file: {message}");
    assert!(message.contains(expected), "expected … {expected} …\n   found {message}");
}

#[test]
fn every_kind_of_png_and_jpeg_gives_the_same_digit() {
    let grey = usual();
    let digit = prepared(grey.clone());
    let (width, height) = (grey.ncols() as u32, grey.nrows() as u32);
    let at = |x: u32, y: u32| grey[[y as usize, x as usize]];
    let wide = |tone: f32| (tone * 65535.0).round() as u16;
    let jpeg = {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&grey_image(&grey)).unwrap();
        bytes
    };
    let clear = RgbaImage::from_fn(width, height, |x, y| Rgba([0, 0, 0, byte(1.0 - at(x, y))]));
    // A green whose tone is 0.587 times its value, on white.
    let green = RgbImage::from_fn(width, height, |x, y| {
        let tone = byte(at(x, y));
        Rgb([tone, 255 - (255 - tone) / 2, tone])
    });
    for (what, bytes) in [
        ("grey", png(grey_image(&grey))),
        ("grey, 16 bits", png(ImageBuffer::from_fn(width, height, |x, y| Luma([wide(at(x, y))])))),
        (
            "grey with transparency",
            png(ImageBuffer::from_fn(width, height, |x, y| LumaA([0_u8, byte(1.0 - at(x, y))]))),
        ),
        ("colour", png(RgbImage::from_fn(width, height, |x, y| Rgb([byte(at(x, y)); 3])))),
        ("colour, 16 bits", png(ImageBuffer::from_fn(width, height, |x, y| Rgb([wide(at(x, y)); 3])))),
        ("transparent paper", png(clear)),
        ("green ink", png(green)),
        ("palette", palette_png(&grey)),
        ("jpeg", jpeg),
    ] {
        let other = read(&bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
        let likeness = likeness(digit.view(), other.view());
        assert!(likeness > 0.99, "{what}: likeness {likeness}");
    }
}

/// A PNG whose pixels are numbers of colours: 16 greys.
fn palette_png(grey: &Array2<f32>) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], content: &[u8]| {
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(content);
        [&(content.len() as u32).to_be_bytes(), &kind[..], content, &sum.sum().to_be_bytes()].concat()
    };
    let (height, width) = grey.dim();
    let size = [(width as u32).to_be_bytes(), (height as u32).to_be_bytes()].concat();
    let colours: Vec<u8> = (0..16_u8).flat_map(|tone| [tone * 17; 3]).collect();
    let mut rows = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    for row in grey.outer_iter() {
        let numbers: Vec<u8> = row.iter().map(|tone| (tone * 15.0).round() as u8).collect();
        std::io::Write::write_all(&mut rows, &[&[0], &numbers[..]].concat()).unwrap();
    }
    let header = [&size[..], &[8, 3, 0, 0, 0]].concat();
    let (header, colours) = (chunk(b"IHDR", &header), chunk(b"PLTE", &colours));
    [&b"\x89PNG\r\n\x1a\n"[..], &header, &colours, &chunk(b"IDAT", &rows.finish().unwrap()), &chunk(b"IEND", &[])]
        .concat()
}

#[test]
fn colours_become_grey_with_the_weights_of_the_eye() {
    let pure = |pixel: [u8; 4]| {
        let image = RgbaImage::from_fn(9, 9, |x, y| if (x, y) == (4, 4) { Rgba([0, 0, 0, 255]) } else { Rgba(pixel) });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("colour.png");
        image.save(&path).unwrap();
        data::handwriting_stretched(&path).unwrap().steps()[0].pixels[[0, 0]]
    };
    for (pixel, tone) in [
        ([255, 0, 0, 255], 0.299),
        ([0, 255, 0, 255], 0.587),
        ([0, 0, 255, 255], 0.114),
        ([0, 0, 0, 0], 1.0),
        ([0, 0, 0, 51], 0.8),
        ([255, 255, 255, 255], 1.0),
    ] {
        assert!((pure(pixel) - tone).abs() < 1e-6, "{pixel:?}: {}", pure(pixel));
    }
}

/// The camera notes how it was held; the eight notes of Exif, and how the picture's rows and columns lie then.
#[test]
fn a_photo_is_turned_upright_as_the_camera_noted() {
    let upright = usual().slice(s![.., ..160]).to_owned();
    let digit = prepared(upright.clone());
    for note in 1..=8_u8 {
        let mut stored = upright.view();
        // What must be undone: mirrored for 2, 4, 5, 7; turned by 180° for 3 and 4, by 90° for 5 to 8.
        match note {
            2 => stored.invert_axis(ndarray::Axis(1)),
            3 => stored.slice_collapse(s![..;-1, ..;-1]),
            4 => stored.invert_axis(ndarray::Axis(0)),
            5 => stored.swap_axes(0, 1),
            6 => {
                stored.swap_axes(0, 1);
                stored.invert_axis(ndarray::Axis(0));
            }
            7 => {
                stored.swap_axes(0, 1);
                stored.slice_collapse(s![..;-1, ..;-1]);
            }
            8 => {
                stored.swap_axes(0, 1);
                stored.invert_axis(ndarray::Axis(1));
            }
            _ => {}
        }
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
        // A little-endian TIFF with one entry: 0x0112, orientation, a short.
        let exif =
            [b"II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[note, 0, 0, 0, 0, 0, 0, 0]].concat();
        encoder.set_exif_metadata(exif).unwrap();
        encoder.encode_image(&grey_image(&stored.to_owned())).unwrap();
        let other = read(&bytes).unwrap();
        let likeness = likeness(digit.view(), other.view());
        assert!(likeness > 0.99, "note {note}: likeness {likeness}");
    }
}

#[test]
fn drawings_of_25_million_pixels_are_read() {
    let digit = prepared(usual());
    let grey = grey_image(&usual());
    let large = RgbaImage::from_fn(5000, 5000, |x, y| {
        let Luma([tone]) = *grey.get_pixel(x / 25, y / 25);
        Rgba([tone, tone, tone, 255])
    });
    assert_alike(&digit, &read(&png(large)).unwrap(), 0.97);
}

#[test]
fn light_ink_on_a_transparent_page_is_read() {
    let digit = prepared(usual());
    let grey = grey_image(&usual());
    let light = RgbaImage::from_fn(200, 200, |x, y| Rgba([255, 255, 255, 255 - grey.get_pixel(x, y).0[0]]));
    assert_alike(&digit, &read(&png(light)).unwrap(), 0.99);
}

#[test]
fn files_that_are_no_pictures_are_refused() {
    assert_refused(b"", "expected a PNG or JPEG picture, found an empty file (0 bytes)");
    assert_refused(
        b"label,1x1",
        "expected a PNG or JPEG picture, found a file that starts with the bytes [6c, 61, 62, 65]",
    );
    assert_refused(b"GIF89a\x01\0\x01\0\0\0\0;", "found a GIF picture: save it as PNG or JPEG");
    assert_refused(
        b"\0\0\0\x24ftypheic\0\0\0\0mif1heic",
        "found a HEIC picture, as iPhones take them: export it as JPEG",
    );
    assert_refused(
        b"<!DOCTYPE html><html></html>",
        "found a web page (HTML), often a server's error or login page saved under this name: download the file again, and look at it",
    );
    assert_refused(b"%PDF-1.7", "found a PDF document: take a picture of its page");
    let folder = tempfile::tempdir().unwrap();
    let message = data::handwriting(folder.path()).unwrap_err().to_string();
    assert!(message.contains("expected a PNG or JPEG picture, found a folder"), "{message}");
    let message = data::handwriting(folder.path().join("none.png")).unwrap_err().to_string();
    assert!(message.contains("none.png: cannot read: "), "{message}");
}

#[test]
fn truncated_pictures_are_refused() {
    let sound = png(grey_image(&usual()));
    for length in [8, 20, 33, sound.len() / 2, sound.len() - 20] {
        assert_refused(&sound[..length], "expected a whole PNG or JPEG picture, found damage: ");
    }
}

/// Found by fuzzing: the decoder panics on it.
#[test]
fn a_picture_on_which_its_decoder_gives_up_is_refused() {
    let broken = include_bytes!("../fuzz/seeds/image/jpeg_that_zune_panics_on.jpg");
    assert_refused(broken, "expected a whole PNG or JPEG picture, found damage: the decoder gave up");
}

#[test]
fn a_giant_picture_is_refused_before_it_is_decoded() {
    let expected = "expected a picture of at most 128 million pixels, found 30000×30000";
    assert_refused(&png_header(30_000, 30_000), expected);
    assert_refused(&png_header(7000, 7000), "expected a whole PNG or JPEG picture, found damage: ");
}

/// A PNG file with nothing but a header that promises this size, in colours of 32 bits.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Only the first 33 bytes are kept: signature, and the header whose size and checksum are then put in.
    PngEncoder::new(&mut bytes).write_image(&[0; 4], 1, 1, ExtendedColorType::Rgba8).unwrap();
    let mut header = b"IHDR".to_vec();
    header.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
    header.extend(&bytes[24..29]);
    let mut sum = flate2::Crc::new();
    sum.update(&header);
    [&bytes[..12], &header, &sum.sum().to_be_bytes(), &bytes[33..]].concat()
}

#[test]
fn tiny_pictures_are_refused() {
    for (width, height) in [(1, 1), (4, 100), (100, 4)] {
        let found = format!("expected a picture of at least 5×5 pixels, found {width}×{height}");
        assert_refused(&png(GrayImage::from_pixel(width, height, Luma([0]))), &found);
    }
    let message = Handwriting::from_grey(Array2::zeros((0, 0))).unwrap_err().to_string();
    assert_eq!(message, "grey: expected a picture of at least 5×5 pixels, found 0×0");
}

#[test]
fn a_blank_page_says_so() {
    for tone in [0, 90, 255] {
        assert_refused(&png(GrayImage::from_pixel(120, 90, Luma([tone]))), "expected a digit, found a blank page");
    }
    let grainy = GrayImage::from_fn(120, 90, |x, y| Luma([200 + (x * 7919 + y * 104_729) as u8 % 9]));
    assert_refused(&png(grainy), "expected a digit, found a blank page");
    assert_refused(&png(RgbaImage::from_pixel(50, 50, Rgba([0, 0, 0, 0]))), "expected a digit, found a blank page");
    let shaded = Array2::from_shape_fn((100, 100), |(row, column)| 0.5 + 0.002 * row as f32 + 0.001 * column as f32);
    assert!(Handwriting::from_grey(shaded).unwrap_err().to_string().contains("found a blank page"));
}
