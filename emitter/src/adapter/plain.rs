//! What JSON can carry, for the adapters that speak it.

use crate::{
    base::{Code, InvalidMessage},
    message::Args,
};

/// Refuses numbers that JSON has no form for.
pub(super) fn finite(args: &Args) -> Result<(), InvalidMessage> {
    if args.is_finite() {
        return Ok(());
    }
    let reason = "NaN and infinities have no JSON form, which carries this; send null or a string";
    Err(InvalidMessage::new(Code::NotFinite, "/args", reason))
}
