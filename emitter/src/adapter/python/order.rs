//! What servers are told, as they read it.

use serde::{Serialize, Serializer};

use super::{SENDER, data::Data, unsupported};
use crate::{
    adapter::RequestIds,
    base::Error,
    message::{Args, DisconnectMode, Target},
};

const SID_LEN: usize = 20;

/// An event or an order. The keys stand in the servers' order.
#[derive(Serialize)]
pub(super) struct Order<'a> {
    method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data<'a>>,
    /// Older servers do not know the key, and do not miss it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    binary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<Names<'a>>,
    /// Never left out: without it nobody gets anything.
    namespace: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_sid: Option<Names<'a>>,
    /// Three values that come back as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    callback: Option<[&'a str; 3]>,
    host_id: &'a str,
}

impl<'a> Order<'a> {
    pub(super) fn emit(target: &'a Target, event: &'a str, args: &'a Args, before_5_15_1: bool) -> Result<Self, Error> {
        if let Some(room) = target.except.iter().find(|name| !is_sid(name)) {
            let instead = "leave sockets out by their ids, or name the rooms that are to get it";
            return Err(unsupported(format!("except with the room {room:?}"), instead));
        }
        let data = Data::new(args, before_5_15_1)?;
        Ok(Self {
            event: Some(event),
            binary: data.is_binary(),
            data: Some(data),
            room: target.rooms.as_deref().map(Names),
            skip_sid: (!target.except.is_empty()).then_some(Names(&target.except)),
            ..Self::new("emit", target)
        })
    }

    pub(super) fn enter_room(target: &'a Target, rooms: &'a [String]) -> Result<Self, Error> {
        let room = one_room(rooms)?;
        Ok(Self { sid: Some(one_socket(target)?), room: Some(room), ..Self::new("enter_room", target) })
    }

    /// To make everyone who is in a room leave that room is the one order that needs no socket.
    pub(super) fn leave_room(target: &'a Target, rooms: &'a [String]) -> Result<Self, Error> {
        let room = Some(one_room(rooms)?);
        if target.except.is_empty() && target.rooms.as_deref().is_none_or(|targets| targets == rooms) {
            return Ok(Self { room, ..Self::new("close_room", target) });
        }
        Ok(Self { sid: Some(one_socket(target)?), room, ..Self::new("leave_room", target) })
    }

    pub(super) fn disconnect(target: &'a Target, close: DisconnectMode) -> Result<Self, Error> {
        if close == DisconnectMode::CloseConnection {
            let what = "a disconnect that closes the connection";
            return Err(unsupported(what, "disconnect from the namespace only"));
        }
        Ok(Self { sid: Some(one_socket(target)?), ..Self::new("disconnect", target) })
    }

    /// Each client's acknowledgement is to be sent to the one who asks.
    pub(super) fn with_callback(self, ids: &'a RequestIds) -> Self {
        Self { callback: Some([&ids.request, self.namespace, &ids.request]), host_id: &ids.asker, ..self }
    }

    fn new(method: &'static str, target: &'a Target) -> Self {
        Self {
            method,
            event: None,
            data: None,
            binary: false,
            sid: None,
            room: None,
            namespace: &target.namespace,
            skip_sid: None,
            callback: None,
            host_id: SENDER,
        }
    }
}

/// One name, or the list of several.
struct Names<'a>(&'a [String]);

impl Serialize for Names<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [name] => name.serialize(serializer),
            names => names.serialize(serializer),
        }
    }
}

fn one_room(rooms: &[String]) -> Result<Names<'_>, Error> {
    match rooms {
        [_] => Ok(Names(rooms)),
        _ => Err(unsupported("several rooms to join or to leave", "name one room in each message")),
    }
}

/// The only socket of the target.
fn one_socket(target: &Target) -> Result<&str, Error> {
    match target.rooms.as_deref() {
        Some([name]) if is_sid(name) && target.except.is_empty() => Ok(name),
        _ => Err(unsupported("orders to any but one socket", "name one socket by its id in each message")),
    }
}

/// 15 bytes in the base64 of URLs.
fn is_sid(name: &str) -> bool {
    name.len() == SID_LEN && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
