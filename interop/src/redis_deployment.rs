use crate::redis_server::RedisServer;

/// A Redis deployment that Socket.IO servers can use.
pub trait RedisDeployment {
    /// The environment variables of `examples/node-cluster/server.js` that say how to connect.
    fn environment(&self) -> Vec<(&'static str, String)>;
}

impl<Other: RedisDeployment + ?Sized> RedisDeployment for &Other {
    fn environment(&self) -> Vec<(&'static str, String)> {
        (**self).environment()
    }
}

/// A Redis URL.
impl RedisDeployment for str {
    fn environment(&self) -> Vec<(&'static str, String)> {
        vec![("REDIS_URL", self.to_owned())]
    }
}

/// A Redis URL.
impl RedisDeployment for String {
    fn environment(&self) -> Vec<(&'static str, String)> {
        self.as_str().environment()
    }
}

impl RedisDeployment for RedisServer {
    fn environment(&self) -> Vec<(&'static str, String)> {
        self.url().environment()
    }
}
