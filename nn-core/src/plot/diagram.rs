//! A network drawn: its layers, a sample of its neurons and weights, and one neuron opened up.

use super::chart::Draw;
use super::neuron::Neuron;
use super::scene::{Frame, Scene, Type};
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
        let half = self.shown.len() / 2;
        let slots = self.shown.len() + usize::from(self.is_elided());
        // A few neurons stand farther apart than many, but not as far as there is room for.
        let pitch = ((bottom - top) / slots as f64).min((220.0 / slots as f64).clamp(30.0, 56.0));
        let first = (top + bottom) / 2.0 - pitch * (slots - 1) as f64 / 2.0;
        let at = |slot: usize| first + pitch * slot as f64;
        let slot = |index: usize| if self.is_elided() && index >= half { index + 1 } else { index };
        ((0..self.shown.len()).map(|index| at(slot(index))).collect(), self.is_elided().then(|| at(half)))
    }

    fn largest(&self) -> f64 {
        self.weights.iter().flatten().map(|w| w.abs()).filter(|w| w.is_finite()).fold(0.0, f64::max)
    }
}

impl Diagram {
    /// The columns that are drawn; `None` stands for those left out.
    fn drawn(&self) -> Vec<Option<usize>> {
        let count = self.columns.len();
        if count <= MOST_COLUMNS {
            return (0..count).map(Some).collect();
        }
        (0..4).map(Some).chain([None]).chain((count - 2..count).map(Some)).collect()
    }

    fn draw_layers(&self, frame: Frame, scene: &mut Scene<'_>) -> Option<(f64, f64)> {
        let (top, bottom) = (frame.y + HEADER, frame.bottom() - SHAPES);
        let drawn = self.drawn();
        let slot = frame.width / drawn.len() as f64;
        let margin = slot.min(130.0) / 2.0;
        let step = (frame.width - 2.0 * margin) / (drawn.len().max(2) - 1) as f64;
        let x = |position: usize| frame.x + margin + step * position as f64;
        let mut opened = None;
        // Lines first: the neurons lie on them.
        for (position, pair) in drawn.windows(2).enumerate() {
            if let [Some(from), Some(to)] = *pair {
                self.draw_weights(scene, from, to, (x(position), x(position + 1)), (top, bottom));
            }
        }
        for (position, index) in drawn.iter().enumerate() {
            let Some(column) = index.and_then(|index| self.columns.get(index)) else {
                let middle = (top + bottom) / 2.0;
                (-1..=1).for_each(|dot| scene.disc((x(position) + 9.0 * f64::from(dot), middle), 2.2, GREY));
                continue;
            };
            let is_input = position == 0;
            let (places, dots) = column.places(top, bottom);
            let pitch = places.array_windows().map(|[a, b]| b - a).fold(30.0, f64::min);
            let radius = (pitch * 0.34).clamp(1.0, 9.0);
            for (at, &y) in places.iter().enumerate() {
                let center = (x(position), y);
                if position == 1 && at + 1 == places.len() {
                    opened = Some(center);
                    scene.disc(center, radius + 3.0, INK);
                    scene.disc(center, radius + 1.2, CARD);
                }
                scene.disc(center, radius, if is_input { GREY } else { INK });
                scene.disc(center, (radius - 1.5).max(0.5), if is_input { QUIET_BAR } else { CARD });
            }
            // Beside the first and the last column, which neurons these are: the outputs are the digits.
            let is_last = position + 1 == drawn.len();
            if (is_input || is_last) && pitch >= 12.0 {
                let style = Type::new(TICK - 1.0, Weight::Regular, GREY);
                for (unit, &y) in column.shown.iter().zip(&places) {
                    let at = if is_last { x(position) + radius + 7.0 } else { x(position) - radius - 7.0 };
                    scene.text(at, y + 4.0, &unit.to_string(), if is_last { style } else { style.end() });
                }
            }
            if let Some(y) = dots {
                // On a small piece of paper, so that no line runs through them.
                scene.rect(x(position) - 5.0, y - pitch * 0.45, 10.0, pitch * 0.9, CARD);
                (-1..=1).for_each(|dot| scene.disc((x(position), y + pitch * 0.25 * f64::from(dot)), 1.6, GREY));
            }
            let (title, detail) = self.names(index.unwrap_or(0));
            let strong = Type::new(LABEL, Weight::SemiBold, INK).middle();
            let small = Type::new(TICK, Weight::Regular, GREY).middle();
            let room = step.min(2.0 * margin) - 6.0;
            scene.text(x(position), frame.y + LABEL, &strong.fit(&title, room), strong);
            scene.text(x(position), frame.y + LABEL + 17.0, &small.fit(&detail, room), small);
        }
        self.draw_shapes(scene, &drawn, &x, frame.bottom() - 10.0, step);
        opened
    }

    /// "100 neurons", "layer 1: relu"
    fn names(&self, index: usize) -> (String, String) {
        let Some(column) = self.columns.get(index) else { return Default::default() };
        let size = text::number(column.size as f64, 0);
        let plural = if column.size == 1 { "" } else { "s" };
        if index == 0 {
            return (format!("{size} input{plural}"), "layer 0".into());
        }
        let what = if index + 1 == self.columns.len() { "output" } else { "neuron" };
        (format!("{size} {what}{plural}"), format!("layer {index}: {}", column.activation))
    }

    fn draw_weights(
        &self,
        scene: &mut Scene<'_>,
        from: usize,
        to: usize,
        (x0, x1): (f64, f64),
        (top, bottom): (f64, f64),
    ) {
        let (Some(before), Some(column)) = (self.columns.get(from), self.columns.get(to)) else { return };
        let (starts, ends) = (before.places(top, bottom).0, column.places(top, bottom).0);
        let largest = column.largest();
        let is_few = starts.len() * ends.len() <= 36;
        let mut lines: Vec<_> = column
            .weights
            .iter()
            .zip(&ends)
            .flat_map(|(row, &end)| row.iter().zip(&starts).map(move |(&weight, &start)| (weight, start, end)))
            // The faintest would not be seen among so many.
            .filter(|(weight, ..)| weight.is_finite() && (is_few || weight.abs() > FAINT * largest))
            .collect();
        // The strongest on top.
        lines.sort_by(|a, b| a.0.abs().total_cmp(&b.0.abs()));
        for (weight, start, end) in lines {
            let strength = if largest > 0.0 { weight / largest } else { 0.0 };
            scene.line(vec![(x0, start), (x1, end)], 0.5 + 2.0 * strength.abs(), weight_color(strength));
        }
    }

    /// Between two columns, what leads from one to the other: "W 100 × 784, b 100".
    fn draw_shapes(&self, scene: &mut Scene<'_>, drawn: &[Option<usize>], x: &dyn Fn(usize) -> f64, y: f64, step: f64) {
        let style = Type::new(TICK, Weight::Regular, GREY).middle();
        for (position, pair) in drawn.windows(2).enumerate() {
            let [Some(from), Some(to)] = *pair else { continue };
            let (Some(before), Some(column)) = (self.columns.get(from), self.columns.get(to)) else { continue };
            let shapes = format!("W {} × {}, b {}", column.size, before.size, column.size);
            if style.width(&shapes) * 1.05 + 8.0 <= step {
                scene.text((x(position) + x(position + 1)) / 2.0, y, &shapes, style);
            }
        }
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
            scene.line(vec![(x + 1.0, y - 4.0), (x + 23.0, y - 4.0)], width, weight_color(strength));
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

    /// "784 inputs, 100 neurons with relu and 10 outputs with softmax, drawn with a sample of their weights; neuron 95 of
    /// layer 1 opened up: bias 0.123, strongest weights …"
    fn describe(&self) -> String {
        let columns: Vec<_> = (0..self.columns.len())
            .map(|index| match (self.names(index).0, self.columns.get(index)) {
                (name, Some(column)) if index > 0 => format!("{name} with {}", column.activation),
                (name, _) => name,
            })
            .collect();
        let weight = |&(index, weight): &(usize, f64)| format!("{} from {index}", text::number(weight, 3));
        let weights: Vec<_> = self.neuron.weights.iter().map(weight).collect();
        format!(
            "{}, with a sample of the neurons and their weights; neuron {} of layer 1 opened up: its strongest of {} weights are \
             {}, its bias is {}, its activation {}",
            super::lines::list(&columns),
            self.neuron.unit,
            text::number(self.neuron.fan_in as f64, 0),
            super::lines::list(&weights),
            text::number(self.neuron.bias, 3),
            self.neuron.activation
        )
    }
}

/// Blue for positive, orange for negative, the paler the nearer to 0. `strength` is from −1 to 1.
pub(super) fn weight_color(strength: f64) -> Color {
    let deep = if strength < 0.0 { Color::VERMILION } else { Color::BLUE };
    CARD.mixed(deep, 0.14 + 0.86 * strength.abs())
}
