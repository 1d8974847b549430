//! A team of threads that share out the rows of matrices, many thousand times a second.
//!
//! Starting a thread takes longer than half a mini-batch, so the threads of a [`Team`] stay for a whole training and wait
//! between two rounds of work: spinning at first, then giving way to others, then sleeping a little.
//!
//! Who computes what never changes a result: rows and items are each worked on by one thread alone.

use std::marker::PhantomData;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use ndarray::{Array2, ArrayViewMut2};

/// What a thread does in one round, given its number.
type Work<'a> = dyn Fn(usize) + Sync + 'a;

/// Threads that work together, as the one that leads them sees them.
pub(crate) struct Team<'a> {
    threads: usize,
    shared: &'a Shared,
}

#[derive(Default)]
struct Shared {
    work: Mutex<Option<&'static Work<'static>>>,
    /// Counts the rounds; the others start when it moves.
    round: AtomicUsize,
    /// How many of the others are still at it.
    busy: AtomicUsize,
    panicked: AtomicBool,
    over: AtomicBool,
}

impl Team<'_> {
    /// Calls `lead` with a team of `threads`, the caller's among them; fewer where the system grants no more.
    pub(crate) fn with<R>(threads: usize, lead: impl FnOnce(&mut Team<'_>) -> R) -> R {
        let shared = Shared::default();
        thread::scope(|scope| {
            let shared = &shared;
            let started = (1..threads).take_while(|&number| {
                thread::Builder::new().spawn_scoped(scope, move || shared.serve(number)).is_ok()
            });
            let mut team = Team { threads: 1 + started.count(), shared };
            lead(&mut team)
        })
    }

    /// The number of threads, the leader's among them.
    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    /// Shares out `items`, in runs of neighbours, and calls `work` with each item's index and the item.
    pub(crate) fn each<T: Send>(&mut self, items: &mut [T], work: impl Fn(usize, &mut T) + Sync) {
        let (threads, len) = (self.threads, items.len());
        let items = Shares { start: items.as_mut_ptr(), items: PhantomData };
        self.round(&|number| {
            for i in share(len, number, threads) {
                // SAFETY: i is below the slice's length, and the shares of different threads have no i in common, so
                // that nothing else refers to this item before the round is over; `items` outlives the round.
                #[allow(unsafe_code)]
                let item = unsafe { &mut *items.at(i) };
                work(i, item);
            }
        });
    }

    /// Gives each thread its share of the first `n` rows of each of `matrices`, or of all rows where there are fewer.
    pub(crate) fn rows<F: Send>(
        &mut self,
        n: usize,
        matrices: &mut [Array2<F>],
        work: impl Fn(Rows<'_, F>) + Sync,
    ) {
        let (threads, len) = (self.threads, matrices.len());
        let matrices = Shares { start: matrices.as_mut_ptr(), items: PhantomData };
        self.round(&|number| work(Rows { n, number, threads, len, matrices: &matrices }));
    }

    /// One round: every thread calls `work` with its number. Returns when all have.
    fn round(&mut self, work: &Work<'_>) {
        if self.threads == 1 {
            return work(0);
        }
        let shared = self.shared;
        // SAFETY: only the lifetime changes. The others call `work` between here and the moment `busy` is 0 again, and
        // this function waits for that moment before it returns or unwinds, while `work` is borrowed.
        #[allow(unsafe_code)]
        let lasting = unsafe { std::mem::transmute::<&Work<'_>, &'static Work<'static>>(work) };
        *shared.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(lasting);
        shared.busy.store(self.threads - 1, Ordering::Relaxed);
        shared.round.fetch_add(1, Ordering::Release);
        let own = catch_unwind(AssertUnwindSafe(|| work(0)));
        wait_until(|| shared.busy.load(Ordering::Acquire) == 0);
        if let Err(panic) = own {
            resume_unwind(panic);
        }
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
    fn serve(&self, number: usize) {
        let mut seen = 0;
        loop {
            wait_until(|| self.round.load(Ordering::Acquire) != seen);
            if self.over.load(Ordering::Relaxed) {
                return;
            }
            seen += 1;
            let work = *self.work.lock().unwrap_or_else(PoisonError::into_inner);
            if catch_unwind(AssertUnwindSafe(|| work.iter().for_each(|work| work(number)))).is_err() {
                self.panicked.store(true, Ordering::Relaxed);
            }
            self.busy.fetch_sub(1, Ordering::Release);
        }
    }
}

/// The share of the rows of some matrices that belongs to one thread for one round.
pub(crate) struct Rows<'a, F> {
    n: usize,
    number: usize,
    threads: usize,
    len: usize,
    matrices: &'a Shares<'a, Array2<F>>,
}

impl<F> Rows<'_, F> {
    /// Which rows of matrix `i` these are.
    pub(crate) fn range(&self, i: usize) -> Range<usize> {
        share(self.matrix(i).nrows().min(self.n), self.number, self.threads)
    }

    /// This thread's rows of matrix `i`.
    pub(crate) fn get(&mut self, i: usize) -> ArrayViewMut2<'_, F> {
        let (shape, start) = self.place(i);
        // SAFETY: see `place`; the view borrows `self`, so that this thread has no other.
        #[allow(unsafe_code)]
        unsafe {
            ArrayViewMut2::from_shape_ptr(shape, start)
        }
    }

    /// This thread's rows of two matrices.
    pub(crate) fn pair(&mut self, i: usize, j: usize) -> (ArrayViewMut2<'_, F>, ArrayViewMut2<'_, F>) {
        assert_ne!(i, j, "two views of one matrix");
        let ((shape_i, start_i), (shape_j, start_j)) = (self.place(i), self.place(j));
        // SAFETY: see `place`; the views borrow `self`, so that this thread has no others, and are of two matrices.
        #[allow(unsafe_code)]
        unsafe {
            (ArrayViewMut2::from_shape_ptr(shape_i, start_i), ArrayViewMut2::from_shape_ptr(shape_j, start_j))
        }
    }

    fn matrix(&self, i: usize) -> &Array2<F> {
        assert!(i < self.len, "there is no matrix {i}");
        // SAFETY: i is below the slice's length; in this round nobody changes the matrices themselves, only elements.
        #[allow(unsafe_code)]
        unsafe {
            &*self.matrices.at(i)
        }
    }

    /// The shape of this thread's rows of matrix `i`, and where they start: rows that lie within the matrix, one after the
    /// other, and are no other thread's.
    fn place(&self, i: usize) -> ((usize, usize), *mut F) {
        let (range, matrix) = (self.range(i), self.matrix(i));
        assert!(matrix.is_standard_layout(), "rows must follow each other in memory");
        let shape = (range.len(), matrix.ncols());
        (shape, matrix.as_ptr().wrapping_add(range.start * shape.1).cast_mut())
    }
}

/// A slice whose items are shared out among threads.
struct Shares<'a, T> {
    start: *mut T,
    items: PhantomData<&'a mut [T]>,
}

// SAFETY: a thread reaches only items, or rows of items, that are no other thread's; T may be sent to it.
#[allow(unsafe_code)]
unsafe impl<T: Send> Sync for Shares<'_, T> {}

impl<T> Shares<'_, T> {
    fn at(&self, i: usize) -> *mut T {
        self.start.wrapping_add(i)
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
