//! Check cards: what kind of wrong an answer is, said without the right one.

use ndarray::{Array1, Array2};
use nn_core::prelude::*;

fn said<T: notebook::Checked>(mine: T, expected: &T) -> String {
    let check = check("δ", Some(mine), expected);
    assert_eq!(check.is_right(), check.to_text().starts_with("✓ "));
    assert_eq!(check.is_right(), !check.to_text().starts_with("✗ "));
    assert_eq!(format!("{check:?}"), format!("Check: {}", check.to_text()));
    check.to_text()
}

/// No number occurs twice, none is a neat multiple of another.
fn expected() -> Array2<f64> {
    Array2::from_shape_fn((100, 10), |(row, column)| ((row * 10 + column) as f64 * 0.7).sin() + 0.01)
}

#[test]
fn unsolved_is_your_turn_and_fails_nothing() {
    let check = check("δ of the last layer", None, &expected());
    assert_eq!(check.to_text(), "your turn: δ of the last layer");
    assert!(!check.is_right());
}

#[test]
fn right_is_right_to_the_tolerance_and_no_further() {
    let expected = expected();
    let largest = expected.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    assert_eq!(said(expected.clone(), &expected), "✓ δ: right, to the last digit");
    let mut near = expected.clone();
    near[(3, 4)] += 0.9e-6 * largest;
    assert!(said(near.clone(), &expected).starts_with("✓ δ: right, the largest difference is "));
    near[(3, 4)] += 0.2e-6 * largest;
    assert!(said(near, &expected).starts_with("✗ δ: 1 of 1,000 numbers is off; it stands at row 3, column 4"));
    assert!(said(1.00005_f32, &1.0).starts_with("✓ "));
    assert!(said(1.00005_f64, &1.0).starts_with("✗ "));
    assert_eq!(said(27_usize, &27), "✓ δ: right, to the last digit");
    assert_eq!(said(28_usize, &27), "✗ δ: 28 is too large");
    assert_eq!(said(vec![1.0, 2.0], &vec![1.0, 2.0]), "✓ δ: right, to the last digit");
}

#[test]
fn another_shape_is_named_and_the_transpose_is_seen() {
    let expected = expected();
    let shapes = "✗ δ: its shape is (10, 100), expected (100, 10)";
    assert_eq!(said(expected.t().to_owned(), &expected), format!("{shapes}; it is the transpose"));
    let other = "that is the shape of the transpose, but the numbers differ from it too";
    assert_eq!(said(Array2::zeros((10, 100)), &expected), format!("{shapes}; {other}"));
    assert_eq!(said(Array2::zeros((100, 1)), &expected), "✗ δ: its shape is (100, 1), expected (100, 10)");
    assert_eq!(said(Array1::<f64>::zeros(100), &Array1::zeros(10)), "✗ δ: its shape is (100,), expected (10,)");
    let square = expected.slice(s![..10, ..]).to_owned();
    assert_eq!(said(square.t().to_owned(), &square), "✗ δ: it is the transpose: rows and columns are exchanged");
}

#[test]
fn a_constant_factor_is_named_with_its_likely_cause() {
    let expected = expected();
    let mean = "is it the mean over the mini-batch?";
    let twice = "is it divided by the mini-batch's size twice?";
    for (factor, message) in [
        (100.0, format!("every number is 100 times too large: {mean}")),
        (1.0 / 100.0, format!("every number is 100 times too small: {twice}")),
        (64.0, format!("every number is 64 times too large: {mean}")),
        (60_000.0, format!("every number is 60,000 times too large: {mean}")),
        (-1.0, "the sign is the other way round".into()),
        (-100.0, format!("every number is 100 times too large, and the sign is the other way round: {mean}")),
        (2.0, "every number is 2 times too large: is a ½ missing?".into()),
        (0.5, "every number is 2 times too small: is there a ½ too many?".into()),
        (0.37, "every number is 0.370 times what it should be".into()),
        (0.0, "every number is 0".into()),
    ] {
        assert_eq!(said(&expected * factor, &expected), format!("✗ δ: {message}"));
    }
    assert_eq!(said(48.0, &0.48), format!("✗ δ: it is 100 times too large: {mean}"));
    assert_eq!(said(-0.48, &0.48), "✗ δ: the sign is the other way round");
    assert_eq!(said(array![-1_i32, 2], &array![1, -2]), "✗ δ: the sign is the other way round");
}

#[test]
fn a_few_entries_off_are_counted_with_the_first_and_its_place_and_what_they_share() {
    let expected = expected();
    let mut some = expected.clone();
    for at in [(7, 2), (7, 5), (90, 1)] {
        some[at] = 0.25;
    }
    let place = "the first stands at row 7, column 2, counted from 0, where yours is 0.250";
    assert_eq!(said(some.clone(), &expected), format!("✗ δ: 3 of 1,000 numbers are off; {place}"));
    some[(90, 1)] = expected[(90, 1)];
    assert_eq!(said(some, &expected), format!("✗ δ: 2 of 1,000 numbers are off, all in row 7; {place}"));
    let mut column = expected.clone();
    column.column_mut(3).fill(5.0);
    assert!(said(column, &expected).starts_with("✗ δ: 100 of 1,000 numbers are off, all in column 3; the first"));
    // relu's slope forgotten: what should be 0 is not.
    let silenced = expected.mapv(|x| if x > 0.0 { x } else { 0.0 });
    assert!(
        said(expected.clone(), &silenced).contains("numbers are off, all where 0 is expected; the first stands at")
    );
    let vector = array![1.0, 2.0, 3.0];
    let off = "✗ δ: 1 of 3 numbers is off; it stands at position 1, counted from 0, where yours is 9";
    assert_eq!(said(array![1.0, 9.0, 3.0], &vector), off);
}

#[test]
fn many_entries_off_are_told_by_the_largest_difference() {
    let expected = expected();
    let mut all = expected.mapv(|x| x * x);
    all[(42, 6)] = expected[(42, 6)] + 50.0;
    let found = said(all, &expected);
    assert_eq!(found, "✗ δ: all 1,000 numbers are off; the largest difference is 50, at row 42, column 6");
}

#[test]
fn of_a_single_number_no_difference_is_told() {
    assert_eq!(said(0.25, &0.3333), "✗ δ: 0.250 is too small");
    assert_eq!(said(0.334, &0.3333), "✗ δ: 0.334 is too large; it is close: are there enough digits?");
    assert_eq!(said(0.0, &0.3333), "✗ δ: 0 is too small");
    assert_eq!(said(1.0, &0.0), "✗ δ: 1 is too large");
}

#[test]
fn nan_and_infinity_are_named() {
    let mut mine = expected();
    mine[(1, 2)] = f64::NAN;
    let first = "the first, at row 1, column 2, is NaN";
    assert_eq!(said(mine.clone(), &expected()), format!("✗ δ: 1 of 1,000 numbers is not finite; {first}"));
    mine[(5, 5)] = f64::INFINITY;
    assert_eq!(said(mine, &expected()), format!("✗ δ: 2 of 1,000 numbers are not finite; {first}"));
    assert_eq!(said(f64::NEG_INFINITY, &1.0), "✗ δ: it is −∞");
    assert_eq!(said(f64::NAN, &1.0), "✗ δ: it is NaN");
    // Where they are expected, they are right.
    assert!(said(array![f64::NAN, f64::INFINITY, 1.0], &array![f64::NAN, f64::INFINITY, 1.0]).starts_with("✓ "));
    assert!(said(array![0.0, f64::INFINITY, 1.0], &array![f64::NAN, f64::INFINITY, 1.0]).starts_with("✗ "));
}

/// Every kind of wrong: no sentence and no attribute holds the number that is looked for.
#[test]
fn no_card_gives_the_answer_away() {
    let expected = Array2::from_elem((3, 3), 0.731_058_578);
    let mut one = expected.clone();
    one[(1, 1)] = 0.25;
    for mine in [one, &expected * 3.0, -&expected, Array2::zeros((3, 3)), Array2::zeros((2, 3))] {
        let check = check("σ(1)", Some(mine), &expected);
        assert!(!check.to_text().contains("0.731") && !check.to_html().contains("0.731"), "{check:?}");
    }
    let one = check("σ(1)", Some(0.75), &0.731_058_578);
    assert!(!one.to_text().contains("0.73") && !one.to_html().contains("0.73"), "{one:?}");
}

#[test]
fn the_card_is_sound_html_with_a_picture_of_the_difference_where_there_is_one() {
    let expected = expected();
    let mut one_off = expected.clone();
    one_off[(99, 9)] = f64::MAX;
    let cards = [
        (check("a < b & \"c\"", None, &expected), "…", 0),
        (check("a < b", Some(expected.clone()), &expected), "✓", 0),
        (check("a < b", Some(one_off), &expected), "✗", 1),
        (check("a < b", Some(expected.mapv(|_| f64::NAN)), &expected), "✗", 1),
        (check("a < b", Some(expected.t().to_owned()), &expected), "✗", 0),
    ];
    for (card, sign, pictures) in cards {
        let html = card.to_html();
        let document = roxmltree::Document::parse(&html).unwrap();
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("group"));
        assert!(root.attribute("aria-label").unwrap().starts_with("Exercise: a < b"));
        let images: Vec<_> = root.descendants().filter(|node| node.has_tag_name("img")).collect();
        assert_eq!(images.len(), pictures, "{html}");
        assert!(images.iter().all(|image| image.attribute("alt").is_some_and(|alt| alt.starts_with("Heat map"))));
        assert!(html.contains(&format!(">{sign}</b>")), "{html}");
    }
}

/// A single number that is off must be seen in a large array too.
#[test]
fn the_heat_map_of_a_large_array_keeps_a_single_number_that_is_off() {
    use base64::Engine;
    let expected = Array2::<f32>::ones((1000, 784));
    let mut mine = expected.clone();
    mine[(999, 783)] = 2.0;
    let html = check("W", Some(mine), &expected).to_html();
    let file = html.split_once("base64,").unwrap().1.split_once('"').unwrap().0;
    let png = base64::engine::general_purpose::STANDARD.decode(file).unwrap();
    let picture = image::load_from_memory(&png).unwrap().into_rgb8();
    assert!(picture.width() <= 240 && picture.height() <= 240, "{:?}", picture.dimensions());
    let colored = picture.enumerate_pixels().filter(|(_, _, pixel)| pixel.0 != [255, 255, 255]);
    let colored: Vec<_> = colored.map(|(x, y, _)| (x, y)).collect();
    assert_eq!(colored, [(picture.width() - 1, picture.height() - 1)]);
}

#[test]
fn empty_arrays_and_many_axes_are_no_reason_to_panic() {
    assert!(said(Array2::<f64>::zeros((0, 3)), &Array2::zeros((0, 3))).starts_with("✓ "));
    assert!(said(Array2::<f64>::zeros((3, 0)), &Array2::zeros((0, 3))).starts_with("✗ "));
    assert!(said(Vec::<f64>::new(), &Vec::new()).starts_with("✓ "));
    let cube = ndarray::Array3::<f64>::from_shape_fn((2, 3, 4), |(i, j, k)| (i + 10 * j + 100 * k) as f64);
    let mut off = cube.clone();
    off[(1, 2, 3)] = -1.0;
    let message = "✗ δ: 1 of 24 numbers is off; it stands at [1, 2, 3], counted from 0, where yours is −1";
    assert_eq!(said(off, &cube), message);
}
