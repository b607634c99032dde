use std::io;

use tokio::{signal, sync::watch};

/// A future that completes on Ctrl-C or SIGTERM. Signals count from the call of this function on.
///
/// # Errors
/// The system does not permit signal handlers.
#[cfg(unix)]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    use signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// A future that completes on Ctrl-C.
///
/// # Errors
/// None on this system.
#[cfg(not(unix))]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}

/// Tells endless responses that the server shuts down. Every request has it as an extension.
#[derive(Debug, Clone)]
pub(crate) struct ShutdownNotice(watch::Receiver<()>);

impl ShutdownNotice {
    /// A notice, and the sender that gives it when it is dropped.
    pub(crate) fn new() -> (watch::Sender<()>, Self) {
        let (sender, receiver) = watch::channel(());
        (sender, Self(receiver))
    }

    /// Completes when the server begins to shut down.
    pub(crate) async fn given(&mut self) {
        // The sender never sends a value.
        while self.0.changed().await.is_ok() {}
    }
}
