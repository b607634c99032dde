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

use crate::{Failure, args::DemoArgs, listen, node::Node, ticker};

/// How long requests under way at the bridge may take to finish.
const GRACE: Duration = Duration::from_secs(2);

/// Everything there is: the bus, the nodes on it, and two outsiders that push into it.
pub(crate) struct Demo {
    /// Where the bus is.
    pub(crate) redis: String,
    /// The bus, if it is ours. It outlives all that use it.
    broker: Option<Broker>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) bridge: Bridge,
    ticker: JoinHandle<()>,
}

impl Demo {
    pub(crate) async fn start(args: &DemoArgs) -> Result<Self, Failure> {
        let (redis, broker) = match &args.redis {
            Some(url) => (url.clone(), None),
            None => {
                let broker = Broker::start().map_err(|error| format!("the built-in broker cannot start: {error}"))?;
                (broker.url().trim_end_matches('/').to_owned(), Some(broker))
            }
        };
        let mut nodes = Vec::with_capacity(args.ports.len());
        for port in &args.ports {
            nodes.push(Node::start(&redis, listen::or_free(args.host, *port).await?).await?);
        }
        let bridge = Bridge::start(&redis, args.bridge_port).await?;
        let ticker = tokio::spawn(ticker::run(Emitter::connect(&redis).await?));
        Ok(Self { redis, broker, nodes, bridge, ticker })
    }

    /// True if nothing else is needed.
    pub(crate) fn has_broker(&self) -> bool {
        self.broker.is_some()
    }

    pub(crate) async fn stop(self) {
        self.ticker.abort();
        self.bridge.stop().await;
        // Together: each has clients to say goodbye to.
        self.nodes.into_iter().map(Node::stop).collect::<JoinSet<_>>().join_all().await;
        if let Some(broker) = self.broker {
            broker.shutdown().await;
        }
    }
}

/// The HTTP bridge, as `sio-bridge` runs it.
pub(crate) struct Bridge {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Bridge {
    async fn start(redis: &str, port: u16) -> Result<Self, Failure> {
        let listener = listen::or_free(Ipv4Addr::LOCALHOST.into(), port).await?;
        let address = listener.local_addr()?;
        let app = socketio_bridge::app(Emitter::connect(redis).await?, Config::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            // A sender that is gone says the same.
            let _ = stopped.await;
        };
        let server = tokio::spawn(socketio_bridge::serve(listener, app, stopped, GRACE));
        Ok(Self { address, stop, server })
    }

    async fn stop(self) {
        drop(self.stop);
        // A panic in it was reported where it happened.
        let _ = self.server.await;
    }
}
