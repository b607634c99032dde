use std::{collections::HashMap, sync::Arc};

use redis::{Pipeline, RedisError, Value};

use super::{
    CommandError,
    access::{AccessOptions, HostPort},
    deployment::ResolveError,
    gather::gather,
    redis_node::{NodeRole, RedisNode},
    topology::Topology,
};
use crate::base::{Deadline, Error};

/// A Redis that sentinels watch: they say which server is the primary.
#[derive(Debug)]
pub(super) struct SentinelDeployment {
    sentinels: Vec<RedisNode>,
    service: String,
    access: AccessOptions,
}

/// What one of them says.
struct Named {
    host: HostPort,
    /// The higher, the later it was decided.
    epoch: u64,
}

impl SentinelDeployment {
    pub(super) fn new(
        sentinels: &[HostPort],
        asking: &AccessOptions,
        service: String,
        access: AccessOptions,
    ) -> Result<Self, CommandError> {
        let sentinels =
            sentinels.iter().map(|host| RedisNode::at(host, asking, NodeRole::Many)).collect::<Result<_, _>>()?;
        Ok(Self { sentinels, service, access })
    }

    /// Asks who is the primary, and the primary whether it knows. Redis that was demoted still takes what is published
    /// there, for its own subscribers only.
    pub(super) async fn resolve(
        &self,
        before: Option<&Topology>,
        deadline: Deadline,
    ) -> Result<Topology, ResolveError> {
        let said = gather(self.sentinels.iter().map(|sentinel| self.ask(sentinel, deadline)), deadline).await;
        let said =
            said.map_err(|unresolved| unresolved.unwrap_or_else(|| ResolveError::silence(&self.address(), deadline)))?;
        let latest = said.into_iter().max_by_key(|named| named.epoch);
        let Some(Named { host, .. }) = latest else {
            return Err(ResolveError::silence(&self.address(), deadline));
        };
        let known = before.map(|topology| &topology.publisher).filter(|node| node.address() == host.to_string());
        let node = match known {
            Some(node) => Arc::clone(node),
            None => Arc::new(RedisNode::at(&host, &self.access, NodeRole::Watched).map_err(ResolveError::Final)?),
        };
        node.connect(deadline.half()).await.map_err(ResolveError::Passing)?;
        let part = node.part(deadline).await.map_err(ResolveError::Passing)?;
        if part.role.is_some_and(|role| role != "master") {
            let source =
                std::io::Error::other("the sentinels name it as the primary, and it says that it is a replica");
            return Err(ResolveError::Passing(CommandError::Unreachable {
                address: host.to_string(),
                source: source.into(),
            }));
        }
        Ok(Topology::single(node))
    }

    /// A replica of the primary.
    pub(super) fn replica(&self, host: &HostPort) -> Result<RedisNode, CommandError> {
        RedisNode::at(host, &self.access, NodeRole::Many)
    }

    /// The sentinels, in an error's words.
    pub(super) fn address(&self) -> String {
        let addresses: Vec<_> = self.sentinels.iter().map(RedisNode::address).collect();
        format!("{} (sentinels of {})", addresses.join(", "), self.service)
    }

    async fn ask(&self, sentinel: &RedisNode, deadline: Deadline) -> Result<Named, ResolveError> {
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.add_command(redis::cmd("SENTINEL").arg("MASTER").arg(&self.service).take());
        let replies = sentinel.run(&mut pipeline, deadline).await.map_err(ResolveError::Final)?;
        let reply =
            replies.into_iter().next().unwrap_or(Ok(Value::Nil)).map_err(|error| self.refused(sentinel, error))?;
        let fields: Option<HashMap<String, String>> = redis::from_redis_value(reply).ok();
        fields.as_ref().and_then(Named::read).ok_or_else(|| {
            let source = std::io::Error::other("it does not answer as a sentinel").into();
            ResolveError::Final(CommandError::Unreachable { address: sentinel.address().to_owned(), source })
        })
    }

    fn refused(&self, sentinel: &RedisNode, error: RedisError) -> ResolveError {
        if error.detail().is_some_and(|detail| detail.starts_with("No such master")) {
            let service = &self.service;
            return ResolveError::Wrong(Error::Config(format!(
                "the sentinels know no service {service:?}; see SENTINEL MASTERS"
            )));
        }
        ResolveError::Final(CommandError::Unreachable { address: sentinel.address().to_owned(), source: error })
    }
}

impl Named {
    fn read(fields: &HashMap<String, String>) -> Option<Self> {
        let host = HostPort { name: fields.get("ip")?.clone(), port: fields.get("port")?.parse().ok()? };
        let epoch = fields.get("config-epoch").and_then(|epoch| epoch.parse().ok()).unwrap_or(0);
        Some(Self { host, epoch })
    }
}
