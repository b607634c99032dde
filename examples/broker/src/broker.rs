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

use crate::{hub::Hub, options::Options, server};

/// A running broker. Dropping it ends it, with all its connections.
#[derive(Debug)]
#[must_use = "it ends when it is dropped"]
pub struct Broker {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
    /// The broker's own, if it was spawned.
    runtime: Option<Runtime>,
}

impl Broker {
    /// Starts a broker with the default [`Options`] on the current tokio runtime.
    ///
    /// # Errors
    /// If no port is free, or if there is no runtime.
    pub fn start() -> io::Result<Self> {
        Options::new().start()
    }

    /// Starts a broker with the default [`Options`] on a thread of its own, for programs without async.
    ///
    /// # Errors
    /// If no port is free, or if the thread cannot be started.
    pub fn spawn() -> io::Result<Self> {
        Options::new().spawn()
    }

    pub(crate) fn on(listener: TcpListener, options: &Options, runtime: Option<Runtime>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let _entered = runtime.as_ref().map(Runtime::enter);
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let (stop, stopped) = oneshot::channel();
        let hub = Arc::new(Hub::new(address, options.max_outbox));
        let server = tokio::spawn(server::run(listener, hub, options.max_request, stopped));
        drop(_entered);
        Ok(Self { address, stop: Some(stop), server: Some(server), runtime })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, in the form that clients take: `redis://127.0.0.1:<port>/`.
    pub fn url(&self) -> String {
        format!("redis://{}/", self.address)
    }

    /// Ends it. When this returns, all connections are closed and the port is free.
    pub async fn shutdown(mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            // It ends either way; a panic in it was reported where it happened.
            let _ = server.await;
        }
    }
}

impl Drop for Broker {
    /// A broker that was spawned has ended when this returns; one on the program's runtime ends soon after.
    fn drop(&mut self) {
        drop(self.stop.take());
        // Async code may not wait for the thread to end.
        if let Some(runtime) = self.runtime.take()
            && Handle::try_current().is_ok()
        {
            runtime.shutdown_background();
        }
    }
}
