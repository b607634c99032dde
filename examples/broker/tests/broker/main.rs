//! The broker from outside: over its port, with nothing else installed.

#![allow(clippy::unwrap_used)]

mod clients;
mod emitter;
mod lifecycle;
mod limits;
mod malformed;
mod parser;
mod raw;
mod wire;
