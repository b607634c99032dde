//! A Socket.IO server with the chat room, connected to the cluster over Redis.
//!
//! | module | contents |
//! |---|---|
//! | `bus` | the Redis connections: subscriptions, and the queue of responses |
//! | `member`, `response`, `socket_description` | handles messages from the cluster, and answers requests |
//! | `event_arguments` | event arguments in the form that socketioxide sends |
//! | `chat_room`, `chat_events` | the chat's messages, and the names of its events |
//! | `handshake` | checks a new client |
//! | `participant`, `roster` | the participants of all nodes |
//! | `slash_command` | `/who` and `/ask`, which query the whole cluster |

mod bus;
mod chat_events;
mod chat_room;
mod event_arguments;
mod handshake;
mod member;
mod participant;
mod response;
mod roster;
mod slash_command;
mod socket_description;

use std::{future::IntoFuture, net::SocketAddr, sync::Arc, time::Duration};

use socketio_emitter::{
    Adapter, Options,
    adapter::{Classic, SocketIo as Generation},
};
use socketioxide::SocketIo;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};
use uuid::Uuid;

pub(crate) use self::chat_events::LOBBY;
use self::{bus::NodeBus, chat_room::ChatRoom, member::ChatClusterMember, roster::ParticipantRoster};
use crate::{Failure, page};

/// Time limit for a message to Redis. A participant waits for it.
const EMIT_TIMEOUT: Duration = Duration::from_secs(2);

/// Time limit for clients to close their connections when the node stops.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A running chat node.
pub(crate) struct ChatNode {
    pub(crate) address: SocketAddr,
    io: SocketIo,
    roster: Arc<ParticipantRoster>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
    bus: JoinHandle<()>,
    announcing: JoinHandle<()>,
}

impl ChatNode {
    /// Starts a node. It is subscribed to the cluster's channels when this returns.
    pub(crate) async fn start(redis: &str, listener: TcpListener) -> Result<Self, Failure> {
        let address = listener.local_addr()?;
        // Emitters recognise servers of the current protocol by the length of the id: 6 characters.
        let id = Uuid::new_v4().simple().to_string()[..6].to_owned();
        let emitter = Options::new()
            .adapter(Adapter::Classic(Classic::default().sender(&id)))
            .socket_io(Generation::V4)
            .timeout(EMIT_TIMEOUT)
            .lazy(redis)?;
        let (layer, io) = SocketIo::new_layer();
        let name = format!("node-{}", address.port());
        let roster = Arc::new(ParticipantRoster::new(name, io.clone(), emitter.clone()));
        ChatRoom::new(emitter, Arc::clone(&roster)).open(&io);
        let bus = NodeBus::connect(redis, ChatClusterMember::new(id, io.clone(), Arc::clone(&roster))).await?;
        let bus = tokio::spawn(bus.run());
        let announcing = tokio::spawn(Arc::clone(&roster).run());

        let app = page::routes().layer(layer).into_make_service_with_connect_info::<SocketAddr>();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = axum::serve(listener, app).with_graceful_shutdown(async {
            // Dropping the sender is the signal.
            let _ = stopped.await;
        });
        let server = tokio::spawn(async move {
            if let Err(error) = served.into_future().await {
                tracing::error!(%error, "the HTTP server failed");
            }
        });
        Ok(Self { address, io, roster, stop, server, bus, announcing })
    }

    /// Tells the other nodes that the participants leave, disconnects the clients, and stops.
    pub(crate) async fn stop(self) {
        self.announcing.abort();
        self.roster.announce_empty().await;
        drop(self.stop);
        let closed = async {
            self.io.close().await;
            // The panic hook has reported a panic already.
            let _ = self.server.await;
        };
        let in_time = timeout(CLOSE_TIMEOUT, closed).await.is_ok();
        self.bus.abort();
        // Wait until it has stopped: it must not reconnect when the demo stops the broker.
        let _ = self.bus.await;
        if !in_time {
            tracing::warn!("stopped with open connections");
        }
    }
}
