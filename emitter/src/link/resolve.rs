use std::sync::{Arc, OnceLock};

#[cfg(feature = "cluster")]
use super::cluster::Cluster;
#[cfg(feature = "sentinel")]
use super::sentinel::Sentinel;
use super::{
    Fault,
    access::{Access, Host},
    node::{Node, Place},
    topology::Topology,
    url::Url,
};
use crate::{deadline::Deadline, error::Error};

/// Who knows which servers there are.
#[derive(Debug)]
pub(super) enum Source {
    Server(Box<Server>),
    #[cfg(feature = "cluster")]
    Cluster(Cluster),
    #[cfg(feature = "sentinel")]
    Sentinel(Sentinel),
}

/// Why it is not known who to talk to. Nothing was sent.
#[derive(Debug)]
pub(super) enum Unresolved {
    /// It is a matter of time.
    Passing(Fault),
    /// Nobody can say.
    Final(Fault),
    /// What was asked for is not there.
    Wrong(Error),
}

/// One server, until it turns out to be a node of a cluster.
#[derive(Debug)]
pub(super) struct Server {
    node: Arc<Node>,
    /// `None` for a socket.
    at: Option<(Host, Access)>,
    #[cfg(feature = "cluster")]
    cluster: OnceLock<Cluster>,
    #[cfg(not(feature = "cluster"))]
    cluster: OnceLock<()>,
}

impl Source {
    pub(super) fn new(url: Url) -> Result<Self, Error> {
        match url {
            Url::Server { host, access } => {
                let node = Node::at(&host, &access, Place::Only)?;
                Ok(Self::server(node, Some((host, access))))
            }
            Url::Socket { path, access } => {
                let client = access.socket(&path).map_err(|source| Error::Unreachable { address: path, source })?;
                Ok(Self::server(Node::new(client, Place::Only), None))
            }
            #[cfg(feature = "cluster")]
            Url::Cluster { seeds, access } => Ok(Self::Cluster(Cluster::new(seeds, access))),
            #[cfg(not(feature = "cluster"))]
            Url::Cluster { .. } => Err(super::access::missing("redis-cluster://", "cluster")),
            #[cfg(feature = "sentinel")]
            Url::Sentinel { sentinels, asking, service, access } => {
                Ok(Self::Sentinel(Sentinel::new(&sentinels, &asking, service, access)?))
            }
            #[cfg(not(feature = "sentinel"))]
            Url::Sentinel { .. } => Err(super::access::missing("redis-sentinel://", "sentinel")),
        }
    }

    fn server(node: Node, at: Option<(Host, Access)>) -> Self {
        Self::Server(Box::new(Server { node: Arc::new(node), at, cluster: OnceLock::new() }))
    }

    /// Looks who is there.
    pub(super) async fn resolve(&self, before: Option<&Topology>, deadline: Deadline) -> Result<Topology, Unresolved> {
        match self {
            Self::Server(server) => server.resolve(before, deadline).await,
            #[cfg(feature = "cluster")]
            Self::Cluster(cluster) => cluster.resolve(before, deadline).await,
            #[cfg(feature = "sentinel")]
            Self::Sentinel(sentinel) => sentinel.resolve(before, deadline).await,
        }
    }

    /// True if another server can take the place of one.
    pub(super) fn moves(&self) -> bool {
        match self {
            Self::Server(server) => server.cluster.get().is_some(),
            #[cfg(any(feature = "cluster", feature = "sentinel"))]
            _ => true,
        }
    }

    /// Where it is, in an error's words.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Server(server) => server.node.address().to_owned(),
            #[cfg(feature = "cluster")]
            Self::Cluster(cluster) => cluster.address(),
            #[cfg(feature = "sentinel")]
            Self::Sentinel(sentinel) => sentinel.address(),
        }
    }

    /// The primary's replica there. None in a cluster, where clients count the subscribers of replicas too, and none
    /// beside a socket.
    pub(super) fn replica(&self, host: &Host) -> Option<Result<Node, Fault>> {
        match self {
            Self::Server(server) => {
                let (_, access) = server.at.as_ref().filter(|_| server.cluster.get().is_none())?;
                Some(Node::at(host, access, Place::Many))
            }
            #[cfg(feature = "cluster")]
            Self::Cluster(_) => None,
            #[cfg(feature = "sentinel")]
            Self::Sentinel(sentinel) => Some(sentinel.replica(host)),
        }
    }

    /// The server that another one, asked there, refers to.
    #[cfg(feature = "cluster")]
    pub(super) fn referred(&self, to: &str, asked: &str) -> Option<Arc<Node>> {
        let cluster = match self {
            Self::Server(server) => server.cluster.get()?,
            Self::Cluster(cluster) => cluster,
            #[cfg(feature = "sentinel")]
            Self::Sentinel(_) => return None,
        };
        let (name, port) = to.rsplit_once(':')?;
        let host = super::cluster::located(name.trim_matches(['[', ']']), port.parse().ok()?, asked);
        cluster.node(&host).ok()
    }

    #[cfg(not(feature = "cluster"))]
    pub(super) fn referred(&self, _: &str, _: &str) -> Option<Arc<Node>> {
        None
    }
}

impl Server {
    async fn resolve(&self, before: Option<&Topology>, deadline: Deadline) -> Result<Topology, Unresolved> {
        #[cfg(feature = "cluster")]
        if let Some(cluster) = self.cluster.get() {
            return cluster.resolve(before, deadline).await;
        }
        let part = self.node.part(deadline).await.map_err(Unresolved::Final)?;
        if part.mode.is_none_or(|mode| mode != "cluster") {
            return Ok(Topology::single(Arc::clone(&self.node)));
        }
        self.belong(before, deadline).await
    }

    /// Alone it would count its own subscribers only, and refuse the keys of the others.
    #[cfg(feature = "cluster")]
    async fn belong(&self, before: Option<&Topology>, deadline: Deadline) -> Result<Topology, Unresolved> {
        let Some((host, access)) = &self.at else {
            let reason =
                "this Redis is a node of a Redis Cluster: write redis-cluster://HOST:PORT instead of its socket";
            return Err(Unresolved::Wrong(Error::Config(reason.to_owned())));
        };
        let cluster = self.cluster.get_or_init(|| Cluster::new(vec![host.clone()], access.clone()));
        cluster.resolve(before, deadline).await
    }

    #[cfg(not(feature = "cluster"))]
    async fn belong(&self, _: Option<&Topology>, _: Deadline) -> Result<Topology, Unresolved> {
        let what = format!("{} is a node of a Redis Cluster, which", self.node.address());
        Err(Unresolved::Wrong(super::access::missing(&what, "cluster")))
    }
}

impl Unresolved {
    pub(super) fn silence(address: &str, deadline: Deadline) -> Self {
        Self::Final(Fault::silence(address, deadline.total))
    }
}
