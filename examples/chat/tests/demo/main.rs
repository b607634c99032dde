//! The demo as a process with its built-in broker. Clients speak Engine.IO over WebSocket; requests on Redis have the form
//! that other servers send.

#![allow(clippy::unwrap_used)]

mod chat;
mod demo_process;
mod engine_io_client;
mod process;
mod requests;
mod slash_commands;
