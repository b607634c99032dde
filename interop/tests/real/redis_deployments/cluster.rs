//! Emits on a Redis Cluster while slots move and nodes fail or freeze.

use std::{
    thread,
    time::{Duration, Instant},
};

use socketio_emitter::{Error, Options};
use socketio_interop::{RedisCluster, RedisServer, wait_for};

use crate::run_exclusively;

use super::{
    MESSAGES, REQUESTS, SCHEDULING_MARGIN, TIMEOUT, classic, cluster_url, emit_until_accepted, print_duration,
    raw_subscriber::RawSubscriber, sharded, streams,
};

/// How long an emitter may use the cluster state that it has read.
const STATE_MAX_AGE: Duration = Duration::from_secs(2);

#[test]
fn emits_to_a_cluster_are_delivered_and_counted_on_every_node() {
    let cluster = RedisCluster::start();
    let primary = cluster.primary_of(MESSAGES);
    // The subscribers of a replica are servers as well.
    let _counted = [0, 4].map(|node| RawSubscriber::subscribe(&cluster.nodes[node], "SUBSCRIBE", REQUESTS));
    let mut subscribers: Vec<RawSubscriber> =
        cluster.nodes.iter().map(|node| RawSubscriber::subscribe(node, "SUBSCRIBE", MESSAGES)).collect();
    let mut shard = RawSubscriber::subscribe(&cluster.nodes[primary], "SSUBSCRIBE", MESSAGES);

    // The last URL does not say that the node belongs to a cluster.
    for (number, url) in
        [cluster_url(&cluster), format!("redis-cluster://{}", cluster.nodes[5].address()), cluster.url()]
            .iter()
            .enumerate()
    {
        let event = format!("classic-{number}");
        assert_eq!(classic().connect(url).wait().unwrap().emit(&event, &()).wait().unwrap().servers, Some(2), "{url}");
        subscribers.iter_mut().for_each(|subscriber| subscriber.expect(&event));
        let event = format!("sharded-{number}");
        assert_eq!(sharded().connect(url).wait().unwrap().emit(&event, &()).wait().unwrap().servers, Some(1), "{url}");
        shard.expect(&event);
        let entry = streams().connect(url).wait().unwrap().emit("e", &()).wait().unwrap().entry;
        assert!(entry.is_some_and(|entry| entry.contains('-')));
        let stream = &cluster.nodes[cluster.primary_of("socket.io")];
        assert_eq!(stream.command(&[b"XLEN", b"socket.io"]), format!(":{}\r\n", number + 1));
    }
}

#[test]
fn a_batch_is_split_by_node_and_keeps_the_order_per_channel() {
    let cluster = RedisCluster::start();
    let io = sharded().connect(cluster_url(&cluster)).wait().unwrap();
    let namespaces: Vec<String> = (0..8).map(|number| format!("/n{number}")).collect();
    let mut subscribers: Vec<RawSubscriber> = namespaces
        .iter()
        .map(|namespace| {
            let channel = format!("socket.io#{namespace}#");
            RawSubscriber::subscribe(&cluster.nodes[cluster.primary_of(&channel)], "SSUBSCRIBE", &channel)
        })
        .collect();
    let messages = (0..2000).map(|n| io.of(&namespaces[n % 8]).emit(format!("event-{n}."), &n));
    assert_eq!(io.send_all(messages).wait().unwrap().messages, 2000);
    for n in 0..2000 {
        subscribers[n % 8].expect(&format!("event-{n}."));
    }
}

#[test]
fn emits_follow_slots_that_move() {
    let cluster = RedisCluster::start();
    let shards = sharded().connect(cluster_url(&cluster)).wait().unwrap();
    let stream = streams().connect(cluster_url(&cluster)).wait().unwrap();
    shards.emit("e", &()).wait().unwrap();

    let id = |number: usize| cluster.nodes[number].command(&[b"CLUSTER", b"MYID"]).lines().nth(1).unwrap().to_owned();
    let setslot = |node: usize, key: &str, words: &[&str]| {
        let slot = cluster.slot(key).to_string();
        let mut command: Vec<&[u8]> = vec![b"CLUSTER", b"SETSLOT", slot.as_bytes()];
        command.extend(words.iter().map(|word| word.as_bytes()));
        assert_eq!(cluster.nodes[node].command(&command), "+OK\r\n");
    };
    // During the migration, a stream that does not exist yet is created at the new owner.
    let (from, to) = (cluster.primary_of("socket.io"), (cluster.primary_of("socket.io") + 1) % 3);
    setslot(to, "socket.io", &["IMPORTING", &id(from)]);
    setslot(from, "socket.io", &["MIGRATING", &id(to)]);
    // Detection reads the stream's key as well.
    let detecting = Options::new().timeout(TIMEOUT).connect(cluster_url(&cluster)).wait().unwrap();
    assert_eq!(detecting.emit("e", &()).wait().unwrap_err().code(), "no-servers");
    stream.emit("migrating", &()).wait().unwrap();
    for node in [to, from] {
        setslot(node, "socket.io", &["NODE", &id(to)]);
    }
    stream.emit("moved", &()).wait().unwrap();
    assert_eq!(cluster.nodes[to].command(&[b"XLEN", b"socket.io"]), ":2\r\n");

    let (from, to) = (cluster.primary_of(MESSAGES), (cluster.primary_of(MESSAGES) + 1) % 3);
    for node in [to, from] {
        setslot(node, MESSAGES, &["NODE", &id(to)]);
    }
    let mut subscriber = RawSubscriber::subscribe(&cluster.nodes[to], "SSUBSCRIBE", MESSAGES);
    shards.emit("moved", &()).wait().unwrap();
    subscriber.expect("moved");
}

#[test]
fn emits_succeed_again_after_primaries_of_a_cluster_are_killed() {
    let _guard = run_exclusively();
    let mut cluster = RedisCluster::start();
    let url = cluster_url(&cluster);
    let (publish, shard, stream) = (
        classic().connect(&url).wait().unwrap(),
        sharded().connect(&url).wait().unwrap(),
        streams().connect(&url).wait().unwrap(),
    );
    for io in [&publish, &shard, &stream] {
        (0..20).for_each(|n| drop(io.emit("before", &n).wait().unwrap()));
    }
    let killed = cluster.primary_of(MESSAGES);
    cluster.nodes[killed].kill();
    emit_until_accepted(&shard, "SPUBLISH after the primary was killed");
    emit_until_accepted(&publish, "PUBLISH after the primary was killed");

    let second = cluster.fail_over("socket.io");
    assert_ne!(killed, second);
    print_duration("XADD after the failover", || stream.emit("after", &()).wait().unwrap());
    print_duration("SPUBLISH after the failover", || shard.emit("after", &()).wait().unwrap());
    print_duration("PUBLISH after the failover", || publish.emit("after", &()).wait().unwrap());
}

#[test]
fn emits_to_a_cluster_without_a_majority_fail() {
    let _guard = run_exclusively();
    let mut cluster = RedisCluster::start();
    let io = classic().timeout(Duration::from_secs(3)).connect(cluster_url(&cluster)).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    let stopped = [0, 1, 3, 4];
    stopped.iter().for_each(|number| cluster.nodes[*number].kill());
    wait_for("the node to report that the cluster is down", || {
        let info = cluster.nodes[2].command(&[b"CLUSTER", b"INFO"]);
        info.contains("cluster_state:fail").then_some(())
    });
    // The node would still accept PUBLISH for its own subscribers. The emitter reads the cluster state again after this
    // time.
    thread::sleep(STATE_MAX_AGE);
    let published = cluster.nodes[2].published() + cluster.nodes[5].published();
    let error = loop {
        match io.emit("e", &()).wait() {
            Err(error) if error.may_have_been_taken() => continue,
            result => break result.unwrap_err(),
        }
    };
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert!(error.to_string().to_lowercase().contains("cluster"), "the error names the state of the cluster: {error}");
    assert_eq!(cluster.nodes[2].published() + cluster.nodes[5].published(), published);
    stopped.iter().for_each(|number| cluster.nodes[*number].restart());
    emit_until_accepted(&io, "PUBLISH after most nodes were down");
}

#[test]
fn emits_to_a_frozen_node_fail_by_their_deadline() {
    let _guard = run_exclusively();
    let cluster = RedisCluster::start();
    let short = Duration::from_secs(1);
    let url = cluster_url(&cluster);
    let io = sharded().timeout(short).connect(&url).wait().unwrap();
    let publish = classic().timeout(TIMEOUT).connect(&url).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    let frozen = cluster.primary_of(MESSAGES);
    cluster.nodes[frozen].freeze();
    let started = Instant::now();
    let result = io.emit("e", &()).wait();
    println!(
        "SPUBLISH to a frozen node: {:?} after {:?}",
        result.as_ref().map_err(ToString::to_string),
        started.elapsed()
    );
    assert!(started.elapsed() < short + SCHEDULING_MARGIN);
    assert!(result.is_err_and(|error| error.may_have_been_taken() || matches!(error, Error::Unreachable { .. })));
    emit_until_accepted(&publish, "PUBLISH while a node is frozen");
    emit_until_accepted(&io, "SPUBLISH after the node was frozen");
    cluster.nodes[frozen].thaw();
    io.emit("e", &()).wait().unwrap();
}

#[test]
fn emits_on_a_caller_supplied_cluster_connection_are_delivered() {
    let cluster = RedisCluster::start();
    let _counted = [0, 1].map(|node| RawSubscriber::subscribe(&cluster.nodes[node], "SUBSCRIBE", REQUESTS));
    let mut subscribers: Vec<RawSubscriber> = ["/a", "/b", "/c", "/d"]
        .iter()
        .map(|namespace| {
            let channel = format!("socket.io#{namespace}#");
            RawSubscriber::subscribe(&cluster.nodes[cluster.primary_of(&channel)], "SSUBSCRIBE", &channel)
        })
        .collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let nodes: Vec<String> = cluster.nodes.iter().map(RedisServer::url).collect();
        let connection = redis::cluster::ClusterClient::new(nodes).unwrap().get_async_connection().await.unwrap();
        let receipt = classic().on(connection.clone()).emit("given", &()).await.unwrap();
        assert_eq!(receipt.servers, Some(2));
        let io = sharded().on(connection);
        let namespaces = ["/a", "/b", "/c", "/d"];
        let messages = (0..400).map(|n| io.of(namespaces[n % 4]).emit(format!("event-{n}."), &n));
        assert_eq!(io.send_all(messages).await.unwrap().messages, 400);
    });
    for n in 0..400 {
        subscribers[n % 4].expect(&format!("event-{n}."));
    }
}
