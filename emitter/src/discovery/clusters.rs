//! The clusters on a Redis, derived from the names of the channels that their servers subscribe to.

use std::collections::BTreeMap;

use crate::{
    adapter::{Adapter, Classic, Sharded, SocketIoxide, Streams},
    connection::RedisQuery,
};

/// The length of a server id at the end of a channel name, in hexadecimal digits.
const SERVER_ID_LENGTH: usize = 16;

/// A cluster and its namespaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundCluster {
    pub(crate) adapter: Adapter,
    /// The number of servers with a channel of their own, by namespace.
    pub(crate) namespaces: BTreeMap<String, u64>,
}

/// The queries whose results [`find_clusters`] takes: two for channels, then two for shard channels.
pub(crate) fn cluster_queries() -> Vec<RedisQuery> {
    let server_id = "[0-9a-f]".repeat(SERVER_ID_LENGTH);
    // Not `*#/*#*`: each room may have a shard channel, and there may be very many rooms.
    let server_channels = format!("*#/*#{server_id}#");
    let request_channels = "*-request#/*#".to_owned();
    [(&request_channels, false), (&server_channels, false), (&request_channels, true), (&server_channels, true)]
        .map(|(pattern, sharded)| RedisQuery::Matching { pattern: pattern.clone(), sharded })
        .to_vec()
}

/// The clusters that subscribe to these channels.
///
/// Channel names do not distinguish all adapters: a streams cluster on shard channels is reported as sharded, and a
/// socketioxide cluster is reported as classic too, since both subscribe to the same channel.
pub(crate) fn find_clusters(channels: &[String], shard_channels: &[String]) -> Vec<FoundCluster> {
    let mut clusters: BTreeMap<(&str, &str), FoundCluster> = BTreeMap::new();
    let mut add = |kind, prefix, namespace: &str, servers: u64, adapter: &dyn Fn() -> Adapter| {
        let cluster = clusters
            .entry((prefix, kind))
            .or_insert_with(|| FoundCluster { adapter: adapter().with_prefix(prefix), namespaces: BTreeMap::new() });
        *cluster.namespaces.entry(namespace.to_owned()).or_default() += servers;
    };
    for channel in channels {
        match ChannelName::parse(channel) {
            Some(ChannelName::Requests { prefix, namespace }) => {
                add("classic", prefix, namespace, 0, &|| Adapter::Classic(Classic::default()));
            }
            Some(ChannelName::ServerRequests { prefix, namespace }) => {
                add("socketioxide", prefix, namespace, 1, &|| Adapter::SocketIoxide(SocketIoxide::default()));
            }
            Some(ChannelName::Server { prefix, namespace }) => {
                add("streams", prefix, namespace, 1, &|| Adapter::Streams(Streams::default()));
            }
            None => {}
        }
    }
    let sharded_socketioxide = || Adapter::SocketIoxide(SocketIoxide { sharded: true, ..SocketIoxide::default() });
    for channel in shard_channels {
        match ChannelName::parse(channel) {
            Some(ChannelName::Requests { prefix, namespace } | ChannelName::ServerRequests { prefix, namespace }) => {
                add("socketioxide,sharded", prefix, namespace, 1, &sharded_socketioxide);
            }
            Some(ChannelName::Server { prefix, namespace }) => {
                add("sharded", prefix, namespace, 1, &|| Adapter::Sharded(Sharded::default()));
            }
            None => {}
        }
    }
    clusters.into_values().collect()
}

/// A channel name of a Socket.IO server.
enum ChannelName<'a> {
    /// `<prefix>-request#<namespace>#`
    Requests { prefix: &'a str, namespace: &'a str },
    /// `<prefix>-request#<namespace>#<id>#`
    ServerRequests { prefix: &'a str, namespace: &'a str },
    /// `<prefix>#<namespace>#<id>#`
    Server { prefix: &'a str, namespace: &'a str },
}

impl<'a> ChannelName<'a> {
    fn parse(channel: &'a str) -> Option<Self> {
        let name = channel.strip_suffix('#')?;
        if let Some((prefix, namespace)) = name.split_once("-request#") {
            let of_server = namespace.rsplit_once('#').filter(|(_, id)| id.len() == SERVER_ID_LENGTH);
            return Some(match of_server {
                Some((namespace, _)) => Self::ServerRequests { prefix, namespace },
                None => Self::Requests { prefix, namespace },
            });
        }
        let (rest, _) = name.rsplit_once('#')?;
        let start = rest.find("#/")?;
        let (prefix, namespace) = (&rest[..start], &rest[start + 1..]);
        (!prefix.ends_with("-response")).then_some(Self::Server { prefix, namespace })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(channels: &[&str], shard_channels: &[&str]) -> Vec<(String, String, Vec<String>)> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let clusters = find_clusters(&owned(channels), &owned(shard_channels));
        let parts = |cluster: FoundCluster| {
            let (name, prefix) = (cluster.adapter.to_string(), cluster.adapter.prefix().to_owned());
            (name, prefix, cluster.namespaces.into_keys().collect())
        };
        clusters.into_iter().map(parts).collect()
    }

    fn cluster(adapter: &str, prefix: &str, namespaces: &[&str]) -> (String, String, Vec<String>) {
        (adapter.to_owned(), prefix.to_owned(), namespaces.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn channel_names_give_adapter_prefix_and_namespaces() {
        assert_eq!(
            find(&["chat-request#/#", "chat-request#/admin#"], &[]),
            [cluster("classic", "chat", &["/", "/admin"])]
        );
        assert_eq!(
            find(&["s#/#0123456789abcdef#", "s#/a#0123456789abcdef#", "s-response#/#0123456789abcdef#"], &[]),
            [cluster("streams", "s", &["/", "/a"])]
        );
        assert_eq!(find(&[], &["s#/#0123456789abcdef#"]), [cluster("sharded", "s", &["/"])]);
        assert_eq!(find(&[], &["s-request#/#"]), [cluster("socketioxide,sharded", "s", &["/"])]);
        assert_eq!(find(&["news", "#", "x#"], &["news"]), []);
    }

    #[test]
    fn shared_request_channel_gives_classic_and_socketioxide() {
        let channels = ["s-request#/#", "s-request#/#AAAAAAAAAAAAAAAA#"];
        assert_eq!(find(&channels, &[]), [cluster("classic", "s", &["/"]), cluster("socketioxide", "s", &["/"])]);
    }
}
