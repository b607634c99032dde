use std::{future::IntoFuture, slice, sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use redis::Value;
use tracing::Instrument;

use super::{Receipt, Session};
use crate::{
    adapter::Command,
    base::{Deadline, Error},
    message::CheckedMessage,
};

/// A checked message that is ready to send: `.await` it, [`wait`](Self::wait) for it, or pass many to
/// [`send_all`](crate::Emitter::send_all).
///
/// Pub/sub is at most once, and nothing is sent twice: an error tells whether Redis
/// [may have taken](Error::may_have_been_taken) the message.
///
/// # Cancellation
/// Dropping the future before it is first polled sends nothing. Dropping it later leaves unknown whether Redis took the
/// message.
///
/// # Order
/// Messages that are awaited one after the other arrive in that order. Concurrent ones may arrive in any order.
///
/// # Runtime
/// The connection lives on the Tokio runtime that first used the emitter; it breaks when that runtime ends.
#[derive(Debug)]
#[must_use = "a message is not sent until it is awaited, waited for or passed to send_all"]
pub struct Outgoing {
    session: Arc<Session>,
    message: Result<CheckedMessage, Error>,
    timeout: Duration,
    required_servers: u64,
}

impl Outgoing {
    pub(crate) fn new(
        session: Arc<Session>,
        message: Result<CheckedMessage, Error>,
        timeout: Option<Duration>,
    ) -> Self {
        let timeout = timeout.unwrap_or(session.options().timeout);
        Self { session, message, timeout, required_servers: 0 }
    }

    /// Requires at least `servers` servers on the namespace.
    ///
    /// They are counted before anything is sent, so [`Error::TooFewServers`] means that nothing was sent.
    pub fn require_servers(mut self, servers: u64) -> Self {
        self.required_servers = servers;
        self
    }

    /// Sets how long sending may take, connecting included. The default is the emitter's timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Returns the message before it is sent.
    ///
    /// # Errors
    /// The error that sending would return, as far as it is known without Redis.
    pub fn message(&self) -> Result<&CheckedMessage, &Error> {
        self.message.as_ref()
    }

    /// Returns the Redis command without sending it. The adapter is detected first, unless it is known.
    ///
    /// # Errors
    /// As for sending.
    pub async fn command(self) -> Result<Command, Error> {
        let message = self.message?;
        let deadline = Deadline::after(self.timeout);
        let adapter = self.session.adapter(&message.target.namespace, deadline).await?;
        self.session.encode(&adapter, &message, deadline).await
    }

    /// Sends the message without async, on a background runtime that all waiting calls of the program share.
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
        crate::base::blocking::wait(self.into_future())?
    }

    pub(super) fn into_message(self) -> Result<CheckedMessage, Error> {
        self.message
    }

    async fn send(self) -> Result<Receipt, Error> {
        let Self { session, message, timeout, required_servers } = self;
        let message = message?;
        let namespace = &message.target.namespace;
        let deadline = Deadline::after(timeout);
        let adapter = session.adapter(namespace, deadline).await?;
        let command = session.encode(&adapter, &message, deadline).await?;
        let count = adapter.subscriber_count(namespace);
        if required_servers > 0 {
            match session.count_servers(&adapter, namespace, deadline).await? {
                Some(found) if found < required_servers => {
                    let (required, namespace) = (required_servers, namespace.clone());
                    return Err(Error::TooFewServers { required, found, namespace });
                }
                _ => {}
            }
        }
        let replies = session.connection().send(slice::from_ref(&command), count.as_ref(), deadline).await?;
        let taken = replies.results.into_iter().next().transpose()?;
        session.note_servers(replies.servers);
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
        let span = match &self.message {
            Ok(message) => tracing::debug_span!("send", action = message.name(), namespace = message.target.namespace),
            Err(_) => tracing::Span::none(),
        };
        let send = async {
            let result = self.send().await;
            match &result {
                Ok(receipt) => tracing::debug!(adapter = receipt.adapter, servers = receipt.servers, "sent"),
                Err(error) => tracing::debug!(%error, may_have_been_taken = error.may_have_been_taken(), "send failed"),
            }
            result
        };
        send.instrument(span).boxed()
    }
}
