use std::{
    net::SocketAddr,
    ops::ControlFlow,
    sync::{Arc, atomic::Ordering},
};

use bytes::Bytes;

use crate::{
    command::{self, CommandResult},
    output_buffer::OutputBuffer,
    pubsub_hub::PubSubHub,
    resp_writer::{RespVersion, RespWriter},
};

/// The state of one client's connection. Dropping it removes the client from the hub.
#[derive(Debug)]
pub(crate) struct ClientSession {
    pub(crate) hub: Arc<PubSubHub>,
    pub(crate) id: usize,
    /// The number of subscriptions of all kinds.
    pub(crate) subscriptions: usize,
    /// True after QUIT.
    pub(crate) ended: bool,
    pub(crate) output: Arc<OutputBuffer>,
}

impl ClientSession {
    pub(crate) fn new(hub: Arc<PubSubHub>, address: SocketAddr) -> Self {
        let (id, output) = hub.add_client(address);
        Self { hub, id, subscriptions: 0, ended: false, output }
    }

    /// Runs a command. Breaks if the connection is to be closed after it.
    pub(crate) fn run(&mut self, argv: &[Bytes]) -> ControlFlow<()> {
        // The first line of an HTTP request: a web page could otherwise make a browser run commands here.
        if argv.first().is_some_and(|name| name.eq_ignore_ascii_case(b"post") || name.eq_ignore_ascii_case(b"host:")) {
            return ControlFlow::Break(());
        }
        if let Err(error) = self.execute(argv) {
            self.reply_error(&error);
        }
        if self.ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Replies with an error.
    pub(crate) fn reply_error(&self, error: &str) {
        self.output.reply(|out| out.error(error));
    }

    /// Replies with the value that `write` writes.
    pub(crate) fn reply(&self, write: impl FnOnce(&mut RespWriter<'_>)) -> CommandResult {
        self.output.reply(write);
        Ok(())
    }

    pub(crate) fn reply_ok(&self) -> CommandResult {
        self.reply(|out| out.simple("OK"))
    }

    /// True if only some commands are allowed: in RESP2, replies to others could not be distinguished from messages.
    pub(crate) fn is_subscriber_only(&self) -> bool {
        self.subscriptions > 0 && self.output.version() == RespVersion::Resp2
    }

    fn execute(&mut self, argv: &[Bytes]) -> CommandResult {
        let (index, args) = command::find(argv)?;
        let command = &command::COMMANDS[index];
        if self.is_subscriber_only() && !command.allowed_while_subscribed {
            let permitted = "(P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET";
            let name = command.name;
            return Err(format!("ERR Can't execute '{name}': only {permitted} are allowed in this context").into());
        }
        self.hub.calls[index].fetch_add(1, Ordering::Relaxed);
        (command.run)(self, args)
    }
}

impl Drop for ClientSession {
    fn drop(&mut self) {
        self.hub.remove_client(self.id);
    }
}
