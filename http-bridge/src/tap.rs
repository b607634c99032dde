//! `GET /v1/tap`: the bus, live, as server-sent events or one JSON object a line.

use std::{convert::Infallible, future::IntoFuture, sync::Arc, time::Duration};

use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{
        HeaderMap,
        header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{FutureExt, stream};
use globset::GlobMatcher;
use serde::{Deserialize, Deserializer, de::Error as _};
use socketio_common::TapFilter;
use socketio_emitter::{Heard, Said, Seen, Tapped, Tapping};
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::{Instant, sleep_until, timeout},
};
use utoipa::IntoParams;

use crate::{
    config::Bridge,
    openapi::Time,
    parameters::{duration, given, one},
    problem::Problem,
    query::Query,
};

/// Taps at once: each has its own connections to Redis.
pub(crate) const TAPS: usize = 16;

/// So much is written at once, if so much is there.
const PAGE: usize = 64 * 1024;

/// A tap that has nothing to say gives a sign of life, so that a connection that broke is found out.
const QUIET: Duration = Duration::from_secs(15);

/// A century is as good as for ever.
const FAR: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Is there until the bridge stops.
#[derive(Debug, Clone)]
pub(crate) struct Running(pub(crate) watch::Receiver<()>);

/// What is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Only events whose name matches this glob, such as `chat*`.
    #[serde(default, deserialize_with = "glob")]
    #[param(value_type = String, required = false)]
    event: Option<GlobMatcher>,
    /// Only what is for a room that matches this glob.
    #[serde(default, deserialize_with = "glob")]
    #[param(value_type = String, required = false)]
    room: Option<GlobMatcher>,
    /// Only what is on a namespace that matches this glob.
    #[serde(default, deserialize_with = "namespace")]
    #[param(value_type = String, required = false)]
    namespace: Option<GlobMatcher>,
    /// Also what servers ask and answer each other.
    #[serde(default, deserialize_with = "one")]
    requests: bool,
    /// Ends after so many messages.
    #[serde(default, deserialize_with = "given")]
    #[param(value_type = u64, required = false)]
    count: Option<u64>,
    /// Ends after this time.
    #[serde(default, rename = "for", deserialize_with = "duration")]
    #[param(value_type = Time, required = false)]
    time: Option<Duration>,
}

/// How lines are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// `text/event-stream`.
    Events,
    /// `application/x-ndjson`.
    Lines,
}

/// A tap that somebody reads.
struct Reading {
    tapping: Tapping,
    bridge: Bridge,
    filter: TapFilter,
    format: Format,
    /// How many messages are still wanted.
    left: u64,
    end: Instant,
    running: Option<watch::Receiver<()>>,
    _permit: OwnedSemaphorePermit,
}

/// Where events are narrowed by `--allow-event`, a tap shows those and nothing else.
pub(crate) async fn tap(
    State(bridge): State<Bridge>,
    running: Option<Extension<Running>>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::accepted(&headers).ok_or_else(Problem::not_acceptable)?;
    let permit = Arc::clone(&bridge.taps).try_acquire_owned().map_err(|_| Problem::too_many_taps(TAPS))?;
    let tapping = bridge.emitter.tap().into_future().await?;
    let Wanted { event, room, namespace, requests, count, time } = wanted;
    let reading = Reading {
        tapping,
        filter: TapFilter { event, room, namespace, requests },
        format,
        left: count.unwrap_or(u64::MAX),
        end: Instant::now() + time.unwrap_or(FAR).min(FAR),
        running: running.map(|Extension(Running(running))| running),
        bridge,
        _permit: permit,
    };
    let pages = stream::unfold(reading, |mut reading| async move {
        let page = reading.page().await?;
        Some((Ok::<_, Infallible>(page), reading))
    });
    let headers = [(CONTENT_TYPE, format.media_type()), (CACHE_CONTROL, "no-store")];
    Ok((headers, Body::from_stream(pages)).into_response())
}

impl Reading {
    /// What is there at once, or comes first; `None` at the end.
    async fn page(&mut self) -> Option<Bytes> {
        if self.left == 0 {
            return None;
        }
        let mut page = Vec::new();
        while page.is_empty() {
            let Self { tapping, running, end, .. } = self;
            let stopped = async {
                match running {
                    // The other end is dropped, and never says a thing.
                    Some(running) => while running.changed().await.is_ok() {},
                    None => std::future::pending().await,
                }
            };
            let next = tokio::select! {
                next = timeout(QUIET, tapping.next()) => next,
                () = sleep_until(*end) => return None,
                () = stopped => return None,
            };
            let Ok(next) = next else { return Some(Bytes::from_static(self.format.sign_of_life())) };
            self.add(&next, &mut page);
            while page.len() < PAGE
                && self.left > 0
                && let Some(next) = self.tapping.next().now_or_never()
            {
                self.add(&next, &mut page);
            }
        }
        Some(page.into())
    }

    fn add(&mut self, tapped: &Tapped, page: &mut Vec<u8>) {
        if let Tapped::Seen(seen) = tapped {
            if !self.filter.wants(seen) || !self.allows(seen) {
                return;
            }
            self.left -= 1;
            self.bridge.metrics.tap_messages.inc();
        }
        if let Tapped::Dropped { messages } = tapped {
            self.bridge.metrics.tap_dropped.inc_by(*messages);
        }
        // What was decoded can be written.
        let Ok(json) = serde_json::to_vec(tapped) else { return };
        let (before, after) = match self.format {
            Format::Events => (&b"data: "[..], &b"\n\n"[..]),
            Format::Lines => (&b""[..], &b"\n"[..]),
        };
        page.extend_from_slice(before);
        page.extend_from_slice(&json);
        page.extend_from_slice(after);
    }

    fn allows(&self, seen: &Seen) -> bool {
        let allowed = &self.bridge.config.allowed_events;
        match &seen.said {
            Said::Heard(Heard::Message { message, .. }) => allowed.check(&message.action).is_ok(),
            _ => allowed.is_everything(),
        }
    }
}

impl Format {
    /// The first of the client's choices that is known; events, where it takes anything.
    fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(ACCEPT).iter().peekable();
        if values.peek().is_none() {
            return Some(Self::Events);
        }
        let choices = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
        choices.map(|choice| choice.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()).find_map(
            |choice| match choice.as_str() {
                "text/event-stream" | "text/*" | "*/*" => Some(Self::Events),
                "application/x-ndjson" | "application/*" => Some(Self::Lines),
                _ => None,
            },
        )
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Events => "text/event-stream",
            Self::Lines => "application/x-ndjson",
        }
    }

    fn sign_of_life(self) -> &'static [u8] {
        match self {
            Self::Events => b":\n\n",
            Self::Lines => b"\n",
        }
    }
}

fn glob<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<GlobMatcher>, D::Error> {
    let text: String = one(deserializer)?;
    socketio_common::glob(&text).map(Some).map_err(D::Error::custom)
}

fn namespace<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<GlobMatcher>, D::Error> {
    let text: String = one(deserializer)?;
    socketio_common::namespace_glob(&text).map(Some).map_err(D::Error::custom)
}
