//! A message and its JSON form, arguments, and the checks of both. This room knows no adapter.

mod args;
mod check;
mod flags;
mod input;
mod json_form;
mod message_fields;
pub(crate) mod msgpack;
mod verb;

use self::args::{ArgsForm, ArgsSeed, RuleViolation};
pub use self::{
    args::{Arg, Args, Binary, Date, Numbers, Spread},
    check::{CheckedMessage, MAX_DEPTH, MAX_SAFE_INTEGER, RESERVED_EVENTS, RESERVED_SERVER_EVENTS},
    flags::Flags,
    verb::Verb,
};
pub(crate) use self::{
    args::{PlainEvent, WireEvent, WireList, WireValue},
    check::check_target,
    input::without_position,
};

/// A message to the cluster: an action, and the sockets or servers that it is for.
///
/// The crate, `sio` and `sio-bridge` use one JSON form, which is also the serde form:
///
/// ```
/// use socketio_emitter::Message;
///
/// let message = Message::from_json(br#"{"event": "order", "args": [{"id": 7}], "rooms": ["user:42"]}"#)?;
/// assert_eq!(
///     serde_json::to_string(&message).unwrap(),
///     r#"{"do":"emit","event":"order","args":[{"id":7}],"namespace":"/","rooms":["user:42"]}"#
/// );
/// # Ok::<(), socketio_emitter::Error>(())
/// ```
///
/// | key | used by | value |
/// |---|---|---|
/// | `do` | | `emit` (the default), `join`, `leave`, `disconnect` or `server-emit` |
/// | `event` | emit, server-emit | a string |
/// | `args` or `data` | emit, server-emit | the list of arguments, or a single argument |
/// | `namespace` | every action | a string; the default is `/` |
/// | `rooms`, `except` | every action but server-emit | lists of rooms; without `rooms`, every socket |
/// | `flags` | emit | `{"volatile": true, "compress": false}`, both optional |
/// | `join`, `leave` | join, leave | the rooms to join or leave |
/// | `close` | disconnect | true to close the connections too |
/// | `all` | join, leave, disconnect | true to target every socket; required without `rooms` |
/// | `seen` | | ignored; a tap writes where it saw the message |
///
/// Any other key is an error, and so is an empty list of rooms.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// The sockets or servers that the message is for.
    pub target: Target,
    /// What the message does.
    pub action: Action,
}

/// The sockets, or servers, that a message is for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// The namespace, with its leading slash.
    pub namespace: String,
    /// The rooms to reach: a socket must be in at least one of them. `None` is every socket of the namespace.
    pub rooms: Option<Vec<String>>,
    /// Rooms whose sockets are excluded. The id of a socket is a room too.
    pub except: Vec<String>,
    /// Confirms that every socket of the namespace is meant. Join, leave and disconnect require it without rooms.
    pub all: bool,
}

/// What a message does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Sends an event to clients.
    Emit {
        /// The event name.
        event: String,
        /// The arguments of the event.
        args: Args,
        /// How servers send the event to each client.
        flags: Flags,
    },
    /// Makes sockets join rooms.
    Join {
        /// The rooms to join.
        rooms: Vec<String>,
    },
    /// Makes sockets leave rooms.
    Leave {
        /// The rooms to leave.
        rooms: Vec<String>,
    },
    /// Disconnects sockets from the namespace.
    Disconnect {
        /// What happens to their connections.
        mode: DisconnectMode,
    },
    /// Sends an event to the servers.
    ServerEmit {
        /// The event name.
        event: String,
        /// The arguments of the event.
        args: Args,
    },
}

/// What happens to the connection of a disconnected socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisconnectMode {
    /// The socket leaves the namespace. The connection stays open for the other namespaces of the client.
    LeaveNamespace,
    /// The connection closes. The client leaves all its namespaces.
    CloseConnection,
}

impl Message {
    /// A message to this target.
    pub fn new(target: Target, action: Action) -> Self {
        Self { target, action }
    }

    /// An event for every client on `/`.
    pub fn emit(event: impl Into<String>, args: Args) -> Self {
        Action::Emit { event: event.into(), args, flags: Flags::default() }.into()
    }

    /// The name of the action in the JSON form: `emit`, `join`, `leave`, `disconnect` or `server-emit`.
    pub fn name(&self) -> &'static str {
        self.action.verb().name()
    }
}

impl Action {
    /// The kind of the action.
    pub fn verb(&self) -> Verb {
        match self {
            Self::Emit { .. } => Verb::Emit,
            Self::Join { .. } => Verb::Join,
            Self::Leave { .. } => Verb::Leave,
            Self::Disconnect { .. } => Verb::Disconnect,
            Self::ServerEmit { .. } => Verb::ServerEmit,
        }
    }

    /// The event and its arguments; both are empty for join, leave and disconnect.
    pub(crate) fn event(&self) -> (&str, &Args) {
        match self {
            Self::Emit { event, args, .. } | Self::ServerEmit { event, args } => (event, args),
            Self::Join { .. } | Self::Leave { .. } | Self::Disconnect { .. } => ("", &args::NO_ARGS),
        }
    }

    /// The flags of an emit; the default for any other action.
    pub(crate) fn flags(&self) -> Flags {
        match self {
            Self::Emit { flags, .. } => *flags,
            _ => Flags::default(),
        }
    }
}

impl From<Action> for Message {
    /// The action for every socket, or server, on `/`.
    fn from(action: Action) -> Self {
        Self { target: Target::default(), action }
    }
}

impl Target {
    /// Adds rooms to reach. Adding an empty list is not the same as adding none: [`Message::check`] refuses it.
    pub fn to(&mut self, rooms: impl IntoIterator<Item = String>) {
        self.rooms.get_or_insert_default().extend(rooms);
    }

    /// Sets the namespace. The leading slash is optional. An empty name is kept, and [`Message::check`] refuses it.
    pub fn of(&mut self, namespace: &str) {
        self.namespace = match namespace {
            "" => String::new(),
            name if name.starts_with('/') => name.to_owned(),
            name => format!("/{name}"),
        };
    }
}

impl Default for Target {
    /// Every socket on `/`.
    fn default() -> Self {
        Self { namespace: "/".to_owned(), rooms: None, except: Vec::new(), all: false }
    }
}
