//! The emitter and the servers do not use the same Redis, prefix, adapter or namespace.

use socketio_interop::{Clients, RedisServer, ServerKind, SocketIoServer, run_sio};

use super::case::{DoctorCase, doctor};

pub(crate) const CASES: [DoctorCase; 13] = [
    DoctorCase {
        state: "servers without an adapter",
        code: "no-servers",
        remedy: "io.adapter(createAdapter(pubClient, subClient))",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[("ADAPTER", "none")]);
            doctor(&redis.url(), &[])
        },
    },
    DoctorCase {
        state: "no servers, only an unrelated subscriber",
        code: "no-servers",
        remedy: "--adapter python --prefix news",
        run: || {
            let redis = RedisServer::start();
            let mut client = redis::Client::open(redis.url()).unwrap().get_connection().unwrap();
            let mut news = client.as_pubsub();
            news.subscribe("news").unwrap();
            doctor(&redis.url(), &[])
        },
    },
    DoctorCase {
        state: "streams 0.2 servers in database 1, the emitter in 0",
        code: "no-servers",
        remedy: "redis://HOST:PORT/1",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start_as(ServerKind::StreamsOld, &format!("{}/1", redis.url()), &[]);
            doctor(&redis.url(), &[])
        },
    },
    DoctorCase {
        state: "servers with another prefix",
        code: "other-prefix",
        remedy: "--prefix chat",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat"}"#)]);
            doctor(&redis.url(), &[])
        },
    },
    DoctorCase {
        state: "servers with another prefix and another adapter",
        code: "other-prefix",
        remedy: "--adapter sharded --prefix chat",
        run: || {
            let redis = RedisServer::start();
            let options = [("ADAPTER_OPTIONS", r#"{"channelPrefix":"chat"}"#)];
            let _server = SocketIoServer::start_as(ServerKind::ShardedDynamic, &redis, &options);
            doctor(&redis.url(), &["--adapter", "classic"])
        },
    },
    DoctorCase {
        state: "a misspelt namespace",
        code: "no-namespace",
        remedy: "--namespace /admin",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[]);
            doctor(&redis.url(), &["--namespace", "/admn"])
        },
    },
    DoctorCase {
        state: "a namespace that no server creates",
        code: "no-namespace",
        remedy: "io.of(NAME)",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start_as(ServerKind::Streams, &redis, &[]);
            doctor(&redis.url(), &["--namespace", "/nowhere"])
        },
    },
    DoctorCase {
        state: "sharded servers, a classic emitter",
        code: "other-adapter",
        remedy: "--adapter sharded",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start_as(ServerKind::ShardedDynamic, &redis, &[]);
            doctor(&redis.url(), &["--adapter", "classic"])
        },
    },
    DoctorCase {
        state: "classic servers, a sharded emitter",
        code: "other-adapter",
        remedy: "--adapter classic",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[]);
            doctor(&redis.url(), &["--adapter", "sharded"])
        },
    },
    DoctorCase {
        state: "socketioxide servers, a python emitter",
        code: "other-adapter",
        remedy: "--adapter socketioxide",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start_as(ServerKind::Socketioxide, &redis, &[]);
            doctor(&redis.url(), &["--adapter", "python"])
        },
    },
    DoctorCase {
        state: "classic and sharded servers with the same prefix",
        code: "several-adapters",
        remedy: "--adapter sharded",
        run: || {
            let redis = RedisServer::start();
            let _servers =
                [SocketIoServer::start(&redis, &[]), SocketIoServer::start_as(ServerKind::ShardedStatic, &redis, &[])];
            doctor(&redis.url(), &[])
        },
    },
    DoctorCase {
        state: "classic and streams servers with the same prefix",
        code: "several-adapters",
        remedy: "--adapter streams",
        run: || {
            let redis = RedisServer::start();
            let classic = SocketIoServer::start(&redis, &[]);
            let mut clients = Clients::new();
            clients.connect("a", &classic, "/", &[]);
            let _streams = SocketIoServer::start_as(ServerKind::Streams, &redis, &[]);
            // An existing stream must not make the doctor send requests to classic servers.
            for adapter in ["streams", "classic"] {
                assert_eq!(run_sio(&redis.url(), &["emit", adapter, "--adapter", adapter], b"").code, Some(0));
            }
            clients.expect("classic", &["a"]);
            for args in [&["--probe"][..], &["--adapter", "streams", "--probe", "--to", "r"]] {
                assert_eq!(doctor(&redis.url(), args).code, Some(5));
            }
            // A streams request on these channels would stop the subscription of classic servers.
            assert_eq!(run_sio(&redis.url(), &["emit", "after", "--adapter", "classic"], b"").code, Some(0));
            clients.expect("after", &["a"]);
            doctor(&redis.url(), &[])
        },
    },
    DoctorCase {
        state: "a prefix with brackets",
        code: "unreachable-name",
        remedy: "key",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat[1]"}"#)]);
            doctor(&redis.url(), &["--prefix", "chat[1]"])
        },
    },
];
