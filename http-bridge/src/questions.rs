//! What can be asked about the cluster. The answers hold personal data: ids, rooms, what servers know of their sockets.

use std::time::Duration;

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Serialize;
use socketio_emitter::{Answer, Asking};

use crate::{
    answers::{Form, MOST, answer, count},
    config::Bridge,
    metrics::Question,
    parameters::Fault,
    problem::Problem,
    query::{self, Query},
};

/// So many answers are in a document where the request does not say how many.
pub(crate) const USUAL: u64 = 1000;

/// How much is wanted, and for how long.
#[derive(Debug)]
pub(crate) struct Extent {
    pub(crate) limit: Option<u64>,
    pub(crate) count: bool,
    pub(crate) timeout: Option<Duration>,
}

/// `GET /v1/servers`: those that answer.
pub(crate) async fn servers(
    State(bridge): State<Bridge>,
    Query(asked): Query<query::Servers>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (namespace, extent) = asked.parts();
    ask(&bridge, bridge.emitter.of(namespace).servers(), Question::Servers, &extent, &headers).await
}

/// `GET /v1/rooms`: their names; those that are one socket's own only on request.
pub(crate) async fn rooms(
    State(bridge): State<Bridge>,
    Query(asked): Query<query::Rooms>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (namespace, all, extent) = asked.parts();
    let rooms = bridge.emitter.of(namespace).rooms();
    ask(&bridge, if all { rooms } else { rooms.without_socket_ids() }, Question::Rooms, &extent, &headers).await
}

/// `GET /v1/sockets`: where they are, their rooms and data; handshakes only on request.
pub(crate) async fn sockets(
    State(bridge): State<Bridge>,
    Query(asked): Query<query::Sockets>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query::Sockets { namespace, room, except, handshake, .. } = &asked;
    let mut operator = bridge.emitter.of(namespace).except(except);
    if !room.is_empty() {
        operator = operator.to(room);
    }
    let sockets = match (handshake, asked.count) {
        (true, true) => return Err(wrong("handshake", "count=true shows no socket; leave out one of them")),
        (true, false) => operator.sockets().with_handshake(),
        (false, _) => operator.sockets(),
    };
    ask(&bridge, sockets, Question::Sockets, &asked.extent(), &headers).await
}

async fn ask<A>(
    bridge: &Bridge,
    asking: Asking<A>,
    question: Question,
    extent: &Extent,
    headers: &HeaderMap,
) -> Result<Response, Problem>
where
    A: Answer + Serialize,
{
    bridge.config.allowed_events.check_question()?;
    let asking = asking.timeout(bridge.config.patience("timeout", extent.timeout)?);
    let answered = match extent {
        Extent { count: true, limit: Some(_), .. } => {
            return Err(wrong("limit", "count=true counts them all; leave out one of them"));
        }
        Extent { count: true, .. } => count(bridge, asking, question).await,
        Extent { limit, .. } => {
            let form = Form::wanted(headers);
            match form.limit(*limit, USUAL).map_err(too_many)? {
                Some(limit) => answer(bridge, asking.limit(limit), question, form).await,
                None => answer(bridge, asking, question, form).await,
            }
        }
    };
    answered.map_err(|problem| problem.in_parameters("event"))
}

fn too_many(limit: u64) -> Problem {
    wrong("limit", &format!("{limit} is more than {MOST}; with Accept: application/x-ndjson there is no limit"))
}

fn wrong(parameter: &str, reason: &str) -> Problem {
    Problem::query(Fault::of(parameter, reason))
}
