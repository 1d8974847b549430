//! Logarithmic axes of lines: ticks at round numbers, no place for 0, and no panic whatever is drawn.

use nn_core::plot::{self, Figure, Series};

/// The texts of a figure's SVG.
fn texts(figure: &Figure) -> Vec<String> {
    let svg = figure.to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .filter_map(|node| node.text())
        .map(str::to_owned)
        .collect()
}

fn has_all(figure: &Figure, expected: &[&str]) -> bool {
    let texts = texts(figure);
    expected.iter().all(|text| texts.iter().any(|found| found == text))
}

fn lines(x: &[f64], y: &[f64]) -> Figure {
    plot::lines("", "η", "loss", [Series::xy("a", x, y)])
}

#[test]
fn ticks_are_powers_of_ten_and_over_few_of_them_1_2_and_5() {
    let rates = [0.001, 0.01, 0.1, 1.0, 10.0];
    let y = [2.0, 1.0, 0.5, 0.4, 2.3];
    assert!(has_all(&lines(&rates, &y).log_x(), &["0.001", "0.01", "0.1", "1", "10"]));
    assert!(has_all(&lines(&rates, &y).log_y(), &["0.2", "0.5", "1", "2", "5"]));
    let gradients = [2.7e-6, 2.4e-5, 1.1e-4, 6.2e-4, 3.4e-3, 4.5e-2];
    let figure = lines(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &gradients).log_y();
    assert!(has_all(&figure, &["10⁻⁶", "10⁻⁴", "10⁻²"]), "{:?}", texts(&figure));
    let nudges = [1e-13, 1e-11, 1e-8, 1e-5, 1e-3, 1e-1];
    assert!(has_all(&lines(&nudges, &nudges).log_x().log_y(), &["10⁻¹²", "10⁻⁶", "10⁻³"]));
    let counts = [100.0, 300.0, 1000.0, 3000.0, 10_000.0, 60_000.0];
    assert!(has_all(&lines(&counts, &counts).log_x(), &["100", "1,000", "10,000"]));
    // Between two of them, as on any axis.
    assert!(has_all(&lines(&[3.0, 4.0], &[1.0, 2.0]).log_x(), &["3.5"]));
}

/// Equal factors are equal distances: the dots of powers of ten stand evenly, to a fifth of a pixel.
#[test]
fn equal_factors_are_equal_distances() {
    let svg = lines(&[0.01, 0.1, 1.0, 10.0], &[1e-9, 1e-6, 1e-3, 1.0]).log_x().log_y().to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let number = |node: &roxmltree::Node<'_, '_>, name| node.attribute(name).unwrap().parse::<f64>().unwrap();
    let dots = document.descendants().filter(|node| node.has_tag_name("circle"));
    let dots: Vec<_> = dots.map(|node| (number(&node, "cx"), number(&node, "cy"))).collect();
    assert_eq!(dots.len(), 4);
    for three in dots.windows(3) {
        assert!((three[2].0 - 2.0 * three[1].0 + three[0].0).abs() <= 2.0, "{dots:?}");
        assert!((three[2].1 - 2.0 * three[1].1 + three[0].1).abs() <= 2.0, "{dots:?}");
    }
}

#[test]
fn points_at_0_and_below_are_left_out_and_counted() {
    let figure = lines(&[-1.0, 0.0, 0.1, 1.0], &[1.0, 1.0, 0.5, 0.25]);
    let said = "a falls from 0.500 to 0.250 for η from 0.100 to 1; horizontal axis logarithmic, two points at 0 or below left out.";
    assert!(figure.clone().log_x().alt().ends_with(said), "{}", figure.log_x().alt());
    let figure = lines(&[0.0, 1.0, 2.0], &[1.0, 0.0, 0.01]).log_y();
    assert!(figure.alt().ends_with("vertical axis logarithmic, one point at 0 or below left out."), "{}", figure.alt());
    assert!(lines(&[1.0, 2.0], &[1.0, 2.0]).log_x().log_y().alt().ends_with("; both axes logarithmic."));
    let nothing = lines(&[1.0, 2.0], &[0.0, -1.0]).log_y();
    assert_eq!(nothing.alt(), ": no finite values above 0.");
    assert!(has_all(&nothing, &["no finite values above 0 to draw"]));
}

#[test]
fn a_range_from_0_is_no_range_of_a_logarithmic_axis() {
    let y = [0.5, 0.05, 0.005];
    let free = lines(&[1.0, 2.0, 3.0], &y).log_y();
    assert_eq!(lines(&[1.0, 2.0, 3.0], &y).log_y().y_range(0.0..=1.0).to_svg(), free.to_svg());
    assert!(has_all(&lines(&[1.0, 2.0, 3.0], &y).y_range(1e-4..=1e3).log_y(), &["0.0001", "0.01", "1", "100"]));
}

#[test]
fn extreme_numbers_and_other_charts_are_drawn_all_the_same() {
    let extreme = [f64::MIN_POSITIVE, 1e-320, 1e-300, 1.0, 1e299, 1e300, f64::MAX, f64::INFINITY, f64::NAN, -1.0];
    for pair in extreme.iter().flat_map(|a| extreme.map(|b| [*a, b])) {
        let figure = lines(&pair, &pair).log_x().log_y();
        assert!(!figure.to_svg().contains("NaN"), "{pair:?}");
        figure.to_png().unwrap();
    }
    let bars = plot::bars("", "", "", ["a", "b"], [0.0, 1.0]);
    assert_eq!(bars.clone().log_x().log_y().to_svg(), bars.to_svg());
}
