use std::time::Duration;

use socketio_emitter::message::Numbers;

use crate::{allow::AllowedEvents, auth::BearerToken, params::ParameterError, responses::HttpProblem};

/// Settings of the routes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// The token that `/v1` and `/metrics` require. Without one, the bridge serves programs on its own machine only and
    /// refuses requests of web pages.
    pub token: Option<BearerToken>,
    /// The events that may be sent.
    pub allowed_events: AllowedEvents,
    /// The largest request body, in bytes. In a batch it limits each message.
    pub body_limit: usize,
    /// The longest time for one send or one question. A send that asks for more gets this time; a question that asks
    /// for more is refused.
    pub timeout: Duration,
    /// How to treat integers beyond 2^53-1, which JavaScript cannot represent.
    pub numbers: Numbers,
}

impl Default for Config {
    /// No token, all events, 1 MiB, 5 seconds, exact numbers.
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
    /// The time limit of a send: the requested one, but no more than the configured one.
    pub(crate) fn send_timeout(&self, requested: Option<Duration>) -> Duration {
        requested.map_or(self.timeout, |requested| requested.min(self.timeout))
    }

    /// The time limit of a question, requested by the given parameter.
    ///
    /// # Errors
    /// 400 if it exceeds the configured limit. It is not shortened, because the caller could then not tell a partial
    /// result from a complete one.
    pub(crate) fn question_timeout(
        &self,
        parameter: &str,
        requested: Option<Duration>,
    ) -> Result<Duration, HttpProblem> {
        match requested {
            Some(requested) if requested > self.timeout => {
                let reason = format!(
                    "{requested:?} exceeds the maximum of {:?}; use a shorter time, or start sio-bridge with a longer \
                     --timeout",
                    self.timeout
                );
                Err(HttpProblem::query(ParameterError::new(parameter, reason)))
            }
            requested => Ok(requested.unwrap_or(self.timeout)),
        }
    }
}
