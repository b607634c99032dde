//! The tap on shard channels: heard at a replica or by MONITOR, and nobody notices that somebody looks on.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use socketio_interop::{Clients, Cluster, Kind, RedisCluster, RedisSentinel, RedisServer, Sio, Tap, wait_for};

/// Main channels, those of rooms, also of new ones, and answers; with and without `--monitor`.
#[test]
fn shard_channels_are_heard_at_a_replica_and_nobody_notices() {
    let mut cluster = Cluster::of(Kind::ShardedDynamic);
    let (mut clients, url) = (Clients::new(), cluster.redis.url());
    for (name, server) in ["a", "b"].iter().zip(&cluster.servers) {
        clients.connect(name, server, "/", &["r1"]);
    }
    let replica = RedisServer::start_replica_of(&cluster.redis);
    let all = [&["--requests"][..], &["--requests", "--monitor"], &["--requests", "--adapter", "sharded"]];
    for (round, args) in all.into_iter().enumerate() {
        let tap = Tap::start(&url, args);
        for (event, rooms, channel) in
            [("to-all", json!([]), "socket.io#/#"), ("to-room", json!(["r1"]), "socket.io#/#r1#")]
        {
            cluster.servers[0].ask(json!({"ask": "emit", "event": event, "args": [1], "rooms": rooms}));
            let line = tap.find("event", event);
            assert_eq!((&line["seen"]["adapter"], &line["seen"]["channel"]), (&json!("sharded"), &json!(channel)));
            clients.expect(event, &["a", "b"]);
        }
        assert!(replica.command(&[b"PUBSUB", b"SHARDNUMSUB", b"socket.io#/#"]).ends_with(":1\r\n"));
        assert_eq!(cluster.servers[0].ask(json!({"ask": "serverCount"}))["servers"], 2);
        let run = Sio::run(&url, &["emit", "by-emitter", "1", "-o", "json"], b"");
        assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["servers"], 2, "{run:?}");
        tap.find("event", "by-emitter");
        let sockets = cluster.servers[0].ask(json!({"ask": "fetchSockets"}));
        assert_eq!(sockets["sockets"].as_array().unwrap().len(), 2 + round, "{sockets}");
        assert_eq!(tap.find("do", "question")["about"], "fetch");
        assert_eq!(tap.find("do", "answer")["about"], "fetch");
        assert!(!cluster.redis.command(&[b"INFO", b"commandstats"]).contains("cmdstat_monitor"));

        // A room that is new is heard from the next look on.
        let room = format!("new{round}");
        let channel = format!("socket.io#/#{room}#");
        clients.connect(&room, &cluster.servers[1], "/", &[&room]);
        wait_for("the new room's channel", || {
            let count = replica.command(&[b"PUBSUB", b"SHARDNUMSUB", channel.as_bytes()]);
            count.ends_with(":1\r\n").then_some(())
        });
        cluster.servers[0].ask(json!({"ask": "emit", "event": "to-new", "args": [], "rooms": [room]}));
        assert_eq!(tap.find("event", "to-new")["seen"]["channel"], channel);
        assert_eq!(tap.interrupt(), Some(0));
    }

    // One that is a primary now would count the tap.
    let tap = Tap::start(&url, &[]);
    replica.command(&[b"REPLICAOF", b"NO", b"ONE"]);
    let line = tap.find("do", "away");
    assert!(line["reason"].as_str().unwrap().contains("does not repeat"), "{line}");
    wait_for("the tap to let go", || (replica.command(&[b"PUBSUB", b"SHARDCHANNELS"]) == "*0\r\n").then_some(()));
    replica.follow(&cluster.redis);
    tap.find("do", "back");
    cluster.servers[0].ask(json!({"ask": "emit", "event": "again", "args": [], "rooms": []}));
    tap.find("event", "again");
}

#[test]
fn shard_channels_that_cannot_be_heard_are_named() {
    let cluster = Cluster::of(Kind::ShardedDynamic);
    let tap = Tap::start(&cluster.redis.url(), &[]);
    let line = tap.hear();
    assert_eq!(line["do"], "unheard");
    assert!(line["channels"].as_array().unwrap().contains(&json!("socket.io#/#")), "{line}");
    // And what no server here reads is shown all the same.
    let run = Sio::run(&cluster.redis.url(), &["emit", "lost", "--adapter", "classic"], b"");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(tap.find("event", "lost")["seen"]["adapter"], "classic");
}

/// What is listened to is what there is, best first: a replica, MONITOR where it was asked for, nothing.
#[test]
fn a_replica_may_come_and_go() {
    let mut cluster = Cluster::of(Kind::ShardedDynamic);
    let url = cluster.redis.url();
    let (patient, asking) = (Tap::start(&url, &[]), Tap::start(&url, &["--monitor"]));
    patient.find("do", "unheard");
    assert_eq!(asking.find("do", "hearing")["replica"], Value::Null);
    let mut emit = |event: &str, taps: &[&Tap]| {
        cluster.servers[0].ask(json!({"ask": "emit", "event": event, "args": [], "rooms": []}));
        taps.iter().for_each(|tap| drop(tap.find("event", event)));
    };
    emit("overheard", &[&asking]);

    let mut replica = RedisServer::start_replica_of(&cluster.redis);
    assert_eq!(patient.find("do", "hearing")["replica"], replica.address());
    emit("repeated", &[&patient, &asking]);
    assert_eq!(asking.interrupt(), Some(0));

    let asking = Tap::start(&url, &["--monitor"]);
    assert_eq!(asking.find("do", "hearing")["replica"], replica.address());
    replica.kill();
    for tap in [&patient, &asking] {
        tap.find("do", "away");
    }
    assert_eq!(asking.find("do", "hearing")["replica"], Value::Null);
    patient.find("do", "unheard");
    emit("overheard again", &[&asking]);
}

/// When a replica becomes the primary, the tap does not count there as a server.
#[test]
fn sentinels_name_the_next_replica() {
    let mut cluster = Cluster::on(RedisSentinel::start(), Kind::ShardedDynamic);
    let url = format!("redis-sentinel://{}/{}", cluster.redis.addresses().join(","), RedisSentinel::NAME);
    let tap = Tap::start(&url, &[]);
    let replica = tap.find("do", "hearing")["replica"].clone();
    assert_ne!(replica, cluster.redis.redis[0].address());
    cluster.servers[0].ask(json!({"ask": "emit", "event": "before", "args": [], "rooms": []}));
    tap.find("event", "before");

    cluster.redis.fail_over();
    tap.find("do", "away");
    let replica = tap.find("do", "hearing")["replica"].clone();
    assert_ne!(replica, cluster.redis.redis[cluster.redis.primary()].address());
    wait_for("both servers to be back, and nobody else to be counted", || {
        let counted =
            cluster.servers.iter_mut().all(|server| server.ask(json!({"ask": "serverCount"}))["servers"] == 2);
        counted.then_some(())
    });
    wait_for("the tap to hear them", || {
        cluster.servers[0].ask(json!({"ask": "emit", "event": "after", "args": [], "rooms": []}));
        std::iter::from_fn(|| tap.try_hear()).any(|line| line["event"] == "after").then_some(())
    });
}

/// Wherever in the cluster it is published, each message is shown once.
#[test]
fn a_redis_cluster_is_heard_as_a_whole() {
    let redis = RedisCluster::start();
    let url = format!("redis-cluster://{}", redis.addresses().join(","));
    let tap = Tap::start(&url, &["--monitor"]);
    assert_eq!(tap.hear(), json!({"do": "hearing"}));
    let names: Vec<_> = (0..8).map(|n| format!("/n{n}")).collect();
    for adapter in ["classic", "sharded"] {
        for name in &names {
            let run = Sio::run(&url, &["emit", "e", "-q", "--adapter", adapter, "-n", name], b"");
            assert_eq!(run.code, Some(0), "{run:?}");
        }
        let mut shown: Vec<_> = (0..names.len())
            .map(|_| {
                let line = tap.hear();
                assert_eq!(line["seen"]["adapter"], adapter, "{line}");
                line["namespace"].as_str().unwrap().to_owned()
            })
            .collect();
        shown.sort();
        assert_eq!(shown, names, "{adapter}");
    }
    let run = Sio::run(&url, &["emit", "begun", "-q", "--adapter", "streams"], b"");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(tap.hear()["event"], "begun");
}
