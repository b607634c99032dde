use std::{pin::pin, time::Duration};

use axum::{Extension, Router, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::watch, time::timeout};

use crate::tap::Running;

/// A client has this long for a request's headers, and a connection for its next request.
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves until `stop`, and then lets the requests under way finish, but for no longer than `grace`.
pub async fn serve(mut listener: TcpListener, app: Router, stop: impl Future<Output = ()>, grace: Duration) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    let connections = GracefulShutdown::new();
    // A tap would go on for ever.
    let (run, running) = watch::channel(());
    let app = app.layer(Extension(Running(running)));
    let mut stop = pin!(stop);
    loop {
        let stream = tokio::select! {
            (stream, _) = Listener::accept(&mut listener) => stream,
            () = &mut stop => break,
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY cannot be set");
        }
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }
    drop((listener, run));
    tracing::info!("stopping");
    if timeout(grace, connections.shutdown()).await.is_err() {
        tracing::warn!(?grace, "requests were still under way");
    }
}
