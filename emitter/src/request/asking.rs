use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};

use super::{
    Answer, Answering, Answers, Asked, Detail, Ids, Inquiry, Tally,
    known::{Known, Own},
};
use crate::{
    adapter::Adapter,
    command::Command,
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
    required: u64,
    wanted: Wanted,
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
    pub(super) fn asked(&self) -> Asked<'_> {
        match self {
            Self::Acks(message) => Asked::Acks(message),
            Self::Sockets(target) => Asked::Sockets(target),
            Self::Rooms(target) => Asked::Rooms(target),
            Self::ServerAcks(message) => Asked::ServerAcks(message),
            Self::Servers(target) => Asked::Servers(target),
        }
    }

    pub(super) fn namespace(&self) -> &str {
        match self {
            Self::Acks(message) | Self::ServerAcks(message) => &message.target.namespace,
            Self::Sockets(target) | Self::Rooms(target) | Self::Servers(target) => &target.namespace,
        }
    }

    /// The question as the servers' adapter writes it, and that adapter.
    pub(super) async fn inquiry(
        &self,
        emitter: &Emitter,
        ids: &Ids,
        deadline: Deadline,
    ) -> Result<(Adapter, Inquiry), Error> {
        let asked = self.asked();
        let adapter = emitter.adapter(self.namespace(), deadline).await?;
        // What is refused whatever the version is costs no question.
        adapter.ask(asked, ids)?;
        let adapter = emitter.recognise(&adapter, self.namespace(), deadline).await?;
        let inquiry = adapter.ask(asked, ids)?;
        Ok((adapter, inquiry))
    }
}

/// How much of the answers is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) detail: Detail,
    /// So many are enough.
    pub(super) expect: Option<u64>,
    /// No more than so many.
    pub(super) limit: Option<u64>,
    /// Not the rooms that are one socket's own.
    without_own: bool,
}

impl Wanted {
    /// What is known of rooms before any was named.
    pub(super) fn known(self, adapter: &Adapter) -> Known {
        Known::new(match (self.without_own, adapter) {
            (false, _) => Own::Wanted,
            // Its servers tell the names of rooms and not whose they are.
            (true, Adapter::Classic(_)) => Own::Guessed,
            (true, _) => Own::Told,
        })
    }
}

impl<A: Answer> Asking<A> {
    pub(crate) fn new(emitter: Emitter, question: Result<Question, Error>, timeout: Option<Duration>) -> Self {
        let timeout = timeout.unwrap_or(emitter.options().timeout);
        let wanted = Wanted { detail: A::DETAIL, expect: None, limit: None, without_own: false };
        Self { emitter, question, timeout, required: 0, wanted, answer: PhantomData }
    }

    /// How long to wait for answers in all, instead of the emitter's timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Ends as soon as there are so many answers.
    pub fn expect(mut self, answers: u64) -> Self {
        self.wanted.expect = Some(answers);
        self
    }

    /// Gives no more than so many answers; the tally says whether there were [more](Tally::limited).
    pub fn limit(mut self, answers: u64) -> Self {
        self.wanted.limit = Some(answers);
        self
    }

    /// Asks only if at least so many servers are on the namespace.
    ///
    /// They are counted first, so [`Error::TooFewServers`] means that nothing was sent.
    pub fn require_servers(mut self, servers: u64) -> Self {
        self.required = servers;
        self
    }

    /// The Redis command that would ask, without sending it. What answers are to name is another in each.
    ///
    /// # Errors
    /// As for [`stream`](Self::stream).
    pub async fn command(self) -> Result<Command, Error> {
        let deadline = Deadline::after(self.timeout);
        let (_, inquiry) = self.question?.inquiry(&self.emitter, &Ids::random(), deadline).await?;
        Ok(inquiry.command)
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
        let Self { emitter, question, timeout, required, wanted, .. } = self;
        Answering::open(&emitter, &question?, Deadline::after(timeout), required, wanted).await
    }

    /// Asks, counts the answers and keeps none of them.
    ///
    /// # Errors
    /// As for [`stream`](Self::stream).
    pub async fn count(mut self) -> Result<Tally, Error> {
        self.wanted.detail = A::COUNTED;
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
        self.wanted.detail = Detail::Handshake;
        self
    }
}

impl Asking<String> {
    /// Leaves out the rooms that are one socket's own, named by its id, and [counts](Tally::hidden) them.
    ///
    /// With the classic adapter it is the look of a name that decides, since its servers do not tell: a room that looks
    /// like an id (20 characters of `[A-Za-z0-9_-]`, a capital among them) is left out, too. With socketioxide there are
    /// no such rooms.
    pub fn without_socket_ids(mut self) -> Self {
        self.wanted.without_own = true;
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
