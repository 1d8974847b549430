//! 6. A thread for each core: it owns its panels, from the first step to the last.
//!
//! No lock is needed, and no number is added by two threads: a thread sends its part of a\[1\], waits for its part of the step, and
//! goes on to the next mini-batch. The last layer, which needs all of a\[1\], is the business of the one that started the others. They
//! are started once: that takes longer than a panel's part of a step. And they wait awake, because to wake a thread that sleeps
//! can take longer than a step, too.

use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;

use nn_core::prelude::*;

use super::ink::{self, Ink};
use super::net::{BATCH, ETA, Net, mini_batches};
use super::wide::{Panel, Row, cut, join};

pub fn train(net: &mut Net, data: &Dataset) {
    let ink = &ink::of(data)[..];
    let mut panels = Panel::cut(net);
    let share = panels.len().div_ceil(thread::available_parallelism().map_or(1, usize::from));
    let (own, others) = panels.split_at_mut(share);
    thread::scope(|scope| {
        let mut workers = Vec::new();
        for panels in others.chunks_mut(share) {
            let (to_last_layer, parts) = mpsc::channel();
            let (to_panels, steps) = mpsc::channel();
            scope.spawn(move || {
                for batch in mini_batches(data) {
                    let ink = &ink[batch];
                    to_last_layer.send(forward(panels, ink)).expect("the last layer listens");
                    step(panels, ink, &next(&steps));
                }
            });
            workers.push((parts, to_panels));
        }
        for batch in mini_batches(data) {
            let (ink, labels) = (&ink[batch.clone()], data.labels.slice(s![batch]));
            let mut parts = forward(own, ink);
            parts.extend(workers.iter().flat_map(|(parts, _)| next(parts)));
            let steps = cut((net.last_layer(&join(&parts), labels) * (-ETA / BATCH as f32)).view());
            for ((_, to_panels), steps) in workers.iter().zip(steps[share..].chunks(share)) {
                to_panels.send(steps.to_vec()).expect("each thread waits for its step");
            }
            step(own, ink, &steps);
        }
    });
    Panel::put_back(&panels, net);
}

fn forward(panels: &[Panel], ink: &[Ink]) -> Vec<Vec<Row>> {
    panels.iter().map(|panel| panel.forward(ink)).collect()
}

fn step(panels: &mut [Panel], ink: &[Ink], steps: &[Vec<Row>]) {
    panels.iter_mut().zip(steps).for_each(|(panel, step)| panel.step(ink, step));
}

/// What is sent next.
fn next(messages: &Receiver<Vec<Vec<Row>>>) -> Vec<Vec<Row>> {
    loop {
        match messages.try_recv() {
            Ok(message) => return message,
            Err(TryRecvError::Empty) => std::hint::spin_loop(),
            Err(TryRecvError::Disconnected) => panic!("a thread ended too early"),
        }
    }
}
