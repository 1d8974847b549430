//! A network drawn: its layers, a sample of its neurons and weights, and one neuron opened up.

use super::column::{Column, Grid, HEADER, SHAPES, draw_column, draw_dots, draw_weights};
use super::neuron::Neuron;
use super::scene::{Draw, Frame, Scene, Type};
use super::text::{self, Weight};
use super::theme::{Color, GREY, INK, LABEL, TICK};

/// What is drawn of a network.
#[derive(Clone)]
pub(crate) struct Diagram {
    /// The inputs, then the layers.
    pub columns: Vec<Column>,
    pub neuron: Neuron,
}

/// Up to this many columns are all drawn, of more only the first and the last ones.
const MOST_COLUMNS: usize = 7;

const LAYERS: f64 = 286.0;
const PANEL: f64 = 176.0;
const KEY: f64 = 26.0;

/// A column that is drawn, with its place in the network; `None` stands for those left out.
type Drawn<'a> = Option<(usize, &'a Column)>;

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
            self.neuron.number,
            text::whole(self.neuron.fan_in),
            text::list(&weights),
            text::number(self.neuron.bias, 3),
            self.neuron.activation
        )
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
