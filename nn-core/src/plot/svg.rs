//! From a scene to an SVG document.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plotters::prelude::{DrawingBackend, SVGBackend};

use super::painter::{FAMILY, Painter, in_words};
use super::picture::Picture;
use super::scene::{Frame, Scene, Shape};
use super::text;
use super::theme::{BORDER, CARD, RADIUS};

/// Units of an SVG's coordinates in a CSS pixel.
const SVG_UNIT: f64 = 10.0;

/// Writes the scene, `width` by `height` CSS pixels, as an SVG document.
#[expect(clippy::expect_used, reason = "writing to a string cannot fail")]
pub(super) fn document(scene: &Scene<'_>, width: f64, height: f64, title: &str, alt: &str) -> String {
    let mut body = String::new();
    let size = ((width * SVG_UNIT) as u32, (height * SVG_UNIT) as u32);
    let mut painter = Painter { backend: SVGBackend::with_string(&mut body, size), unit: SVG_UNIT, is_svg: true };
    painter
        .paint(scene)
        .and_then(|()| painter.backend.present().map_err(in_words))
        .expect("the backend writes to a string, which cannot fail");
    drop(painter);

    let (title, alt) = (text::escape(title), text::escape(alt));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{alt}\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {} {}\" style=\"max-width:100%;height:auto\" font-family=\"{FAMILIES}\" stroke-linejoin=\"round\" \
         stroke-linecap=\"round\">\n<title>{title}</title>\n<desc>{alt}</desc>\n",
        size.0,
        size.1,
        FAMILIES = text::FAMILIES,
    );
    let edge = SVG_UNIT / 2.0;
    let _ = writeln!(
        svg,
        "<rect x=\"{edge}\" y=\"{edge}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{}\" stroke=\"{}\" \
         stroke-width=\"{SVG_UNIT}\"/>",
        f64::from(size.0) - SVG_UNIT,
        f64::from(size.1) - SVG_UNIT,
        RADIUS * SVG_UNIT,
        CARD.hex(),
        BORDER.hex()
    );
    svg.push_str(&plain_elements(&body));
    for shape in &scene.shapes {
        if let Shape::Picture(frame, picture) = shape {
            write_picture(&mut svg, *frame, picture);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn write_picture(svg: &mut String, frame: Frame, picture: &Picture) {
    // Enlarged pixels stay squares; reduced ones may be averaged.
    let pixelated = if frame.width >= picture.width() as f64 { " style=\"image-rendering:pixelated\"" } else { "" };
    let [x, y, width, height] = [frame.x, frame.y, frame.width, frame.height].map(|length| (length * SVG_UNIT).round());
    let png = STANDARD.encode(picture.png());
    let _ = writeln!(
        svg,
        "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\"{pixelated} \
         href=\"data:image/png;base64,{png}\"/>"
    );
}

/// What plotters wrote between its own `<svg>` and `</svg>`, without the attributes that the outer element sets.
#[expect(clippy::expect_used, reason = "every figure of the tests would fail, were plotters to write something else")]
fn plain_elements(svg: &str) -> String {
    let rest = svg.split_once('\n').map(|(_, rest)| rest);
    let elements = rest.and_then(|rest| rest.rsplit_once("</svg>"));
    let (elements, _) = elements.expect("plotters begins with a line for <svg> and ends with </svg>");
    elements
        .replace(" opacity=\"1\"", "")
        .replace(&format!(" font-family=\"{FAMILY}\""), "")
        .replace(" text-anchor=\"start\"", "")
        .replace("font-weight=\"bold\"", "font-weight=\"600\"")
        .replace(" \"/>", "\"/>")
        .replace("\">\n", "\">")
        .replace("\n</text>", "</text>")
}
