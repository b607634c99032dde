use serde_json::Value;
use utoipa::ToSchema;

use super::values::BinarySchema;

/// Where and when a tap saw a message.
#[derive(ToSchema)]
#[schema(as = Seen)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeenSchema {
    /// The adapter whose message it is.
    adapter: String,
    /// The channel or the stream.
    channel: String,
    /// The id of the server that sent the message, if the message names it.
    #[schema(value_type = String, required = false)]
    sender: Option<String>,
    /// The id of the request that the message makes or answers.
    #[schema(value_type = String, required = false)]
    request: Option<String>,
    /// When the bridge received the message, in ISO 8601.
    time: String,
    /// The size in bytes.
    size: u64,
    /// The tap that saw the message. `sio pipe` uses it to avoid sending the message back to the same bus.
    #[schema(value_type = Value)]
    tap: Value,
}

/// A line of a tap that is not a message: requests and responses between servers, and gaps.
#[derive(ToSchema)]
#[schema(as = Aside)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub(crate) enum TapEventSchema {
    /// A server sent a request to the others. Only with `requests=true`.
    Question {
        about: String,
        namespace: String,
        #[schema(required = false)]
        rooms: Vec<String>,
        #[schema(required = false)]
        except: Vec<String>,
        seen: SeenSchema,
    },
    /// A response to a request. Only with `requests=true`.
    Answer { about: String, seen: SeenSchema },
    /// A server announced itself, sent a heartbeat or closed. Only with `requests=true`.
    Presence { about: String, namespace: String, seen: SeenSchema },
    /// A message that cannot be decoded.
    Malformed { reason: String, bytes: BinarySchema, seen: SeenSchema },
    /// The number of messages that were dropped here because they were not read in time.
    Dropped { messages: u64 },
    /// The tap no longer receives all messages: the connection to Redis, or to the replica with the shard channels, was
    /// lost.
    Away { reason: String },
    /// The tap receives all messages again. Messages since `away` are missing.
    Back,
    /// The tap now receives the messages on shard channels.
    Hearing {
        #[schema(value_type = String, required = false)]
        replica: Option<String>,
    },
    /// Shard channels whose messages the tap cannot receive.
    Unheard { channels: Vec<String> },
}
