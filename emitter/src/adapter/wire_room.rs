//! Rooms as servers write them: JavaScript takes any value for a room.

use serde::{Deserialize, Deserializer, de::IgnoredAny};

/// A room is a name; a server's own code may use a number for one.
#[derive(Deserialize)]
#[serde(untagged, expecting = "neither a text nor a number")]
pub(crate) enum WireRoom {
    Name(String),
    Number(f64),
}

impl WireRoom {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Name(name) => name,
            Self::Number(number) => number.to_string(),
        }
    }
}

/// The names of rooms.
pub(crate) fn names(rooms: Vec<WireRoom>) -> Vec<String> {
    rooms.into_iter().map(WireRoom::name).collect()
}

/// The rooms in an answer. A value that has no name, such as the `undefined` of a server that joined what it had not
/// looked up, is left out: it must not cost the whole answer.
pub(crate) struct WireRooms(pub(crate) Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Room(WireRoom),
    Nameless(IgnoredAny),
}

impl<'de> Deserialize<'de> for WireRooms {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let entries = Vec::<Entry>::deserialize(source)?;
        let named = |entry| match entry {
            Entry::Room(room) => Some(room.name()),
            Entry::Nameless(_) => None,
        };
        Ok(Self(entries.into_iter().filter_map(named).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::msgpack::{self, MsgpackSource};

    #[test]
    fn a_number_is_named_and_what_has_no_name_is_left_out() {
        let WireRooms(rooms) = serde_json::from_str(r#"["a",7,2.5,null,true,{"a":1},["b"],"c"]"#).unwrap();
        assert_eq!(rooms, ["a", "7", "2.5", "c"]);

        let mut bytes = Vec::new();
        msgpack::array(&mut bytes, 4);
        msgpack::str(&mut bytes, "a");
        msgpack::uint(&mut bytes, 7);
        // As notepack 2 writes undefined.
        bytes.extend([0xd4, 0, 0]);
        msgpack::str(&mut bytes, "c");
        let WireRooms(rooms) = WireRooms::deserialize(&mut MsgpackSource::new(&bytes)).unwrap();
        assert_eq!(rooms, ["a", "7", "c"]);
    }
}
