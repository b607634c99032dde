use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, select, sync::oneshot, task::JoinSet, time::sleep};

use crate::{connection, hub::Hub};

/// How long to wait when there are too many open files to accept one more.
const EXHAUSTED: Duration = Duration::from_millis(50);

/// Serves clients until the other end of `stopped` is gone.
pub(crate) async fn run(listener: TcpListener, hub: Arc<Hub>, max_request: usize, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        select! {
            _ = &mut stopped => break,
            accepted = listener.accept() => match accepted {
                Ok((socket, address)) => {
                    connections.spawn(connection::serve(socket, address, Arc::clone(&hub), max_request));
                }
                Err(_) => sleep(EXHAUSTED).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    connections.shutdown().await;
}
