//! What looks broken and is not: no false alarm. The code is that of the note, if there is one.

use socketio_interop::{Cluster, Kind, RedisServer, Server, Sio};

use crate::said::{Case, doctor, fill, signal, user};

pub(crate) const CASES: [Case; 11] = [
    Case {
        broken: "another cluster with another prefix",
        code: "",
        said: || {
            let redis = RedisServer::start();
            let options = [("ADAPTER_OPTIONS", r#"{"channelPrefix":"chat"}"#)];
            let _servers = [Server::start(&redis, &[]), Server::start_as(Kind::ShardedDynamic, &redis, &options)];
            doctor(&redis.url(), &["--probe"])
        },
    },
    Case {
        broken: "another cluster, of which a server is frozen",
        code: "silent-servers",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[]);
            let mut other = Server::start(&redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat"}"#)]);
            signal(&mut other, "STOP");
            doctor(&redis.url(), &[])
        },
    },
    Case {
        broken: "a user who may use our channels only, and another cluster",
        code: "",
        said: || {
            let redis = RedisServer::start();
            let _servers =
                [Server::start(&redis, &[]), Server::start(&redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat"}"#)])];
            doctor(&user(&redis, &["resetchannels", "&socket.io*"]), &[])
        },
    },
    Case {
        broken: "a user who may emit and nothing else",
        code: "acl",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[]);
            let url = user(&redis, &["-subscribe"]);
            assert_eq!(Sio::run(&url, &["emit", "e", "--require-servers", "1"], b"").code, Some(0));
            doctor(&url, &["--probe"])
        },
    },
    Case {
        broken: "Redis is out of memory, and the servers are classic",
        code: "",
        said: || {
            let cluster = Cluster::start();
            fill(&cluster.redis);
            doctor(&cluster.redis.url(), &["--probe"])
        },
    },
    Case {
        broken: "Redis is out of memory, and the servers are sharded",
        code: "",
        said: || {
            let cluster = Cluster::of(Kind::ShardedDynamic);
            fill(&cluster.redis);
            doctor(&cluster.redis.url(), &["--probe"])
        },
    },
    Case {
        broken: "sharded servers with different subscription modes",
        code: "",
        said: || {
            let redis = RedisServer::start();
            let _servers = [Kind::ShardedDynamic, Kind::ShardedStatic, Kind::ShardedDynamicPrivate]
                .map(|kind| Server::start_as(kind, &redis, &[]));
            doctor(&redis.url(), &["--probe"])
        },
    },
    Case {
        broken: "classic servers, and the emitter is on another database",
        code: "",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[]);
            doctor(&format!("{}/5", redis.url()), &["--probe"])
        },
    },
    Case {
        broken: "servers of streams in database 1, the emitter finds them from 0",
        code: "other-database",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start_as(Kind::Streams, &format!("{}/1", redis.url()), &[]);
            doctor(&redis.url(), &["--probe"])
        },
    },
    Case {
        broken: "a stream left over from other days, and classic servers",
        code: "unread-stream",
        said: || {
            let redis = RedisServer::start();
            redis.command(&[b"XADD", b"socket.io", b"*", b"nsp", b"/"]);
            let _server = Server::start(&redis, &[]);
            doctor(&redis.url(), &["--probe"])
        },
    },
    Case {
        broken: "servers of python, who answer no questions",
        code: "unasked",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start_as(Kind::Python, &redis, &[]);
            doctor(&redis.url(), &["--probe"])
        },
    },
];
