//! Replicas: they repeat what their primary publishes, and it does not count their subscribers.

use redis::Pipeline;

use super::{CommandError, access::HostPort, deployment::Deployment, redis_node::RedisNode};
use crate::base::Deadline;

/// What a server says about whom it copies, and who copies it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Replication {
    primary: bool,
    /// A replica has that of its primary: by this it is told from another Redis at the same address.
    id: String,
    /// A replica gets what its primary publishes.
    up: bool,
    replicas: Vec<HostPort>,
}

/// A replica of this primary, if one can be reached from here.
pub(super) async fn find(
    primary: &RedisNode,
    source: &Deployment,
    deadline: Deadline,
) -> Result<RedisNode, CommandError> {
    let said = Replication::of(primary, deadline).await?;
    for host in said.replicas.iter().filter(|_| said.primary) {
        let Some(replica) = source.replica(host) else { continue };
        let replica = replica?;
        // An address may hold for other machines only: each of them gets a part of the time.
        let copy = Replication::of(&replica, deadline.half()).await;
        if copy.is_ok_and(|copy| said.is_copied_by(&copy)) {
            return Ok(replica);
        }
    }
    let why = "no replica of it can be reached from here and is up to date";
    Err(CommandError::Unreachable { address: primary.address().to_owned(), source: std::io::Error::other(why).into() })
}

impl Replication {
    pub(super) async fn of(node: &RedisNode, deadline: Deadline) -> Result<Self, CommandError> {
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.add_command(redis::cmd("INFO").arg("replication").take());
        let reply = node.run(&mut pipeline, deadline).await?.pop().transpose().map_err(CommandError::Refused)?;
        let info: Option<String> = reply.and_then(|reply| redis::from_redis_value(reply).ok());
        info.as_deref().and_then(Self::read).ok_or_else(|| {
            let source = std::io::Error::other("it does not say whose replica it is").into();
            CommandError::Unreachable { address: node.address().to_owned(), source }
        })
    }

    /// True while that one repeats what this one publishes.
    pub(super) fn is_copied_by(&self, other: &Self) -> bool {
        self.primary && !other.primary && other.up && self.id == other.id
    }

    fn read(info: &str) -> Option<Self> {
        let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        Some(Self {
            primary: field("role")? == "master",
            id: field("master_replid")?.to_owned(),
            up: field("master_link_status") == Some("up"),
            replicas: info.lines().filter_map(replica).collect(),
        })
    }
}

/// `slave0:ip=127.0.0.1,port=6380,state=online,offset=14,lag=0`, if it has its copy.
fn replica(line: &str) -> Option<HostPort> {
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
    fn a_replica_is_known_by_its_primary_s_id() {
        let primary = "# Replication\r\nrole:master\r\nconnected_slaves:3\r\n\
                       slave0:ip=127.0.0.1,port=6380,state=online,offset=14,lag=0\r\n\
                       slave1:ip=127.0.0.1,port=6381,state=wait_bgsave,offset=0,lag=0\r\n\
                       slave2:ip=::1,port=6382,state=online,offset=14,lag=1\r\nmaster_replid:abc\r\n";
        let replica = "role:slave\r\nslave_read_only:1\r\nmaster_link_status:up\r\nmaster_replid:abc\r\n";
        let read = |info: &str| Replication::read(info).unwrap();
        let said = read(primary);
        let hosts: Vec<_> = said.replicas.iter().map(ToString::to_string).collect();
        assert_eq!(hosts, ["127.0.0.1:6380", "[::1]:6382"]);
        assert!(said.is_copied_by(&read(replica)));
        for (from, to) in [(":up", ":down"), (":abc", ":def"), ("role:slave", "role:master")] {
            assert!(!said.is_copied_by(&read(&replica.replace(from, to))), "{to}");
        }
        assert!(!read(replica).is_copied_by(&read(replica)));
        assert_eq!(Replication::read("# Server\r\n"), None);
    }
}
