use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{
    Serialize, Serializer,
    ser::{Error, SerializeMap, SerializeTuple},
};
use serde_json::Value;

/// The arguments of an event. A tuple is several of them for socketioxide, where a list is one.
pub(crate) struct Arguments<'a>(pub(crate) &'a [Value]);

impl Serialize for Arguments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        for value in self.0 {
            tuple.serialize_element(&Argument(value))?;
        }
        tuple.end()
    }
}

/// A value in which `{"$binary": "<base64>"}` stands for bytes.
struct Argument<'a>(&'a Value);

impl Serialize for Argument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => serializer.collect_seq(items.iter().map(Argument)),
            Value::Object(members) => match members.get("$binary").and_then(Value::as_str) {
                Some(text) => serializer.serialize_bytes(&STANDARD.decode(text).map_err(S::Error::custom)?),
                None => {
                    let mut map = serializer.serialize_map(Some(members.len()))?;
                    for (key, value) in members {
                        map.serialize_entry(key, &Argument(value))?;
                    }
                    map.end()
                }
            },
            plain => plain.serialize(serializer),
        }
    }
}
