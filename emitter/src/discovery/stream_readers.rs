//! Who reads a stream can be found out by asking in it only.

use std::{collections::HashMap, time::Duration};

use crate::{
    adapter::{Adapter, Command, RequestIds, SocketDetail, Streams},
    base::{Deadline, Error},
    connection::{Connection, RedisQuery},
};

/// How long servers have to answer in all.
const PATIENCE: Duration = Duration::from_millis(500);

/// Nobody answers so long after another one did: each answers at once.
const QUIET: Duration = Duration::from_millis(100);

/// Those of the streams that exist which most servers read: a stream can be left over from other days.
pub(crate) async fn stream_readers(
    connection: &Connection,
    streams: &Streams,
    existing: &[Option<u32>],
    namespaces: &[&str],
    deadline: Deadline,
) -> Result<Vec<Option<u32>>, Error> {
    if existing.is_empty() {
        return Ok(Vec::new());
    }
    // Servers may be on `/` only.
    let adapter = Adapter::Streams(streams.clone());
    let mut present = (0, "/");
    for namespace in namespaces {
        let census = adapter.subscriber_count(namespace).into_iter().map(RedisQuery::Count).collect::<Vec<_>>();
        let answers = connection.query(&census, deadline).await?.into_iter().flatten();
        let count = answers.filter_map(Result::ok).map(|answer| answer.count()).sum();
        present = present.max((count, namespace));
    }
    let (servers, namespace) = present;

    let asker = RequestIds::random();
    let asked: Vec<_> = existing.iter().map(|stream| (*stream, asker.next_request())).collect();
    let probe =
        |(stream, ids): &(Option<u32>, RequestIds)| streams.encode_stream_ping(&streams.key(*stream), namespace, ids);
    let inquiries: Vec<_> = asked.iter().map(probe).collect();
    let Some(listen) = inquiries.first().map(|request| request.responses.clone()) else {
        return Ok(Vec::new());
    };
    let mut listener = connection.subscribe(&listen, deadline).await?;
    let commands: Vec<Command> = inquiries.into_iter().map(|request| request.command).collect();
    connection.send(&commands, None, deadline).await.map_err(|error| connection.unsent(error))?;

    let patience = deadline.half().at_most(PATIENCE);
    let mut until = patience;
    let mut answers: HashMap<Option<u32>, u64> = HashMap::new();
    while answers.len() < asked.len() || answers.values().any(|count| *count < servers) {
        let Some(caught) = listener.next(until).await else { break };
        let frame = caught.frame();
        let answered =
            asked.iter().find(|(_, ids)| matches!(adapter.read_reply(&frame, ids, SocketDetail::Id), Ok(Some(_))));
        if let Some((stream, _)) = answered {
            *answers.entry(*stream).or_default() += 1;
            until = patience.at_most(QUIET);
        }
    }
    let most = answers.values().copied().max().unwrap_or(0);
    Ok(existing.iter().copied().filter(|stream| answers.get(stream) == Some(&most)).collect())
}
