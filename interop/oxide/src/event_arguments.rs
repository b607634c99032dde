use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{
    Serialize, Serializer,
    ser::{Error, SerializeMap, SerializeTuple},
};
use serde_json::Value;

/// The arguments of an event. socketioxide sends a tuple as several arguments and a list as one.
pub(crate) struct OxideEventArguments<'a>(pub(crate) &'a [Value]);

impl Serialize for OxideEventArguments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        for value in self.0 {
            tuple.serialize_element(&ArgumentValue(value))?;
        }
        tuple.end()
    }
}

/// A JSON value. `{"$binary": "<base64>"}` is serialized as bytes.
struct ArgumentValue<'a>(&'a Value);

impl Serialize for ArgumentValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => serializer.collect_seq(items.iter().map(ArgumentValue)),
            Value::Object(members) => match members.get("$binary").and_then(Value::as_str) {
                Some(text) => serializer.serialize_bytes(&STANDARD.decode(text).map_err(S::Error::custom)?),
                None => {
                    let mut map = serializer.serialize_map(Some(members.len()))?;
                    for (key, value) in members {
                        map.serialize_entry(key, &ArgumentValue(value))?;
                    }
                    map.end()
                }
            },
            plain => plain.serialize(serializer),
        }
    }
}
