//! Figures and tables of anything: each is drawn, whatever the numbers, texts and sizes, or is an error.

use ndarray::Array2;
use nn_core::notebook::{Align, Table, ToTable};
use nn_core::plot;
use nn_core::prelude::*;
use polars_core::prelude::{Column, DataFrame, DataType};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// The numbers that arithmetic stumbles over, and a few others.
fn number() -> impl Strategy<Value = f64> {
    const EXTREMES: [f64; 20] = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        1e300,
        -1e300,
        9.9e299,
        -9.9e299,
        1e15,
        1e-15,
        f64::MIN_POSITIVE,
        -f64::MIN_POSITIVE,
        5e-324,
        f64::EPSILON,
        0.0,
        -0.0,
        1.0,
        -1.0,
        1.0 + f64::EPSILON,
    ];
    prop_oneof![select(&EXTREMES[..]), -10.0..10.0_f64, -1e9..1e9_f64, (0..9_u8).prop_map(f64::from)]
}

fn numbers(most: usize) -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![vec(number(), 0..most), (number(), 0..most).prop_map(|(x, n)| vec![x; n])]
}

/// Any text, of signs from all planes, the forbidden ones of XML among them.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        vec(any::<char>(), 0..30).prop_map(|characters| characters.into_iter().collect::<String>()),
        select(&["", "epoch", "损失函数", "e\u{301}👩‍👩‍👧", "\u{202e}abc", "]]>&amp;<b>", "\0\u{fffe}\t\n"][..])
            .prop_map(str::to_owned),
        (select(&["W", "å", "学", " ", "👍"][..]), 0..3000_usize).prop_map(|(sign, n)| sign.repeat(n)),
    ]
}

fn series() -> impl Strategy<Value = Series> {
    let points = prop_oneof![
        (text(), numbers(40)).prop_map(|(name, y)| Series::new(name, y)),
        (text(), numbers(40), numbers(40)).prop_map(|(name, x, y)| Series::xy(name, x, y)),
        (number(), number(), number(), number()).prop_map(|(from, to, a, b)| {
            Series::function("", from..=to, move |x| if x > a { b * x } else { a / x })
        }),
        (2000..5000_usize, number(), number())
            .prop_map(|(n, a, b)| { Series::new("", (0..n).map(move |i| if i % 7 == 0 { a } else { b * i as f64 })) }),
    ];
    (points, 0..3_u8).prop_map(|(series, look)| match look {
        0 => series,
        1 => series.dashed(),
        _ => series.markers(),
    })
}

fn picture() -> impl Strategy<Value = Picture> {
    ((1..60_usize, 1..60_usize), number(), number(), text(), any::<bool>()).prop_map(|(shape, a, b, caption, ink)| {
        let pixels = Array2::from_shape_fn(shape, |(row, column)| if (row + column) % 3 == 0 { a } else { b });
        let make = if ink { Picture::ink::<f64> } else { Picture::grey::<f64> };
        make(&caption, pixels.view()).unwrap()
    })
}

fn chart() -> impl Strategy<Value = Figure> {
    prop_oneof![
        (text(), text(), text(), vec(series(), 0..6))
            .prop_map(|(title, x, y, series)| plot::lines(&title, &x, &y, series)),
        (text(), text(), vec(text(), 0..20), numbers(30))
            .prop_map(|(x, y, labels, values)| plot::bars("", &x, &y, labels, values)),
        numbers(40).prop_map(|values| plot::probabilities("", values)),
        numbers(40).prop_map(|values| plot::counts("", values)),
        vec(picture(), 0..8).prop_map(|pictures| plot::pictures("", pictures)),
    ]
}

fn figure() -> impl Strategy<Value = Figure> {
    let options = (prop::option::of((number(), number())), prop::option::of(any::<usize>()), prop::option::of(text()));
    let size = prop::option::of((prop_oneof![0..900_u32, any::<u32>()], prop_oneof![0..900_u32, any::<u32>()]));
    (vec(chart(), 0..4), text(), options, size).prop_map(|(charts, title, (range, decimals, subtitle), size)| {
        let mut figure = match <[Figure; 1]>::try_from(charts) {
            Ok([chart]) => chart,
            Err(charts) => plot::side_by_side(&title, charts),
        };
        figure = range.into_iter().fold(figure, |figure, (low, high)| figure.y_range(low..=high));
        figure = decimals.into_iter().fold(figure, Figure::decimals);
        figure = subtitle.into_iter().fold(figure, Figure::subtitle);
        size.into_iter().fold(figure, |figure, (width, height)| figure.size(width, height))
    })
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_figure_of_anything_is_sound_svg_with_a_text_alternative(figure in figure()) {
        let svg = figure.to_svg();
        let document = roxmltree::Document::parse(&svg).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(document.root_element().tag_name().name(), "svg");
        prop_assert!(!svg.contains("NaN") || figure.alt().contains("NaN"), "{}", svg);
        prop_assert!(figure.alt().ends_with('.') || !figure.alt().is_empty());
        prop_assert_eq!(format!("{:?}", figure).lines().count(), 1);
    }

    #[test]
    fn a_table_of_any_texts_is_sound_html(
        caption in text(), rows in vec(vec(text(), 3), 0..30), headers in vec(text(), 3), decimals: usize
    ) {
        let table = Table::new(&caption, &headers, &rows).unwrap().decimals(decimals).align([Align::Right]);
        prop_assert!(roxmltree::Document::parse(&table.to_html()).is_ok());
        prop_assert!(table.to_text().lines().count() >= rows.len().min(20));
    }

    #[test]
    fn a_frame_of_any_numbers_is_sound_html(
        values in numbers(40), columns in 0..20_usize, decimals in prop::option::of(any::<usize>()), name in text()
    ) {
        let column = |i: usize| {
            let values = values.iter().map(|&value| (value.to_bits() % 5 != i as u64).then_some(value / (1 + i) as f64));
            Column::new(format!("{name}{i}").into(), values.collect::<Vec<_>>())
        };
        let frame = DataFrame::new(values.len(), (0..columns).map(column).collect()).unwrap();
        let table = decimals.into_iter().fold(frame.table(), Table::decimals);
        prop_assert!(roxmltree::Document::parse(&table.to_html()).is_ok());
        prop_assert!(columns == 0 || table.to_text().lines().count() > values.len().min(20));
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn a_figure_of_anything_is_a_png_or_says_why_not(
        figure in figure(), width in 0..500_u32, height in 0..500_u32, resolution in number()
    ) {
        match figure.size(width, height).resolution(resolution.min(2.0)).to_png() {
            Ok(png) => prop_assert!(image::load_from_memory(&png).is_ok()),
            Err(error) => prop_assert!(error.to_string().starts_with("figure ")),
        }
    }
}

#[test]
fn a_figure_too_large_for_a_png_says_so() {
    let figure = plot::counts("Large", [1, 2]).size(u32::MAX, u32::MAX).resolution(f64::INFINITY);
    let error = figure.clone().resolution(8.0).to_png().unwrap_err().to_string();
    assert!(error.contains("expected at most 16 million pixels, found 8000 × 8000 at resolution 8"), "{error}");
    assert!(figure.to_svg().len() < 10_000);
}

#[test]
fn a_hundred_thousand_points_bars_or_panels_are_drawn_in_a_second_each() {
    let many = || (0..100_000).map(|i| f64::from(i).sin());
    for figure in [
        plot::lines("", "", "", [Series::new("a", many()), Series::xy("b", many(), many()).dashed()]),
        plot::lines("", "", "", many().take(2000).map(|x| Series::new(format!("{x}"), [x, 1.0, x]))),
        plot::bars("", "", "", 0.., many()),
        plot::side_by_side("", (0..500).map(|_| plot::counts("", [1, 2]))),
    ] {
        let start = std::time::Instant::now();
        assert!(figure.to_svg().ends_with("</svg>\n") && !figure.alt().is_empty());
        assert!(start.elapsed().as_secs() < 10, "{figure:?} took {:?}", start.elapsed());
    }
}

/// Columns that hold no numbers, a frame of no columns, and one of no rows.
#[test]
fn frames_without_numbers_are_tables_too() {
    let words = Column::new("word".into(), ["學", "</td>", "\0"]);
    let truths = Column::new("true".into(), [Some(true), None, Some(false)]);
    let nothing = Column::full_null("nothing".into(), 3, &DataType::UInt8);
    let frame = DataFrame::new(3, vec![words, truths, nothing]).unwrap();
    for frame in [frame.clone(), frame.clear(), DataFrame::default(), frame.head(Some(1))] {
        let table = frame.table();
        assert!(roxmltree::Document::parse(&table.to_html()).is_ok(), "{}", table.to_html());
        assert!(table.to_text().len() < 1000);
    }
}
