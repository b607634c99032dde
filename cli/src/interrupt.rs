//! Ctrl-C and SIGTERM, as something to wait for.

use std::{future::Future, io, pin::pin};

use crate::{exit::Exit, failure::Failure};

/// The wish to end: from the moment this exists, signals no longer kill the process.
pub(crate) struct Interrupts {
    signals: Signals,
    seen: bool,
}

impl Interrupts {
    pub(crate) fn new() -> Result<Self, Failure> {
        let signals = Signals::new().map_err(|error| Failure::failed(format!("cannot wait for signals: {error}")))?;
        Ok(Self { signals, seen: false })
    }

    /// True once a signal came.
    pub(crate) fn seen(&self) -> bool {
        self.seen
    }

    /// Waits for a future, or gives it up at the next signal.
    ///
    /// # Errors
    /// The exit code of the signal.
    pub(crate) async fn unless<F: Future>(&mut self, future: F) -> Result<F::Output, Exit> {
        tokio::select! {
            biased;
            output = future => Ok(output),
            exit = self.signals.next() => {
                self.seen = true;
                Err(exit)
            }
        }
    }

    /// Waits for a future that is soon over: the first signal lets it finish, another one does not.
    ///
    /// # Errors
    /// The exit code of the signal.
    pub(crate) async fn finish<F: Future>(&mut self, future: F) -> Result<F::Output, Exit> {
        let mut future = pin!(future);
        if !self.seen
            && let Ok(output) = self.unless(&mut future).await
        {
            return Ok(output);
        }
        self.unless(future).await
    }

    /// Waits for a future that `stop` brings to an early, orderly end: the first signal does so, another one gives it
    /// up.
    ///
    /// # Errors
    /// The exit code of the second signal; that of the first comes with the output.
    pub(crate) async fn winding_up<F: Future>(
        &mut self,
        future: F,
        stop: impl FnOnce(),
    ) -> Result<(F::Output, Option<Exit>), Exit> {
        let mut future = pin!(future);
        match self.unless(&mut future).await {
            Ok(output) => Ok((output, None)),
            Err(exit) => {
                stop();
                self.unless(future).await.map(|output| (output, Some(exit)))
            }
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
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
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Exit {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Exit::Interrupted,
            // Without signals there is nothing to wait for.
            Err(_) => std::future::pending().await,
        }
    }
}
