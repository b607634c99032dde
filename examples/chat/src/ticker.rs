use std::time::{Duration, SystemTime};

use socketio_emitter::{Date, Emitter};
use tokio::time::{MissedTickBehavior, interval};

const BEAT: Duration = Duration::from_secs(5);

/// Pushes the time to every client of the cluster, for ever. It is no part of the nodes and knows nothing of them: any
/// program with the Redis URL could do it.
pub(crate) async fn run(io: Emitter) {
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        beat.tick().await;
        if let Err(error) = io.emit("time", &Date::from(SystemTime::now())).await {
            tracing::warn!(%error, "the time was not pushed");
        }
    }
}
