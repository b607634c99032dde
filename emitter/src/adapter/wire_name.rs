//! Names that servers write: JavaScript and Python accept any value as the name of a room.

use serde::{Deserialize, Deserializer, de::IgnoredAny};

/// The name of a room, or an id. The servers' code may use numbers.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a string or a number")]
pub(super) enum WireName {
    String(String),
    Number(f64),
}

impl WireName {
    pub(super) fn into_string(self) -> String {
        match self {
            Self::String(name) => name,
            Self::Number(number) => number.to_string(),
        }
    }
}

pub(super) fn into_strings(names: Vec<WireName>) -> Vec<String> {
    names.into_iter().map(WireName::into_string).collect()
}

/// The rooms in a response. Values that are not names are skipped: a server may have joined a socket to `undefined`,
/// and that must not make the whole response unreadable.
pub(super) struct WireRooms(pub(super) Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum WireRoom {
    Name(WireName),
    Invalid(IgnoredAny),
}

impl<'de> Deserialize<'de> for WireRooms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rooms = Vec::<WireRoom>::deserialize(deserializer)?;
        let name = |room| match room {
            WireRoom::Name(name) => Some(name.into_string()),
            WireRoom::Invalid(_) => None,
        };
        Ok(Self(rooms.into_iter().filter_map(name).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::msgpack::{self, MsgpackSource};

    #[test]
    fn rooms_include_numbers_and_skip_other_values() {
        let WireRooms(rooms) = serde_json::from_str(r#"["a",7,2.5,null,true,{"a":1},["b"],"c"]"#).unwrap();
        assert_eq!(rooms, ["a", "7", "2.5", "c"]);

        let mut bytes = Vec::new();
        msgpack::array(&mut bytes, 4);
        msgpack::str(&mut bytes, "a");
        msgpack::uint(&mut bytes, 7);
        // `undefined` as notepack 2 writes it.
        bytes.extend([0xd4, 0, 0]);
        msgpack::str(&mut bytes, "c");
        let WireRooms(rooms) = WireRooms::deserialize(&mut MsgpackSource::new(&bytes)).unwrap();
        assert_eq!(rooms, ["a", "7", "c"]);
    }
}
