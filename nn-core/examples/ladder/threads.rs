//! 6. A thread for each core: it owns its panels, from the first step to the last.
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
    let mut panels = Panel::cut(net);
    let share = panels.len().div_ceil(thread::available_parallelism().map_or(1, usize::from));
    thread::scope(|scope| {
        let mut workers = Vec::new();
        for panels in panels.chunks_mut(share) {
            let (to_last_layer, parts) = mpsc::channel();
            let (to_panels, steps) = mpsc::channel::<Vec<Vec<Row>>>();
            scope.spawn(move || {
                for batch in mini_batches(data) {
                    let ink = &ink[batch];
                    let parts: Vec<_> = panels.iter().map(|panel| panel.forward(ink)).collect();
                    to_last_layer.send(parts).expect("the last layer listens");
                    let steps = steps.recv().expect("a step follows");
                    panels.iter_mut().zip(steps).for_each(|(panel, step)| panel.step(ink, &step));
                }
            });
            workers.push((parts, to_panels));
        }
        for batch in mini_batches(data) {
            let parts = workers.iter().flat_map(|(parts, _)| parts.recv().expect("each thread sends its part"));
            let a1 = join(&parts.collect::<Vec<_>>());
            let step = net.last_layer(&a1, data.labels.slice(s![batch])) * (-ETA / BATCH as f32);
            for ((_, to_panels), steps) in workers.iter().zip(cut(step.view()).chunks(share)) {
                to_panels.send(steps.to_vec()).expect("each thread waits for its step");
            }
        }
    });
    Panel::put_back(&panels, net);
}
