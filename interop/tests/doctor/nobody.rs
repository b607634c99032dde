//! The emitter and the servers miss each other.

use socketio_interop::{Clients, Kind, RedisServer, Server, Sio};

use crate::said::{Case, doctor};

pub(crate) const CASES: [Case; 13] = [
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
        broken: "classic and streams with one prefix",
        code: "several-adapters",
        said: || {
            let redis = RedisServer::start();
            let classic = Server::start(&redis, &[]);
            let mut clients = Clients::new();
            clients.connect("a", &classic, "/", &[]);
            let _streams = Server::start_as(Kind::Streams, &redis, &[]);
            // That there is a stream is one more reason to ask.
            for adapter in ["streams", "classic"] {
                assert_eq!(Sio::run(&redis.url(), &["emit", adapter, "--adapter", adapter], b"").code, Some(0));
            }
            clients.expect("classic", &["a"]);
            for args in [&["--probe"][..], &["--adapter", "streams", "--probe", "--to", "r"]] {
                assert_eq!(doctor(&redis.url(), args).code, Some(5));
            }
            // Whoever asks streams servers there leaves the others deaf.
            assert_eq!(Sio::run(&redis.url(), &["emit", "after", "--adapter", "classic"], b"").code, Some(0));
            clients.expect("after", &["a"]);
            doctor(&redis.url(), &[])
        },
    },
    Case {
        broken: "a prefix with brackets",
        code: "unreachable-name",
        said: || {
            let redis = RedisServer::start();
            let _server = Server::start(&redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat[1]"}"#)]);
            doctor(&redis.url(), &["--prefix", "chat[1]"])
        },
    },
];
