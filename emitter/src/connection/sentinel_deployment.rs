use std::{collections::HashMap, io, sync::Arc};

use redis::{Pipeline, RedisError, Value};

use super::{
    CommandError,
    access_options::AccessOptions,
    deployment::ResolveError,
    first_results::first_results,
    host_port::HostPort,
    redis_node::{NodeRole, RedisNode},
    topology::Topology,
};
use crate::base::{Deadline, Error};

/// A primary that sentinels monitor and replace.
#[derive(Debug)]
pub(super) struct SentinelDeployment {
    sentinels: Vec<RedisNode>,
    service: String,
    access: AccessOptions,
}

/// The primary that one sentinel names.
struct NamedPrimary {
    host: HostPort,
    /// Grows with every failover.
    epoch: u64,
}

impl SentinelDeployment {
    pub(super) fn new(
        sentinels: &[HostPort],
        sentinel_access: &AccessOptions,
        service: String,
        access: AccessOptions,
    ) -> Result<Self, CommandError> {
        let sentinels = sentinels.iter().map(|host| RedisNode::at(host, sentinel_access, NodeRole::Member));
        Ok(Self { sentinels: sentinels.collect::<Result<_, _>>()?, service, access })
    }

    /// Asks the sentinels for the primary, and the primary for its role: a primary that was demoted accepts PUBLISH
    /// too, but delivers to its own subscribers only.
    pub(super) async fn resolve(
        &self,
        before: Option<&Topology>,
        deadline: Deadline,
    ) -> Result<Topology, ResolveError> {
        let no_answer = || ResolveError::no_answer(&self.address(), deadline);
        let requests = self.sentinels.iter().map(|sentinel| self.named_primary(sentinel, deadline));
        let named = first_results(requests, deadline).await.map_err(|error| error.unwrap_or_else(no_answer))?;
        let NamedPrimary { host, .. } = named.into_iter().max_by_key(|named| named.epoch).ok_or_else(no_answer)?;
        let known = before.map(|topology| &topology.publisher).filter(|node| node.address() == host.to_string());
        let node = match known {
            Some(node) => Arc::clone(node),
            None => {
                let node = RedisNode::at(&host, &self.access, NodeRole::SentinelPrimary);
                Arc::new(node.map_err(ResolveError::Permanent)?)
            }
        };
        node.connect(deadline.half()).await.map_err(ResolveError::Transient)?;
        let hello = node.hello(deadline).await.map_err(ResolveError::Transient)?;
        if hello.role.is_some_and(|role| role != "master") {
            let source = io::Error::other("the sentinels name it as the primary, but it says that it is a replica");
            return Err(ResolveError::Transient(CommandError::Unreachable {
                address: host.to_string(),
                source: source.into(),
            }));
        }
        Ok(Topology::single(node))
    }

    /// The primary's replica at `host`.
    pub(super) fn replica(&self, host: &HostPort) -> Result<RedisNode, CommandError> {
        RedisNode::at(host, &self.access, NodeRole::Member)
    }

    /// The addresses of the sentinels and the service, for error messages.
    pub(super) fn address(&self) -> String {
        let addresses: Vec<_> = self.sentinels.iter().map(RedisNode::address).collect();
        format!("{} (sentinels of {})", addresses.join(", "), self.service)
    }

    async fn named_primary(&self, sentinel: &RedisNode, deadline: Deadline) -> Result<NamedPrimary, ResolveError> {
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.add_command(redis::cmd("SENTINEL").arg("MASTER").arg(&self.service).take());
        let replies = sentinel.run(&mut pipeline, deadline).await.map_err(ResolveError::Permanent)?;
        let reply =
            replies.into_iter().next().unwrap_or(Ok(Value::Nil)).map_err(|error| self.refused(sentinel, error))?;
        let fields: Option<HashMap<String, String>> = redis::from_redis_value(reply).ok();
        fields.as_ref().and_then(NamedPrimary::read).ok_or_else(|| {
            let source = io::Error::other("it does not answer as a sentinel").into();
            ResolveError::Permanent(CommandError::Unreachable { address: sentinel.address().to_owned(), source })
        })
    }

    fn refused(&self, sentinel: &RedisNode, error: RedisError) -> ResolveError {
        if error.detail().is_some_and(|detail| detail.starts_with("No such master")) {
            return ResolveError::Config(Error::Config(format!(
                "the sentinels monitor no service {:?}; SENTINEL MASTERS lists the services",
                self.service
            )));
        }
        ResolveError::Permanent(CommandError::Unreachable { address: sentinel.address().to_owned(), source: error })
    }
}

impl NamedPrimary {
    /// Reads the reply to SENTINEL MASTER.
    fn read(fields: &HashMap<String, String>) -> Option<Self> {
        let host = HostPort { name: fields.get("ip")?.clone(), port: fields.get("port")?.parse().ok()? };
        let epoch = fields.get("config-epoch").and_then(|epoch| epoch.parse().ok()).unwrap_or(0);
        Some(Self { host, epoch })
    }
}
