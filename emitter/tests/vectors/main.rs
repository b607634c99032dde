//! Our bytes are the official emitters', on every message captured from them; and what servers and other emitters
//! publish is read as what it is.

#![allow(clippy::unwrap_used)]

mod capture;
mod classic;
mod sharded;
mod streams;
