use std::{
    collections::VecDeque,
    panic::resume_unwind,
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

use crate::kind::Kind;

/// Clusters at once.
const AT_ONCE: usize = 3;

/// Does the same on every kind of cluster, on a few of them at once.
///
/// # Panics
/// If it does on any of them.
pub fn on_each<T: Send>(kinds: &[Kind], perform: impl Fn(Kind) -> T + Sync) -> Vec<(Kind, T)> {
    let waiting = Mutex::new(VecDeque::from_iter(kinds.iter().copied()));
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let work = || {
        let mut performed = Vec::new();
        while let Some(kind) = next() {
            let started = Instant::now();
            performed.push((kind, perform(kind)));
            println!("{}: {:?}", kind.name(), started.elapsed());
        }
        performed
    };
    thread::scope(|scope| {
        let workers = [(); AT_ONCE].map(|()| scope.spawn(work));
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}
