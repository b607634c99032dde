//! What is never published, on any adapter.
//!
//! Anyone who can publish can kill every server: servers crash or stop receiving on some malformed frames, and clients
//! disconnect on some well-formed ones. The rules about arguments hold from the moment they are packed (see
//! [`Args`](super::Args)); the rules about the message around them are here. A [`CheckedMessage`] is the proof that a
//! message follows them.

use std::{borrow::Borrow, collections::HashSet, ops::Deref};

use serde::{Serialize, Serializer};

use super::{Action, Message, Target};
use crate::base::{Code, InvalidMessage};

/// The deepest nesting of arrays and objects in one argument. Servers and clients stop receiving from about 2000.
pub const MAX_DEPTH: usize = 100;

/// 2^53 - 1, the largest integer that JavaScript holds exactly.
pub const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Event names that Socket.IO reserves. A client that receives one drops its connection.
pub const RESERVED_EVENTS: [&str; 6] =
    ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/// Server-side event names that Socket.IO reserves. They would run the servers' own handlers.
pub const RESERVED_SERVER_EVENTS: [&str; 4] = ["connect", "connection", "new_namespace", "error"];

/// A message that follows every rule that holds on all adapters, with each room named once.
///
/// Only [`Message::check`] and the readers of the JSON form make one, so it is checked once. It dereferences to the
/// [`Message`].
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedMessage(Message);

impl CheckedMessage {
    /// The message, to be changed and checked again.
    pub fn into_message(self) -> Message {
        self.0
    }
}

impl Message {
    /// Checks the message and names each room once.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(mut self) -> Result<CheckedMessage, InvalidMessage> {
        check(&self)?;
        for rooms in self.target.rooms.iter_mut().chain([&mut self.target.except]) {
            dedupe(rooms);
        }
        Ok(CheckedMessage(self))
    }
}

impl Deref for CheckedMessage {
    type Target = Message;

    fn deref(&self) -> &Message {
        &self.0
    }
}

impl Borrow<Message> for CheckedMessage {
    fn borrow(&self) -> &Message {
        &self.0
    }
}

impl TryFrom<Message> for CheckedMessage {
    type Error = InvalidMessage;

    fn try_from(message: Message) -> Result<Self, InvalidMessage> {
        message.check()
    }
}

impl From<CheckedMessage> for Message {
    fn from(checked: CheckedMessage) -> Self {
        checked.0
    }
}

impl PartialEq<Message> for CheckedMessage {
    fn eq(&self, other: &Message) -> bool {
        self.0 == *other
    }
}

impl Serialize for CheckedMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

fn check(message: &Message) -> Result<(), InvalidMessage> {
    check_target(&message.target)?;
    match &message.action {
        Action::Emit { event, .. } => check_event(event, &RESERVED_EVENTS),
        Action::ServerEmit { event, .. } => {
            check_has_no_rooms(&message.target)?;
            check_event(event, &RESERVED_SERVER_EVENTS)
        }
        Action::Join { rooms } => check_audience(&message.target).and_then(|()| check_rooms("/join", rooms)),
        Action::Leave { rooms } => check_audience(&message.target).and_then(|()| check_rooms("/leave", rooms)),
        Action::Disconnect { .. } => check_audience(&message.target),
    }
}

/// Checks the target of a message or a request.
pub(crate) fn check_target(target: &Target) -> Result<(), InvalidMessage> {
    if target.namespace.is_empty() {
        let reason = "the namespace has no name (the main one is \"/\"); was a variable or a template empty?";
        return Err(InvalidMessage::new(Code::EmptyNamespace, "/namespace", reason));
    }
    match &target.rooms {
        Some(_) if target.all => Err(InvalidMessage::new(
            Code::AllAndRooms,
            "/all",
            "\"all\" means every socket, but rooms are named too; leave out one of the two",
        )),
        Some(rooms) => check_rooms("/rooms", rooms),
        None => Ok(()),
    }?;
    check_names("/except", &target.except)
}

fn check_event(event: &str, reserved: &[&str]) -> Result<(), InvalidMessage> {
    if event.is_empty() {
        let reason = "the event has no name; was a variable or a template empty?";
        return Err(InvalidMessage::new(Code::EmptyEvent, "/event", reason));
    }
    if !reserved.contains(&event) {
        return Ok(());
    }
    let reason = format!("{event:?} is reserved by Socket.IO; choose another event name");
    Err(InvalidMessage::new(Code::ReservedEvent, "/event", reason))
}

fn check_rooms(pointer: &str, rooms: &[String]) -> Result<(), InvalidMessage> {
    if rooms.is_empty() {
        let reason = "the list of rooms is empty; name a room, or leave the list out to reach every socket";
        return Err(InvalidMessage::new(Code::EmptyRooms, pointer, reason));
    }
    check_names(pointer, rooms)
}

fn check_names(pointer: &str, rooms: &[String]) -> Result<(), InvalidMessage> {
    match rooms.iter().position(String::is_empty) {
        None => Ok(()),
        Some(index) => {
            let reason = "the room has no name; was a variable or a template empty?";
            Err(InvalidMessage::new(Code::EmptyRoom, format!("{pointer}/{index}"), reason))
        }
    }
}

/// A forgotten room must not disconnect or move every socket.
fn check_audience(target: &Target) -> Result<(), InvalidMessage> {
    if target.rooms.is_none() && !target.all {
        let reason = "without rooms this would reach every socket of the namespace; name rooms, or set \"all\" to true";
        return Err(InvalidMessage::new(Code::NeedsAll, "/rooms", reason));
    }
    Ok(())
}

fn check_has_no_rooms(target: &Target) -> Result<(), InvalidMessage> {
    if target.rooms.is_some() || !target.except.is_empty() || target.all {
        let reason = "a server-side event goes to every server; leave out rooms, except and all";
        return Err(InvalidMessage::new(Code::ServerEmitRooms, "/rooms", reason));
    }
    Ok(())
}

/// Keeps the first of equal names, as the sets of the official emitter do.
fn dedupe(rooms: &mut Vec<String>) {
    if rooms.len() > 1 {
        let mut seen = HashSet::with_capacity(rooms.len());
        rooms.retain(|room| seen.insert(room.clone()));
    }
}
