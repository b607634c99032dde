//! What servers and other emitters tell each other, as anyone may hear it.

use serde::Deserialize;

use super::{kind, object::Object, received::Received};
use crate::{
    adapter::{
        DecodedMessage, Presence, RequestKind,
        opts::Opts,
        wire_room::{WireRoom, names},
    },
    base::{Error, malformed},
    message::{Action, DisconnectMode, Message, Target, WireEvent},
};

#[derive(Deserialize)]
#[serde(expecting = "a packet and options")]
struct Broadcast {
    packet: Object<Packet>,
    opts: Object<Opts>,
}

/// Its own namespace says nothing: servers write theirs over it.
#[derive(Deserialize)]
#[serde(expecting = "a packet")]
struct Packet {
    #[serde(rename = "type")]
    kind: u8,
    data: WireEvent,
}

#[derive(Deserialize)]
#[serde(expecting = "options and rooms")]
struct Order {
    opts: Object<Opts>,
    rooms: Option<Vec<WireRoom>>,
    close: Option<bool>,
}

#[derive(Deserialize)]
#[serde(expecting = "a packet")]
struct ServerSideEmit {
    packet: WireEvent,
}

impl Received<'_> {
    pub(in crate::adapter) fn heard(self) -> Result<DecodedMessage, Error> {
        match self.kind {
            kind::BROADCAST => self.broadcast(),
            kind::JOIN | kind::LEAVE | kind::DISCONNECT => self.order(),
            kind::SERVER_SIDE_EMIT => {
                let ServerSideEmit { packet: WireEvent { event, args } } = self.data()?;
                let target = Opts::default().target(&self.namespace);
                Ok(self.message(target, Action::ServerEmit { event, args }))
            }
            kind::FETCH => {
                let Order { opts: Object(opts), .. } = self.data()?;
                let target = opts.target(&self.namespace);
                Ok(DecodedMessage::Request {
                    kind: RequestKind::FetchSockets,
                    target,
                    sender: self.uid,
                    request: self.request,
                })
            }
            kind::SOCKETS => Ok(self.response(RequestKind::FetchSockets)),
            kind::SERVER_ACK => Ok(self.response(RequestKind::ServerAck)),
            kind::CLIENT_COUNT => Ok(self.response(RequestKind::ClientCount)),
            kind::ACK => Ok(self.response(RequestKind::Ack)),
            kind::CAME => Ok(self.presence(Presence::InitialHeartbeat)),
            kind::ALIVE => Ok(self.presence(Presence::Heartbeat)),
            kind::GOES => Ok(self.presence(Presence::AdapterClose)),
            kind => Err(malformed(format!("a message of type {kind}, which is not known"))),
        }
    }

    fn broadcast(self) -> Result<DecodedMessage, Error> {
        let Broadcast { packet: Object(packet), opts: Object(opts) } = self.data()?;
        let Packet { kind, data: WireEvent { event, args } } = packet;
        if !matches!(kind, 2 | 5) {
            return Err(malformed(format!("a packet of type {kind}, which is no event")));
        }
        let flags = opts.flags();
        let target = opts.target(&self.namespace);
        Ok(self.message(target, Action::Emit { event, args, flags }))
    }

    fn order(self) -> Result<DecodedMessage, Error> {
        let Order { opts: Object(opts), rooms, close } = self.data()?;
        let mut target = opts.target(&self.namespace);
        target.all = target.rooms.is_none();
        let rooms = || rooms.map(names).ok_or_else(|| malformed("no rooms"));
        let action = match self.kind {
            kind::JOIN => Action::Join { rooms: rooms()? },
            kind::LEAVE => Action::Leave { rooms: rooms()? },
            _ => Action::Disconnect {
                mode: if close.unwrap_or(false) {
                    DisconnectMode::CloseConnection
                } else {
                    DisconnectMode::LeaveNamespace
                },
            },
        };
        Ok(self.message(target, action))
    }

    fn message(self, target: Target, action: Action) -> DecodedMessage {
        DecodedMessage::Message { message: Message { target, action }, sender: self.uid, request: self.request }
    }

    fn response(self, kind: RequestKind) -> DecodedMessage {
        DecodedMessage::Response { kind, sender: self.uid, request: self.request }
    }

    fn presence(self, presence: Presence) -> DecodedMessage {
        DecodedMessage::Presence { presence, namespace: self.namespace, sender: self.uid }
    }
}
