use std::sync::Arc;

use std::{fmt, future::IntoFuture, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};

use super::{Diagnosis, survey::survey};
use crate::{
    base::{Deadline, Error},
    message::Target,
    session::Session,
};

/// A diagnosis to be made: `.await` it, or `.wait()` for it.
///
/// Redis is asked read-only questions, and the servers for a sign of life. What Redis does not permit is left out, and
/// the diagnosis says so.
#[must_use = "nothing is looked at until this is awaited or waited for"]
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

    /// Looks at this namespace; the leading slash may be left out.
    pub fn of(mut self, namespace: impl AsRef<str>) -> Self {
        self.target.of(namespace.as_ref());
        self
    }

    /// Looks whether anybody is in this room.
    pub fn to(mut self, room: impl Into<String>) -> Self {
        self.target.to([room.into()]);
        self
    }

    /// Sends an event to a room that nobody is in, and counts the servers that heard it.
    pub fn probe(mut self) -> Self {
        self.probe = true;
        self
    }

    /// How long it may take in all, instead of the emitter's timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Looks without async; see [`Outgoing::wait`](crate::Outgoing::wait).
    ///
    /// # Errors
    /// As for awaiting it.
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
