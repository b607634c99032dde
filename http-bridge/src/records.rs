use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use tokio::time::timeout;

use crate::{
    body::PATIENCE,
    problem::Problem,
    split::{Broken, Framing, Record, Splitter},
};

/// A client that is told no while it still sends has this long to end, since most would rather write than read.
const DRAIN: Duration = Duration::from_secs(2);

/// The records of a body, one after the other, in constant memory.
#[derive(Debug)]
pub(crate) struct Records {
    body: Body,
    splitter: Splitter,
    limit: usize,
    ended: bool,
}

impl Records {
    /// The records, each of up to `limit` bytes.
    pub(crate) fn new(body: Body, framing: Framing, limit: usize) -> Self {
        Self { body, splitter: Splitter::new(framing, limit), limit, ended: false }
    }

    /// The next record. The body may take as long as it likes, but each record only as long as a whole body elsewhere.
    ///
    /// # Errors
    /// 400 for a body that breaks off or is no array, 408 for a record that takes too long, 413 for one that is too long.
    pub(crate) async fn next(&mut self) -> Result<Option<Record>, Problem> {
        match timeout(PATIENCE, self.read()).await {
            Ok(read) => read,
            Err(_) => Err(Problem::body_too_slow(PATIENCE)),
        }
    }

    /// Reads what is left, for a while, and forgets it.
    pub(crate) async fn drain(mut self) {
        let _ = timeout(DRAIN, async { while let Some(Ok(_)) = self.body.frame().await {} }).await;
    }

    async fn read(&mut self) -> Result<Option<Record>, Problem> {
        loop {
            match self.splitter.next(self.ended) {
                Ok(None) if !self.ended => {}
                Ok(record) => return Ok(record),
                Err(Broken::TooLong) => return Err(Problem::body_too_large(self.limit)),
                Err(Broken::NoArray { at, expected }) => return Err(Problem::no_array(at, expected)),
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Some(chunk) = frame.data_ref() {
                        self.splitter.push(chunk);
                    }
                }
                Some(Err(_)) => return Err(Problem::body_broke_off()),
                None => self.ended = true,
            }
        }
    }
}
