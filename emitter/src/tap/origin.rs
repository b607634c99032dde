use serde::{Deserialize, Serialize};

use super::run_ids;
use crate::{
    adapter::Adapter,
    base::{Deadline, Error},
    connection::Options,
    session::Session,
};

/// The Redis that a tap is on, and what it covers: the member `tap` of `seen` in a tap's line. It shows whether
/// the tap would receive the line if it is sent again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TapOrigin {
    /// The smallest run id of the Redis servers; `None` if Redis refused to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run_id: Option<String>,
    /// The prefix; `None` for each adapter's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    /// The adapter; `None` for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    adapter: Option<String>,
}

impl TapOrigin {
    pub(super) fn new(options: &Options, run_id: Option<String>) -> Self {
        let adapter = options.adapter.as_ref().map(|adapter| adapter.name().to_owned());
        Self { run_id, prefix: options.prefix.clone(), adapter }
    }

    /// Whether the tap would receive what this session sends; see
    /// [`Emitter::is_tapped_by`](crate::Emitter::is_tapped_by).
    pub(crate) async fn covers_session(&self, session: &Session) -> Result<bool, Error> {
        let deadline = Deadline::after(session.options().timeout);
        let Some(run_id) = &self.run_id else { return Ok(false) };
        if !run_ids(session, deadline).await?.contains(run_id) {
            return Ok(false);
        }
        let adapter = session.adapter("/", deadline).await?;
        Ok(self.covers(&adapter))
    }

    /// A tap without a replica or MONITOR does not receive shard channels. It may get a replica, so they count as covered.
    fn covers(&self, adapter: &Adapter) -> bool {
        let same_adapter = self.adapter.as_deref().is_none_or(|only| only == adapter.name());
        let same_prefix = match &self.prefix {
            Some(prefix) => prefix == adapter.prefix(),
            None => adapter.name().parse::<Adapter>().is_ok_and(|default| default.prefix() == adapter.prefix()),
        };
        same_adapter && same_prefix
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Classic, Python, Streams};

    #[test]
    fn tap_covers_its_prefix_and_its_adapters() {
        let (classic, python) = (Adapter::Classic(Classic::default()), Adapter::Python(Python::default()));
        let streams = Adapter::Streams(Streams::default());
        let chat = classic.clone().with_prefix("chat");
        for (origin, expected) in [
            (r#"{"run_id":"a"}"#, [true, true, true, false]),
            (r#"{"run_id":"a","adapter":"classic"}"#, [true, false, false, false]),
            (r#"{"run_id":"a","prefix":"chat"}"#, [false, false, false, true]),
            (r#"{"run_id":"a","prefix":"chat","adapter":"streams"}"#, [false, false, false, false]),
        ] {
            let tap: TapOrigin = serde_json::from_str(origin).unwrap();
            assert_eq!([&classic, &python, &streams, &chat].map(|adapter| tap.covers(adapter)), expected, "{origin}");
        }
    }

    #[test]
    fn origin_round_trips_through_json() {
        let options = Options::new().prefix("chat").adapter(Adapter::Classic(Classic::default()));
        let origin = TapOrigin::new(&options, Some("a".to_owned()));
        assert_eq!(serde_json::from_str::<TapOrigin>(&serde_json::to_string(&origin).unwrap()).unwrap(), origin);
    }

    #[tokio::test]
    async fn tap_without_a_run_id_covers_nothing() {
        let session = Session::new(
            std::sync::Arc::new(crate::connection::Connection::Recorder(Default::default())),
            Options::new(),
        );
        assert!(!TapOrigin::new(&Options::new(), None).covers_session(&session).await.unwrap());
    }
}
