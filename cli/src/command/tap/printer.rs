//! Prints on a thread of its own: a reader that does not read must not keep a signal from being heard.

use std::thread;

use tokio::sync::{mpsc, oneshot};

use crate::{failure::Failure, output::Output};

/// Pages that may wait to be printed.
const WAITING: usize = 2;

/// Where pages are handed to be printed, in order.
pub(super) struct Printer {
    pages: mpsc::Sender<Vec<u8>>,
    ended: oneshot::Receiver<Result<(), Failure>>,
}

impl Printer {
    /// Starts the thread. Nobody has to wait for its end.
    pub(super) fn start(output: Output) -> Result<Self, Failure> {
        let (pages, mut waiting) = mpsc::channel::<Vec<u8>>(WAITING);
        let (end, ended) = oneshot::channel();
        thread::Builder::new()
            .name("printer".to_owned())
            .spawn(move || {
                let mut printed = Ok(());
                while let (Ok(()), Some(page)) = (&printed, waiting.blocking_recv()) {
                    printed = output.bytes(&page);
                }
                drop(waiting);
                let _ = end.send(printed);
            })
            .map_err(|error| Failure::failed(format!("cannot start to print: {error}")))?;
        Ok(Self { pages, ended })
    }

    /// Hands over a page, once there is room for it.
    ///
    /// # Errors
    /// Where an earlier one could not be printed.
    pub(super) async fn print(&mut self, page: Vec<u8>) -> Result<(), Failure> {
        match self.pages.send(page).await {
            Ok(()) => Ok(()),
            Err(_) => why(&mut self.ended).await,
        }
    }

    /// Waits until all is printed.
    ///
    /// # Errors
    /// Where something could not be.
    pub(super) async fn end(self) -> Result<(), Failure> {
        let Self { pages, mut ended } = self;
        drop(pages);
        why(&mut ended).await
    }
}

async fn why(ended: &mut oneshot::Receiver<Result<(), Failure>>) -> Result<(), Failure> {
    ended.await.unwrap_or_else(|_| Err(Failure::failed("printing ended by itself")))
}
