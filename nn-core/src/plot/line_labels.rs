//! The names of a chart's lines, at their right ends.

use super::curve;
use super::scene::{Scene, Type};
use super::series::Stroke;
use super::text::Weight;
use super::theme::{Color, GREY, LABEL, LINE, TICK};

/// Between the end of the longest line and the labels.
pub(super) const KEY: f64 = 30.0;

/// What stands right of the plot: the name of a series and the value that it ends with.
pub(super) struct Label {
    pub name: String,
    pub value: String,
    /// Where the line ends.
    pub end: (f64, f64),
    /// Where the text stands.
    pub y: f64,
    pub color: Color,
    pub stroke: Stroke,
}

impl Label {
    pub fn width(&self) -> f64 {
        let value = Type::new(TICK, Weight::Regular, GREY);
        self.name_style().width(&self.name) + value.width(&self.value) + 6.0
    }

    /// Draws the label right of `right`, the end of the longest line.
    pub fn draw(&self, scene: &mut Scene<'_>, right: f64) {
        let (x, y) = (right + KEY - 6.0, self.y);
        // From the line's end to its name, in the line's own look: it is the legend's key, too.
        let key = [(x - 18.0, y), (x - 4.0, y)];
        match self.stroke {
            Stroke::Solid => scene.line(key.to_vec(), LINE, self.color),
            Stroke::Dashed => scene.dashes(&key, (5.0, 4.0), LINE - 0.4, self.color),
            Stroke::Markers => curve::ring(scene, (x - 11.0, y), self.color),
        }
        let style = self.name_style();
        scene.text(x, y + LABEL * 0.36, &self.name, style);
        let value = Type::new(LABEL, Weight::Regular, GREY);
        scene.text(x + style.width(&self.name) + 5.0, y + LABEL * 0.36, &self.value, value);
    }

    fn name_style(&self) -> Type {
        Type::new(LABEL, Weight::SemiBold, self.color.for_text())
    }
}

/// Moves labels apart until none covers another, in the order of their lines' ends.
pub(super) fn place(labels: &mut Vec<Label>, top: f64, bottom: f64) {
    let pitch = LABEL * 1.36;
    let (top, bottom) = (top - 4.0, bottom + 4.0);
    labels.truncate((((bottom - top) / pitch) as usize + 1).max(1));
    labels.sort_by(|a, b| a.end.1.total_cmp(&b.end.1));
    // Labels that touch form a block around the middle of their ends; blocks that touch become one.
    let mut blocks: Vec<Block> = Vec::new();
    for label in labels.iter() {
        blocks.push(Block { sum: label.end.1, size: 1 });
        while let [.., above, below] = blocks[..] {
            if above.start(pitch, top, bottom) + pitch * above.size as f64 <= below.start(pitch, top, bottom) {
                break;
            }
            blocks.truncate(blocks.len() - 2);
            blocks.push(Block { sum: above.sum + below.sum, size: above.size + below.size });
        }
    }
    let mut rest = labels.iter_mut();
    for block in blocks {
        let start = block.start(pitch, top, bottom);
        for (index, label) in rest.by_ref().take(block.size).enumerate() {
            label.y = start + pitch * index as f64;
        }
    }
}

/// Labels that stand below each other without a gap.
#[derive(Clone, Copy)]
struct Block {
    /// Of the heights at which their lines end.
    sum: f64,
    size: usize,
}

impl Block {
    fn start(self, pitch: f64, top: f64, bottom: f64) -> f64 {
        let height = pitch * (self.size - 1) as f64;
        (self.sum / self.size as f64 - height / 2.0).min(bottom - height).max(top)
    }
}
