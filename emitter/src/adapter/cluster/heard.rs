//! What servers and other emitters tell each other, as anyone may hear it.

use serde::Deserialize;

use super::{kind, object::Object, received::Received};
use crate::{
    adapter::opts::Opts,
    args::WireEvent,
    error::{Error, malformed},
    heard::{Heard, Presence, Question},
    message::{Action, Close, Message, Target},
    room::{WireRoom, names},
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
    pub(in crate::adapter) fn heard(self) -> Result<Heard, Error> {
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
                Ok(Heard::Question { about: Question::Fetch, target, sender: self.uid, request: self.request })
            }
            kind::SOCKETS => Ok(self.answer(Question::Fetch)),
            kind::SERVER_ACK => Ok(self.answer(Question::ServerAck)),
            kind::CLIENT_COUNT => Ok(self.answer(Question::ClientCount)),
            kind::ACK => Ok(self.answer(Question::Ack)),
            kind::CAME => Ok(self.presence(Presence::Came)),
            kind::ALIVE => Ok(self.presence(Presence::Alive)),
            kind::GOES => Ok(self.presence(Presence::Goes)),
            kind => Err(malformed(format!("a message of type {kind}, which is not known"))),
        }
    }

    fn broadcast(self) -> Result<Heard, Error> {
        let Broadcast { packet: Object(packet), opts: Object(opts) } = self.data()?;
        let Packet { kind, data: WireEvent { event, args } } = packet;
        if !matches!(kind, 2 | 5) {
            return Err(malformed(format!("a packet of type {kind}, which is no event")));
        }
        let flags = opts.flags();
        let target = opts.target(&self.namespace);
        Ok(self.message(target, Action::Emit { event, args, flags }))
    }

    fn order(self) -> Result<Heard, Error> {
        let Order { opts: Object(opts), rooms, close } = self.data()?;
        let mut target = opts.target(&self.namespace);
        target.all = target.rooms.is_none();
        let rooms = || rooms.map(names).ok_or_else(|| malformed("no rooms"));
        let action = match self.kind {
            kind::JOIN => Action::Join { rooms: rooms()? },
            kind::LEAVE => Action::Leave { rooms: rooms()? },
            _ => Action::Disconnect { close: if close.unwrap_or(false) { Close::Yes } else { Close::No } },
        };
        Ok(self.message(target, action))
    }

    fn message(self, target: Target, action: Action) -> Heard {
        Heard::Message { message: Message { target, action }, sender: self.uid, request: self.request }
    }

    fn answer(self, about: Question) -> Heard {
        Heard::Answer { about, sender: self.uid, request: self.request }
    }

    fn presence(self, about: Presence) -> Heard {
        Heard::Presence { about, namespace: self.namespace, sender: self.uid }
    }
}
