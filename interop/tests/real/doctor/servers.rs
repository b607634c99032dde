//! The servers are subscribed, but do not work.

use serde_json::json;
use socketio_interop::{RedisServer, ServerKind, SocketIoCluster, SocketIoServer, run_sio};

use super::case::{DoctorCase, doctor};

pub(crate) const CASES: [DoctorCase; 8] = [
    DoctorCase {
        state: "a server whose subscription a malformed message has stopped",
        code: "silent-servers",
        remedy: "redis-cli CLIENT LIST TYPE pubsub",
        run: || {
            let redis = RedisServer::start();
            let _stopped = SocketIoServer::start(&redis, &[]);
            assert_eq!(redis.command(&[b"PUBLISH", b"socket.io#/#", b"x"]), ":1\r\n");
            let _server = SocketIoServer::start(&redis, &[]);
            doctor(&redis.url(), &["--probe"])
        },
    },
    DoctorCase {
        state: "a malformed entry in the stream",
        code: "stuck-stream",
        remedy: "",
        run: || {
            let redis = RedisServer::start();
            let mut server = SocketIoServer::start_as(ServerKind::Streams, &redis, &[]);
            // A server reads only entries newer than its first read, which has begun once an entry was delivered.
            server.ask(json!({"ask": "emit", "event": "e"}));
            redis.command(&[b"XADD", b"socket.io", b"*", b"uid", b"x", b"nsp", b"/", b"type", b"3"]);
            doctor(&redis.url(), &[])
        },
    },
    DoctorCase {
        state: "a frozen server",
        code: "silent-servers",
        remedy: "redis-cli CLIENT LIST TYPE pubsub",
        run: || {
            let cluster = SocketIoCluster::of(ServerKind::ShardedDynamic);
            cluster.servers[0].freeze();
            doctor(&cluster.redis.url(), &[])
        },
    },
    DoctorCase {
        state: "frozen servers and many large messages",
        code: "slow-subscriber",
        remedy: "client-output-buffer-limit pubsub",
        run: || {
            let cluster = SocketIoCluster::start();
            cluster.servers[0].freeze();
            cluster.servers[1].freeze();
            let message = vec![0; 1 << 20];
            let has_backlog =
                |list: &str| list.split("omem=").skip(1).any(|rest| rest.split(' ').next().unwrap().len() > 6);
            while !has_backlog(&cluster.redis.command(&[b"CLIENT", b"LIST", b"TYPE", b"pubsub"])) {
                cluster.redis.command(&[b"PUBLISH", b"socket.io#/#", &message]);
            }
            for _ in 0..5 {
                cluster.redis.command(&[b"PUBLISH", b"socket.io#/#", &message]);
            }
            doctor(&cluster.redis.url(), &[])
        },
    },
    DoctorCase {
        state: "servers of Socket.IO 2 and 4",
        code: "mixed-versions",
        remedy: "--except",
        run: || {
            let redis = RedisServer::start();
            let _servers = [SocketIoServer::start_legacy(&redis, 2), SocketIoServer::start(&redis, &[])];
            doctor(&redis.url(), &[])
        },
    },
    DoctorCase {
        state: "all servers frozen, and a room is checked",
        code: "silent-servers",
        remedy: "redis-cli CLIENT LIST TYPE pubsub",
        run: || {
            let cluster = SocketIoCluster::of(ServerKind::Streams);
            cluster.servers.iter().for_each(SocketIoServer::freeze);
            let run = doctor(&cluster.redis.url(), &["--to", "lobby"]);
            // The room may have members on the frozen servers.
            assert_eq!(run.finding("unknown-room")["severity"], "note");
            assert_eq!(run.findings().len(), 2, "{:#}", run.diagnosis);
            run
        },
    },
    DoctorCase {
        state: "no free Redis connection for requests",
        code: "unasked",
        remedy: "CONFIG GET maxclients",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[]);
            let list = redis.command(&[b"CLIENT", b"LIST"]);
            let connections = list.matches(&format!("laddr={}", redis.address())).count();
            redis.command(&[b"CONFIG", b"SET", b"maxclients", (connections + 1).to_string().as_bytes()]);
            doctor(&redis.url(), &["--probe"])
        },
    },
    DoctorCase {
        state: "streams servers in database 1, the emitter writes to database 0",
        code: "other-database",
        remedy: "redis://HOST:PORT/1",
        run: || {
            let redis = RedisServer::start();
            let _servers =
                [0, 1].map(|_| SocketIoServer::start_as(ServerKind::Streams, &format!("{}/1", redis.url()), &[]));
            assert_eq!(run_sio(&redis.url(), &["emit", "e", "--adapter", "streams"], b"").code, Some(0));
            doctor(&redis.url(), &["--adapter", "streams", "--probe"])
        },
    },
];
