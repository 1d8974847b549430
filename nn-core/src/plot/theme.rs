//! The look that all figures share: colours, type sizes, distances. Lengths are CSS pixels.

/// A colour: red, green, blue.
///
/// The first constants are named by what they stand for, so that training and test look the same in every figure. The hues
/// are those of Okabe and Ito (2008), which colour-blind eyes tell apart too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

impl Color {
    /// The training set: blue.
    pub const TRAINING: Self = Self::BLUE;
    /// The test set: vermilion.
    pub const TEST: Self = Self::VERMILION;
    /// What others measured or printed: grey.
    pub const REFERENCE: Self = Self(0x6B, 0x72, 0x80);
    /// Blue, the first colour of a series.
    pub const BLUE: Self = Self(0x00, 0x72, 0xB2);
    /// Vermilion, the second colour of a series.
    pub const VERMILION: Self = Self(0xD5, 0x5E, 0x00);
    /// Bluish green, the third colour of a series.
    pub const GREEN: Self = Self(0x00, 0x9E, 0x73);
    /// Reddish purple, the fourth colour of a series.
    pub const PURPLE: Self = Self(0xCC, 0x79, 0xA7);
    /// Orange, the fifth colour of a series.
    pub const ORANGE: Self = Self(0xE6, 0x9F, 0x00);
    /// Sky blue, the sixth colour of a series.
    pub const SKY: Self = Self(0x56, 0xB4, 0xE9);

    const SERIES: [Self; 6] = [Self::BLUE, Self::VERMILION, Self::GREEN, Self::PURPLE, Self::ORANGE, Self::SKY];

    /// The colour of the series number `index`, counted from 0; after six they repeat.
    #[expect(clippy::indexing_slicing, reason = "a remainder is less than what was divided by")]
    pub(crate) fn series(index: usize) -> Self {
        Self::SERIES[index % Self::SERIES.len()]
    }

    /// The colour of a signed number from −1 to 1: deep orange by white to deep blue. Colour-blind eyes tell them apart.
    pub(super) fn signed(value: f64) -> Self {
        let deep = if value < 0.0 { Self(0xB0, 0x45, 0x00) } else { Self(0x00, 0x54, 0x8A) };
        WHITE.mixed(deep, value.abs())
    }

    /// The colour of a weight's line: blue for positive, orange for negative, the paler the nearer to 0. `strength` is from
    /// −1 to 1.
    pub(super) fn weight(strength: f64) -> Self {
        let deep = if strength < 0.0 { Self::VERMILION } else { Self::BLUE };
        CARD.mixed(deep, 0.14 + 0.86 * strength.abs())
    }

    /// A share of this colour and the rest of the other: 0 is this, 1 the other.
    pub(super) fn mixed(self, other: Self, share: f64) -> Self {
        let share = share.clamp(0.0, 1.0);
        Self(between(self.0, other.0, share), between(self.1, other.1, share), between(self.2, other.2, share))
    }

    /// The same hue, as dark as text on a card must be to be read (contrast 4.5 to 1, WCAG 2.2).
    pub(crate) fn for_text(self) -> Self {
        let mut color = self;
        while color.contrast(CARD) < 4.5 {
            let [red, green, blue] = [color.0, color.1, color.2].map(|channel| (f64::from(channel) * 0.95) as u8);
            color = Self(red, green, blue);
        }
        color
    }

    /// What text on this colour is written in: black or white, whichever is read better.
    pub(super) fn ink(self) -> Self {
        // Black, and not the softer `INK`: on a colour in the middle only black reaches the contrast that `for_text` asks for.
        if BLACK.contrast(self) >= self.contrast(WHITE) { BLACK } else { WHITE }
    }

    fn contrast(self, paper: Self) -> f64 {
        (paper.luminance() + 0.05) / (self.luminance() + 0.05)
    }

    fn luminance(self) -> f64 {
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// As SVG and CSS write it.
    pub(crate) fn hex(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}

fn between(from: u8, to: u8, share: f64) -> u8 {
    (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as u8
}

/// How much light a channel stands for, from 0 to 1: sRGB without its gamma.
fn linear(channel: u8) -> f64 {
    let c = f64::from(channel) / 255.0;
    if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

const BLACK: Color = Color(0x00, 0x00, 0x00);
const WHITE: Color = Color(0xFF, 0xFF, 0xFF);

/// A figure brings its own opaque background, so that it reads alike on a light and on a dark page.
pub(crate) const CARD: Color = Color(0xFD, 0xFD, 0xFC);
pub(crate) const BORDER: Color = Color(0xD9, 0xDD, 0xE2);
pub(crate) const INK: Color = Color(0x1B, 0x1F, 0x26);
pub(crate) const GREY: Color = Color(0x57, 0x60, 0x6B);
pub(super) const AXIS: Color = Color(0x9A, 0xA2, 0xAC);
pub(super) const GRID: Color = Color(0xE8, 0xEA, 0xED);
pub(super) const QUIET_BAR: Color = Color(0xB9, 0xC4, 0xCE);
/// A piece of paper on the card.
pub(super) const PALE: Color = Color(0xF4, 0xF6, 0xF8);

/// A line of a table in HTML, on a page of whatever colour.
pub(crate) const RULE: &str = "1px solid rgba(128,128,128,0.45)";

/// A page with nothing but a card on it, light and dark.
pub(crate) const PAGE: [Color; 2] = [Color(0xEE, 0xF0, 0xF2), Color(0x11, 0x13, 0x17)];
/// An interactive card and its text on a dark page.
const DARK_CARD: Color = Color(0x1C, 0x1F, 0x25);
pub(crate) const DARK_INK: Color = Color(0xE7, 0xEA, 0xEE);
/// Below the drawing pad's paper.
pub(crate) const SHADOW: Color = Color(0x3C, 0x32, 0x1E);

/// The colours of an interactive card on a light and on a dark page, under the names that `assets/` calls them by:
/// `var(--paper)` in a style sheet, `COLORS.light.paper` in a script.
pub(crate) const INTERACTIVE: [(&str, Color, Color); 19] = [
    ("paper", CARD, DARK_CARD),
    ("border", BORDER, Color(0x3B, 0x42, 0x4C)),
    ("ink", INK, DARK_INK),
    ("grey", GREY, Color(0xA9, 0xB2, 0xBD)),
    ("quiet", QUIET_BAR, Color(0x4D, 0x57, 0x63)),
    ("strong", Color::BLUE, Color::SKY),
    ("wrong", Color(0xA8, 0x4A, 0x00), Color(0xF0, 0x96, 0x4A)),
    ("control", Color(0xF1, 0xF3, 0xF5), Color(0x2A, 0x2F, 0x37)),
    ("control-border", Color(0x8B, 0x94, 0x9E), Color(0x77, 0x81, 0x8D)),
    ("control-hover", Color(0xE4, 0xE8, 0xEC), Color(0x36, 0x3D, 0x47)),
    // Behind a digit's pixels, white on black as in MNIST.
    ("black", BLACK, BLACK),
    // The paper to draw on, what is drawn, and the sentence on it that says so.
    ("sheet", Color(0xFD, 0xFB, 0xF4), Color(0xFD, 0xFB, 0xF4)),
    ("pen", Color(0x1D, 0x2B, 0x4F), Color(0x1D, 0x2B, 0x4F)),
    ("hint", Color(0x6A, 0x65, 0x57), Color(0x6A, 0x65, 0x57)),
    // Weights of 0, above and below it.
    ("zero", WHITE, DARK_CARD),
    ("positive", Color::BLUE, Color::SKY),
    ("negative", Color::VERMILION, Color(0xF5, 0x96, 0x46)),
    // The cells of a confusion matrix.
    ("right-cell", Color::BLUE, Color::BLUE),
    ("wrong-cell", Color::VERMILION, Color::VERMILION),
];

pub(super) const RADIUS: f64 = 10.0;
pub(super) const MARGIN: f64 = 22.0;

pub(super) const TITLE: f64 = 16.0;
pub(super) const HEADING: f64 = 13.5;
pub(super) const SUBTITLE: f64 = 13.0;
pub(super) const LABEL: f64 = 12.5;
pub(super) const TICK: f64 = 11.5;

pub(super) const LINE: f64 = 2.2;
pub(super) const DOT: f64 = 3.0;
