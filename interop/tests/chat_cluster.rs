//! A cluster of Rust chat nodes and Node.js servers on the demo's broker: broadcasts, orders and requests.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use socketio_interop::{Chat, Clients, SocketIoServer, run_sio};

/// Suffix and rooms of each server's clients, which are named `<server>-<suffix>`.
const CLIENTS: [(&str, &[&str]); 3] = [("none", &[]), ("red", &["red"]), ("both", &["red", "blue"])];

/// Two Rust nodes and two servers of `examples/node-cluster`. Tests send requests through one of the latter.
struct MixedCluster {
    chat: Chat,
    _server: SocketIoServer,
    asker: SocketIoServer,
    clients: Clients,
    /// Each server's name and URL.
    servers: Vec<(&'static str, String)>,
}

impl MixedCluster {
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
            for (suffix, rooms) in CLIENTS {
                let name = format!("{server}-{suffix}");
                clients.connect_answering(&name, url, rooms, &json!([{"answer": name}, "ignored"]));
            }
        }
        Self { chat, _server: server, asker, clients, servers }
    }

    /// The clients that are in one of `rooms` (empty: all clients) and in none of `except`. Each client is also in a room
    /// with its own name.
    fn audience(&self, rooms: &[&str], except: &[&str]) -> BTreeSet<String> {
        let clients = self.servers.iter().flat_map(|(server, _)| {
            CLIENTS.map(|(suffix, joined)| {
                let name = format!("{server}-{suffix}");
                let is_in = |list: &[&str]| list.iter().any(|room| joined.contains(room) || *room == name);
                ((rooms.is_empty() || is_in(rooms)) && !is_in(except)).then_some(name)
            })
        });
        clients.flatten().collect()
    }

    /// These rooms, with the socket id in place of a client's name.
    fn ids(&self, names: &[&str]) -> Vec<String> {
        let is_client = |name: &str| name.contains('-');
        names
            .iter()
            .map(|name| if is_client(name) { self.clients.id(name).to_owned() } else { (*name).to_owned() })
            .collect()
    }

    fn request(&mut self, request: &Value) -> Value {
        self.asker.ask(request.clone())
    }

    /// Posts a message's JSON form to the bridge.
    fn post(&self, message: &Value) {
        let posted = reqwest::blocking::Client::new().post(format!("{}/v1/emit", self.chat.bridge));
        let answer = posted.header("content-type", "application/json").body(message.to_string()).send().unwrap();
        assert_eq!(answer.status(), 200, "{message}");
        assert!(answer.text().unwrap().contains("\"servers\":4"), "{message}");
    }

    /// The clients that received the event. Each must have received it once and with these arguments.
    fn receivers(&mut self, event: &str, args: &Value) -> BTreeSet<String> {
        // Over Redis: a Node.js server delivers its own broadcasts to its clients earlier.
        self.post(&json!({"event": "end"}));
        let names: Vec<String> = self.audience(&[], &[]).into_iter().collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut receivers = BTreeSet::new();
        for seen in self.clients.until("end", &names) {
            if seen.event == event {
                assert_eq!(&seen.args, args, "{}", seen.client);
                assert!(receivers.insert(seen.client.clone()), "{} received it twice", seen.client);
            }
        }
        receivers
    }
}

#[test]
fn every_form_of_emit_reaches_its_audience_on_rust_and_node_js_servers() {
    let mut cluster = MixedCluster::start();
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
        let audience = cluster.audience(rooms, except);
        let (room_ids, except_ids) = (cluster.ids(rooms), cluster.ids(except));
        cluster.request(&json!({"ask": "emit", "event": "e", "args": args, "rooms": room_ids, "except": except_ids, "flags": flags}));
        assert_eq!(cluster.receivers("e", &args), audience, "from a server: {rooms:?}, except {except:?}, {flags}");

        // The same message from outside the cluster.
        let mut message = json!({"event": "e", "args": args, "except": except_ids, "flags": flags});
        if !room_ids.is_empty() {
            message["rooms"] = json!(room_ids);
        }
        cluster.post(&message);
        assert_eq!(cluster.receivers("e", &args), audience, "from outside: {message}");
    }
}

#[test]
fn rust_and_node_js_servers_respond_to_each_other() {
    let mut cluster = MixedCluster::start();
    assert_eq!(cluster.request(&json!({"ask": "serverCount"}))["servers"], 4);
    let sorted = |list: &Value| {
        let mut list = list.as_array().unwrap().clone();
        list.sort_by_key(Value::to_string);
        list
    };
    let ids_of = |cluster: &MixedCluster, rooms: &[&str], except: &[&str]| {
        let mut ids: Vec<_> =
            cluster.audience(rooms, except).iter().map(|name| json!(cluster.clients.id(name))).collect();
        ids.sort_by_key(Value::to_string);
        ids
    };

    let rooms = sorted(&cluster.request(&json!({"ask": "allRooms"}))["rooms"]);
    let mut expected = ids_of(&cluster, &[], &[]);
    expected.extend([json!("red"), json!("blue")]);
    assert_eq!(rooms, sorted(&json!(expected)));

    let fetched = cluster.request(&json!({"ask": "fetchSockets", "rooms": ["red"], "except": ["blue"]}));
    let fetched = fetched["sockets"].as_array().unwrap();
    assert_eq!(fetched.len(), 4, "{fetched:?}");
    for socket in fetched {
        assert_eq!(socket["auth"], json!({"rooms": ["red"]}));
        assert_eq!(socket["rooms"].as_array().unwrap().len(), 2, "{socket}");
        assert!(socket["address"].as_str().unwrap().ends_with("127.0.0.1"), "{socket}");
    }

    let answers =
        cluster.request(&json!({"ask": "emit", "ack": 10_000, "event": "ask", "args": ["?"], "rooms": ["blue"]}));
    let expected: Vec<_> = cluster.audience(&["blue"], &[]).iter().map(|name| json!({"answer": name})).collect();
    assert_eq!(sorted(&answers["answers"]), sorted(&json!(expected)));
    let answers = cluster.request(&json!({"ask": "serverSideEmit", "ack": 10_000, "event": "reload", "args": [1]}));
    assert_eq!(answers["answers"].as_array().unwrap().len(), 3, "{answers}");
}

#[test]
fn slash_commands_query_rust_and_node_js_servers() {
    let mut cluster = MixedCluster::start();
    let url = cluster.chat.nodes[0].clone();
    cluster.clients.connect_person("ada", &url, "Ada");
    let sorted = |list: &Value| {
        let mut list = list.as_array().unwrap().clone();
        list.sort_by_key(Value::to_string);
        list
    };
    let everyone: Vec<String> = cluster.audience(&[], &[]).into_iter().chain(["ada".to_owned()]).collect();
    let ids: Vec<_> = everyone.iter().map(|name| json!(cluster.clients.id(name))).collect();

    cluster.clients.emit("ada", "chat", &json!(["/who"]));
    let answer = cluster.clients.next_named("ada", "cluster").args[0].clone();
    assert_eq!((&answer["servers"], &answer["partial"]), (&json!(4), &json!(false)));
    assert_eq!(sorted(&answer["sockets"]), sorted(&json!(ids)));
    assert_eq!(
        sorted(&answer["rooms"]),
        sorted(&json!([ids, vec![json!("red"), json!("blue"), json!("lobby")]].concat()))
    );

    // Ada's own client does not acknowledge.
    for (command, question) in [("/ask", "?"), ("/ask lunch", "lunch")] {
        cluster.clients.emit("ada", "chat", &json!([command]));
        let mut received = Vec::new();
        let answer = loop {
            let seen = cluster.clients.next_of_any();
            match seen.event.as_str() {
                "ask" => received.push(seen.args),
                "cluster" => break seen.args[0].clone(),
                _ => {}
            }
        };
        assert_eq!(received, vec![json!([question]); 13]);
        assert_eq!((&answer["servers"], &answer["clients"], &answer["partial"]), (&json!(4), &json!(13), &json!(true)));
        let expected: Vec<_> =
            cluster.audience(&[], &[]).iter().map(|name| json!({"args": [{"answer": name}]})).collect();
        assert_eq!(sorted(&answer["answers"]), sorted(&json!(expected)));
        assert_eq!(answer["question"], question);
    }
}

#[test]
fn rust_and_node_js_servers_execute_orders() {
    let mut cluster = MixedCluster::start();
    let note = json!(["hi"]);
    cluster.request(&json!({"ask": "join", "join": ["green", "pink"], "rooms": ["red"], "except": ["blue"]}));
    cluster.request(&json!({"ask": "emit", "event": "e", "args": note, "rooms": ["green"]}));
    let reds = cluster.audience(&["red"], &["blue"]);
    assert_eq!(cluster.receivers("e", &note), reds);

    cluster.request(&json!({"ask": "leave", "leave": ["green"], "rooms": cluster.ids(&["rust1-red", "node-red"])}));
    assert_eq!(run_sio(&cluster.chat.redis, &["emit", "e", "hi", "--to", "green"], b"").code, Some(0));
    assert_eq!(cluster.receivers("e", &note), ["asker-red", "rust2-red"].map(str::to_owned).into());

    cluster.request(&json!({"ask": "disconnect", "close": true, "rooms": ["pink"]}));
    let gone: Vec<&str> = reds.iter().map(String::as_str).collect();
    cluster.clients.until_disconnected(&gone);
    let fetched = cluster.request(&json!({"ask": "fetchSockets"}));
    assert_eq!(fetched["sockets"].as_array().unwrap().len(), 8);
}
