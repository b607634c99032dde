//! Nobody is in the room.

use serde_json::json;
use socketio_interop::{Clients, Kind, RedisServer, Server};

use crate::said::{Case, Said, doctor};

pub(crate) const CASES: [Case; 6] = [
    Case {
        broken: "a room that nobody is in",
        code: "empty-room",
        said: || {
            let redis = RedisServer::start();
            let server = Server::start(&redis, &[]);
            let mut clients = Clients::new();
            clients.connect("a", &server, "/", &["lobby"]);
            let lobby = doctor(&redis.url(), &["--to", "lobby"]);
            assert_eq!((lobby.code, &lobby.diagnosis["room"]["sockets"]), (Some(0), &json!(1)));
            doctor(&redis.url(), &["--to", "Loby"])
        },
    },
    Case {
        broken: "a room with another sign and case",
        code: "empty-room",
        said: || looked_for(&["user:42"], "User-42"),
    },
    Case {
        broken: "a room that the servers joined as a number",
        code: "empty-room",
        said: || {
            let redis = RedisServer::start();
            let mut server = Server::start(&redis, &[]);
            let mut clients = Clients::new();
            clients.connect("a", &server, "/", &["lobby"]);
            server.ask(json!({"ask": "join", "join": [42], "rooms": ["lobby"]}));
            doctor(&redis.url(), &["--to", "42"])
        },
    },
    Case {
        broken: "a room of another namespace",
        code: "empty-room",
        said: || {
            let redis = RedisServer::start();
            let server = Server::start_as(Kind::ShardedDynamic, &redis, &[]);
            let mut clients = Clients::new();
            clients.connect("a", &server, "/admin", &["lobby"]);
            clients.connect("b", &server, "/", &[]);
            doctor(&redis.url(), &["--to", "lobby"])
        },
    },
    Case {
        broken: "a namespace that nobody is connected to",
        code: "empty-namespace",
        said: || {
            let redis = RedisServer::start();
            let server = Server::start_as(Kind::Socketioxide, &redis, &[]);
            let mut clients = Clients::new();
            clients.connect("a", &server, "/", &["lobby"]);
            doctor(&redis.url(), &["--namespace", "/admin", "--to", "hall"])
        },
    },
    Case {
        broken: "a socket that is gone",
        code: "empty-room",
        said: || looked_for(&["lobby"], "n5GZVCtUmLyVpYyWAAAB"),
    },
];

/// What is said of this room where there are those.
fn looked_for(rooms: &[&str], room: &str) -> Said {
    let redis = RedisServer::start();
    let server = Server::start(&redis, &[]);
    let mut clients = Clients::new();
    clients.connect("a", &server, "/", rooms);
    doctor(&redis.url(), &["--to", room])
}
