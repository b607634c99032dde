//! The in-process broker carries a real Node cluster, with either of the Redis clients that Node has.

#![allow(clippy::unwrap_used)]

use broker::Broker;
use serde_json::json;
use socketio_emitter::{Binary, Emitter};
use socketio_interop::{Clients, Server, Sio, Tool};

#[test]
fn node_servers_on_the_broker_receive_what_is_sent_and_hear_each_other() {
    let broker = Broker::spawn().unwrap();
    let url = broker.url();
    let servers =
        [Server::start_on(&url, &[("REDIS_CLIENT", "redis")]), Server::start_on(&url, &[("REDIS_CLIENT", "ioredis")])];
    let mut clients = Clients::new();
    clients.connect("a", &servers[0], "/", &["r"]);
    clients.connect("b", &servers[1], "/", &["r"]);
    clients.connect("c", &servers[1], "/admin", &[]);

    let io = Emitter::connect(&url).wait().unwrap();
    assert_eq!(io.to("r").emit("bytes", &("x", Binary([0, 1, 255]))).wait().unwrap().servers, Some(2));
    io.to("r").join("vip").wait().unwrap();
    io.of("/admin").emit("admin", &1).wait().unwrap();
    assert_eq!(Sio::run(&url, &["emit", "shell", "hi", "--to", "vip"], b"").code, Some(0));
    let mut official = Tool::start("official.js");
    official.ask(json!({"redis": url, "event": "end"}));
    official.ask(json!({"redis": url, "event": "end", "namespace": "/admin"}));

    let mut seen: Vec<_> =
        clients.until("end", &["a", "b", "c"]).into_iter().map(|seen| (seen.client, seen.event, seen.args)).collect();
    seen.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let bytes = json!(["x", {"$binary": "AAH/"}]);
    let expected = [
        ("a", "bytes", bytes.clone()),
        ("a", "shell", json!(["hi"])),
        ("b", "bytes", bytes),
        ("b", "shell", json!(["hi"])),
        ("c", "admin", json!([1])),
    ];
    assert_eq!(seen, expected.map(|(client, event, args)| (client.to_owned(), event.to_owned(), args)));
}
