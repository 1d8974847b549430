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

static FONTS: LazyLock<[Option<FontRef<'static>>; 3]> = LazyLock::new(|| {
    // A file that does not parse leaves its text out of a PNG; the tests would see that.
    [
        FontRef::try_from_slice(include_bytes!("../../assets/fonts/Inter-Regular.otf")).ok(),
        FontRef::try_from_slice(include_bytes!("../../assets/fonts/Inter-SemiBold.otf")).ok(),
        FontRef::try_from_slice(include_bytes!("../../assets/fonts/NotoSansCJKsc-Regular.otf")).ok(),
    ]
});

impl Face {
    /// The font that has this character: the weight's own, else the Chinese one, if that has it.
    pub fn of(character: char, weight: Weight) -> Option<Self> {
        let own = if weight == Weight::SemiBold { Self::SemiBold } else { Self::Regular };
        [own, Self::Chinese].into_iter().find(|face| face.font().is_some_and(|font| font.glyph_id(character).0 != 0))
    }

    /// The height of a line in ems, from the top of the highest to the bottom of the lowest letter: ab_glyph's unit of size.
    pub fn line_height(self) -> f64 {
        let ratio = |font: &FontRef<'_>| font.units_per_em().map(|units| f64::from(font.height_unscaled() / units));
        self.font().and_then(ratio).unwrap_or(1.21)
    }

    pub fn font(self) -> Option<&'static FontRef<'static>> {
        let [regular, semibold, chinese] = &*FONTS;
        match self {
            Self::Regular => regular.as_ref(),
            Self::SemiBold => semibold.as_ref(),
            Self::Chinese => chinese.as_ref(),
        }
    }
}

/// The width of a character in ems. One that no font has takes a whole em: it is drawn as a box of that width.
pub(super) fn advance(character: char, weight: Weight) -> f64 {
    let font = Face::of(character, weight).and_then(Face::font);
    font.map_or(1.0, |font| {
        let units = font.units_per_em().unwrap_or(1000.0);
        f64::from(font.h_advance_unscaled(font.glyph_id(character)) / units)
    })
}

/// The width of `text` in CSS pixels.
pub(super) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    size * text.chars().map(|character| advance(character, weight)).sum::<f64>()
}

/// One line without control characters, which XML forbids.
pub(crate) fn clean(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() || is_no_xml(c) { ' ' } else { c }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_no_xml(character: char) -> bool {
    matches!(character, '\u{FFFE}' | '\u{FFFF}')
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

/// `value` to three significant digits: `0.478`, `1.12`, `60,000`, `1.2e−7`.
pub(super) fn short(value: f64) -> String {
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
    WORDS.get(number).map_or_else(|| self::number(number as f64, 0), ToString::to_string)
}
