//! What servers and other emitters put on the bus, read: broadcasts, requests, and the answers to them.

use serde::{Deserialize, de::IgnoredAny};

use super::Classic;
use crate::{
    adapter::{
        DecodedMessage, Frame, RequestKind,
        opts::Opts,
        payload,
        wire_room::{WireRoom, names},
    },
    base::{Error, malformed},
    message::{Action, DisconnectMode, Message, Target, WireEvent},
};

impl Classic {
    pub(in crate::adapter) fn decode(&self, frame: &Frame<'_>) -> Result<DecodedMessage, Error> {
        let Frame::Published { channel, payload } = *frame else {
            return Err(malformed("an entry of a stream, which this adapter has none of"));
        };
        let Some(rest) = channel.strip_prefix(&self.prefix) else {
            return Err(malformed("the channel has another prefix"));
        };
        if let Some(rest) = rest.strip_prefix("-request#") {
            let namespace = rest.strip_suffix('#').ok_or_else(|| malformed("the channel has no '#' at its end"))?;
            return payload::either::<Request>(payload)?.heard(namespace);
        }
        if rest.starts_with("-response#") {
            return payload::either::<Response>(payload)?.heard();
        }
        if !rest.starts_with('#') {
            return Err(malformed("the channel is no broadcast, request or response"));
        }
        let Broadcast(sender, packet, opts) = payload::msgpack(payload)?;
        packet.heard(opts, sender, None)
    }
}

#[derive(Deserialize)]
#[serde(expecting = "a list of sender, packet and options")]
struct Broadcast(Option<String>, Packet, Opts);

#[derive(Deserialize)]
#[serde(expecting = "a packet")]
struct Packet {
    #[serde(rename = "type")]
    kind: u8,
    data: WireEvent,
    nsp: Option<String>,
}

impl Packet {
    fn heard(self, opts: Opts, sender: Option<String>, request: Option<String>) -> Result<DecodedMessage, Error> {
        let Self { kind, data: WireEvent { event, args }, nsp } = self;
        if !matches!(kind, 2 | 5) {
            return Err(malformed(format!("a packet of type {kind}, which is no event")));
        }
        let flags = opts.flags();
        let target = opts.target(nsp.as_deref().unwrap_or("/"));
        let message = Message { target, action: Action::Emit { event, args, flags } };
        Ok(DecodedMessage::Message { message, sender, request })
    }
}

/// A request of Socket.IO 3 and later; the number says which.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a request")]
struct Request {
    #[serde(rename = "type")]
    kind: u8,
    uid: Option<String>,
    request_id: Option<String>,
    /// Socket.IO 2 spells it so, and numbers its requests in another way.
    requestid: Option<IgnoredAny>,
    opts: Option<Opts>,
    rooms: Option<Vec<WireRoom>>,
    /// One socket and one room: the orders of the first releases of socket.io-redis 6.
    sid: Option<String>,
    room: Option<String>,
    close: Option<bool>,
    data: Option<WireEvent>,
    packet: Option<Packet>,
}

impl Request {
    fn heard(mut self, namespace: &str) -> Result<DecodedMessage, Error> {
        if self.requestid.is_some() && self.request_id.is_none() {
            return Err(malformed("a request of Socket.IO 2, whose numbers mean other things"));
        }
        let (sender, request) = (self.uid.take(), self.request_id.take());
        let question = |kind, target| {
            Ok(DecodedMessage::Request { kind, target, sender: sender.clone(), request: request.clone() })
        };
        let action = match self.kind {
            0 => {
                let target = Opts::of(self.rooms.take()).target(namespace);
                return question(RequestKind::SocketIds, target);
            }
            1 => return question(RequestKind::AllRooms, Opts::default().target(namespace)),
            5 => {
                let target = self.target(namespace)?;
                return question(RequestKind::FetchSockets, target);
            }
            2 => Action::Join { rooms: self.listed()? },
            3 => Action::Leave { rooms: self.listed()? },
            4 => Action::Disconnect {
                mode: if self.close.unwrap_or(false) {
                    DisconnectMode::CloseConnection
                } else {
                    DisconnectMode::LeaveNamespace
                },
            },
            6 => {
                let WireEvent { event, args } = self.data.take().ok_or_else(|| malformed("no data"))?;
                let target = Opts::default().target(namespace);
                let message = Message { target, action: Action::ServerEmit { event, args } };
                return Ok(DecodedMessage::Message { message, sender, request });
            }
            7 => {
                let packet = self.packet.take().ok_or_else(|| malformed("no packet"))?;
                let opts = self.opts.take().ok_or_else(|| malformed("no opts"))?;
                return packet.heard(opts, sender, request);
            }
            kind => return Err(malformed(format!("a request of type {kind}, which is not known"))),
        };
        let mut target = self.target(namespace)?;
        target.all = target.rooms.is_none();
        Ok(DecodedMessage::Message { message: Message { target, action }, sender, request })
    }

    /// The rooms to join or to leave.
    fn listed(&mut self) -> Result<Vec<String>, Error> {
        match (self.rooms.take(), self.room.take()) {
            (Some(rooms), _) => Ok(names(rooms)),
            (None, Some(room)) => Ok(vec![room]),
            (None, None) => Err(malformed("no rooms")),
        }
    }

    fn target(&mut self, namespace: &str) -> Result<Target, Error> {
        match (self.opts.take(), self.sid.take()) {
            (Some(opts), _) => Ok(opts.target(namespace)),
            (None, Some(sid)) => {
                let mut target = Opts::default().target(namespace);
                target.rooms = Some(vec![sid]);
                Ok(target)
            }
            (None, None) => Err(malformed("no opts")),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an answer")]
struct Response {
    #[serde(rename = "type")]
    kind: Option<u8>,
    request_id: Option<String>,
    /// As Socket.IO 2 spells it.
    requestid: Option<String>,
    sockets: Option<Vec<Socket>>,
    clients: Option<IgnoredAny>,
    rooms: Option<IgnoredAny>,
}

/// A socket with all that is known of it, or its id.
#[derive(Deserialize)]
#[serde(untagged)]
enum Socket {
    Whole {
        #[serde(rename = "id")]
        _id: IgnoredAny,
    },
    Id(IgnoredAny),
}

impl Response {
    fn heard(self) -> Result<DecodedMessage, Error> {
        let kind = match (self.kind, &self.sockets) {
            (Some(6), _) => RequestKind::ServerAck,
            (Some(8), _) => RequestKind::ClientCount,
            (Some(9), _) => RequestKind::Ack,
            (Some(kind), _) => return Err(malformed(format!("an answer of type {kind}, which is not known"))),
            (None, Some(sockets)) => match sockets.first() {
                Some(Socket::Whole { .. }) => RequestKind::FetchSockets,
                Some(Socket::Id(_)) | None => RequestKind::SocketIds,
            },
            (None, None) if self.clients.is_some() => RequestKind::SocketIds,
            (None, None) if self.rooms.is_some() => RequestKind::AllRooms,
            (None, None) => RequestKind::Done,
        };
        Ok(DecodedMessage::Response { kind, sender: None, request: self.request_id.or(self.requestid) })
    }
}
