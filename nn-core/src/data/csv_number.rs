//! What is a number in a table, and what is not.

/// A number as polars reads it: blanks, one plus sign and zeros may stand before it, nothing behind it.
pub(super) fn number(field: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(field).ok()?.trim_start_matches([' ', '\t']);
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    // Three digits suffice to know whether it is too large; none are left of 0.
    match significant.len() {
        0 => Some(0),
        1..=3 => significant.parse().ok(),
        _ => Some(u32::MAX),
    }
}
