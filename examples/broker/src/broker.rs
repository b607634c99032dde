use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use tokio::{
    runtime::{Handle, Runtime},
    sync::oneshot,
    task::JoinHandle,
};

use crate::{options::BrokerOptions, pubsub_hub::PubSubHub, server};

/// A running broker. Dropping it closes all connections.
#[derive(Debug)]
#[must_use = "dropping the broker stops it"]
pub struct Broker {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
    /// `None` on the caller's runtime.
    runtime: Option<Runtime>,
}

impl Broker {
    /// Starts a broker with the default [`BrokerOptions`] on the current tokio runtime.
    ///
    /// # Errors
    /// If no port is free, or outside of a tokio runtime.
    pub fn start() -> io::Result<Self> {
        BrokerOptions::new().start()
    }

    /// Starts a broker with the default [`BrokerOptions`] on its own thread, for programs without async.
    ///
    /// # Errors
    /// If no port is free, or if the thread cannot be started.
    pub fn spawn() -> io::Result<Self> {
        BrokerOptions::new().spawn()
    }

    pub(crate) fn start_on(
        listener: TcpListener,
        options: &BrokerOptions,
        runtime: Option<Runtime>,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let _entered = runtime.as_ref().map(Runtime::enter);
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let (stop, stopped) = oneshot::channel();
        let hub = Arc::new(PubSubHub::new(address, options.max_output_buffer));
        let server = tokio::spawn(server::run(listener, hub, options.max_request, stopped));
        drop(_entered);
        Ok(Self { address, stop: Some(stop), server: Some(server), runtime })
    }

    /// The address on which the broker listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for Redis clients: `redis://127.0.0.1:<port>/`.
    pub fn url(&self) -> String {
        format!("redis://{}/", self.address)
    }

    /// Stops the broker. When this returns, all connections are closed and the port is free.
    pub async fn shutdown(mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            // The panic hook has reported a panic already.
            let _ = server.await;
        }
    }
}

impl Drop for Broker {
    /// A broker on its own thread has stopped when this returns. A broker on the caller's runtime stops soon after.
    fn drop(&mut self) {
        drop(self.stop.take());
        // Dropping a runtime blocks until its thread ends, which tokio forbids in async code.
        if let Some(runtime) = self.runtime.take()
            && Handle::try_current().is_ok()
        {
            runtime.shutdown_background();
        }
    }
}
