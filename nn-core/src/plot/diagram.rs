//! A network drawn: its layers, a sample of its neurons and weights, and one neuron opened up.

use super::neuron::Neuron;
use super::scene::{Draw, Frame, Scene, Type};
use super::text::{self, Weight};
use super::theme::{CARD, Color, GREY, INK, LABEL, QUIET_BAR, TICK};

/// What is drawn of a network.
#[derive(Clone)]
pub(crate) struct Diagram {
    /// The inputs, then the layers.
    pub columns: Vec<Column>,
    pub neuron: Neuron,
}

/// One layer of the drawing.
#[derive(Clone)]
pub(crate) struct Column {
    /// How many neurons there are.
    pub size: usize,
    /// The activation's name; empty for the inputs.
    pub activation: String,
    /// Which of them are drawn, in order.
    pub shown: Vec<usize>,
    /// The weights of those, one row each, from the neurons that are drawn of the layer before.
    pub weights: Vec<Vec<f64>>,
}

/// Up to this many neurons of a layer are all drawn, of more than these only `SAMPLE`.
const DOZEN: usize = 12;
const SAMPLE: usize = 10;
/// Up to this many columns are all drawn, of more only the first and the last ones.
const MOST_COLUMNS: usize = 7;

/// Of many lines those are left out whose weights are less than this share of the largest.
const FAINT: f64 = 0.12;

const HEADER: f64 = 46.0;
const LAYERS: f64 = 286.0;
const SHAPES: f64 = 34.0;
const PANEL: f64 = 176.0;
const KEY: f64 = 26.0;

/// Which of `size` neurons are drawn: all, or a sample spread evenly over them.
pub(crate) fn shown(size: usize) -> Vec<usize> {
    if size <= DOZEN {
        return (0..size).collect();
    }
    (0..SAMPLE).map(|index| ((index as f64 + 0.5) * size as f64 / SAMPLE as f64) as usize).collect()
}

impl Column {
    fn is_elided(&self) -> bool {
        self.shown.len() < self.size
    }

    /// The heights of the neurons that are drawn, and that of the three dots among them.
    fn places(&self, top: f64, bottom: f64) -> (Vec<f64>, Option<f64>) {
        let slots = self.shown.len() + usize::from(self.is_elided());
        // A few neurons stand farther apart than many, but not as far as there is room for.
        let pitch = ((bottom - top) / slots as f64).min((220.0 / slots as f64).clamp(30.0, 56.0));
        let first = (top + bottom) / 2.0 - pitch * (slots - 1) as f64 / 2.0;
        let mut heights: Vec<_> = (0..slots).map(|slot| first + pitch * slot as f64).collect();
        let dots = self.is_elided().then(|| heights.remove(self.shown.len() / 2));
        (heights, dots)
    }

    fn largest(&self) -> f64 {
        self.weights.iter().flatten().map(|w| w.abs()).filter(|w| w.is_finite()).fold(0.0, f64::max)
    }
}

/// A column that is drawn, with its place in the network; `None` stands for those left out.
type Drawn<'a> = Option<(usize, &'a Column)>;

/// Where the columns stand.
struct Grid {
    /// The first column's middle, and the distance to the next.
    first: f64,
    step: f64,
    /// For the text above a column.
    room: f64,
    top: f64,
    bottom: f64,
}

impl Grid {
    fn new(frame: Frame, columns: usize) -> Self {
        let margin = (frame.width / columns as f64).min(130.0) / 2.0;
        let step = (frame.width - 2.0 * margin) / (columns.max(2) - 1) as f64;
        let room = step.min(2.0 * margin) - 6.0;
        Self { first: frame.x + margin, step, room, top: frame.y + HEADER, bottom: frame.bottom() - SHAPES }
    }

    fn x(&self, position: usize) -> f64 {
        self.first + self.step * position as f64
    }
}

impl Diagram {
    fn drawn(&self) -> Vec<Drawn<'_>> {
        let count = self.columns.len();
        let mut drawn: Vec<_> = self.columns.iter().enumerate().map(Some).collect();
        if count > MOST_COLUMNS {
            drop(drawn.splice(4..count - 2, [None]));
        }
        drawn
    }

    /// Draws the network; where its opened neuron lies.
    fn draw_layers(&self, frame: Frame, scene: &mut Scene<'_>) -> Option<(f64, f64)> {
        let drawn = self.drawn();
        let grid = Grid::new(frame, drawn.len());
        let mut opened = None;
        // Lines first: the neurons lie on them.
        for (position, pair) in drawn.array_windows().enumerate() {
            if let [Some((_, before)), Some((_, column))] = *pair {
                draw_weights(scene, &grid, position, before, column);
            }
        }
        for (position, column) in drawn.iter().enumerate() {
            let x = grid.x(position);
            let Some((index, column)) = *column else {
                draw_dots(scene, (x, (grid.top + grid.bottom) / 2.0), (9.0, 0.0), 2.2);
                continue;
            };
            let last = draw_column(scene, &grid, (position, drawn.len()), column);
            if position == 1 {
                opened = last;
            }
            let (title, detail) = self.names(index, column);
            let strong = Type::new(LABEL, Weight::SemiBold, INK).middle();
            let small = Type::new(TICK, Weight::Regular, GREY).middle();
            scene.text(x, frame.y + LABEL, &strong.fit(&title, grid.room), strong);
            scene.text(x, frame.y + LABEL + 17.0, &small.fit(&detail, grid.room), small);
        }
        draw_shapes(scene, &grid, &drawn, frame.bottom() - 10.0);
        opened
    }

    /// "100 neurons", "layer 1: relu"
    fn names(&self, index: usize, column: &Column) -> (String, String) {
        let size = text::whole(column.size);
        let plural = if column.size == 1 { "" } else { "s" };
        if index == 0 {
            return (format!("{size} input{plural}"), "layer 0".into());
        }
        let what = if index + 1 == self.columns.len() { "output" } else { "neuron" };
        (format!("{size} {what}{plural}"), format!("layer {index}: {}", column.activation))
    }

    fn draw_key(&self, frame: Frame, scene: &mut Scene<'_>) {
        let style = Type::new(TICK, Weight::Regular, GREY);
        let (y, mut x) = (frame.bottom() - 4.0, frame.x);
        let parts = [("positive weight", 1.0, 2.5), ("negative weight", -1.0, 2.5), ("near 0", 0.12, 0.8)];
        for (name, strength, width) in parts {
            let wide = 30.0 + style.width(name) * 1.04 + 22.0;
            if x + wide - 22.0 > frame.right() {
                break;
            }
            scene.line(vec![(x + 1.0, y - 4.0), (x + 23.0, y - 4.0)], width, Color::weight(strength));
            scene.text(x + 30.0, y, name, style);
            x += wide;
        }
    }
}

impl Draw for Diagram {
    fn natural_size(&self) -> (f64, f64) {
        (728.0, HEADER + LAYERS + SHAPES + PANEL + KEY)
    }

    fn draw<'a>(&'a self, frame: Frame, scene: &mut Scene<'a>) {
        // In a small figure the network alone.
        let has_panel = frame.height >= 400.0 && frame.width >= 560.0;
        let panel = if has_panel { PANEL } else { 0.0 };
        let layers = Frame { height: (frame.height - panel - KEY).max(HEADER + SHAPES + 20.0), ..frame };
        let opened = self.draw_layers(layers, scene);
        if let (true, Some(from)) = (has_panel, opened) {
            self.neuron.draw(Frame { y: layers.bottom(), height: panel, ..frame }, from, scene);
        }
        if frame.height >= 150.0 {
            self.draw_key(frame, scene);
        }
    }

    /// "784 inputs, 100 neurons with relu and 10 outputs with softmax, with a sample of the neurons and their weights; neuron
    /// 95 of layer 1 opened up: its strongest of 784 weights are …"
    fn describe(&self) -> String {
        let mut columns = Vec::new();
        for (index, column) in self.columns.iter().enumerate() {
            let name = self.names(index, column).0;
            columns.push(if index > 0 { format!("{name} with {}", column.activation) } else { name });
        }
        let weights: Vec<_> = self
            .neuron
            .weights
            .iter()
            .map(|(index, weight)| format!("{} from {index}", text::number(*weight, 3)))
            .collect();
        format!(
            "{}, with a sample of the neurons and their weights; neuron {} of layer 1 opened up: its strongest of {} weights are \
             {}, its bias is {}, its activation {}",
            text::list(&columns),
            self.neuron.unit,
            text::whole(self.neuron.fan_in),
            text::list(&weights),
            text::number(self.neuron.bias, 3),
            self.neuron.activation
        )
    }
}

/// Draws a column's neurons; where the last of them lies. `position` is the column's of `count`.
fn draw_column(
    scene: &mut Scene<'_>,
    grid: &Grid,
    (position, count): (usize, usize),
    column: &Column,
) -> Option<(f64, f64)> {
    let x = grid.x(position);
    let (is_input, is_last) = (position == 0, position + 1 == count);
    let (places, dots) = column.places(grid.top, grid.bottom);
    let pitch = places.array_windows().map(|[a, b]| b - a).fold(30.0, f64::min);
    let radius = (pitch * 0.34).clamp(1.0, 9.0);
    for (at, &y) in places.iter().enumerate() {
        if position == 1 && at + 1 == places.len() {
            // The opened one, in a second ring.
            scene.disc((x, y), radius + 3.0, INK);
            scene.disc((x, y), radius + 1.2, CARD);
        }
        scene.disc((x, y), radius, if is_input { GREY } else { INK });
        scene.disc((x, y), (radius - 1.5).max(0.5), if is_input { QUIET_BAR } else { CARD });
    }
    // Beside the first and the last column, which neurons these are: the outputs are the digits.
    if (is_input || is_last) && pitch >= 12.0 {
        let style = Type::new(TICK - 1.0, Weight::Regular, GREY);
        for (unit, &y) in column.shown.iter().zip(&places) {
            let at = if is_last { x + radius + 7.0 } else { x - radius - 7.0 };
            scene.text(at, y + 4.0, &unit.to_string(), if is_last { style } else { style.end() });
        }
    }
    if let Some(y) = dots {
        // On a small piece of paper, so that no line runs through them.
        scene.rect(x - 5.0, y - pitch * 0.45, 10.0, pitch * 0.9, CARD);
        draw_dots(scene, (x, y), (0.0, pitch * 0.25), 1.6);
    }
    places.last().map(|&y| (x, y))
}

/// Three dots around a point: what is left out.
fn draw_dots(scene: &mut Scene<'_>, (x, y): (f64, f64), (right, down): (f64, f64), radius: f64) {
    for dot in [-1.0, 0.0, 1.0] {
        scene.disc((x + right * dot, y + down * dot), radius, GREY);
    }
}

/// Draws the weights between the columns at `position` and after it.
fn draw_weights(scene: &mut Scene<'_>, grid: &Grid, position: usize, before: &Column, column: &Column) {
    let (starts, ends) = (before.places(grid.top, grid.bottom).0, column.places(grid.top, grid.bottom).0);
    let (x0, x1) = (grid.x(position), grid.x(position + 1));
    let largest = column.largest();
    let is_few = starts.len() * ends.len() <= 36;
    let mut lines = Vec::new();
    for (row, &end) in column.weights.iter().zip(&ends) {
        for (&weight, &start) in row.iter().zip(&starts) {
            // The faintest would not be seen among so many.
            if weight.is_finite() && (is_few || weight.abs() > FAINT * largest) {
                lines.push((weight, start, end));
            }
        }
    }
    // The strongest on top.
    lines.sort_by(|a, b| a.0.abs().total_cmp(&b.0.abs()));
    for (weight, start, end) in lines {
        let strength = if largest > 0.0 { weight / largest } else { 0.0 };
        scene.line(vec![(x0, start), (x1, end)], 0.5 + 2.0 * strength.abs(), Color::weight(strength));
    }
}

/// Between two columns, what leads from one to the other: "W 100 × 784, b 100".
fn draw_shapes(scene: &mut Scene<'_>, grid: &Grid, drawn: &[Drawn<'_>], y: f64) {
    let style = Type::new(TICK, Weight::Regular, GREY).middle();
    for (position, pair) in drawn.array_windows().enumerate() {
        let [Some((_, before)), Some((_, column))] = *pair else { continue };
        let shapes = format!("W {} × {}, b {}", column.size, before.size, column.size);
        if style.width(&shapes) * 1.05 + 8.0 <= grid.step {
            scene.text((grid.x(position) + grid.x(position + 1)) / 2.0, y, &shapes, style);
        }
    }
}
