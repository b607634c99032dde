//! `sio emit hello`, with nothing but the URL, reaches servers of every adapter on Redis in every deployment.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, panic::resume_unwind, thread};

use serde_json::json;
use socketio_interop::{
    ClientCertificate, Clients, Cluster, Deployment, Kind, RedisCluster, RedisSentinel, RedisServer, RedisTls, Sio,
    Table,
};

const PLAIN: &str = "one server";
const USER: &str = "with a user";
const SOCKET: &str = "by a socket";
const TLS: &str = "over TLS";
const SENTINEL: &str = "sentinels";
const CLUSTER: &str = "Redis Cluster";

/// What the servers' own Redis clients can do.
fn runs_on(kind: Kind, deployment: &str) -> bool {
    match deployment {
        // It knows no such URLs.
        SOCKET | TLS => kind != Kind::PythonOld,
        // node-redis has other methods there than the adapter calls; ioredis has the same.
        SENTINEL => kind != Kind::Classic,
        _ => true,
    }
}

/// Says hello on Redis in one deployment, and gives a cell for each kind.
type Greeting = fn() -> Vec<String>;

/// Says hello on this Redis to each kind of servers in turn, and sees who receives it.
fn greet(deployment: &str, redis: &impl Deployment, url: &str) -> Vec<String> {
    Kind::ALL
        .map(|kind| if runs_on(kind, deployment) { hello(kind, deployment, redis, url) } else { "cannot".to_owned() })
        .into()
}

fn hello(kind: Kind, deployment: &str, redis: &impl Deployment, url: &str) -> String {
    println!("{}, {deployment}", kind.name());
    let cluster = Cluster::on(redis, kind);
    let mut clients = Clients::new();
    clients.connect("a", &cluster.servers[0], "/", &[]);
    clients.connect("b", &cluster.servers[1], "/", &[]);
    let run = Sio::run(url, &["emit", "hello"], b"");
    assert_eq!(run.code, Some(0), "{}, {deployment}: {run:?}", kind.name());
    let reached: BTreeSet<String> = (0..2)
        .map(|_| clients.next_of_any())
        .map(|seen| {
            assert_eq!((seen.event.as_str(), &seen.args), ("hello", &json!([])));
            seen.client
        })
        .collect();
    assert_eq!(reached.len(), 2, "{}, {deployment}: one client received it twice", kind.name());
    "2 of 2".to_owned()
}

fn on_plain() -> Vec<String> {
    let redis = RedisServer::start();
    greet(PLAIN, &redis, &redis.url())
}

fn on_socket() -> Vec<String> {
    let redis = RedisServer::start();
    greet(SOCKET, &redis.unix_url(), &redis.unix_url())
}

fn with_user() -> Vec<String> {
    let redis = RedisServer::start_with_user("emma", "secret");
    greet(USER, &redis, &redis.url())
}

fn over_tls() -> Vec<String> {
    let redis = RedisTls::start(ClientCertificate::Unasked);
    greet(TLS, &redis, &format!("{}?ca={}", redis.url(), redis.authority().display()))
}

fn under_sentinels() -> Vec<String> {
    let redis = RedisSentinel::start();
    let url = format!("redis-sentinel://{}/{}", redis.addresses().join(","), RedisSentinel::NAME);
    greet(SENTINEL, &redis, &url)
}

fn on_cluster() -> Vec<String> {
    let redis = RedisCluster::start();
    greet(CLUSTER, &redis, &format!("redis-cluster://{}", redis.addresses().join(",")))
}

#[test]
fn hello_reaches_servers_of_every_adapter_on_every_redis() {
    let deployments: [(&str, Greeting); 6] = [
        (PLAIN, on_plain),
        (USER, with_user),
        (SOCKET, on_socket),
        (TLS, over_tls),
        (SENTINEL, under_sentinels),
        (CLUSTER, on_cluster),
    ];
    let mut table = Table::new("hello", "the servers", Kind::ALL.map(Kind::name), deployments.map(|(name, _)| name));
    let columns = thread::scope(|scope| {
        let greeting = deployments.map(|(name, greet)| (name, scope.spawn(greet)));
        greeting.map(|(name, cells)| (name, cells.join().unwrap_or_else(|panic| resume_unwind(panic))))
    });
    for (deployment, cells) in columns {
        for (kind, cell) in Kind::ALL.iter().zip(cells) {
            table.set(kind.name(), deployment, cell);
        }
    }
    table.finish();
}
