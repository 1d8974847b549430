//! The shortest way from text to rows: for lines of plain numbers, as nearly all tables of digits consist of.
//!
//! polars reads any table; it makes 785 columns of a table of digits, which then have to become rows. Here rows are read as
//! rows. Whatever is not plain is left to polars, with its judgement of what is a number and what is not.

use super::dataset::LABELS;

/// Adds the numbers of `text` to `labels` and `pixels`, if it consists of lines of one label and `width` pixels: whole
/// numbers of up to three digits with a comma between them and nothing else, each line with its end.
///
/// If not, nothing is added. Returns how many lines there were.
pub(super) fn append(mut text: &[u8], width: usize, labels: &mut Vec<u8>, pixels: &mut Vec<f32>) -> Option<usize> {
    let before = (labels.len(), pixels.len());
    let mut row = Vec::with_capacity(width + 1);
    while !text.is_empty() {
        row.clear();
        match line(text, width + 1, &mut row).zip(row.split_first()) {
            Some((rest, (&label, row))) if usize::from(label) < LABELS => {
                labels.push(label);
                pixels.extend(row.iter().map(|&byte| f32::from(byte) / 255.0));
                text = rest;
            }
            _ => {
                labels.truncate(before.0);
                pixels.truncate(before.1);
                return None;
            }
        }
    }
    Some(labels.len() - before.0)
}

/// Reads a line of `count` numbers into `row`; returns what follows it.
fn line<'a>(mut text: &'a [u8], count: usize, row: &mut Vec<u8>) -> Option<&'a [u8]> {
    while row.len() + 1 < count {
        // Paper: four of five pixels, and they come in runs.
        if row.len() + 8 < count
            && let Some((b"0,0,0,0,0,0,0,0,", rest)) = text.split_first_chunk()
        {
            row.extend([0; 8]);
            text = rest;
            continue;
        }
        let (value, rest) = number(text)?;
        row.push(value);
        text = rest.strip_prefix(b",")?;
    }
    let (value, rest) = number(text)?;
    row.push(value);
    rest.strip_prefix(b"\n").or_else(|| rest.strip_prefix(b"\r\n"))
}

/// The number at the start of `text`, up to 255, and what follows it.
fn number(text: &[u8]) -> Option<(u8, &[u8])> {
    let (value, rest) = match text {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] => {
            (100 * digit(*a) + 10 * digit(*b) + digit(*c), rest)
        }
        [a @ b'0'..=b'9', b @ b'0'..=b'9', rest @ ..] => (10 * digit(*a) + digit(*b), rest),
        [a @ b'0'..=b'9', rest @ ..] => (digit(*a), rest),
        _ => return None,
    };
    Some((u8::try_from(value).ok()?, rest))
}

fn digit(byte: u8) -> u16 {
    u16::from(byte - b'0')
}

#[cfg(test)]
mod tests {
    use super::append;

    fn read(text: &str, width: usize) -> Option<(Vec<u8>, Vec<f32>)> {
        let (mut labels, mut pixels) = (vec![9], vec![0.5]);
        let read = append(text.as_bytes(), width, &mut labels, &mut pixels);
        assert_eq!(labels.len() - 1, read.unwrap_or(0), "{text:?}");
        assert_eq!(pixels.len() - 1, read.unwrap_or(0) * width, "{text:?}");
        read.map(|_| (labels.split_off(1), pixels.split_off(1).iter().map(|pixel| pixel * 255.0).collect()))
    }

    #[test]
    fn plain_lines_are_read() {
        assert_eq!(read("5,0,255\n0,7,080\n", 2), Some((vec![5, 0], vec![0.0, 255.0, 7.0, 80.0])));
        assert_eq!(read("5,0,12\r\n", 2), Some((vec![5], vec![0.0, 12.0])));
        let zeros = format!("3,{}1,{}4\n", "0,".repeat(21), "0,".repeat(8));
        let (_, pixels) = read(&zeros, 31).unwrap();
        assert_eq!(pixels.iter().position(|&pixel| pixel == 1.0), Some(21));
        assert_eq!((pixels.iter().sum::<f32>(), pixels[30]), (5.0, 4.0));
    }

    #[test]
    fn anything_else_is_left_alone() {
        let texts = [
            "5,0\n",
            "5,0,1,2\n",
            "5,0,\n",
            "5,,1\n",
            "5,0,256\n",
            "5,0,1000\n",
            "5,0,-1\n",
            "5,0,1.5\n",
            "5,0, 1\n",
            "10,0,1\n",
            "x,0,1\n",
            "5,0,\"1\"\n",
            "5,0,1",
            "5,0,1\r",
            "\n",
            "5,0,1\n\n",
            "5,0,0,0,0,0,0,0,0,0,0,0,0\n",
        ];
        for text in texts {
            assert_eq!(read(text, 2), None, "{text:?}");
            assert_eq!(read(&format!("1,2,3\n{text}"), 2), None, "a line before {text:?}");
        }
    }
}
