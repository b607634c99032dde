use std::{fmt, future::IntoFuture, marker::PhantomData, sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt, future::BoxFuture};

use super::{Response, ResponseStream, Responses, Summary, options::RequestOptions};
use crate::{
    adapter::{Command, RemoteSocket, RequestBody, RequestIds, SocketDetail},
    base::{Deadline, Error},
    session::Session,
};

/// A request to every server of a namespace: `.await` it for all responses together, or [`stream`](Self::stream) it for
/// each one as it arrives.
///
/// A server or client that does not respond within the timeout is not an error: the [`Summary`] reports it as missing.
///
/// Dropping the future or the stream ends the request: the servers still answer, and nothing reads their answers.
#[must_use = "a request is not sent until it is awaited, waited for or streamed"]
pub struct Request<R> {
    session: Arc<Session>,
    body: Result<RequestBody, Error>,
    timeout: Duration,
    required_servers: u64,
    options: RequestOptions,
    response: PhantomData<fn() -> R>,
}

impl<R: Response> Request<R> {
    pub(crate) fn new(session: Arc<Session>, body: Result<RequestBody, Error>, timeout: Option<Duration>) -> Self {
        let timeout = timeout.unwrap_or(session.options().timeout);
        let options = RequestOptions::new(R::DETAIL);
        Self { session, body, timeout, required_servers: 0, options, response: PhantomData }
    }

    /// Sets how long to wait for responses, connecting included. The default is the emitter's timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Ends the request as soon as `responses` responses have arrived.
    pub fn expect(mut self, responses: u64) -> Self {
        self.options.expect = Some(responses);
        self
    }

    /// Returns at most `responses` responses. [`Summary::limited`] says whether there were more.
    pub fn limit(mut self, responses: u64) -> Self {
        self.options.limit = Some(responses);
        self
    }

    /// Requires at least `servers` servers on the namespace.
    ///
    /// They are counted before anything is sent, so [`Error::TooFewServers`] means that nothing was sent.
    pub fn require_servers(mut self, servers: u64) -> Self {
        self.required_servers = servers;
        self
    }

    /// Returns the Redis command without sending it. The request id in it is random.
    ///
    /// # Errors
    /// As for [`stream`](Self::stream).
    pub async fn command(self) -> Result<Command, Error> {
        let deadline = Deadline::after(self.timeout);
        let ids = RequestIds::random();
        let (_, request) = ResponseStream::<R>::encode(&self.session, &self.body?, &ids, deadline).boxed().await?;
        Ok(request.command)
    }

    /// Sends the request and returns each response as it arrives.
    ///
    /// ```no_run
    /// use futures_util::StreamExt;
    ///
    /// # async fn run(io: socketio_emitter::Emitter) -> Result<(), socketio_emitter::Error> {
    /// let mut sockets = io.to("room1").fetch_sockets().stream().await?;
    /// while let Some(socket) = sockets.next().await {
    ///     println!("{}", socket.id);
    /// }
    /// println!("{:?} of {:?} servers answered", sockets.summary().answered, sockets.summary().servers);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for an emit; [`Error::Unsupported`] for a request that the adapter cannot carry, [`Error::CannotListen`] on a
    /// connection that was supplied with [`Emitter::on`](crate::Emitter::on).
    pub async fn stream(self) -> Result<ResponseStream<R>, Error> {
        let Self { session, body, timeout, required_servers, options, .. } = self;
        ResponseStream::open(&session, &body?, Deadline::after(timeout), required_servers, options).await
    }

    /// Sends the request and counts the responses without keeping them.
    ///
    /// # Errors
    /// As for [`stream`](Self::stream).
    pub async fn count(mut self) -> Result<Summary, Error> {
        self.options.detail = R::COUNTED;
        let mut responses = self.stream().await?;
        while responses.next().await.is_some() {}
        Ok(responses.into_summary())
    }

    /// Sends the request without async; see [`Outgoing::wait`](crate::Outgoing::wait).
    ///
    /// # Errors
    /// As for [`stream`](Self::stream).
    #[cfg(feature = "blocking")]
    pub fn wait(self) -> Result<Responses<R>, Error> {
        crate::base::blocking::wait(self.into_future())?
    }
}

impl Request<RemoteSocket> {
    /// Includes each socket's handshake: its headers, cookies among them, and its query.
    pub fn with_handshake(mut self) -> Self {
        self.options.detail = SocketDetail::Handshake;
        self
    }
}

impl Request<String> {
    /// Leaves out the rooms that belong to one socket and are named by its id, and [counts](Summary::hidden) them.
    ///
    /// On the classic adapter servers do not say whose rooms these are, so the name decides: a room of 20 characters of
    /// `[A-Za-z0-9_-]` with a capital letter is left out as well. On socketioxide there are no such rooms.
    pub fn without_socket_ids(mut self) -> Self {
        self.options.omit_socket_ids = true;
        self
    }
}

impl<R: Response> IntoFuture for Request<R> {
    type Output = Result<Responses<R>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move {
            let mut stream = self.stream().await?;
            let mut responses = Vec::new();
            while let Some(response) = stream.next().await {
                responses.push(response);
            }
            Ok(Responses { summary: stream.into_summary(), responses })
        }
        .boxed()
    }
}

impl<R> fmt::Debug for Request<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("body", &self.body).field("timeout", &self.timeout).finish_non_exhaustive()
    }
}
