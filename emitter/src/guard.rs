//! What is never published, whatever door it came through.
//!
//! Anyone who can publish can kill every server: a malformed frame leaves servers deaf or crashed, and some
//! well-formed ones disconnect every client. The rules about arguments hold from the moment they are packed
//! (see [`Args`](crate::Args)); the rules here are about the message around them, and every adapter asks
//! them before it encodes.

use crate::{
    error::Invalid,
    message::{Action, Message, Target},
};

/// The deepest nesting of arrays and objects in one argument: servers and clients go deaf from about 2000.
pub const MAX_DEPTH: usize = 100;

/// 2^53 - 1, the largest integer that JavaScript holds exactly.
pub const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Names that Socket.IO keeps for itself: a client that receives one drops its connection.
pub const RESERVED_EVENTS: [&str; 6] =
    ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/// Names that a server-side emit must not carry: the servers' own handlers would run with the arguments.
pub const RESERVED_SERVER_EVENTS: [&str; 4] = ["connect", "connection", "new_namespace", "error"];

/// Checks everything about a message that holds for every adapter.
pub(crate) fn check(message: &Message) -> Result<(), Invalid> {
    target(&message.target)?;
    match &message.action {
        Action::Emit { event, .. } => event_name(event, &RESERVED_EVENTS),
        Action::ServerEmit { event, .. } => {
            server_target(&message.target)?;
            event_name(event, &RESERVED_SERVER_EVENTS)
        }
        Action::Join { rooms } => everyone(&message.target).and_then(|()| room_list("/join", rooms)),
        Action::Leave { rooms } => everyone(&message.target).and_then(|()| room_list("/leave", rooms)),
        Action::Disconnect { .. } => everyone(&message.target),
    }
}

fn event_name(event: &str, names: &[&str]) -> Result<(), Invalid> {
    if event.is_empty() {
        let reason = "the event has no name; was a variable or a template empty?";
        return Err(Invalid::new("empty-event", "/event", reason));
    }
    if !names.contains(&event) {
        return Ok(());
    }
    let reason = format!("{event:?} is reserved by Socket.IO; choose another event name");
    Err(Invalid::new("reserved-event", "/event", reason))
}

/// Checks to whom something is said or about whom something is asked.
pub(crate) fn target(target: &Target) -> Result<(), Invalid> {
    if target.namespace.is_empty() {
        let reason = "the namespace has no name (the main one is \"/\"); was a variable or a template empty?";
        return Err(Invalid::new("empty-namespace", "/namespace", reason));
    }
    match &target.rooms {
        Some(_) if target.all => Err(Invalid::new(
            "all-and-rooms",
            "/all",
            "rooms are named, so it cannot be all sockets too; leave out one of the two",
        )),
        Some(rooms) => room_list("/rooms", rooms),
        None => Ok(()),
    }?;
    names("/except", &target.except)
}

fn room_list(pointer: &str, rooms: &[String]) -> Result<(), Invalid> {
    if rooms.is_empty() {
        let reason = "the list of rooms is empty; name a room, or leave the list out to reach everyone";
        return Err(Invalid::new("empty-rooms", pointer, reason));
    }
    names(pointer, rooms)
}

fn names(pointer: &str, rooms: &[String]) -> Result<(), Invalid> {
    match rooms.iter().position(String::is_empty) {
        None => Ok(()),
        Some(at) => {
            let reason = "the room has no name; was a variable or a template empty?";
            Err(Invalid::new("empty-room", format!("{pointer}/{at}"), reason))
        }
    }
}

fn everyone(target: &Target) -> Result<(), Invalid> {
    if target.rooms.is_none() && !target.all {
        let reason = "this reaches every socket of the namespace; name rooms, or say so (all)";
        return Err(Invalid::new("needs-all", "/rooms", reason));
    }
    Ok(())
}

fn server_target(target: &Target) -> Result<(), Invalid> {
    if target.rooms.is_some() || !target.except.is_empty() || target.all {
        let reason = "a server-side emit goes to every server; it takes no rooms";
        return Err(Invalid::new("server-emit-rooms", "/rooms", reason));
    }
    Ok(())
}
