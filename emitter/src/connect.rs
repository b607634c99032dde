use std::future::IntoFuture;

use futures_util::{FutureExt, future::BoxFuture};

use crate::{deadline::Deadline, emitter::Emitter, error::Error};

/// A connection attempt: `.await` it, or `.wait()` for it.
#[derive(Debug)]
#[must_use = "nothing happens until this is awaited or waited for"]
pub struct Connect {
    emitter: Result<Emitter, Error>,
}

impl Connect {
    pub(crate) fn new(emitter: Result<Emitter, Error>) -> Self {
        Self { emitter }
    }

    /// Connects without async; see [`Outgoing::wait`](crate::Outgoing::wait).
    ///
    /// # Errors
    /// As for awaiting it.
    #[cfg(feature = "blocking")]
    pub fn wait(self) -> Result<Emitter, Error> {
        crate::blocking::wait(self.into_future())?
    }
}

impl IntoFuture for Connect {
    type Output = Result<Emitter, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move {
            let emitter = self.emitter?;
            emitter.link().connect(Deadline::after(emitter.options().timeout)).await?;
            Ok(emitter)
        }
        .boxed()
    }
}
