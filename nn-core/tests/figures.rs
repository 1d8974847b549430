//! Figures can be read, looked at, listened to and saved, whatever the data.

use std::process::Command;

use ab_glyph::Font;
use nn_core::prelude::*;

fn loss() -> Figure {
    let (training, test) = ([1.05, 0.72, 0.61, 0.444], [1.123, 0.772, 0.655, 0.478]);
    plot::lines("Loss", "epoch", "loss", [Series::training(training), Series::test(test)])
}

/// One of each kind, and then the data that nobody plans for.
fn gallery() -> Vec<Figure> {
    let picture =
        |side: usize| Array2::from_shape_fn((side, side / 2 + 1), |(row, column)| (row * column % 7) as f32 / 6.0);
    let rows = Array2::from_shape_fn((3, 784), |(row, column)| ((row + column) % 28) as f32 / 27.0);
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e308, -1e308, 5e-324, 0.0, -0.0, 1.0];
    let long = "a very long label that nobody would ever write but somebody will ".repeat(20);
    let nothing: [f64; 0] = [];
    vec![
        loss(),
        loss().subtitle("with a subtitle").size(1, 1),
        loss().size(u32::MAX, 300).resolution(1.0),
        plot::side_by_side("Both", [loss(), loss().decimals(4)]),
        plot::side_by_side("None", []),
        plot::side_by_side("Nine", (0..9).map(|_| loss())),
        plot::function("Sigmoid", "σ", "z", -6.0..=6.0, |z| 1.0 / (1.0 + (-z).exp()), |z| z),
        plot::function("Wild", "f", "x", f64::NAN..=f64::INFINITY, |x| x, |_| f64::NAN),
        plot::function("Pole", "f", "x", -1.0..=1.0, |x| 1.0 / x, |x| -1.0 / (x * x)).y_range(-3.0..=3.0),
        plot::probabilities("Ten", [0.0, 0.01, 0.9, 0.02, 0.0, 0.0, 0.03, 0.0, 0.02, 0.02]),
        plot::counts("Counts", [5923_usize, 6742, 5958]),
        plot::bars("Signs", "unit", "weight", ["a", "b", "c"], [-1.0, 2.0, f64::NAN]),
        plot::bars("Fewer labels", "", "", ["a"], [1, 2, 3]),
        plot::bars("Thousands", "unit", "", 0.., (0..5000).map(|i| f64::from(i).sin())),
        plot::digits("Digits", rows.view(), ["7", "7 → 1", &long]).unwrap(),
        plot::digits("None", rows.slice(ndarray::s![..0, ..]), [""; 0]).unwrap(),
        plot::pictures("Steps", [280, 20, 1, 1000].map(|side| Picture::grey("step", picture(side).view()).unwrap())),
        plot::pictures("None", []),
        plot::lines("No series", "", "", []),
        plot::lines("No points", "epoch", "loss", [Series::new("empty", nothing)]),
        plot::lines("One point", "epoch", "loss", [Series::test([0.5])]),
        plot::lines("Constant", "epoch", "loss", [Series::test([0.5; 10])]),
        plot::lines("Zero", "epoch", "loss", [Series::test([0; 3])]),
        plot::lines("Odd", "x", "y", [Series::new("odd", odd), Series::xy("odder", odd, odd)]),
        plot::lines("Nearly equal", "x", "y", [Series::new("y", [1.0, 1.0 + f64::EPSILON])]),
        plot::lines("Huge", "x", "y", [Series::new("y", [-1e299, 1e299])]),
        plot::lines("Tiny", "x", "y", [Series::new("y", [1e-300, 3e-300])]),
        plot::lines("Many points", "step", "loss", [Series::training((0..50_000).map(|i| f64::from(i).sin()))]),
        plot::lines("Many lines", "x", "y", (0..60).map(|i| Series::new(format!("{i}"), [i, i + 1]))),
        plot::lines(&long, &long, &long, [Series::new(&long, [1, 2]).dashed(), Series::new(&long, [2, 1]).markers()]),
        plot::lines(
            "损失曲线\u{0}\u{1B}<&>\"'",
            "轮\n次",
            "损失",
            [Series::new("训练集 😀", [2.0, 1.0]).color(Color::GREEN)],
        ),
        plot::bars(&long, &long, &long, [&long, &long], odd),
        plot::probabilities("Not finite", [f32::NAN; 10]),
        plot::pictures(
            "Signed",
            [1.0, 0.0, f64::NAN].map(|scale| Picture::signed("", picture(9).view(), scale).unwrap()),
        ),
    ]
    .into_iter()
    .chain(of_networks())
    .collect()
}

/// What belongs to a network: of MNIST's size, the smallest, deep, and with numbers that no training leaves.
fn of_networks() -> Vec<Figure> {
    let network = |sizes: &[usize]| {
        let activations: Vec<_> = (2..sizes.len()).map(|_| Sigmoid).chain([Softmax]).collect();
        Network::new(sizes, &activations, 7).unwrap()
    };
    let mut odd = network(&[4, 3, 2]).layers().to_vec();
    odd[0].weights[[0, 0]] = f32::NAN;
    odd[0].weights[[2, 1]] = f32::INFINITY;
    odd[1].weights.fill(0.0);
    odd[0].biases[2] = f32::NEG_INFINITY;
    let networks = [
        network(&[784, 100, 10]),
        network(&[1, 1]),
        network(&[784, 10]),
        network(&[9, 30, 13, 12, 11, 30, 30, 30, 30, 200]),
        Network::from_layers(odd).unwrap(),
    ];
    let gradients = |network: &Network| {
        let inputs = Array2::from_shape_fn((3, network.sizes()[0]), |(row, column)| ((row + column) % 5) as f32 / 4.0);
        let trace = network.forward(inputs.view()).unwrap();
        let outputs = *network.sizes().last().unwrap();
        let targets = data::one_hot::<f32>(array![0_u8, 0, 0].view(), outputs).unwrap();
        network.backward(&trace, targets.view(), Loss::CrossEntropy).unwrap()
    };
    let mut figures: Vec<_> = networks
        .iter()
        .flat_map(|network| {
            let units = network.plot_hidden_units().unwrap();
            [
                network.plot(),
                network.plot().size(300, 200),
                units,
                gradients(network).plot(),
                gradients(network).plot().size(1, 1),
            ]
        })
        .collect();
    let zero = Gradients::<f64> { weights: vec![Array2::zeros((2, 2))], biases: vec![Array1::zeros(2)] };
    figures.extend([zero.plot(), Gradients::<f32> { weights: vec![], biases: vec![] }.plot()]);
    let (tests, network) = (digits(), &networks[0]);
    let confusion = network.confusion(&tests).unwrap();
    figures.extend([
        confusion.plot(),
        confusion.plot().size(1, 1),
        ConfusionMatrix { counts: Array2::zeros((0, 0)) }.plot(),
    ]);
    figures.push(ConfusionMatrix { counts: Array2::from_elem((300, 300), 7) }.plot());
    let mistakes = network.mistakes(&tests).unwrap();
    figures.extend([mistakes.plot(), mistakes.plot().size(1, 1), network.mistakes(&tests.first(0)).unwrap().plot()]);
    figures.extend([History::compare(&[]), History::compare(&[("η = 0.1", &run(0.1)), ("学习率 1", &run(1.0))])]);
    figures
}

/// Sixty pictures that are no digits, with labels by turns.
fn digits() -> Dataset {
    let pixel = |(row, column): (usize, usize)| ((row * 31 + column * column / 3) % 97) as f32 / 96.0;
    let inputs = Array2::from_shape_fn((60, 784), pixel);
    Dataset::new(inputs, (0..60).map(|label| label % 10).collect()).unwrap()
}

fn run(rate: f64) -> History {
    let mut network = Network::new(&[784, 5, 10], &[Relu, Softmax], 7).unwrap();
    let training = Training::new(Loss::CrossEntropy).learning_rate(rate).mini_batch_size(20).epochs(4).quiet();
    training.run(&mut network, &digits(), &digits()).unwrap()
}

#[test]
fn every_figure_is_well_formed_and_names_itself() {
    for figure in gallery() {
        let svg = figure.to_svg();
        let xml = roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{figure:?}: {error}"));
        let root = xml.root_element();
        assert_eq!(root.attribute("role"), Some("img"), "{figure:?}");
        let child =
            |name: &str| root.children().find(|node| node.tag_name().name() == name).and_then(|node| node.text());
        assert_eq!(child("title"), Some(figure.title()), "{figure:?}");
        assert_eq!(child("desc"), Some(figure.alt().as_str()), "{figure:?}");
        assert_eq!(root.attribute("aria-label"), Some(figure.alt().as_str()), "{figure:?}");
    }
}

/// The width of a text in the crate's font, for a font size of 1; in the Chinese one if that lacks it; what both lack is one em wide.
fn width(text: &str, is_bold: bool) -> f64 {
    let latin: &[u8] = match is_bold {
        true => include_bytes!("../assets/fonts/Inter-SemiBold.otf"),
        false => include_bytes!("../assets/fonts/Inter-Regular.otf"),
    };
    let chinese: &[u8] = include_bytes!("../assets/fonts/NotoSansCJKsc-Regular.otf");
    let fonts = [latin, chinese].map(|bytes| ab_glyph::FontRef::try_from_slice(bytes).unwrap());
    let advance = |c| match fonts.iter().find(|font| font.glyph_id(c).0 != 0) {
        Some(font) => f64::from(font.h_advance_unscaled(font.glyph_id(c)) / font.units_per_em().unwrap()),
        None => 1.0,
    };
    text.chars().map(advance).sum()
}

/// With 3 % to spare, because the viewer's font may be another.
#[test]
fn every_text_and_shape_lies_inside_the_picture() {
    for figure in gallery() {
        let svg = figure.to_svg();
        let xml = roxmltree::Document::parse(&svg).unwrap();
        let view: Vec<f64> =
            xml.root_element().attribute("viewBox").unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
        for node in xml.descendants().filter(|node| node.is_element()) {
            let value = |name: &str| node.attribute(name).and_then(|text| text.parse::<f64>().ok());
            if let (Some(x), Some(y)) = (value("x").or(value("cx")), value("y").or(value("cy"))) {
                assert!((0.0..=view[2]).contains(&x) && (0.0..=view[3]).contains(&y), "{figure:?}: {node:?}");
            }
            for point in node.attribute("points").unwrap_or("").split_whitespace() {
                let (x, y) = point.split_once(',').unwrap();
                let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
                assert!((0.0..=view[2]).contains(&x) && (0.0..=view[3]).contains(&y), "{figure:?}: {point}");
            }
            if let (Some(x), Some(size), Some(text)) = (value("x"), value("font-size"), node.text()) {
                let width = 1.03 * size * width(text, node.attribute("font-weight").is_some());
                let start = match node.attribute("text-anchor") {
                    Some("end") => x - width,
                    Some("middle") => x - width / 2.0,
                    _ => x,
                };
                assert!(start >= 0.0 && start + width <= view[2], "{figure:?}: {text:?} {start} {width}");
            }
        }
    }
}

#[test]
fn a_png_has_the_promised_size_and_is_not_blank() {
    for figure in gallery() {
        let png = match figure.to_png() {
            Ok(png) => image::load_from_memory(&png).unwrap().into_rgba8(),
            Err(error) => panic!("{figure:?}: {error}"),
        };
        assert!(png.pixels().any(|pixel| pixel.0[..3].iter().all(|&channel| channel < 100)), "{figure:?} shows no ink");
        assert_eq!(png.get_pixel(0, 0).0[3], 0, "{figure:?}: the corner lets the page shine through");
    }
    for (resolution, size) in [(1.0, (600, 400)), (2.0, (1200, 800)), (2.5, (1500, 1000))] {
        let png = loss().size(600, 400).resolution(resolution).to_png().unwrap();
        assert_eq!(image::load_from_memory(&png).unwrap().into_rgba8().dimensions(), size);
    }
}

#[test]
fn the_same_figure_gives_the_same_bytes() {
    for (one, other) in gallery().iter().zip(gallery()) {
        assert_eq!(one.to_svg(), other.to_svg(), "{one:?}");
    }
    assert_eq!(loss().to_png().unwrap(), loss().to_png().unwrap());
}

#[test]
fn a_picture_too_large_to_draw_is_an_error() {
    let error = loss().size(8000, 8000).to_png().unwrap_err().to_string();
    assert!(error.contains("at most 16 million pixels, found 8000 × 8000 at resolution 2"), "{error}");
}

#[test]
fn the_text_alternative_tells_the_data() {
    let alt = |figure: Figure| figure.alt();
    assert_eq!(
        alt(loss()),
        "Loss: training falls from 1.05 to 0.444 and test falls from 1.12 to 0.478 over four epochs."
    );
    assert_eq!(
        alt(plot::side_by_side(
            "Run",
            [plot::lines("Accuracy", "epoch", "", [Series::test([0.8534, 0.9203])]).decimals(4)]
        )),
        "Run: Accuracy: test rises from 0.8534 to 0.9203 over two epochs."
    );
    assert_eq!(
        alt(plot::function("Bell", "f", "x", -2.0..=2.0, |x| (-x * x).exp(), |x| -2.0 * x * (-x * x).exp())),
        "Bell: f(x) rises from 0.0183 to 1 at 0 and falls to 0.0183 and f′(x) rises from 0.0733 to 0.858 at −0.700 and falls \
         to −0.0733 for x from −2 to 2."
    );
    assert_eq!(
        alt(plot::probabilities("Digit", [0.01, 0.02, 0.95, 0.02])),
        "Digit: 2 with 0.950 is the largest, then 1 with 0.020."
    );
    assert_eq!(
        alt(plot::counts("Labels", [5923, 6742, 5421])),
        "Labels: three bars, the largest 1 with 6,742, the smallest 2 with 5,421."
    );
    let rows = Array2::<f32>::zeros((3, 784));
    assert_eq!(alt(plot::digits("Test", rows.view(), [7, 2, 1]).unwrap()), "Test: three pictures: 7, 2 and 1.");
    assert_eq!(alt(loss().describe("my own words")), "my own words");
}

#[test]
fn a_relu_derivative_jumps_and_is_not_joined() {
    let svg =
        plot::lines("", "z", "", [Series::function("σ′", -6.0..=6.0, |z| if z > 0.0 { 1.0 } else { 0.0 })]).to_svg();
    let xml = roxmltree::Document::parse(&svg).unwrap();
    for line in xml.descendants().filter_map(|node| node.attribute("points")) {
        let heights: Vec<f64> =
            line.split_whitespace().map(|p| p.split_once(',').unwrap().1.parse().unwrap()).collect();
        assert!(heights.iter().all(|y| *y == heights[0]), "a line climbs: {line}");
    }
}

#[test]
fn digits_keep_their_pixels_in_a_small_svg() {
    let rows = Array2::from_shape_fn((40, 784), |(row, column)| {
        let (y, x) = (column / 28, column % 28);
        if (6..22).contains(&y) && (8..20).contains(&x) { ((row * 7 + y * x) % 97) as f32 / 96.0 } else { 0.0 }
    });
    let svg = plot::digits("Forty", rows.view(), 0..40).unwrap().to_svg();
    assert_eq!(svg.matches("<image ").count(), 40);
    assert_eq!(svg.matches("image-rendering:pixelated").count(), 40);
    assert!(svg.len() < 60_000, "{} bytes", svg.len());
}

#[test]
fn digits_of_another_shape_or_without_captions_are_refused() {
    let error = |shape, captions: &[&str]| {
        plot::digits("", Array2::<f32>::zeros(shape).view(), captions).unwrap_err().to_string()
    };
    assert_eq!(error((2, 785), &["a", "b"]), "inputs: expected shape (n, 784), found [2, 785]");
    assert_eq!(error((2, 784), &["a"]), "captions: expected 2, one for each row of inputs, found 1");
    let error = Picture::grey("", Array2::<f32>::zeros((0, 3)).view()).unwrap_err().to_string();
    assert_eq!(error, "pixels: expected shape (height, width), both at least 1, found [0, 3]");
}

#[test]
fn saving_makes_the_folder_and_leaves_nothing_else_in_it() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let plots = folder.path().join("deep/plots");
    loss().save(plots.join("loss.svg"))?;
    loss().save(plots.join("loss.PNG"))?;
    loss().save(plots.join("loss.svg"))?;
    assert_eq!(std::fs::read_to_string(plots.join("loss.svg")).unwrap(), loss().to_svg());
    assert_eq!(std::fs::read(plots.join("loss.PNG")).unwrap(), loss().to_png()?);
    assert_eq!(std::fs::read_dir(&plots).unwrap().count(), 2);
    Ok(())
}

#[test]
fn saving_as_anything_but_svg_or_png_names_the_two() {
    for name in ["loss.pdf", "loss", ".svg", ""] {
        let error = loss().save(name).unwrap_err().to_string();
        assert!(error.contains(".svg or .png") && error.ends_with(&format!("found {name}")), "{error}");
    }
}

#[test]
fn saving_where_no_file_can_be_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let path = folder.path().join("file/loss.svg");
    let error = loss().save(&path).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: cannot create the folder of", path.display())), "{error}");
    let taken = folder.path().join("taken.svg");
    std::fs::create_dir_all(taken.join("full")).unwrap();
    let error = loss().save(&taken).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: cannot write", taken.display())), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "the half-made file is gone");
}

/// The test program runs itself to read what a cell's kernel would read on stdout.
#[test]
fn a_cell_gets_html_png_and_text_in_one_bundle() {
    use base64::Engine;
    if std::env::var_os("SHOW_A_FIGURE").is_some() {
        return loss().evcxr_display();
    }
    let name = "a_cell_gets_html_png_and_text_in_one_bundle";
    let mut this = Command::new(std::env::current_exe().unwrap());
    let output = this.args([name, "--exact", "--nocapture"]).env("SHOW_A_FIGURE", "1").output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let content = |mime: &str| {
        let begin = format!("EVCXR_BEGIN_CONTENT {mime}\n");
        let rest = &output[output.find(&begin).unwrap_or_else(|| panic!("no {mime} in {output}")) + begin.len()..];
        rest[..rest.find("\nEVCXR_END_CONTENT\n").unwrap()].to_owned()
    };
    assert_eq!(output.matches("EVCXR_BEGIN_CONTENT").count(), 3);
    let (html, png) = (content("text/html"), content("image/png"));
    assert!(!png.contains('\n'));
    let decode = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    assert_eq!(decode(&png), loss().resolution(1.0).to_png().unwrap());
    // The picture, by whichever way it is shown, carries its text alternative.
    let xml = roxmltree::Document::parse(&html).unwrap();
    let attribute = |tag: &str, name: &str| {
        let node = xml.descendants().find(|node| node.has_tag_name(tag)).unwrap();
        node.attribute(name).unwrap().to_owned()
    };
    assert_eq!(attribute("img", "alt"), loss().alt());
    assert_eq!(attribute("img", "src"), format!("data:image/png;base64,{png}"));
    let svg = attribute("source", "srcset");
    assert_eq!(decode(svg.strip_prefix("data:image/svg+xml;base64,").unwrap()), loss().to_svg().as_bytes());
    assert_eq!(content("text/plain"), loss().alt());
}

#[test]
fn a_figure_is_one_short_line_in_debug_and_can_be_cloned() {
    assert_eq!(format!("{:?}", loss().clone()), "Figure(\"Loss\", 1 panel)");
    assert_eq!(format!("{:?}", plot::side_by_side("Both", [loss(), loss()])), "Figure(\"Both\", 2 panels)");
    assert_eq!(format!("{:?}", Series::test([1, 2])), "Series(\"test\", 2 points)");
}

#[test]
fn numbers_are_written_for_people() {
    let written: Vec<_> =
        [(59990.0, 0), (-0.5, 2), (-0.001, 1), (1234567.891, 2), (f64::NAN, 1), (f64::NEG_INFINITY, 1)]
            .map(|(value, decimals)| plot::number(value, decimals))
            .into();
    assert_eq!(written, ["59,990", "−0.50", "0.0", "1,234,567.89", "–", "−∞"]);
}

/// The boxes of all texts: left, top, right, bottom, in units of the SVG.
fn boxes(xml: &roxmltree::Document<'_>) -> Vec<(String, [f64; 4])> {
    let texts = xml.descendants().filter(|node| node.has_tag_name("text"));
    let of = |node: roxmltree::Node<'_, '_>| {
        let value = |name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
        let (text, size) = (node.text().unwrap_or("").to_owned(), value("font-size"));
        let width = size * width(&text, node.attribute("font-weight").is_some());
        let start = match node.attribute("text-anchor") {
            Some("end") => value("x") - width,
            Some("middle") => value("x") - width / 2.0,
            _ => value("x"),
        };
        // `dy` moves the baseline down; letters reach from about three quarters above it to a fifth below.
        let baseline = value("y") + 0.76 * size;
        (text, [start, baseline - 0.7 * size, start + width, baseline + 0.15 * size])
    };
    texts.map(of).collect()
}

/// Those that a notebook shows, at the size that suits them.
fn shown() -> Vec<Figure> {
    let network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    let runs = [run(0.1), run(0.05)];
    vec![
        loss(),
        plot::side_by_side("Both", [loss(), loss().decimals(4)]),
        History::compare(&[("η = 0.1", &runs[0]), ("η = 0.05", &runs[1])]),
        runs[0].plot(),
        Sigmoid.plot(),
        Softmax.plot(),
        Relu.plot(),
        Loss::CrossEntropy.plot(),
        network.plot(),
        network.plot_hidden_units().unwrap(),
        network.confusion(&digits()).unwrap().plot(),
        network.mistakes(&digits()).unwrap().plot(),
        plot::counts("Counts", [5923_usize, 6742, 5958]),
        plot::probabilities("Ten", [0.0, 0.01, 0.9, 0.02, 0.0, 0.0, 0.03, 0.0, 0.02, 0.02]),
    ]
}

#[test]
fn no_text_covers_another() {
    for figure in shown() {
        let svg = figure.to_svg();
        let boxes = boxes(&roxmltree::Document::parse(&svg).unwrap());
        for (index, (one, a)) in boxes.iter().enumerate() {
            for (other, b) in &boxes[index + 1..] {
                let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
                assert!(apart, "{figure:?}: {one:?} {a:?} and {other:?} {b:?}");
            }
        }
    }
}

/// The names of the lines stand beside the plot; neither they nor the numbers of an axis are crossed by a line.
#[test]
fn no_line_runs_through_a_text() {
    // In the drawing of a network, texts lie on lines on purpose, with paper between.
    for figure in shown().into_iter().filter(|figure| !figure.title().contains("parameters")) {
        let svg = figure.to_svg();
        let xml = roxmltree::Document::parse(&svg).unwrap();
        let boxes = boxes(&xml);
        for line in xml.descendants().filter(|node| node.has_tag_name("polyline")) {
            let points: Vec<(f64, f64)> = line
                .attribute("points")
                .unwrap()
                .split_whitespace()
                .map(|point| {
                    let (x, y) = point.split_once(',').unwrap();
                    (x.parse().unwrap(), y.parse().unwrap())
                })
                .collect();
            for pair in points.windows(2) {
                for step in 0..=200 {
                    let along = f64::from(step) / 200.0;
                    let (x, y) =
                        (pair[0].0 + (pair[1].0 - pair[0].0) * along, pair[0].1 + (pair[1].1 - pair[0].1) * along);
                    for (text, [left, top, right, bottom]) in &boxes {
                        let is_inside = x > *left && x < *right && y > *top && y < *bottom;
                        assert!(!is_inside, "{figure:?}: a line runs through {text:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_network_is_drawn_with_its_own_numbers() {
    let mut layers = Network::new(&[3, 2, 2], &[Tanh, Softmax], 7).unwrap().layers().to_vec();
    layers[0].weights.row_mut(1).assign(&array![0.5, -1.25, 0.0625]);
    layers[0].biases[1] = -0.75;
    let figure = Network::from_layers(layers).unwrap().plot();
    assert_eq!(
        figure.alt(),
        "14 parameters in 2 layers: 3 inputs, 2 neurons with tanh and 2 outputs with softmax, with a sample of the neurons and \
         their weights; neuron 1 of layer 1 opened up: its strongest of 3 weights are 0.500 from 0, −1.250 from 1 and 0.062 \
         from 2, its bias is −0.750, its activation tanh."
    );
    let svg = figure.to_svg();
    for text in ["w₁ = −1.250", "b = −0.750", "layer 1: tanh", "z = w · a + b, then tanh(z)"] {
        assert!(svg.contains(&format!(">{text}<")), "{text} is missing");
    }
    // Six weights into the hidden layer, four out of it; three into the opened neuron.
    let lines = |color: &str| svg.matches("<polyline ").count() * usize::from(svg.contains(color));
    assert!(lines("#0072B2") >= 13 && lines("#D55E00") >= 13, "positive and negative weights differ in colour");
}

#[test]
fn hidden_units_share_one_scale_with_white_in_its_middle() {
    let mut layer = Network::new(&[4, 2], &[Softmax], 7).unwrap().layers()[0].clone();
    layer.weights.assign(&array![[0.5, 0.0, -0.25, 0.0], [0.0, 0.0, 0.0, 0.125]]);
    let alt = layer.plot_weights(&[1, 0]).unwrap().alt();
    assert_eq!(
        alt,
        "Weights as pictures: two pictures: unit 1 and unit 0; orange from −0.500, white 0, blue up to 0.500."
    );
    let png = Picture::signed("", array![[-1.0, 0.0, 1.0]].view(), 1.0);
    assert!(png.is_ok());
    let error = |result: Result<Figure>| result.unwrap_err().to_string();
    assert_eq!(error(layer.plot_weights(&[2])), "units: expected neurons below 2, found 2");
    let odd = Network::new(&[5, 2], &[Softmax], 7).unwrap();
    assert!(error(odd.plot_hidden_units()).contains("fan_in a square number as 784, found [2, 5]"));
}

#[test]
fn gradients_tell_their_sizes() {
    let weights = array![[0.0, 3e-3], [4e-3, 0.0]];
    let gradients = Gradients { weights: vec![weights], biases: vec![array![1e-2, 1e-2]] };
    assert_eq!(
        gradients.plot().alt(),
        "How large the gradients are: layer 1, ∂loss/∂W: root mean square 0.00250, half of them between 0.00300 and 0.00400, \
         50 % are 0; layer 1, ∂loss/∂b: root mean square 0.0100, half of them between 0.0100 and 0.0100."
    );
}

#[test]
fn warnings_stand_under_the_picture_and_in_its_text_alternative() {
    let grey = Array2::from_shape_fn(
        (100, 100),
        |(row, column)| if row < 60 && (45..55).contains(&column) { 0.1 } else { 0.9 },
    );
    let digit = Handwriting::from_grey(grey).unwrap();
    let warning = "the digit touches the picture's border: part of it may be missing";
    assert_eq!(digit.warnings(), [warning]);
    let figure = digit.plot().unwrap();
    assert!(figure.alt().ends_with(&format!("Warning: {warning}.")), "{}", figure.alt());
    let svg = figure.to_svg();
    let xml = roxmltree::Document::parse(&svg).unwrap();
    let texts: Vec<_> = xml.descendants().filter(|n| n.has_tag_name("text")).filter_map(|n| n.text()).collect();
    assert!(texts.join(" ").ends_with(warning), "{texts:?}");
}

/// Chinese is drawn, not left out: other signs give other pictures; what no font has gives a box, the same for each.
#[test]
fn chinese_is_drawn_in_a_png() {
    let png = |text: &str| plot::lines("", "", "", [Series::new(text, [1.0, 2.0])]).describe("").to_png().unwrap();
    assert_ne!(png("训"), png("练"));
    assert_ne!(png("熵"), png("龘"));
    assert_eq!(png("龘"), png("囍"));
}
