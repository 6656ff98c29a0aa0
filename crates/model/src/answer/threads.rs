//! The same work on several things, on whatever thread is free.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Does `work` with each of `things`; what comes of them stands in their order.
pub(crate) fn each<I: Iterator + Send, T: Send>(
    threads: NonZeroUsize,
    things: I,
    work: impl Fn(I::Item) -> T + Sync,
) -> Vec<T> {
    let things = Mutex::new(things.enumerate());
    let some = || {
        let mut done = Vec::new();
        loop {
            // A poisoned lock: another thread panicked, and so will the scope. Nobody works while holding it.
            let next = things.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((at, thing)) = next else { return done };
            done.push((at, work(thing)));
        }
    };
    let mut done: Vec<(usize, T)> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads.get()).map(|_| scope.spawn(some)).collect();
        let mut done = some();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn results_stand_in_order_whatever_the_number_of_threads() {
        for threads in 1..5 {
            let done = each(NonZeroUsize::new(threads).unwrap(), 0..100_u32, |number| number * 2);
            assert_eq!(done, (0..100).map(|number| number * 2).collect::<Vec<_>>());
        }
    }
}
