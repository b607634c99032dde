use serde::Serialize;

use crate::message::{Message, Target};

/// What a message on the bus says, whoever sent it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Heard {
    /// An event or an order, as an emitter or a server sends it.
    Message {
        /// The message. Its arguments are as they were sent: an integer that JavaScript rounds is a float here.
        message: Message,
        /// Who sent it: a server's id, or `emitter`.
        sender: Option<String>,
        /// The request that acknowledgements are to name, if the sender waits for them.
        request: Option<String>,
    },
    /// A question to the servers.
    Question {
        /// What is asked.
        about: Question,
        /// The sockets it is about.
        target: Target,
        /// Who asks.
        sender: Option<String>,
        /// What answers are to name.
        request: Option<String>,
    },
    /// A server's answer.
    Answer {
        /// What was asked, as far as the answer shows it.
        about: Question,
        /// The server that answers, where the adapter says so.
        sender: Option<String>,
        /// The request that it answers.
        request: Option<String>,
    },
    /// A server's word about itself.
    Presence {
        /// What it says.
        about: Presence,
        /// The namespace.
        namespace: String,
        /// The server.
        sender: Option<String>,
    },
}

/// What servers that do not count each other by their subscriptions say about themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Presence {
    /// It has just come, and asks the others for a sign of life.
    Came,
    /// It is alive.
    Alive,
    /// It goes.
    Goes,
}

/// What servers ask each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Question {
    /// The ids of sockets.
    Sockets,
    /// The names of all rooms.
    Rooms,
    /// Sockets with their handshakes, rooms and data.
    Fetch,
    /// How many clients were asked for an acknowledgement.
    ClientCount,
    /// A client's acknowledgement.
    Ack,
    /// A server's acknowledgement of a server-side emit.
    ServerAck,
    /// To join, leave or disconnect one socket, of an older server.
    Done,
}
