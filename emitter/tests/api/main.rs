//! The API of the crate, without Redis: arguments, messages, the recorder and batches.

#![allow(clippy::unwrap_used)]

mod args;
mod message;
mod operations;
mod recorder;
mod rooms;
