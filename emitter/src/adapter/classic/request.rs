//! Orders and questions to servers, as they read them: JSON on the request channel.

use serde::Serialize;

use crate::{
    adapter::RequestIds,
    message::{Args, DisconnectMode, PlainEvent, Target},
};

const ROOMS: u8 = 1;
const JOIN: u8 = 2;
const LEAVE: u8 = 3;
const DISCONNECT: u8 = 4;
const FETCH: u8 = 5;
const SERVER_SIDE_EMIT: u8 = 6;

/// An order or a question. The keys stand in the official emitter's order.
#[derive(Serialize)]
pub(super) struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(rename = "type")]
    kind: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    opts: Option<Opts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rooms: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PlainEvent<'a>>,
}

/// The sockets that an order is about.
#[derive(Serialize)]
struct Opts<'a> {
    rooms: &'a [String],
    except: &'a [String],
}

impl<'a> Request<'a> {
    pub(super) fn join(target: &'a Target, rooms: &'a [String]) -> Self {
        Self { rooms: Some(rooms), ..Self::sockets(JOIN, target) }
    }

    pub(super) fn leave(target: &'a Target, rooms: &'a [String]) -> Self {
        Self { rooms: Some(rooms), ..Self::sockets(LEAVE, target) }
    }

    pub(super) fn disconnect(target: &'a Target, close: DisconnectMode) -> Self {
        Self { close: Some(close == DisconnectMode::CloseConnection), ..Self::sockets(DISCONNECT, target) }
    }

    pub(super) fn server_side_emit(sender: &'a str, event: &'a str, args: &'a Args) -> Self {
        Self { uid: Some(sender), data: Some(PlainEvent { event, args }), ..Self::new(SERVER_SIDE_EMIT) }
    }

    /// The question which sockets are in the target's rooms, with all that is known of them.
    pub(super) fn fetch(target: &'a Target) -> Self {
        Self::sockets(FETCH, target)
    }

    /// The question for all rooms.
    pub(super) fn rooms() -> Self {
        Self::new(ROOMS)
    }

    /// The same, to be answered to one who asks.
    pub(super) fn asked_by(self, ids: &'a RequestIds) -> Self {
        Self { uid: Some(&ids.asker), request_id: Some(&ids.request), ..self }
    }

    fn sockets(kind: u8, target: &'a Target) -> Self {
        let rooms = target.rooms.as_deref().unwrap_or_default();
        Self { opts: Some(Opts { rooms, except: &target.except }), ..Self::new(kind) }
    }

    fn new(kind: u8) -> Self {
        Self { uid: None, request_id: None, kind, opts: None, rooms: None, close: None, data: None }
    }
}
