use serde_json::{Value, json};

/// A message to a cluster and its expected effect.
#[derive(Debug)]
pub struct ClusterOperation {
    /// The name used in tables.
    pub name: &'static str,
    /// The message's JSON form. `%` in a list of rooms stands for the socket id of the client `1-r1`.
    pub message: Value,
    /// The effect if the message is not refused.
    pub effect: ExpectedEffect,
}

/// The effect of an operation on clients and servers.
#[derive(Debug)]
pub enum ExpectedEffect {
    /// These clients receive the event with these arguments.
    Event(ClientSelection, Value),
    /// Exactly these clients are in the room.
    RoomMembers(&'static str, ClientSelection),
    /// These clients are disconnected.
    Disconnected(ClientSelection),
    /// Every server receives the server-side event with these arguments.
    ServerEvent(Value),
}

/// Clients of an [`OperationRunner`](crate::OperationRunner). Each is called by its server's number and its own name,
/// such as `1-r1`.
#[derive(Debug, Clone, Copy)]
pub enum ClientSelection {
    /// The clients of these names, on both servers.
    Both(&'static [&'static str]),
    /// Only the client `1-r1`.
    One,
    /// All clients on `/` except `1-r1`.
    AllButOne,
}

impl ClientSelection {
    /// The full names of the clients.
    pub fn names(self) -> Vec<String> {
        let both = |names: &[&str]| -> Vec<String> {
            ["1", "2"].iter().flat_map(|server| names.iter().map(move |name| format!("{server}-{name}"))).collect()
        };
        match self {
            Self::Both(names) => both(names),
            Self::One => vec!["1-r1".to_owned()],
            Self::AllButOne => both(ALL).into_iter().filter(|name| name != "1-r1").collect(),
        }
    }
}

/// The clients on `/`.
const ALL: &[&str] = &["none", "r1", "r2"];

/// Every operation. Run in this order, no operation invalidates the expectation of a later one.
pub fn all_operations() -> Vec<ClusterOperation> {
    let event = |name, message: Value, who| {
        let args = message["args"].clone();
        ClusterOperation { name, message, effect: ExpectedEffect::Event(who, args) }
    };
    let command = |name, message, effect| ClusterOperation { name, message, effect };
    let both = ClientSelection::Both;
    let note = json!([{"n": 1.5, "é": ["ü"]}]);
    let bytes = json!([{"img": {"$binary": "AQL/"}}, {"$binary": "AA=="}]);
    vec![
        event("emit to all", json!({"event": "e", "args": note}), both(ALL)),
        event("emit without arguments", json!({"event": "e", "args": []}), both(ALL)),
        event("emit several arguments", json!({"event": "e", "args": [{"n": 1.5}, "é", [1], null]}), both(ALL)),
        event("emit to one room", json!({"event": "e", "args": note, "rooms": ["r1"]}), both(&["r1"])),
        event("emit to several rooms", json!({"event": "e", "args": note, "rooms": ["r1", "r2"]}), both(&["r1", "r2"])),
        event("emit to a socket", json!({"event": "e", "args": note, "rooms": ["%"]}), ClientSelection::One),
        event("emit to all but a room", json!({"event": "e", "args": note, "except": ["r1"]}), both(&["none", "r2"])),
        event(
            "emit to all but a socket",
            json!({"event": "e", "args": note, "except": ["%"]}),
            ClientSelection::AllButOne,
        ),
        event("emit on a namespace", json!({"event": "e", "args": note, "namespace": "/admin"}), both(&["admin"])),
        event("emit, volatile", json!({"event": "e", "args": note, "flags": {"volatile": true}}), both(ALL)),
        event("emit, uncompressed", json!({"event": "e", "args": note, "flags": {"compress": false}}), both(ALL)),
        event("emit with binary", json!({"event": "e", "args": bytes}), both(ALL)),
        event("emit binary to a room", json!({"event": "e", "args": bytes, "rooms": ["r2"]}), both(&["r2"])),
        command(
            "join",
            json!({"do": "join", "join": ["x"], "rooms": ["r1"]}),
            ExpectedEffect::RoomMembers("x", both(&["r1"])),
        ),
        command(
            "join, all but a room",
            json!({"do": "join", "join": ["y", "z"], "except": ["r1"], "all": true}),
            ExpectedEffect::RoomMembers("y", both(&["none", "r2"])),
        ),
        command(
            "leave",
            json!({"do": "leave", "leave": ["y"], "rooms": ["r2"]}),
            ExpectedEffect::RoomMembers("y", both(&["none"])),
        ),
        command(
            "join, one socket",
            json!({"do": "join", "join": ["w"], "rooms": ["%"]}),
            ExpectedEffect::RoomMembers("w", ClientSelection::One),
        ),
        command(
            "leave, one socket",
            json!({"do": "leave", "leave": ["w"], "rooms": ["%"]}),
            ExpectedEffect::RoomMembers("w", both(&[])),
        ),
        command(
            "server-side emit",
            json!({"do": "server-emit", "event": "reload", "args": note}),
            ExpectedEffect::ServerEvent(note),
        ),
        command(
            "disconnect, one socket",
            json!({"do": "disconnect", "rooms": ["%"]}),
            ExpectedEffect::Disconnected(ClientSelection::One),
        ),
        command(
            "disconnect",
            json!({"do": "disconnect", "rooms": ["r1"]}),
            ExpectedEffect::Disconnected(both(&["r1"])),
        ),
        command(
            "disconnect and close, all",
            json!({"do": "disconnect", "close": true, "all": true}),
            ExpectedEffect::Disconnected(both(ALL)),
        ),
    ]
}

/// The arguments of `sio` that send this message.
pub(crate) fn sio_arguments(message: &Value) -> Vec<String> {
    let list = |key: &str| message[key].as_array().cloned().unwrap_or_default();
    let texts = |key: &str| list(key).iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    let command = message["do"].as_str().unwrap_or("emit");
    let mut args = vec![command.to_owned()];
    args.extend(message["event"].as_str().map(str::to_owned));
    args.extend(texts("join").into_iter().chain(texts("leave")));
    args.extend(list("args").iter().map(Value::to_string));
    for (key, flag) in [("rooms", "--to"), ("except", "--except")] {
        // A socket id may begin with a dash.
        args.extend(texts(key).into_iter().map(|room| format!("{flag}={room}")));
    }
    if let Some(namespace) = message["namespace"].as_str() {
        args.extend(["-n".to_owned(), namespace.to_owned()]);
    }
    let flags = [
        (message["all"] == true, "--all"),
        (message["close"] == true, "--close"),
        (message["flags"]["volatile"] == true, "--volatile"),
        (message["flags"]["compress"] == false, "--no-compress"),
    ];
    args.extend(flags.iter().filter(|(set, _)| *set).map(|(_, flag)| (*flag).to_owned()));
    args
}
