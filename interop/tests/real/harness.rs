//! The harness: servers of every kind on every Redis deployment receive each other's events.

use serde_json::json;
use socketio_interop::{
    ClientCertificate, Clients, ReceivedEvent, RedisCluster, RedisDeployment, RedisSentinel, RedisServer, RedisTls,
    ServerKind, SocketIoCluster,
};

use crate::run_exclusively;

/// The clients on each of the two servers: name, namespace and rooms. Servers create `/orders` for its first client.
const CLIENTS: [(&str, &str, &[&str]); 4] =
    [("none", "/", &[]), ("r1", "/", &["r1"]), ("admin", "/admin", &["r1"]), ("orders", "/orders", &["r1"])];

/// Lets each server emit, and asserts that exactly the expected clients of both servers receive each event.
fn assert_servers_reach_each_other<Redis: RedisDeployment>(mut cluster: SocketIoCluster<Redis>) {
    let mut clients = Clients::new();
    for (number, server) in ["1", "2"].iter().zip(&cluster.servers) {
        for (name, namespace, rooms) in CLIENTS {
            clients.connect(&format!("{number}-{name}"), server, namespace, rooms);
        }
    }
    // python-socketio can except only socket ids, socketioxide only rooms. The other servers support both.
    let except = json!(["r1", clients.id("1-r1"), clients.id("2-r1")]);
    for (number, server) in cluster.servers.iter_mut().enumerate() {
        let number = number + 1;
        let emits = [
            ("all", json!({}), vec!["1-none", "1-r1", "2-none", "2-r1"]),
            ("room", json!({"rooms": ["r1"]}), vec!["1-r1", "2-r1"]),
            ("except", json!({"except": except}), vec!["1-none", "2-none"]),
            ("admin", json!({"namespace": "/admin", "rooms": ["r1"]}), vec!["1-admin", "2-admin"]),
            ("orders", json!({"namespace": "/orders"}), vec!["1-orders", "2-orders"]),
        ];
        for (name, mut request, recipients) in emits {
            let event = format!("{name}-{number}");
            request["ask"] = json!("emit");
            request["event"] = json!(event);
            request["args"] = json!([{"from": number}, "é"]);
            server.ask(request);
            assert_eq!(
                clients.until(&event, &recipients),
                Vec::<ReceivedEvent>::new(),
                "other clients received {event}"
            );
        }
        for namespace in ["/", "/admin", "/orders"] {
            server.ask(json!({"ask": "emit", "event": "fence", "namespace": namespace}));
        }
        let all_clients = ["1-none", "1-r1", "1-admin", "1-orders", "2-none", "2-r1", "2-admin", "2-orders"];
        assert_eq!(clients.until("fence", &all_clients), Vec::<ReceivedEvent>::new(), "an event was received twice");
    }
}

/// Defines a test for each cluster.
macro_rules! test_clusters {
    ($($name:ident: $cluster:expr;)*) => {
        $(#[test]
        fn $name() {
            assert_servers_reach_each_other($cluster);
        })*
    };
}

test_clusters! {
    classic: SocketIoCluster::of(ServerKind::Classic);
    classic_ioredis: SocketIoCluster::of(ServerKind::ClassicIoredis);
    classic_specific: SocketIoCluster::of(ServerKind::ClassicSpecific);
    sharded_dynamic: SocketIoCluster::of(ServerKind::ShardedDynamic);
    sharded_static: SocketIoCluster::of(ServerKind::ShardedStatic);
    sharded_dynamic_private: SocketIoCluster::of(ServerKind::ShardedDynamicPrivate);
    streams: SocketIoCluster::of(ServerKind::Streams);
    streams_four: SocketIoCluster::of(ServerKind::StreamsFour);
    streams_sharded: SocketIoCluster::of(ServerKind::StreamsSharded);
    streams_old: SocketIoCluster::of(ServerKind::StreamsOld);
    socketioxide: SocketIoCluster::of(ServerKind::Socketioxide);
    python: SocketIoCluster::of(ServerKind::Python);
    python_old: SocketIoCluster::of(ServerKind::PythonOld);

    tls: SocketIoCluster::on(RedisTls::start(ClientCertificate::NotRequested), ServerKind::Classic);
    tls_ioredis: SocketIoCluster::on(RedisTls::start(ClientCertificate::NotRequested), ServerKind::ClassicIoredis);
    tls_with_client_certificates: SocketIoCluster::on(RedisTls::start(ClientCertificate::Required), ServerKind::Classic);
    user: SocketIoCluster::on(RedisServer::start_with_user("emma", "secret"), ServerKind::Classic);
    user_python: SocketIoCluster::on(RedisServer::start_with_user("emma", "secret"), ServerKind::Python);
    user_socketioxide: SocketIoCluster::on(RedisServer::start_with_user("emma", "secret"), ServerKind::Socketioxide);
}

/// Every kind that supports Redis Cluster, one after the other on the same one.
#[test]
fn redis_cluster() {
    let _guard = run_exclusively();
    let redis = RedisCluster::start();
    for (kind, client) in [
        (ServerKind::Classic, "redis"),
        (ServerKind::Classic, "ioredis"),
        (ServerKind::ShardedDynamic, "redis"),
        (ServerKind::ShardedDynamicPrivate, "ioredis"),
        (ServerKind::Streams, "redis"),
        (ServerKind::StreamsFour, "ioredis"),
        (ServerKind::StreamsSharded, "redis"),
        (ServerKind::Socketioxide, "redis-rs"),
    ] {
        println!("{} with {client}", kind.name());
        assert_servers_reach_each_other(SocketIoCluster::on_with(&redis, kind, &[("REDIS_CLIENT", client)]));
    }
}

#[test]
fn redis_sentinel() {
    let _guard = run_exclusively();
    let redis = RedisSentinel::start();
    for kind in [ServerKind::ClassicIoredis, ServerKind::ShardedDynamic, ServerKind::Streams, ServerKind::StreamsOld] {
        println!("{}", kind.name());
        assert_servers_reach_each_other(SocketIoCluster::on(&redis, kind));
    }
}

#[test]
fn unix_socket() {
    let redis = RedisServer::start();
    for kind in [ServerKind::Classic, ServerKind::ClassicIoredis, ServerKind::Python] {
        println!("{}", kind.name());
        assert_servers_reach_each_other(SocketIoCluster::on(redis.unix_url(), kind));
    }
}

#[test]
fn redis_cluster_and_sentinels_fail_over_when_a_primary_is_killed() {
    let mut cluster = RedisCluster::start();
    let killed = cluster.fail_over("a channel");
    assert!(!cluster.primaries().contains(&killed));
    cluster.nodes[killed].restart();

    let mut sentinel = RedisSentinel::start();
    let killed = sentinel.fail_over();
    assert_ne!(sentinel.primary(), killed);
}

#[test]
fn servers_answer_requests_about_their_cluster() {
    for kind in [ServerKind::Classic, ServerKind::ShardedDynamic, ServerKind::Streams, ServerKind::StreamsOld] {
        let mut cluster = SocketIoCluster::of(kind);
        let mut clients = Clients::new();
        for server in &cluster.servers {
            clients.connect_answering(&server.url(), &server.url(), &["r1"], &json!(["yes"]));
        }
        let [asked, other] = &mut cluster.servers;
        assert_eq!(asked.ask(json!({"ask": "serverCount"}))["servers"], 2, "{}", kind.name());
        let sockets = asked.ask(json!({"ask": "fetchSockets", "rooms": ["r1"]}));
        assert_eq!(sockets["sockets"].as_array().unwrap().len(), 2, "{}: {sockets}", kind.name());
        let answer = asked.ask(json!({"ask": "emit", "event": "ask", "args": [1], "ack": 5000}));
        assert_eq!((&answer["answers"], &answer["complete"]), (&json!(["yes", "yes"]), &json!(true)));
        let answer = asked.ask(json!({"ask": "serverSideEmit", "event": "reload", "args": [1], "ack": 5000}));
        let port = other.url().rsplit(':').next().unwrap().to_owned();
        assert_eq!(answer["answers"], json!([format!("node-{port}")]), "{}", kind.name());
        assert_eq!(other.process().receive(), json!({"serverEvent": "reload", "args": [1], "namespace": "/"}));
        if kind == ServerKind::Classic {
            assert_eq!(asked.ask(json!({"ask": "allRooms"}))["rooms"].as_array().unwrap().len(), 3);
        }
    }
}
