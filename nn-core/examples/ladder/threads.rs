//! 6. A thread for each panel: it owns its neurons, from the first step to the last.
//!
//! No lock is needed, and no number is added by two threads: a thread sends its part of a\[1\], waits for its part of the step, and
//! goes on to the next mini-batch. The last layer, which needs all of a\[1\], is the business of the one that started them. They
//! are started once: that takes longer than a panel's part of a step.

use std::sync::mpsc;
use std::thread;

use nn_core::prelude::*;

use super::ink;
use super::net::{BATCH, ETA, Net, mini_batches};
use super::wide::{Panel, Row, cut, join};

pub fn train(net: &mut Net, data: &Dataset) {
    let ink = &ink::of(data)[..];
    let panels = thread::scope(|scope| {
        let mut workers = Vec::new();
        for mut panel in Panel::cut(net) {
            let (to_last_layer, part) = mpsc::channel();
            let (to_panel, steps) = mpsc::channel::<Vec<Row>>();
            let work = scope.spawn(move || {
                for batch in mini_batches(data) {
                    let ink = &ink[batch];
                    to_last_layer.send(panel.forward(ink)).expect("the last layer listens");
                    panel.step(ink, &steps.recv().expect("a step follows"));
                }
                panel
            });
            workers.push((work, part, to_panel));
        }
        for batch in mini_batches(data) {
            let parts = workers.iter().map(|(_, part, _)| part.recv().expect("the panel sends its part"));
            let step =
                net.last_layer(&join(&parts.collect::<Vec<_>>()), data.labels.slice(s![batch])) * (-ETA / BATCH as f32);
            for ((_, _, to_panel), step) in workers.iter().zip(cut(step.view())) {
                to_panel.send(step).expect("the panel waits for its step");
            }
        }
        workers.into_iter().map(|(work, ..)| work.join().expect("no panel panics")).collect::<Vec<_>>()
    });
    Panel::put_back(&panels, net);
}
