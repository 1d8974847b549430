//! Charts drawn with plotters' own methods: the same drawing as on plotters' own backend, as a figure of ours.

#![cfg(feature = "figures")]

use nn_core::plot::{self, Canvas, Figure};
use nn_core::plotters::coord::Shift;
use nn_core::plotters::prelude::*;

type Drawn = Result<(), Box<dyn std::error::Error>>;

fn chart<B: DrawingBackend<ErrorType: 'static>>(root: &DrawingArea<B, Shift>) -> Drawn {
    let mut chart = ChartBuilder::on(root)
        .margin(10)
        .caption("A parabola", ("sans-serif", 20))
        .x_label_area_size(40)
        .y_label_area_size(50)
        .build_cartesian_2d(0.0..4.0, 0.0..16.0)?;
    chart.configure_mesh().x_desc("x").y_desc("the square of x").draw()?;
    chart.draw_series(LineSeries::new([(0.0, 0.0), (2.0, 4.0), (4.0, 16.0)], &BLUE))?;
    chart.draw_series([Circle::new((2.0, 4.0), 5, RED.filled()), Circle::new((4.0, 16.0), 5, RED)])?;
    chart.draw_series([Rectangle::new([(1.0, 0.0), (2.0, 8.0)], GREEN.mix(0.5).filled())])?;
    Ok(())
}

fn figure() -> Figure {
    plot::with_plotters("Squares", (400, 300), |root: DrawingArea<Canvas, Shift>| chart(&root)).unwrap()
}

/// The texts of an SVG, in order.
fn texts(svg: &str) -> Vec<String> {
    let texts = svg.split("<text").skip(1).filter_map(|rest| rest.split_once('>')?.1.split_once("</text>"));
    texts.map(|(text, _)| text.trim().to_owned()).collect()
}

#[test]
fn each_text_of_plotters_own_backend_is_there() {
    let mut svg = String::new();
    chart(&SVGBackend::with_string(&mut svg, (400, 300)).into_drawing_area()).unwrap();
    let ours = texts(&figure().to_svg());
    let theirs = texts(&svg);
    assert!(theirs.len() > 10 && theirs.contains(&"the square of x".to_owned()), "{theirs:?}");
    // The figure's title comes first.
    assert_eq!(ours[1..], theirs);
}

#[test]
fn a_label_beside_the_vertical_axis_is_turned_in_the_svg_and_in_the_png() {
    let svg = figure().to_svg();
    let label = svg.split("<text").find(|text| text.contains("the square of x")).unwrap();
    assert!(label.contains("transform=\"rotate(270, "), "{label}");

    // In the PNG a drawing with the label differs from one without in a column higher than wide.
    let [with, without] = ["a long label", " "].map(|label| {
        let drawn = plot::with_plotters("", (200, 200), |root| {
            let style = ("sans-serif", 20).into_font().transform(FontTransform::Rotate270).color(&BLACK);
            root.draw_text(label, &style, (100, 180))?;
            Ok(())
        });
        let file = std::env::temp_dir().join(format!("nn-core-turned-{}-{}.png", std::process::id(), label.len()));
        drawn.unwrap().save(&file).unwrap();
        let picture = image::open(&file).unwrap().to_rgb8();
        std::fs::remove_file(&file).unwrap();
        picture
    });
    let differ =
        with.enumerate_pixels().zip(without.pixels()).filter(|((.., a), b)| a != b).map(|((x, y, _), _)| (x, y));
    let places: Vec<_> = differ.collect();
    let spread =
        |of: fn(&(u32, u32)) -> u32| places.iter().map(of).max().unwrap() - places.iter().map(of).min().unwrap();
    assert!(spread(|place| place.1) > 4 * spread(|place| place.0), "{} × {}", spread(|p| p.0), spread(|p| p.1));
}

#[test]
fn it_is_a_figure_like_the_others() {
    let figure = figure();
    assert_eq!(figure.alt(), "Squares: a chart of 400 × 300 pixels.");
    assert_eq!(figure.describe("Squares from 0 to 16.").alt(), "Squares from 0 to 16.");
}

#[test]
fn what_fails_while_drawing_is_said() {
    let message = plot::with_plotters("", (400, 300), |_| Err("no data".into())).unwrap_err().to_string();
    assert!(message.contains("draw") && message.contains("no data"), "{message}");
    let message = plot::with_plotters("", (0, 300), |_| Ok(())).unwrap_err().to_string();
    assert!(message.contains("size") && message.contains("(0, 300)"), "{message}");
}
