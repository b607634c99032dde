use serde_json::Value;
use utoipa::ToSchema;

use super::values::{FlagsSchema, JsonSchema, RoomSchema};

/// An event for clients.
#[derive(ToSchema)]
#[schema(as = Emit)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmitSchema {
    /// The operation. Default: `emit`.
    #[schema(required = false, pattern = "^emit$")]
    r#do: String,
    /// Name of the event. Socket.IO reserves some names.
    #[schema(min_length = 1)]
    event: String,
    /// The arguments. Alternative to `data`.
    #[schema(required = false)]
    args: Vec<JsonSchema>,
    /// The one argument. Alternative to `args`.
    #[schema(required = false)]
    data: JsonSchema,
    /// Namespace. Default: `/`.
    #[schema(required = false, min_length = 1)]
    namespace: String,
    /// Send only to sockets in one of these rooms. Default: every socket of the namespace.
    #[schema(required = false, min_items = 1)]
    rooms: Vec<RoomSchema>,
    /// Exclude sockets in one of these rooms. A socket's id is the name of its own room.
    #[schema(required = false)]
    except: Vec<RoomSchema>,
    #[schema(required = false)]
    flags: FlagsSchema,
    /// Target every socket of the namespace. Optional for events.
    #[schema(required = false)]
    all: bool,
    /// Ignored. A tap writes here where it saw the message.
    #[schema(required = false, value_type = Value)]
    seen: Value,
}

/// Makes sockets join rooms. Requires `rooms` or `"all": true`.
#[derive(ToSchema)]
#[schema(as = Join)]
#[serde(deny_unknown_fields)]
pub(crate) struct JoinSchema {
    #[schema(required = false, pattern = "^join$")]
    r#do: String,
    /// The rooms to join.
    #[schema(min_items = 1)]
    join: Vec<RoomSchema>,
    #[schema(required = false, min_length = 1)]
    namespace: String,
    /// Target the sockets in one of these rooms.
    #[schema(required = false, min_items = 1)]
    rooms: Vec<RoomSchema>,
    #[schema(required = false)]
    except: Vec<RoomSchema>,
    /// Target every socket of the namespace. Excludes `rooms`.
    #[schema(required = false)]
    all: bool,
    /// Ignored. A tap writes here where it saw the message.
    #[schema(required = false, value_type = Value)]
    seen: Value,
}

/// Makes sockets leave rooms. Requires `rooms` or `"all": true`.
#[derive(ToSchema)]
#[schema(as = Leave)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeaveSchema {
    #[schema(required = false, pattern = "^leave$")]
    r#do: String,
    /// The rooms to leave.
    #[schema(min_items = 1)]
    leave: Vec<RoomSchema>,
    #[schema(required = false, min_length = 1)]
    namespace: String,
    /// Target the sockets in one of these rooms.
    #[schema(required = false, min_items = 1)]
    rooms: Vec<RoomSchema>,
    #[schema(required = false)]
    except: Vec<RoomSchema>,
    /// Target every socket of the namespace. Excludes `rooms`.
    #[schema(required = false)]
    all: bool,
    /// Ignored. A tap writes here where it saw the message.
    #[schema(required = false, value_type = Value)]
    seen: Value,
}

/// Disconnects sockets. Requires `rooms` or `"all": true`.
#[derive(ToSchema)]
#[schema(as = Disconnect)]
#[serde(deny_unknown_fields)]
pub(crate) struct DisconnectSchema {
    #[schema(required = false, pattern = "^disconnect$")]
    r#do: String,
    /// Also close the underlying connection, which the client's other namespaces share.
    #[serde(default)]
    close: bool,
    #[schema(required = false, min_length = 1)]
    namespace: String,
    /// Target the sockets in one of these rooms.
    #[schema(required = false, min_items = 1)]
    rooms: Vec<RoomSchema>,
    #[schema(required = false)]
    except: Vec<RoomSchema>,
    /// Target every socket of the namespace. Excludes `rooms`.
    #[schema(required = false)]
    all: bool,
    /// Ignored. A tap writes here where it saw the message.
    #[schema(required = false, value_type = Value)]
    seen: Value,
}

/// An event for the servers themselves.
#[derive(ToSchema)]
#[schema(as = ServerEmit)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerEmitSchema {
    #[schema(required = false, pattern = "^server-emit$")]
    r#do: String,
    /// Name of the event. Socket.IO reserves some names.
    #[schema(min_length = 1)]
    event: String,
    /// The arguments. Alternative to `data`.
    #[schema(required = false)]
    args: Vec<JsonSchema>,
    /// The one argument. Alternative to `args`.
    #[schema(required = false)]
    data: JsonSchema,
    #[schema(required = false, min_length = 1)]
    namespace: String,
    /// Ignored. A tap writes here where it saw the message.
    #[schema(required = false, value_type = Value)]
    seen: Value,
}
