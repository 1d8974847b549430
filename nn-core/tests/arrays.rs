//! Arrays as a cell's result: what their tables show of them.

use ndarray::{Array, Array1, Array2, Array3, ArrayD, ArrayView2, Ix0};
use nn_core::prelude::*;

#[test]
fn a_table_has_type_shape_and_the_numbers_of_rows_and_columns() {
    let x = array![[0.5_f32, 1.0, -0.25], [10.0, 0.0, 3.0]];
    assert_eq!(x.to_text(), "Array2<f32> (2, 3)\n       0     1      2\n0   0.50  1.00  −0.25\n1  10.00  0.00   3.00");
    assert_eq!(array![1, -20, 3].to_text(), "Array1<i32> (3,)\n0    1  2\n1  −20  3");
    assert_eq!(array![[true, false]].to_text(), "Array2<bool> (1, 2)\n      0      1\n0  true  false");
    assert_eq!(x.view().to_text().lines().next(), Some("ArrayView2<f32> (2, 3)"));
    assert_eq!(x.t().to_text().lines().next(), Some("ArrayView2<f32> (3, 2)"));
    assert_eq!(x.to_shared().to_text().lines().next(), Some("ArcArray2<f32> (2, 3)"));
    assert_eq!(x.clone().into_dyn().to_text().lines().next(), Some("ArrayD<f32> (2, 3)"));
}

#[test]
fn floats_have_the_decimals_that_one_of_them_needs_and_exponents_where_decimals_would_hide_them() {
    assert_eq!(array![1.0, 2.0].to_text(), "Array1<f64> (2,)\n  0    1\n1.0  2.0");
    assert_eq!(array![1.0 / 3.0, 2.0].to_text().lines().last(), Some("0.3333  2.0000"));
    assert_eq!(array![2e-5, -3e-4].to_text().lines().last(), Some("2.000e−5  −3.000e−4"));
    assert_eq!(array![2e9, 0.0].to_text().lines().last(), Some("2.000e9  0.000e0"));
    assert_eq!(array![f64::NAN, f64::NEG_INFINITY, -1e-9, 1.0].to_text().lines().last(), Some("NaN  −∞  0.0  1.0"));
}

#[test]
fn long_axes_are_cut_in_their_middle() {
    let x = Array2::from_shape_fn((60_000, 784), |(row, column)| (row * 1000 + column) as u64);
    let text = x.to_text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2 + 5 + 1 + 3);
    assert_eq!(lines[0], "Array2<u64> (60000, 784)");
    let words = |line: usize| lines[line].split_whitespace().collect::<Vec<_>>();
    assert_eq!(words(1), ["0", "1", "2", "3", "4", "…", "781", "782", "783"]);
    assert_eq!(words(7), ["…"; 10]);
    let (last, end) = (words(10), words(10).len() - 1);
    assert_eq!((last[0], last[1], last[6], last[end]), ("59999", "59999000", "…", "59999783"));
    assert_eq!(Array1::<u8>::zeros(11).to_text().matches('…').count(), 0);
    assert_eq!(Array1::<u8>::zeros(12).to_text().matches('…').count(), 2);
}

#[test]
fn the_same_stands_in_the_html() {
    let x = array![[0.5, f64::NAN], [-1.0, 0.0]];
    let html = x.to_html();
    let document = roxmltree::Document::parse(&html).unwrap();
    let texts = |tag: &str| {
        let nodes = document.descendants().filter(|node| node.has_tag_name(tag));
        nodes.filter_map(|node| node.text()).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(texts("code"), ["Array2<f64> (2, 2)"]);
    assert_eq!(texts("th"), ["0", "1", "0", "1"]);
    assert_eq!(texts("td"), ["0.5", "NaN", "−1.0", "0.0"]);
    assert!(roxmltree::Document::parse(&array![1_u8, 2].to_html()).is_ok());
}

#[test]
fn no_numbers_one_number_and_many_axes() {
    assert_eq!(Array2::<f64>::zeros((0, 784)).to_text(), "Array2<f64> (0, 784)\nno numbers");
    assert!(Array2::<f64>::zeros((3, 0)).to_html().contains("no numbers"));
    assert_eq!(Array::<f64, Ix0>::from_elem((), 0.5).to_text(), "Array0<f64> ()\n  0\n0.5");
    let cube = Array3::from_shape_fn((5, 2, 2), |(i, j, k)| i * 100 + j * 10 + k);
    assert_eq!(cube.to_text(), "Array3<usize> (5, 2, 2), the first of 5 matrices\n    0   1\n0   0   1\n1  10  11");
    assert!(Array3::<f64>::zeros((0, 2, 2)).to_text().ends_with("no numbers"));
    assert!(ArrayD::<f64>::zeros(vec![2, 2, 1, 3]).to_text().contains("the first of 4 matrices"));
}

#[test]
fn a_matrix_and_a_vector_are_heat_maps_on_request() {
    let x = array![[0.5, -2.0, 1.0], [0.0, f64::NAN, 0.25]];
    let figure = x.heat_map("W").unwrap();
    let said = "W: 2 × 3 numbers from −2 to 1, and 1 not finite; orange below 0, white 0, blue above";
    assert_eq!(figure.alt(), said);
    assert!(figure.to_svg().contains("2 × 3 numbers from −2 to 1"));
    assert!(x.row(0).heat_map("b").unwrap().alt().starts_with("b: 1 × 3 numbers from −2 to 1;"));
    assert!(x.t().heat_map("Wᵀ").unwrap().alt().starts_with("Wᵀ: 3 × 2 numbers"));
    assert!(array![[true, false]].heat_map("relu′").unwrap().alt().contains("1 × 2 numbers from 0 to 1"));
    for (columns, height) in [(1, 3), (784, 100), (4000, 5)] {
        let figure = Array2::<f64>::zeros((height, columns)).heat_map("zeros").unwrap();
        assert!(!figure.to_png().unwrap().is_empty());
    }
}

#[test]
fn heat_maps_of_nothing_and_of_three_axes_are_refused() {
    let message = Array3::<f64>::zeros((2, 3, 4)).heat_map("W").unwrap_err().to_string();
    assert_eq!(message, "array: expected shape (rows, columns) or (length,), found [2, 3, 4]");
    assert!(Array2::<f64>::zeros((0, 3)).heat_map("W").is_err());
    let empty: ArrayView2<'_, f32> = ArrayView2::from_shape((0, 0), &[]).unwrap();
    assert!(empty.heat_map("W").is_err());
}
