use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
};

use tokio::runtime;

use crate::broker::Broker;

/// The address and the limits of a broker.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let broker = broker::BrokerOptions::new().max_output_buffer(1024 * 1024).start()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct BrokerOptions {
    address: SocketAddr,
    pub(crate) max_output_buffer: usize,
    pub(crate) max_request: usize,
}

impl Default for BrokerOptions {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            max_output_buffer: 32 * 1024 * 1024,
            max_request: 32 * 1024 * 1024,
        }
    }
}

impl BrokerOptions {
    /// A free port of 127.0.0.1; 32 MiB for a request, and 32 MiB for a client's output buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the address. It must be a loopback address. Port 0 selects a free port.
    pub fn address(self, address: impl Into<SocketAddr>) -> Self {
        Self { address: address.into(), ..self }
    }

    /// Limits a client's output buffer to this number of bytes. A client that exceeds it is disconnected, as with Redis'
    /// `client-output-buffer-limit` for pub/sub. The buffer contains replies too.
    pub fn max_output_buffer(self, bytes: usize) -> Self {
        Self { max_output_buffer: bytes, ..self }
    }

    /// Limits the arguments of a command, its name included, to this number of bytes in total. A longer command gets the
    /// error for exceeding Redis' `proto-max-bulk-len`, and its connection is closed.
    pub fn max_request(self, bytes: usize) -> Self {
        Self { max_request: bytes, ..self }
    }

    /// Starts a broker on the current tokio runtime.
    ///
    /// # Errors
    /// If the address is not a loopback address or is in use, or outside of a tokio runtime.
    pub fn start(self) -> io::Result<Broker> {
        runtime::Handle::try_current().map_err(io::Error::other)?;
        Broker::start_on(self.listen()?, &self, None)
    }

    /// Starts a broker on its own thread, for programs without async.
    ///
    /// # Errors
    /// If the address is not a loopback address or is in use, or if the thread cannot be started.
    pub fn spawn(self) -> io::Result<Broker> {
        let mut builder = runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).thread_name("broker").enable_all().build()?;
        Broker::start_on(self.listen()?, &self, Some(runtime))
    }

    fn listen(&self) -> io::Result<TcpListener> {
        if !self.address.ip().is_loopback() {
            let reason = format!("{} is not a loopback address: use 127.0.0.1 or [::1]", self.address);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let listener = TcpListener::bind(self.address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    }
}
