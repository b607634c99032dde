use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use socketio_emitter::Options;
use tokio::{
    runtime::Builder,
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use super::{Pace, ledger::Ledger};

/// Emits numbers until it is stopped. None waits for another: a late one holds up nobody.
pub(super) struct Emitting {
    stop: Arc<AtomicBool>,
    thread: thread::JoinHandle<()>,
}

impl Emitting {
    /// The event's name. Its argument is its number.
    pub(super) const EVENT: &str = "n";

    pub(super) fn start(url: &str, pace: &Pace, ledger: &Arc<Ledger>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (url, pace, ledger, ordered) = (url.to_owned(), *pace, Arc::clone(ledger), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(emit(&url, &pace, &ledger, &ordered));
        });
        Self { stop, thread }
    }

    /// Comes back when each event has its fate.
    pub(super) fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("emitting does not panic");
    }
}

async fn emit(url: &str, pace: &Pace, ledger: &Arc<Ledger>, stop: &AtomicBool) {
    let io = Options::new().timeout(pace.timeout).connect(url).await.expect("Redis is there, so far");
    let mut beat = interval(pace.every);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut on_their_way = JoinSet::new();
    while !stop.load(Ordering::Relaxed) {
        beat.tick().await;
        let number = ledger.sent();
        let (sending, ledger) = (io.emit(Emitting::EVENT, &number), Arc::clone(ledger));
        on_their_way.spawn(async move { ledger.settled(number, sending.await) });
        while let Some(done) = on_their_way.try_join_next() {
            done.expect("an emit does not panic");
        }
    }
    on_their_way.join_all().await;
}
