//! Payloads in JSON, for adapters that use it.

use serde::Serialize;

use crate::{
    base::{Code, InvalidMessage},
    message::Args,
};

/// Refuses numbers that JSON cannot represent: serde_json would write them as `null`.
pub(super) fn ensure_finite(args: &Args) -> Result<(), InvalidMessage> {
    if args.is_finite() {
        return Ok(());
    }
    let reason = "NaN and infinity have no JSON form, which this adapter requires here; send null or a string";
    Err(InvalidMessage::new(Code::NotFinite, "/args", reason))
}

/// Encodes a payload that contains the message's arguments.
pub(super) fn to_json(payload: &impl Serialize) -> Result<Vec<u8>, InvalidMessage> {
    serde_json::to_vec(payload).map_err(|error| {
        let reason = format!("cannot be written as JSON, which this adapter requires here: {error}");
        InvalidMessage::new(Code::Value, "/args", reason)
    })
}
