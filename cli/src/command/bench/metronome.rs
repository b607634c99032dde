//! Wakes on time: the runtime's own clock ticks in milliseconds, which is more than what is measured.

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

use crate::failure::Failure;

/// A thread that sleeps, and wakes who waits.
pub(super) struct Metronome {
    times: Sender<Instant>,
    /// What it sleeps for.
    asked: Option<Instant>,
    waker: Arc<AtomicWaker>,
}

impl Metronome {
    /// Starts the thread. It ends with this value, or soon after.
    pub(super) fn start() -> Result<Self, Failure> {
        let (times, asked) = channel();
        let waker = Arc::new(AtomicWaker::new());
        let wakes = Arc::clone(&waker);
        thread::Builder::new()
            .name("metronome".to_owned())
            .spawn(move || {
                for time in asked {
                    sleep_until(time);
                    wakes.wake();
                }
            })
            .map_err(|error| Failure::failed(format!("cannot start to keep time: {error}")))?;
        Ok(Self { times, asked: None, waker })
    }

    /// Waits until this time, which is none before that of the last call.
    pub(super) fn poll_until(&mut self, time: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= time {
            return Poll::Ready(());
        }
        self.waker.register(cx.waker());
        if self.asked != Some(time) {
            // The thread lives as long as this.
            let _ = self.times.send(time);
            self.asked = Some(time);
        }
        // It may have woken nobody just before.
        if Instant::now() >= time { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, time::Duration};

    use super::*;

    #[tokio::test]
    async fn it_never_wakes_too_early_nor_not_at_all() {
        let mut metronome = Metronome::start().unwrap();
        let start = Instant::now();
        for micros in [0, 50, 100, 100, 1500, 1501, 4000] {
            let time = start + Duration::from_micros(micros);
            poll_fn(|cx| metronome.poll_until(time, cx)).await;
            assert!(Instant::now() >= time, "{micros}");
        }
    }
}
