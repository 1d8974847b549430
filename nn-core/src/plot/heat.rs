//! A table whose cells are coloured by their numbers: a confusion matrix.

use super::scene::{Draw, Frame, Scene, Type};
use super::text::{self, Weight};
use super::theme::{AXIS, CARD, Color, GREY, INK, LABEL, TICK};

/// How often each label was given each answer.
#[derive(Clone)]
pub(crate) struct HeatMap {
    /// Row by row: `counts[label][answer]`.
    counts: Vec<Vec<usize>>,
}

/// The side of a cell at its natural size.
const CELL: f64 = 46.0;
/// Left of the cells and above them: the axis' name and the labels.
const LABELS: f64 = 46.0;

impl HeatMap {
    pub fn new(counts: Vec<Vec<usize>>) -> Self {
        Self { counts }
    }

    fn classes(&self) -> usize {
        self.counts.len()
    }

    /// The largest count off the diagonal: with its colour the mistakes show, which are few compared with the right answers.
    fn most_mistaken(&self) -> usize {
        self.mistakes().map(|(_, _, count)| count).max().unwrap_or(0)
    }

    fn mistakes(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        self.cells().filter(|(label, answer, _)| label != answer)
    }

    fn cells(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        self.counts
            .iter()
            .enumerate()
            .flat_map(|(label, row)| row.iter().enumerate().map(move |(answer, &count)| (label, answer, count)))
    }
}

/// The colour of a cell and of the number on it: right answers in blue, by their share of the row; mistakes in orange, by
/// their share of the most frequent one.
pub(crate) fn cell_colors(is_right: bool, share: f64) -> (Color, Color) {
    let deep = if is_right { Color::BLUE } else { Color::VERMILION };
    // A few mistakes must still be seen next to many.
    let color = if share > 0.0 { CARD.mixed(deep, 0.08 + 0.92 * share.sqrt()) } else { CARD };
    (color, color.ink())
}

impl Draw for HeatMap {
    fn natural_size(&self) -> (f64, f64) {
        let cells = (self.classes() as f64 * CELL).clamp(120.0, 640.0);
        (cells + LABELS, cells * 0.72 + LABELS)
    }

    fn draw<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>) {
        let classes = self.classes();
        if classes == 0 {
            return scene.remark(frame, "no classes to show");
        }
        let small = Type::new(TICK, Weight::Regular, GREY);
        let (left, top) = (frame.x + LABELS, frame.y + LABELS);
        let width = ((frame.right() - left) / classes as f64).max(1.0);
        let height = ((frame.bottom() - top) / classes as f64).max(1.0);
        let columns = width * classes as f64;
        scene.text(left, frame.y + TICK, &small.fit("answer", columns), small);
        scene.text(frame.x, top - 8.0, &small.fit("label", LABELS - 6.0), small);
        let strong = Type::new(LABEL, Weight::SemiBold, INK).middle();
        let widest = strong.width(&(classes - 1).to_string()) + 6.0;
        for index in (0..classes).step_by(stride(widest, width)) {
            scene.text(middle(left, width, index), top - 8.0, &index.to_string(), strong);
        }
        for index in (0..classes).step_by(stride(widest, height)) {
            scene.text(left - 16.0, middle(top, height, index) + 4.5, &index.to_string(), strong);
        }

        let most = self.most_mistaken().max(1) as f64;
        let style = Type::new(TICK.min(height - 4.0).max(6.0), Weight::Regular, INK).middle();
        let fits = self.cells().all(|(.., count)| style.width(&text::whole(count)) + 4.0 <= width);
        for (label, row) in self.counts.iter().enumerate() {
            let total = row.iter().sum::<usize>().max(1) as f64;
            let y = top + height * label as f64;
            for (answer, &count) in row.iter().enumerate() {
                let is_right = label == answer;
                let (color, ink) = cell_colors(is_right, count as f64 / if is_right { total } else { most });
                let x = left + width * answer as f64;
                scene.rect(x + 1.0, y + 1.0, width - 2.0, height - 2.0, color);
                if count > 0 && fits && height >= 10.0 {
                    let style = Type { color: ink, ..style };
                    let baseline = middle(top, height, label) + style.size * 0.36;
                    scene.text(middle(left, width, answer), baseline, &text::whole(count), style);
                }
            }
        }
        scene.rule(left, top, columns, AXIS);
        scene.post(left, top, height * classes as f64, AXIS);
    }

    /// "9,203 of 10,000 are right; most often 4 is read as 9 (50 times), then 7 as 2 (38) and 3 as 5 (37)"
    fn describe(&self) -> String {
        let total: usize = self.counts.iter().flatten().sum();
        let right: usize = self.cells().filter(|(label, answer, _)| label == answer).map(|(.., count)| count).sum();
        let mut worst: Vec<_> = self.mistakes().filter(|(.., count)| *count > 0).collect();
        worst.sort_by_key(|&(label, answer, count)| (std::cmp::Reverse(count), label, answer));
        let mut said = format!("{} of {} are right", text::whole(right), text::whole(total));
        let mut parts = worst.iter().take(3);
        if let Some((label, answer, count)) = parts.next() {
            let times = if *count == 1 { "once".to_owned() } else { format!("{} times", text::whole(*count)) };
            said += &format!("; most often {label} is read as {answer} ({times})");
        }
        let rest: Vec<_> =
            parts.map(|(label, answer, count)| format!("{label} as {answer} ({})", text::whole(*count))).collect();
        if !rest.is_empty() {
            said += &format!(", then {}", text::list(&rest));
        }
        said
    }
}

/// The middle of a row or column of cells.
fn middle(start: f64, cell: f64, index: usize) -> f64 {
    start + cell * (index as f64 + 0.5)
}

/// Every how many cells a label of this width fits.
fn stride(widest: f64, cell: f64) -> usize {
    (widest / cell).ceil().max(1.0) as usize
}
