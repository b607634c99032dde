use std::time::Duration;

use futures_util::StreamExt;
use redis::{
    Client, Msg, RedisResult, Value,
    aio::{MultiplexedConnection, PubSub},
};
use socketio_emitter::{Adapter, Classic};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{reply::Reply, requests::Member};
use crate::Failure;

/// A server hears broadcasts by a pattern, for the channel ends with the room.
const BROADCASTS: &str = "socket.io#/#*";
/// Subscribed by name: who is here counts as a server, whose answers others wait for.
const REQUESTS: &str = "socket.io-request#/#";
/// Where all servers answer.
const RESPONSES: &str = "socket.io-response#/#";

/// No client would take more in one message, so neither does a node.
const MAX_MESSAGE: usize = 1024 * 1024;

/// How many answers may wait for Redis to take them.
const ANSWERS: usize = 256;

/// How long connecting and subscribing may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a quiet connection is asked for a sign of life.
const PULSE: Duration = Duration::from_secs(10);

/// The pauses between attempts to reconnect double from the first to the last.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// What makes a node a member of the cluster: subscribed as the other servers are, and answering as they do.
pub(crate) struct Bus {
    redis: Client,
    member: Member,
    adapter: Adapter,
    session: Option<Session>,
}

/// Subscriptions in effect, and a way to answer.
struct Session {
    subscribed: PubSub,
    answers: mpsc::Sender<Reply>,
    publisher: JoinHandle<()>,
}

impl Bus {
    /// Subscribes; nothing that is sent from now on is missed.
    pub(crate) async fn join(url: &str, member: Member) -> Result<Self, Failure> {
        let redis = Client::open(url).map_err(|error| format!("this Redis URL cannot be used: {error}"))?;
        let adapter = Adapter::Classic(Classic::default());
        let mut bus = Self { redis, member, adapter, session: None };
        let unreachable = |error| format!("cannot reach Redis at {}: {error}", bus.redis.get_connection_info().addr());
        let session = bus.subscribe().await.map_err(unreachable)?;
        bus.session = Some(session);
        Ok(bus)
    }

    /// Listens for ever. A Redis that goes away is waited for.
    pub(crate) async fn run(mut self) {
        let mut pause = PAUSES.0;
        loop {
            match self.session.take() {
                Some(session) => {
                    self.listen(session).await;
                    tracing::warn!("the connection to Redis is gone; reconnecting");
                    pause = PAUSES.0;
                }
                None => sleep(pause).await,
            }
            match self.subscribe().await {
                Ok(session) => {
                    tracing::warn!("Redis is back");
                    self.member.rejoined();
                    self.session = Some(session);
                }
                Err(error) => {
                    tracing::debug!(%error, "Redis is away");
                    pause = PAUSES.1.min(pause * 2);
                }
            }
        }
    }

    async fn subscribe(&self) -> Result<Session, Failure> {
        let connected = async {
            let publishing = self.redis.get_multiplexed_async_connection().await?;
            let mut subscribed = self.redis.get_async_pubsub().await?;
            // The last one is ours alone. Nobody answers there unless told to, but by its name others see that this
            // server knows everything that a current one does.
            let own = format!("{RESPONSES}{}#", self.member.id());
            subscribed.subscribe(&[REQUESTS, RESPONSES, &own]).await?;
            subscribed.psubscribe(BROADCASTS).await?;
            RedisResult::Ok((publishing, subscribed))
        };
        let (publishing, subscribed) =
            timeout(PATIENCE, connected).await.map_err(|_| format!("no answer within {PATIENCE:?}"))??;
        let (answers, queue) = mpsc::channel(ANSWERS);
        let publisher = tokio::spawn(publish(publishing, queue));
        Ok(Session { subscribed, answers, publisher })
    }

    /// Hears messages until one of the connections is gone. A broken network may not say so by itself.
    async fn listen(&self, Session { subscribed, answers, mut publisher }: Session) {
        let (mut sink, mut messages) = subscribed.split();
        let hearing = async {
            while let Some(message) = messages.next().await {
                self.hear(&message, &answers).await;
            }
        };
        let alive = async {
            loop {
                sleep(PULSE).await;
                if !matches!(timeout(PATIENCE, sink.ping::<Value>()).await, Ok(Ok(_))) {
                    return;
                }
            }
        };
        tokio::select! {
            () = hearing => {}
            () = alive => {}
            _ = &mut publisher => {}
        }
        publisher.abort();
    }

    async fn hear(&self, message: &Msg, answers: &mpsc::Sender<Reply>) {
        let (channel, payload) = (message.get_channel_name(), message.get_payload_bytes());
        if payload.len() > MAX_MESSAGE {
            return tracing::warn!(channel, bytes = payload.len(), "a message that is too long was dropped");
        }
        match self.adapter.decode(&(channel, payload).into()) {
            Ok(heard) => self.member.hear(heard, answers).await,
            Err(error) => tracing::warn!(channel, %error, "a message that no server could read was dropped"),
        }
    }
}

/// Publishes answers, in order, until the connection breaks.
async fn publish(mut redis: MultiplexedConnection, mut queue: mpsc::Receiver<Reply>) {
    while let Some(answer) = queue.recv().await {
        let Some(payload) = answer.encode() else { continue };
        let published = redis::cmd("PUBLISH").arg(RESPONSES).arg(payload).exec_async(&mut redis).await;
        if let Err(error) = published {
            tracing::debug!(%error, "an answer was not sent");
            return;
        }
    }
}
