use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};

use super::{Answer, Answering, Answers, Asked, Detail, Tally};
use crate::{
    deadline::Deadline,
    emitter::Emitter,
    error::Error,
    message::{Message, Target},
};

/// A question to the cluster: `.await` it for all answers together, or [`stream`](Self::stream) it to have each as it
/// comes.
///
/// Who does not answer within the timeout is missing from the result, which says so: it is no error.
#[must_use = "nothing is asked until this is awaited, waited for or streamed"]
pub struct Asking<A> {
    emitter: Emitter,
    question: Result<Question, Error>,
    timeout: Duration,
    expect: Option<u64>,
    detail: Detail,
    answer: PhantomData<fn() -> A>,
}

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) enum Question {
    Acks(Message),
    Sockets(Target),
    Rooms(Target),
    ServerAcks(Message),
    Servers(Target),
}

impl Question {
    pub(super) fn asked(&self, timeout: Duration) -> Asked<'_> {
        match self {
            Self::Acks(message) => Asked::Acks(message, timeout),
            Self::Sockets(target) => Asked::Sockets(target),
            Self::Rooms(target) => Asked::Rooms(target),
            Self::ServerAcks(message) => Asked::ServerAcks(message),
            Self::Servers(target) => Asked::Servers(target),
        }
    }
}

impl<A: Answer> Asking<A> {
    pub(crate) fn new(emitter: Emitter, question: Result<Question, Error>, timeout: Option<Duration>) -> Self {
        let timeout = timeout.unwrap_or(emitter.options().timeout);
        Self { emitter, question, timeout, expect: None, detail: Detail::Plain, answer: PhantomData }
    }

    /// How long to wait for answers in all, instead of the emitter's timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Ends as soon as there are so many answers.
    pub fn expect(mut self, answers: u64) -> Self {
        self.expect = Some(answers);
        self
    }

    /// Asks, and gives each answer as it comes.
    ///
    /// ```no_run
    /// # async fn run(io: socketio_emitter::Emitter) -> Result<(), socketio_emitter::Error> {
    /// let mut sockets = io.to("room1").sockets().stream().await?;
    /// while let Some(socket) = sockets.next().await {
    ///     println!("{}", socket.id);
    /// }
    /// println!("{:?} of {:?} servers answered", sockets.tally().answered, sockets.tally().servers);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for an emit; [`Error::Unsupported`] for what the adapter cannot ask, [`Error::CannotListen`] on a
    /// connection that was [given](Emitter::on).
    pub async fn stream(self) -> Result<Answering<A>, Error> {
        let Self { emitter, question, timeout, expect, detail, .. } = self;
        let deadline = Deadline::after(timeout);
        Answering::open(&emitter, &question?, deadline, detail).await.map(|answering| answering.expect(expect))
    }

    /// Asks, counts the answers and keeps none of them.
    ///
    /// # Errors
    /// As for [`stream`](Self::stream).
    pub async fn count(mut self) -> Result<Tally, Error> {
        self.detail = Detail::Id;
        let mut answering = self.stream().await?;
        while answering.next().await.is_some() {}
        Ok(answering.into_tally())
    }

    /// Asks without async; see [`Outgoing::wait`](crate::Outgoing::wait).
    ///
    /// # Errors
    /// As for [`stream`](Self::stream).
    #[cfg(feature = "blocking")]
    pub fn wait(self) -> Result<Answers<A>, Error> {
        crate::blocking::wait(self.into_future())?
    }
}

impl Asking<super::Socket> {
    /// Wants each socket's handshake as well: its headers, among them cookies, and its query.
    pub fn with_handshake(mut self) -> Self {
        self.detail = Detail::Handshake;
        self
    }
}

impl<A: Answer> IntoFuture for Asking<A> {
    type Output = Result<Answers<A>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move {
            let mut answering = self.stream().await?;
            let mut answers = Vec::new();
            while let Some(answer) = answering.next().await {
                answers.push(answer);
            }
            Ok(Answers { tally: answering.into_tally(), answers })
        }
        .boxed()
    }
}

impl<A> fmt::Debug for Asking<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking")
            .field("question", &self.question)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
