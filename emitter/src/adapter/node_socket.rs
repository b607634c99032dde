//! Sockets in the responses of Node servers, with one type for each [`SocketDetail`](super::SocketDetail).

use serde::{Deserialize, de::IgnoredAny};

use super::{RemoteSocket, ServerValue, wire_name::WireRooms};
use crate::message::WireValue;

/// The id only.
#[derive(Deserialize)]
pub(super) struct NodeSocketId {
    id: String,
}

/// Id and rooms.
pub(super) type NodeSocketRooms = NodeSocket<IgnoredAny, IgnoredAny>;

/// Id, rooms and data.
pub(super) type NodeSocketPlain = NodeSocket<WireValue, IgnoredAny>;

/// Id, rooms, data and handshake.
pub(super) type NodeSocketHandshake = NodeSocket<WireValue, WireValue>;

/// A socket with data of type `D` and a handshake of type `H`, each of them [`WireValue`] or [`IgnoredAny`].
#[derive(Deserialize)]
#[serde(bound = "D: Deserialize<'de>, H: Deserialize<'de>")]
pub(super) struct NodeSocket<D, H> {
    id: String,
    rooms: Option<WireRooms>,
    data: Option<D>,
    handshake: Option<H>,
}

trait IntoServerValue {
    fn into_server_value(self) -> Option<ServerValue>;
}

impl IntoServerValue for IgnoredAny {
    fn into_server_value(self) -> Option<ServerValue> {
        None
    }
}

impl IntoServerValue for WireValue {
    fn into_server_value(self) -> Option<ServerValue> {
        Some(ServerValue::new(self.0))
    }
}

impl From<NodeSocketId> for RemoteSocket {
    fn from(NodeSocketId { id }: NodeSocketId) -> Self {
        Self::new(id)
    }
}

impl<D: IntoServerValue, H: IntoServerValue> From<NodeSocket<D, H>> for RemoteSocket {
    fn from(socket: NodeSocket<D, H>) -> Self {
        let NodeSocket { id, rooms, data, handshake } = socket;
        Self {
            id,
            server: None,
            rooms: rooms.map(|WireRooms(names)| names),
            data: data.and_then(IntoServerValue::into_server_value),
            handshake: handshake.and_then(IntoServerValue::into_server_value),
        }
    }
}
