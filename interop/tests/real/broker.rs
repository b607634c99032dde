//! The in-process broker of `examples/broker` in place of Redis, for Node servers with each Redis client.

use broker::Broker;
use serde_json::json;
use socketio_emitter::{Binary, Emitter};
use socketio_interop::{Clients, DocTable, JsonProcess, RedisServer, SocketIoServer, run_sio};

use crate::run_exclusively;

/// The name of each Redis client and of its package in `interop/node`.
const REDIS_CLIENTS: [(&str, &str); 5] = [
    ("redis 4", "redis-4"),
    ("redis 5", "redis"),
    ("redis 6", "redis-6"),
    ("ioredis 5", "ioredis-5"),
    ("ioredis 6", "ioredis-6"),
];
const ADAPTERS: [&str; 2] = ["classic", "sharded"];

/// The name of each case of `adapter-suite.js`, and its error if it failed.
type SuiteResults = Vec<(String, Option<String>)>;

#[test]
fn node_servers_on_the_broker_receive_every_emit_and_reach_each_other() {
    let broker = Broker::spawn().unwrap();
    let url = broker.url();
    let servers = ["redis", "ioredis"].map(|client| SocketIoServer::start_on(&url, &[("REDIS_CLIENT", client)]));
    let mut clients = Clients::new();
    clients.connect("a", &servers[0], "/", &["r"]);
    clients.connect("b", &servers[1], "/", &["r"]);
    clients.connect("c", &servers[1], "/admin", &[]);

    let io = Emitter::connect(&url).wait().unwrap();
    assert_eq!(io.to("r").emit("bytes", &("x", Binary([0, 1, 255]))).wait().unwrap().servers, Some(2));
    io.to("r").join("vip").wait().unwrap();
    io.of("/admin").emit("admin", &1).wait().unwrap();
    assert_eq!(run_sio(&url, &["emit", "shell", "hi", "--to", "vip"], b"").code, Some(0));
    let mut official = JsonProcess::start("official-emitter.js");
    official.ask(json!({"redis": url, "event": "end"}));
    official.ask(json!({"redis": url, "event": "end", "namespace": "/admin"}));

    let received = clients.until("end", &["a", "b", "c"]).into_iter();
    let mut received: Vec<_> = received.map(|event| (event.client, event.event, event.args)).collect();
    received.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let bytes = json!(["x", {"$binary": "AAH/"}]);
    let expected = [
        ("a", "bytes", bytes.clone()),
        ("a", "shell", json!(["hi"])),
        ("b", "bytes", bytes),
        ("b", "shell", json!(["hi"])),
        ("c", "admin", json!([1])),
    ];
    assert_eq!(received, expected.map(|(client, event, args)| (client.to_owned(), event.to_owned(), args)));
}

#[test]
fn official_adapters_pass_the_same_cases_on_the_broker_as_on_redis() {
    let _guard = run_exclusively();
    let (redis, broker) = (RedisServer::start(), Broker::spawn().unwrap());
    let mut results = Vec::new();
    for (client, package) in REDIS_CLIENTS {
        // The adapters use different channels, so both can run on the same Redis at the same time.
        let running = ADAPTERS.map(|adapter| {
            let suites = [redis.url(), broker.url()].map(|url| start_suite(&url, package, adapter));
            (format!("{client}, {adapter}"), suites)
        });
        results.extend(running.map(|(column, suites)| (column, suites.map(suite_results))));
    }

    let (_, [cases, _]) = results.iter().max_by_key(|(_, [on_redis, _])| on_redis.len()).unwrap();
    let rows: Vec<_> = cases.iter().map(|(case, _)| case.clone()).collect();
    let columns = results.iter().map(|(column, _)| column.clone());
    let mut table = DocTable::new("broker", "passes on redis-server and the broker", rows.clone(), columns);
    let mut different = Vec::new();
    for (column, [on_redis, on_broker]) in &results {
        for row in &rows {
            let result_in =
                |results: &SuiteResults| results.iter().find(|(case, _)| case == row).map(|(_, error)| error.clone());
            let cell = match (result_in(on_redis), result_in(on_broker)) {
                (None, None) => "-",
                (Some(None), Some(None)) => "both",
                (on_redis, on_broker) => {
                    different.push(format!("{column}, {row}: redis-server {on_redis:?}, broker {on_broker:?}"));
                    "different"
                }
            };
            table.set(row, column, cell);
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    table.check();
}

fn start_suite(url: &str, package: &str, adapter: &str) -> JsonProcess {
    let environment = [("REDIS_URL", url), ("REDIS_CLIENT", package), ("ADAPTER", adapter)];
    JsonProcess::start_with("adapter-suite.js", &environment)
}

fn suite_results(mut suite: JsonProcess) -> SuiteResults {
    let mut results = Vec::new();
    loop {
        let line = suite.receive();
        let Some(case) = line["case"].as_str() else {
            assert_eq!(line["done"], true, "adapter-suite.js wrote {line}");
            return results;
        };
        results.push((case.to_owned(), line["failed"].as_str().map(str::to_owned)));
    }
}
