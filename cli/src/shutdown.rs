//! Ctrl-C and SIGTERM as futures.

use std::{future::Future, io, pin::pin};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{cli_error::CliError, exit::Exit};

/// Receives Ctrl-C and SIGTERM, which no longer kill the process once this exists.
pub(crate) struct Shutdown {
    signals: ShutdownSignals,
    requested: bool,
}

impl Shutdown {
    pub(crate) fn new() -> Result<Self, CliError> {
        let signals = ShutdownSignals::new()
            .map_err(|error| CliError::failed(format!("cannot install signal handlers: {error}")))?;
        Ok(Self { signals, requested: false })
    }

    /// Returns true once a signal arrived.
    pub(crate) fn is_requested(&self) -> bool {
        self.requested
    }

    /// Runs a future until it completes or the next signal arrives.
    ///
    /// # Errors
    /// The exit code of the signal.
    pub(crate) async fn until_signal<F: Future>(&mut self, future: F) -> Result<F::Output, Exit> {
        tokio::select! {
            biased;
            output = future => Ok(output),
            exit = self.signals.next() => {
                self.requested = true;
                Err(exit)
            }
        }
    }

    /// Runs a short future to completion in spite of the first signal. The second signal drops it.
    ///
    /// # Errors
    /// The exit code of the second signal.
    pub(crate) async fn finish<F: Future>(&mut self, future: F) -> Result<F::Output, Exit> {
        let mut future = pin!(future);
        if !self.requested
            && let Ok(output) = self.until_signal(&mut future).await
        {
            return Ok(output);
        }
        self.until_signal(future).await
    }

    /// Runs a future that `stop` makes end early. The first signal calls `stop`, and the second drops the future.
    /// Returns the output, with the exit code of the first signal.
    ///
    /// # Errors
    /// The exit code of the second signal.
    pub(crate) async fn with_graceful_stop<F: Future>(
        &mut self,
        future: F,
        stop: impl FnOnce(),
    ) -> Result<(F::Output, Option<Exit>), Exit> {
        let mut future = pin!(future);
        match self.until_signal(&mut future).await {
            Ok(output) => Ok((output, None)),
            Err(exit) => {
                stop();
                self.until_signal(future).await.map(|output| (output, Some(exit)))
            }
        }
    }
}

/// The signals of the platform.
struct ShutdownSignals {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
}

#[cfg(unix)]
impl ShutdownSignals {
    fn new() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> Exit {
        tokio::select! {
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
        }
    }
}

#[cfg(not(unix))]
impl ShutdownSignals {
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn next(&mut self) -> Exit {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Exit::Interrupted,
            // Without a handler, no signal ever arrives.
            Err(_) => std::future::pending().await,
        }
    }
}
