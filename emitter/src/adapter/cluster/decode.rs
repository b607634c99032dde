//! Decodes the messages of servers and emitters.

use serde::Deserialize;

use super::{message_type, received_message::ReceivedMessage, wire_object::WireObject};
use crate::{
    adapter::{
        DecodedMessage, Presence, RequestKind,
        broadcast_options::BroadcastOptions,
        packet_type,
        wire_name::{WireName, into_strings},
    },
    base::{Error, malformed},
    message::{Action, DisconnectMode, Message, Target, WireEvent},
};

#[derive(Deserialize)]
#[serde(expecting = "a packet and options")]
struct ClusterBroadcast {
    packet: WireObject<ClusterEventPacket>,
    opts: WireObject<BroadcastOptions>,
}

/// The packet's own namespace is not read, because servers overwrite it.
#[derive(Deserialize)]
#[serde(expecting = "a packet")]
struct ClusterEventPacket {
    #[serde(rename = "type")]
    packet_type: u8,
    data: WireEvent,
}

#[derive(Deserialize)]
#[serde(expecting = "options and rooms")]
struct ClusterSocketOperation {
    opts: WireObject<BroadcastOptions>,
    rooms: Option<Vec<WireName>>,
    close: Option<bool>,
}

#[derive(Deserialize)]
#[serde(expecting = "a packet")]
struct ClusterServerSideEmit {
    packet: WireEvent,
}

impl ReceivedMessage<'_> {
    pub(in crate::adapter) fn decode(self) -> Result<DecodedMessage, Error> {
        match self.message_type {
            message_type::BROADCAST => self.decode_broadcast(),
            message_type::SOCKETS_JOIN | message_type::SOCKETS_LEAVE | message_type::DISCONNECT_SOCKETS => {
                self.decode_socket_operation()
            }
            message_type::SERVER_SIDE_EMIT => {
                let ClusterServerSideEmit { packet: WireEvent { event, args } } = self.data()?;
                let target = BroadcastOptions::default().target(&self.namespace);
                Ok(self.into_message(target, Action::ServerEmit { event, args }))
            }
            message_type::FETCH_SOCKETS => {
                let ClusterSocketOperation { opts: WireObject(options), .. } = self.data()?;
                Ok(DecodedMessage::Request {
                    kind: RequestKind::FetchSockets,
                    target: options.target(&self.namespace),
                    sender: self.uid,
                    request: self.request,
                })
            }
            message_type::FETCH_SOCKETS_RESPONSE => Ok(self.into_response(RequestKind::FetchSockets)),
            message_type::SERVER_SIDE_EMIT_RESPONSE => Ok(self.into_response(RequestKind::ServerAck)),
            message_type::BROADCAST_CLIENT_COUNT => Ok(self.into_response(RequestKind::ClientCount)),
            message_type::BROADCAST_ACK => Ok(self.into_response(RequestKind::Ack)),
            message_type::INITIAL_HEARTBEAT => Ok(self.into_presence(Presence::InitialHeartbeat)),
            message_type::HEARTBEAT => Ok(self.into_presence(Presence::Heartbeat)),
            message_type::ADAPTER_CLOSE => Ok(self.into_presence(Presence::AdapterClose)),
            other => Err(malformed(format!("unknown message type {other}"))),
        }
    }

    fn decode_broadcast(self) -> Result<DecodedMessage, Error> {
        let ClusterBroadcast { packet: WireObject(packet), opts: WireObject(options) } = self.data()?;
        let ClusterEventPacket { packet_type, data: WireEvent { event, args } } = packet;
        packet_type::ensure_event(packet_type)?;
        let flags = options.flags();
        let target = options.target(&self.namespace);
        Ok(self.into_message(target, Action::Emit { event, args, flags }))
    }

    fn decode_socket_operation(self) -> Result<DecodedMessage, Error> {
        let ClusterSocketOperation { opts: WireObject(options), rooms, close } = self.data()?;
        let mut target = options.target(&self.namespace);
        target.all = target.rooms.is_none();
        let rooms = || rooms.map(into_strings).ok_or_else(|| malformed("missing field `rooms`"));
        let action = match self.message_type {
            message_type::SOCKETS_JOIN => Action::Join { rooms: rooms()? },
            message_type::SOCKETS_LEAVE => Action::Leave { rooms: rooms()? },
            _ => Action::Disconnect {
                mode: if close.unwrap_or(false) {
                    DisconnectMode::CloseConnection
                } else {
                    DisconnectMode::LeaveNamespace
                },
            },
        };
        Ok(self.into_message(target, action))
    }

    fn into_message(self, target: Target, action: Action) -> DecodedMessage {
        DecodedMessage::Message { message: Message { target, action }, sender: self.uid, request: self.request }
    }

    fn into_response(self, kind: RequestKind) -> DecodedMessage {
        DecodedMessage::Response { kind, sender: self.uid, request: self.request }
    }

    fn into_presence(self, presence: Presence) -> DecodedMessage {
        DecodedMessage::Presence { presence, namespace: self.namespace, sender: self.uid }
    }
}
