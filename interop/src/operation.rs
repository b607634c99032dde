use serde_json::{Value, json};

/// Something to be said to a cluster, and what it is to bring about.
#[derive(Debug)]
pub struct Operation {
    /// Its name in tables.
    pub name: &'static str,
    /// The message's JSON form; `%` in a list of rooms stands for the id of the client `1-r1`.
    pub message: Value,
    /// What becomes of it, where it is not refused.
    pub effect: Effect,
}

/// What an operation is to bring about.
#[derive(Debug)]
pub enum Effect {
    /// These clients receive the event, with these arguments.
    Event(Who, Value),
    /// These clients are in this room then.
    InRoom(&'static str, Who),
    /// These clients lose their connection.
    Gone(Who),
    /// Every server receives the event.
    AtServers(Value),
}

/// Clients, by the names they have on each server.
#[derive(Debug, Clone, Copy)]
pub enum Who {
    /// These, on both servers.
    Both(&'static [&'static str]),
    /// The client `1-r1` alone.
    One,
    /// All on `/` but that one.
    AllButOne,
}

impl Who {
    /// Their whole names.
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

/// Everything that can be said, in an order in which one does not stand in another's way.
pub fn operations() -> Vec<Operation> {
    let event = |name, message: Value, who| {
        let args = message["args"].clone();
        Operation { name, message, effect: Effect::Event(who, args) }
    };
    let order = |name, message, effect| Operation { name, message, effect };
    let both = Who::Both;
    let note = json!([{"n": 1.5, "é": ["ü"]}]);
    let bytes = json!([{"img": {"$binary": "AQL/"}}, {"$binary": "AA=="}]);
    vec![
        event("emit to all", json!({"event": "e", "args": note}), both(ALL)),
        event("emit without arguments", json!({"event": "e", "args": []}), both(ALL)),
        event("emit several arguments", json!({"event": "e", "args": [{"n": 1.5}, "é", [1], null]}), both(ALL)),
        event("emit to one room", json!({"event": "e", "args": note, "rooms": ["r1"]}), both(&["r1"])),
        event("emit to several rooms", json!({"event": "e", "args": note, "rooms": ["r1", "r2"]}), both(&["r1", "r2"])),
        event("emit to a socket", json!({"event": "e", "args": note, "rooms": ["%"]}), Who::One),
        event("emit to all but a room", json!({"event": "e", "args": note, "except": ["r1"]}), both(&["none", "r2"])),
        event("emit to all but a socket", json!({"event": "e", "args": note, "except": ["%"]}), Who::AllButOne),
        event("emit on a namespace", json!({"event": "e", "args": note, "namespace": "/admin"}), both(&["admin"])),
        event("emit, volatile", json!({"event": "e", "args": note, "flags": {"volatile": true}}), both(ALL)),
        event("emit, uncompressed", json!({"event": "e", "args": note, "flags": {"compress": false}}), both(ALL)),
        event("emit with binary", json!({"event": "e", "args": bytes}), both(ALL)),
        event("emit binary to a room", json!({"event": "e", "args": bytes, "rooms": ["r2"]}), both(&["r2"])),
        order("join", json!({"do": "join", "join": ["x"], "rooms": ["r1"]}), Effect::InRoom("x", both(&["r1"]))),
        order(
            "join, all but a room",
            json!({"do": "join", "join": ["y", "z"], "except": ["r1"], "all": true}),
            Effect::InRoom("y", both(&["none", "r2"])),
        ),
        order("leave", json!({"do": "leave", "leave": ["y"], "rooms": ["r2"]}), Effect::InRoom("y", both(&["none"]))),
        order("join, one socket", json!({"do": "join", "join": ["w"], "rooms": ["%"]}), Effect::InRoom("w", Who::One)),
        order(
            "leave, one socket",
            json!({"do": "leave", "leave": ["w"], "rooms": ["%"]}),
            Effect::InRoom("w", both(&[])),
        ),
        order(
            "server-side emit",
            json!({"do": "server-emit", "event": "reload", "args": note}),
            Effect::AtServers(note),
        ),
        order("disconnect, one socket", json!({"do": "disconnect", "rooms": ["%"]}), Effect::Gone(Who::One)),
        order("disconnect", json!({"do": "disconnect", "rooms": ["r1"]}), Effect::Gone(both(&["r1"]))),
        order(
            "disconnect and close, all",
            json!({"do": "disconnect", "close": true, "all": true}),
            Effect::Gone(both(ALL)),
        ),
    ]
}

/// The command line that says a message.
pub(crate) fn words(message: &Value) -> Vec<String> {
    let list = |key: &str| message[key].as_array().cloned().unwrap_or_default();
    let texts = |key: &str| list(key).iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    let verb = message["do"].as_str().unwrap_or("emit");
    let mut words = vec![verb.to_owned()];
    words.extend(message["event"].as_str().map(str::to_owned));
    words.extend(texts("join").into_iter().chain(texts("leave")));
    words.extend(list("args").iter().map(Value::to_string));
    for (key, flag) in [("rooms", "--to"), ("except", "--except")] {
        // An id may begin with a dash.
        words.extend(texts(key).into_iter().map(|room| format!("{flag}={room}")));
    }
    if let Some(namespace) = message["namespace"].as_str() {
        words.extend(["-n".to_owned(), namespace.to_owned()]);
    }
    let flags = [
        (message["all"] == true, "--all"),
        (message["close"] == true, "--close"),
        (message["flags"]["volatile"] == true, "--volatile"),
        (message["flags"]["compress"] == false, "--no-compress"),
    ];
    words.extend(flags.iter().filter(|(set, _)| *set).map(|(_, flag)| (*flag).to_owned()));
    words
}
