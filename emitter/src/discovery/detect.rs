//! Detects the servers' adapter: by what Redis shows and, where that is ambiguous, by requests to the servers.
//!
//! | evidence | adapter |
//! |---|---|
//! | subscribers of `<prefix>-request#<namespace>#` | classic; socketioxide, if there are such channels with a server id appended |
//! | the same on a shard channel | socketioxide on a Redis Cluster |
//! | subscribers of the shard channel `<prefix>#<namespace>#` | sharded; streams, if servers answer a request in a stream |
//! | subscribers of the channel `<prefix>#<namespace>#` | streams |
//! | subscribers of the channel `socketio` | python |
//! | none of these, but servers answer a request in the stream `<prefix>` | streams before 0.3 |
//!
//! A new streams cluster on shard channels, which has no stream yet, is detected as sharded. Its servers accept messages of
//! the sharded adapter.

use super::{
    count_by_ping::count_by_ping,
    detection_queries::{DetectionQuery, DetectionResults},
    other_clusters::other_clusters,
    stream_readers::streams_with_readers,
};
use crate::{
    adapter::{Adapter, Classic, Python, Sharded, SocketIoxide, StreamChoice, Streams},
    base::{Deadline, Error},
    connection::{Connection, Options},
};

/// The one adapter that has servers on the namespace or on `/`, which every server has. Without Redis, classic.
///
/// # Errors
/// [`Error::NoServers`] if there is none, [`Error::SeveralAdapters`] if there is more than one.
pub(crate) async fn detect(
    connection: &Connection,
    options: &Options,
    namespace: &str,
    deadline: Deadline,
) -> Result<Adapter, Error> {
    let configure = |adapter| options.apply_to(adapter);
    let classic = configure(Adapter::Classic(Classic::default()));
    let namespaces = [namespace, "/"];
    let namespaces = if namespace == "/" { &namespaces[1..] } else { &namespaces[..] };
    let Some(results) = DetectionResults::query(connection, options, namespaces, deadline).await? else {
        return Ok(classic);
    };

    let mut found = Vec::new();
    if results.has_classic() {
        found.push(classic.clone());
    }
    if results.count(DetectionQuery::SocketIoxideServers) > 0 {
        found.push(configure(Adapter::SocketIoxide(SocketIoxide::default())));
    }
    if results.count(DetectionQuery::SocketIoxideShards) > 0 {
        found.push(configure(Adapter::SocketIoxide(SocketIoxide { sharded: true, ..SocketIoxide::default() })));
    }
    if results.count(DetectionQuery::Python) > 0 {
        found.push(configure(Adapter::Python(Python::default())));
    }
    let streams = |sharded_pub_sub| {
        let streams = Streams { sharded_pub_sub, ..Streams::default() };
        match &options.prefix {
            Some(prefix) => streams.prefix(prefix),
            None => streams,
        }
    };
    let existing = results.existing_streams();
    if results.count(DetectionQuery::Streams) > 0 {
        let read = streams_with_readers(connection, &streams(false), &existing, namespaces, deadline).await?;
        found.push(Adapter::Streams(streams(false).with_stream_choice(stream_choice(&read))));
    }
    if results.count(DetectionQuery::Sharded) > 0 {
        let read = streams_with_readers(connection, &streams(true), &existing, namespaces, deadline).await?;
        found.push(match stream_choice(&read) {
            StreamChoice::NoStream => configure(Adapter::Sharded(Sharded::default())),
            choice => Adapter::Streams(streams(true).with_stream_choice(choice)),
        });
    }
    if found.is_empty() && existing.contains(&None) {
        let before_0_3 = Adapter::Streams(streams(false).before_0_3());
        for namespace in [namespace, "/"] {
            if count_by_ping(connection, &before_0_3, namespace, deadline).await? > 0 {
                found.push(before_0_3);
                break;
            }
        }
    }

    match (found.len(), results.refused) {
        (0, Some(source)) => Err(Error::Undetected { what: "adapter", source }),
        (0, None) => {
            let channel =
                classic.subscriber_count(namespace).map(|count| count.channel().to_owned()).unwrap_or_default();
            Err(Error::NoServers { channel, elsewhere: other_clusters(connection, deadline).await })
        }
        (1, _) => Ok(found.remove(0)),
        _ => Err(Error::SeveralAdapters { found: found.iter().map(Adapter::to_string).collect() }),
    }
}

/// Where events go if servers read these streams.
fn stream_choice(read: &[Option<u32>]) -> StreamChoice {
    let numbers: Vec<u32> = read.iter().copied().flatten().collect();
    match (read.contains(&None), numbers.is_empty()) {
        (true, _) => StreamChoice::ByNamespace,
        (false, true) => StreamChoice::NoStream,
        (false, false) => StreamChoice::Among(numbers),
    }
}
