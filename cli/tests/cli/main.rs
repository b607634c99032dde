//! Runs the `sio` binary without Redis, or on the example broker.

// clippy allows unwrap in test functions, but not in the helpers that they call.
#![allow(clippy::unwrap_used)]

mod bench;
mod completions_and_man;
mod dry_run;
mod event_args;
mod harness;
mod help;
mod pipe;
mod redis_unreachable;
mod requests;
mod socket_actions;
mod template;
mod usage;
