//! The Socket.IO versions of classic servers. Looked up only for messages that depend on them.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{
    adapter::{Classic, Command, ServerVersions, SocketIo, SubscriberCount, SubscriptionTarget, VersionProbe, is_v2},
    base::{Deadline, Error},
    connection::{Connection, OwnedFrame, QueryResult, RedisQuery, Refresh},
};

/// The age at which versions are looked up again: servers may be upgraded at any time.
const VERSIONS_MAX_AGE: Duration = Duration::from_secs(10);

/// The number of namespaces whose versions are cached.
const MAX_CACHED_NAMESPACES: usize = 64;

/// The longest wait for the servers' replies.
const REPLY_TIMEOUT: Duration = Duration::from_secs(1);

/// The length of the server id at the end of a response channel's name.
const SERVER_ID_LENGTH: usize = 6;

/// The Socket.IO versions of each namespace's servers.
#[derive(Debug, Default)]
pub(super) struct VersionCache(Mutex<HashMap<String, Arc<Refresh<ServerVersions>>>>);

impl VersionCache {
    /// The versions of a namespace's servers: cached, or looked up now.
    pub(super) async fn get(
        &self,
        connection: &Connection,
        classic: &Classic,
        namespace: &str,
        deadline: Deadline,
    ) -> Result<ServerVersions, Error> {
        let versions = self.namespace(namespace);
        versions.get(async |_| detect_versions(connection, classic, namespace, deadline).await).await
    }

    fn namespace(&self, namespace: &str) -> Arc<Refresh<ServerVersions>> {
        let mut namespaces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(versions) = namespaces.get(namespace) {
            return Arc::clone(versions);
        }
        if namespaces.len() >= MAX_CACHED_NAMESPACES {
            namespaces.clear();
        }
        Arc::clone(namespaces.entry(namespace.to_owned()).or_insert_with(|| Arc::new(Refresh::new(VERSIONS_MAX_AGE))))
    }
}

/// Servers with `@socket.io/redis-adapter` 7.1 or later have a response channel each, which Redis shows. If some servers
/// have none, all are sent a request whose replies differ by version.
async fn detect_versions(
    connection: &Connection,
    classic: &Classic,
    namespace: &str,
    deadline: Deadline,
) -> Result<ServerVersions, Error> {
    let request_channel = classic.request_channel(namespace);
    let own_channel = classic.response_channel(namespace, Some(""));
    let start = &own_channel[..own_channel.len() - 1];
    let subscribers = SubscriberCount::Channel(request_channel);
    let queries =
        [RedisQuery::Count(subscribers.clone()), RedisQuery::Channels { start: start.to_owned(), sharded: false }];
    let Some(results) = connection.query(&queries, deadline).await? else {
        return Ok(SocketIo::V4.into());
    };
    let results: Result<Vec<_>, _> = results.into_iter().collect();
    let results = results.map_err(|source| match source.code() {
        Some("NOPERM") => Error::Undetected { what: "Socket.IO version", source },
        _ => Error::Refused(source),
    })?;
    let servers = results.first().map_or(0, QueryResult::count);
    let channels = results.into_iter().nth(1).map(QueryResult::channels).unwrap_or_default();
    let ids = channels.iter().filter_map(|name| name.strip_prefix(start)?.strip_suffix('#'));
    let v4 = ids.filter(|id| id.len() == SERVER_ID_LENGTH).count() as u64;
    if v4 >= servers {
        return Ok(SocketIo::V4.into());
    }

    let id = format!("sio-{:016x}", RandomState::new().hash_one(namespace));
    let response_channels =
        vec![classic.response_channel(namespace, None), classic.response_channel(namespace, Some(&id))];
    let deadline = deadline.half().at_most(REPLY_TIMEOUT);
    let mut subscription = connection.subscribe(&SubscriptionTarget::Channels(response_channels), deadline).await?;
    let request = serde_json::to_vec(&VersionProbe::new(&id, &id)).unwrap_or_default();
    connection
        .send(&[Command::publish(subscribers.channel().to_owned(), request)], Some(&subscribers), deadline)
        .await
        .map_err(|error| connection.unsent(error))?;
    let (mut v2, mut v3_or_v4) = (0, 0);
    while v2 + v3_or_v4 < servers
        && let Some(frame) = subscription.next(deadline).await
    {
        let OwnedFrame::Published { payload, .. } = frame else { continue };
        match is_v2(&payload, &id) {
            Some(true) => v2 += 1,
            Some(false) => v3_or_v4 += 1,
            None => {}
        }
    }
    if v2 + v3_or_v4 < servers {
        return Err(Error::Unrecognised { silent: servers - v2 - v3_or_v4, servers });
    }
    let counts = [(SocketIo::V2, v2), (SocketIo::V3, v3_or_v4.saturating_sub(v4)), (SocketIo::V4, v4)];
    let mut present = counts.into_iter().filter(|(_, count)| *count > 0).map(|(version, _)| version);
    let oldest = present.next().unwrap_or(SocketIo::V4);
    Ok(ServerVersions { oldest, newest: present.next_back().unwrap_or(oldest) })
}
