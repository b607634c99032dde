//! Gathers the facts: all that Redis shows, and what the servers answer.

use std::slice;

use futures_util::{FutureExt, StreamExt, stream};
use redis::RedisError;

use super::{
    ClusterSeen, NamespaceSeen,
    calling::{PROBE, ask, versions},
    facts::{Facts, Refusal, Room, Wanted},
    info::Info,
    near::near,
    places::{self, Place},
    subscriber::{Limit, Subscriber},
};
use crate::{
    adapter::{Adapter, Classic, Python, Streams},
    deadline::Deadline,
    detect::readers,
    emitter::Emitter,
    error::Error,
    link::{Answer, Query, Text},
    message::{Message, Target},
};

/// How many namespaces are asked for signs of life: those that the emitter means first.
const ASKED: usize = 16;

/// How many are asked at once. Each has a connection of its own.
const AT_ONCE: usize = 8;

/// Where more channels than this have subscribers, those that are nobody's are not looked for.
const FEW_CHANNELS: u64 = 500;

/// How many numbered streams are looked for.
const STREAMS: u32 = 8;

/// Looks at everything. What is forbidden is left out.
///
/// # Errors
/// [`Error::Unreachable`] and [`Error::Config`]: there is nothing to look at.
pub(super) async fn survey(
    emitter: &Emitter,
    target: &Target,
    probe: bool,
    deadline: Deadline,
) -> Result<Facts, Error> {
    let options = emitter.options();
    let wanted = Wanted {
        adapter: options.adapter.clone(),
        prefix: options.prefix.clone().or_else(|| options.adapter.as_ref().and_then(own_prefix)),
        namespace: target.namespace.clone(),
        database: None,
    };
    let mut survey = Survey { emitter, deadline, facts: Facts { wanted, ..Facts::default() } };
    let found = survey.look().await?;
    survey.call(found, probe).await;
    survey.rehearse().await;
    if let Some(room) = target.rooms.iter().flatten().next() {
        survey.facts.room = survey.room(room).await;
    }
    Ok(survey.facts)
}

struct Survey<'a> {
    emitter: &'a Emitter,
    deadline: Deadline,
    facts: Facts,
}

impl Survey<'_> {
    /// Asks Redis, in two round trips.
    async fn look(&mut self) -> Result<Vec<(Adapter, Vec<NamespaceSeen>)>, Error> {
        let python = Adapter::Python(Python::default());
        let python = match &self.facts.wanted.prefix {
            Some(prefix) => python.with_prefix(prefix.clone()),
            None => python,
        };
        let streams = self.streams();
        let keys: Vec<String> = [None].into_iter().chain((0..STREAMS).map(Some)).map(|n| streams.key(n)).collect();
        let mut queries = vec![
            Query::Text(Text::Info),
            Query::Text(Text::User),
            Query::Text(Text::Connection),
            Query::Text(Text::Subscribers),
            Query::Text(Text::Limits),
            Query::Patterns,
        ];
        queries.extend(keys.iter().map(|key| Query::Type(key.clone())));
        queries.extend(python.census("/").map(Query::Count));
        queries.extend(places::queries());
        let Some(answers) = self.emitter.link().ask(&queries, self.deadline).await? else {
            return Err(Error::Config("there is no Redis to look at".to_owned()));
        };
        let mut answers = answers.into_iter();
        let mut next = |what: &str| {
            let answer = answers.next()?;
            self.facts.seen(what, answer)
        };
        let info = next("INFO").map(Answer::text).unwrap_or_default();
        let user = next("ACL WHOAMI").map(Answer::text);
        let connection = next("CLIENT INFO").map(Answer::text).unwrap_or_default();
        let subscribers = next("CLIENT LIST").map(Answer::text).unwrap_or_default();
        let limits = next("CONFIG GET").map(Answer::text).unwrap_or_default();
        let patterns = next("PUBSUB NUMPAT").map(|answer| answer.count());
        let existing: Vec<_> = keys.iter().filter(|_| next("TYPE").is_some_and(|answer| answer.is_stream())).collect();
        let pythons = next("PUBSUB NUMSUB").map_or(0, |answer| answer.count());
        let mut channels = || next("PUBSUB CHANNELS").map(Answer::channels).unwrap_or_default();
        let named = [channels(), channels()].concat();
        let mut shard_channels = || next("PUBSUB SHARDCHANNELS").map(Answer::channels).unwrap_or_default();
        let shard_named = [shard_channels(), shard_channels()].concat();

        self.facts.info = Info::read(&info);
        self.facts.info.redis.user = user;
        let database = connection.split(' ').find_map(|field| field.strip_prefix("db=")?.parse().ok());
        self.facts.wanted.database = database;
        self.facts.subscribers = Subscriber::read_all(&subscribers);
        self.facts.limit = Limit::read(&limits);
        self.facts.patterns = patterns;
        self.facts.unread_streams = existing.into_iter().cloned().collect();
        let mut found = self.count(places::places(&named, &shard_named)).await?;
        if pythons > 0 {
            found.push((python.clone(), vec![NamespaceSeen::new("*", Some(pythons))]));
        }
        self.tell_streams_apart(&mut found).await?;
        if found.is_empty() && self.facts.info.channels.is_some_and(|count| count <= FEW_CHANNELS) {
            let all = Query::Matching { pattern: "*".to_owned(), sharded: false };
            let answers = self.emitter.link().ask(&[all], self.deadline).await?.into_iter().flatten();
            self.facts.strangers = answers.filter_map(Result::ok).flat_map(Answer::channels).collect();
        }
        Ok(found)
    }

    /// The servers of each namespace.
    async fn count(&self, places: Vec<Place>) -> Result<Vec<(Adapter, Vec<NamespaceSeen>)>, Error> {
        let mut asked = Vec::new();
        for (index, Place { adapter, namespaces }) in places.iter().enumerate() {
            for (namespace, own) in namespaces {
                asked.extend(adapter.census(namespace).map(|census| (index, namespace, *own, Query::Count(census))));
            }
        }
        let queries: Vec<Query> = asked.iter().map(|(.., query)| query.clone()).collect();
        let answers = self.emitter.link().ask(&queries, self.deadline).await?.unwrap_or_default();
        let mut counted: Vec<Vec<NamespaceSeen>> = places.iter().map(|_| Vec::new()).collect();
        for ((index, namespace, own, _), answer) in asked.iter().zip(answers) {
            let Place { adapter, .. } = &places[*index];
            let others = match adapter {
                // The channel serves both.
                Adapter::Classic(classic) => places.iter().find_map(|place| match &place.adapter {
                    Adapter::SocketIoxide(oxide) if !oxide.sharded && oxide.prefix == classic.prefix => {
                        place.namespaces.get(*namespace).copied()
                    }
                    _ => None,
                }),
                _ => None,
            };
            let servers = answer.ok().map(|answer| match adapter {
                Adapter::SocketIoxide(oxide) if !oxide.sharded => *own,
                _ => answer.count().saturating_sub(others.unwrap_or(0)),
            });
            if servers != Some(0) {
                counted[*index].push(NamespaceSeen::new(*namespace, servers));
            }
        }
        let found = places.into_iter().map(|place| place.adapter).zip(counted);
        Ok(found.filter(|(_, namespaces)| !namespaces.is_empty()).collect())
    }

    /// Servers that answer in a stream run that adapter, and only of those of the emitter's prefix is it known whether
    /// there is a stream.
    async fn tell_streams_apart(&mut self, found: &mut Vec<(Adapter, Vec<NamespaceSeen>)>) -> Result<(), Error> {
        let existing = std::mem::take(&mut self.facts.unread_streams);
        let plain = self.streams();
        let numbers: Vec<_> = [None].into_iter().chain((0..STREAMS).map(Some)).collect();
        let numbers: Vec<_> = numbers.into_iter().filter(|n| existing.contains(&plain.key(*n))).collect();
        let mut read: Vec<String> = Vec::new();
        for (adapter, _) in found.iter_mut().filter(|(adapter, _)| adapter.prefix() == plain.prefix) {
            let sharded_pub_sub = matches!(adapter, Adapter::Sharded(_));
            if !sharded_pub_sub && !matches!(adapter, Adapter::Streams(_)) {
                continue;
            }
            let streams = Streams { sharded_pub_sub, ..plain.clone() };
            // Asking is not permitted to everyone.
            let Ok(by) = readers(self.emitter.link(), &streams, &numbers, &["/"], self.deadline.half()).await else {
                continue;
            };
            if !by.is_empty() && sharded_pub_sub {
                *adapter = Adapter::Streams(streams);
            }
            read.extend(by.into_iter().map(|number| plain.key(number)));
        }
        let unread: Vec<String> = existing.into_iter().filter(|key| !read.contains(key)).collect();
        if unread.contains(&plain.prefix) && !found.iter().any(|(adapter, _)| matches!(adapter, Adapter::Streams(_))) {
            let old = Adapter::Streams(plain.clone().before_0_3());
            let servers = self.emitter.count(&old, "/", self.deadline.half()).await.ok().flatten().unwrap_or(0);
            if servers > 0 {
                let seen = NamespaceSeen { answered: Some(servers), ..NamespaceSeen::new("/", Some(servers)) };
                found.push((old, vec![seen]));
                return Ok(());
            }
        }
        (self.facts.read_streams, self.facts.unread_streams) = (read, unread);
        Ok(())
    }

    /// Asks the servers for signs of life.
    async fn call(&mut self, mut found: Vec<(Adapter, Vec<NamespaceSeen>)>, probe: bool) {
        let wanted = self.facts.wanted.clone();
        found.sort_by_key(|(adapter, _)| !wanted.means(&adapter.to_string(), adapter.prefix()));
        let deadline = self.deadline.half();
        let calls = found.iter_mut().flat_map(|(adapter, namespaces)| {
            namespaces.sort_by_key(|namespace| (namespace.name != wanted.namespace, namespace.name.clone()));
            namespaces.iter_mut().map(|namespace| (&*adapter, namespace))
        });
        let emitter = self.emitter;
        let calls = calls.take(ASKED).map(|(adapter, namespace)| {
            let meant = wanted.means(&adapter.to_string(), adapter.prefix());
            let probe = probe && meant && namespace.name == wanted.namespace;
            ask(emitter, adapter, namespace, probe, deadline).boxed()
        });
        let calls: Vec<_> = calls.collect();
        let refusals: Vec<_> = stream::iter(calls).buffer_unordered(AT_ONCE).collect().await;
        for refusal in refusals.into_iter().flatten() {
            if !self.facts.refused.contains(&refusal) {
                self.facts.refused.push(refusal);
            }
        }
        for (adapter, mut namespaces) in found {
            namespaces.sort_by(|a, b| a.name.cmp(&b.name));
            let name = adapter.to_string();
            let cluster = ClusterSeen {
                prefix: adapter.prefix().to_owned(),
                meant: wanted.means(&name, adapter.prefix()),
                versions: versions(emitter, &adapter, self.deadline.half()).await,
                adapter: name,
                namespaces,
            };
            self.facts.clusters.push(cluster);
        }
    }

    /// Would Redis take an emit?
    async fn rehearse(&mut self) {
        let wanted = &self.facts.wanted;
        let given = self.emitter.options().adapter.clone().unwrap_or_else(|| Adapter::Classic(Classic::default()));
        let adapter = self.meant().unwrap_or_else(|| self.emitter.options().complete(given));
        let mut message = Message::emit(PROBE, crate::args::Args::default());
        message.target.of(&wanted.namespace);
        let Ok(command) = adapter.encode(&message) else { return };
        let checked = self
            .emitter
            .link()
            .rehearse(slice::from_ref(&command), self.deadline)
            .await
            .ok()
            .flatten()
            .unwrap_or_default();
        for error in checked.into_iter().filter_map(Result::err) {
            let refusal = Refusal::new(command.name(), command.channel(), &error);
            if !self.facts.refused.contains(&refusal) {
                self.facts.refused.push(refusal);
            }
        }
    }

    /// Who is in the room, by the servers that the emitter means.
    async fn room(&self, name: &str) -> Option<Room> {
        let io = self.emitter.speaking(self.meant()?);
        let here = io.of(&self.facts.wanted.namespace);
        let patience = self.deadline.left() / 2;
        let mut room = Room { name: name.to_owned(), sockets: None, why: String::new(), near: Vec::new() };
        match here.clone().to(name).sockets().timeout(patience).count().await {
            Ok(tally) => room.sockets = Some(tally.count),
            Err(error) => room.why = error.to_string(),
        }
        if room.sockets == Some(0)
            && let Ok(rooms) = here.rooms().timeout(self.deadline.left() / 2).await
        {
            room.near = near(name, rooms.iter().map(String::as_str));
        }
        Some(room)
    }

    /// The adapter of the one cluster that the emitter means.
    fn meant(&self) -> Option<Adapter> {
        let mut meant = self.facts.clusters.iter().filter(|cluster| cluster.meant);
        let (one, None) = (meant.next()?, meant.next()) else { return None };
        one.adapter.parse::<Adapter>().ok().map(|adapter| adapter.with_prefix(one.prefix.clone()))
    }

    fn streams(&self) -> Streams {
        let given = self.emitter.options().adapter.clone().map(|adapter| self.emitter.options().complete(adapter));
        match given {
            Some(Adapter::Streams(streams)) => streams,
            _ => Streams::default().prefix(self.facts.wanted.prefix_for("streams")),
        }
    }
}

impl Facts {
    /// An answer, or a note that there is none.
    fn seen(&mut self, what: &str, answer: Result<Answer, RedisError>) -> Option<Answer> {
        match answer {
            Ok(answer) => Some(answer),
            Err(error) => {
                let refusal = Refusal::new(what, "", &error);
                // An old Redis does not know every question.
                if error.code() == Some("NOPERM") && !self.unseen.contains(&refusal) {
                    self.unseen.push(refusal);
                }
                None
            }
        }
    }
}

/// The prefix of an adapter that was given one of its own.
fn own_prefix(adapter: &Adapter) -> Option<String> {
    let usual = Wanted::default().prefix_for(adapter.name()) == adapter.prefix();
    (!usual).then(|| adapter.prefix().to_owned())
}
