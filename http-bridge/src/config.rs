use std::{ops::Deref, sync::Arc, time::Duration};

use socketio_emitter::{Emitter, Numbers};
use tokio::sync::Semaphore;

use crate::{allow::AllowedEvents, auth::Token, metrics::Metrics, parameters::Fault, problem::Problem, tap::TAPS};

/// What the routes go by.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// What every request must carry; without one, the bridge serves this machine's programs but no web page.
    pub token: Option<Token>,
    /// The events that may be sent.
    pub allowed_events: AllowedEvents,
    /// The largest body, in bytes; of a batch, the largest message.
    pub body_limit: usize,
    /// The longest that one send or one question may take. A send that asks for more gets no more than this; a question
    /// is refused.
    pub timeout: Duration,
    /// What to do with integers that JavaScript cannot hold.
    pub numbers: Numbers,
}

impl Default for Config {
    /// No token, every event, 1 MiB, 5 seconds, exact numbers.
    fn default() -> Self {
        Self {
            token: None,
            allowed_events: AllowedEvents::default(),
            body_limit: 1024 * 1024,
            timeout: Duration::from_secs(5),
            numbers: Numbers::Exact,
        }
    }
}

impl Config {
    /// The time that a send may take which asks for so much.
    pub(crate) fn within(&self, wanted: Option<Duration>) -> Duration {
        wanted.map_or(self.timeout, |wanted| wanted.min(self.timeout))
    }

    /// How long answers are waited for where this parameter says so.
    ///
    /// # Errors
    /// Where it is longer than a question may take: what came in less would pass for all that came in that time.
    pub(crate) fn patience(&self, parameter: &str, wanted: Option<Duration>) -> Result<Duration, Problem> {
        match wanted {
            Some(wanted) if wanted > self.timeout => {
                let most = self.timeout;
                let reason = format!("a question may take {most:?} here; start sio-bridge with a longer --timeout");
                Err(Problem::query(Fault::of(parameter, reason)))
            }
            wanted => Ok(wanted.unwrap_or(self.timeout)),
        }
    }
}

/// What every route shares.
#[derive(Debug, Clone)]
pub(crate) struct Bridge(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) emitter: Emitter,
    pub(crate) config: Config,
    /// Places for those who tap.
    pub(crate) taps: Arc<Semaphore>,
    pub(crate) metrics: Metrics,
}

impl Bridge {
    pub(crate) fn new(emitter: Emitter, config: Config) -> Self {
        let taps = Arc::new(Semaphore::new(TAPS));
        Self(Arc::new(Inner { emitter, config, taps, metrics: Metrics::new() }))
    }
}

impl Deref for Bridge {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
