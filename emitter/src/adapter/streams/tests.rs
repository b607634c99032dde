//! Questions and their answers.

use super::*;
use crate::{
    adapter::{DecodedMessage, ReplyBody, RequestKind},
    message::{Args, Target},
};

fn ids() -> RequestIds {
    RequestIds { asker: "00112233aabbccdd".to_owned(), request: "ffeeddcc44556677".to_owned() }
}

/// What servers hear if they are asked.
fn heard(streams: &Streams, asked: &RequestBody) -> (DecodedMessage, SubscriptionTarget) {
    let EncodedRequest { command, responses: listen } = streams.encode_request(asked, &ids()).unwrap();
    (streams.decode(&command.frame()).unwrap(), listen)
}

fn entry<'a>(kind: &'a str, data: &'a str) -> Frame<'a> {
    let fields = [("uid", "server"), ("nsp", "/"), ("type", kind), ("data", data)];
    Frame::Entry { stream: "socket.io", fields: fields.map(|(name, value)| (name, value.as_bytes())).to_vec() }
}

#[test]
fn from_0_3_questions_and_answers_are_published() {
    let admin = Target { namespace: "/admin".to_owned(), ..Target::default() };
    let channel = "socket.io#/admin#00112233aabbccdd#".to_owned();
    let streams = Streams::default();
    for asked in
        [&RequestBody::Sockets(admin.clone()), &RequestBody::Rooms(admin.clone()), &RequestBody::Servers(admin.clone())]
    {
        let (heard, listen) = heard(&streams, asked);
        let DecodedMessage::Request { kind, target, sender, request } = heard else { panic!("{heard:?}") };
        assert_eq!((kind, target.namespace.as_str()), (RequestKind::FetchSockets, "/admin"));
        assert_eq!((sender, request), (Some(ids().asker), Some(ids().request)));
        assert_eq!(listen, SubscriptionTarget::Channels(vec![channel.clone()]));
        let nobody = matches!(asked, RequestBody::Servers(_)).then(|| vec![ids().request]);
        assert_eq!(target.rooms, nobody);
    }
    let sharded = Streams { sharded_pub_sub: true, ..streams };
    assert_eq!(heard(&sharded, &RequestBody::Rooms(admin.clone())).1, SubscriptionTarget::ShardChannel(channel));
}

#[test]
fn before_0_3_whoever_asks_signs_as_an_emitter_in_the_stream() {
    let streams = Streams::default().before_0_3();
    let event = Message::emit("e", Args::default());
    let asked = [
        &RequestBody::Sockets(event.target.clone()),
        &RequestBody::Servers(event.target.clone()),
        &RequestBody::Acks(event.clone().check().unwrap()),
    ];
    for asked in asked {
        let (heard, listen) = heard(&streams, asked);
        let (DecodedMessage::Request { sender, request, .. } | DecodedMessage::Message { sender, request, .. }) = heard
        else {
            panic!("{heard:?}")
        };
        assert_eq!((sender.as_deref(), request), (Some("emitter"), Some(ids().request)));
        assert_eq!(listen, SubscriptionTarget::Stream("socket.io".to_owned()));
    }
}

#[test]
fn a_stream_is_asked_whether_servers_read_it() {
    let EncodedRequest { command, responses: listen } = Streams::default().probe("socket.io-4", "/admin", &ids());
    assert_eq!((command.name(), command.channel()), ("XADD", "socket.io-4"));
    assert_eq!(listen, SubscriptionTarget::Channels(vec!["socket.io#/admin#00112233aabbccdd#".to_owned()]));
    let heard = Streams::default().decode(&command.frame()).unwrap();
    let DecodedMessage::Request { target, sender, .. } = heard else { panic!("{heard:?}") };
    assert_eq!((target.namespace.as_str(), target.rooms), ("/admin", Some(vec![ids().request])));
    assert_eq!(sender, Some(ids().asker));
}

#[test]
fn in_a_stream_only_what_answers_us_is_an_answer() {
    let streams = Streams::default().before_0_3();
    let reply = |frame| streams.read_reply(&frame, &ids(), SocketDetail::Plain);
    let answer = reply(entry("11", r#"{"requestId":"ffeeddcc44556677","clientCount":2}"#)).unwrap().unwrap();
    assert_eq!((answer.server.as_deref(), answer.body), (Some("server"), ReplyBody::Clients(2)));
    for other in [
        entry("11", r#"{"requestId":"someone else's","clientCount":2}"#),
        entry("7", r#"{"opts":{},"requestId":"ffeeddcc44556677"}"#),
        entry("3", "neither JSON nor base64"),
        entry("2", ""),
        Frame::Entry { stream: "socket.io", fields: Vec::new() },
    ] {
        assert_eq!(reply(other).unwrap(), None);
    }
    let broken = reply(entry("11", r#"{"requestId":"ffeeddcc44556677","clientCount":-2}"#));
    assert_eq!(broken.unwrap_err().code(), "malformed");
}

#[test]
fn where_nobody_reads_a_stream_events_are_published() {
    let event = Message::emit("e", Args::default());
    let command = Streams::default().with_stream_choice(StreamChoice::NoStream).encode(&event).unwrap();
    assert_eq!((command.name(), command.channel()), ("PUBLISH", "socket.io#/#"));
    let command = Streams::default().with_stream_choice(StreamChoice::Among(vec![0, 1])).encode(&event).unwrap();
    assert_eq!((command.name(), command.channel()), ("XADD", "socket.io-1"));
}
