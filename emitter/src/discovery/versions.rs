//! Which Socket.IO do the servers run? RequestBody only where a message depends on it.

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

/// How long an answer holds: servers are upgraded now and then, seldom twice in such a time.
const MAX_AGE: Duration = Duration::from_secs(10);

/// How many namespaces are remembered.
const MAX_NAMESPACES: usize = 64;

/// How long servers have to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// The length of a server's id, which the name of its own response channel ends with.
const SERVER_ID: usize = 6;

/// The Socket.IO versions of each namespace's servers.
#[derive(Debug, Default)]
pub(crate) struct VersionCache(Mutex<HashMap<String, Arc<Refresh<ServerVersions>>>>);

impl VersionCache {
    /// The versions of a namespace's servers: cached, or asked for now.
    pub(super) async fn get(
        &self,
        connection: &Connection,
        classic: &Classic,
        namespace: &str,
        deadline: Deadline,
    ) -> Result<ServerVersions, Error> {
        self.of(namespace).get(async |_| ask(connection, classic, namespace, deadline).await).await
    }

    fn of(&self, namespace: &str) -> Arc<Refresh<ServerVersions>> {
        let mut namespaces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(versions) = namespaces.get(namespace) {
            return Arc::clone(versions);
        }
        if namespaces.len() >= MAX_NAMESPACES {
            namespaces.clear();
        }
        Arc::clone(namespaces.entry(namespace.to_owned()).or_insert_with(|| Arc::new(Refresh::new(MAX_AGE))))
    }
}

/// Servers from `@socket.io/redis-adapter` 7.1 on have a response channel each, which can be seen without asking them.
/// Where some have none, all are asked.
async fn ask(
    connection: &Connection,
    classic: &Classic,
    namespace: &str,
    deadline: Deadline,
) -> Result<ServerVersions, Error> {
    let request = classic.request_channel(namespace);
    let own = classic.response_channel(namespace, Some(""));
    let start = &own[..own.len() - 1];
    let census = SubscriberCount::Channel(request);
    let queries = [RedisQuery::Count(census.clone()), RedisQuery::Channels { start: start.to_owned(), sharded: false }];
    let Some(answers) = connection.query(&queries, deadline).await? else {
        return Ok(SocketIo::V4.into());
    };
    let answers: Result<Vec<_>, _> = answers.into_iter().collect();
    let answers = answers.map_err(|source| match source.code() {
        Some("NOPERM") => Error::Undetected { what: "Socket.IO version", source },
        _ => Error::Refused(source),
    })?;
    let servers = answers.first().map_or(0, QueryResult::count);
    let channels = answers.into_iter().nth(1).map(QueryResult::channels).unwrap_or_default();
    let ids = channels.iter().filter_map(|name| name.strip_prefix(start)?.strip_suffix('#'));
    let newest = ids.filter(|id| id.len() == SERVER_ID).count() as u64;
    if newest >= servers {
        return Ok(SocketIo::V4.into());
    }

    let id = format!("sio-{:016x}", RandomState::new().hash_one(namespace));
    let shared = classic.response_channel(namespace, None);
    let own = classic.response_channel(namespace, Some(&id));
    let deadline = deadline.half().at_most(PATIENCE);
    let mut answers = connection.subscribe(&SubscriptionTarget::Channels(vec![shared, own]), deadline).await?;
    let question = serde_json::to_vec(&VersionProbe::new(&id, &id)).unwrap_or_default();
    connection
        .send(&[Command::publish(census.channel().to_owned(), question)], Some(&census), deadline)
        .await
        .map_err(|error| connection.unsent(error))?;
    let (mut v2, mut later) = (0, 0);
    while v2 + later < servers
        && let Some(answer) = answers.next(deadline).await
    {
        let OwnedFrame::Published { payload, .. } = answer else { continue };
        match is_v2(&payload, &id) {
            Some(true) => v2 += 1,
            Some(false) => later += 1,
            None => {}
        }
    }
    if v2 + later < servers {
        return Err(Error::Unrecognised { silent: servers - v2 - later, servers });
    }
    let generations = [(SocketIo::V2, v2), (SocketIo::V3, later.saturating_sub(newest)), (SocketIo::V4, newest)];
    let mut present = generations.into_iter().filter(|(_, count)| *count > 0).map(|(version, _)| version);
    let oldest = present.next().unwrap_or(SocketIo::V4);
    Ok(ServerVersions { oldest, newest: present.next_back().unwrap_or(oldest) })
}
