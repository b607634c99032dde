use serde::Serialize;
use socketio_emitter::{
    Args, Binary, Date, Error, Message,
    message::{Numbers, Verb},
};

fn parse(json: &str) -> Result<Message, Error> {
    Message::from_json(json.as_bytes()).map(Message::from)
}

fn reserialized(json: &str) -> String {
    serde_json::to_string(&parse(json).unwrap()).unwrap()
}

/// The code, pointer, position and text of the error.
fn refusal(json: &str) -> (&'static str, String, Option<(usize, usize)>, String) {
    match parse(json) {
        Err(Error::Invalid(invalid)) => {
            let text = invalid.to_string();
            (invalid.code.as_str(), invalid.pointer, invalid.position, text)
        }
        other => panic!("not refused: {json}: {other:?}"),
    }
}

#[test]
fn json_form_of_every_action_is_parsed_and_serialized_unchanged() {
    for json in [
        r#"{"do":"emit","event":"tick","args":[],"namespace":"/"}"#,
        r#"{"do":"emit","event":"e","args":[{"z":1,"a":2.5},null,"x"],"namespace":"/admin","rooms":["a","b"],"except":["c"],"flags":{"volatile":true,"compress":false}}"#,
        r#"{"do":"emit","event":"b","args":[{"$binary":"AQL/"}],"namespace":"/"}"#,
        r#"{"do":"join","join":["vip"],"namespace":"/","rooms":["a"]}"#,
        r#"{"do":"leave","leave":["vip"],"namespace":"/","all":true}"#,
        r#"{"do":"disconnect","close":true,"namespace":"/","except":["a"],"all":true}"#,
        r#"{"do":"server-emit","event":"reload","args":[1],"namespace":"/"}"#,
    ] {
        assert_eq!(reserialized(json), json);
    }
}

#[test]
fn short_forms_are_parsed_as_the_full_form() {
    let full = r#"{"do":"emit","event":"e","args":[[1,2]],"namespace":"/x","rooms":["a"]}"#;
    assert_eq!(
        reserialized(r#"{"event":"e","data":[1,2],"namespace":"x","rooms":["a","a"],"seen":{"by":"tap"}}"#),
        full
    );
}

#[test]
fn invalid_json_is_refused_with_code_pointer_text_and_position() {
    for (json, code, pointer, text) in [
        ("", "json", "", "the input is empty"),
        ("[]", "message", "", "a message: a JSON object"),
        ("{\"event\": \"e\"", "json", "", "invalid JSON"),
        ("{\"event\": \"e\"} x", "json", "", "trailing"),
        (r#"{"args": []}"#, "missing-key", "", "is missing"),
        (r#"{"event": 5}"#, "message", "/event", "expected a string"),
        (r#"{"event": null}"#, "message", "/event", "expected a string"),
        (r#"{"event": "e", "args": 5}"#, "message", "/args", "a list of arguments"),
        (r#"{"event": "e", "args": [], "data": 1}"#, "args-and-data", "/data", "both set"),
        (r#"{"event": "e", "event": "f"}"#, "duplicate-key", "/event", "twice"),
        (r#"{"event": "e", "room": "a"}"#, "unknown-key", "/room", "did you mean \"rooms\"?"),
        (r#"{"event": "e", "rooms": "a"}"#, "message", "/rooms", "expected a sequence"),
        (r#"{"event": "e", "rooms": [5]}"#, "message", "/rooms/0", "expected a string"),
        (r#"{"event": "e", "rooms": []}"#, "empty-rooms", "/rooms", "empty"),
        (r#"{"event": "e", "rooms": ["a", ""]}"#, "empty-room", "/rooms/1", "no name"),
        (r#"{"event": "e", "namespace": ""}"#, "empty-namespace", "/namespace", "no name"),
        (r#"{"event": "e", "except": [""]}"#, "empty-room", "/except/0", "no name"),
        (r#"{"event": "e", "flags": {"volatil": true}}"#, "message", "/flags/volatil", "unknown field"),
        (r#"{"event": "e", "close": true}"#, "wrong-key", "/close", "does not apply to"),
        (r#"{"do": "shout", "event": "e"}"#, "message", "/do", "unknown variant"),
        (r#"{"event": ""}"#, "empty-event", "/event", "no name"),
        (r#"{"event": "disconnect"}"#, "reserved-event", "/event", "reserved"),
        (r#"{"event": "e", "args": [1, {"id": 9007199254740993}]}"#, "unsafe-integer", "/args/1/id", "as a string"),
        (r#"{"event": "e", "args": [{"__proto__": 1}]}"#, "proto-key", "/args/0/__proto__", "another name"),
        (r#"{"event": "e", "data": {"$binary": 1}}"#, "binary", "/data", "base64"),
        (r#"{"event": "e", "args": [{"$binary": "AQ=="}, {"_placeholder": true}]}"#, "placeholder", "/args", "rename"),
        (r#"{"do": "join", "join": ["vip"]}"#, "needs-all", "/rooms", "every socket"),
        (r#"{"do": "join", "join": [], "all": true}"#, "empty-rooms", "/join", "empty"),
        (r#"{"do": "leave", "leave": ["x"], "rooms": []}"#, "empty-rooms", "/rooms", "empty"),
        (r#"{"do": "disconnect"}"#, "needs-all", "/rooms", "every socket"),
        (r#"{"do": "disconnect", "rooms": ["a"], "all": true}"#, "all-and-rooms", "/all", "leave out one"),
        (r#"{"do": "server-emit", "event": "error"}"#, "reserved-event", "/event", "reserved"),
        (r#"{"do": "server-emit", "event": "x", "rooms": ["a"]}"#, "server-emit-rooms", "/rooms", "every server"),
    ] {
        let (actual_code, actual_pointer, position, actual_text) = refusal(json);
        assert_eq!((actual_code, actual_pointer.as_str()), (code, pointer), "{json}: {actual_text}");
        assert!(actual_text.contains(text), "{json}: {actual_text}");
        assert!(position.is_some(), "{json}: no position");
    }
}

#[test]
fn verb_of_the_caller_is_the_default_of_do() {
    for (verb, json, full) in [
        (Verb::Emit, r#"{"event":"e"}"#, r#"{"do":"emit","event":"e","args":[],"namespace":"/"}"#),
        (Verb::ServerEmit, r#"{"event":"e"}"#, r#"{"do":"server-emit","event":"e","args":[],"namespace":"/"}"#),
        (Verb::Join, r#"{"join":["a"],"all":true}"#, r#"{"do":"join","join":["a"],"namespace":"/","all":true}"#),
        (Verb::Leave, r#"{"leave":["a"],"all":true}"#, r#"{"do":"leave","leave":["a"],"namespace":"/","all":true}"#),
        (Verb::Disconnect, r#"{"all":true}"#, r#"{"do":"disconnect","close":false,"namespace":"/","all":true}"#),
        (Verb::Join, r#"{"do":"emit","event":"e"}"#, r#"{"do":"emit","event":"e","args":[],"namespace":"/"}"#),
    ] {
        let message = Message::from_json_as(json.as_bytes(), verb, Numbers::Exact).unwrap();
        assert_eq!(serde_json::to_string(&message).unwrap(), full);
        let packed = rmp_serde::to_vec(&serde_json::from_str::<serde_json::Value>(json).unwrap()).unwrap();
        assert_eq!(Message::from_msgpack_as(&packed, verb, Numbers::Exact).unwrap(), message);
    }
    let refusal_text = |json: &[u8], verb| Message::from_json_as(json, verb, Numbers::Exact).unwrap_err().to_string();
    assert!(
        refusal_text(br#"{"all": true, "event": "e"}"#, Verb::Disconnect)
            .contains(r#""do": "disconnect" (the default)"#)
    );
    assert!(refusal_text(br#"{"all": true}"#, Verb::Join).contains(r#""join" is missing"#));
    assert!(refusal_text(b"5", Verb::Leave).contains(r#"with "leave""#));
}

#[test]
fn position_counts_lines_and_columns_from_one() {
    let (_, _, position, text) = refusal("{\n  \"event\": \"e\",\n  \"rooms\": [5]\n}");
    assert_eq!(position, Some((3, 13)));
    assert!(text.ends_with("(line 3, column 13)"), "{text}");
    for (json, position) in [
        ("{\"event\":\n \"connect\"}", (2, 2)),
        ("{\"event\": \"e\", \"rooms\": [\"a\", \"\"]}", (1, 31)),
        ("{\"do\": \"disconnect\"}", (1, 1)),
    ] {
        assert_eq!(refusal(json).2, Some(position), "{json}");
    }
}

#[test]
fn messagepack_is_parsed_as_the_same_message_as_json() {
    #[derive(Serialize)]
    struct MsgpackMessageBody {
        event: &'static str,
        args: (u8, Binary<[u8; 2]>, Date, Vec<f64>),
        rooms: [&'static str; 1],
    }
    let body =
        MsgpackMessageBody { event: "e", args: (1, Binary([1, 2]), Date::from_unix_ms(1500), vec![1.5]), rooms: ["a"] };
    let packed = rmp_serde::to_vec_named(&body).unwrap();
    let message = Message::from_msgpack(&packed, Numbers::Exact).unwrap();
    let json = r#"{"event":"e","args":[1,{"$binary":"AQI="},1500,[1.5]],"rooms":["a"]}"#;
    assert_eq!(message, parse(json).unwrap());

    let date = [&b"\xd7\xff"[..], &((500_000_000_u64 << 34) | 1).to_be_bytes()].concat();
    assert_eq!(Args::from_msgpack(&date, Numbers::Exact).unwrap(), Args::new(&Date::from_unix_ms(1500)).unwrap());
    let keys = rmp_serde::to_vec(&std::collections::BTreeMap::from([(1, "x")])).unwrap();
    assert_eq!(serde_json::to_string(&Args::from_msgpack(&keys, Numbers::Exact).unwrap()).unwrap(), r#"[{"1":"x"}]"#);
}

#[test]
fn invalid_messagepack_is_refused_with_code_and_pointer() {
    let refusal = |bytes: &[u8]| match Message::from_msgpack(bytes, Numbers::Exact) {
        Err(Error::Invalid(invalid)) => (invalid.code.as_str(), invalid.pointer),
        other => panic!("not refused: {other:?}"),
    };
    let pack = |value: &serde_json::Value| rmp_serde::to_vec(value).unwrap();
    assert_eq!(refusal(b""), ("msgpack", String::new()));
    assert_eq!(refusal(b"\xc1"), ("msgpack", String::new()));
    assert_eq!(refusal(b"\x81\xa5event\xa1ex"), ("msgpack", String::new()), "a trailing byte");
    assert_eq!(refusal(&pack(&serde_json::json!({"event": "e", "rooms": [5]}))), ("message", "/rooms/0".into()));
    assert_eq!(refusal(&pack(&serde_json::json!({"do": "shout", "event": "e"}))), ("message", "/do".into()));
    assert_eq!(refusal(&pack(&serde_json::json!({"do": 5, "event": "e"}))), ("message", "/do".into()));
    let unsafe_integer = serde_json::json!({"event": "e", "args": [{"id": 1_u64 << 53}]});
    assert_eq!(refusal(&pack(&unsafe_integer)), ("unsafe-integer", "/args/0/id".into()));
    assert_eq!(refusal(&[&b"\x82\xa5event\xa1e\xa4data"[..], &[0x91; 5000], b"\xc0"].concat()).0, "too-deep");
    assert_eq!(
        refusal(b"\x82\xa5event\xa1e\xa4data\xdf\xff\xff\xff\xff").0,
        "msgpack",
        "a declared length beyond the input"
    );
}
