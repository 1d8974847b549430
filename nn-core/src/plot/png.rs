//! PNG files with a palette: a figure has few colours, and one byte or less for each pixel makes a quarter of the file.

use std::collections::HashMap;

use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions, Unit};

/// Red, green, blue, and how opaque.
type Rgba = [u8; 4];

/// CSS pixels in a metre: 96 in an inch.
const PER_METRE: f64 = 96.0 / 0.0254;

/// The most colours that a palette holds.
const MOST: usize = 256;

/// A picture of at most 256 colours, row by row, each pixel its colour's place in `palette`.
pub(crate) fn indexed(width: usize, indices: &[u8], palette: &[Rgba]) -> Result<Vec<u8>, String> {
    indexed_at(width, indices, palette, 1.0)
}

fn indexed_at(width: usize, indices: &[u8], palette: &[Rgba], resolution: f64) -> Result<Vec<u8>, String> {
    let height = indices.len() / width.max(1);
    // As many pixels in a byte as fit; the first stands in the highest bits.
    let (bits, depth) = match palette.len() {
        0..=2 => (1, BitDepth::One),
        3..=4 => (2, BitDepth::Two),
        5..=16 => (4, BitDepth::Four),
        _ => (8, BitDepth::Eight),
    };
    let per_byte = 8 / bits;
    let packed: Vec<u8> = indices
        .chunks(width.max(1))
        .flat_map(|row| row.chunks(per_byte))
        .map(|pixels| pixels.iter().zip(1..).fold(0, |byte, (pixel, place)| byte | (pixel << (8 - bits * place))))
        .collect();

    let colors: Vec<u8> = palette.iter().flat_map(|&[red, green, blue, _]| [red, green, blue]).collect();
    let opaque = palette.iter().rev().take_while(|color| color[3] == 255).count();
    let alphas: Vec<u8> = palette.iter().take(palette.len() - opaque).map(|color| color[3]).collect();
    encode(width, height, &packed, |encoder| {
        if resolution != 1.0 {
            let per_metre = (PER_METRE * resolution).round() as u32;
            encoder.set_pixel_dims(Some(PixelDimensions { xppu: per_metre, yppu: per_metre, unit: Unit::Meter }));
        }
        encoder.set_color(ColorType::Indexed);
        encoder.set_depth(depth);
        encoder.set_palette(colors.clone());
        if !alphas.is_empty() {
            encoder.set_trns(alphas.clone());
        }
    })
}

/// A picture of any number of colours, reduced to the 256 that stand for all of them best. The file says how many of its
/// pixels go into a CSS pixel: `resolution`.
#[expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "every colour is in a group, every group in the palette"
)]
pub(super) fn reduced(width: usize, pixels: &[Rgba], resolution: f64) -> Result<Vec<u8>, String> {
    // Most pixels are like the one before: only changes are looked up.
    let mut counts: HashMap<Rgba, usize> = HashMap::new();
    for run in pixels.chunk_by(|a, b| a == b) {
        let [color, ..] = *run else { continue };
        *counts.entry(color).or_default() += run.len();
    }
    let mut colors: Vec<(Rgba, usize)> = counts.into_iter().collect();
    // A map's order differs from run to run; the file must not.
    colors.sort_unstable();
    let groups = groups(colors);
    let mut palette: Vec<Rgba> = groups.iter().map(Group::most_frequent).collect();
    palette.sort_unstable_by_key(|&[red, green, blue, alpha]| (alpha, red, green, blue));
    palette.dedup();

    let mut places: HashMap<Rgba, u8> = HashMap::new();
    for group in &groups {
        let color = group.most_frequent();
        let place = palette.iter().position(|&other| other == color).expect("the palette has a colour of each group");
        places.extend(group.colors.iter().map(|&(color, _)| (color, place as u8)));
    }
    let mut indices = Vec::with_capacity(pixels.len());
    for run in pixels.chunk_by(|a, b| a == b) {
        let [color, ..] = run else { continue };
        indices.resize(indices.len() + run.len(), places[color]);
    }
    indexed_at(width, &indices, &palette, resolution)
}

/// A picture in grey, row by row, 0 black to 255 white.
pub(crate) fn grey(width: usize, greys: &[u8]) -> Result<Vec<u8>, String> {
    encode(width, greys.len() / width.max(1), greys, |encoder| {
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::Eight);
    })
}

fn encode(
    width: usize,
    height: usize,
    data: &[u8],
    set: impl Fn(&mut Encoder<'_, &mut Vec<u8>>),
) -> Result<Vec<u8>, String> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width as u32, height as u32);
    set(&mut encoder);
    // The filter last: the compression sets one, too. Neighbours in a palette are no neighbouring colours, and the pictures
    // in grey are mostly paper: no filter.
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(Filter::NoFilter);
    let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
    writer.write_image_data(data).map_err(|error| error.to_string())?;
    writer.finish().map_err(|error| error.to_string())?;
    Ok(file)
}

/// Colours that one of the palette will stand for, each with how often it occurs. No group is empty.
struct Group {
    colors: Vec<(Rgba, usize)>,
    /// The channel in which they differ most: their squared differences from its mean, the channel, its mean.
    error: f64,
    channel: usize,
    mean: f64,
}

impl Group {
    fn new(colors: Vec<(Rgba, usize)>) -> Self {
        let count: f64 = colors.iter().map(|(_, count)| *count as f64).sum();
        let (mut error, mut channel, mut mean) = (f64::NEG_INFINITY, 0, 0.0);
        for other in 0..4 {
            let [sum, squares] = sums(&colors, other);
            let mean_of_other = sum / count;
            let error_of_other = squares - mean_of_other * mean_of_other * count;
            if error_of_other >= error {
                (error, channel, mean) = (error_of_other, other, mean_of_other);
            }
        }
        // Rounding must not split what is one colour.
        let error = if colors.len() < 2 { 0.0 } else { error };
        Self { colors, error, channel, mean }
    }

    /// Not the mean: flat areas keep their exact colour.
    #[expect(clippy::expect_used, reason = "a group is split where its colours differ")]
    fn most_frequent(&self) -> Rgba {
        let most = self.colors.iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
        most.expect("a group has a colour").0
    }
}

/// The sum of a channel's values, and of their squares.
fn sums(colors: &[(Rgba, usize)], channel: usize) -> [f64; 2] {
    [1, 2].map(|power| colors.iter().map(|(color, count)| value(*color, channel).powi(power) * *count as f64).sum())
}

#[expect(clippy::indexing_slicing, reason = "a colour has the four channels that are asked for")]
fn value(color: Rgba, channel: usize) -> f64 {
    f64::from(color[channel])
}

/// Splits the colours into at most 256 groups of similar ones: again and again the group that is least alike, at the mean of
/// the channel in which it differs most.
///
/// # Source
/// Wan, Wong, Prusinkiewicz, *An algorithm for multidimensional data clustering*, 1988: the median cut's successor.
fn groups(colors: Vec<(Rgba, usize)>) -> Vec<Group> {
    if colors.len() <= MOST {
        return colors.into_iter().map(|color| Group::new(vec![color])).collect();
    }
    let mut groups = vec![Group::new(colors)];
    while groups.len() < MOST {
        let worst = groups.iter().enumerate().max_by(|a, b| a.1.error.total_cmp(&b.1.error));
        let Some((worst, Group { error, .. })) = worst else { break };
        if *error <= 0.0 {
            break;
        }
        let Group { colors, channel, mean, .. } = groups.swap_remove(worst);
        let (low, high) = colors.into_iter().partition(|(color, _)| value(*color, channel) <= mean);
        groups.extend([Group::new(low), Group::new(high)]);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::{Rgba, indexed, reduced};

    fn decoded(png: &[u8]) -> Vec<Rgba> {
        image::load_from_memory(png).unwrap().into_rgba8().pixels().map(|pixel| pixel.0).collect()
    }

    #[test]
    fn few_colours_come_back_exactly_in_every_bit_depth() {
        for count in [1, 2, 3, 4, 5, 16, 17, 256] {
            let palette: Vec<Rgba> =
                (0..count).map(|i| [i as u8, 255 - i as u8, 7, if i == 1 { 40 } else { 255 }]).collect();
            let indices: Vec<u8> = (0..13 * 11).map(|i| (i % count) as u8).collect();
            let expected: Vec<Rgba> = indices.iter().map(|&i| palette[usize::from(i)]).collect();
            assert_eq!(decoded(&indexed(13, &indices, &palette).unwrap()), expected, "{count} colours");
            assert_eq!(decoded(&reduced(13, &expected, 1.0).unwrap()), expected, "{count} colours");
        }
    }

    #[test]
    fn many_colours_stay_close_and_the_background_exact() {
        let pixels: Vec<Rgba> = (0..200 * 200)
            .map(|i| if i % 3 == 0 { [i as u8, (i / 200) as u8, (i / 7) as u8, 255] } else { [253, 253, 252, 255] })
            .collect();
        let found = decoded(&reduced(200, &pixels, 1.0).unwrap());
        for (found, expected) in found.iter().zip(&pixels) {
            if *expected == [253, 253, 252, 255] {
                assert_eq!(found, expected);
            }
        }
        let channels = found.as_flattened().iter().zip(pixels.as_flattened());
        let squares: f64 = channels.map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
        let mean = squares / pixels.len() as f64;
        assert!(mean.sqrt() < 16.0, "root mean square of the differences: {}", mean.sqrt());
    }
}
