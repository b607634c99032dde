use std::{future::IntoFuture, slice, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use redis::Value;

use crate::{
    command::Command, deadline::Deadline, emitter::Emitter, error::Error, guard, message::Message, receipt::Receipt,
};

/// A message, checked and ready: `.await` it, [`wait`](Self::wait) for it, or hand many to
/// [`send_all`](Emitter::send_all).
///
/// Pub/sub is at most once, and nothing is sent twice behind the caller's back: an error tells whether the message
/// [may have been taken](Error::is_unknown).
#[derive(Debug)]
#[must_use = "nothing is sent until this is awaited, waited for or handed to send_all"]
pub struct Outgoing {
    emitter: Emitter,
    message: Result<Message, Error>,
    timeout: Duration,
    required: u64,
}

impl Outgoing {
    pub(crate) fn new(emitter: Emitter, message: Result<Message, Error>, timeout: Option<Duration>) -> Self {
        let message = message.and_then(|mut message| {
            message.target.dedupe();
            guard::check(&message)?;
            Ok(message)
        });
        let timeout = timeout.unwrap_or(emitter.options().timeout);
        Self { emitter, message, timeout, required: 0 }
    }

    /// Sends only if at least so many servers are on the namespace.
    ///
    /// They are counted first, so [`Error::TooFewServers`] means that nothing was sent.
    pub fn require_servers(mut self, servers: u64) -> Self {
        self.required = servers;
        self
    }

    /// How long the send may take in all, instead of the emitter's timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The message, or what is wrong with it, before anything is sent.
    ///
    /// # Errors
    /// What sending it would fail with, as far as that is known without Redis.
    pub fn message(&self) -> Result<&Message, &Error> {
        self.message.as_ref()
    }

    /// The Redis command that would say it, without sending it. Redis is asked which adapter the servers run,
    /// unless that is known.
    ///
    /// # Errors
    /// As for sending.
    pub async fn command(self) -> Result<Command, Error> {
        let message = self.message?;
        let deadline = Deadline::after(self.timeout);
        let adapter = self.emitter.adapter(&message.target.namespace, deadline).await?;
        self.emitter.encode(&adapter, &message, deadline).await
    }

    /// Sends without async, on a small runtime in the background that all waiting shares.
    ///
    /// ```
    /// # use socketio_emitter::Emitter;
    /// # fn main() -> Result<(), socketio_emitter::Error> {
    /// let (io, sent) = Emitter::recorder(); // Emitter::connect("redis://127.0.0.1/").wait()?
    /// io.to("room1").emit("note", &"hi").wait()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for awaiting it; [`Error::Runtime`] if the background runtime cannot start.
    #[cfg(feature = "blocking")]
    pub fn wait(self) -> Result<Receipt, Error> {
        crate::blocking::wait(self.into_future())?
    }

    pub(crate) fn into_message(self) -> Result<Message, Error> {
        self.message
    }

    async fn send(self) -> Result<Receipt, Error> {
        let Self { emitter, message, timeout, required } = self;
        let message = message?;
        let namespace = &message.target.namespace;
        let deadline = Deadline::after(timeout);
        let adapter = emitter.adapter(namespace, deadline).await?;
        let command = emitter.encode(&adapter, &message, deadline).await?;
        let census = adapter.census(namespace);
        if required > 0 {
            match emitter.count(&adapter, namespace, deadline).await? {
                Some(found) if found < required => {
                    return Err(Error::TooFewServers { required, found, namespace: namespace.clone() });
                }
                _ => {}
            }
        }
        let replies = emitter.link().send(slice::from_ref(&command), census.as_ref(), deadline).await?;
        let taken = replies.taken.into_iter().next().transpose()?;
        emitter.learn(replies.servers);
        let entry = match taken {
            Some(Value::BulkString(id)) if command.name() == "XADD" => String::from_utf8(id).ok(),
            _ => None,
        };
        Ok(Receipt { adapter: adapter.name(), servers: replies.servers, entry })
    }
}

impl IntoFuture for Outgoing {
    type Output = Result<Receipt, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.send().boxed()
    }
}
