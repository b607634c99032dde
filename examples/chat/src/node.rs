//! A Socket.IO server that is one of a cluster, with a chat room on it.
//!
//! | module | what |
//! |---|---|
//! | `bus` | the subscriptions that make it a member of the cluster |
//! | `requests`, `reply`, `arguments` | what it does with what it hears there, and what it answers |
//! | `chat`, `people`, `origin` | the room: who is here, who says what, who may come in |
//! | `question` | what a person can ask the whole cluster |

mod arguments;
mod bus;
mod chat;
mod origin;
mod people;
mod question;
mod reply;
mod requests;

use std::{future::IntoFuture, net::SocketAddr, time::Duration};

use socketio_emitter::{Adapter, Classic, Options, SocketIo as Generation};
use socketioxide::SocketIo;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};
use uuid::Uuid;

use self::{bus::Bus, chat::Chat, requests::Member};
use crate::{Failure, page};

/// Longest time for a message to Redis: a person waits for it.
const SEND: Duration = Duration::from_secs(2);

/// How long clients may take to close their side at the end.
const GRACE: Duration = Duration::from_secs(2);

/// A chat node that is running.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    io: SocketIo,
    chat: Chat,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
    tasks: [JoinHandle<()>; 2],
}

impl Node {
    /// Starts one; it is a member of the cluster when this returns.
    pub(crate) async fn start(redis: &str, listener: TcpListener) -> Result<Self, Failure> {
        let address = listener.local_addr()?;
        // Six characters: by this length emitters tell servers that know everything from older ones.
        let id = Uuid::new_v4().simple().to_string()[..6].to_owned();
        let emitter = Options::new()
            .adapter(Adapter::Classic(Classic::default().sender(&id)))
            .socket_io(Generation::V4)
            .timeout(SEND)
            .lazy(redis)?;
        let (layer, io) = SocketIo::new_layer();
        let chat = Chat::open(format!("node-{}", address.port()), io.clone(), emitter);
        let bus = Bus::join(redis, Member::new(id, io.clone(), chat.clone())).await?;
        let tasks = [tokio::spawn(bus.run()), tokio::spawn(chat.clone().keep_people())];

        let app = page::routes().layer(layer).into_make_service_with_connect_info::<SocketAddr>();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = axum::serve(listener, app).with_graceful_shutdown(async {
            // A sender that is gone says the same.
            let _ = stopped.await;
        });
        let server = tokio::spawn(async move {
            if let Err(error) = served.into_future().await {
                tracing::error!(%error, "the server ended");
            }
        });
        Ok(Self { address, io, chat, stop, server, tasks })
    }

    /// Sends the clients away, tells the other nodes, and ends.
    pub(crate) async fn stop(self) {
        let [bus, people] = self.tasks;
        people.abort();
        self.chat.leave().await;
        drop(self.stop);
        let closed = async {
            self.io.close().await;
            // A panic in it was reported where it happened.
            let _ = self.server.await;
        };
        let in_time = timeout(GRACE, closed).await.is_ok();
        bus.abort();
        if !in_time {
            tracing::warn!("a connection was still open");
        }
    }
}
