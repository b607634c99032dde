//! No socket is in the room.

use serde_json::json;
use socketio_interop::{Clients, RedisServer, ServerKind, SocketIoServer};

use super::case::{DoctorCase, DoctorRun, doctor};

pub(crate) const CASES: [DoctorCase; 6] = [
    DoctorCase {
        state: "a misspelt room",
        code: "empty-room",
        remedy: "\"lobby\"",
        run: || {
            let redis = RedisServer::start();
            let server = SocketIoServer::start(&redis, &[]);
            let mut clients = Clients::new();
            clients.connect("a", &server, "/", &["lobby"]);
            let lobby = doctor(&redis.url(), &["--to", "lobby"]);
            assert_eq!((lobby.code, &lobby.diagnosis["room"]["sockets"]), (Some(0), &json!(1)));
            doctor(&redis.url(), &["--to", "Loby"])
        },
    },
    DoctorCase {
        state: "a room with other punctuation and case",
        code: "empty-room",
        remedy: "\"user:42\"",
        run: || doctor_of_room(&["user:42"], "User-42"),
    },
    DoctorCase {
        state: "a room that the servers joined as a number",
        code: "empty-room",
        remedy: "socket.join(String(42))",
        run: || {
            let redis = RedisServer::start();
            let mut server = SocketIoServer::start(&redis, &[]);
            let mut clients = Clients::new();
            clients.connect("a", &server, "/", &["lobby"]);
            server.ask(json!({"ask": "join", "join": [42], "rooms": ["lobby"]}));
            doctor(&redis.url(), &["--to", "42"])
        },
    },
    DoctorCase {
        state: "a room of another namespace",
        code: "empty-room",
        remedy: "--namespace /admin",
        run: || {
            let redis = RedisServer::start();
            let server = SocketIoServer::start_as(ServerKind::ShardedDynamic, &redis, &[]);
            let mut clients = Clients::new();
            clients.connect("a", &server, "/admin", &["lobby"]);
            clients.connect("b", &server, "/", &[]);
            doctor(&redis.url(), &["--to", "lobby"])
        },
    },
    DoctorCase {
        state: "a namespace without clients",
        code: "empty-namespace",
        remedy: "io(URL + \"/admin\")",
        run: || {
            let redis = RedisServer::start();
            let server = SocketIoServer::start_as(ServerKind::Socketioxide, &redis, &[]);
            let mut clients = Clients::new();
            clients.connect("a", &server, "/", &["lobby"]);
            doctor(&redis.url(), &["--namespace", "/admin", "--to", "hall"])
        },
    },
    DoctorCase {
        state: "the id of a disconnected socket",
        code: "empty-room",
        remedy: "",
        run: || doctor_of_room(&["lobby"], "n5GZVCtUmLyVpYyWAAAB"),
    },
];

/// Runs `sio doctor --to room` on a server with a client in `rooms`.
fn doctor_of_room(rooms: &[&str], room: &str) -> DoctorRun {
    let redis = RedisServer::start();
    let server = SocketIoServer::start(&redis, &[]);
    let mut clients = Clients::new();
    clients.connect("a", &server, "/", rooms);
    doctor(&redis.url(), &["--to", room])
}
