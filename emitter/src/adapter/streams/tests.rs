//! Requests and replies.

use super::*;
use crate::{
    adapter::{ReplyBody, RequestKind},
    message::{Args, Target},
};

fn ids() -> RequestIds {
    RequestIds { requester: "00112233aabbccdd".to_owned(), request: "ffeeddcc44556677".to_owned() }
}

/// A request as servers decode it, and where they respond.
fn decode_request(streams: &Streams, body: &RequestBody) -> (DecodedMessage, SubscriptionTarget) {
    let EncodedRequest { command, responses } = streams.encode_request(body, &ids()).unwrap();
    (streams.decode(&command.frame()).unwrap(), responses)
}

fn entry<'a>(message_type: &'a str, data: &'a str) -> Frame<'a> {
    let fields = [("uid", "server"), ("nsp", "/"), ("type", message_type), ("data", data)];
    Frame::Entry { stream: "socket.io", fields: fields.map(|(name, value)| (name, value.as_bytes())).to_vec() }
}

#[test]
fn requests_and_responses_are_published_from_0_3_on() {
    let admin = Target { namespace: "/admin".to_owned(), ..Target::default() };
    let channel = "socket.io#/admin#00112233aabbccdd#".to_owned();
    let streams = Streams::default();
    for body in
        [&RequestBody::Sockets(admin.clone()), &RequestBody::Rooms(admin.clone()), &RequestBody::Servers(admin.clone())]
    {
        let (decoded, responses) = decode_request(&streams, body);
        let DecodedMessage::Request { kind, target, sender, request } = decoded else { panic!("{decoded:?}") };
        assert_eq!((kind, target.namespace.as_str()), (RequestKind::FetchSockets, "/admin"));
        assert_eq!((sender, request), (Some(ids().requester), Some(ids().request)));
        assert_eq!(responses, SubscriptionTarget::Channels(vec![channel.clone()]));
        let empty_room = matches!(body, RequestBody::Servers(_)).then(|| vec![ids().request]);
        assert_eq!(target.rooms, empty_room);
    }
    let sharded = Streams { sharded_pub_sub: true, ..streams };
    let (_, responses) = decode_request(&sharded, &RequestBody::Rooms(admin));
    assert_eq!(responses, SubscriptionTarget::ShardChannel(channel));
}

#[test]
fn requesters_use_the_emitters_sender_id_and_the_stream_before_0_3() {
    let streams = Streams::default().before_0_3();
    let event = Message::emit("e", Args::default());
    let bodies = [
        &RequestBody::Sockets(event.target.clone()),
        &RequestBody::Servers(event.target.clone()),
        &RequestBody::Acks(event.check().unwrap()),
    ];
    for body in bodies {
        let (decoded, responses) = decode_request(&streams, body);
        let (DecodedMessage::Request { sender, request, .. } | DecodedMessage::Message { sender, request, .. }) =
            decoded
        else {
            panic!("{decoded:?}")
        };
        assert_eq!((sender.as_deref(), request), (Some("emitter"), Some(ids().request)));
        assert_eq!(responses, SubscriptionTarget::Stream("socket.io".to_owned()));
    }
}

#[test]
fn stream_ping_is_appended_to_the_stream_and_answered_on_the_channel() {
    let EncodedRequest { command, responses } = Streams::default().encode_stream_ping("socket.io-4", "/admin", &ids());
    assert_eq!((command.name(), command.channel()), ("XADD", "socket.io-4"));
    assert_eq!(responses, SubscriptionTarget::Channels(vec!["socket.io#/admin#00112233aabbccdd#".to_owned()]));
    let decoded = Streams::default().decode(&command.frame()).unwrap();
    let DecodedMessage::Request { target, sender, .. } = decoded else { panic!("{decoded:?}") };
    assert_eq!((target.namespace.as_str(), target.rooms), ("/admin", Some(vec![ids().request])));
    assert_eq!(sender, Some(ids().requester));
}

#[test]
fn entries_that_are_not_replies_to_the_request_are_ignored() {
    let streams = Streams::default().before_0_3();
    let read_reply = |frame| streams.read_reply(&frame, &ids(), SocketDetail::Plain);
    let reply = read_reply(entry("11", r#"{"requestId":"ffeeddcc44556677","clientCount":2}"#)).unwrap().unwrap();
    assert_eq!((reply.server.as_deref(), reply.body), (Some("server"), ReplyBody::Clients(2)));
    for other in [
        entry("11", r#"{"requestId":"someone else's","clientCount":2}"#),
        entry("7", r#"{"opts":{},"requestId":"ffeeddcc44556677"}"#),
        entry("3", "neither JSON nor base64"),
        entry("2", ""),
        Frame::Entry { stream: "socket.io", fields: Vec::new() },
    ] {
        assert_eq!(read_reply(other).unwrap(), None);
    }
    let malformed = read_reply(entry("11", r#"{"requestId":"ffeeddcc44556677","clientCount":-2}"#));
    assert_eq!(malformed.unwrap_err().code(), "malformed");
}

#[test]
fn events_are_published_if_servers_read_no_stream() {
    let event = Message::emit("e", Args::default());
    let command = Streams::default().with_stream_choice(StreamChoice::NoStream).encode(&event).unwrap();
    assert_eq!((command.name(), command.channel()), ("PUBLISH", "socket.io#/#"));
    let command = Streams::default().with_stream_choice(StreamChoice::Among(vec![0, 1])).encode(&event).unwrap();
    assert_eq!((command.name(), command.channel()), ("XADD", "socket.io-1"));
}
