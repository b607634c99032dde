//! A message's one JSON form, written.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Action, DisconnectMode, Flags, Message};

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

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("do", self.name())?;
        match &self.action {
            Action::Emit { event, args, .. } | Action::ServerEmit { event, args } => {
                map.serialize_entry("event", event)?;
                map.serialize_entry("args", args)?;
            }
            Action::Join { rooms } => map.serialize_entry("join", rooms)?,
            Action::Leave { rooms } => map.serialize_entry("leave", rooms)?,
            Action::Disconnect { mode } => map.serialize_entry("close", &(*mode == DisconnectMode::CloseConnection))?,
        }
        map.serialize_entry("namespace", &self.target.namespace)?;
        if let Some(rooms) = &self.target.rooms {
            map.serialize_entry("rooms", rooms)?;
        }
        if !self.target.except.is_empty() {
            map.serialize_entry("except", &self.target.except)?;
        }
        match &self.action {
            Action::Emit { flags, .. } if *flags != Flags::default() => map.serialize_entry("flags", flags)?,
            _ => {}
        }
        if self.target.all {
            map.serialize_entry("all", &true)?;
        }
        map.end()
    }
}
