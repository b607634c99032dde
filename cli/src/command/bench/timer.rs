//! A timer with microsecond resolution. Tokio's timers tick in milliseconds, which exceeds the measured latencies.

use std::{
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    task::{Context, Poll},
    thread,
    time::Instant,
};

use futures_util::task::AtomicWaker;
use spin_sleep::sleep_until;

use crate::cli_error::CliError;

/// A thread that sleeps and then wakes the waiting task.
pub(super) struct PreciseTimer {
    deadlines: Sender<Instant>,
    /// The deadline that the thread is sleeping for.
    current: Option<Instant>,
    waker: Arc<AtomicWaker>,
}

impl PreciseTimer {
    /// Starts the thread. It ends soon after this value is dropped.
    pub(super) fn start() -> Result<Self, CliError> {
        let (deadlines, receiver) = channel();
        let waker = Arc::new(AtomicWaker::new());
        let thread_waker = Arc::clone(&waker);
        thread::Builder::new()
            .name("timer".to_owned())
            .spawn(move || {
                for deadline in receiver {
                    sleep_until(deadline);
                    thread_waker.wake();
                }
            })
            .map_err(|error| CliError::failed(format!("cannot start the timer thread: {error}")))?;
        Ok(Self { deadlines, current: None, waker })
    }

    /// Waits until the deadline, which must not be earlier than that of the last call.
    pub(super) fn poll_until(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= deadline {
            return Poll::Ready(());
        }
        self.waker.register(cx.waker());
        if self.current != Some(deadline) {
            // The thread, and with it the receiver, lives as long as this value.
            let _ = self.deadlines.send(deadline);
            self.current = Some(deadline);
        }
        // The thread may have woken before the waker was registered.
        if Instant::now() >= deadline { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, time::Duration};

    use super::*;

    #[tokio::test]
    async fn timer_always_wakes_and_never_too_early() {
        let mut timer = PreciseTimer::start().unwrap();
        let start = Instant::now();
        for micros in [0, 50, 100, 100, 1500, 1501, 4000] {
            let deadline = start + Duration::from_micros(micros);
            poll_fn(|cx| timer.poll_until(deadline, cx)).await;
            assert!(Instant::now() >= deadline, "{micros}");
        }
    }
}
