//! How far a sweep is, for whoever waits: one line that changes on a terminal, a line now and then elsewhere.

use nn_kernel::progress::about;
use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

/// How often it says so.
const ON_A_TERMINAL: Duration = Duration::from_secs(1);
const ELSEWHERE: Duration = Duration::from_secs(30);

pub struct Progress {
    of: usize,
    done: usize,
    start: Option<Instant>,
    said: Instant,
}

impl Progress {
    /// Of so many trainings none is done.
    pub fn begin(of: usize) -> Progress {
        Progress { of, done: 0, start: None, said: Instant::now() }
    }

    /// One more is. The pace counts from the first on: before it, workers start and load their data.
    pub fn one_more(&mut self) {
        self.done += 1;
        let start = *self.start.get_or_insert_with(Instant::now);
        let is_terminal = stderr().is_terminal();
        let is_over = self.done == self.of;
        if is_over || self.said.elapsed() >= if is_terminal { ON_A_TERMINAL } else { ELSEWHERE } {
            let line = self.line(start.elapsed());
            let (before, after) = if is_terminal { ("\r\x1b[K", if is_over { "\n" } else { "" }) } else { ("", "\n") };
            eprint!("{before}sweep: {line}{after}");
            self.said = Instant::now();
        }
    }

    /// `37 of 200 trainings, about 3 minutes left`
    fn line(&self, elapsed: Duration) -> String {
        let far = format!("{} of {} trainings", self.done, self.of);
        if self.done == self.of {
            return format!("{far} in {:.1} s", elapsed.as_secs_f64());
        }
        if self.done == 1 {
            return far;
        }
        let left = elapsed.mul_f64((self.of - self.done) as f64 / (self.done - 1) as f64);
        match left.as_secs() {
            seconds @ 0..90 => format!("{far}, {seconds} s left"),
            _ => format!("{far}, {} left", about(left)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_goes_by_the_pace_since_the_first_result() {
        let line = |done| Progress { of: 201, done, start: None, said: Instant::now() }.line(Duration::from_secs(60));
        assert_eq!(line(1), "1 of 201 trainings");
        assert_eq!(line(51), "51 of 201 trainings, about 3 minutes left");
        assert_eq!(line(151), "151 of 201 trainings, 20 s left");
        assert_eq!(line(201), "201 of 201 trainings in 60.0 s");
    }
}
