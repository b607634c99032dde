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

use super::{LoadProfile, delivery_log::DeliveryLog};

/// Emits numbered events at a fixed interval until it is stopped. An emit does not wait for earlier ones.
pub(super) struct LoadEmitter {
    stop: Arc<AtomicBool>,
    thread: thread::JoinHandle<()>,
}

impl LoadEmitter {
    /// The name of the events. The argument is the event's number.
    pub(super) const EVENT: &str = "n";

    pub(super) fn start(url: &str, profile: &LoadProfile, log: &Arc<DeliveryLog>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (url, profile, log, stopped) = (url.to_owned(), *profile, Arc::clone(log), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(emit(&url, &profile, &log, &stopped));
        });
        Self { stop, thread }
    }

    /// Stops emitting and waits for the outcome of each event.
    pub(super) fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the emitting thread does not panic");
    }
}

async fn emit(url: &str, profile: &LoadProfile, log: &Arc<DeliveryLog>, stop: &AtomicBool) {
    let io = Options::new().timeout(profile.timeout).connect(url).await.expect("Redis runs before the failure");
    let mut ticks = interval(profile.every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut in_flight = JoinSet::new();
    while !stop.load(Ordering::Relaxed) {
        ticks.tick().await;
        let number = log.add_sent();
        let (sending, log) = (io.emit(LoadEmitter::EVENT, &number), Arc::clone(log));
        in_flight.spawn(async move { log.add_outcome(number, sending.await) });
        while let Some(done) = in_flight.try_join_next() {
            done.expect("an emit does not panic");
        }
    }
    in_flight.join_all().await;
}
