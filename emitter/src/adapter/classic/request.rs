//! Requests, socket operations and server-side emits in JSON, on the request channel. Requests of type BROADCAST are in
//! MessagePack: see [`broadcast`](super::broadcast).

use serde::{Deserialize, Serialize, de::IgnoredAny};

use super::{
    broadcast::ClassicPacket,
    request_type::{
        ALL_ROOMS, BROADCAST, REMOTE_DISCONNECT, REMOTE_FETCH, REMOTE_JOIN, REMOTE_LEAVE, SERVER_SIDE_EMIT, SOCKETS,
    },
};
use crate::{
    adapter::{
        DecodedMessage, RequestIds, RequestKind,
        broadcast_options::BroadcastOptions,
        wire_name::{WireName, into_strings},
    },
    base::{Error, malformed},
    message::{Action, Args, DisconnectMode, Message, PlainEvent, Target, WireEvent},
};

/// A request to encode. The keys are in the order of the official emitter.
#[derive(Serialize)]
pub(super) struct ClassicRequest<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(rename = "type")]
    request_type: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    opts: Option<ClassicRequestOptions<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rooms: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PlainEvent<'a>>,
}

/// The sockets that a request selects.
#[derive(Serialize)]
struct ClassicRequestOptions<'a> {
    rooms: &'a [String],
    except: &'a [String],
}

impl<'a> ClassicRequest<'a> {
    pub(super) fn join(target: &'a Target, rooms: &'a [String]) -> Self {
        Self { rooms: Some(rooms), ..Self::for_sockets(REMOTE_JOIN, target) }
    }

    pub(super) fn leave(target: &'a Target, rooms: &'a [String]) -> Self {
        Self { rooms: Some(rooms), ..Self::for_sockets(REMOTE_LEAVE, target) }
    }

    pub(super) fn disconnect(target: &'a Target, mode: DisconnectMode) -> Self {
        let close = Some(mode == DisconnectMode::CloseConnection);
        Self { close, ..Self::for_sockets(REMOTE_DISCONNECT, target) }
    }

    pub(super) fn server_side_emit(sender: &'a str, event: &'a str, args: &'a Args) -> Self {
        Self { uid: Some(sender), data: Some(PlainEvent { event, args }), ..Self::new(SERVER_SIDE_EMIT) }
    }

    pub(super) fn fetch(target: &'a Target) -> Self {
        Self::for_sockets(REMOTE_FETCH, target)
    }

    pub(super) fn all_rooms() -> Self {
        Self::new(ALL_ROOMS)
    }

    /// Makes servers respond to the requester.
    pub(super) fn with_ids(self, ids: &'a RequestIds) -> Self {
        Self { uid: Some(&ids.requester), request_id: Some(&ids.request), ..self }
    }

    fn for_sockets(request_type: u8, target: &'a Target) -> Self {
        let rooms = target.rooms.as_deref().unwrap_or_default();
        Self { opts: Some(ClassicRequestOptions { rooms, except: &target.except }), ..Self::new(request_type) }
    }

    fn new(request_type: u8) -> Self {
        Self { uid: None, request_id: None, request_type, opts: None, rooms: None, close: None, data: None }
    }
}

/// A received request of Socket.IO 3 or later.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a request")]
pub(super) struct ReceivedClassicRequest {
    #[serde(rename = "type")]
    request_type: u8,
    uid: Option<String>,
    request_id: Option<String>,
    /// The key in Socket.IO 2, whose request types differ.
    requestid: Option<IgnoredAny>,
    opts: Option<BroadcastOptions>,
    rooms: Option<Vec<WireName>>,
    /// The older form of join, leave and disconnect selects one socket, and takes one room.
    sid: Option<String>,
    room: Option<String>,
    close: Option<bool>,
    data: Option<WireEvent>,
    packet: Option<ClassicPacket>,
}

impl ReceivedClassicRequest {
    pub(super) fn decode(mut self, namespace: &str) -> Result<DecodedMessage, Error> {
        if self.requestid.is_some() && self.request_id.is_none() {
            return Err(malformed("a request of Socket.IO 2, whose request types differ"));
        }
        let (sender, request) = (self.uid.take(), self.request_id.take());
        let decoded_request = |kind, target| {
            Ok(DecodedMessage::Request { kind, target, sender: sender.clone(), request: request.clone() })
        };
        let action = match self.request_type {
            SOCKETS => {
                let target = BroadcastOptions::with_rooms(self.rooms.take()).target(namespace);
                return decoded_request(RequestKind::SocketIds, target);
            }
            ALL_ROOMS => return decoded_request(RequestKind::AllRooms, BroadcastOptions::default().target(namespace)),
            REMOTE_FETCH => {
                let target = self.target(namespace)?;
                return decoded_request(RequestKind::FetchSockets, target);
            }
            REMOTE_JOIN => Action::Join { rooms: self.operation_rooms()? },
            REMOTE_LEAVE => Action::Leave { rooms: self.operation_rooms()? },
            REMOTE_DISCONNECT => Action::Disconnect {
                mode: if self.close.unwrap_or(false) {
                    DisconnectMode::CloseConnection
                } else {
                    DisconnectMode::LeaveNamespace
                },
            },
            SERVER_SIDE_EMIT => {
                let WireEvent { event, args } = self.data.take().ok_or_else(|| malformed("missing field `data`"))?;
                let target = BroadcastOptions::default().target(namespace);
                let message = Message { target, action: Action::ServerEmit { event, args } };
                return Ok(DecodedMessage::Message { message, sender, request });
            }
            BROADCAST => {
                let packet = self.packet.take().ok_or_else(|| malformed("missing field `packet`"))?;
                let options = self.opts.take().ok_or_else(|| malformed("missing field `opts`"))?;
                return packet.decode(options, sender, request);
            }
            other => return Err(malformed(format!("unknown request type {other}"))),
        };
        let mut target = self.target(namespace)?;
        target.all = target.rooms.is_none();
        Ok(DecodedMessage::Message { message: Message { target, action }, sender, request })
    }

    /// The rooms to join or to leave.
    fn operation_rooms(&mut self) -> Result<Vec<String>, Error> {
        match (self.rooms.take(), self.room.take()) {
            (Some(rooms), _) => Ok(into_strings(rooms)),
            (None, Some(room)) => Ok(vec![room]),
            (None, None) => Err(malformed("missing field `rooms`")),
        }
    }

    fn target(&mut self, namespace: &str) -> Result<Target, Error> {
        match (self.opts.take(), self.sid.take()) {
            (Some(options), _) => Ok(options.target(namespace)),
            (None, Some(sid)) => {
                let mut target = BroadcastOptions::default().target(namespace);
                target.rooms = Some(vec![sid]);
                Ok(target)
            }
            (None, None) => Err(malformed("missing field `opts`")),
        }
    }
}
