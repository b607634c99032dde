//! Which Socket.IO do the servers run? Asked only where a message depends on it.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    adapter::{Classic, Question, SocketIo, Versions, is_v2},
    command::Command,
    deadline::Deadline,
    error::Error,
    link::{Answer, Caught, Census, Link, Listen, Query},
};

/// How long an answer holds: servers are upgraded now and then, seldom twice in such a time.
const FRESH: Duration = Duration::from_secs(10);

/// How many namespaces are remembered.
const REMEMBERED: usize = 64;

/// How long servers have to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// The length of a server's id, which the name of its own response channel ends with.
const SERVER_ID: usize = 6;

/// What was found out lately, by namespace.
#[derive(Debug, Default)]
pub(crate) struct Recognised(Mutex<HashMap<String, (Instant, Versions)>>);

impl Recognised {
    /// The generations of a namespace's servers, asked for unless known.
    pub(crate) async fn versions(
        &self,
        link: &Link,
        classic: &Classic,
        namespace: &str,
        deadline: Deadline,
    ) -> Result<Versions, Error> {
        if let Some((at, versions)) = self.lock().get(namespace).copied()
            && at.elapsed() < FRESH
        {
            return Ok(versions);
        }
        let versions = ask(link, classic, namespace, deadline).await?;
        let mut known = self.lock();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(namespace.to_owned(), (Instant::now(), versions));
        Ok(versions)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Instant, Versions)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Servers from `@socket.io/redis-adapter` 7.1 on have a response channel each, which can be seen without asking them.
/// Where some have none, all are asked.
async fn ask(link: &Link, classic: &Classic, namespace: &str, deadline: Deadline) -> Result<Versions, Error> {
    let request = classic.request_channel(namespace);
    let own = classic.response_channel(namespace, Some(""));
    let start = &own[..own.len() - 1];
    let census = Census::Channel(request);
    let queries = [Query::Count(census.clone()), Query::Channels { start: start.to_owned(), sharded: false }];
    let Some(answers) = link.ask(&queries, deadline).await? else {
        return Ok(SocketIo::V4.into());
    };
    let answers: Result<Vec<_>, _> = answers.into_iter().collect();
    let answers = answers.map_err(|source| match source.code() {
        Some("NOPERM") => Error::Undetected { what: "Socket.IO", source },
        _ => Error::Refused(source),
    })?;
    let servers = answers.first().map_or(0, Answer::count);
    let channels = answers.into_iter().nth(1).map(Answer::channels).unwrap_or_default();
    let ids = channels.iter().filter_map(|name| name.strip_prefix(start)?.strip_suffix('#'));
    let newest = ids.filter(|id| id.len() == SERVER_ID).count() as u64;
    if newest >= servers {
        return Ok(SocketIo::V4.into());
    }

    let id = format!("sio-{:016x}", RandomState::new().hash_one(namespace));
    let shared = classic.response_channel(namespace, None);
    let own = classic.response_channel(namespace, Some(&id));
    let deadline = deadline.half().at_most(PATIENCE);
    let mut answers = link.listen(&Listen::Channels(vec![shared, own]), deadline).await?;
    let question = serde_json::to_vec(&Question::new(&id, &id)).unwrap_or_default();
    link.send(&[Command::publish(census.channel().to_owned(), question)], Some(&census), deadline)
        .await
        .map_err(|error| link.unsent(error))?;
    let (mut v2, mut later) = (0, 0);
    while v2 + later < servers
        && let Some(answer) = answers.next(deadline).await
    {
        let Caught::Published { payload, .. } = answer else { continue };
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
    Ok(Versions { oldest, newest: present.next_back().unwrap_or(oldest) })
}
