//! What an array may consist of to be shown.

/// A float, a whole number or a `bool`: what a [`ShowArray`](super::ShowArray) consists of.
pub trait Element: Copy {
    /// Its value; that of a `bool` is 0 or 1.
    #[doc(hidden)]
    fn value(self) -> f64;

    /// Its text, unless it is a float: how many decimals that has, its neighbours decide.
    #[doc(hidden)]
    fn text(self) -> Option<String>;
}

macro_rules! floats {
    ($($float:ty)*) => { $(
        impl Element for $float {
            fn value(self) -> f64 {
                self.into()
            }

            fn text(self) -> Option<String> {
                None
            }
        }
    )* };
}
floats!(f32 f64);

macro_rules! exact {
    ($($exact:ty)*) => { $(
        impl Element for $exact {
            fn value(self) -> f64 {
                self as i128 as f64
            }

            fn text(self) -> Option<String> {
                Some(self.to_string().replace('-', "−"))
            }
        }
    )* };
}
exact!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize bool);

/// Floats have at most this many decimals.
const DECIMALS: usize = 4;
/// Where all are smaller, or one is larger, all are written with exponents.
const SMALLEST: f64 = 1e-3;
const LARGEST: f64 = 1e7;

/// The texts of these elements, floats with as many decimals as one of them needs.
pub(super) fn texts<E: Element>(elements: &[E]) -> Vec<String> {
    let (mut decimals, mut largest) = (1, 0.0_f64);
    for value in elements.iter().map(|element| element.value()).filter(|value| value.is_finite()) {
        decimals = decimals.max(decimals_of(value));
        largest = largest.max(value.abs());
    }
    let has_exponents = largest > 0.0 && !(SMALLEST..LARGEST).contains(&largest);
    elements
        .iter()
        .map(|element| element.text().unwrap_or_else(|| float(element.value(), decimals, has_exponents)))
        .collect()
}

fn float(value: f64, decimals: usize, has_exponents: bool) -> String {
    let text = match value {
        _ if value.is_nan() => "NaN".to_owned(),
        _ if value.is_infinite() => "∞".to_owned(),
        _ if has_exponents => format!("{:.3e}", value.abs()).replace('-', "−"),
        _ => format!("{:.decimals$}", value.abs()),
    };
    // A 0 that rounding has made has no sign.
    let is_negative = value < 0.0 && text.chars().any(|c| c == '∞' || matches!(c, '1'..='9'));
    format!("{}{text}", if is_negative { "−" } else { "" })
}

/// How many decimals of `value` are not zeros at its end, at most [`DECIMALS`].
fn decimals_of(value: f64) -> usize {
    let digits = format!("{value:.DECIMALS$}");
    DECIMALS - (digits.len() - digits.trim_end_matches('0').len()).min(DECIMALS)
}
