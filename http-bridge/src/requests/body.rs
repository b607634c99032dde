use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use tokio::time::timeout;

use crate::responses::HttpProblem;

/// The time for a client to send a whole body, or one record of a batch. It keeps slow clients from piling up.
pub(crate) const BODY_READ_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads a whole body of up to `limit` bytes.
///
/// # Errors
/// 413 for a longer body, 408 for a slow one, 400 for one that ends early.
pub(crate) async fn read_body(body: Body, limit: usize) -> Result<Bytes, HttpProblem> {
    // Refuses a body by its Content-Length, before reading it.
    if body.size_hint().lower() > limit as u64 {
        return Err(HttpProblem::body_too_large(limit));
    }
    match timeout(BODY_READ_TIMEOUT, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(HttpProblem::body_too_large(limit)),
        Ok(Err(_)) => Err(HttpProblem::body_incomplete()),
        Err(_) => Err(HttpProblem::body_too_slow(BODY_READ_TIMEOUT)),
    }
}
