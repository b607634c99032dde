//! Events for clients in MessagePack: the array `[sender, packet, options]`, or a request of type BROADCAST if
//! acknowledgements are requested.

use serde::Deserialize;

use super::request_type::BROADCAST;
use crate::{
    adapter::{
        DecodedMessage, RequestIds,
        broadcast_options::{BroadcastOptions, write_broadcast_options},
        packet_type::{self, EVENT},
        payload_reader::read_msgpack,
    },
    base::Error,
    message::{Action, Args, Message, WireEvent, msgpack},
};

/// Encodes an event without acknowledgements.
pub(super) fn encode_broadcast(sender: &str, packet_type: u8, message: &Message) -> Vec<u8> {
    let target = &message.target;
    let rooms = target.rooms.as_deref().unwrap_or_default();
    let (event, args) = message.action.event();
    let names = rooms.iter().chain(&target.except).map(|room| room.len() + 5).sum::<usize>();
    let mut out = Vec::with_capacity(96 + event.len() + args.as_msgpack().len() + names);
    msgpack::array(&mut out, 3);
    msgpack::str(&mut out, sender);
    write_packet(&mut out, packet_type, &target.namespace, event, args);
    write_broadcast_options(&mut out, rooms, &target.except, message.action.flags());
    out
}

/// Encodes an event as a request: servers collect acknowledgements only for requests.
pub(super) fn encode_broadcast_with_ack(message: &Message, ids: &RequestIds) -> Vec<u8> {
    let target = &message.target;
    let (event, args) = message.action.event();
    let mut out = Vec::with_capacity(160 + event.len() + args.as_msgpack().len());
    msgpack::map(&mut out, 5);
    for (key, id) in [("uid", &ids.requester), ("requestId", &ids.request)] {
        msgpack::str(&mut out, key);
        msgpack::str(&mut out, id);
    }
    msgpack::str(&mut out, "type");
    msgpack::uint(&mut out, BROADCAST.into());
    msgpack::str(&mut out, "packet");
    write_packet(&mut out, EVENT, &target.namespace, event, args);
    msgpack::str(&mut out, "opts");
    let rooms = target.rooms.as_deref().unwrap_or_default();
    write_broadcast_options(&mut out, rooms, &target.except, message.action.flags());
    out
}

fn write_packet(out: &mut Vec<u8>, packet_type: u8, namespace: &str, event: &str, args: &Args) {
    msgpack::map(out, 3);
    msgpack::str(out, "type");
    msgpack::uint(out, packet_type.into());
    msgpack::str(out, "data");
    msgpack::array(out, 1 + args.len());
    msgpack::str(out, event);
    out.extend_from_slice(args.as_msgpack());
    msgpack::str(out, "nsp");
    msgpack::str(out, namespace);
}

/// Decodes an event without acknowledgements.
pub(super) fn decode_broadcast(payload: &[u8]) -> Result<DecodedMessage, Error> {
    let ClassicBroadcast(sender, packet, options) = read_msgpack(payload)?;
    packet.decode(options, sender, None)
}

#[derive(Deserialize)]
#[serde(expecting = "an array of sender, packet and options")]
struct ClassicBroadcast(Option<String>, ClassicPacket, BroadcastOptions);

#[derive(Deserialize)]
#[serde(expecting = "a packet")]
pub(super) struct ClassicPacket {
    #[serde(rename = "type")]
    packet_type: u8,
    data: WireEvent,
    nsp: Option<String>,
}

impl ClassicPacket {
    pub(super) fn decode(
        self,
        options: BroadcastOptions,
        sender: Option<String>,
        request: Option<String>,
    ) -> Result<DecodedMessage, Error> {
        let Self { packet_type, data: WireEvent { event, args }, nsp } = self;
        packet_type::ensure_event(packet_type)?;
        let flags = options.flags();
        let target = options.target(nsp.as_deref().unwrap_or("/"));
        let message = Message { target, action: Action::Emit { event, args, flags } };
        Ok(DecodedMessage::Message { message, sender, request })
    }
}
