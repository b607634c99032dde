use std::{fmt, future::IntoFuture, sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};

use super::{Diagnosis, survey::survey};
use crate::{
    base::{Deadline, Error},
    message::Target,
    session::Session,
};

/// Runs a diagnosis: `.await` it, or [`wait`](Self::wait) for it. See [`Emitter::diagnose`](crate::Emitter::diagnose).
///
/// It sends read-only queries to Redis and pings the servers. A query that Redis does not permit is skipped, and a finding
/// reports it.
///
/// # Errors
/// [`Error::Unreachable`] and [`Error::Refused`] if Redis cannot be queried; [`Error::Config`] for a
/// [recorder](crate::Emitter::recorder), which has no Redis.
#[must_use = "a diagnosis does not run until it is awaited or waited for"]
pub struct DiagnosisBuilder {
    session: Arc<Session>,
    target: Target,
    probe: bool,
    timeout: Duration,
}

impl DiagnosisBuilder {
    pub(crate) fn new(session: Arc<Session>) -> Self {
        let timeout = session.options().timeout;
        Self { session, target: Target::default(), probe: false, timeout }
    }

    /// Sets the namespace to diagnose. The leading slash may be omitted. The default is `/`.
    pub fn of(mut self, namespace: impl AsRef<str>) -> Self {
        self.target.of(namespace.as_ref());
        self
    }

    /// Also checks whether this room has sockets.
    pub fn to(mut self, room: impl Into<String>) -> Self {
        self.target.to([room.into()]);
        self
    }

    /// Also sends a test event to a room without sockets, and counts the servers that receive it.
    pub fn probe(mut self) -> Self {
        self.probe = true;
        self
    }

    /// Sets the time limit of the whole diagnosis. The default is the emitter's timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Runs the diagnosis without async; see [`Outgoing::wait`](crate::Outgoing::wait).
    ///
    /// # Errors
    /// As for awaiting it, and [`Error::Runtime`].
    #[cfg(feature = "blocking")]
    pub fn wait(self) -> Result<Diagnosis, Error> {
        crate::base::blocking::wait(self.into_future())?
    }
}

impl IntoFuture for DiagnosisBuilder {
    type Output = Result<Diagnosis, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move {
            let Self { session, target, probe, timeout } = self;
            let facts = survey(&session, &target, probe, Deadline::after(timeout)).await?;
            Ok(facts.into_diagnosis())
        }
        .boxed()
    }
}

impl fmt::Debug for DiagnosisBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiagnosisBuilder")
            .field("target", &self.target)
            .field("probe", &self.probe)
            .finish_non_exhaustive()
    }
}
