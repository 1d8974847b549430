//! Pictures of digits: MNIST's own come back as they were, a drawn one is found wherever and however it stands, and
//! everything that is no digit is refused or warned about.

#[path = "common/repository.rs"]
mod repository;

use std::fs;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, Luma, LumaA, Rgb, Rgba};
use image::{GrayImage, ImageBuffer, RgbImage, RgbaImage};
use ndarray::{Array2, ArrayView1, s};
use nn_core::data::{self, Handwriting};

/// How dark a stroke of this thickness is at a point, for lines between these points: 0 to 1, with soft edges.
fn ink(x: f32, y: f32, points: &[(f32, f32)], thickness: f32) -> f32 {
    let distance = |pair: &[(f32, f32)]| {
        let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
        let (dx, dy) = (bx - ax, by - ay);
        let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        (x - ax - along * dx).hypot(y - ay - along * dy)
    };
    let nearest = points.windows(2).map(distance).fold(f32::INFINITY, f32::min);
    (thickness / 2.0 - nearest + 0.5).clamp(0.0, 1.0)
}

/// A seven, `size` pixels tall, on a picture of this height and width, from 0 (black ink) to 1 (white paper).
fn seven(height: usize, width: usize, (top, left): (f32, f32), size: f32, thickness: f32) -> Array2<f32> {
    let points = [(0.0, 0.1), (0.65, 0.0), (0.25, 1.0)].map(|(x, y)| (left + x * size, top + y * size));
    Array2::from_shape_fn((height, width), |(row, column)| {
        1.0 - ink(column as f32 + 0.5, row as f32 + 0.5, &points, thickness)
    })
}

fn usual() -> Array2<f32> {
    seven(200, 200, (40.0, 60.0), 120.0, 14.0)
}

fn prepared(grey: Array2<f32>) -> Handwriting {
    Handwriting::from_grey(grey).unwrap()
}

/// How alike two pictures are: the cosine of the angle between them.
fn likeness(a: ArrayView1<f32>, b: ArrayView1<f32>) -> f32 {
    a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt()
}

#[track_caller]
fn assert_alike(digit: &Handwriting, other: &Handwriting, least: f32) {
    let likeness = likeness(digit.view(), other.view());
    assert!(likeness >= least, "likeness {likeness}, expected at least {least}");
}

/// Writes a file with these bytes and reads it as a digit.
fn read(bytes: &[u8]) -> Result<Handwriting, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("digit.png");
    fs::write(&path, bytes).unwrap();
    data::handwriting(path).map_err(|error| error.to_string())
}

fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn byte(tone: f32) -> u8 {
    (tone * 255.0).round() as u8
}

fn grey_image(grey: &Array2<f32>) -> GrayImage {
    GrayImage::from_fn(grey.ncols() as u32, grey.nrows() as u32, |x, y| Luma([byte(grey[[y as usize, x as usize]])]))
}

#[track_caller]
fn assert_refused(bytes: &[u8], expected: &str) {
    let message = read(bytes).expect_err("was read");
    assert!(message.contains("digit.png: "), "does not name the file: {message}");
    assert!(message.contains(expected), "expected … {expected} …\n   found {message}");
}

/// MNIST's pictures are in their final form: preparing them again changes next to nothing.
#[test]
fn mnists_own_digits_come_back_as_they_were() {
    let Some(folder) = repository::data_folder() else { return };
    let test = data::csv(folder.join("mnist_test.csv.gz")).unwrap().first(500);
    let likenesses: Vec<f32> = test
        .inputs
        .outer_iter()
        .map(|digit| {
            let grey = digit.mapv(|ink| 1.0 - ink).into_shape_with_order((28, 28)).unwrap();
            likeness(prepared(grey).view(), digit)
        })
        .collect();
    let alike = likenesses.iter().filter(|&&likeness| likeness > 0.99).count();
    let mean = likenesses.iter().sum::<f32>() / likenesses.len() as f32;
    assert!(alike > 375 && mean > 0.96, "{alike} of 500 are alike, mean {mean}");
}

#[test]
fn the_digit_of_the_repository_is_prepared_without_warnings() {
    let Some(folder) = repository::data_folder() else { return };
    let digit = data::handwriting(folder.join("digit.png")).unwrap();
    assert!(digit.warnings().is_empty(), "{:?}", digit.warnings());
    assert_eq!(format!("{digit:?}"), "Handwriting: 28×28 from 300×300, 0 warnings");
    let names: Vec<&str> = digit.steps().iter().map(|step| step.name).collect();
    assert_eq!(names, ["grey", "inverted", "cropped", "fitted", "centred"]);
    assert_eq!(digit.view().len(), 784);
    assert_eq!(digit.batch().dim(), (1, 784));
}

#[test]
fn the_digit_fits_into_20_pixels_and_is_centred_by_its_mass() {
    let digit = prepared(usual());
    let steps = digit.steps();
    let fitted = &steps[steps.len() - 2];
    assert_eq!((fitted.name, fitted.pixels.nrows()), ("fitted", 20));
    let picture = &steps[steps.len() - 1].pixels;
    assert_eq!(picture.dim(), (28, 28));
    assert!(picture.iter().all(|ink| (0.0..=1.0).contains(ink)));
    assert_eq!(picture.fold(0.0_f32, |most, &ink| most.max(ink)), 1.0);
    let centre = |axis: usize| {
        let moments = picture.indexed_iter().map(|((row, column), ink)| ink * [row, column][axis] as f32);
        moments.sum::<f32>() / picture.sum()
    };
    // MNIST's own digits have their centre at 14, to within the half pixel that whole steps allow.
    assert!((centre(0) - 14.0).abs() <= 0.51 && (centre(1) - 14.0).abs() <= 0.51, "{} {}", centre(0), centre(1));
}

#[test]
fn place_and_size_do_not_matter() {
    let digit = prepared(usual());
    assert!(digit.warnings().is_empty(), "{:?}", digit.warnings());
    for (what, other) in [
        ("off-centre", seven(200, 200, (10.0, 10.0), 120.0, 14.0)),
        ("tiny", seven(300, 400, (250.0, 360.0), 24.0, 2.8)),
        ("huge", seven(2400, 1800, (100.0, 100.0), 2200.0, 260.0)),
        ("wide paper", seven(100, 3000, (10.0, 2800.0), 80.0, 9.5)),
    ] {
        let other = prepared(other);
        let likeness = likeness(digit.view(), other.view());
        assert!(likeness > 0.95, "{what}: likeness {likeness}");
    }
}

#[test]
fn thin_strokes_are_thickened_and_huge_ones_thinned() {
    let digit = prepared(usual());
    for (thickness, name, least) in [(2.0, "thickened", 0.9), (4.0, "thickened", 0.9), (44.0, "thinned", 0.75)] {
        let other = prepared(seven(200, 200, (40.0, 60.0), 120.0, thickness));
        assert!(other.steps().iter().any(|step| step.name == name), "{thickness}: {:?}", other.steps());
        assert_alike(&digit, &other, least);
    }
    // A hairline of a single pixel in a large picture.
    assert_alike(&digit, &prepared(seven(1000, 1000, (100.0, 100.0), 800.0, 1.0)), 0.85);
}

#[test]
fn paper_and_ink_do_not_matter() {
    let digit = prepared(usual());
    let noise = |row: usize, column: usize| ((row * 7919 + column * 104_729) % 101) as f32 / 101.0 - 0.5;
    let change = |tone: &dyn Fn(f32, usize, usize) -> f32| {
        let plain = usual();
        Array2::from_shape_fn(plain.dim(), |(row, column)| tone(plain[[row, column]], row, column).clamp(0.0, 1.0))
    };
    for (what, grey) in [
        ("white on black", change(&|tone, _, _| 1.0 - tone)),
        ("pencil on grey paper", change(&|tone, _, _| 0.45 + 0.2 * tone)),
        ("chalk on a grey board", change(&|tone, _, _| 0.9 - 0.5 * tone)),
        (
            "a photo, darker to the right",
            change(&|tone, row, column| {
                0.15 + 0.6 * tone - 0.001 * column as f32 + 0.0004 * row as f32 + 0.06 * noise(row, column)
            }),
        ),
        ("specks of dust", change(&|tone, row, column| if row % 61 == 3 && column % 67 < 2 { 0.1 } else { tone })),
    ] {
        let other = prepared(grey);
        assert!(other.warnings().is_empty(), "{what}: {:?}", other.warnings());
        let likeness = likeness(digit.view(), other.view());
        assert!(likeness > 0.97, "{what}: likeness {likeness}");
    }
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

/// A PNG file with nothing but a header that promises this size, in colours of 32 bits.
/// Found by fuzzing: the decoder panics on it.
#[test]
fn a_picture_on_which_its_decoder_gives_up_is_refused() {
    let broken = include_bytes!("../fuzz/seeds/image/jpeg_that_zune_panics_on.jpg");
    assert_refused(broken, "expected a whole PNG or JPEG picture, found damage: the decoder gave up");
}

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
fn a_giant_picture_is_refused_before_it_is_decoded() {
    let expected = "expected a picture of at most 128 million pixels, found 30000×30000";
    assert_refused(&png_header(30_000, 30_000), expected);
    assert_refused(&png_header(7000, 7000), "expected a whole PNG or JPEG picture, found damage: ");
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

/// Two rows, with a dash that is no digit.
#[test]
fn all_digits_are_read_from_left_to_right_and_row_by_row() {
    let places = [((20.0, 150.0), 60.0), ((25.0, 20.0), 62.0), ((120.0, 30.0), 66.0), ((118.0, 210.0), 58.0)];
    let mut page = Array2::from_elem((220, 300), 1.0_f32);
    for (place, size) in places {
        page.zip_mut_with(&seven(220, 300, place, size, 8.0), |page, &seven| *page = page.min(seven));
    }
    page.slice_mut(s![148..154, 120..150]).fill(0.0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sheet.png");
    fs::write(&path, png(grey_image(&page))).unwrap();
    let digits = data::handwriting_all(&path).unwrap();
    let heights: Vec<usize> = digits.iter().map(|digit| digit.steps()[2].pixels.nrows()).collect();
    assert_eq!(heights.len(), 4, "{heights:?}");
    // In reading order they are 62, 60, 66 and 58 tall.
    assert!(heights[0] > heights[1] && heights[2] > heights[3] && heights[2] > heights[0], "{heights:?}");
    digits.iter().for_each(|digit| assert_alike(digit, &prepared(usual()), 0.8));
    assert!(data::handwriting(&path).unwrap().warnings()[0].starts_with("there seem to be "));
}

#[test]
fn what_is_left_out_is_said() {
    let said = |grey: Array2<f32>| prepared(grey).warnings().join("; ");
    let mut ruled = usual();
    (20..200).step_by(30).for_each(|row| ruled.row_mut(row).mapv_inplace(|tone| tone.min(0.5)));
    assert_eq!(said(ruled), "ruled paper: 6 lines are left out");
    let mut boxed = usual();
    for (rows, columns) in [(20..23, 20..180), (177..180, 20..180), (20..180, 20..23), (20..180, 177..180)] {
        boxed.slice_mut(s![rows, columns]).fill(0.0);
    }
    assert_eq!(said(boxed), "a line around the digit is left out");
    let mut table = Array2::from_elem((200, 300), 0.25);
    table.slice_mut(s![.., ..200]).assign(&usual());
    assert_eq!(said(table), "a table or a hard shadow, 33 % of the picture, is taken out");
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

#[test]
fn tones_that_are_no_tones_are_refused() {
    for (tone, found) in [(f32::NAN, "NaN"), (-0.5, "-0.5"), (255.0, "255"), (f32::INFINITY, "inf")] {
        let mut grey = usual();
        grey[[3, 4]] = tone;
        let message = Handwriting::from_grey(grey).unwrap_err().to_string();
        assert_eq!(message, format!("grey: expected tones from 0 to 1, found {found}"));
    }
}

#[test]
fn of_two_digits_one_is_read_and_a_warning_says_so() {
    let large = seven(200, 300, (30.0, 20.0), 140.0, 16.0);
    let small = seven(200, 300, (50.0, 180.0), 110.0, 12.0);
    let both = ndarray::Zip::from(&large).and(&small).map_collect(|a, b| a.min(*b));
    let read = prepared(both);
    assert_alike(&read, &prepared(large), 0.999);
    assert_eq!(read.warnings(), ["there seem to be 2 digits side by side: only the one with the most ink is read"]);
}

#[test]
fn warnings_name_what_is_doubtful() {
    let warnings = |grey: Array2<f32>| prepared(grey).warnings().join("; ");
    let cut = usual().slice(s![60.., ..]).to_owned();
    assert_eq!(warnings(cut), "the digit touches the picture's border: part of it may be missing");
    // A five whose flag does not meet its body.
    let flag = [(60.0, 30.0), (120.0, 30.0)];
    let body = [(55.0, 55.0), (55.0, 90.0), (110.0, 110.0), (100.0, 150.0), (50.0, 160.0)];
    let five = Array2::from_shape_fn((200, 180), |(row, column)| {
        let (x, y) = (column as f32 + 0.5, row as f32 + 0.5);
        1.0 - ink(x, y, &flag, 12.0).max(ink(x, y, &body, 12.0))
    });
    assert_eq!(warnings(five), "the digit is in 2 pieces: strokes apart are read as one digit");
    let message = warnings(seven(60, 60, (20.0, 20.0), 8.0, 1.5));
    assert!(message.contains("pixels high: a larger one is read better"), "{message}");
    // A dark table beside the paper.
    let mut table = usual();
    table.slice_mut(s![.., 190..]).fill(0.2);
    assert_eq!(warnings(table), "something at the picture's border is left out");
}

#[test]
fn the_stretched_way_keeps_place_and_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("digit.png");
    fs::write(&path, png(grey_image(&seven(280, 280, (150.0, 150.0), 100.0, 20.0)))).unwrap();
    let stretched = data::handwriting_stretched(&path).unwrap();
    let picture = &stretched.steps().last().unwrap().pixels;
    assert_eq!(picture.dim(), (28, 28));
    assert!(picture.slice(s![..13, ..]).sum() < 0.1, "ink above the digit");
    assert!(picture.slice(s![14.., 14..]).sum() > 10.0, "no ink where the digit is");
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
