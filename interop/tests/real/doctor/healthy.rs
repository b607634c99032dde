//! Healthy clusters that could be mistaken for broken ones. A code is that of the expected note.

use socketio_interop::{RedisServer, ServerKind, SocketIoCluster, SocketIoServer, run_sio};

use super::case::{DoctorCase, doctor, exhaust_memory, restricted_user};

pub(crate) const CASES: [DoctorCase; 11] = [
    DoctorCase {
        state: "a second cluster with another prefix",
        code: "",
        remedy: "",
        run: || {
            let redis = RedisServer::start();
            let options = [("ADAPTER_OPTIONS", r#"{"channelPrefix":"chat"}"#)];
            let _servers = [
                SocketIoServer::start(&redis, &[]),
                SocketIoServer::start_as(ServerKind::ShardedDynamic, &redis, &options),
            ];
            doctor(&redis.url(), &["--probe"])
        },
    },
    DoctorCase {
        state: "a second cluster with a frozen server",
        code: "silent-servers",
        remedy: "redis-cli CLIENT LIST TYPE pubsub",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[]);
            let other = SocketIoServer::start(&redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat"}"#)]);
            other.freeze();
            doctor(&redis.url(), &[])
        },
    },
    DoctorCase {
        state: "an ACL user limited to its own channels, and a second cluster",
        code: "",
        remedy: "",
        run: || {
            let redis = RedisServer::start();
            let _servers = [
                SocketIoServer::start(&redis, &[]),
                SocketIoServer::start(&redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat"}"#)]),
            ];
            doctor(&restricted_user(&redis, &["resetchannels", "&socket.io*"]), &[])
        },
    },
    DoctorCase {
        state: "an ACL user without SUBSCRIBE",
        code: "acl",
        remedy: "redis-cli ACL SETUSER low +subscribe",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[]);
            let url = restricted_user(&redis, &["-subscribe"]);
            assert_eq!(run_sio(&url, &["emit", "e", "--require-servers", "1"], b"").code, Some(0));
            doctor(&url, &["--probe"])
        },
    },
    DoctorCase {
        state: "Redis out of memory, classic servers",
        code: "",
        remedy: "",
        run: || {
            let cluster = SocketIoCluster::start();
            exhaust_memory(&cluster.redis);
            doctor(&cluster.redis.url(), &["--probe"])
        },
    },
    DoctorCase {
        state: "Redis out of memory, sharded servers",
        code: "",
        remedy: "",
        run: || {
            let cluster = SocketIoCluster::of(ServerKind::ShardedDynamic);
            exhaust_memory(&cluster.redis);
            doctor(&cluster.redis.url(), &["--probe"])
        },
    },
    DoctorCase {
        state: "sharded servers with different subscription modes",
        code: "",
        remedy: "",
        run: || {
            let redis = RedisServer::start();
            let _servers = [ServerKind::ShardedDynamic, ServerKind::ShardedStatic, ServerKind::ShardedDynamicPrivate]
                .map(|kind| SocketIoServer::start_as(kind, &redis, &[]));
            doctor(&redis.url(), &["--probe"])
        },
    },
    DoctorCase {
        state: "classic servers, the emitter in another database",
        code: "",
        remedy: "",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[]);
            doctor(&format!("{}/5", redis.url()), &["--probe"])
        },
    },
    DoctorCase {
        state: "streams servers in database 1, detected from database 0",
        code: "other-database",
        remedy: "redis://HOST:PORT/1",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start_as(ServerKind::Streams, &format!("{}/1", redis.url()), &[]);
            doctor(&redis.url(), &["--probe"])
        },
    },
    DoctorCase {
        state: "an unread stream, classic servers",
        code: "unread-stream",
        remedy: "redis-cli UNLINK socket.io",
        run: || {
            let redis = RedisServer::start();
            redis.command(&[b"XADD", b"socket.io", b"*", b"nsp", b"/"]);
            let _server = SocketIoServer::start(&redis, &[]);
            doctor(&redis.url(), &["--probe"])
        },
    },
    DoctorCase {
        state: "python servers, which answer no requests",
        code: "unasked",
        remedy: "",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start_as(ServerKind::Python, &redis, &[]);
            doctor(&redis.url(), &["--probe"])
        },
    },
];
