//! `sio doctor` finds each cause, on a cluster that is broken in just that way.

#![allow(clippy::unwrap_used)]

use std::process::Command;

use serde_json::{Value, json};
use socketio_interop::{Clients, Cluster, Kind, RedisCluster, RedisServer, Server, Sio, Table};

/// How a cluster is broken, and by what name the diagnosis calls it.
struct Case {
    broken: &'static str,
    code: &'static str,
    said: fn() -> Said,
}

/// What the command line said.
struct Said {
    code: Option<i32>,
    diagnosis: Value,
}

impl Said {
    fn finding(&self, code: &str) -> &Value {
        let findings = self.diagnosis["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["code"] == code).unwrap_or_else(|| panic!("{:#}", self.diagnosis))
    }
}

fn doctor(url: &str, args: &[&str]) -> Said {
    let sio = Sio::run(url, &[&["doctor", "--output", "json"], args].concat(), b"");
    let diagnosis = serde_json::from_str(&sio.stdout).unwrap_or_else(|_| panic!("{sio:?}"));
    Said { code: sio.code, diagnosis }
}

fn signal(server: &mut Server, name: &str) {
    let pid = server.tool().pid().to_string();
    assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
}

/// A user that may do everything but this.
fn user(redis: &RedisServer, rules: &[&str]) -> String {
    let words: Vec<&[u8]> = ["ACL", "SETUSER", "low", "on", ">p", "~*", "&*", "+@all"]
        .iter()
        .chain(rules)
        .map(|word| word.as_bytes())
        .collect();
    assert_eq!(redis.command(&words), "+OK\r\n");
    format!("redis://low:p@{}", redis.address())
}

const CASES: [Case; 22] = [
    Case {
        broken: "the servers have no adapter",
        code: "no-servers",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[("ADAPTER", "none")]);
            doctor(&redis.url(), &[])
        },
    },
    Case {
        broken: "nobody on Redis but a subscriber of another kind",
        code: "no-servers",
        said: || {
            let redis = RedisServer::start();
            let mut client = redis::Client::open(redis.url()).unwrap().get_connection().unwrap();
            let mut news = client.as_pubsub();
            news.subscribe("news").unwrap();
            doctor(&redis.url(), &[])
        },
    },
    Case {
        broken: "servers of streams 0.2 in database 1, the emitter in 0",
        code: "no-servers",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start_as(Kind::StreamsOld, &format!("{}/1", redis.url()), &[]);
            doctor(&redis.url(), &[])
        },
    },
    Case {
        broken: "the servers have another prefix",
        code: "other-prefix",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat"}"#)]);
            doctor(&redis.url(), &[])
        },
    },
    Case {
        broken: "the servers have another prefix and another adapter",
        code: "other-prefix",
        said: || {
            let redis = RedisServer::start();
            let options = [("ADAPTER_OPTIONS", r#"{"channelPrefix":"chat"}"#)];
            let _server = Server::start_as(Kind::ShardedDynamic, &redis, &options);
            doctor(&redis.url(), &["--adapter", "classic"])
        },
    },
    Case {
        broken: "a misspelt namespace",
        code: "no-namespace",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[]);
            doctor(&redis.url(), &["--namespace", "/admn"])
        },
    },
    Case {
        broken: "a namespace that no server makes",
        code: "no-namespace",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start_as(Kind::Streams, &redis, &[]);
            doctor(&redis.url(), &["--namespace", "/nowhere"])
        },
    },
    Case {
        broken: "sharded servers, a classic emitter",
        code: "other-adapter",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start_as(Kind::ShardedDynamic, &redis, &[]);
            doctor(&redis.url(), &["--adapter", "classic"])
        },
    },
    Case {
        broken: "a sharded emitter on Redis 6.2",
        code: "old-redis",
        said: || {
            let redis = RedisServer::start_6();
            let _server = Server::start(&redis, &[]);
            doctor(&redis.url(), &["--adapter", "sharded"])
        },
    },
    Case {
        broken: "classic servers, a sharded emitter",
        code: "other-adapter",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[]);
            doctor(&redis.url(), &["--adapter", "sharded"])
        },
    },
    Case {
        broken: "socketioxide servers, an emitter for python",
        code: "other-adapter",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start_as(Kind::Socketioxide, &redis, &[]);
            doctor(&redis.url(), &["--adapter", "python"])
        },
    },
    Case {
        broken: "two adapters with one prefix",
        code: "several-adapters",
        said: || {
            let redis = RedisServer::start();
            let _servers = [Server::start(&redis, &[]), Server::start_as(Kind::ShardedStatic, &redis, &[])];
            doctor(&redis.url(), &[])
        },
    },
    Case {
        broken: "a server that a malformed message left deaf",
        code: "silent-servers",
        said: || {
            let redis = RedisServer::start();
            let _deaf = Server::start(&redis, &[]);
            assert_eq!(redis.command(&[b"PUBLISH", b"socket.io#/#", b"x"]), ":1\r\n");
            let _server = Server::start(&redis, &[]);
            doctor(&redis.url(), &["--probe"])
        },
    },
    Case {
        broken: "a malformed entry in the stream",
        code: "stuck-stream",
        said: || {
            let redis = RedisServer::start();
            let mut server = Server::start_as(Kind::Streams, &redis, &[]);
            // A reader reads from the start of its read on, and that has begun once an entry has come through.
            server.ask(json!({"ask": "emit", "event": "e"}));
            redis.command(&[b"XADD", b"socket.io", b"*", b"uid", b"x", b"nsp", b"/", b"type", b"3"]);
            doctor(&redis.url(), &[])
        },
    },
    Case {
        broken: "a frozen server",
        code: "silent-servers",
        said: || {
            let mut cluster = Cluster::of(Kind::ShardedDynamic);
            signal(&mut cluster.servers[0], "STOP");
            doctor(&cluster.redis.url(), &[])
        },
    },
    Case {
        broken: "a frozen server and a flood of messages",
        code: "slow-subscriber",
        said: || {
            let mut cluster = Cluster::start();
            signal(&mut cluster.servers[0], "STOP");
            signal(&mut cluster.servers[1], "STOP");
            let message = vec![0; 1 << 20];
            let waits = |list: &str| list.split("omem=").skip(1).any(|rest| rest.split(' ').next().unwrap().len() > 6);
            while !waits(&cluster.redis.command(&[b"CLIENT", b"LIST", b"TYPE", b"pubsub"])) {
                cluster.redis.command(&[b"PUBLISH", b"socket.io#/#", &message]);
            }
            for _ in 0..5 {
                cluster.redis.command(&[b"PUBLISH", b"socket.io#/#", &message]);
            }
            doctor(&cluster.redis.url(), &[])
        },
    },
    Case {
        broken: "a room that nobody is in",
        code: "empty-room",
        said: || {
            let redis = RedisServer::start();
            let server = Server::start(&redis, &[]);
            let mut clients = Clients::new();
            clients.connect("a", &server, "/", &["lobby"]);
            let lobby = doctor(&redis.url(), &["--to", "lobby"]);
            assert_eq!((lobby.code, &lobby.diagnosis["room"]["sockets"]), (Some(0), &json!(1)));
            doctor(&redis.url(), &["--to", "Loby"])
        },
    },
    Case {
        broken: "a user without the channels",
        code: "acl",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[]);
            doctor(&user(&redis, &["resetchannels"]), &[])
        },
    },
    Case {
        broken: "a user without PUBLISH",
        code: "acl",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[]);
            doctor(&user(&redis, &["-publish"]), &[])
        },
    },
    Case {
        broken: "a user without PUBSUB",
        code: "unseen",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[]);
            doctor(&user(&redis, &["-pubsub"]), &[])
        },
    },
    Case {
        broken: "servers of Socket.IO 2 and 4",
        code: "mixed-versions",
        said: || {
            let redis = RedisServer::start();
            let _servers = [Server::start_old(&redis, 2), Server::start(&redis, &[])];
            doctor(&redis.url(), &[])
        },
    },
    Case {
        broken: "a replica instead of the primary",
        code: "replica",
        said: || {
            let (primary, replica) = (RedisServer::start(), RedisServer::start());
            let port = primary.port().to_string();
            assert_eq!(replica.command(&[b"REPLICAOF", b"127.0.0.1", port.as_bytes()]), "+OK\r\n");
            let _server = Server::start(&primary, &[]);
            doctor(&replica.url(), &[])
        },
    },
];

#[test]
fn each_cause_is_found() {
    let mut table =
        Table::new("doctor", "broken how", CASES.map(|case| case.broken), ["code", "it says", "what to do"]);
    for case in CASES {
        let said = (case.said)();
        let finding = said.finding(case.code);
        assert_eq!(finding["severity"], "trouble", "{}: {finding}", case.broken);
        assert_eq!(said.code, Some(5), "{}: {:#}", case.broken, said.diagnosis);
        table.set(case.broken, "code", format!("`{}`", case.code));
        for (column, key) in [("it says", "what"), ("what to do", "todo")] {
            table.set(case.broken, column, finding[key].as_str().unwrap().replace('|', "\\|"));
        }
    }
    table.finish();
}

/// No cause is found where there is none, whatever the servers run.
#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    for kind in [
        Kind::Classic,
        Kind::ClassicSpecific,
        Kind::ShardedDynamic,
        Kind::Streams,
        Kind::StreamsSharded,
        Kind::StreamsOld,
        Kind::Socketioxide,
    ] {
        let cluster = Cluster::of(kind);
        let said = doctor(&cluster.redis.url(), &["--probe"]);
        let name = kind.name();
        assert_eq!(said.code, Some(0), "{name}: {:#}", said.diagnosis);
        assert_eq!(said.diagnosis["findings"], json!([]), "{name}");
        let clusters = said.diagnosis["clusters"].as_array().unwrap();
        assert_eq!(clusters.len(), 1, "{name}: {:#}", said.diagnosis);
        let namespace = &clusters[0]["namespaces"][0];
        assert_eq!(namespace["name"], "/", "{name}");
        for count in ["servers", "answered", "heard"] {
            assert_eq!(namespace[count], 2, "{name}, {count}: {:#}", said.diagnosis);
        }
    }
}

/// On a Redis Cluster each node knows a part of it, and any of them leads to the others.
#[test]
fn a_redis_cluster_is_seen_as_a_whole() {
    let redis = RedisCluster::start();
    let node = format!("redis://{}", redis.addresses()[1]);
    let cluster = Cluster::on(redis, Kind::Classic);
    let options = [("ADAPTER_OPTIONS", r#"{"channelPrefix":"shards"}"#)];
    let _sharded = Server::start_as(Kind::ShardedDynamic, &cluster.redis, &options);
    for url in [cluster.redis.url(), node] {
        for (prefix, servers) in [("socket.io", 2), ("shards", 1)] {
            let said = doctor(&url, &["--probe", "--prefix", prefix]);
            assert_eq!(said.code, Some(0), "{:#}", said.diagnosis);
            assert_eq!(said.diagnosis["redis"]["mode"], "cluster");
            let clusters = said.diagnosis["clusters"].as_array().unwrap();
            let meant = clusters.iter().find(|cluster| cluster["meant"] == true).unwrap();
            for count in ["servers", "answered", "heard"] {
                assert_eq!(meant["namespaces"][0][count], servers, "{:#}", said.diagnosis);
            }
        }
    }
}

/// An emit that finds nobody says who is there instead.
#[test]
fn an_emit_points_the_way() {
    let redis = RedisServer::start();
    let _server = Server::start(&redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat"}"#)]);
    let sio = Sio::run(&redis.url(), &["emit", "e"], b"");
    assert_eq!(sio.code, Some(3));
    assert!(sio.stderr.contains("classic servers use the prefix \"chat\""), "{}", sio.stderr);
    assert!(sio.stderr.contains("sio doctor"), "{}", sio.stderr);
}

#[test]
fn a_redis_that_cannot_be_used_is_no_diagnosis() {
    let redis = RedisServer::start_with_user("app", "secret");
    let stranger = format!("redis://app:wrong@{}", redis.address());
    for url in [stranger.as_str(), "redis://127.0.0.1:1"] {
        let sio = Sio::run(url, &["doctor"], b"");
        assert_eq!((sio.code, sio.stdout.as_str()), (Some(1), ""), "{}", sio.stderr);
        assert!(sio.stderr.contains("Redis") && !sio.stderr.contains("wrong@"), "{}", sio.stderr);
    }
}

/// People read it: what is there, then what is wrong, and nothing that steers a terminal.
#[test]
fn it_reads_well() {
    let redis = RedisServer::start();
    let _servers = [0, 1].map(|_| Server::start(&redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat\u001b"}"#)]));
    let sio = Sio::run(&redis.url(), &["doctor"], b"");
    let version = sio.stdout.lines().next().unwrap().split(',').next().unwrap().to_owned();
    let expected = r#"VERSION, standalone, primary

classic "chat\u{1b}"  Socket.IO 4  not what the emitter means
  /        2 servers  2 answered
  /admin   2 servers  2 answered

✗ the servers use the prefix "chat\u{1b}", the emitter uses "socket.io"
  seen  subscribed are 2 servers of classic with the prefix "chat\u{1b}"
  do    --prefix 'chat\u{1b}'
"#;
    assert_eq!(sio.stdout, expected.replace("VERSION", &version));
    assert_eq!((sio.code, sio.stderr.as_str()), (Some(5), ""));
}
