//! Parts that are made on whatever thread is free, and taken in their order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Whose turn it is, and what is reached only by the one whose turn it is.
pub(crate) struct Turns<S> {
    /// The next part that nobody makes yet.
    next: AtomicUsize,
    count: usize,
    taken: Mutex<Taken<S>>,
    passed: Condvar,
}

struct Taken<S> {
    shared: S,
    /// The part whose turn it is.
    turn: usize,
    /// Nothing more is taken.
    over: bool,
}

/// The right to make a part, and to be the next one behind those before it. Dropping it gives all others up, too.
pub(crate) struct Turn<'t, S> {
    turns: &'t Turns<S>,
    /// The part.
    pub(crate) part: usize,
}

impl<S> Turns<S> {
    /// The turns of so many parts.
    pub(crate) fn new(count: usize, shared: S) -> Turns<S> {
        let taken = Mutex::new(Taken { shared, turn: 0, over: false });
        Turns { next: AtomicUsize::new(0), count, taken, passed: Condvar::new() }
    }

    /// The next part to make, if there is one.
    pub(crate) fn next(&self) -> Option<Turn<'_, S>> {
        let part = self.next.fetch_add(1, Ordering::Relaxed);
        // Not made and dropped again where there is none: that would give all others up.
        (part < self.count).then(|| Turn { turns: self, part })
    }

    /// What was reached in turns.
    pub(crate) fn into_shared(self) -> S {
        self.taken.into_inner().unwrap_or_else(PoisonError::into_inner).shared
    }
}

impl<S> Turn<'_, S> {
    /// Waits until all parts before this one were passed on, then does `take`; nothing once all was given up.
    pub(crate) fn take<T>(&self, take: impl FnOnce(&mut S) -> T) -> Option<T> {
        self.wait().map(|mut taken| take(&mut taken.shared))
    }

    /// The same, and it is the turn of the next part.
    pub(crate) fn pass<T>(self, take: impl FnOnce(&mut S) -> T) -> Option<T> {
        let result = self.wait().map(|mut taken| {
            taken.turn += 1;
            take(&mut taken.shared)
        });
        self.turns.passed.notify_all();
        std::mem::forget(self);
        result
    }

    fn wait(&self) -> Option<MutexGuard<'_, Taken<S>>> {
        let waits = |taken: &mut Taken<S>| !taken.over && taken.turn != self.part;
        // A poisoned lock: another thread panicked, and gave up.
        let taken = self.turns.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = self.turns.passed.wait_while(taken, waits).unwrap_or_else(PoisonError::into_inner);
        (!taken.over).then_some(taken)
    }
}

impl<S> Drop for Turn<'_, S> {
    fn drop(&mut self) {
        self.turns.taken.lock().unwrap_or_else(PoisonError::into_inner).over = true;
        self.turns.passed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// What is taken of so many parts by two threads, up to the first that is given up.
    fn check(count: usize, given_up: Option<usize>) -> Vec<usize> {
        let turns = Turns::new(count, Vec::new());
        let work = || {
            while let Some(turn) = turns.next() {
                let part = turn.part;
                if turn.take(|all| all.push(part)).is_none() || Some(part) == given_up {
                    return;
                }
                turn.pass(|all| all.push(part));
            }
        };
        thread::scope(|scope| {
            scope.spawn(work);
            work();
        });
        turns.into_shared()
    }

    #[test]
    fn parts_are_taken_in_their_order_until_one_is_given_up() {
        let twice = |count: usize| (0..count).flat_map(|part| [part, part]).collect::<Vec<_>>();
        for count in (0..200).chain([1000]) {
            assert_eq!(check(count, None), twice(count));
        }
        assert_eq!(check(200, Some(100)), [twice(100), vec![100]].concat());
    }
}
