//! The crate's encoding compared with that of the official emitter. Both are decoded by notepack.io, which servers use.

use serde_json::{Value, json};
use socketio_emitter::{Adapter, Args, Message, adapter::Classic, message::Numbers};
use socketio_interop::JsonProcess;

fn messages() -> Vec<Value> {
    let safe = (1_u64 << 53) - 1;
    let integers = [0, 1, 31, 32, 127, 128, 255, 256, 65535, 65536, u64::from(u32::MAX), 1 << 32, safe];
    let negative: Vec<i64> = integers.iter().map(|n| -(*n as i64)).collect();
    let floats = [0.5, -0.5, 5e-324, 0.1, 123456.789, -2.2250738585072014e-308];
    let text = |n: usize| "x".repeat(n);
    let list = |n: usize| vec![json!(1); n];
    let map = |n: usize| (0..n).map(|i| (format!("k{i}"), json!(i))).collect::<serde_json::Map<_, _>>();
    let binary = |n: usize| {
        use base64::{Engine, engine::general_purpose::STANDARD};
        json!({"$binary": STANDARD.encode(vec![7; n])})
    };
    let lengths = [0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536];
    let mut args = vec![
        json!([]),
        json!([null, true, false, "", [], {}]),
        json!(integers),
        json!(negative),
        json!(floats),
        json!(["é", "€", "😀", "\u{0}\u{1f}\u{7f}\u{2028}", "\u{10ffff}"]),
        json!([{"a": {"b": [1, {"c": null}], "d": {}}, "e": []}, {"": ""}, {"$binary": "x", "more": 1}]),
        json!([{"_placeholder": true, "num": 0}]),
        json!([{"img": {"$binary": "AA=="}, "l": [{"$binary": ""}]}]),
    ];
    for n in lengths {
        args.extend([json!([text(n)]), json!([list(n)]), json!([map(n)]), json!([binary(n)]), json!(list(n))]);
    }
    let mut messages: Vec<Value> = args.into_iter().map(|args| json!({"event": "e", "args": args})).collect();
    let targets = [
        json!({"rooms": ["r1"]}),
        json!({"rooms": ["r1", "r2"], "except": ["a", "salle é#1"]}),
        json!({"namespace": "/admin", "rooms": ["x".repeat(300)]}),
        json!({"namespace": "/a?b=1&c=%20#x"}),
        json!({"flags": {"volatile": true, "compress": true}}),
        json!({"flags": {"compress": false}, "except": (0..20).map(|n| n.to_string()).collect::<Vec<_>>()}),
    ];
    for target in targets {
        let mut message = json!({"event": "évènement", "args": [1]});
        message.as_object_mut().unwrap().extend(target.as_object().unwrap().clone());
        messages.push(message);
    }
    messages
}

#[test]
fn encoded_bytes_equal_those_of_the_official_emitter() {
    let mut official = JsonProcess::start("official-emitter.js");
    let mut notepack = JsonProcess::start("decode-notepack.js");
    let adapter = Adapter::Classic(Classic::default());
    let (mut same_bytes, all) = (0, messages());
    for message in &all {
        let ours = Message::from_json_with(message.to_string().as_bytes(), Numbers::Exact).unwrap();
        let ours = serde_json::to_value(adapter.encode(&ours).unwrap()).unwrap();
        let mut request = message.clone();
        request["capture"] = json!(true);
        let theirs = official.ask(request);
        assert_eq!(ours[1], theirs["channel"], "{message}");
        same_bytes += usize::from(ours[2] == theirs["payload"]);
        let mut decode = |payload: &Value| notepack.ask(json!({"payload": payload}));
        let (ours, theirs) = (decode(&ours[2]), decode(&theirs["payload"]));
        assert!(ours["value"].is_array(), "{message}: {ours}");
        assert_eq!(ours["value"], theirs["value"], "{message}");
    }
    assert_eq!(same_bytes, all.len());
}

#[test]
fn large_floats_are_encoded_exactly_unlike_by_the_official_emitter() {
    let mut official = JsonProcess::start("official-emitter.js");
    let mut notepack = JsonProcess::start("decode-notepack.js");
    let adapter = Adapter::Classic(Classic::default());
    for float in [1e21, 1.5e300, -1.7976931348623157e308] {
        let message = json!({"event": "e", "args": [float], "capture": true});
        let ours = Message::emit("e", Args::new(&float).unwrap());
        let ours = serde_json::to_value(adapter.encode(&ours).unwrap()).unwrap();
        let ours = notepack.ask(json!({"payload": ours[2]}));
        assert_eq!(ours["value"][1]["data"][1], json!(float));
        let theirs = official.ask(message);
        let theirs = notepack.ask(json!({"payload": theirs["payload"]}));
        assert_ne!(
            theirs["value"][1]["data"][1],
            json!(float),
            "the official emitter now encodes {float} exactly: update the documentation"
        );
    }
}
