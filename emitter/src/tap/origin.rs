//! Where a tap's line comes from, so that whoever sends it again can tell whether the tap would hear it again.

use serde::{Deserialize, Serialize};

use super::run_ids;
use crate::{adapter::Adapter, deadline::Deadline, emitter::Emitter, error::Error, options::Options};

/// Which Redis a tap is on, and what it listens to: the member `tap` of `seen`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// One of the servers of this Redis; `None` where it would not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run_id: Option<String>,
    /// The prefix, where it is not each adapter's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    /// The adapter, where it is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    adapter: Option<String>,
}

/// A line of a tap's, as far as it is of interest here.
#[derive(Deserialize)]
struct Line {
    seen: Option<Part>,
}

#[derive(Deserialize)]
struct Part {
    tap: Option<Origin>,
}

impl Origin {
    pub(super) fn of(options: &Options, run_id: Option<String>) -> Self {
        let adapter = options.adapter.as_ref().map(|adapter| adapter.name().to_owned());
        Self { run_id, prefix: options.prefix.clone(), adapter }
    }

    /// Where a line of JSON comes from, if a tap wrote it.
    pub fn of_line(json: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Line>(json).ok()?.seen?.tap
    }

    /// True if the tap would hear what this emitter sends: on the same Redis, the same prefix, and an adapter that it
    /// listens to, which is any where it was not told one. Whoever sends a tap's lines there sends them round and
    /// round.
    ///
    /// # Errors
    /// As for finding the emitter's adapter.
    pub async fn hears(&self, emitter: &Emitter) -> Result<bool, Error> {
        let deadline = Deadline::after(emitter.options().timeout);
        let Some(run_id) = &self.run_id else { return Ok(false) };
        if !run_ids(emitter, deadline).await?.contains(run_id) {
            return Ok(false);
        }
        let adapter = emitter.adapter("/", deadline).await?;
        Ok(self.covers(&adapter))
    }

    /// Of shard channels it is not known whether they are overheard; they could be.
    fn covers(&self, adapter: &Adapter) -> bool {
        let is_heard = self.adapter.as_deref().is_none_or(|only| only == adapter.name());
        let same_prefix = match &self.prefix {
            Some(prefix) => prefix == adapter.prefix(),
            None => adapter.name().parse::<Adapter>().is_ok_and(|own| own.prefix() == adapter.prefix()),
        };
        is_heard && same_prefix
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Classic, Python, Streams};

    fn origin(json: &str) -> Origin {
        Origin::of_line(format!(r#"{{"event":"e","seen":{{"size":1,"tap":{json}}}}}"#).as_bytes()).unwrap()
    }

    #[test]
    fn a_tap_hears_its_prefix_and_its_adapters() {
        let (classic, python) = (Adapter::Classic(Classic::default()), Adapter::Python(Python::default()));
        let streams = Adapter::Streams(Streams::default());
        let chat = classic.clone().with_prefix("chat");
        for (tap, heard) in [
            (r#"{"run_id":"a"}"#, [true, true, true, false]),
            (r#"{"run_id":"a","adapter":"classic"}"#, [true, false, false, false]),
            (r#"{"run_id":"a","prefix":"chat"}"#, [false, false, false, true]),
            (r#"{"run_id":"a","prefix":"chat","adapter":"streams"}"#, [false, false, false, false]),
        ] {
            let covers = [&classic, &python, &streams, &chat].map(|adapter| origin(tap).covers(adapter));
            assert_eq!(covers, heard, "{tap}");
        }
    }

    #[test]
    fn only_a_taps_line_has_an_origin() {
        for line in
            ["", "nonsense", "{}", r#"{"seen":1}"#, r#"{"seen":{"adapter":"classic"}}"#, r#"{"seen":{"tap":1}}"#]
        {
            assert_eq!(Origin::of_line(line.as_bytes()), None, "{line}");
        }
        let options = Options::new().prefix("chat").adapter(Adapter::Classic(Classic::default()));
        let there = Origin::of(&options, Some("a".to_owned()));
        assert_eq!(origin(&serde_json::to_string(&there).unwrap()), there);
    }

    #[tokio::test]
    async fn nobody_hears_what_is_not_sent() {
        let nowhere = Origin::of(&Options::new(), None);
        assert!(!nowhere.hears(&Emitter::recorder().0).await.unwrap());
    }
}
