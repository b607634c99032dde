//! Bodies that are too large, too slow, or never end.

mod common;

use std::{convert::Infallible, io, time::Duration};

use axum::{body::Body, http::header};
use bytes::Bytes;
use common::{Bridge, post, post_json};
use futures_util::{StreamExt, stream};
use tokio::time::Instant;

const TEXT: Option<&str> = Some("text/plain");

fn small() -> Bridge {
    Bridge::with(|config| config.body_limit = 100)
}

/// A body whose length is not announced.
fn chunked(chunk: usize, chunks: usize) -> Body {
    let chunk = Bytes::from("x".repeat(chunk));
    Body::from_stream(stream::iter(vec![Ok::<_, Infallible>(chunk); chunks]))
}

#[tokio::test]
async fn a_body_may_be_as_large_as_the_limit() {
    let bridge = small();
    let text = "x".repeat(100);
    bridge.sends(post("/v1/emit/e", TEXT, text.clone()), |io| io.emit("e", &text)).await;
    bridge.sends(post("/v1/emit/e", TEXT, chunked(25, 4)), |io| io.emit("e", &text)).await;
}

#[tokio::test]
async fn a_larger_body_is_refused_with_the_limit() {
    let bridge = small();
    let announced = format!(r#"{{"event": "e", "data": "{}"}}"#, "x".repeat(100));
    for request in [
        post("/v1/emit/e", TEXT, "x".repeat(101)),
        post("/v1/emit/e", TEXT, chunked(25, 5)),
        post("/v1/emit/e", TEXT, chunked(1000, 1)),
        post_json("/v1/emit", announced),
        post_json("/v1/emit", chunked(101, 1)),
    ] {
        let answer = bridge.refuses(request, 413, "body-too-large").await;
        assert!(answer.detail().contains("100 bytes") && answer.detail().contains("--body-limit"), "{answer:?}");
    }
    let endless = Body::from_stream(stream::repeat(Ok::<_, Infallible>(Bytes::from_static(b"x"))));
    bridge.refuses(post("/v1/emit/e", TEXT, endless), 413, "body-too-large").await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_is_given_up() {
    let bridge = small();
    let never = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    let drip = stream::repeat(()).then(|()| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok::<_, Infallible>(Bytes::from_static(b"x"))
    });
    for body in [never, Body::from_stream(drip)] {
        let start = Instant::now();
        let request = post("/v1/emit/e", TEXT, body);
        bridge.refuses(request, 408, "body-timeout").await;
        assert!(start.elapsed() <= Duration::from_secs(11), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_sends_nothing() {
    let bridge = small();
    let parts = [Ok(Bytes::from_static(b"[1]")), Err(io::Error::from(io::ErrorKind::ConnectionReset))];
    let mut request = post_json("/v1/emit/e", Body::from_stream(stream::iter(parts)));
    request.headers_mut().insert(header::CONTENT_LENGTH, "10".parse().unwrap());
    bridge.refuses(request, 400, "body").await;
}
