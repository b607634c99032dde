//! Which clusters there are, by the names of the channels that their servers subscribe to.

use std::collections::BTreeMap;

use crate::{
    adapter::{Adapter, Classic, Sharded, SocketIoxide, Streams},
    connection::RedisQuery,
};

/// What a server's id looks like, where it is the end of a channel's name: 16 hexadecimal digits.
const NODE_ID: usize = 16;

/// What the clusters are told by.
pub(crate) fn cluster_queries() -> Vec<RedisQuery> {
    let node_id = "[0-9a-f]".repeat(NODE_ID);
    // Rooms may have shard channels, and there may be very many rooms.
    let own = format!("*#/*#{node_id}#");
    let requests = "*-request#/*#".to_owned();
    [(&requests, false), (&own, false), (&requests, true), (&own, true)]
        .map(|(pattern, sharded)| RedisQuery::Matching { pattern: pattern.clone(), sharded })
        .to_vec()
}

/// A cluster, and its namespaces, each with the number of servers that have a channel of their own there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundCluster {
    pub(crate) adapter: Adapter,
    pub(crate) namespaces: BTreeMap<String, u64>,
}

/// The clusters whose channels these are: the answers to [`cluster_queries`], those of shard channels last. What is on shard
/// channels is taken for the sharded adapter, from which streams there cannot be told; and where there is socketioxide,
/// there may be classic too: the same channel serves both.
pub(crate) fn clusters(channels: &[String], shard_channels: &[String]) -> Vec<FoundCluster> {
    let mut clusters: BTreeMap<(&str, &str), FoundCluster> = BTreeMap::new();
    let mut add = |kind, prefix, namespace: &str, own: u64, adapter: &dyn Fn() -> Adapter| {
        let cluster = clusters
            .entry((prefix, kind))
            .or_insert_with(|| FoundCluster { adapter: adapter().with_prefix(prefix), namespaces: BTreeMap::new() });
        *cluster.namespaces.entry(namespace.to_owned()).or_default() += own;
    };
    for channel in channels {
        match ChannelName::read(channel) {
            Some(ChannelName::Requests { prefix, namespace }) => {
                add("classic", prefix, namespace, 0, &|| Adapter::Classic(Classic::default()));
            }
            Some(ChannelName::OwnRequests { prefix, namespace }) => {
                add("socketioxide", prefix, namespace, 1, &|| Adapter::SocketIoxide(SocketIoxide::default()));
            }
            Some(ChannelName::Own { prefix, namespace }) => {
                add("streams", prefix, namespace, 1, &|| Adapter::Streams(Streams::default()));
            }
            None => {}
        }
    }
    let sharded_oxide = || Adapter::SocketIoxide(SocketIoxide { sharded: true, ..SocketIoxide::default() });
    for channel in shard_channels {
        match ChannelName::read(channel) {
            Some(ChannelName::Requests { prefix, namespace } | ChannelName::OwnRequests { prefix, namespace }) => {
                add("socketioxide,sharded", prefix, namespace, 1, &sharded_oxide);
            }
            Some(ChannelName::Own { prefix, namespace }) => {
                add("sharded", prefix, namespace, 1, &|| Adapter::Sharded(Sharded::default()));
            }
            None => {}
        }
    }
    clusters.into_values().collect()
}

/// What a channel's name says.
enum ChannelName<'a> {
    /// `<prefix>-request#<namespace>#`
    Requests { prefix: &'a str, namespace: &'a str },
    /// `<prefix>-request#<namespace>#<id>#`
    OwnRequests { prefix: &'a str, namespace: &'a str },
    /// `<prefix>#<namespace>#<id>#`
    Own { prefix: &'a str, namespace: &'a str },
}

impl<'a> ChannelName<'a> {
    fn read(channel: &'a str) -> Option<Self> {
        let name = channel.strip_suffix('#')?;
        if let Some((prefix, namespace)) = name.split_once("-request#") {
            let own = namespace.rsplit_once('#').filter(|(_, id)| id.len() == NODE_ID);
            return Some(match own {
                Some((namespace, _)) => Self::OwnRequests { prefix, namespace },
                None => Self::Requests { prefix, namespace },
            });
        }
        let (rest, _) = name.rsplit_once('#')?;
        let start = rest.find("#/")?;
        let (prefix, namespace) = (&rest[..start], &rest[start + 1..]);
        (!prefix.ends_with("-response")).then_some(Self::Own { prefix, namespace })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(channels: &[&str], shard_channels: &[&str]) -> Vec<(String, String, Vec<String>)> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let clusters = clusters(&owned(channels), &owned(shard_channels));
        let told = |cluster: FoundCluster| {
            let (name, prefix) = (cluster.adapter.to_string(), cluster.adapter.prefix().to_owned());
            (name, prefix, cluster.namespaces.into_keys().collect())
        };
        clusters.into_iter().map(told).collect()
    }

    fn cluster(adapter: &str, prefix: &str, namespaces: &[&str]) -> (String, String, Vec<String>) {
        (adapter.to_owned(), prefix.to_owned(), namespaces.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn names_tell_adapter_prefix_and_namespace() {
        assert_eq!(
            read(&["chat-request#/#", "chat-request#/admin#"], &[]),
            [cluster("classic", "chat", &["/", "/admin"])]
        );
        assert_eq!(
            read(&["s#/#0123456789abcdef#", "s#/a#0123456789abcdef#", "s-response#/#0123456789abcdef#"], &[]),
            [cluster("streams", "s", &["/", "/a"])]
        );
        assert_eq!(read(&[], &["s#/#0123456789abcdef#"]), [cluster("sharded", "s", &["/"])]);
        assert_eq!(read(&[], &["s-request#/#"]), [cluster("socketioxide,sharded", "s", &["/"])]);
        assert_eq!(read(&["news", "#", "x#"], &["news"]), []);
    }

    #[test]
    fn two_adapters_may_share_a_channel() {
        let channels = ["s-request#/#", "s-request#/#AAAAAAAAAAAAAAAA#"];
        assert_eq!(read(&channels, &[]), [cluster("classic", "s", &["/"]), cluster("socketioxide", "s", &["/"])]);
    }
}
