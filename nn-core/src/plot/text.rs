//! Text: how wide it is, how it is cut or broken to fit, how numbers are written.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef};

/// What an SVG asks its viewer for: the measured font first, then those of a similar width.
pub(super) const FAMILIES: &str = "Inter, 'Helvetica Neue', Arial, 'Segoe UI', Roboto, 'Liberation Sans', 'PingFang SC', \
                                   'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif";

/// How heavy the letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    SemiBold,
}

/// A font of the crate's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Regular,
    SemiBold,
    /// Chinese, for both weights.
    Chinese,
}

static REGULAR: LazyLock<FontRef<'static>> =
    LazyLock::new(|| font(include_bytes!("../../assets/fonts/Inter-Regular.otf")));
static SEMI_BOLD: LazyLock<FontRef<'static>> =
    LazyLock::new(|| font(include_bytes!("../../assets/fonts/Inter-SemiBold.otf")));
static CHINESE: LazyLock<FontRef<'static>> =
    LazyLock::new(|| font(include_bytes!("../../assets/fonts/NotoSansCJKsc-Regular.otf")));

#[expect(clippy::expect_used, reason = "the fonts are part of the crate; every figure of the tests needs all three")]
fn font(file: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(file).expect("the crate's own fonts are whole")
}

#[expect(clippy::expect_used, reason = "the fonts are part of the crate; every figure of the tests needs all three")]
fn units_per_em(font: &FontRef<'_>) -> f32 {
    font.units_per_em().expect("the crate's own fonts say what an em is")
}

impl Face {
    /// The font that has this character: the weight's own, else the Chinese one, if that has it.
    pub fn of(character: char, weight: Weight) -> Option<Self> {
        let own = if weight == Weight::SemiBold { Self::SemiBold } else { Self::Regular };
        [own, Self::Chinese].into_iter().find(|face| face.font().glyph_id(character).0 != 0)
    }

    /// The height of a line in ems, from the top of the highest to the bottom of the lowest letter: ab_glyph's unit of size.
    pub fn line_height(self) -> f64 {
        let font = self.font();
        f64::from(font.height_unscaled() / units_per_em(font))
    }

    pub fn font(self) -> &'static FontRef<'static> {
        match self {
            Self::Regular => &REGULAR,
            Self::SemiBold => &SEMI_BOLD,
            Self::Chinese => &CHINESE,
        }
    }
}

/// The width of a character in ems. One that no font has takes a whole em: it is drawn as a box of that width.
pub(super) fn advance(character: char, weight: Weight) -> f64 {
    let Some(face) = Face::of(character, weight) else { return 1.0 };
    let font = face.font();
    f64::from(font.h_advance_unscaled(font.glyph_id(character)) / units_per_em(font))
}

/// The width of `text` in CSS pixels.
pub(super) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    size * text.chars().map(|character| advance(character, weight)).sum::<f64>()
}

/// One line without control characters, which XML forbids.
pub(crate) fn clean(text: &str) -> String {
    let text: String =
        text.chars().map(|c| if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') { ' ' } else { c }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text`, or as much of its beginning as fits into `room`, and `…`.
pub(super) fn fit(text: &str, size: f64, weight: Weight, room: f64) -> String {
    // No text this long ever fits; measuring all of it again and again would take long.
    let text: String = text.chars().take(1000).collect();
    if width(&text, size, weight) <= room {
        return text;
    }
    let mut room = room - width("…", size, weight);
    let mut kept = String::new();
    for character in text.chars() {
        room -= width(character.encode_utf8(&mut [0; 4]), size, weight);
        if room < 0.0 {
            break;
        }
        kept.push(character);
    }
    format!("{}…", kept.trim_end())
}

/// `text` broken between words into lines of at most `room`; what needs more than `most` lines is cut with `…`.
pub(super) fn wrap(text: &str, size: f64, weight: Weight, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match longer {
            Some(longer) if lines.len() == most || width(&longer, size, weight) <= room => {
                lines.pop();
                lines.push(longer);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| fit(line, size, weight, room)).collect()
}

/// `value` with this many decimals, thousands apart by commas and the minus sign of mathematics.
///
/// ```
/// use nn_core::plot::number;
/// assert_eq!(number(59990.0, 0), "59,990");
/// assert_eq!(number(-0.5, 2), "−0.50");
/// ```
pub fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "–".into() } else { format!("{}∞", if value < 0.0 { "−" } else { "" }) };
    }
    if value.abs() >= 1e15 {
        return format!("{value:.2e}").replace('-', "−");
    }
    let digits = format!("{:.*}", decimals.min(12), value.abs());
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let mut text = String::new();
    if value < 0.0 && digits.chars().any(|c| c.is_ascii_digit() && c != '0') {
        text.push('−');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// A whole number, thousands apart by commas.
pub(crate) fn whole(number: usize) -> String {
    self::number(number as f64, 0)
}

/// `value` to three significant digits: `0.478`, `1.12`, `60,000`, `1.2e−7`.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() || size == 0.0 {
        return number(value, 0);
    }
    if !(1e-4..1e7).contains(&size) {
        return format!("{value:.1e}").replace('-', "−");
    }
    if value.fract() == 0.0 {
        return number(value, 0);
    }
    let decimals = (2.0 - size.log10().floor()).clamp(0.0, 6.0);
    number(value, decimals as usize)
}

/// Numbers up to twelve as words.
pub(crate) fn count(number: usize) -> String {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.get(number).map_or_else(|| whole(number), ToString::to_string)
}

/// "a", "a and b", "a, b and c"
pub(super) fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `number` written with other digits: `digits[0]` for 0, and so on.
#[expect(clippy::indexing_slicing, reason = "a digit of a decimal number is below 10")]
pub(super) fn replace_digits(number: usize, digits: [char; 10]) -> String {
    number.to_string().bytes().map(|digit| digits[usize::from(digit - b'0')]).collect()
}

/// Text inside an element or an attribute, in double quotes, of XML or HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
