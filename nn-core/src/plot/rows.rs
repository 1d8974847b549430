//! Charts of rows: a name at the left, where its numbers lie in the middle, a value at the right.

use super::scene::{Frame, Scene, Type};
use super::text::Weight;
use super::theme::{AXIS, CARD, Color, GREY, INK, LABEL, TICK};

/// The height of a row at its natural size.
pub(super) const ROW: f64 = 40.0;
/// Between the texts and what is drawn.
const GAP: f64 = 18.0;

/// What stands left and right of a row, each on one line or two.
pub(super) struct Texts {
    pub name: String,
    pub detail: String,
    pub value: String,
    pub value_detail: String,
    pub color: Color,
}

/// From where to where the rows' numbers are drawn: what their texts leave of the frame.
pub(super) fn between<'a>(texts: impl Iterator<Item = &'a Texts> + Clone, frame: Frame) -> (f64, f64) {
    let strong = Type::new(LABEL, Weight::SemiBold, INK);
    let small = Type::new(TICK, Weight::Regular, GREY);
    let room = frame.width * 0.3;
    let names = texts.clone().map(|row| strong.width(&row.name).max(small.width(&row.detail)));
    let left = frame.x + names.fold(0.0, f64::max).min(room) + GAP;
    let values = texts.map(|row| strong.width(&row.value).max(small.width(&row.value_detail)));
    let right = (frame.right() - values.fold(0.0, f64::max).min(room) * 1.04 - GAP).max(left + 40.0);
    (left, right)
}

impl Texts {
    /// Draws them around what is drawn from `left` to `right`; `y` is the row's middle and `pitch` its height.
    pub fn draw(&self, scene: &mut Scene<'_>, (left, right): (f64, f64), frame: Frame, (y, pitch): (f64, f64)) {
        let (left, right) = (left - GAP, right + GAP);
        let (room, value_room) = (left - frame.x, frame.right() - right);
        let name = Type::new(LABEL, Weight::SemiBold, INK);
        let value = Type { color: self.color.for_text(), ..name };
        let small = Type::new(TICK, Weight::Regular, GREY);
        // Name and detail above each other where there is room for both.
        let has_two_lines = pitch >= 30.0;
        let baseline = y + if has_two_lines { -2.0 } else { 4.5 };
        scene.text(frame.x, baseline, &name.fit(&self.name, room), name);
        scene.text(right, baseline, &value.fit(&self.value, value_room), value);
        if has_two_lines {
            scene.text(frame.x, y + 13.0, &small.fit(&self.detail, room), small);
            scene.text(right, y + 13.0, &small.fit(&self.value_detail, value_room), small);
        }
    }
}

/// The bars for half and for nine in ten of the values, and their middle: five positions from the left, around the height `y`.
pub(super) fn draw_bars(scene: &mut Scene<'_>, color: Color, [least, low, median, high, most]: [f64; 5], y: f64) {
    let pale = CARD.mixed(color, 0.35);
    scene.rect(least, y - 1.5, most - least, 3.0, pale);
    scene.rect(low, y - 6.0, (high - low).max(1.0), 12.0, pale);
    scene.rect(median - 1.0, y - 6.0, 2.0, 12.0, color);
}

/// Below which values 5 %, 25 %, 50 %, 75 % and 95 % of the sorted ones lie, if there are any.
pub(super) fn quantiles(sorted: &[f64]) -> Option<[f64; 5]> {
    if sorted.is_empty() {
        return None;
    }
    #[expect(clippy::indexing_slicing, reason = "a share of the last position is at most that")]
    Some([0.05, 0.25, 0.5, 0.75, 0.95].map(|share| sorted[((sorted.len() - 1) as f64 * share).round() as usize]))
}

/// A sign of the key, around the height `y` and 16 wide, and what it means.
pub(super) enum Sign {
    /// The bar of half of the values.
    Half,
    /// The bar of nine in ten of them.
    Most,
    /// Their middle.
    Middle,
    /// Another mark, a dot of this radius.
    Dot(f64, &'static str),
}

/// The line below the rows, and what is measured along it.
pub(super) fn draw_base(scene: &mut Scene<'_>, (left, right): (f64, f64), bottom: f64, measure: &str) {
    let small = Type::new(TICK, Weight::Regular, GREY);
    scene.rule(left, bottom, right - left, AXIS);
    scene.text((left + right) / 2.0, bottom + 37.0, &small.fit(measure, right - left), small.middle());
}

/// What the bars and marks mean, in the frame's last line.
pub(super) fn draw_key(scene: &mut Scene<'_>, frame: Frame, signs: &[Sign]) {
    let small = Type::new(TICK, Weight::Regular, GREY);
    let (y, pale) = (frame.bottom() - 6.0, CARD.mixed(GREY, 0.4));
    let mut x = frame.x;
    for sign in signs {
        let name = match sign {
            Sign::Half => "half of the values",
            Sign::Most => "nine in ten",
            Sign::Middle => "the middle one",
            Sign::Dot(_, name) => name,
        };
        let width = 22.0 + small.width(name) * 1.04 + 22.0;
        if x + width - 22.0 > frame.right() {
            break;
        }
        match sign {
            Sign::Half => scene.rect(x, y - 9.0, 16.0, 10.0, pale),
            Sign::Most => scene.rect(x, y - 5.5, 16.0, 3.0, pale),
            Sign::Middle => scene.rect(x + 7.0, y - 10.0, 2.0, 12.0, GREY),
            Sign::Dot(radius, _) => scene.disc((x + 8.0, y - 4.0), *radius, GREY),
        }
        scene.text(x + 22.0, y, name, small);
        x += width;
    }
}
