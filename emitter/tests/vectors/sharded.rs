use socketio_emitter::{
    Adapter, Args, Message,
    adapter::{DecodedMessage, RoomChannels, Sharded},
};

use crate::capture::{CaptureFile, check_round_trip, truncations};

fn adapter() -> Adapter {
    Adapter::Sharded(Sharded::default())
}

/// The channel on which an event for this room is published.
fn channel_of_event(mode: Option<RoomChannels>, room: &str) -> String {
    let sharded = mode.map_or_else(Sharded::default, |mode| Sharded::default().room_channels(mode));
    let mut message = Message::emit("e", Args::default());
    message.target.to([room.to_owned()]);
    let command = Adapter::Sharded(sharded).encode(&message).unwrap();
    assert_eq!(command.name(), "SPUBLISH");
    command.channel().to_owned()
}

#[test]
fn messages_of_servers_are_decoded_and_encoded_with_the_same_meaning() {
    let captures = CaptureFile::load("sharded.json").servers;
    assert_eq!(captures.len(), 29);
    let mut messages = 0;
    for capture in &captures {
        if let DecodedMessage::Message { message, .. } = capture.check_decoded() {
            check_round_trip(&capture.name, &capture.adapter(), &message);
            messages += 1;
        }
    }
    assert_eq!(messages, 23);
}

#[test]
fn event_for_one_room_is_published_where_servers_with_this_mode_publish_it() {
    let (main, r1) = ("socket.io#/#", "socket.io#/#r1#");
    // A room name of 20 UTF-16 units counts as the id of a socket. Ten emoji are 20 units.
    let (id, emoji) = ("xxxxxxxxxxxxxxxxxxxx", "😀".repeat(10));
    for room in ["r1", id] {
        assert_eq!(channel_of_event(None, room), main);
    }
    for room in [id, &emoji] {
        assert_eq!(channel_of_event(Some(RoomChannels::Dynamic), room), main);
        assert_eq!(channel_of_event(Some(RoomChannels::DynamicPrivate), room), format!("socket.io#/#{room}#"));
    }
    assert_eq!(channel_of_event(Some(RoomChannels::Dynamic), "r1"), r1);
    assert_eq!(
        channel_of_event(Some(RoomChannels::Dynamic), &"é".repeat(10)),
        format!("socket.io#/#{}#", "é".repeat(10))
    );
}

#[test]
fn other_messages_are_published_on_the_main_channel() {
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
fn numeric_rooms_and_missing_optional_keys_are_decoded() {
    let json = r#"{"type":3,"data":{"packet":{"type":2,"data":["e"]},"opts":{"rooms":[5,"x"]}},"uid":"a","nsp":"/"}"#;
    match adapter().decode(&("socket.io#/#", json).into()).unwrap() {
        DecodedMessage::Message { message, .. } => assert_eq!(message.target.rooms.unwrap(), ["5", "x"]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn invalid_payloads_and_channels_are_malformed() {
    let adapter = adapter();
    let valid = adapter.encode(&Message::emit("e", Args::new(&("x", [1, 2])).unwrap())).unwrap();
    let valid = valid.payload();
    let mut invalid: Vec<Vec<u8>> = truncations(valid).collect();
    invalid.push([valid, b"x"].concat());
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
        invalid.push(text.as_bytes().to_vec());
    }
    invalid.push([br#"{"type":9,"nsp":"/","data":"#.as_slice(), &[b'['; 100_000]].concat());
    invalid.push([b"\x83\xa4type\x09\xa3nsp\xa1/\xa4data".as_slice(), &[0x91; 100_000]].concat());
    // An array with a declared length of 2^32 - 1.
    invalid.push(b"\x83\xa4type\x09\xa3nsp\xa1/\xa4data\x81\xa6packet\xdd\xff\xff\xff\xff\xa1e".to_vec());
    for (at, payload) in invalid.iter().enumerate() {
        let error = adapter.decode(&("socket.io#/#", payload).into()).unwrap_err();
        assert_eq!(error.code(), "malformed", "{at}");
    }
    for channel in ["", "socket.io", "socket.io#/", "other#/#", "socket.io#/other#", "socket.io#/#room"] {
        assert_eq!(adapter.decode(&(channel, valid).into()).unwrap_err().code(), "malformed", "{channel}");
    }
}
