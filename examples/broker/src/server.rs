use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, select, sync::oneshot, task::JoinSet, time::sleep};

use crate::{connection, pubsub_hub::PubSubHub};

/// Delay after a failed accept, which in practice means too many open files.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// Serves clients until the sender of `stopped` is dropped.
pub(crate) async fn run(
    listener: TcpListener,
    hub: Arc<PubSubHub>,
    max_request: usize,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    loop {
        select! {
            _ = &mut stopped => break,
            accepted = listener.accept() => match accepted {
                Ok((socket, address)) => {
                    connections.spawn(connection::serve(socket, address, Arc::clone(&hub), max_request));
                }
                Err(_) => sleep(ACCEPT_RETRY_DELAY).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    connections.shutdown().await;
}
