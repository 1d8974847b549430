//! One neuron opened up: its inputs, their weights, the sum, the activation.

use super::scene::{Frame, Scene, Shape, Type};
use super::text::{self, Weight};
use super::theme::{AXIS, CARD, Color, GREY, GRID, INK, LABEL, LINE, PALE, QUIET_BAR, TICK};

/// The neuron that is opened up: the last that is drawn of the first layer after the inputs.
#[derive(Clone)]
pub(crate) struct Neuron {
    /// Its place in its layer.
    pub number: usize,
    /// Some of its inputs, by their places, with their weights.
    pub weights: Vec<(usize, f64)>,
    pub fan_in: usize,
    pub bias: f64,
    pub activation: String,
    /// σ(z) for some z, the values from 0 to 1 in its box.
    pub curve: Vec<f64>,
}

/// How thick the circles around Σ and a are.
const RING: f64 = 1.6;
/// Half the width of the box that holds the activation's curve.
const HALF: f64 = 32.0;

impl Neuron {
    /// Draws what the neuron at `from` holds into `frame`, on a piece of paper that a fan joins with it.
    pub(super) fn draw(&self, frame: Frame, from: (f64, f64), scene: &mut Scene<'_>) {
        // A fan of paper from the neuron to what it holds, below the lines and neurons that are drawn after it.
        let fan = vec![from, (frame.right(), frame.y), (frame.x, frame.y)];
        scene.shapes.insert(0, Shape::Polygon { points: fan, color: PALE });
        scene.rect(frame.x, frame.y, frame.width, frame.height, PALE);
        let strong = Type::new(LABEL, Weight::SemiBold, INK);
        let value = Type::new(TICK, Weight::Regular, INK);

        let title = format!("Neuron {} of layer 1, opened up", self.number);
        scene.text(frame.x + 16.0, frame.y + 24.0, &strong.fit(&title, frame.width * 0.5), strong);
        let equations = format!("z = w · a + b, then {}(z)", self.activation);
        let small = Type::new(TICK, Weight::Regular, GREY);
        scene.text(frame.right() - 16.0, frame.y + 24.0, &equations, small.end());

        let (top, bottom) = (frame.y + 46.0, frame.bottom() - 18.0);
        let middle = (top + bottom) / 2.0;
        let [inputs, lead, sum, bend, out] = [0.1, 0.3, 0.5, 0.72, 0.91].map(|share| frame.x + frame.width * share);
        self.draw_inputs(scene, (inputs, lead, sum), (top, bottom));

        scene.line(vec![(sum, bottom - 2.0), (sum, middle)], LINE - 0.6, AXIS);
        arrow(scene, (sum, bend), middle);
        arrow(scene, (bend, out), middle);
        ring(scene, (sum, middle), 21.0);
        scene.text(sum, middle + 7.0, "Σ", Type { size: 20.0, ..strong.middle() });
        let bias = format!("b = {}", text::number(self.bias, 3));
        scene.text(sum + 10.0, bottom, &bias, value);
        scene.text((sum + 21.0 + bend - HALF) / 2.0, middle - 8.0, "z", value.middle());
        self.draw_curve(scene, (bend, middle));
        scene.text(bend, middle + 42.0, &self.activation, value.middle());
        ring(scene, (out, middle), 13.0);
        scene.text(out, middle + 4.5, "a", Type { size: LABEL, ..strong.middle() });
    }

    /// The inputs at `x`, their weights from there to `lead`, and their lines to `sum`.
    fn draw_inputs(&self, scene: &mut Scene<'_>, (x, lead, sum): (f64, f64, f64), (top, bottom): (f64, f64)) {
        let value = Type::new(TICK, Weight::Regular, INK);
        let is_elided = self.weights.len() < self.fan_in;
        let slots = self.weights.len() + usize::from(is_elided);
        let pitch = ((bottom - top) / slots.max(2) as f64).min(34.0);
        let middle = (top + bottom) / 2.0;
        let first = middle - pitch * (slots - 1) as f64 / 2.0;
        let largest = self.weights.iter().map(|(_, w)| w.abs()).fold(f64::MIN_POSITIVE, f64::max);
        for (slot, &(index, weight)) in self.weights.iter().enumerate() {
            let y = first + pitch * slot as f64;
            let strength = weight / largest;
            // Straight as long as its weight is written on it, then bent to the sum.
            let points = vec![(x, y), (lead, y), (sum, middle)];
            scene.line(points, 0.8 + 2.4 * strength.abs(), Color::weight(strength));
            scene.disc((x, y), 8.0, GREY);
            scene.disc((x, y), 6.5, QUIET_BAR);
            scene.text(x - 14.0, y + 4.0, &format!("a{}", subscript(index)), value.end());
            let label = format!("w{} = {}", subscript(index), text::number(weight, 3));
            // On a piece of paper that keeps the line away from it.
            let width = value.width(&label) * 1.04 + 8.0;
            let at = (x + lead + 8.0) / 2.0;
            scene.rect(at - width / 2.0, y - 8.0, width, 16.0, PALE);
            scene.text(at, y + 4.0, &label, value.middle());
        }
        if is_elided {
            let y = first + pitch * (slots - 1) as f64;
            for dot in [-1.0, 0.0, 1.0] {
                scene.disc((x, y + 5.0 * dot), 1.6, GREY);
            }
            let rest = format!("and {} more", text::whole(self.fan_in - self.weights.len()));
            scene.text(x + 14.0, y + 4.0, &rest, Type::new(TICK, Weight::Regular, GREY));
        }
    }

    /// The activation's curve in its box around `center`.
    fn draw_curve(&self, scene: &mut Scene<'_>, (x, y): (f64, f64)) {
        scene.rect(x - HALF - 1.4, y - 25.4, 2.0 * HALF + 2.8, 50.8, INK);
        scene.rect(x - HALF, y - 24.0, 2.0 * HALF, 48.0, CARD);
        scene.rule(x - HALF + 4.0, y + 17.0, 2.0 * HALF - 8.0, GRID);
        let last = self.curve.len().max(2) - 1;
        let mut points = Vec::with_capacity(self.curve.len());
        for (index, height) in self.curve.iter().enumerate() {
            let along = index as f64 / last as f64;
            let right = x - HALF + 6.0 + along * (2.0 * HALF - 12.0);
            points.push((right, y + 17.0 - 34.0 * height.clamp(0.0, 1.0)));
        }
        scene.line(points, LINE, Color::BLUE);
    }
}

fn ring(scene: &mut Scene<'_>, center: (f64, f64), radius: f64) {
    scene.disc(center, radius, INK);
    scene.disc(center, radius - RING, CARD);
}

fn arrow(scene: &mut Scene<'_>, (from, to): (f64, f64), y: f64) {
    scene.line(vec![(from, y), (to, y)], LINE - 0.6, INK);
    // The head stands in the middle between what the arrow joins, whatever their sizes.
    let tip = (from + to) / 2.0 + 8.0;
    scene.polygon(vec![(tip, y), (tip - 9.0, y - 4.5), (tip - 9.0, y + 4.5)], INK);
}

/// ₄₀₂
fn subscript(number: usize) -> String {
    text::replace_digits(number, ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'])
}
