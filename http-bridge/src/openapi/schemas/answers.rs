use utoipa::ToSchema;

use super::values::JsonSchema;

/// How many servers and clients answered.
#[derive(ToSchema)]
#[schema(as = Tally)]
#[serde(deny_unknown_fields)]
pub(crate) struct SummarySchema {
    /// The adapter that the question was encoded for.
    adapter: String,
    /// The number of servers that were asked; null if it is unknown.
    #[schema(required)]
    servers: Option<u64>,
    /// The number of servers that answered; null if the adapter does not report it.
    #[schema(required)]
    answered: Option<u64>,
    /// The number of clients that were asked for an acknowledgement by the servers that answered.
    #[schema(value_type = u64, required = false)]
    clients: Option<u64>,
    /// The number of answers.
    count: u64,
    /// There were more answers than the limit. The others were discarded.
    #[schema(required = false)]
    limited: bool,
    /// The number of rooms that were left out because they are a socket's own room.
    #[schema(value_type = u64, required = false)]
    hidden: Option<u64>,
    /// A server or client did not answer; null if that cannot be known.
    #[schema(required)]
    partial: Option<bool>,
    /// The number of messages that were dropped because they were not read in time. Answers may be among them.
    #[schema(required = false)]
    missed: u64,
    /// The servers that did not answer, if the adapter identifies them.
    #[schema(required = false)]
    silent: Vec<String>,
    #[schema(inline)]
    end: EndSchema,
}

/// Why there are no more answers: all servers answered, the requested number was reached, the time is over, or the
/// connection was lost.
#[derive(ToSchema)]
#[serde(rename_all = "kebab-case")]
enum EndSchema {
    Complete,
    Enough,
    Timeout,
    Lost,
}

/// The acknowledgement of one client.
#[derive(ToSchema)]
#[schema(as = Ack)]
#[serde(deny_unknown_fields)]
pub(crate) struct AckSchema {
    /// The arguments of the acknowledgement. Most adapters carry only the first.
    args: Vec<JsonSchema>,
    /// The socket's id, if the adapter reports it.
    #[schema(value_type = String, required = false)]
    socket: Option<String>,
    /// The id of the socket's server, if the adapter reports it.
    #[schema(value_type = String, required = false)]
    server: Option<String>,
}

/// The acknowledgement of one server.
#[derive(ToSchema)]
#[schema(as = ServerAck)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerAckSchema {
    /// The arguments of the acknowledgement. Adapters carry only the first.
    args: Vec<JsonSchema>,
    /// The server's id, if the adapter reports it.
    #[schema(value_type = String, required = false)]
    server: Option<String>,
}

/// A server that answered.
#[derive(ToSchema)]
#[schema(as = Server)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerSchema {
    /// The server's id; null if the adapter does not report it.
    #[schema(required)]
    id: Option<String>,
}

/// A socket on any server of the cluster.
#[derive(ToSchema)]
#[schema(as = Socket)]
#[serde(deny_unknown_fields)]
pub(crate) struct SocketSchema {
    /// The socket's id, which is also the name of its own room.
    id: String,
    /// The id of the socket's server, if the adapter reports it.
    #[schema(value_type = String, required = false)]
    server: Option<String>,
    /// The rooms that the socket is in, if the adapter reports them.
    #[schema(required = false)]
    rooms: Vec<String>,
    /// The value of `socket.data` on the server, if the adapter reports it.
    #[schema(required = false)]
    data: JsonSchema,
    /// Headers, query and other data of the handshake. Only with `handshake=true`.
    #[schema(required = false)]
    handshake: JsonSchema,
}
