//! The official adapters do the same on the broker as on redis-server, with every Redis client that Node has.

#![allow(clippy::unwrap_used)]

use broker::Broker;
use socketio_interop::{RedisServer, Table, Tool};

/// Each client's name, and that of its package here.
const CLIENTS: [(&str, &str); 5] = [
    ("redis 4", "redis-4"),
    ("redis 5", "redis"),
    ("redis 6", "redis-6"),
    ("ioredis 5", "ioredis-5"),
    ("ioredis 6", "ioredis-6"),
];
const ADAPTERS: [&str; 2] = ["classic", "sharded"];

/// Each case's name, and what went wrong in it.
type Outcome = Vec<(String, Option<String>)>;

#[test]
fn the_official_adapters_do_the_same_on_the_broker_as_on_redis() {
    let (redis, broker) = (RedisServer::start(), Broker::spawn().unwrap());
    let mut outcomes = Vec::new();
    for (client, package) in CLIENTS {
        // What is said on one adapter's channels is not heard on the other's, so both can share a Redis.
        let start = |adapter| {
            let tools = [redis.url(), broker.url()].map(|url| start(&url, package, adapter));
            (format!("{client}, {adapter}"), tools)
        };
        let running = ADAPTERS.map(start);
        outcomes.extend(running.map(|(column, tools)| (column, tools.map(outcome))));
    }

    let (_, [cases, _]) = outcomes.iter().max_by_key(|(_, [on_redis, _])| on_redis.len()).unwrap();
    let rows: Vec<_> = cases.iter().map(|(case, _)| case.clone()).collect();
    let columns = outcomes.iter().map(|(column, _)| column.clone());
    let mut table = Table::new("broker", "passes on redis-server and the broker", rows.clone(), columns);
    let mut different = Vec::new();
    for (column, [on_redis, on_broker]) in &outcomes {
        for row in &rows {
            let of = |outcome: &Outcome| outcome.iter().find(|(case, _)| case == row).map(|(_, failed)| failed.clone());
            let cell = match (of(on_redis), of(on_broker)) {
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
    table.finish();
}

fn start(url: &str, package: &str, adapter: &str) -> Tool {
    Tool::start_with("adapter-suite.js", &[("REDIS_URL", url), ("REDIS_CLIENT", package), ("ADAPTER", adapter)])
}

fn outcome(mut tool: Tool) -> Outcome {
    let mut outcome = Vec::new();
    loop {
        let line = tool.hear();
        let Some(case) = line["case"].as_str() else {
            assert_eq!(line["done"], true, "adapter-suite.js said {line}");
            return outcome;
        };
        outcome.push((case.to_owned(), line["failed"].as_str().map(str::to_owned)));
    }
}
