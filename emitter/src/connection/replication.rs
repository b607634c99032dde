//! Replicas: a replica repeats what its primary publishes, and the primary does not count the replica's subscribers.

use std::io;

use redis::Pipeline;

use super::{CommandError, deployment::Deployment, host_port::HostPort, redis_node::RedisNode};
use crate::base::Deadline;

/// A server's part in replication, as INFO reports it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Replication {
    is_primary: bool,
    /// A replica has the id of its primary. Another Redis at the same address has another one.
    id: String,
    /// Whether the link of a replica to its primary is up.
    link_up: bool,
    replicas: Vec<HostPort>,
}

/// A replica of `primary` that is up to date and can be reached.
pub(super) async fn find_replica(
    primary: &RedisNode,
    deployment: &Deployment,
    deadline: Deadline,
) -> Result<RedisNode, CommandError> {
    let replication = Replication::of(primary, deadline).await?;
    for host in replication.replicas.iter().filter(|_| replication.is_primary) {
        let Some(replica) = deployment.replica(host) else { continue };
        let replica = replica?;
        // An address may be valid only where Redis runs: each of them gets a part of the time.
        let other = Replication::of(&replica, deadline.half()).await;
        if other.is_ok_and(|other| replication.is_repeated_by(&other)) {
            return Ok(replica);
        }
    }
    let source = io::Error::other("none of its replicas can be reached and is up to date; check INFO replication");
    Err(CommandError::Unreachable { address: primary.address().to_owned(), source: source.into() })
}

impl Replication {
    pub(super) async fn of(node: &RedisNode, deadline: Deadline) -> Result<Self, CommandError> {
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.add_command(redis::cmd("INFO").arg("replication").take());
        let reply = node.run(&mut pipeline, deadline).await?.pop().transpose().map_err(CommandError::Refused)?;
        let info: Option<String> = reply.and_then(|reply| redis::from_redis_value(reply).ok());
        info.as_deref().and_then(Self::read).ok_or_else(|| {
            let source = io::Error::other("its INFO replication has no role or no replication id").into();
            CommandError::Unreachable { address: node.address().to_owned(), source }
        })
    }

    /// Whether this is a primary, and `other` a replica that repeats what it publishes.
    pub(super) fn is_repeated_by(&self, other: &Self) -> bool {
        self.is_primary && !other.is_primary && other.link_up && self.id == other.id
    }

    /// Reads the section `replication` of INFO.
    fn read(info: &str) -> Option<Self> {
        let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        Some(Self {
            is_primary: field("role")? == "master",
            id: field("master_replid")?.to_owned(),
            link_up: field("master_link_status") == Some("up"),
            replicas: info.lines().filter_map(online_replica).collect(),
        })
    }
}

/// Reads a line `slave0:ip=127.0.0.1,port=6380,state=online,offset=14,lag=0`.
fn online_replica(line: &str) -> Option<HostPort> {
    let (name, fields) = line.strip_prefix("slave")?.split_once(':')?;
    name.parse::<u32>().ok()?;
    let field = |name: &str| fields.split(',').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
    let host = HostPort { name: field("ip")?.to_owned(), port: field("port")?.parse().ok()? };
    (field("state")? == "online").then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replica_repeats_a_primary_with_the_same_id_while_its_link_is_up() {
        let primary = "# Replication\r\nrole:master\r\nconnected_slaves:3\r\n\
                       slave0:ip=127.0.0.1,port=6380,state=online,offset=14,lag=0\r\n\
                       slave1:ip=127.0.0.1,port=6381,state=wait_bgsave,offset=0,lag=0\r\n\
                       slave2:ip=::1,port=6382,state=online,offset=14,lag=1\r\nmaster_replid:abc\r\n";
        let replica = "role:slave\r\nslave_read_only:1\r\nmaster_link_status:up\r\nmaster_replid:abc\r\n";
        let read = |info: &str| Replication::read(info).unwrap();
        let replication = read(primary);
        let hosts: Vec<_> = replication.replicas.iter().map(ToString::to_string).collect();
        assert_eq!(hosts, ["127.0.0.1:6380", "[::1]:6382"]);
        assert!(replication.is_repeated_by(&read(replica)));
        for (from, to) in [(":up", ":down"), (":abc", ":def"), ("role:slave", "role:master")] {
            assert!(!replication.is_repeated_by(&read(&replica.replace(from, to))), "{to}");
        }
        assert!(!read(replica).is_repeated_by(&read(replica)));
        assert_eq!(Replication::read("# Server\r\n"), None);
    }
}
