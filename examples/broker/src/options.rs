use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
};

use tokio::runtime;

use crate::broker::Broker;

/// Where a broker listens, and how much memory a client may take.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let broker = broker::Options::new().max_outbox(1024 * 1024).start()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Options {
    address: SocketAddr,
    pub(crate) max_outbox: usize,
    pub(crate) max_request: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { address: (Ipv4Addr::LOCALHOST, 0).into(), max_outbox: 32 * 1024 * 1024, max_request: 32 * 1024 * 1024 }
    }
}

impl Options {
    /// A free port of 127.0.0.1, and 32 MB for requests and outgoing buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the address, which must be a loopback one; port 0 lets the system choose.
    pub fn address(self, address: impl Into<SocketAddr>) -> Self {
        Self { address: address.into(), ..self }
    }

    /// Sets how many bytes may wait for a client that does not read. One that lets more pile up is cut off, as by
    /// Redis' `client-output-buffer-limit` for pub/sub; here answers count as well.
    pub fn max_outbox(self, bytes: usize) -> Self {
        Self { max_outbox: bytes, ..self }
    }

    /// Sets how many bytes the words of one command may have in all. More is refused as Redis refuses what exceeds
    /// its `proto-max-bulk-len`, and the connection is closed.
    pub fn max_request(self, bytes: usize) -> Self {
        Self { max_request: bytes, ..self }
    }

    /// Starts a broker on the current tokio runtime.
    ///
    /// # Errors
    /// If the address is not a loopback one or is taken, or if there is no runtime.
    pub fn start(self) -> io::Result<Broker> {
        runtime::Handle::try_current().map_err(io::Error::other)?;
        Broker::on(self.listen()?, &self, None)
    }

    /// Starts a broker on a thread of its own, for programs without async.
    ///
    /// # Errors
    /// If the address is not a loopback one or is taken, or if the thread cannot be started.
    pub fn spawn(self) -> io::Result<Broker> {
        let mut builder = runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).thread_name("broker").enable_all().build()?;
        Broker::on(self.listen()?, &self, Some(runtime))
    }

    fn listen(&self) -> io::Result<TcpListener> {
        if !self.address.ip().is_loopback() {
            let reason = format!("{} is not a loopback address; the broker listens on no other", self.address);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let listener = TcpListener::bind(self.address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    }
}
