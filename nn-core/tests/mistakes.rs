//! The mistakes are the worst ones, beside the right answers that were nearly wrong, in HTML that any page can hold.

#[path = "common/answers.rs"]
mod answers;

use answers::{all, examples, network, parsed};

#[test]
fn the_gallery_shows_wrong_answers_by_confidence_and_doubtful_right_ones() {
    let mistakes = network().mistakes(&examples()).unwrap();
    assert_eq!(
        mistakes.to_text(),
        "4 mistakes in 9\n\
         Wrong, and most sure of it:\n\
         \u{20} 1 read as 0 with 0.973; probabilities 0 0.97, 1 0.03\n\
         \u{20} 1 read as 0 with 0.917; probabilities 0 0.92, 1 0.08\n\
         \u{20} 1 read as 0 with 0.599; probabilities 0 0.60, 1 0.40\n\
         \u{20} 0 read as 1 with 0.599; probabilities 1 0.60, 0 0.40\n\
         Right, and least sure of it:\n\
         \u{20} 0 with 0.943; probabilities 0 0.94, 1 0.06\n\
         \u{20} 1 with 0.961; probabilities 1 0.96, 0 0.04\n\
         \u{20} 0 with 0.973; probabilities 0 0.97, 1 0.03\n\
         \u{20} 0 with 0.982; probabilities 0 0.98, 1 0.02\n\
         \u{20} 1 with 0.982; probabilities 1 0.98, 0 0.02"
    );
    let html = mistakes.to_html();
    let xml = parsed(&html);
    let alts: Vec<_> = all(xml.root(), "img").map(|image| image.attribute("alt").unwrap()).collect();
    let lines: Vec<_> =
        mistakes.to_text().lines().filter_map(|line| line.strip_prefix("  ").map(str::to_owned)).collect();
    assert_eq!(alts, lines);
    assert_eq!(format!("{mistakes:?}"), "Mistakes: 4 in 9");
}
