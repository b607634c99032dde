use std::{process::Command, sync::OnceLock};

use escargot::CargoRun;

use crate::{
    doors::binary,
    node::{Tool, workspace},
};

/// The kinds of Socket.IO servers that find each other over Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `@socket.io/redis-adapter`, on node-redis.
    Classic,
    /// The same on ioredis.
    ClassicIoredis,
    /// The same with a response channel for each server.
    ClassicSpecific,
    /// `createShardedAdapter` as it is: a channel for each room, but not for each socket.
    ShardedDynamic,
    /// The same with one channel for a namespace.
    ShardedStatic,
    /// The same with a channel for each socket, too.
    ShardedDynamicPrivate,
    /// `@socket.io/redis-streams-adapter` 0.3.
    Streams,
    /// The same with its namespaces spread over four streams.
    StreamsFour,
    /// The same with its questions in sharded channels.
    StreamsSharded,
    /// `@socket.io/redis-streams-adapter` 0.2, on ioredis: it reads nothing with node-redis 5.
    StreamsOld,
    /// `socketioxide-redis`.
    Socketioxide,
    /// python-socketio of today.
    Python,
    /// python-socketio 5.14.0, the first that writes JSON, with nothing for binary in it.
    PythonOld,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Classic,
        Self::ClassicIoredis,
        Self::ClassicSpecific,
        Self::ShardedDynamic,
        Self::ShardedStatic,
        Self::ShardedDynamicPrivate,
        Self::Streams,
        Self::StreamsFour,
        Self::StreamsSharded,
        Self::StreamsOld,
        Self::Socketioxide,
        Self::Python,
        Self::PythonOld,
    ];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::ClassicIoredis => "classic (ioredis)",
            Self::ClassicSpecific => "classic (specific responses)",
            Self::ShardedDynamic => "sharded (dynamic)",
            Self::ShardedStatic => "sharded (static)",
            Self::ShardedDynamicPrivate => "sharded (dynamic-private)",
            Self::Streams => "streams",
            Self::StreamsFour => "streams (4 streams)",
            Self::StreamsSharded => "streams (sharded pub/sub)",
            Self::StreamsOld => "streams 0.2",
            Self::Socketioxide => "socketioxide",
            Self::Python => "python 5.18",
            Self::PythonOld => "python 5.14",
        }
    }

    /// Starts the program of one server, which says where it listens.
    pub(crate) fn start(self, environment: &[(&str, &str)]) -> Tool {
        match self {
            Self::Socketioxide => {
                static BUILT: OnceLock<CargoRun> = OnceLock::new();
                spawn("oxide", binary(&BUILT, "oxide", "oxide"), environment)
            }
            Self::Python => python("5.18", environment),
            Self::PythonOld => python("5.14", environment),
            node => {
                let all = [node.variables(), environment].concat();
                Tool::start_with("server.js", &[&[("PORT", "0")], all.as_slice()].concat())
            }
        }
    }

    /// What makes `server.js` this kind.
    fn variables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Classic => &[],
            Self::ClassicIoredis => &[("REDIS_CLIENT", "ioredis")],
            Self::ClassicSpecific => &[("ADAPTER_OPTIONS", r#"{"publishOnSpecificResponseChannel":true}"#)],
            Self::ShardedDynamic => &[("ADAPTER", "sharded")],
            Self::ShardedStatic => &[("ADAPTER", "sharded"), ("ADAPTER_OPTIONS", r#"{"subscriptionMode":"static"}"#)],
            Self::ShardedDynamicPrivate => {
                &[("ADAPTER", "sharded"), ("ADAPTER_OPTIONS", r#"{"subscriptionMode":"dynamic-private"}"#)]
            }
            Self::Streams => &[("ADAPTER", "streams")],
            Self::StreamsFour => &[("ADAPTER", "streams"), ("ADAPTER_OPTIONS", r#"{"streamCount":4}"#)],
            Self::StreamsSharded => &[("ADAPTER", "streams"), ("ADAPTER_OPTIONS", r#"{"useShardedPubSub":true}"#)],
            Self::StreamsOld => &[("ADAPTER", "streams-0.2"), ("REDIS_CLIENT", "ioredis")],
            Self::Socketioxide | Self::Python | Self::PythonOld => panic!("{} does not run on Node", self.name()),
        }
    }
}

fn python(version: &str, environment: &[(&str, &str)]) -> Tool {
    let folder = workspace().join("interop/python");
    let python = folder.join(format!("venv-{version}/bin/python"));
    assert!(python.exists(), "python-socketio {version} is missing; run scripts/test");
    let mut command = Command::new(python);
    command.arg(folder.join("server.py"));
    spawn("server.py", command, environment)
}

fn spawn(name: &str, mut command: Command, environment: &[(&str, &str)]) -> Tool {
    command.envs(environment.iter().copied());
    Tool::spawn(name, command)
}
