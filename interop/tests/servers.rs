//! The harness itself: servers of every kind, on every deployment of Redis, hear each other, and nobody too many.

#![allow(clippy::unwrap_used)]

use serde_json::json;
use socketio_interop::{
    ClientCertificate, Clients, Cluster, Deployment, Kind, RedisCluster, RedisSentinel, RedisServer, RedisTls, Seen,
};

/// The clients on each of the two servers, their namespaces and rooms. `/orders` is made when its first client comes.
const CLIENTS: [(&str, &str, &[&str]); 4] =
    [("none", "/", &[]), ("r1", "/", &["r1"]), ("admin", "/admin", &["r1"]), ("orders", "/orders", &["r1"])];

/// Each server emits in turn, and exactly the right clients of both receive it.
fn hear_each_other<Redis: Deployment>(mut cluster: Cluster<Redis>) {
    let mut clients = Clients::new();
    for (number, server) in ["1", "2"].iter().zip(&cluster.servers) {
        for (name, namespace, rooms) in CLIENTS {
            clients.connect(&format!("{number}-{name}"), server, namespace, rooms);
        }
    }
    // python-socketio leaves out sockets, and socketioxide rooms; the others take either.
    let but = json!(["r1", clients.id("1-r1"), clients.id("2-r1")]);
    for (number, server) in cluster.servers.iter_mut().enumerate() {
        let number = number + 1;
        let emits = [
            ("all", json!({}), vec!["1-none", "1-r1", "2-none", "2-r1"]),
            ("room", json!({"rooms": ["r1"]}), vec!["1-r1", "2-r1"]),
            ("but", json!({"except": but}), vec!["1-none", "2-none"]),
            ("admin", json!({"namespace": "/admin", "rooms": ["r1"]}), vec!["1-admin", "2-admin"]),
            ("orders", json!({"namespace": "/orders"}), vec!["1-orders", "2-orders"]),
        ];
        for (name, mut request, audience) in emits {
            let event = format!("{name}-{number}");
            request["ask"] = json!("emit");
            request["event"] = json!(event);
            request["args"] = json!([{"from": number}, "é"]);
            server.ask(request);
            assert_eq!(clients.until(&event, &audience), Vec::<Seen>::new(), "{event} reaches nobody else");
        }
        for namespace in ["/", "/admin", "/orders"] {
            server.ask(json!({"ask": "emit", "event": "fence", "namespace": namespace}));
        }
        let everyone = ["1-none", "1-r1", "1-admin", "1-orders", "2-none", "2-r1", "2-admin", "2-orders"];
        assert_eq!(clients.until("fence", &everyone), Vec::<Seen>::new(), "nobody receives anything twice");
    }
}

/// One test for each of these.
macro_rules! hear_each_other {
    ($($name:ident: $cluster:expr;)*) => {
        $(#[test]
        fn $name() {
            hear_each_other($cluster);
        })*
    };
}

hear_each_other! {
    classic: Cluster::of(Kind::Classic);
    classic_ioredis: Cluster::of(Kind::ClassicIoredis);
    classic_specific: Cluster::of(Kind::ClassicSpecific);
    sharded_dynamic: Cluster::of(Kind::ShardedDynamic);
    sharded_static: Cluster::of(Kind::ShardedStatic);
    sharded_dynamic_private: Cluster::of(Kind::ShardedDynamicPrivate);
    streams: Cluster::of(Kind::Streams);
    streams_four: Cluster::of(Kind::StreamsFour);
    streams_sharded: Cluster::of(Kind::StreamsSharded);
    streams_old: Cluster::of(Kind::StreamsOld);
    socketioxide: Cluster::of(Kind::Socketioxide);
    python: Cluster::of(Kind::Python);
    python_old: Cluster::of(Kind::PythonOld);

    tls: Cluster::on(RedisTls::start(ClientCertificate::Unasked), Kind::Classic);
    tls_ioredis: Cluster::on(RedisTls::start(ClientCertificate::Unasked), Kind::ClassicIoredis);
    tls_with_client_certificates: Cluster::on(RedisTls::start(ClientCertificate::Required), Kind::Classic);
    user: Cluster::on(RedisServer::start_with_user("emma", "secret"), Kind::Classic);
    user_python: Cluster::on(RedisServer::start_with_user("emma", "secret"), Kind::Python);
    user_socketioxide: Cluster::on(RedisServer::start_with_user("emma", "secret"), Kind::Socketioxide);
}

/// Every kind that runs on a Redis Cluster, one after the other on the same.
#[test]
fn redis_cluster() {
    let redis = RedisCluster::start();
    for (kind, client) in [
        (Kind::Classic, "redis"),
        (Kind::Classic, "ioredis"),
        (Kind::ShardedDynamic, "redis"),
        (Kind::ShardedDynamicPrivate, "ioredis"),
        (Kind::Streams, "redis"),
        (Kind::StreamsFour, "ioredis"),
        (Kind::StreamsSharded, "redis"),
        (Kind::Socketioxide, "its own"),
    ] {
        println!("{} with {client}", kind.name());
        hear_each_other(Cluster::on_with(&redis, kind, &[("REDIS_CLIENT", client)]));
    }
}

#[test]
fn redis_sentinel() {
    let redis = RedisSentinel::start();
    for kind in [Kind::ClassicIoredis, Kind::ShardedDynamic, Kind::Streams, Kind::StreamsOld] {
        println!("{}", kind.name());
        hear_each_other(Cluster::on(&redis, kind));
    }
}

#[test]
fn a_unix_socket() {
    let redis = RedisServer::start();
    for kind in [Kind::Classic, Kind::ClassicIoredis, Kind::Python] {
        println!("{}", kind.name());
        hear_each_other(Cluster::on(redis.unix_url(), kind));
    }
}

#[test]
fn a_redis_cluster_and_a_primary_fail_over() {
    let mut cluster = RedisCluster::start();
    let killed = cluster.fail_over("a channel");
    assert!(!cluster.primaries().contains(&killed));
    cluster.nodes[killed].revive();

    let mut sentinel = RedisSentinel::start();
    let killed = sentinel.fail_over();
    assert_ne!(sentinel.primary(), killed);
}

#[test]
fn servers_answer_questions_about_their_cluster() {
    for kind in [Kind::Classic, Kind::ShardedDynamic, Kind::Streams, Kind::StreamsOld] {
        let mut cluster = Cluster::of(kind);
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
        assert_eq!(other.tool().hear(), json!({"serverEvent": "reload", "args": [1], "namespace": "/"}));
        if kind == Kind::Classic {
            assert_eq!(asked.ask(json!({"ask": "allRooms"}))["rooms"].as_array().unwrap().len(), 3);
        }
    }
}
