//! Tests of the broker over TCP and of its parser. They need no other program.

#![allow(clippy::unwrap_used)]

mod clients;
mod emitter;
mod lifecycle;
mod limits;
mod malformed;
mod parser;
mod raw_connection;
mod wire;
