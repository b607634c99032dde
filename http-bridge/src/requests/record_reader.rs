use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::{
    body::BODY_READ_TIMEOUT,
    record_splitter::{BatchRecord, RecordFraming, RecordSplitError, RecordSplitter},
};
use crate::responses::HttpProblem;

/// The time to read the rest of a refused body. Most clients read the response only after they have sent everything.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);

/// Reads a body record by record in constant memory.
#[derive(Debug)]
pub(crate) struct RecordReader {
    body: Body,
    splitter: RecordSplitter,
    limit: usize,
    ended: bool,
}

impl RecordReader {
    /// A reader of records of up to `limit` bytes each.
    pub(crate) fn new(body: Body, framing: RecordFraming, limit: usize) -> Self {
        Self { body, splitter: RecordSplitter::new(framing, limit), limit, ended: false }
    }

    /// The next record; `None` at the end. The time limit holds for each record, not for the whole body.
    ///
    /// # Errors
    /// 400 for a body that ends early or is not an array, 408 for a slow record, 413 for a long one.
    pub(crate) async fn next(&mut self) -> Result<Option<BatchRecord>, HttpProblem> {
        match timeout(BODY_READ_TIMEOUT, self.read_record()).await {
            Ok(result) => result,
            Err(_) => Err(HttpProblem::body_too_slow(BODY_READ_TIMEOUT)),
        }
    }

    /// Reads and discards the rest of the body, for a limited time.
    pub(crate) async fn drain(mut self) {
        let _ = timeout(DRAIN_TIMEOUT, async { while let Some(Ok(_)) = self.body.frame().await {} }).await;
    }

    async fn read_record(&mut self) -> Result<Option<BatchRecord>, HttpProblem> {
        loop {
            match self.splitter.next(self.ended) {
                Ok(None) if !self.ended => {}
                Ok(record) => return Ok(record),
                Err(RecordSplitError::TooLong) => return Err(HttpProblem::body_too_large(self.limit)),
                Err(RecordSplitError::NotAnArray { position, expected }) => {
                    return Err(HttpProblem::not_an_array(position, expected));
                }
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Some(chunk) = frame.data_ref() {
                        self.splitter.push(chunk);
                    }
                }
                Some(Err(_)) => return Err(HttpProblem::body_incomplete()),
                None => self.ended = true,
            }
        }
    }
}
