use crate::redis_server::RedisServer;

/// A Redis that servers can be started on, however it is deployed.
pub trait Deployment {
    /// Where it is, in the variables of `examples/node-cluster/server.js`.
    fn environment(&self) -> Vec<(&'static str, String)>;
}

/// One that is used and not owned.
impl<Other: Deployment + ?Sized> Deployment for &Other {
    fn environment(&self) -> Vec<(&'static str, String)> {
        (**self).environment()
    }
}

/// A URL.
impl Deployment for str {
    fn environment(&self) -> Vec<(&'static str, String)> {
        vec![("REDIS_URL", self.to_owned())]
    }
}

/// A URL that goes with what it names.
impl Deployment for String {
    fn environment(&self) -> Vec<(&'static str, String)> {
        self.as_str().environment()
    }
}

impl Deployment for RedisServer {
    fn environment(&self) -> Vec<(&'static str, String)> {
        self.url().environment()
    }
}
