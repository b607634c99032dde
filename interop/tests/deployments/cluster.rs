//! Redis Cluster: what moves, fails and freezes in it.

use std::time::{Duration, Instant};

use socketio_emitter::{Error, Options};
use socketio_interop::{PATIENCE, RedisCluster, RedisServer};

use crate::{
    GENEROUS, MESSAGES, REQUESTS, TIMEOUT, classic, cluster_url, ear::Ear, first_success, sharded, streams, timed,
};

#[test]
fn a_cluster_carries_every_command_and_counts_on_every_node() {
    let cluster = RedisCluster::start();
    let primary = cluster.primary_of(MESSAGES);
    // A replica's subscribers are servers as well.
    let _counted = [0, 4].map(|node| Ear::subscribe(&cluster.nodes[node], "SUBSCRIBE", REQUESTS));
    let mut ears: Vec<Ear> = cluster.nodes.iter().map(|node| Ear::subscribe(node, "SUBSCRIBE", MESSAGES)).collect();
    let mut shard = Ear::subscribe(&cluster.nodes[primary], "SSUBSCRIBE", MESSAGES);

    // The last is an ordinary URL, of a node that turns out to belong to a cluster.
    for (number, url) in
        [cluster_url(&cluster), format!("redis-cluster://{}", cluster.nodes[5].address()), cluster.url()]
            .iter()
            .enumerate()
    {
        let event = format!("classic-{number}");
        assert_eq!(classic().connect(url).wait().unwrap().emit(&event, &()).wait().unwrap().servers, Some(2), "{url}");
        ears.iter_mut().for_each(|ear| ear.hears(&event));
        let event = format!("sharded-{number}");
        assert_eq!(sharded().connect(url).wait().unwrap().emit(&event, &()).wait().unwrap().servers, Some(1), "{url}");
        shard.hears(&event);
        let entry = streams().connect(url).wait().unwrap().emit("e", &()).wait().unwrap().entry;
        assert!(entry.is_some_and(|entry| entry.contains('-')));
        let stream = &cluster.nodes[cluster.primary_of("socket.io")];
        assert_eq!(stream.command(&[b"XLEN", b"socket.io"]), format!(":{}\r\n", number + 1));
    }
}

#[test]
fn a_batch_is_split_by_node_and_keeps_its_order() {
    let cluster = RedisCluster::start();
    let io = sharded().connect(&cluster_url(&cluster)).wait().unwrap();
    let namespaces: Vec<String> = (0..8).map(|number| format!("/n{number}")).collect();
    let mut ears: Vec<Ear> = namespaces
        .iter()
        .map(|namespace| {
            let channel = format!("socket.io#{namespace}#");
            Ear::subscribe(&cluster.nodes[cluster.primary_of(&channel)], "SSUBSCRIBE", &channel)
        })
        .collect();
    let messages = (0..2000).map(|n| io.of(&namespaces[n % 8]).emit(format!("event-{n}."), &n));
    assert_eq!(io.send_all(messages).wait().unwrap().messages, 2000);
    for n in 0..2000 {
        ears[n % 8].hears(&format!("event-{n}."));
    }
}

#[test]
fn a_slot_that_moved_is_followed() {
    let cluster = RedisCluster::start();
    let shards = sharded().connect(&cluster_url(&cluster)).wait().unwrap();
    let stream = streams().connect(&cluster_url(&cluster)).wait().unwrap();
    shards.emit("e", &()).wait().unwrap();

    let id = |number: usize| cluster.nodes[number].command(&[b"CLUSTER", b"MYID"]).lines().nth(1).unwrap().to_owned();
    let setslot = |node: usize, key: &str, words: &[&str]| {
        let slot = cluster.slot(key).to_string();
        let mut command: Vec<&[u8]> = vec![b"CLUSTER", b"SETSLOT", slot.as_bytes()];
        command.extend(words.iter().map(|word| word.as_bytes()));
        assert_eq!(cluster.nodes[node].command(&command), "+OK\r\n");
    };
    // On its way: what is not there yet is added at the new owner.
    let (from, to) = (cluster.primary_of("socket.io"), (cluster.primary_of("socket.io") + 1) % 3);
    setslot(to, "socket.io", &["IMPORTING", &id(from)]);
    setslot(from, "socket.io", &["MIGRATING", &id(to)]);
    // Who looks for the servers looks for the stream, too.
    let finder = Options::new().timeout(TIMEOUT).connect(&cluster_url(&cluster)).wait().unwrap();
    assert_eq!(finder.emit("e", &()).wait().unwrap_err().code(), "no-servers");
    stream.emit("asked", &()).wait().unwrap();
    for node in [to, from] {
        setslot(node, "socket.io", &["NODE", &id(to)]);
    }
    stream.emit("moved", &()).wait().unwrap();
    assert_eq!(cluster.nodes[to].command(&[b"XLEN", b"socket.io"]), ":2\r\n");

    let (from, to) = (cluster.primary_of(MESSAGES), (cluster.primary_of(MESSAGES) + 1) % 3);
    for node in [to, from] {
        setslot(node, MESSAGES, &["NODE", &id(to)]);
    }
    let mut ear = Ear::subscribe(&cluster.nodes[to], "SSUBSCRIBE", MESSAGES);
    shards.emit("moved", &()).wait().unwrap();
    ear.hears("moved");
}

#[test]
fn a_cluster_that_loses_a_primary_under_load() {
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
    first_success(&shard, "SPUBLISH after the primary was killed");
    first_success(&publish, "PUBLISH after the primary was killed");

    let killed_too = cluster.fail_over("socket.io");
    assert_ne!(killed, killed_too);
    timed("XADD after the failover", || stream.emit("after", &()).wait().unwrap());
    timed("SPUBLISH after the failover", || shard.emit("after", &()).wait().unwrap());
    timed("PUBLISH after the failover", || publish.emit("after", &()).wait().unwrap());
}

#[test]
fn a_node_that_cannot_reach_the_others_publishes_nothing() {
    let mut cluster = RedisCluster::start();
    let io = classic().timeout(Duration::from_secs(3)).connect(&cluster_url(&cluster)).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    let gone = [0, 1, 3, 4];
    gone.iter().for_each(|number| cluster.nodes[*number].kill());
    let started = Instant::now();
    while !cluster.nodes[2].command(&[b"CLUSTER", b"INFO"]).contains("cluster_state:fail") {
        assert!(started.elapsed() < PATIENCE);
    }
    // Redis would take it, for the subscribers of this node and its replica. One that was connected may be asked for
    // two seconds more.
    std::thread::sleep(Duration::from_secs(2));
    let published = cluster.nodes[2].published() + cluster.nodes[5].published();
    let error = loop {
        match io.emit("e", &()).wait() {
            Err(error) if error.is_unknown() => continue,
            result => break result.unwrap_err(),
        }
    };
    assert!(matches!(&error, Error::Unreachable { .. }) && error.to_string().contains("cluster is down"), "{error}");
    assert_eq!(cluster.nodes[2].published() + cluster.nodes[5].published(), published);
    gone.iter().for_each(|number| cluster.nodes[*number].revive());
    first_success(&io, "PUBLISH after most of the cluster was away");
}

#[test]
fn a_frozen_node_keeps_no_one_beyond_the_deadline() {
    let cluster = RedisCluster::start();
    let short = Duration::from_secs(1);
    let url = cluster_url(&cluster);
    let io = sharded().timeout(short).connect(&url).wait().unwrap();
    let publish = classic().timeout(TIMEOUT).connect(&url).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    let frozen = cluster.primary_of(MESSAGES);
    cluster.nodes[frozen].freeze();
    let started = Instant::now();
    let handed = io.emit("e", &()).wait();
    println!(
        "SPUBLISH to a frozen node: {:?} after {:?}",
        handed.as_ref().map_err(ToString::to_string),
        started.elapsed()
    );
    assert!(started.elapsed() < short + GENEROUS);
    assert!(handed.is_err_and(|error| error.is_unknown() || matches!(error, Error::Unreachable { .. })));
    first_success(&publish, "PUBLISH while a node is frozen");
    first_success(&io, "SPUBLISH after the node was frozen");
    cluster.nodes[frozen].thaw();
    io.emit("e", &()).wait().unwrap();
}

#[test]
fn a_connection_to_a_cluster_that_the_program_has_will_do() {
    let cluster = RedisCluster::start();
    let _counted = [0, 1].map(|node| Ear::subscribe(&cluster.nodes[node], "SUBSCRIBE", REQUESTS));
    let mut ears: Vec<Ear> = ["/a", "/b", "/c", "/d"]
        .iter()
        .map(|namespace| {
            let channel = format!("socket.io#{namespace}#");
            Ear::subscribe(&cluster.nodes[cluster.primary_of(&channel)], "SSUBSCRIBE", &channel)
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
        ears[n % 4].hears(&format!("event-{n}."));
    }
}
