//! Schemas of the JSON that the bridge reads and writes. The emitter reads and writes most of it, and has no
//! schemas of its own; tests compare these with real messages and answers.

#![allow(dead_code, reason = "the types exist for their schemas only")]

mod answers;
mod health;
mod messages;
mod receipts;
mod tap;
mod values;

pub(crate) use self::values::DurationSchema;
pub(super) use self::{
    answers::{AckSchema, ServerAckSchema, ServerSchema, SocketSchema, SummarySchema},
    health::{LivezSchema, ReadyzSchema},
    messages::{DisconnectSchema, EmitSchema, JoinSchema, LeaveSchema, ServerEmitSchema},
    receipts::{BatchReceiptSchema, CommandSchema, ReceiptSchema},
    tap::{SeenSchema, TapEventSchema},
    values::{BinarySchema, FlagsSchema, JsonSchema, RoomSchema},
};
