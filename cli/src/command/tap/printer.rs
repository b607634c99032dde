//! Prints on a thread of its own, so that a blocked stdout does not delay signals.

use std::thread;

use tokio::sync::{mpsc, oneshot};

use crate::{cli_error::CliError, output::Output};

/// The number of pages that may be queued for printing.
const MAX_QUEUED_PAGES: usize = 2;

/// Sends pages to the printer thread, in order.
pub(super) struct TapPrinter {
    pages: mpsc::Sender<Vec<u8>>,
    result: oneshot::Receiver<Result<(), CliError>>,
}

impl TapPrinter {
    /// Starts the thread. It need not be joined.
    pub(super) fn start(output: Output) -> Result<Self, CliError> {
        let (pages, mut queue) = mpsc::channel::<Vec<u8>>(MAX_QUEUED_PAGES);
        let (result_sender, result) = oneshot::channel();
        thread::Builder::new()
            .name("printer".to_owned())
            .spawn(move || {
                let mut printed = Ok(());
                while let (Ok(()), Some(page)) = (&printed, queue.blocking_recv()) {
                    printed = output.bytes(&page);
                }
                drop(queue);
                let _ = result_sender.send(printed);
            })
            .map_err(|error| CliError::failed(format!("cannot start the printer thread: {error}")))?;
        Ok(Self { pages, result })
    }

    /// Queues a page; waits while the queue is full.
    ///
    /// # Errors
    /// If printing an earlier page failed.
    pub(super) async fn print(&mut self, page: Vec<u8>) -> Result<(), CliError> {
        match self.pages.send(page).await {
            Ok(()) => Ok(()),
            Err(_) => thread_result(&mut self.result).await,
        }
    }

    /// Waits until all pages are printed.
    ///
    /// # Errors
    /// If printing a page failed.
    pub(super) async fn finish(self) -> Result<(), CliError> {
        let Self { pages, mut result } = self;
        drop(pages);
        thread_result(&mut result).await
    }
}

async fn thread_result(result: &mut oneshot::Receiver<Result<(), CliError>>) -> Result<(), CliError> {
    result.await.unwrap_or_else(|_| Err(CliError::failed("the printer thread ended unexpectedly")))
}
