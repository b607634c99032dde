//! Redis is another than it should be, or does not permit.

use serde_json::json;
use socketio_interop::{Kind, RedisSentinel, RedisServer, Server};

use crate::said::{Case, doctor, fill, user};

pub(crate) const CASES: [Case; 9] = [
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
        broken: "a user without PUBSUB, and the adapter named, but another",
        code: "no-answer",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[]);
            let url = user(&redis, &["-pubsub"]);
            // Who is named is asked, without being counted.
            let asked = doctor(&url, &["--adapter", "classic"]);
            assert_eq!(asked.code, Some(0), "{:#}", asked.diagnosis);
            assert_eq!(asked.diagnosis["clusters"][0]["namespaces"][0]["answered"], 1);
            doctor(&url, &["--adapter", "sharded"])
        },
    },
    Case {
        broken: "a user without rights on channels, and none to ask who it is",
        code: "acl",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[]);
            doctor(&user(&redis, &["resetchannels", "-acl"]), &[])
        },
    },
    Case {
        broken: "a replica instead of the primary",
        code: "replica",
        said: || {
            let primary = RedisServer::start();
            let replica = RedisServer::start_replica_of(&primary);
            let _server = Server::start_as(Kind::Streams, &primary, &[]);
            let said = doctor(&replica.url(), &["--adapter", "streams"]);
            // That nobody is here, and that nothing can be written, is no news then.
            assert_eq!(said.findings().len(), 1, "{:#}", said.diagnosis);
            said
        },
    },
    Case {
        broken: "a sentinel instead of Redis",
        code: "sentinel",
        said: || {
            let redis = RedisSentinel::start();
            let _server = Server::start_as(Kind::ClassicIoredis, &redis, &[]);
            doctor(&redis.sentinels[0].url(), &[])
        },
    },
    Case {
        broken: "Redis is out of memory, and the servers read a stream",
        code: "refused",
        said: || {
            let redis = RedisServer::start();
            let mut server = Server::start_as(Kind::Streams, &redis, &[]);
            server.ask(json!({"ask": "emit", "event": "e"}));
            fill(&redis);
            let said = doctor(&redis.url(), &["--probe"]);
            // Nobody could be asked in the stream.
            assert_eq!(said.findings().len(), 1, "{:#}", said.diagnosis);
            said
        },
    },
];
