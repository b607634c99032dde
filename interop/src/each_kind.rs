use std::{
    collections::VecDeque,
    panic::resume_unwind,
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

use crate::server_kind::ServerKind;

/// The number of clusters that run at the same time.
const CONCURRENT_CLUSTERS: usize = 3;

/// Calls `perform` for each of these kinds of servers, on several threads, and returns the results.
///
/// # Panics
/// If `perform` panics for any kind.
pub fn on_each_kind<T: Send>(kinds: &[ServerKind], perform: impl Fn(ServerKind) -> T + Sync) -> Vec<(ServerKind, T)> {
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
        let workers = [(); CONCURRENT_CLUSTERS].map(|()| scope.spawn(work));
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}
