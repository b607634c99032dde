//! Tests of the crate, `sio` and the bridge against real peers: redis-server, Socket.IO servers of every adapter and
//! version, their clients, and Chromium.
//!
//! One program, because linking it once is cheaper than linking one program per module. Run one module with
//! `cargo test -p socketio-interop --features real --test real emit::`.

#![allow(clippy::unwrap_used)]

mod adapter_detection;
mod adapters;
mod bad_inputs;
mod broker;
mod browser;
mod deadline;
mod doctor;
mod emit;
mod emit_every;
mod encoding;
mod failover;
mod harness;
mod hello;
mod redis_deployments;
mod requests;
mod sio_bench;
mod tap;
mod tap_sharded;
mod version_detection;
mod versions;
mod wrong_adapter;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Waits until no other test holds the returned guard.
///
/// Tests that run several clusters or measure time hold it, so that they do not compete with each other for the processor.
fn run_exclusively() -> MutexGuard<'static, ()> {
    static RUNNING: Mutex<()> = Mutex::new(());
    // A test that failed while it held the guard has not left anything behind.
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}
