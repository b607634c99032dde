use serde::{Deserialize, Serialize, de::IgnoredAny};

use super::{Datum, reply::Detail};
use crate::args::WireValue;

/// A socket somewhere in the cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Socket {
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
    pub data: Option<Datum>,
    /// Headers, query and more of its connection, if they were asked for and the adapter has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handshake: Option<Datum>,
}

impl Socket {
    pub(crate) fn new(id: String) -> Self {
        Self { id, server: None, rooms: None, data: None, handshake: None }
    }
}

/// A socket as Node servers describe it.
#[derive(Debug, Deserialize)]
struct Described<H> {
    id: String,
    handshake: Option<H>,
    rooms: Option<Vec<String>>,
    data: Option<WireValue>,
}

/// The sockets in a Node server's answer, with no more than is wanted of each.
pub(crate) struct Sockets(pub(crate) Vec<Socket>);

impl Sockets {
    /// Reads them off the source of an answer.
    pub(crate) fn read<'de, D>(source: D, detail: Detail) -> Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        let list = match detail {
            Detail::Id => {
                #[derive(Deserialize)]
                struct Named {
                    id: String,
                }
                Vec::<Named>::deserialize(source)?.into_iter().map(|Named { id }| Socket::new(id)).collect()
            }
            Detail::Plain => {
                Vec::<Described<IgnoredAny>>::deserialize(source)?.into_iter().map(|it| it.socket(|_| None)).collect()
            }
            Detail::Handshake => {
                let whole = Vec::<Described<WireValue>>::deserialize(source)?;
                whole.into_iter().map(|it| it.socket(|WireValue(value)| Some(Datum::new(value)))).collect()
            }
        };
        Ok(Self(list))
    }
}

impl<H> Described<H> {
    fn socket(self, handshake: impl Fn(H) -> Option<Datum>) -> Socket {
        Socket {
            id: self.id,
            server: None,
            rooms: self.rooms,
            data: self.data.map(|WireValue(value)| Datum::new(value)),
            handshake: self.handshake.and_then(handshake),
        }
    }
}
