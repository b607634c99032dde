//! The sharded adapter, which has no official emitter: what servers publish is read, and what we publish says the same.

use serde::Deserialize;
use socketio_emitter::{Adapter, Args, Heard, Message, RoomChannels, Sharded};

use crate::capture::{Overheard, read_back};

#[derive(Deserialize)]
struct Captures<'a> {
    #[serde(borrow)]
    heard: Vec<Overheard<'a>>,
}

fn adapter(prefix: &str) -> Adapter {
    Adapter::Sharded(Sharded::default().prefix(prefix))
}

/// The channel of an event for this room.
fn channel(mode: Option<RoomChannels>, room: &str) -> String {
    let sharded = mode.map_or_else(Sharded::default, |mode| Sharded::default().room_channels(mode));
    let mut message = Message::emit("e", Args::default());
    message.target.to([room.to_owned()]);
    let command = Adapter::Sharded(sharded).encode(&message).unwrap();
    assert_eq!(command.name(), "SPUBLISH");
    command.channel().to_owned()
}

#[test]
fn what_servers_publish_is_read_and_what_we_publish_says_the_same() {
    let captures: Captures<'_> = serde_json::from_str(include_str!("sharded.json")).unwrap();
    assert_eq!(captures.heard.len(), 29);
    for capture in &captures.heard {
        let adapter = adapter(&capture.prefix);
        if let Heard::Message { message, .. } = capture.hear(&adapter) {
            read_back(&capture.name, &adapter, &message);
        }
    }
}

#[test]
fn an_event_for_one_room_goes_where_the_servers_would_publish_it() {
    let (main, r1) = ("socket.io#/#", "socket.io#/#r1#");
    // Ten letters, twenty UTF-16 units.
    let (id, long) = ("xxxxxxxxxxxxxxxxxxxx", "😀".repeat(10));
    assert_eq!([r1, id].map(|_| channel(None, "r1")), [main, main]);
    for room in [id, &long] {
        assert_eq!(channel(Some(RoomChannels::Dynamic), room), main);
        assert_eq!(channel(Some(RoomChannels::DynamicPrivate), room), format!("socket.io#/#{room}#"));
    }
    assert_eq!(channel(Some(RoomChannels::Dynamic), "r1"), r1);
    assert_eq!(channel(Some(RoomChannels::Dynamic), &"é".repeat(10)), format!("socket.io#/#{}#", "é".repeat(10)));
}

#[test]
fn whatever_is_not_an_event_for_one_room_goes_to_every_server() {
    let adapter = Adapter::Sharded(Sharded::default().room_channels(RoomChannels::DynamicPrivate));
    for json in [
        r#"{"event": "e"}"#,
        r#"{"event": "e", "rooms": ["r1", "r2"]}"#,
        r#"{"do": "join", "join": ["x"], "rooms": ["r1"]}"#,
        r#"{"do": "leave", "leave": ["x"], "rooms": ["r1"]}"#,
        r#"{"do": "disconnect", "rooms": ["r1"]}"#,
        r#"{"do": "server-emit", "event": "e"}"#,
    ] {
        let message = Message::from_json(json.as_bytes()).unwrap();
        assert_eq!(adapter.encode(&message).unwrap().channel(), "socket.io#/#", "{json}");
    }
}

#[test]
fn rooms_that_are_numbers_and_parts_left_out_are_read() {
    let whole = r#"{"type":3,"data":{"packet":{"type":2,"data":["e"]},"opts":{"rooms":[5,"x"]}},"uid":"a","nsp":"/"}"#;
    match adapter("socket.io").decode(&("socket.io#/#", whole).into()).unwrap() {
        Heard::Message { message, .. } => assert_eq!(message.target.rooms.unwrap(), ["5", "x"]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_no_server_could_read_is_malformed_and_never_a_panic() {
    let adapter = adapter("socket.io");
    let good = adapter.encode(&Message::emit("e", Args::new(&("x", [1, 2])).unwrap())).unwrap();
    let good = good.payload();
    let mut bad: Vec<Vec<u8>> = (0..good.len()).map(|cut| good[..cut].to_vec()).collect();
    bad.push([good, b"x"].concat());
    for text in [
        "",
        "{}",
        "[3,{},\"a\",\"/\"]",
        r#"{"type":3,"uid":"a","nsp":"/"}"#,
        r#"{"type":"3","data":{"packet":{"type":2,"data":["e"]},"opts":{}},"nsp":"/"}"#,
        r#"{"type":3,"data":{"packet":{"type":2,"data":["e"]}},"nsp":"/"}"#,
        r#"{"type":3,"data":{"packet":[2,["e"]],"opts":{}},"nsp":"/"}"#,
        r#"{"type":3,"data":{"packet":{"type":2,"data":["e"]},"opts":[]},"nsp":"/"}"#,
        r#"{"type":3,"data":{"packet":{"type":2,"data":["e"]},"opts":{}}}"#,
        r#"{"type":3,"data":{"packet":{"type":2,"data":["e"]},"opts":{}},"nsp":"/other"}"#,
        r#"{"type":4,"data":{"opts":{}},"nsp":"/"}"#,
        r#"{"type":9,"data":{},"nsp":"/"}"#,
        r#"{"type":9,"data":{"packet":[]},"nsp":"/"}"#,
        r#"{"type":14,"data":{},"nsp":"/"}"#,
    ] {
        bad.push(text.as_bytes().to_vec());
    }
    bad.push([br#"{"type":9,"nsp":"/","data":"#.as_slice(), &[b'['; 100_000]].concat());
    bad.push([b"\x83\xa4type\x09\xa3nsp\xa1/\xa4data".as_slice(), &[0x91; 100_000]].concat());
    // An array that says it has four thousand million values.
    bad.push(b"\x83\xa4type\x09\xa3nsp\xa1/\xa4data\x81\xa6packet\xdd\xff\xff\xff\xff\xa1e".to_vec());
    for (at, payload) in bad.iter().enumerate() {
        let read = adapter.decode(&("socket.io#/#", payload).into());
        assert_eq!(read.unwrap_err().code(), "malformed", "{at}");
    }
    for channel in ["", "socket.io", "socket.io#/", "other#/#", "socket.io#/other#", "socket.io#/#room"] {
        assert_eq!(adapter.decode(&(channel, good).into()).unwrap_err().code(), "malformed", "{channel}");
    }
}
