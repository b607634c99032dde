use serde::{Deserialize, Serialize, de::IgnoredAny};

use super::ServerValue;
use crate::{adapter::wire_room::WireRooms, message::WireValue};

/// A socket somewhere in the cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RemoteSocket {
    /// Its id, which is a room of its own.
    pub id: String,
    /// The server it is connected to, where the adapter says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The rooms it is in; `None` if the adapter does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rooms: Option<Vec<String>>,
    /// What the servers' code put into `socket.data`; `None` if the adapter does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<ServerValue>,
    /// Headers, query and more of its connection, if they were asked for and the adapter has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handshake: Option<ServerValue>,
}

impl RemoteSocket {
    pub(crate) fn new(id: String) -> Self {
        Self { id, server: None, rooms: None, data: None, handshake: None }
    }
}

/// A socket as Node servers describe it; `D` and `H` say whether data and handshake are kept.
#[derive(Deserialize)]
#[serde(bound = "D: Deserialize<'de>, H: Deserialize<'de>")]
pub(crate) struct Described<D, H> {
    id: String,
    rooms: Option<WireRooms>,
    data: Option<D>,
    handshake: Option<H>,
}

/// Its id and nothing else.
#[derive(Deserialize)]
pub(crate) struct Named {
    id: String,
}

/// Its id and its rooms.
pub(crate) type Placed = Described<IgnoredAny, IgnoredAny>;

/// All but its handshake.
pub(crate) type Plain = Described<WireValue, IgnoredAny>;

/// All that is known of it.
pub(crate) type Whole = Described<WireValue, WireValue>;

/// What is kept of a value.
trait Kept {
    fn kept(self) -> Option<ServerValue>;
}

impl Kept for IgnoredAny {
    fn kept(self) -> Option<ServerValue> {
        None
    }
}

impl Kept for WireValue {
    fn kept(self) -> Option<ServerValue> {
        Some(ServerValue::new(self.0))
    }
}

impl From<Named> for RemoteSocket {
    fn from(Named { id }: Named) -> Self {
        Self::new(id)
    }
}

impl<D: Kept, H: Kept> From<Described<D, H>> for RemoteSocket {
    fn from(Described { id, rooms, data, handshake }: Described<D, H>) -> Self {
        let (data, handshake) = (data.and_then(Kept::kept), handshake.and_then(Kept::kept));
        Self { id, server: None, rooms: rooms.map(|WireRooms(names)| names), data, handshake }
    }
}
