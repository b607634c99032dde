//! What is said, no adapter in sight.

mod args;
mod check;
mod from_json;
pub(crate) mod input;
pub(crate) mod msgpack;
mod to_json;
mod verb;

pub(crate) use self::args::{
    ArgsForm, ArgsSeed, PlainEvent, RuleViolation, WireEvent, WireList, WireValue, rounded_integer, unsafe_integer,
};
pub(crate) use self::check::check_target;
pub use self::{
    args::{Arg, Args, Binary, Date, Numbers, Spread},
    check::{CheckedMessage, MAX_DEPTH, MAX_SAFE_INTEGER, RESERVED_EVENTS, RESERVED_SERVER_EVENTS},
    verb::Verb,
};

/// What is said, and to whom: an event for clients, an order to servers, or an event for the servers themselves.
///
/// Its serde form is the JSON of every door:
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
/// | key | for | value |
/// |---|---|---|
/// | `do` | | `emit` (the default), `join`, `leave`, `disconnect`, `server-emit` |
/// | `event` | emit, server-emit | a string |
/// | `args` or `data` | emit, server-emit | the list of arguments, or the one argument |
/// | `namespace` | all | a string, `/` by default |
/// | `rooms`, `except` | all but server-emit | lists of rooms; `rooms` left out is everyone |
/// | `flags` | emit | `{"volatile": true, "compress": false}`, either left out |
/// | `join`, `leave` | join, leave | the rooms to join or leave |
/// | `close` | disconnect | true closes the connection too |
/// | `all` | join, leave, disconnect | true where `rooms` is left out: it is meant |
/// | `seen` | | ignored: where a tap saw the message |
///
/// Any other key is an error, as is an empty list of rooms.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// To whom.
    pub target: Target,
    /// What.
    pub action: Action,
}

/// The sockets, or servers, that a message is for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// The namespace, with its leading slash.
    pub namespace: String,
    /// The rooms, one of which a socket must be in; `None` is every socket of the namespace.
    pub rooms: Option<Vec<String>>,
    /// Rooms whose sockets are left out. A socket's id is a room.
    pub except: Vec<String>,
    /// Every socket of the namespace is meant: what join, leave and disconnect ask for where no room is named.
    pub all: bool,
}

/// What a message does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Sends an event to clients.
    Emit {
        /// The event's name.
        event: String,
        /// What it carries.
        args: Args,
        /// How it travels.
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
    /// Sends an event to the servers themselves.
    ServerEmit {
        /// The event's name.
        event: String,
        /// What it carries.
        args: Args,
    },
}

/// How an event travels to each client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flags {
    /// Dropped where the connection is not ready to take it.
    pub volatile: bool,
    /// Whether the server may compress it; `None` leaves that to the server, which may.
    pub compress: Option<bool>,
}

/// What happens to the connection of a disconnected socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisconnectMode {
    /// The socket leaves the namespace. The connection stays, with the client's other namespaces.
    LeaveNamespace,
    /// The connection closes, and with it all namespaces of the client.
    CloseConnection,
}

impl Message {
    /// A message to this target.
    pub fn new(target: Target, action: Action) -> Self {
        Self { target, action }
    }

    /// An event for clients, so far for everyone on `/`.
    pub fn emit(event: impl Into<String>, args: Args) -> Self {
        Action::Emit { event: event.into(), args, flags: Flags::default() }.into()
    }

    /// The name of the action in the JSON form: `emit`, `join`, `leave`, `disconnect` or `server-emit`.
    pub fn name(&self) -> &'static str {
        self.action.verb().name()
    }
}

impl Action {
    /// What kind of action it is.
    pub fn verb(&self) -> Verb {
        match self {
            Self::Emit { .. } => Verb::Emit,
            Self::Join { .. } => Verb::Join,
            Self::Leave { .. } => Verb::Leave,
            Self::Disconnect { .. } => Verb::Disconnect,
            Self::ServerEmit { .. } => Verb::ServerEmit,
        }
    }
}

impl Action {
    /// The event and its arguments; none for an order.
    pub(crate) fn event(&self) -> (&str, &Args) {
        match self {
            Self::Emit { event, args, .. } | Self::ServerEmit { event, args } => (event, args),
            Self::Join { .. } | Self::Leave { .. } | Self::Disconnect { .. } => ("", &args::NONE),
        }
    }

    pub(crate) fn flags(&self) -> Flags {
        match self {
            Self::Emit { flags, .. } => *flags,
            _ => Flags::default(),
        }
    }
}

impl From<Action> for Message {
    /// The action, so far on everyone of `/`.
    fn from(action: Action) -> Self {
        Self { target: Target::default(), action }
    }
}

impl Target {
    /// Adds rooms to be reached; even none at all is remembered, and refused later on.
    pub fn to(&mut self, rooms: impl IntoIterator<Item = String>) {
        self.rooms.get_or_insert_default().extend(rooms);
    }

    /// Sets the namespace; the leading slash may be left out. None at all is remembered, and refused later on.
    pub fn of(&mut self, namespace: &str) {
        self.namespace = match namespace {
            "" => String::new(),
            name if name.starts_with('/') => name.to_owned(),
            name => format!("/{name}"),
        };
    }
}

impl Default for Target {
    /// Everyone on `/`.
    fn default() -> Self {
        Self { namespace: "/".to_owned(), rooms: None, except: Vec::new(), all: false }
    }
}
