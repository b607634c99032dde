use std::time::Duration;

use futures_util::StreamExt;
use redis::{
    Client, Msg, RedisResult, Value,
    aio::{MultiplexedConnection, PubSub},
};
use socketio_emitter::{Adapter, adapter::Classic};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{member::ChatClusterMember, response::NodeResponse};
use crate::Failure;

/// Pattern of the broadcast channels, whose names end with the room.
const BROADCASTS: &str = "socket.io#/#*";
/// Subscribed by name: Redis counts its subscribers, and by that servers count each other.
const REQUESTS: &str = "socket.io-request#/#";
/// Channel of all responses.
const RESPONSES: &str = "socket.io-response#/#";

/// Longest message that is processed, in bytes. Clients accept no more.
const MAX_MESSAGE: usize = 1024 * 1024;

/// Most responses that wait to be published.
const MAX_QUEUED_RESPONSES: usize = 256;

/// Time limit to connect and subscribe, and for the answer to a PING.
const REDIS_TIMEOUT: Duration = Duration::from_secs(5);

/// Interval of PINGs, which detect a broken network.
const PING_INTERVAL: Duration = Duration::from_secs(10);

/// The delay between reconnection attempts doubles from the first to the second value.
const RECONNECT_DELAYS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// A node's connection to the cluster: the subscriptions of a server with the classic adapter, and its responses.
pub(crate) struct NodeBus {
    redis: Client,
    member: ChatClusterMember,
    adapter: Adapter,
    connection: Option<BusConnection>,
}

/// Active subscriptions, and the queue of responses to publish.
struct BusConnection {
    subscriptions: PubSub,
    responses: mpsc::Sender<NodeResponse>,
    publisher: JoinHandle<()>,
}

impl NodeBus {
    /// Connects and subscribes. All messages that are published after this returns are received.
    pub(crate) async fn connect(url: &str, member: ChatClusterMember) -> Result<Self, Failure> {
        let redis = Client::open(url).map_err(|error| format!("invalid Redis URL: {error}"))?;
        let adapter = Adapter::Classic(Classic::default());
        let mut bus = Self { redis, member, adapter, connection: None };
        let unreachable = |error| format!("cannot reach Redis at {}: {error}", bus.redis.get_connection_info().addr());
        let connection = bus.subscribe().await.map_err(unreachable)?;
        bus.connection = Some(connection);
        Ok(bus)
    }

    /// Handles messages, and reconnects whenever the connection is lost, until the task is aborted.
    pub(crate) async fn run(mut self) {
        let mut delay = RECONNECT_DELAYS.0;
        loop {
            match self.connection.take() {
                Some(connection) => {
                    self.receive(connection).await;
                    tracing::warn!("lost the connection to Redis; reconnecting");
                    delay = RECONNECT_DELAYS.0;
                }
                None => sleep(delay).await,
            }
            match self.subscribe().await {
                Ok(connection) => {
                    tracing::warn!("reconnected to Redis");
                    self.member.reconnected();
                    self.connection = Some(connection);
                }
                Err(error) => {
                    tracing::debug!(%error, "cannot reconnect to Redis");
                    delay = RECONNECT_DELAYS.1.min(delay * 2);
                }
            }
        }
    }

    async fn subscribe(&self) -> Result<BusConnection, Failure> {
        let connected = async {
            let publishing = self.redis.get_multiplexed_async_connection().await?;
            let mut subscriptions = self.redis.get_async_pubsub().await?;
            // No message arrives on the server's own response channel, because this node sends no requests by itself.
            // But the channel's name tells emitters that this server supports the current protocol.
            let own = format!("{RESPONSES}{}#", self.member.id());
            subscriptions.subscribe(&[REQUESTS, RESPONSES, &own]).await?;
            subscriptions.psubscribe(BROADCASTS).await?;
            RedisResult::Ok((publishing, subscriptions))
        };
        let (publishing, subscriptions) =
            timeout(REDIS_TIMEOUT, connected).await.map_err(|_| format!("no answer within {REDIS_TIMEOUT:?}"))??;
        let (responses, queue) = mpsc::channel(MAX_QUEUED_RESPONSES);
        let publisher = tokio::spawn(publish(publishing, queue));
        Ok(BusConnection { subscriptions, responses, publisher })
    }

    /// Handles messages until one of the connections is lost.
    async fn receive(&self, BusConnection { subscriptions, responses, mut publisher }: BusConnection) {
        let (mut sink, mut messages) = subscriptions.split();
        let handling = async {
            while let Some(message) = messages.next().await {
                self.handle(&message, &responses).await;
            }
        };
        let pinging = async {
            loop {
                sleep(PING_INTERVAL).await;
                if !matches!(timeout(REDIS_TIMEOUT, sink.ping::<Value>()).await, Ok(Ok(_))) {
                    return;
                }
            }
        };
        tokio::select! {
            () = handling => {}
            () = pinging => {}
            _ = &mut publisher => {}
        }
        publisher.abort();
    }

    async fn handle(&self, message: &Msg, responses: &mpsc::Sender<NodeResponse>) {
        let (channel, payload) = (message.get_channel_name(), message.get_payload_bytes());
        if payload.len() > MAX_MESSAGE {
            return tracing::warn!(channel, bytes = payload.len(), "dropped a message that is too long");
        }
        match self.adapter.decode(&(channel, payload).into()) {
            Ok(decoded) => self.member.handle(decoded, responses).await,
            Err(error) => tracing::warn!(channel, %error, "dropped a malformed message"),
        }
    }
}

/// Publishes responses in order until the connection is lost.
async fn publish(mut redis: MultiplexedConnection, mut queue: mpsc::Receiver<NodeResponse>) {
    while let Some(response) = queue.recv().await {
        let Some(payload) = response.encode() else { continue };
        let published = redis::cmd("PUBLISH").arg(RESPONSES).arg(payload).exec_async(&mut redis).await;
        if let Err(error) = published {
            tracing::debug!(%error, "cannot publish a response");
            return;
        }
    }
}
