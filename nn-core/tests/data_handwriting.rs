//! How a digit is prepared: MNIST's own come back as they were, a drawn one is found wherever and however it stands, and
//! everything that is no digit is refused or warned about.

#[path = "common/handwriting.rs"]
mod handwriting;
#[path = "common/repository.rs"]
mod repository;

use std::fs;

use handwriting::{assert_alike, grey_image, ink, likeness, png, prepared, seven, usual};
use ndarray::{Array2, s};
use nn_core::data::{self, Handwriting};

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
