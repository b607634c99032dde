//! Clusters with servers of several Socket.IO versions, and servers that do not report their version.

use serde_json::json;
use socketio_emitter::{Binary, Emitter, Options, Outgoing, adapter::SocketIo, message::DisconnectMode};
use socketio_interop::{Clients, RedisServer, SocketIoCluster, SocketIoServer};

fn error_code(outgoing: Outgoing) -> &'static str {
    outgoing.wait().unwrap_err().code().as_str()
}

#[test]
fn operations_that_the_oldest_server_does_not_support_are_refused() {
    let redis = RedisServer::start();
    let (old, new) = (SocketIoServer::start_legacy(&redis, 2), SocketIoServer::start(&redis, &[]));
    let mut clients = Clients::new();
    clients.connect_version(2, "old", &old, "/", &["r"]);
    clients.connect("new", &new, "/", &["r"]);
    let io = Emitter::connect(redis.url()).wait().unwrap();

    assert_eq!(error_code(io.emit("e", &Binary(b"x"))), "unsupported");
    assert_eq!(error_code(io.except("r").emit("e", &())), "unsupported");
    assert_eq!(error_code(io.to("r").join("x")), "unsupported");
    assert_eq!(error_code(io.to("r").leave("r")), "unsupported");
    assert_eq!(error_code(io.all().disconnect(DisconnectMode::CloseConnection)), "unsupported");
    assert_eq!(error_code(io.server_side_emit("e", &())), "unsupported");
    assert_eq!(io.to("r").emit("plain", &1).wait().unwrap().servers, Some(2));
    assert_eq!(clients.until("plain", &["old", "new"]), []);
}

#[test]
fn servers_of_socketio_3_and_4_obey_the_same_commands() {
    let redis = RedisServer::start();
    let (old, new) = (SocketIoServer::start_legacy(&redis, 3), SocketIoServer::start(&redis, &[]));
    let mut clients = Clients::new();
    clients.connect("old", &old, "/", &[]);
    clients.connect("new", &new, "/", &[]);
    let io = Emitter::connect(redis.url()).wait().unwrap();

    io.all().join("x").wait().unwrap();
    io.to("x").emit("bytes", &Binary(b"x")).wait().unwrap();
    assert_eq!(clients.until("bytes", &["old", "new"]), []);
    assert_eq!(error_code(io.server_side_emit("e", &())), "unsupported");
}

#[test]
fn a_version_that_cannot_be_detected_is_an_error_and_can_be_configured() {
    let redis = RedisServer::start();
    let (awake, frozen) = (SocketIoServer::start_legacy(&redis, 2), SocketIoServer::start_legacy(&redis, 2));
    let mut clients = Clients::new();
    clients.connect_version(2, "a", &awake, "/", &[]);
    frozen.freeze();

    let io = Emitter::connect(redis.url()).wait().unwrap();
    let error = io.emit("e", &Binary(b"x")).wait().unwrap_err();
    assert_eq!(error.code(), "unrecognised");
    assert!(error.to_string().contains("1 of 2"), "{error}");
    assert_eq!(redis.published(), 2, "one request and one response");

    let configured = Options::new().socket_io(SocketIo::V2).connect(redis.url()).wait().unwrap();
    assert_eq!(configured.emit("e", &Binary(b"x")).wait().unwrap().servers, Some(2));
    io.emit("end", &()).wait().unwrap();
    let received: Vec<_> = clients.until("end", &["a"]).into_iter().map(|event| event.args).collect();
    assert_eq!(received, [json!([{"$binary": "eA=="}])]);
}

#[test]
fn a_frozen_server_does_not_delay_an_emit_of_current_servers() {
    let cluster = SocketIoCluster::start();
    let mut clients = Clients::new();
    clients.connect("a", &cluster.servers[0], "/", &[]);
    cluster.servers[1].freeze();
    let io = Emitter::connect(cluster.redis.url()).wait().unwrap();
    assert_eq!(io.emit("e", &Binary(b"x")).wait().unwrap().servers, Some(2));
    clients.expect("e", &["a"]);
}
