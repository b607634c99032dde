//! Tests of the bridge: its routes without a port, and the program itself.

#![allow(unreachable_pub, clippy::unwrap_used)]

mod access;
mod batch;
mod bodies;
mod emit;
mod forms;
mod health;
mod limits;
mod metrics;
mod openapi;
mod orders;
mod program;
mod questions;
mod redis_results;
mod support;
