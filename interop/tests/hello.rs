//! `sio emit hello`, with nothing but the URL, reaches servers of every adapter on Redis in every deployment.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

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

/// Says hello on this Redis to each kind of servers in turn, and sees who receives it.
fn greet(table: &mut Table, deployment: &'static str, redis: &impl Deployment, url: &str) {
    for kind in Kind::ALL {
        let cell = if runs_on(kind, deployment) {
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
            format!("{} of 2", reached.len())
        } else {
            "cannot".to_owned()
        };
        assert_ne!(cell, "1 of 2", "{}, {deployment}: one client received it twice", kind.name());
        table.set(kind.name(), deployment, cell);
    }
}

#[test]
fn hello_reaches_servers_of_every_adapter_on_every_redis() {
    let deployments = [PLAIN, USER, SOCKET, TLS, SENTINEL, CLUSTER];
    let mut table = Table::new("hello", "the servers", Kind::ALL.map(Kind::name), deployments);
    let redis = RedisServer::start();
    greet(&mut table, PLAIN, &redis, &redis.url());
    greet(&mut table, SOCKET, &redis.unix_url(), &redis.unix_url());
    let redis = RedisServer::start_with_user("emma", "secret");
    greet(&mut table, USER, &redis, &redis.url());
    let redis = RedisTls::start(ClientCertificate::Unasked);
    let url = format!("{}?ca={}", redis.url(), redis.authority().display());
    greet(&mut table, TLS, &redis, &url);
    let redis = RedisSentinel::start();
    let url = format!("redis-sentinel://{}/{}", redis.addresses().join(","), RedisSentinel::NAME);
    greet(&mut table, SENTINEL, &redis, &url);
    let redis = RedisCluster::start();
    greet(&mut table, CLUSTER, &redis, &format!("redis-cluster://{}", redis.addresses().join(",")));
    table.finish();
}
