//! The servers are there, and not well.

use serde_json::json;
use socketio_interop::{Cluster, Kind, RedisServer, Server, Sio};

use crate::said::{Case, doctor, signal};

pub(crate) const CASES: [Case; 8] = [
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
        broken: "servers of Socket.IO 2 and 4",
        code: "mixed-versions",
        said: || {
            let redis = RedisServer::start();
            let _servers = [Server::start_old(&redis, 2), Server::start(&redis, &[])];
            doctor(&redis.url(), &[])
        },
    },
    Case {
        broken: "all servers are frozen, and one room is looked for",
        code: "silent-servers",
        said: || {
            let mut cluster = Cluster::of(Kind::Streams);
            cluster.servers.iter_mut().for_each(|server| signal(server, "STOP"));
            let said = doctor(&cluster.redis.url(), &["--to", "lobby"]);
            // It may be full of people.
            assert_eq!(said.finding("unknown-room")["severity"], "note");
            assert_eq!(said.findings().len(), 2, "{:#}", said.diagnosis);
            said
        },
    },
    Case {
        broken: "Redis has no connection left for a question",
        code: "unasked",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[]);
            let list = redis.command(&[b"CLIENT", b"LIST"]);
            let connections = list.matches(&format!("laddr={}", redis.address())).count();
            redis.command(&[b"CONFIG", b"SET", b"maxclients", (connections + 1).to_string().as_bytes()]);
            doctor(&redis.url(), &["--probe"])
        },
    },
    Case {
        broken: "servers of streams in database 1, the emitter writes streams in 0",
        code: "other-database",
        said: || {
            let redis = RedisServer::start();
            let _servers = [0, 1].map(|_| Server::start_as(Kind::Streams, &format!("{}/1", redis.url()), &[]));
            assert_eq!(Sio::run(&redis.url(), &["emit", "e", "--adapter", "streams"], b"").code, Some(0));
            doctor(&redis.url(), &["--adapter", "streams", "--probe"])
        },
    },
];
