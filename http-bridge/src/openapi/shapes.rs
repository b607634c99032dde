//! The JSON that goes in and out, as schemas. What the emitter reads and writes is described here, since it knows of no
//! document; a test holds real messages and answers against it.

#![allow(dead_code, reason = "it is described here, and made elsewhere")]

use serde_json::Value;
use utoipa::ToSchema;

/// An amount of time as people write it: `250ms`, `5s`, `1m30s`, more than zero.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 2)]
pub(crate) struct Time(String);

/// A value of any kind. Binary is `{"$binary": "<base64>"}`; an object that looks like that is sent as
/// `{"$escape": {"$binary": …}}`. Integers beyond 2^53-1 are refused, since JavaScript would round them: send text.
#[derive(ToSchema)]
pub(crate) struct Json(Value);

/// Binary within JSON.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Binary {
    /// Base64.
    #[schema(rename = "$binary")]
    binary: String,
}

/// How an event travels to each client.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Flags {
    /// Dropped where the connection is not ready to take it.
    #[serde(default)]
    volatile: bool,
    /// Whether the server may compress it; left out, it is for the server to say.
    compress: Option<bool>,
}

/// An event for clients.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Emit {
    /// What it does; where it is left out, this.
    #[schema(required = false, pattern = "^emit$")]
    r#do: String,
    /// Its name. Socket.IO keeps some for itself.
    #[schema(min_length = 1)]
    event: String,
    /// The list of arguments; or else `data`.
    #[schema(required = false)]
    args: Vec<Json>,
    /// The one argument; or else `args`.
    #[schema(required = false)]
    data: Json,
    /// The namespace, `/` by default.
    #[schema(required = false, min_length = 1)]
    namespace: String,
    /// Only to sockets in any of these rooms; left out, it is for everyone on the namespace.
    #[schema(required = false, min_items = 1)]
    rooms: Vec<Room>,
    /// But not to those in any of these. A socket's id is a room.
    #[schema(required = false)]
    except: Vec<Room>,
    #[schema(required = false)]
    flags: Flags,
    /// That it is for everyone, which need not be said here.
    #[schema(required = false)]
    all: bool,
    /// Ignored: where a tap saw the message.
    #[schema(required = false, value_type = Value)]
    seen: Value,
}

/// A room's name.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1)]
pub(crate) struct Room(String);

/// Makes sockets join rooms. To reach every socket of the namespace, say `"all": true`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Join {
    #[schema(required = false, pattern = "^join$")]
    r#do: String,
    /// The rooms to join.
    #[schema(min_items = 1)]
    join: Vec<Room>,
    #[schema(required = false, min_length = 1)]
    namespace: String,
    /// Sockets in any of these rooms.
    #[schema(required = false, min_items = 1)]
    rooms: Vec<Room>,
    #[schema(required = false)]
    except: Vec<Room>,
    /// Every socket of the namespace, where no rooms are named.
    #[schema(required = false)]
    all: bool,
    /// Ignored: where a tap saw the message.
    #[schema(required = false, value_type = Value)]
    seen: Value,
}

/// Makes sockets leave rooms. To reach every socket of the namespace, say `"all": true`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Leave {
    #[schema(required = false, pattern = "^leave$")]
    r#do: String,
    /// The rooms to leave.
    #[schema(min_items = 1)]
    leave: Vec<Room>,
    #[schema(required = false, min_length = 1)]
    namespace: String,
    /// Sockets in any of these rooms.
    #[schema(required = false, min_items = 1)]
    rooms: Vec<Room>,
    #[schema(required = false)]
    except: Vec<Room>,
    /// Every socket of the namespace, where no rooms are named.
    #[schema(required = false)]
    all: bool,
    /// Ignored: where a tap saw the message.
    #[schema(required = false, value_type = Value)]
    seen: Value,
}

/// Disconnects sockets. To reach every socket of the namespace, say `"all": true`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Disconnect {
    #[schema(required = false, pattern = "^disconnect$")]
    r#do: String,
    /// Whether the connection below ends, too, and with it the client's other namespaces.
    #[serde(default)]
    close: bool,
    #[schema(required = false, min_length = 1)]
    namespace: String,
    /// Sockets in any of these rooms.
    #[schema(required = false, min_items = 1)]
    rooms: Vec<Room>,
    #[schema(required = false)]
    except: Vec<Room>,
    /// Every socket of the namespace, where no rooms are named.
    #[schema(required = false)]
    all: bool,
    /// Ignored: where a tap saw the message.
    #[schema(required = false, value_type = Value)]
    seen: Value,
}

/// An event for the servers themselves.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerEmit {
    #[schema(required = false, pattern = "^server-emit$")]
    r#do: String,
    /// Its name. Socket.IO keeps some for itself.
    #[schema(min_length = 1)]
    event: String,
    /// The list of arguments; or else `data`.
    #[schema(required = false)]
    args: Vec<Json>,
    /// The one argument; or else `args`.
    #[schema(required = false)]
    data: Json,
    #[schema(required = false, min_length = 1)]
    namespace: String,
    /// Ignored: where a tap saw the message.
    #[schema(required = false, value_type = Value)]
    seen: Value,
}

/// Redis took the message.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receipt {
    /// The adapter that it was written for, such as `classic`.
    adapter: String,
    /// The servers on the namespace at that moment; null if Redis would not say.
    #[schema(required)]
    servers: Option<u64>,
    /// The id of the stream's entry, where it went into a stream.
    #[schema(value_type = String, required = false)]
    entry: Option<String>,
}

/// Redis took every message of the batch.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchReceipt {
    /// The adapter that they were written for.
    adapter: String,
    /// How many there were.
    messages: u64,
    /// The fewest servers that were there for any of them; null if Redis would not say, or nothing was sent.
    #[schema(required)]
    servers: Option<u64>,
}

/// The Redis command that was not sent, word by word.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rehearsal {
    /// `{"$binary": "<base64>"}` stands for a word that is no text.
    command: Vec<Json>,
}

/// How much of the cluster answered.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tally {
    /// The adapter that the question was written for.
    adapter: String,
    /// The servers that were asked; null if nobody could count them.
    #[schema(required)]
    servers: Option<u64>,
    /// How many of them answered; null if the adapter does not say.
    #[schema(required)]
    answered: Option<u64>,
    /// The clients that were asked for an acknowledgement, on the servers that answered.
    #[schema(value_type = u64, required = false)]
    clients: Option<u64>,
    /// How many answers there are.
    count: u64,
    /// There were more than the limit, and they were let go.
    #[schema(required = false)]
    limited: bool,
    /// How many rooms that are one socket's own were left out.
    #[schema(value_type = u64, required = false)]
    hidden: Option<u64>,
    /// Somebody who was asked did not answer; null if nobody can know.
    #[schema(required)]
    partial: Option<bool>,
    /// How many messages were dropped because they were not read in time, answers among them perhaps.
    #[schema(required = false)]
    missed: u64,
    /// The servers that did not answer, where the adapter says who they are.
    #[schema(required = false)]
    silent: Vec<String>,
    #[schema(inline)]
    end: End,
}

/// Why there are no more answers: everybody answered, as many came as were wanted, the time was over, or the connection
/// broke.
#[derive(ToSchema)]
#[serde(rename_all = "kebab-case")]
enum End {
    Complete,
    Enough,
    Timeout,
    Lost,
}

/// One client's acknowledgement.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ack {
    /// What it answered. Most adapters carry the first argument only.
    args: Vec<Json>,
    /// The socket, where the adapter says so.
    #[schema(value_type = String, required = false)]
    socket: Option<String>,
    /// The server it is connected to, where the adapter says so.
    #[schema(value_type = String, required = false)]
    server: Option<String>,
}

/// One server's acknowledgement.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerAck {
    /// What it answered. Adapters carry the first argument only.
    args: Vec<Json>,
    /// The server, where the adapter says so.
    #[schema(value_type = String, required = false)]
    server: Option<String>,
}

/// A server that answered.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    /// Its id; null if the adapter's answers do not carry one.
    #[schema(required)]
    id: Option<String>,
}

/// A socket somewhere in the cluster.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Socket {
    /// Its id, which is a room of its own.
    id: String,
    /// The server it is connected to, where the adapter says so.
    #[schema(value_type = String, required = false)]
    server: Option<String>,
    /// The rooms it is in, where the adapter says so.
    #[schema(required = false)]
    rooms: Vec<String>,
    /// What the servers' code put into `socket.data`, where the adapter says so.
    #[schema(required = false)]
    data: Json,
    /// Headers, query and more of its connection, with `handshake=true`.
    #[schema(required = false)]
    handshake: Json,
}

/// Where a tap saw something.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seen {
    /// The adapter whose message it is.
    adapter: String,
    /// The channel, or the stream.
    channel: String,
    /// Who sent it, where it says so.
    #[schema(value_type = String, required = false)]
    sender: Option<String>,
    /// The request that it makes or answers.
    #[schema(value_type = String, required = false)]
    request: Option<String>,
    /// When, in ISO 8601, by the bridge's clock.
    time: String,
    /// In bytes.
    size: u64,
    /// Which tap saw it, so that `sio pipe` does not send it to where that would hear it again.
    #[schema(value_type = Value)]
    tap: Value,
}

/// What a tap says that is no message: what servers ask each other, and what it could not show.
#[derive(ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub(crate) enum Aside {
    /// A server asks the others, with `requests=true`.
    Question {
        about: String,
        namespace: String,
        #[schema(required = false)]
        rooms: Vec<String>,
        #[schema(required = false)]
        except: Vec<String>,
        seen: Seen,
    },
    /// It is answered.
    Answer { about: String, seen: Seen },
    /// A server comes, is alive, or goes.
    Presence { about: String, namespace: String, seen: Seen },
    /// Nobody could read this.
    Malformed { reason: String, bytes: Binary, seen: Seen },
    /// So many messages were dropped here, because they were not read in time.
    Dropped { messages: u64 },
    /// Not all is heard any more: Redis is away, or the replica at which shard channels were heard.
    Away { reason: String },
    /// All is heard again; what was said in between is not known.
    Back,
    /// Shard channels are heard, from now on.
    Hearing {
        #[schema(value_type = String, required = false)]
        replica: Option<String>,
    },
    /// Shard channels of which nothing can be heard.
    Unheard { channels: Vec<String> },
}

/// The process answers.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alive {
    #[schema(pattern = "^up$")]
    bridge: String,
}

/// Redis answers.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ready {
    #[schema(pattern = "^up$")]
    redis: String,
}
