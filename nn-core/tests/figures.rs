//! Figures can be read, looked at, listened to and saved, whatever the data.

#[path = "common/gallery.rs"]
mod gallery;

use std::process::Command;

use gallery::{gallery, loss};
use nn_core::prelude::*;

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
    let cut = plot::lines("", "epoch", "loss", [Series::new("test", [2.0, 1.0, 2.5, 8.5])]).y_range(0.0..=3.0);
    let said = "test falls from 2 to 1 at 1 and rises to 2.50, then leaves the figure for 8.50";
    assert!(alt(cut.clone()).contains(said), "{}", alt(cut));
    let said = "test, in the figure from 1 on, falls from 1 to 0 at 2 and rises to 3";
    let late = plot::lines("", "epoch", "loss", [Series::new("test", [8.5, 1.0, 0.0, 3.0])]).y_range(0.0..=3.0);
    assert!(alt(late.clone()).contains(said), "{}", alt(late));
    let down = plot::lines("", "h", "error", [Series::xy("error", [0.1, 0.01, 0.001], [3.0, 2.0, 1.0])]);
    assert!(alt(down.clone()).contains("error rises from 1 to 3 for h from 0.00100 to 0.100"), "{}", alt(down));
    let seeds = plot::lines("", "neurons", "accuracy", [Series::xy("30", [30; 3], [0.5, 0.25, 0.75])]);
    assert!(alt(seeds.clone()).contains("30 lies between 0.250 and 0.750"), "{}", alt(seeds));
    let above = plot::lines("", "epoch", "loss", [Series::new("test", [8.5, 9.0])]).y_range(0.0..=3.0);
    assert!(alt(above.clone()).contains("test lies outside the figure over two epochs"), "{}", alt(above));
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

/// What stands in the block of this MIME type.
fn content_of(output: &str, mime: &str) -> String {
    let begin = format!("EVCXR_BEGIN_CONTENT {mime}\n");
    let start = output.find(&begin).unwrap_or_else(|| panic!("no {mime} in {output}")) + begin.len();
    let (content, _) = output[start..].split_once("\nEVCXR_END_CONTENT\n").expect("the block ends");
    content.to_owned()
}

/// The test program runs itself to read what a cell's kernel would read on stdout.
#[test]
fn a_cell_gets_html_png_and_text_in_one_bundle() {
    use base64::Engine;
    if std::env::var_os("SHOW_A_FIGURE").is_some() {
        return loss().evcxr_display();
    }
    let name = "a_cell_gets_html_png_and_text_in_one_bundle";
    let shown = |kernel: &str| {
        let mut this = Command::new(std::env::current_exe().unwrap());
        this.args([name, "--exact", "--nocapture"]).env("SHOW_A_FIGURE", "1").env("NN_KERNEL", kernel);
        String::from_utf8(this.output().unwrap().stdout).unwrap()
    };
    let decode = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    // Only our kernel tells Jupyter how large a finer picture is to be shown.
    assert_eq!(decode(&content_of(&shown("1"), "image/png")), loss().resolution(2.0).to_png().unwrap());

    let output = shown("");
    assert_eq!(output.matches("EVCXR_BEGIN_CONTENT").count(), 3);
    let content = |mime: &str| content_of(&output, mime);
    let (html, png) = (content("text/html"), content("image/png"));
    assert!(!png.contains('\n'));
    assert_eq!(decode(&png), loss().resolution(1.0).to_png().unwrap());
    // The picture, by whichever way it is shown, carries its text alternative.
    let xml = roxmltree::Document::parse(&html).unwrap();
    let attribute = |tag: &str, name: &str| {
        let node = xml.descendants().find(|node| node.has_tag_name(tag)).unwrap();
        node.attribute(name).unwrap().to_owned()
    };
    assert_eq!(attribute("img", "alt"), loss().alt());
    let svg = attribute("img", "src");
    assert_eq!(decode(svg.strip_prefix("data:image/svg+xml;base64,").unwrap()), loss().to_svg().as_bytes());
    assert_eq!(content("text/plain"), loss().alt());
}

#[test]
fn a_figure_is_one_short_line_in_debug_and_can_be_cloned() {
    assert_eq!(format!("{:?}", loss().clone()), "Figure: \"Loss\", 1 panel");
    assert_eq!(format!("{:?}", plot::side_by_side("Both", [loss(), loss()])), "Figure: \"Both\", 2 panels");
    let picture = Picture::grey("digit", Array2::<f32>::zeros((3, 2)).view()).unwrap();
    assert_eq!(format!("{picture:?}"), "Picture: \"digit\", 2×3");
    assert_eq!(format!("{:?}", Series::test([1, 2])), "Series: \"test\", 2 points");
}

#[test]
fn numbers_are_written_for_people() {
    let written: Vec<_> =
        [(59990.0, 0), (-0.5, 2), (-0.001, 1), (1234567.891, 2), (f64::NAN, 1), (f64::NEG_INFINITY, 1)]
            .map(|(value, decimals)| plot::number(value, decimals))
            .into();
    assert_eq!(written, ["59,990", "−0.50", "0.0", "1,234,567.89", "–", "−∞"]);
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
