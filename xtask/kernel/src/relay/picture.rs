//! How large a picture is to be shown: Jupyter shows each pixel of a PNG as a CSS pixel, unless it is told otherwise.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Value, json};

const PNG: &str = "image/png";
/// Letters of base64 at the beginning of a file, behind which nobody looks for its size.
const HEAD: usize = 4096;
/// CSS pixels in a metre: 96 in an inch.
const PER_METRE: f64 = 96.0 / 0.0254;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Adds the size to the metadata of an output whose PNG says how dense it is, unless the metadata has one.
pub fn tell_size(content: &mut Value) {
    let Some((width, height)) = content["data"][PNG].as_str().and_then(size) else { return };
    if !content["metadata"].is_object() {
        content["metadata"] = json!({});
    }
    if content["metadata"][PNG].is_null() {
        content["metadata"][PNG] = json!({ "width": width, "height": height });
    }
}

/// The width and the height in CSS pixels of a PNG in base64.
fn size(base64: &str) -> Option<(u64, u64)> {
    let head = base64.trim_start().as_bytes();
    let head = head.get(..head.len().min(HEAD) / 4 * 4)?;
    let file = BASE64.decode(head).ok()?;
    let mut chunks = file.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut pixels = None;
    // Of each chunk: its length, its name, its content, a check sum.
    while let Some((header, rest)) = chunks.split_at_checked(8) {
        let length = number(header.get(..4)?)? as usize;
        match header.get(4..)? {
            b"IHDR" => pixels = Some((number(rest.get(..4)?)?, number(rest.get(4..8)?)?)),
            b"pHYs" => {
                let (x, y, unit) = (number(rest.get(..4)?)?, number(rest.get(4..8)?)?, rest.get(8)?);
                let (width, height) = pixels.filter(|_| x > 0 && y > 0 && *unit == 1)?;
                return Some((css_pixels(width, x), css_pixels(height, y)));
            }
            b"IDAT" => return None,
            _ => {}
        }
        chunks = rest.get(length.checked_add(4)?..)?;
    }
    None
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

fn css_pixels(pixels: u32, per_metre: u32) -> u64 {
    (f64::from(pixels) * PER_METRE / f64::from(per_metre)).round().max(1.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of a PNG of 1200 × 600 pixels with this `pHYs` chunk, if any.
    fn png(physical: Option<(u32, u8)>) -> String {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        let mut chunk = |name: &[u8; 4], content: &[u8]| {
            file.extend((content.len() as u32).to_be_bytes());
            file.extend(name);
            file.extend(content);
            file.extend([0; 4]);
        };
        let mut header = [1200_u32.to_be_bytes(), 600_u32.to_be_bytes()].concat();
        header.extend([8, 3, 0, 0, 0]);
        chunk(b"IHDR", &header);
        if let Some((per_metre, unit)) = physical {
            let twice = [per_metre.to_be_bytes(), per_metre.to_be_bytes()].concat();
            chunk(b"pHYs", &[twice, vec![unit]].concat());
        }
        chunk(b"IDAT", &[7; 5000]);
        BASE64.encode(file)
    }

    fn told(data: &str, metadata: Value) -> Value {
        let mut content = json!({ "data": { PNG: data }, "metadata": metadata });
        tell_size(&mut content);
        content["metadata"].clone()
    }

    #[test]
    fn a_picture_of_two_pixels_for_each_css_pixel_is_shown_half_as_large() {
        let size = json!({ PNG: { "width": 600, "height": 300 } });
        assert_eq!(told(&png(Some((7559, 1))), json!({})), size);
        assert_eq!(told(&png(Some((7559, 1))), Value::Null), size);
    }

    #[test]
    fn a_picture_that_does_not_say_or_is_none_stays_as_it_is() {
        for data in
            [png(None), png(Some((7559, 0))), png(Some((0, 1))), String::new(), "iVBORw0K".into(), "é".repeat(99)]
        {
            assert_eq!(told(&data, json!({})), json!({}));
        }
        let given = json!({ PNG: { "width": 10, "height": 5 } });
        assert_eq!(told(&png(Some((7559, 1))), given.clone()), given);
    }
}
