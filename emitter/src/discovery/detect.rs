//! Which adapter do the servers run? Questions to Redis tell, and where these cannot, the servers are asked.
//!
//! | seen | adapter |
//! |---|---|
//! | subscribers of `<prefix>-request#<namespace>#` | classic; socketioxide, if there are such channels with an id behind it |
//! | the same on a shard channel | socketioxide on a Redis Cluster |
//! | subscribers of the shard channel `<prefix>#<namespace>#` | sharded; streams, if they answer in a stream |
//! | subscribers of the channel `<prefix>#<namespace>#` | streams |
//! | subscribers of the channel `socketio` | python |
//! | none of these, but servers answer in the stream `<prefix>` | streams before 0.3 |
//!
//! A fresh cluster of streams on shard channels, which has no stream yet, looks like sharded. It takes what is written
//! for sharded, which is MessagePack, all the same.

use super::{
    count_by_ping::count_by_ping,
    elsewhere::elsewhere,
    signs::{Sign, Signs},
    stream_readers::stream_readers,
};
use crate::{
    adapter::{Adapter, Classic, Python, Sharded, SocketIoxide, StreamChoice, Streams},
    base::{Deadline, Error},
    connection::{Connection, Options},
};

/// The one adapter with servers on the namespace or, since every server has it, on `/`. Without Redis it is classic.
///
/// # Errors
/// [`Error::NoServers`] if there is none, [`Error::SeveralAdapters`] if there is more than one.
pub(crate) async fn detect(
    connection: &Connection,
    options: &Options,
    namespace: &str,
    deadline: Deadline,
) -> Result<Adapter, Error> {
    let named = |adapter| options.apply_to(adapter);
    let classic = named(Adapter::Classic(Classic::default()));
    let namespaces = [namespace, "/"];
    let namespaces = if namespace == "/" { &namespaces[1..] } else { &namespaces[..] };
    let Some(signs) = Signs::look(connection, options, namespaces, deadline).await? else {
        return Ok(classic);
    };

    let mut found = Vec::new();
    if signs.has_classic() {
        found.push(classic.clone());
    }
    if signs.count(Sign::OxideServers) > 0 {
        found.push(named(Adapter::SocketIoxide(SocketIoxide::default())));
    }
    if signs.count(Sign::OxideShards) > 0 {
        found.push(named(Adapter::SocketIoxide(SocketIoxide { sharded: true, ..SocketIoxide::default() })));
    }
    if signs.count(Sign::Python) > 0 {
        found.push(named(Adapter::Python(Python::default())));
    }
    let streams = |sharded_pub_sub| {
        let streams = Streams { sharded_pub_sub, ..Streams::default() };
        match &options.prefix {
            Some(prefix) => streams.prefix(prefix),
            None => streams,
        }
    };
    let existing = signs.streams();
    if signs.count(Sign::Channel) > 0 {
        let read = stream_readers(connection, &streams(false), &existing, namespaces, deadline).await?;
        found.push(Adapter::Streams(streams(false).with_stream_choice(place(&read))));
    }
    if signs.count(Sign::Shards) > 0 {
        let read = stream_readers(connection, &streams(true), &existing, namespaces, deadline).await?;
        found.push(match place(&read) {
            StreamChoice::NoStream => named(Adapter::Sharded(Sharded::default())),
            place => Adapter::Streams(streams(true).with_stream_choice(place)),
        });
    }
    if found.is_empty() && existing.contains(&None) {
        let old = Adapter::Streams(streams(false).before_0_3());
        if answer_in(connection, &old, namespace, deadline).await? {
            found.push(old);
        }
    }

    match (found.len(), signs.forbidden) {
        (0, Some(source)) => Err(Error::Undetected { what: "adapter", source }),
        (0, None) => {
            let channel =
                classic.subscriber_count(namespace).map(|count| count.channel().to_owned()).unwrap_or_default();
            Err(Error::NoServers { channel, elsewhere: elsewhere(connection, deadline).await })
        }
        (1, _) => Ok(found.remove(0)),
        _ => Err(Error::SeveralAdapters { found: found.iter().map(Adapter::to_string).collect() }),
    }
}

/// Where events go, if these streams are read: where there is none, to the channel.
fn place(read: &[Option<u32>]) -> StreamChoice {
    let numbers: Vec<u32> = read.iter().copied().flatten().collect();
    match (read.contains(&None), numbers.is_empty()) {
        (true, _) => StreamChoice::ByNamespace,
        (false, true) => StreamChoice::NoStream,
        (false, false) => StreamChoice::Among(numbers),
    }
}

/// True if servers answer to a question in the stream.
async fn answer_in(
    connection: &Connection,
    adapter: &Adapter,
    namespace: &str,
    deadline: Deadline,
) -> Result<bool, Error> {
    for namespace in [namespace, "/"] {
        if count_by_ping(connection, adapter, namespace, deadline).await? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
