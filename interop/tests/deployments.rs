//! Redis in every deployment: what is emitted arrives, what is counted is right, and a failover costs no message that
//! was promised.

#![allow(clippy::unwrap_used)]

use std::{
    io::{Read, Write},
    os::unix::net::UnixStream,
    time::{Duration, Instant},
};

use serde_json::json;
use socketio_emitter::{Adapter, Classic, Emitter, Error, Options, Sharded, Streams};
use socketio_interop::{
    ClientCertificate, Clients, Cluster, Deployment, Kind, PATIENCE, RedisCluster, RedisSentinel, RedisServer, RedisTls,
};

const TIMEOUT: Duration = Duration::from_secs(10);
/// Machines are shared: a deadline is kept if it is not grossly missed.
const GENEROUS: Duration = Duration::from_secs(10);

/// Where the classic adapter's servers count each other, and where they listen.
const REQUESTS: &str = "socket.io-request#/#";
const MESSAGES: &str = "socket.io#/#";

fn classic() -> Options {
    Options::new().adapter(Adapter::Classic(Classic::default())).timeout(TIMEOUT)
}

fn sharded() -> Options {
    Options::new().adapter(Adapter::Sharded(Sharded::default())).timeout(TIMEOUT)
}

fn streams() -> Options {
    Options::new().adapter(Adapter::Streams(Streams::default())).timeout(TIMEOUT)
}

fn cluster_url(cluster: &RedisCluster) -> String {
    format!("redis-cluster://{}", cluster.addresses().join(","))
}

fn sentinel_url(redis: &RedisSentinel) -> String {
    format!("redis-sentinel://{}/{}", redis.addresses().join(","), RedisSentinel::NAME)
}

/// A subscriber that speaks to Redis itself.
struct Ear {
    stream: UnixStream,
    heard: Vec<u8>,
}

impl Ear {
    fn subscribe(server: &RedisServer, command: &str, channel: &str) -> Self {
        let mut stream = UnixStream::connect(server.unix_url().trim_start_matches("unix://")).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "{command} {channel}\r\n").unwrap();
        let mut ear = Self { stream, heard: Vec::new() };
        ear.hears(":1\r\n");
        ear
    }

    /// Waits for this text, and forgets what came before it.
    fn hears(&mut self, text: &str) {
        loop {
            if let Some(at) = self.heard.windows(text.len()).position(|window| window == text.as_bytes()) {
                self.heard.drain(..at + text.len());
                return;
            }
            let mut bytes = [0; 65536];
            let read = self.stream.read(&mut bytes).unwrap_or_else(|error| panic!("waited for {text}: {error}"));
            assert!(read > 0, "the connection ended before {text}");
            self.heard.extend_from_slice(&bytes[..read]);
        }
    }
}

/// Says how long something took that the report wants to know.
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    println!("{what}: {:?}", started.elapsed());
    result
}

/// Emits until it works; no attempt may take longer than the deadline.
fn first_success(io: &Emitter, what: &str) {
    let lost = Instant::now();
    let mut failed = 0;
    loop {
        let started = Instant::now();
        let result = io.emit("again", &failed).wait();
        assert!(started.elapsed() < TIMEOUT + GENEROUS, "took {:?}", started.elapsed());
        match result {
            Ok(_) => break,
            Err(error) => println!("{what}: after {:?}: {error}", started.elapsed()),
        }
        failed += 1;
        assert!(lost.elapsed() < PATIENCE, "still failing");
    }
    println!("{what}: {failed} failed, first success after {:?}", lost.elapsed());
}

#[test]
fn a_socket_and_a_user() {
    let redis = RedisServer::start();
    let mut ear = Ear::subscribe(&redis, "SUBSCRIBE", MESSAGES);
    classic().connect(&redis.unix_url()).wait().unwrap().emit("by socket", &()).wait().unwrap();
    ear.hears("by socket");

    let redis = RedisServer::start_with_user("emma", "se/cr@t");
    let url = format!("redis://emma:se%2Fcr%40t@{}", redis.address());
    classic().connect(&url).wait().unwrap().emit("e", &()).wait().unwrap();
    let bare = format!("redis://{}", redis.address());
    let io = classic().username("emma").password("se/cr@t").connect(&bare).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    assert_eq!(redis.published(), 2);
    let wrong = classic().password("hunter2").username("emma").connect(&bare).wait().unwrap_err();
    assert!(!format!("{wrong} {wrong:?}").contains("hunter2"), "{wrong:?}");
}

#[test]
fn tls_with_its_own_authority_and_the_clients_certificate() {
    let redis = RedisTls::start(ClientCertificate::Required);
    let mut ear = Ear::subscribe(&redis.server, "SUBSCRIBE", MESSAGES);
    let (cert, key) = redis.client_certificate();
    let ca = format!("{}?ca={}", redis.url(), redis.authority().display());
    let url = format!("{ca}&cert={}&key={}", cert.display(), key.display());
    classic().connect(&url).wait().unwrap().emit("over TLS", &()).wait().unwrap();
    ear.hears("over TLS");

    let bare = classic().connect(&ca).wait().unwrap_err();
    assert!(matches!(bare, Error::Unreachable { .. }), "the client's certificate is missing: {bare}");
    let stranger = classic().connect(&redis.url()).wait().unwrap_err();
    assert!(matches!(stranger, Error::Unreachable { .. }), "the authority is unknown: {stranger}");
    let plain = classic().timeout(Duration::from_secs(1)).connect(&redis.url().replace("rediss", "redis"));
    assert!(matches!(plain.wait().unwrap_err(), Error::Unreachable { .. }));
}

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
fn sentinels_are_asked_and_a_failover_is_followed() {
    let mut redis = RedisSentinel::start();
    let io = classic().connect(&sentinel_url(&redis)).wait().unwrap();
    let _server = Ear::subscribe(&redis.redis[redis.primary()], "SUBSCRIBE", REQUESTS);
    assert_eq!(io.emit("e", &()).wait().unwrap().servers, Some(1));

    let primary = redis.primary();
    redis.redis[primary].kill();
    first_success(&io, "PUBLISH after the sentinels' primary was killed");
    redis.redis[primary].revive();

    let killed = redis.fail_over();
    timed("PUBLISH after the sentinels' failover", || io.emit("e", &()).wait().unwrap());
    let mut ear = Ear::subscribe(&redis.redis[redis.primary()], "SUBSCRIBE", MESSAGES);
    io.emit("at the new primary", &()).wait().unwrap();
    ear.hears("at the new primary");
    redis.redis[killed].revive();

    let unknown = classic().connect(&sentinel_url(&redis).replace("/main", "/other")).wait().unwrap_err();
    assert!(matches!(&unknown, Error::Config(text) if text.contains("other")), "{unknown}");
}

#[test]
fn a_primary_that_was_demoted_is_left() {
    let redis = RedisSentinel::start();
    let io = classic().connect(&sentinel_url(&redis)).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    let before = redis.primary();
    assert_eq!(redis.sentinels[0].command(&[b"SENTINEL", b"FAILOVER", b"main"]), "+OK\r\n");
    let started = Instant::now();
    while redis.primary() == before {
        let _ = io.emit("meanwhile", &()).wait();
        assert!(started.elapsed() < PATIENCE);
    }
    let primary = &redis.redis[redis.primary()];
    while !primary.command(&[b"INFO", b"replication"]).contains("connected_slaves:2") {
        assert!(started.elapsed() < PATIENCE, "the former primary does not follow the new one");
    }
    let mut ear = Ear::subscribe(&redis.redis[redis.primary()], "SUBSCRIBE", MESSAGES);
    timed("PUBLISH after the primary was demoted", || io.emit("demoted", &()).wait().unwrap());
    ear.hears("demoted");
}

#[test]
fn a_frozen_primary_of_sentinels_is_replaced() {
    let redis = RedisSentinel::start();
    let io = classic().connect(&sentinel_url(&redis)).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    let frozen = redis.primary();
    redis.redis[frozen].freeze();
    let started = Instant::now();
    first_success(&io, "PUBLISH after the sentinels' primary was frozen");
    assert!(started.elapsed() < PATIENCE);
    redis.redis[frozen].thaw();
}

/// Servers and clients that answer, on each of them: what is asked is heard on channels, shard channels and streams.
fn ask_everybody<Redis: Deployment>(redis: Redis, url: &str, kind: Kind) {
    let cluster = Cluster::on(redis, kind);
    let mut clients = Clients::new();
    for server in &cluster.servers {
        clients.connect_answering(&server.url(), &server.url(), &["r1"], &json!(["yes"]));
    }
    let io = Options::new().timeout(TIMEOUT).connect(url).wait().unwrap();
    let what = kind.name();
    assert_eq!(io.to("r1").sockets().wait().unwrap().answers.len(), 2, "{what} {url}");
    let acks = io.emit_with_ack("ask", &1).wait().unwrap();
    assert_eq!(acks.answers.len(), 2, "{what} {url}");
    assert_eq!(io.emit("told", &()).wait().unwrap().adapter, io.emit("told", &()).wait().unwrap().adapter);
    clients.expect("told", &[&cluster.servers[0].url(), &cluster.servers[1].url()]);
}

#[test]
fn questions_are_answered_on_every_deployment() {
    let cluster = RedisCluster::start();
    let sentinel = RedisSentinel::start();
    let tls = RedisTls::start(ClientCertificate::Unasked);
    let tls_url = format!("{}?ca={}", tls.url(), tls.authority().display());
    ask_everybody(&tls, &tls_url, Kind::Classic);
    for kind in [Kind::ClassicIoredis, Kind::ShardedDynamic, Kind::Streams] {
        ask_everybody(&sentinel, &sentinel_url(&sentinel), kind);
    }
    for kind in [Kind::Classic, Kind::ShardedDynamic, Kind::Streams, Kind::StreamsSharded] {
        ask_everybody(&cluster, &cluster_url(&cluster), kind);
    }
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

#[test]
fn nobody_is_there() {
    for url in ["redis-cluster://127.0.0.1:1,127.0.0.1:2", "redis-sentinel://u:hunter2@127.0.0.1:1/main"] {
        let started = Instant::now();
        let error = classic().connect(url).wait().unwrap_err();
        assert!(matches!(error, Error::Unreachable { .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        assert!(started.elapsed() < TIMEOUT, "no reason to wait");
    }
}
