use std::{
    net::SocketAddr,
    ops::ControlFlow,
    sync::{Arc, atomic::Ordering},
};

use bytes::Bytes;

use crate::{
    command::{self, Outcome},
    hub::Hub,
    outbox::Outbox,
    reply::{Protocol, Reply},
};

/// One client's side of the conversation; it leaves the hub when dropped.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) hub: Arc<Hub>,
    pub(crate) id: usize,
    /// How many subscriptions it has, of every kind.
    pub(crate) subscriptions: usize,
    /// True when it is to end.
    pub(crate) ended: bool,
    pub(crate) outbox: Arc<Outbox>,
}

impl Session {
    pub(crate) fn new(hub: Arc<Hub>, address: SocketAddr) -> Self {
        let (id, outbox) = hub.join(address);
        Self { hub, id, subscriptions: 0, ended: false, outbox }
    }

    /// Runs a command; breaks if it was the last.
    pub(crate) fn run(&mut self, words: &[Bytes]) -> ControlFlow<()> {
        // A web page can make a browser send these here, with commands behind them.
        if words.first().is_some_and(|word| word.eq_ignore_ascii_case(b"post") || word.eq_ignore_ascii_case(b"host:")) {
            return ControlFlow::Break(());
        }
        if let Err(refused) = self.attempt(words) {
            self.refuse(&refused);
        }
        if self.ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Answers with an error.
    pub(crate) fn refuse(&self, error: &str) {
        self.outbox.reply(|reply| reply.error(error));
    }

    /// Answers with what `write` writes, which cannot fail.
    pub(crate) fn answer(&self, write: impl FnOnce(&mut Reply<'_>)) -> Outcome {
        self.outbox.reply(write);
        Ok(())
    }

    pub(crate) fn ok(&self) -> Outcome {
        self.answer(|reply| reply.simple("OK"))
    }

    /// True if answers cannot be told from messages: RESP2, with subscriptions.
    pub(crate) fn only_listens(&self) -> bool {
        self.subscriptions > 0 && self.outbox.protocol() == Protocol::Resp2
    }

    fn attempt(&mut self, words: &[Bytes]) -> Outcome {
        let (index, args) = command::find(words)?;
        let command = &command::COMMANDS[index];
        if self.only_listens() && !command.while_listening {
            let permitted = "(P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET";
            let name = command.name;
            return Err(format!("ERR Can't execute '{name}': only {permitted} are allowed in this context").into());
        }
        self.hub.calls[index].fetch_add(1, Ordering::Relaxed);
        (command.run)(self, args)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.hub.leave(self.id);
    }
}
