use std::time::{Duration, SystemTime};

use socketio_emitter::{Date, Emitter};
use tokio::time::{MissedTickBehavior, interval};

const TICK_INTERVAL: Duration = Duration::from_secs(5);

/// Emits the time to all clients of the cluster until the task is aborted. It has no access to the nodes: any program
/// that knows the Redis URL can do the same.
pub(crate) async fn run(io: Emitter) {
    let mut ticks = interval(TICK_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        if let Err(error) = io.emit("time", &Date::from(SystemTime::now())).await {
            tracing::warn!(%error, "cannot emit the time");
        }
    }
}
