//! Rust nodes and Node servers in one cluster, on the chat's own broker: broadcasts, orders and questions.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use socketio_interop::{Chat, Clients, SocketIoServer, run_sio};

/// The rooms of the clients; each server has one client of each kind, whose name begins with the server's.
const KINDS: [(&str, &[&str]); 3] = [("none", &[]), ("red", &["red"]), ("both", &["red", "blue"])];

/// Two Rust nodes and two servers of `examples/node-cluster`, one of which does what it is told.
struct Mixed {
    chat: Chat,
    _server: SocketIoServer,
    asker: SocketIoServer,
    clients: Clients,
    /// Each server's name and address.
    servers: Vec<(&'static str, String)>,
}

impl Mixed {
    fn start() -> Self {
        let chat = Chat::start();
        let server = SocketIoServer::start_on(&chat.redis, &[]);
        let asker = SocketIoServer::start_on(&chat.redis, &[]);
        let servers = vec![
            ("rust1", chat.nodes[0].clone()),
            ("rust2", chat.nodes[1].clone()),
            ("node", server.url()),
            ("asker", asker.url()),
        ];
        let mut clients = Clients::new();
        for (server, url) in &servers {
            for (kind, rooms) in KINDS {
                let name = format!("{server}-{kind}");
                clients.connect_answering(&name, url, rooms, &json!([{"answer": name}, "ignored"]));
            }
        }
        Self { chat, _server: server, asker, clients, servers }
    }

    /// The clients, those in any of these rooms and in none of those; a client's own name stands for its id.
    fn audience(&self, rooms: &[&str], except: &[&str]) -> BTreeSet<String> {
        let all =
            self.servers.iter().flat_map(|(server, _)| KINDS.map(|(kind, in_)| (format!("{server}-{kind}"), in_)));
        let is_in =
            |list: &[&str], name: &str, in_: &[&str]| list.iter().any(|room| in_.contains(room) || *room == name);
        all.filter(|(name, in_)| (rooms.is_empty() || is_in(rooms, name, in_)) && !is_in(except, name, in_))
            .map(|(name, _)| name)
            .collect()
    }

    fn ids(&self, names: &[&str]) -> Vec<String> {
        let is_client = |name: &str| name.contains('-');
        names
            .iter()
            .map(|name| if is_client(name) { self.clients.id(name).to_owned() } else { (*name).to_owned() })
            .collect()
    }

    fn tell(&mut self, request: &Value) -> Value {
        self.asker.ask(request.clone())
    }

    /// Pushes a message's JSON form through the bridge, as an outsider that all four servers hear.
    fn push(&self, message: &Value) {
        let posted = reqwest::blocking::Client::new().post(format!("{}/v1/emit", self.chat.bridge));
        let answer = posted.header("content-type", "application/json").body(message.to_string()).send().unwrap();
        assert_eq!(answer.status(), 200, "{message}");
        assert!(answer.text().unwrap().contains("\"servers\":4"), "{message}");
    }

    /// Who received the event, exactly once and with these arguments.
    fn reached(&mut self, event: &str, args: &Value) -> BTreeSet<String> {
        // A server tells its own clients at once, and what comes over the bus a moment later: the end comes that way.
        self.push(&json!({"event": "end"}));
        let names: Vec<String> = self.audience(&[], &[]).into_iter().collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut reached = BTreeSet::new();
        for seen in self.clients.until("end", &names) {
            if seen.event == event {
                assert_eq!(&seen.args, args, "{}", seen.client);
                assert!(reached.insert(seen.client.clone()), "{} received it twice", seen.client);
            }
        }
        reached
    }
}

#[test]
fn every_form_of_emit_reaches_whom_it_is_for_on_either_kind_of_server() {
    let mut mixed = Mixed::start();
    let binary = json!([{"picture": {"$binary": "AQL/"}}, {"$binary": "AA=="}, "é€😀"]);
    let forms: [(&[&str], &[&str], Value, Value); 10] = [
        (&[], &[], json!({}), json!([{"n": 1.5}])),
        (&["red"], &[], json!({}), json!(["one", 2, null, [true]])),
        (&["red", "blue"], &[], json!({}), json!([])),
        (&[], &["blue"], json!({}), json!([1])),
        (&["red"], &["blue"], json!({}), json!([1])),
        (&["rust1-none"], &[], json!({}), json!([1])),
        (&["node-none", "rust2-red"], &[], json!({}), json!([1])),
        (&["red"], &["rust2-red"], json!({}), json!([1])),
        (&[], &[], json!({"compress": false, "volatile": true}), json!([1])),
        (&["blue"], &[], json!({}), binary),
    ];
    for (rooms, except, flags, args) in forms {
        let audience = mixed.audience(rooms, except);
        let (to, but) = (mixed.ids(rooms), mixed.ids(except));
        mixed.tell(&json!({"ask": "emit", "event": "e", "args": args, "rooms": to, "except": but, "flags": flags}));
        assert_eq!(mixed.reached("e", &args), audience, "from Node: {rooms:?} but {except:?} {flags}");

        // The same from outside, which no server sent.
        let mut message = json!({"event": "e", "args": args, "except": but, "flags": flags});
        if !to.is_empty() {
            message["rooms"] = json!(to);
        }
        mixed.push(&message);
        assert_eq!(mixed.reached("e", &args), audience, "from outside: {message}");
    }
}

#[test]
fn servers_of_either_kind_answer_each_others_questions() {
    let mut mixed = Mixed::start();
    assert_eq!(mixed.tell(&json!({"ask": "serverCount"}))["servers"], 4);
    let sorted = |list: &Value| {
        let mut list = list.as_array().unwrap().clone();
        list.sort_by_key(Value::to_string);
        list
    };
    let ids_of = |mixed: &Mixed, rooms: &[&str], except: &[&str]| {
        let mut ids: Vec<_> = mixed.audience(rooms, except).iter().map(|name| json!(mixed.clients.id(name))).collect();
        ids.sort_by_key(Value::to_string);
        ids
    };

    let rooms = sorted(&mixed.tell(&json!({"ask": "allRooms"}))["rooms"]);
    let mut expected = ids_of(&mixed, &[], &[]);
    expected.extend([json!("red"), json!("blue")]);
    assert_eq!(rooms, sorted(&json!(expected)));

    let fetched = mixed.tell(&json!({"ask": "fetchSockets", "rooms": ["red"], "except": ["blue"]}));
    let fetched = fetched["sockets"].as_array().unwrap();
    assert_eq!(fetched.len(), 4, "{fetched:?}");
    for socket in fetched {
        assert_eq!(socket["auth"], json!({"rooms": ["red"]}));
        assert_eq!(socket["rooms"].as_array().unwrap().len(), 2, "{socket}");
        assert!(socket["address"].as_str().unwrap().ends_with("127.0.0.1"), "{socket}");
    }

    let answers = mixed.tell(&json!({"ask": "emit", "ack": 10_000, "event": "ask", "args": ["?"], "rooms": ["blue"]}));
    let expected: Vec<_> = mixed.audience(&["blue"], &[]).iter().map(|name| json!({"answer": name})).collect();
    assert_eq!(sorted(&answers["answers"]), sorted(&json!(expected)));
    let answers = mixed.tell(&json!({"ask": "serverSideEmit", "ack": 10_000, "event": "reload", "args": [1]}));
    assert_eq!(answers["answers"].as_array().unwrap().len(), 3, "{answers}");
}

#[test]
fn a_rust_node_asks_servers_of_either_kind() {
    let mut mixed = Mixed::start();
    let url = mixed.chat.nodes[0].clone();
    mixed.clients.connect_person("person", &url, "Ada");
    let sorted = |list: &Value| {
        let mut list = list.as_array().unwrap().clone();
        list.sort_by_key(Value::to_string);
        list
    };
    let everyone: Vec<String> = mixed.audience(&[], &[]).into_iter().chain(["person".to_owned()]).collect();
    let ids: Vec<_> = everyone.iter().map(|name| json!(mixed.clients.id(name))).collect();

    mixed.clients.emit("person", "chat", &json!(["/who"]));
    let answer = mixed.clients.next_named("person", "cluster").args[0].clone();
    assert_eq!((&answer["servers"], &answer["partial"]), (&json!(4), &json!(false)));
    assert_eq!(sorted(&answer["sockets"]), sorted(&json!(ids)));
    assert_eq!(sorted(&answer["rooms"]), sorted(&json!([ids, vec![json!("red"), json!("blue")]].concat())));

    // The person's own client does not acknowledge.
    mixed.clients.emit("person", "chat", &json!(["/ask"]));
    let answer = mixed.clients.next_named("person", "cluster").args[0].clone();
    assert_eq!((&answer["servers"], &answer["clients"], &answer["partial"]), (&json!(4), &json!(13), &json!(true)));
    let expected: Vec<_> = mixed.audience(&[], &[]).iter().map(|name| json!({"args": [{"answer": name}]})).collect();
    assert_eq!(sorted(&answer["answers"]), sorted(&json!(expected)));
}

#[test]
fn servers_of_either_kind_do_as_they_are_told() {
    let mut mixed = Mixed::start();
    let note = json!(["hi"]);
    mixed.tell(&json!({"ask": "join", "join": ["green", "pink"], "rooms": ["red"], "except": ["blue"]}));
    mixed.tell(&json!({"ask": "emit", "event": "e", "args": note, "rooms": ["green"]}));
    let reds = mixed.audience(&["red"], &["blue"]);
    assert_eq!(mixed.reached("e", &note), reds);

    mixed.tell(&json!({"ask": "leave", "leave": ["green"], "rooms": mixed.ids(&["rust1-red", "node-red"])}));
    assert_eq!(run_sio(&mixed.chat.redis, &["emit", "e", "hi", "--to", "green"], b"").code, Some(0));
    assert_eq!(mixed.reached("e", &note), ["asker-red", "rust2-red"].map(str::to_owned).into());

    mixed.tell(&json!({"ask": "disconnect", "close": true, "rooms": ["pink"]}));
    let gone: Vec<&str> = reds.iter().map(String::as_str).collect();
    mixed.clients.until_disconnected(&gone);
    let fetched = mixed.tell(&json!({"ask": "fetchSockets"}));
    assert_eq!(fetched["sockets"].as_array().unwrap().len(), 8);
}
