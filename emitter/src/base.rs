//! What every other room uses: errors and their codes, deadlines, and waiting without async. It imports from no other room.

#[cfg(feature = "blocking")]
pub(crate) mod blocking;
mod code;
mod deadline;
mod error;
mod invalid_message;

pub use self::{
    code::Code,
    error::{Error, ErrorKind},
    invalid_message::InvalidMessage,
};
pub(crate) use self::{
    deadline::{Deadline, Elapsed},
    error::{is_transient, malformed},
    invalid_message::push_step,
};
