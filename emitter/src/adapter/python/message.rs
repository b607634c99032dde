use serde::{Serialize, Serializer};

use super::{SENDER, event_data::PythonEventData, unsupported};
use crate::{
    adapter::RequestIds,
    base::Error,
    message::{Args, DisconnectMode, Target},
};

/// The length of a socket's id: 15 bytes in base64.
const SOCKET_ID_LENGTH: usize = 20;

/// A message to encode. The keys are in the servers' order.
#[derive(Serialize)]
pub(super) struct PythonMessage<'a> {
    method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PythonEventData<'a>>,
    /// Omitted if false: older servers do not know it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    binary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<PythonNames<'a>>,
    /// Required: without it, no client receives the message.
    namespace: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_sid: Option<PythonNames<'a>>,
    /// The response returns these values as `sid`, `namespace` and `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    callback: Option<[&'a str; 3]>,
    host_id: &'a str,
}

impl<'a> PythonMessage<'a> {
    pub(super) fn emit(target: &'a Target, event: &'a str, args: &'a Args, before_5_15_1: bool) -> Result<Self, Error> {
        if let Some(room) = target.except.iter().find(|name| !is_socket_id(name)) {
            let instead = "exclude sockets by their ids, or name the rooms that should receive the event";
            return Err(unsupported(format!("except with the room {room:?}"), instead));
        }
        let data = PythonEventData::new(args, before_5_15_1)?;
        Ok(Self {
            event: Some(event),
            binary: data.is_binary(),
            data: Some(data),
            room: target.rooms.as_deref().map(PythonNames),
            skip_sid: (!target.except.is_empty()).then_some(PythonNames(&target.except)),
            ..Self::new("emit", target)
        })
    }

    pub(super) fn enter_room(target: &'a Target, rooms: &'a [String]) -> Result<Self, Error> {
        let room = single_room(rooms)?;
        Ok(Self { sid: Some(single_socket(target)?), room: Some(room), ..Self::new("enter_room", target) })
    }

    /// If the sockets are selected by the room that they leave, the method is `close_room`, the only one that selects
    /// several sockets.
    pub(super) fn leave_room(target: &'a Target, rooms: &'a [String]) -> Result<Self, Error> {
        let room = Some(single_room(rooms)?);
        if target.except.is_empty() && target.rooms.as_deref().is_none_or(|target_rooms| target_rooms == rooms) {
            return Ok(Self { room, ..Self::new("close_room", target) });
        }
        Ok(Self { sid: Some(single_socket(target)?), room, ..Self::new("leave_room", target) })
    }

    pub(super) fn disconnect(target: &'a Target, mode: DisconnectMode) -> Result<Self, Error> {
        if mode == DisconnectMode::CloseConnection {
            let what = "a disconnect that closes the connection";
            return Err(unsupported(what, "disconnect from the namespace only"));
        }
        Ok(Self { sid: Some(single_socket(target)?), ..Self::new("disconnect", target) })
    }

    /// Requests acknowledgements.
    pub(super) fn with_callback(self, ids: &'a RequestIds) -> Self {
        Self { callback: Some([&ids.request, self.namespace, &ids.request]), host_id: &ids.requester, ..self }
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

/// One name as a string, or several as a list.
struct PythonNames<'a>(&'a [String]);

impl Serialize for PythonNames<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [name] => name.serialize(serializer),
            names => names.serialize(serializer),
        }
    }
}

fn single_room(rooms: &[String]) -> Result<PythonNames<'_>, Error> {
    match rooms {
        [_] => Ok(PythonNames(rooms)),
        _ => Err(unsupported("several rooms in one join or leave", "send one message for each room")),
    }
}

/// The socket id that is the only room of the target.
fn single_socket(target: &Target) -> Result<&str, Error> {
    match target.rooms.as_deref() {
        Some([name]) if is_socket_id(name) && target.except.is_empty() => Ok(name),
        _ => Err(unsupported(
            "join, leave or disconnect for anything but one socket id",
            "send one message for each socket, with the socket's id as its room",
        )),
    }
}

/// True for base64 with the URL alphabet.
fn is_socket_id(name: &str) -> bool {
    name.len() == SOCKET_ID_LENGTH
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
