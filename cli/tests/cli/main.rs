//! The binary from outside, on a machine without Redis.

// Helpers unwrap for the tests that call them.
#![allow(clippy::unwrap_used)]

mod asking;
mod away;
mod bench;
mod dry_run;
mod order;
mod pipe;
mod shell;
mod sio;
mod template;
mod usage;
mod value;
