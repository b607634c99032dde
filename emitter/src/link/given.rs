use std::fmt;

use redis::aio::ConnectionLike;

/// A connection that the program already had, of whatever kind.
pub(crate) struct Given(Box<dyn Shared>);

/// A connection that can be cloned without naming its type.
pub(crate) trait Shared: ConnectionLike + Send + Sync {
    fn share(&self) -> Box<dyn Shared>;
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> Shared for C {
    fn share(&self) -> Box<dyn Shared> {
        Box::new(self.clone())
    }
}

impl Given {
    pub(crate) fn new<C>(connection: C) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        Self(Box::new(connection))
    }

    /// A clone: each send has its own.
    pub(crate) fn connection(&self) -> Box<dyn Shared> {
        self.0.share()
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given")
    }
}
