//! Each adapter encodes the messages captured from official emitters to the same bytes, decodes the messages captured
//! from servers, and rejects malformed messages. The specification of the wire formats shows captured messages only.

#![allow(clippy::unwrap_used)]

mod arbitrary;
mod capture;
mod classic;
mod python;
mod round_trip;
mod sharded;
mod socketioxide;
mod specification;
mod streams;
