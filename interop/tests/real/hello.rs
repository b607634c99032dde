//! `sio emit hello` without options reaches servers of every adapter on every Redis deployment.

use std::{collections::BTreeSet, panic::resume_unwind, thread};

use serde_json::json;
use socketio_interop::{
    ClientCertificate, Clients, DocTable, RedisCluster, RedisDeployment, RedisSentinel, RedisServer, RedisTls,
    ServerKind, SocketIoCluster, run_sio,
};

use crate::run_exclusively;

const PLAIN: &str = "one server";
const USER: &str = "ACL user";
const SOCKET: &str = "Unix socket";
const TLS: &str = "TLS";
const SENTINEL: &str = "Sentinel";
const CLUSTER: &str = "Redis Cluster";

/// Whether the Redis client of these servers supports a deployment.
fn supports(kind: ServerKind, deployment: &str) -> bool {
    match deployment {
        // This version does not accept such URLs.
        SOCKET | TLS => kind != ServerKind::PythonOld,
        // The sentinel client of node-redis lacks methods that the adapter calls.
        SENTINEL => kind != ServerKind::Classic,
        _ => true,
    }
}

/// Runs `sio emit hello` on one Redis deployment and returns a cell for each kind of servers.
type HelloColumn = fn() -> Vec<String>;

/// Runs `sio emit hello` for each kind of servers in turn.
fn hello_to_all_kinds(deployment: &str, redis: &impl RedisDeployment, url: &str) -> Vec<String> {
    ServerKind::ALL
        .map(
            |kind| {
                if supports(kind, deployment) {
                    hello(kind, deployment, redis, url)
                } else {
                    "not supported".to_owned()
                }
            },
        )
        .into()
}

fn hello(kind: ServerKind, deployment: &str, redis: &impl RedisDeployment, url: &str) -> String {
    println!("{}, {deployment}", kind.name());
    let cluster = SocketIoCluster::on(redis, kind);
    let mut clients = Clients::new();
    clients.connect("a", &cluster.servers[0], "/", &[]);
    clients.connect("b", &cluster.servers[1], "/", &[]);
    let run = run_sio(url, &["emit", "hello"], b"");
    assert_eq!(run.code, Some(0), "{}, {deployment}: {run:?}", kind.name());
    let reached: BTreeSet<String> = (0..2)
        .map(|_| clients.next_of_any())
        .map(|event| {
            assert_eq!((event.event.as_str(), &event.args), ("hello", &json!([])));
            event.client
        })
        .collect();
    assert_eq!(reached.len(), 2, "{}, {deployment}: one client received it twice", kind.name());
    "2 of 2".to_owned()
}

fn on_plain() -> Vec<String> {
    let redis = RedisServer::start();
    hello_to_all_kinds(PLAIN, &redis, &redis.url())
}

fn on_socket() -> Vec<String> {
    let redis = RedisServer::start();
    hello_to_all_kinds(SOCKET, &redis.unix_url(), &redis.unix_url())
}

fn with_user() -> Vec<String> {
    let redis = RedisServer::start_with_user("emma", "secret");
    hello_to_all_kinds(USER, &redis, &redis.url())
}

fn over_tls() -> Vec<String> {
    let redis = RedisTls::start(ClientCertificate::NotRequested);
    hello_to_all_kinds(TLS, &redis, &format!("{}?ca={}", redis.url(), redis.authority().display()))
}

fn under_sentinels() -> Vec<String> {
    let redis = RedisSentinel::start();
    let url = format!("redis-sentinel://{}/{}", redis.addresses().join(","), RedisSentinel::NAME);
    hello_to_all_kinds(SENTINEL, &redis, &url)
}

fn on_cluster() -> Vec<String> {
    let redis = RedisCluster::start();
    hello_to_all_kinds(CLUSTER, &redis, &format!("redis-cluster://{}", redis.addresses().join(",")))
}

#[test]
fn hello_reaches_servers_of_every_adapter_on_every_redis() {
    let _guard = run_exclusively();
    let deployments: [(&str, HelloColumn); 6] = [
        (PLAIN, on_plain),
        (USER, with_user),
        (SOCKET, on_socket),
        (TLS, over_tls),
        (SENTINEL, under_sentinels),
        (CLUSTER, on_cluster),
    ];
    let mut table =
        DocTable::new("hello", "servers", ServerKind::ALL.map(ServerKind::name), deployments.map(|(name, _)| name));
    let columns = thread::scope(|scope| {
        let columns = deployments.map(|(name, hello)| (name, scope.spawn(hello)));
        columns.map(|(name, cells)| (name, cells.join().unwrap_or_else(|panic| resume_unwind(panic))))
    });
    for (deployment, cells) in columns {
        for (kind, cell) in ServerKind::ALL.iter().zip(cells) {
            table.set(kind.name(), deployment, cell);
        }
    }
    table.check();
}
