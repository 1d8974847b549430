//! One neuron opened up: its inputs, their weights, the sum, the activation.

use super::diagram::weight_color;
use super::scene::{Frame, Scene, Shape, Type};
use super::text::{self, Weight};
use super::theme::{AXIS, CARD, Color, GREY, GRID, INK, LABEL, LINE, QUIET_BAR, TICK};

/// The neuron that is opened up: the last that is drawn of the first layer after the inputs.
#[derive(Clone)]
pub(crate) struct Neuron {
    /// Its place in its layer.
    pub unit: usize,
    /// Some of its inputs, by their places, with their weights.
    pub weights: Vec<(usize, f64)>,
    pub fan_in: usize,
    pub bias: f64,
    pub activation: String,
    /// σ(z) for some z, the values from 0 to 1 in its box.
    pub curve: Vec<f64>,
}

const PAPER: Color = Color(0xF4, 0xF6, 0xF8);

impl Neuron {
    /// Draws what the neuron at `from` holds into `frame`, on a piece of paper that a fan joins with it.
    pub(super) fn draw(&self, frame: Frame, from: (f64, f64), scene: &mut Scene<'_>) {
        // A fan of paper from the neuron to what it holds, below the lines and neurons that are drawn after it.
        let fan = vec![from, (frame.right(), frame.y), (frame.x, frame.y)];
        scene.shapes.insert(0, Shape::Polygon { points: fan, color: PAPER });
        scene.rect(frame.x, frame.y, frame.width, frame.height, PAPER);
        let strong = Type::new(LABEL, Weight::SemiBold, INK);
        let small = Type::new(TICK, Weight::Regular, GREY);
        let value = Type::new(TICK, Weight::Regular, INK);

        let title = format!("Neuron {} of layer 1, opened up", self.unit);
        scene.text(frame.x + 16.0, frame.y + 24.0, &strong.fit(&title, frame.width * 0.5), strong);
        let equations = format!("z = w · a + b, then {}(z)", self.activation);
        scene.text(frame.right() - 16.0, frame.y + 24.0, &equations, Type { color: GREY, ..small }.end());

        let (top, bottom) = (frame.y + 46.0, frame.bottom() - 18.0);
        let middle = (top + bottom) / 2.0;
        let column = |share: f64| frame.x + frame.width * share;
        let (inputs, lead, sum, bend, out) = (column(0.1), column(0.3), column(0.5), column(0.72), column(0.91));
        let is_elided = self.weights.len() < self.fan_in;
        let slots = self.weights.len() + usize::from(is_elided);
        let pitch = ((bottom - top) / slots.max(2) as f64).min(34.0);
        let first = middle - pitch * (slots - 1) as f64 / 2.0;
        let largest = self.weights.iter().map(|(_, w)| w.abs()).fold(f64::MIN_POSITIVE, f64::max);
        for (slot, &(index, weight)) in self.weights.iter().enumerate() {
            let y = first + pitch * slot as f64;
            let strength = weight / largest;
            // Straight as long as its weight is written on it, then bent to the sum.
            scene.line(vec![(inputs, y), (lead, y), (sum, middle)], 0.8 + 2.4 * strength.abs(), weight_color(strength));
            scene.disc((inputs, y), 8.0, GREY);
            scene.disc((inputs, y), 6.5, QUIET_BAR);
            scene.text(inputs - 14.0, y + 4.0, &format!("a{}", subscript(index)), value.end());
            let label = format!("w{} = {}", subscript(index), text::number(weight, 3));
            // On a piece of paper that keeps the line away from it.
            let width = value.width(&label) * 1.04 + 8.0;
            let at = (inputs + lead + 8.0) / 2.0;
            scene.rect(at - width / 2.0, y - 8.0, width, 16.0, PAPER);
            scene.text(at, y + 4.0, &label, value.middle());
        }
        if is_elided {
            let y = first + pitch * (slots - 1) as f64;
            (-1..=1).for_each(|dot| scene.disc((inputs, y + 5.0 * f64::from(dot)), 1.6, GREY));
            let rest = format!("and {} more", text::number((self.fan_in - self.weights.len()) as f64, 0));
            scene.text(inputs + 14.0, y + 4.0, &rest, small);
        }

        let ring = |scene: &mut Scene<'_>, x: f64, radius: f64| {
            scene.disc((x, middle), radius, INK);
            scene.disc((x, middle), radius - 1.6, CARD);
        };
        scene.line(vec![(sum, bottom - 2.0), (sum, middle)], LINE - 0.6, AXIS);
        arrow(scene, (sum, bend), middle);
        arrow(scene, (bend, out), middle);
        ring(scene, sum, 21.0);
        scene.text(sum, middle + 7.0, "Σ", Type { size: 20.0, ..strong.middle() });
        let bias = format!("b = {}", text::number(self.bias, 3));
        scene.text(sum + 10.0, bottom, &bias, value);
        scene.text((sum + 21.0 + bend - 32.0) / 2.0, middle - 8.0, "z", value.middle());
        let half = 32.0;
        scene.rect(bend - half - 1.4, middle - 25.4, 2.0 * half + 2.8, 50.8, INK);
        scene.rect(bend - half, middle - 24.0, 2.0 * half, 48.0, CARD);
        scene.rule(bend - half + 4.0, middle + 17.0, 2.0 * half - 8.0, GRID);
        let last = self.curve.len().max(2) - 1;
        let point = |(index, y): (usize, &f64)| {
            let along = index as f64 / last as f64;
            (bend - half + 6.0 + along * (2.0 * half - 12.0), middle + 17.0 - 34.0 * y.clamp(0.0, 1.0))
        };
        scene.line(self.curve.iter().enumerate().map(point).collect(), LINE, Color::BLUE);
        scene.text(bend, middle + 42.0, &self.activation, value.middle());
        ring(scene, out, 13.0);
        scene.text(out, middle + 4.5, "a", Type { size: LABEL, ..strong.middle() });
    }
}

fn arrow(scene: &mut Scene<'_>, (from, to): (f64, f64), y: f64) {
    scene.line(vec![(from, y), (to, y)], LINE - 0.6, INK);
    // The head stands in the middle between what the arrow joins, whatever their sizes.
    let tip = (from + to) / 2.0 + 8.0;
    scene.polygon(vec![(tip, y), (tip - 9.0, y - 4.5), (tip - 9.0, y + 4.5)], INK);
}

/// ₄₀₂
fn subscript(number: usize) -> String {
    const DIGITS: [char; 10] = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];
    let lowered = |c: char| c.to_digit(10).and_then(|digit| DIGITS.get(digit as usize).copied()).unwrap_or(c);
    number.to_string().chars().map(lowered).collect()
}
