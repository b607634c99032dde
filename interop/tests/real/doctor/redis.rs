//! Redis has the wrong role or version, or refuses commands.

use serde_json::json;
use socketio_interop::{RedisSentinel, RedisServer, ServerKind, SocketIoServer};

use super::case::{DoctorCase, doctor, exhaust_memory, restricted_user};

pub(crate) const CASES: [DoctorCase; 9] = [
    DoctorCase {
        state: "a sharded emitter on Redis 6.2",
        code: "old-redis",
        remedy: "--adapter classic",
        run: || {
            let redis = RedisServer::start_6();
            let _server = SocketIoServer::start(&redis, &[]);
            doctor(&redis.url(), &["--adapter", "sharded"])
        },
    },
    DoctorCase {
        state: "an ACL user without channels",
        code: "acl",
        remedy: "redis-cli ACL SETUSER low '&socket.io*'",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[]);
            doctor(&restricted_user(&redis, &["resetchannels"]), &[])
        },
    },
    DoctorCase {
        state: "an ACL user without PUBLISH",
        code: "acl",
        remedy: "redis-cli ACL SETUSER low +publish",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[]);
            doctor(&restricted_user(&redis, &["-publish"]), &[])
        },
    },
    DoctorCase {
        state: "an ACL user without PUBSUB",
        code: "unseen",
        remedy: "redis-cli ACL SETUSER low +pubsub",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[]);
            doctor(&restricted_user(&redis, &["-pubsub"]), &[])
        },
    },
    DoctorCase {
        state: "an ACL user without PUBSUB, and a wrong --adapter",
        code: "no-answer",
        remedy: "",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[]);
            let url = restricted_user(&redis, &["-pubsub"]);
            // With the right adapter the servers answer, although they cannot be counted.
            let right = doctor(&url, &["--adapter", "classic"]);
            assert_eq!(right.code, Some(0), "{:#}", right.diagnosis);
            assert_eq!(right.diagnosis["clusters"][0]["namespaces"][0]["answered"], 1);
            doctor(&url, &["--adapter", "sharded"])
        },
    },
    DoctorCase {
        state: "an ACL user without channels and without ACL WHOAMI",
        code: "acl",
        remedy: "redis-cli ACL SETUSER USER '&socket.io*'",
        run: || {
            let redis = RedisServer::start();
            let _server = SocketIoServer::start(&redis, &[]);
            doctor(&restricted_user(&redis, &["resetchannels", "-acl"]), &[])
        },
    },
    DoctorCase {
        state: "a replica instead of the primary",
        code: "replica",
        remedy: "redis-sentinel://",
        run: || {
            let primary = RedisServer::start();
            let replica = RedisServer::start_replica_of(&primary);
            let _server = SocketIoServer::start_as(ServerKind::Streams, &primary, &[]);
            let run = doctor(&replica.url(), &["--adapter", "streams"]);
            // Missing servers and failing writes are consequences, not findings of their own.
            assert_eq!(run.findings().len(), 1, "{:#}", run.diagnosis);
            run
        },
    },
    DoctorCase {
        state: "a sentinel instead of Redis",
        code: "sentinel",
        remedy: "redis-sentinel://HOST:PORT/main",
        run: || {
            let redis = RedisSentinel::start();
            let _server = SocketIoServer::start_as(ServerKind::ClassicIoredis, &redis, &[]);
            doctor(&redis.sentinels[0].url(), &[])
        },
    },
    DoctorCase {
        state: "Redis out of memory, streams servers",
        code: "refused",
        remedy: "CONFIG SET maxmemory",
        run: || {
            let redis = RedisServer::start();
            let mut server = SocketIoServer::start_as(ServerKind::Streams, &redis, &[]);
            server.ask(json!({"ask": "emit", "event": "e"}));
            exhaust_memory(&redis);
            let run = doctor(&redis.url(), &["--probe"]);
            // Unanswered requests in the stream are a consequence, not a finding of their own.
            assert_eq!(run.findings().len(), 1, "{:#}", run.diagnosis);
            run
        },
    },
];
