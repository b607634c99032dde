use std::{process::Command, sync::OnceLock};

use escargot::CargoRun;

use crate::{
    json_process::JsonProcess,
    workspace::{workspace_binary, workspace_root},
};

/// A Socket.IO server implementation with a Redis adapter and its configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServerKind {
    /// `@socket.io/redis-adapter`, on node-redis.
    Classic,
    /// `@socket.io/redis-adapter`, on ioredis.
    ClassicIoredis,
    /// `@socket.io/redis-adapter` with `publishOnSpecificResponseChannel`: one response channel per server.
    ClassicSpecific,
    /// `createShardedAdapter` with the default `dynamic` mode: one channel per room, but not per socket.
    ShardedDynamic,
    /// `createShardedAdapter` with the `static` mode: one channel per namespace.
    ShardedStatic,
    /// `createShardedAdapter` with the `dynamic-private` mode: one channel per room and per socket.
    ShardedDynamicPrivate,
    /// `@socket.io/redis-streams-adapter` 0.3.
    Streams,
    /// `@socket.io/redis-streams-adapter` 0.3 with four streams.
    StreamsFour,
    /// `@socket.io/redis-streams-adapter` 0.3 with requests in sharded channels.
    StreamsSharded,
    /// `@socket.io/redis-streams-adapter` 0.2, on ioredis. With node-redis 5 it reads nothing.
    StreamsOld,
    /// `socketioxide-redis`.
    Socketioxide,
    /// python-socketio 5.18.
    Python,
    /// python-socketio 5.14.0, the first version that publishes JSON. It does not support binary.
    PythonOld,
}

impl ServerKind {
    /// All kinds.
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

    /// The name used in tables.
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

    /// Starts a server process. Its first line contains its port.
    pub(crate) fn start(self, environment: &[(&str, &str)]) -> JsonProcess {
        match self {
            Self::Socketioxide => {
                static BUILT: OnceLock<CargoRun> = OnceLock::new();
                spawn("oxide", workspace_binary(&BUILT, "oxide", "oxide"), environment)
            }
            Self::Python => python("5.18", environment),
            Self::PythonOld => python("5.14", environment),
            node => {
                let all = [node.variables(), environment].concat();
                JsonProcess::start_with("server.js", &[&[("PORT", "0")], all.as_slice()].concat())
            }
        }
    }

    /// The environment variables that configure `server.js` as this kind.
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

fn python(version: &str, environment: &[(&str, &str)]) -> JsonProcess {
    let folder = workspace_root().join("interop/python");
    let python = folder.join(format!("venv-{version}/bin/python"));
    assert!(python.exists(), "python-socketio {version} is not installed; run scripts/test");
    let mut command = Command::new(python);
    command.arg(folder.join("server.py"));
    spawn("server.py", command, environment)
}

fn spawn(name: &str, mut command: Command, environment: &[(&str, &str)]) -> JsonProcess {
    command.envs(environment.iter().copied());
    JsonProcess::spawn(name, command)
}
