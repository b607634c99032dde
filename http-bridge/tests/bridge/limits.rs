//! Bodies that are too large, too slow or endless.

use std::{convert::Infallible, io, time::Duration};

use axum::{body::Body, http::header};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::time::Instant;

use crate::support::{TestBridge, post, post_json};

const TEXT: Option<&str> = Some("text/plain");

fn bridge_with_small_limit() -> TestBridge {
    TestBridge::with_config(|config| config.body_limit = 100)
}

/// A body without Content-Length.
fn chunked(chunk: usize, chunks: usize) -> Body {
    let chunk = Bytes::from("x".repeat(chunk));
    Body::from_stream(stream::iter(vec![Ok::<_, Infallible>(chunk); chunks]))
}

#[tokio::test]
async fn body_of_exactly_the_limit_is_accepted() {
    let bridge = bridge_with_small_limit();
    let text = "x".repeat(100);
    bridge.assert_sends(post("/v1/emit/e", TEXT, text.clone()), |io| io.emit("e", &text)).await;
    bridge.assert_sends(post("/v1/emit/e", TEXT, chunked(25, 4)), |io| io.emit("e", &text)).await;
}

#[tokio::test]
async fn body_beyond_the_limit_is_413_and_names_the_limit() {
    let bridge = bridge_with_small_limit();
    let with_length = format!(r#"{{"event": "e", "data": "{}"}}"#, "x".repeat(100));
    for request in [
        post("/v1/emit/e", TEXT, "x".repeat(101)),
        post("/v1/emit/e", TEXT, chunked(25, 5)),
        post("/v1/emit/e", TEXT, chunked(1000, 1)),
        post_json("/v1/emit", with_length),
        post_json("/v1/emit", chunked(101, 1)),
    ] {
        let response = bridge.assert_refuses(request, 413, "body-too-large").await;
        assert!(response.detail().contains("100 bytes") && response.detail().contains("--body-limit"), "{response:?}");
    }
    let endless = Body::from_stream(stream::repeat(Ok::<_, Infallible>(Bytes::from_static(b"x"))));
    bridge.assert_refuses(post("/v1/emit/e", TEXT, endless), 413, "body-too-large").await;
}

#[tokio::test(start_paused = true)]
async fn slow_body_is_408_after_the_read_timeout() {
    let bridge = bridge_with_small_limit();
    let never = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    let drip = stream::repeat(()).then(|()| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok::<_, Infallible>(Bytes::from_static(b"x"))
    });
    for body in [never, Body::from_stream(drip)] {
        let start = Instant::now();
        let request = post("/v1/emit/e", TEXT, body);
        bridge.assert_refuses(request, 408, "body-timeout").await;
        assert!(start.elapsed() <= Duration::from_secs(11), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn body_that_ends_early_sends_nothing() {
    let bridge = bridge_with_small_limit();
    let parts = [Ok(Bytes::from_static(b"[1]")), Err(io::Error::from(io::ErrorKind::ConnectionReset))];
    let mut request = post_json("/v1/emit/e", Body::from_stream(stream::iter(parts)));
    request.headers_mut().insert(header::CONTENT_LENGTH, "10".parse().unwrap());
    bridge.assert_refuses(request, 400, "body").await;
}
