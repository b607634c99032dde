//! The tap on shard channels, which it receives from a replica or with MONITOR.

use serde_json::{Value, json};
use socketio_interop::{
    Clients, RedisCluster, RedisSentinel, RedisServer, ServerKind, SioTap, SocketIoCluster, run_sio, wait_for,
};

use crate::run_exclusively;

/// Covers main channels, channels of existing and new rooms, and responses, with and without `--monitor`.
#[test]
fn tap_subscribes_to_shard_channels_at_a_replica_and_is_not_counted() {
    let _guard = run_exclusively();
    let mut cluster = SocketIoCluster::of(ServerKind::ShardedDynamic);
    let (mut clients, url) = (Clients::new(), cluster.redis.url());
    for (name, server) in ["a", "b"].iter().zip(&cluster.servers) {
        clients.connect(name, server, "/", &["r1"]);
    }
    let replica = RedisServer::start_replica_of(&cluster.redis);
    let options = [&["--requests"][..], &["--requests", "--monitor"], &["--requests", "--adapter", "sharded"]];
    for (round, args) in options.into_iter().enumerate() {
        let tap = SioTap::start(&url, args);
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
        let run = run_sio(&url, &["emit", "by-emitter", "1", "-o", "json"], b"");
        assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["servers"], 2, "{run:?}");
        tap.find("event", "by-emitter");
        let sockets = cluster.servers[0].ask(json!({"ask": "fetchSockets"}));
        assert_eq!(sockets["sockets"].as_array().unwrap().len(), 2 + round, "{sockets}");
        assert_eq!(tap.find("do", "question")["about"], "fetch");
        assert_eq!(tap.find("do", "answer")["about"], "fetch");
        assert!(!cluster.redis.command(&[b"INFO", b"commandstats"]).contains("cmdstat_monitor"));

        // The tap subscribes to the channel of a new room when it next lists the channels.
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

    // A promoted replica would count the tap as a server.
    let tap = SioTap::start(&url, &[]);
    replica.command(&[b"REPLICAOF", b"NO", b"ONE"]);
    let line = tap.find("do", "away");
    assert!(!line["reason"].as_str().unwrap().is_empty(), "{line}");
    wait_for("the tap to unsubscribe", || (replica.command(&[b"PUBSUB", b"SHARDCHANNELS"]) == "*0\r\n").then_some(()));
    replica.follow(&cluster.redis);
    tap.find("do", "back");
    cluster.servers[0].ask(json!({"ask": "emit", "event": "again", "args": [], "rooms": []}));
    tap.find("event", "again");
}

#[test]
fn tap_without_replica_names_the_shard_channels_that_it_cannot_receive() {
    let cluster = SocketIoCluster::of(ServerKind::ShardedDynamic);
    let tap = SioTap::start(&cluster.redis.url(), &[]);
    let line = tap.receive();
    assert_eq!(line["do"], "unheard");
    assert!(line["channels"].as_array().unwrap().contains(&json!("socket.io#/#")), "{line}");
    // Messages of other adapters are still shown.
    let run = run_sio(&cluster.redis.url(), &["emit", "lost", "--adapter", "classic"], b"");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(tap.find("event", "lost")["seen"]["adapter"], "classic");
}

/// The tap prefers a replica, then MONITOR if `--monitor` is given.
#[test]
fn tap_switches_to_a_new_replica_and_back() {
    let _guard = run_exclusively();
    let mut cluster = SocketIoCluster::of(ServerKind::ShardedDynamic);
    let url = cluster.redis.url();
    let (plain, monitoring) = (SioTap::start(&url, &[]), SioTap::start(&url, &["--monitor"]));
    plain.find("do", "unheard");
    assert_eq!(monitoring.find("do", "hearing")["replica"], Value::Null);
    let mut emit = |event: &str, taps: &[&SioTap]| {
        cluster.servers[0].ask(json!({"ask": "emit", "event": event, "args": [], "rooms": []}));
        taps.iter().for_each(|tap| drop(tap.find("event", event)));
    };
    emit("by-monitor", &[&monitoring]);

    let mut replica = RedisServer::start_replica_of(&cluster.redis);
    assert_eq!(plain.find("do", "hearing")["replica"], replica.address());
    emit("by-replica", &[&plain, &monitoring]);
    assert_eq!(monitoring.interrupt(), Some(0));

    let monitoring = SioTap::start(&url, &["--monitor"]);
    assert_eq!(monitoring.find("do", "hearing")["replica"], replica.address());
    replica.kill();
    for tap in [&plain, &monitoring] {
        tap.find("do", "away");
    }
    assert_eq!(monitoring.find("do", "hearing")["replica"], Value::Null);
    plain.find("do", "unheard");
    emit("by-monitor-again", &[&monitoring]);
}

#[test]
fn tap_moves_to_another_replica_after_a_sentinel_failover() {
    let _guard = run_exclusively();
    let mut cluster = SocketIoCluster::on(RedisSentinel::start(), ServerKind::ShardedDynamic);
    let url = format!("redis-sentinel://{}/{}", cluster.redis.addresses().join(","), RedisSentinel::NAME);
    let tap = SioTap::start(&url, &[]);
    let replica = tap.find("do", "hearing")["replica"].clone();
    assert_ne!(replica, cluster.redis.redis[0].address());
    cluster.servers[0].ask(json!({"ask": "emit", "event": "before", "args": [], "rooms": []}));
    tap.find("event", "before");

    cluster.redis.fail_over();
    tap.find("do", "away");
    let replica = tap.find("do", "hearing")["replica"].clone();
    assert_ne!(replica, cluster.redis.redis[cluster.redis.primary()].address());
    wait_for("both servers, and not the tap, to be counted", || {
        let counted =
            cluster.servers.iter_mut().all(|server| server.ask(json!({"ask": "serverCount"}))["servers"] == 2);
        counted.then_some(())
    });
    wait_for("the tap to receive an event", || {
        cluster.servers[0].ask(json!({"ask": "emit", "event": "after", "args": [], "rooms": []}));
        std::iter::from_fn(|| tap.try_receive()).any(|line| line["event"] == "after").then_some(())
    });
}

#[test]
fn tap_of_a_redis_cluster_shows_each_message_once() {
    let _guard = run_exclusively();
    let redis = RedisCluster::start();
    let url = format!("redis-cluster://{}", redis.addresses().join(","));
    let tap = SioTap::start(&url, &["--monitor"]);
    assert_eq!(tap.receive(), json!({"do": "hearing"}));
    let names: Vec<_> = (0..8).map(|n| format!("/n{n}")).collect();
    for adapter in ["classic", "sharded"] {
        for name in &names {
            let run = run_sio(&url, &["emit", "e", "-q", "--adapter", adapter, "-n", name], b"");
            assert_eq!(run.code, Some(0), "{run:?}");
        }
        let mut shown: Vec<_> = (0..names.len())
            .map(|_| {
                let line = tap.receive();
                assert_eq!(line["seen"]["adapter"], adapter, "{line}");
                line["namespace"].as_str().unwrap().to_owned()
            })
            .collect();
        shown.sort();
        assert_eq!(shown, names, "{adapter}");
    }
    let run = run_sio(&url, &["emit", "stream", "-q", "--adapter", "streams"], b"");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(tap.receive()["event"], "stream");
}
