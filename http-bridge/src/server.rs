use std::{pin::pin, time::Duration};

use axum::{Extension, Router, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, time::timeout};

use crate::shutdown::ShutdownNotice;

/// The time for a client to send the headers of a request, and for an idle connection to begin its next request.
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves HTTP/1.1 until `shutdown` completes, then lets running requests finish for up to `grace`.
pub async fn serve(mut listener: TcpListener, app: Router, shutdown: impl Future<Output = ()>, grace: Duration) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_READ_TIMEOUT);
    let connections = GracefulShutdown::new();
    let (shutdown_sender, notice) = ShutdownNotice::new();
    let app = app.layer(Extension(notice));
    let mut shutdown = pin!(shutdown);
    loop {
        let stream = tokio::select! {
            (stream, _) = Listener::accept(&mut listener) => stream,
            () = &mut shutdown => break,
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection failed");
            }
        });
    }
    drop((listener, shutdown_sender));
    tracing::info!("shutting down");
    if timeout(grace, connections.shutdown()).await.is_err() {
        tracing::warn!(?grace, "requests did not finish in time; closing their connections");
    }
}
