//! A team of threads that share out the rows of matrices, many thousand times a second.
//!
//! Starting a thread takes longer than half a mini-batch, so the threads of a [`Team`] stay for a whole training and wait
//! between two rounds of work: spinning at first, then giving way to others, then sleeping a little.
//!
//! Each thread has its share of a round, the same from round to round, so that its cache keeps what it needs. But whoever is
//! done early takes the shares that nobody has begun: on a busy machine a thread may be a long time coming.
//!
//! Who computes what never changes a result: rows and items are each worked on by one thread alone.

use std::marker::PhantomData;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What a thread does in one round, given its number.
pub(super) type Work<'a> = dyn Fn(usize) + Sync + 'a;

/// Threads that work together, as the one that leads them sees them.
pub(crate) struct Team<'a> {
    threads: usize,
    shared: &'a Shared,
}

struct Shared {
    work: Mutex<Option<&'static Work<'static>>>,
    /// Counts the rounds; the others start when it moves.
    round: AtomicUsize,
    /// For each share the last round in which somebody began it.
    begun: Vec<AtomicUsize>,
    /// How many shares of this round are not done.
    left: AtomicUsize,
    panicked: AtomicBool,
    over: AtomicBool,
}

impl Team<'_> {
    /// How many threads to take: all cores if `work` is at least `worth_sharing`, else one.
    pub(crate) fn threads_for(work: usize, worth_sharing: usize) -> usize {
        if work < worth_sharing { 1 } else { thread::available_parallelism().map_or(1, usize::from) }
    }

    /// Calls `lead` with a team of `threads`, the caller's among them.
    pub(crate) fn with<R>(threads: usize, lead: impl FnOnce(&mut Team<'_>) -> R) -> R {
        let shared = Shared {
            work: Mutex::new(None),
            round: AtomicUsize::new(0),
            begun: (0..threads).map(|_| AtomicUsize::new(0)).collect(),
            left: AtomicUsize::new(0),
            panicked: AtomicBool::new(false),
            over: AtomicBool::new(false),
        };
        thread::scope(|scope| {
            let shared = &shared;
            let mut team = Team { threads, shared };
            for number in 1..threads {
                // Without this thread, which the system may refuse, the others do its shares.
                let _ = thread::Builder::new().spawn_scoped(scope, move || shared.serve(number, threads));
            }
            lead(&mut team)
        })
    }

    /// The number of threads, the leader's among them.
    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    /// Shares out `items`, in runs of neighbours, and calls `work` with each item's index and the item.
    pub(crate) fn each<T: Send>(&mut self, items: &mut [T], work: impl Fn(usize, &mut T) + Sync) {
        let items = Shares::of(items);
        let threads = self.threads;
        self.round(&|number| items.each(number, threads, &work));
    }

    /// One round: `work` is called with every number below that of threads. Returns when all calls have.
    pub(super) fn round(&mut self, work: &Work<'_>) {
        if self.threads == 1 {
            return work(0);
        }
        let shared = self.shared;
        // SAFETY: only the lifetime changes. `work` is called for shares that were begun in this round, and this function
        // neither returns nor unwinds before all of them are done, while `work` is borrowed.
        #[allow(unsafe_code)]
        let lasting = unsafe { std::mem::transmute::<&Work<'_>, &'static Work<'static>>(work) };
        *shared.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(lasting);
        shared.left.store(self.threads, Ordering::Relaxed);
        let round = shared.round.fetch_add(1, Ordering::Release) + 1;
        shared.take_part(round, 0, self.threads);
        wait_until(|| shared.left.load(Ordering::Acquire) == 0);
        assert!(!shared.panicked.load(Ordering::Relaxed), "a thread of the team panicked, see above");
    }
}

/// The leader has left, in peace or unwinding: the others go too.
impl Drop for Team<'_> {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        self.shared.round.fetch_add(1, Ordering::Release);
    }
}

impl Shared {
    /// The life of a thread that is not the leader.
    fn serve(&self, number: usize, threads: usize) {
        let mut seen = 0;
        loop {
            wait_until(|| self.round.load(Ordering::Acquire) != seen);
            seen = self.round.load(Ordering::Acquire);
            if self.over.load(Ordering::Relaxed) {
                return;
            }
            self.take_part(seen, number, threads);
        }
    }

    /// Does the share `number` of a round, and then those that nobody has begun.
    fn take_part(&self, round: usize, number: usize, threads: usize) {
        for share in (0..threads).map(|i| (number + i) % threads) {
            // Whoever comes late finds every share begun, and touches nothing of a round that is over.
            let begun = &self.begun[share];
            if begun.compare_exchange(round - 1, round, Ordering::AcqRel, Ordering::Relaxed).is_err() {
                continue;
            }
            let work = *self.work.lock().unwrap_or_else(PoisonError::into_inner);
            if catch_unwind(AssertUnwindSafe(|| work.iter().for_each(|work| work(share)))).is_err() {
                self.panicked.store(true, Ordering::Relaxed);
            }
            self.left.fetch_sub(1, Ordering::Release);
        }
    }
}

/// A slice whose items are shared out among threads.
pub(super) struct Shares<'a, T> {
    start: *mut T,
    len: usize,
    items: PhantomData<&'a mut [T]>,
}

// SAFETY: a thread reaches only items, or rows of items, that are no other thread's; T may be sent to it.
#[allow(unsafe_code)]
unsafe impl<T: Send> Sync for Shares<'_, T> {}

impl<'a, T> Shares<'a, T> {
    pub(super) fn of(items: &'a mut [T]) -> Self {
        Self { start: items.as_mut_ptr(), len: items.len(), items: PhantomData }
    }

    /// Where item `i` is.
    pub(super) fn at(&self, i: usize) -> *mut T {
        assert!(i < self.len, "there is no item {i}");
        self.start.wrapping_add(i)
    }

    /// Calls `work` with each item of thread `number`. Each number must be taken once in a round.
    pub(super) fn each(&self, number: usize, threads: usize, work: impl Fn(usize, &mut T)) {
        for i in share(self.len, number, threads) {
            // SAFETY: i is below the slice's length, and the shares of different threads have no i in common, so that
            // nothing else refers to this item before the round is over; the slice is borrowed for longer than that.
            #[allow(unsafe_code)]
            let item = unsafe { &mut *self.at(i) };
            work(i, item);
        }
    }
}

/// The part of 0..n that thread `number` of `threads` takes: all parts are neighbours and differ by one at most.
pub(crate) fn share(n: usize, number: usize, threads: usize) -> Range<usize> {
    n * number / threads..n * (number + 1) / threads
}

fn wait_until(done: impl Fn() -> bool) {
    for _ in 0..4000 {
        if done() {
            return;
        }
        std::hint::spin_loop();
    }
    for _ in 0..400 {
        if done() {
            return;
        }
        thread::yield_now();
    }
    while !done() {
        thread::sleep(Duration::from_micros(50));
    }
}
