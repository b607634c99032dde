use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use broker::Broker;
use socketio_bridge::Config;
use socketio_emitter::Emitter;
use tokio::{
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};

use crate::{Failure, args::DemoOptions, listen, node::ChatNode, ticker};

/// Time limit for pending requests when the bridge stops.
const BRIDGE_SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// The whole demo: Redis, the chat nodes, and two programs outside the cluster that emit to it.
pub(crate) struct ChatDemo {
    /// The URL of Redis or of the built-in broker.
    pub(crate) redis: String,
    broker: Option<Broker>,
    pub(crate) nodes: Vec<ChatNode>,
    pub(crate) bridge: DemoBridge,
    ticker: JoinHandle<()>,
}

impl ChatDemo {
    pub(crate) async fn start(options: &DemoOptions) -> Result<Self, Failure> {
        let (redis, broker) = match &options.redis {
            Some(url) => (url.clone(), None),
            None => {
                let broker = Broker::start().map_err(|error| format!("the built-in broker cannot start: {error}"))?;
                (broker.url().trim_end_matches('/').to_owned(), Some(broker))
            }
        };
        let mut nodes = Vec::with_capacity(options.ports.len());
        for port in &options.ports {
            nodes.push(ChatNode::start(&redis, listen::bind_or_free_port(options.host, *port).await?).await?);
        }
        let bridge = DemoBridge::start(&redis, options.bridge_port).await?;
        let ticker = tokio::spawn(ticker::run(Emitter::connect(&redis).await?));
        Ok(Self { redis, broker, nodes, bridge, ticker })
    }

    /// True if the demo runs on the built-in broker.
    pub(crate) fn has_broker(&self) -> bool {
        self.broker.is_some()
    }

    /// Stops the broker last, because everything else uses it.
    pub(crate) async fn stop(self) {
        self.ticker.abort();
        self.bridge.stop().await;
        // Concurrently: each node waits for its clients to close.
        self.nodes.into_iter().map(ChatNode::stop).collect::<JoinSet<_>>().join_all().await;
        if let Some(broker) = self.broker {
            broker.shutdown().await;
        }
    }
}

/// The HTTP bridge, as `sio-bridge` runs it.
pub(crate) struct DemoBridge {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl DemoBridge {
    async fn start(redis: &str, port: u16) -> Result<Self, Failure> {
        let listener = listen::bind_or_free_port(Ipv4Addr::LOCALHOST.into(), port).await?;
        let address = listener.local_addr()?;
        let app = socketio_bridge::app(Emitter::connect(redis).await?, Config::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            // Dropping the sender is the signal.
            let _ = stopped.await;
        };
        let server = tokio::spawn(socketio_bridge::serve(listener, app, stopped, BRIDGE_SHUTDOWN_TIMEOUT));
        Ok(Self { address, stop, server })
    }

    async fn stop(self) {
        drop(self.stop);
        // The panic hook has reported a panic already.
        let _ = self.server.await;
    }
}
