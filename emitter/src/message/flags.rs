use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap};

/// How servers send an event to each client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flags {
    /// Servers drop the event for clients whose connection is not ready to send.
    pub volatile: bool,
    /// Whether servers may compress the event. With `None` the server decides; its default is to compress.
    pub compress: Option<bool>,
}

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.volatile {
            map.serialize_entry("volatile", &true)?;
        }
        if let Some(compress) = self.compress {
            map.serialize_entry("compress", &compress)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Flags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct FlagsJson {
            #[serde(default)]
            volatile: bool,
            compress: Option<bool>,
        }
        let FlagsJson { volatile, compress } = FlagsJson::deserialize(deserializer)?;
        Ok(Self { volatile, compress })
    }
}
