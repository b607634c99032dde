use std::{collections::HashMap, time::Duration};

use crate::{
    adapter::{Adapter, Command, RequestIds, SocketDetail, Streams},
    base::{Deadline, Error},
    connection::{Connection, RedisQuery},
};

/// The longest wait for all replies together.
const REPLY_TIMEOUT: Duration = Duration::from_millis(500);

/// The longest wait for the next reply once one has arrived: servers reply at once.
const REPLY_GAP_TIMEOUT: Duration = Duration::from_millis(100);

/// Those of the existing streams that servers read; where their numbers differ, the streams with the most readers.
///
/// Redis does not show who reads a stream, and a stream may be left over. So a request is appended to each: the servers
/// that read it reply on a channel.
pub(crate) async fn streams_with_readers(
    connection: &Connection,
    streams: &Streams,
    existing: &[Option<u32>],
    namespaces: &[&str],
    deadline: Deadline,
) -> Result<Vec<Option<u32>>, Error> {
    if existing.is_empty() {
        return Ok(Vec::new());
    }
    // The servers may have `/` only: the namespace with the most servers is asked.
    let adapter = Adapter::Streams(streams.clone());
    let mut most = (0, "/");
    for namespace in namespaces {
        let queries = adapter.subscriber_count(namespace).into_iter().map(RedisQuery::Count).collect::<Vec<_>>();
        let results = connection.query(&queries, deadline).await?.into_iter().flatten();
        let count = results.filter_map(Result::ok).map(|result| result.count()).sum();
        most = most.max((count, namespace));
    }
    let (servers, namespace) = most;

    let ids = RequestIds::random();
    let streams_by_id: Vec<_> = existing.iter().map(|stream| (*stream, ids.next_request())).collect();
    let request =
        |(stream, ids): &(Option<u32>, RequestIds)| streams.encode_stream_ping(&streams.key(*stream), namespace, ids);
    let requests: Vec<_> = streams_by_id.iter().map(request).collect();
    let Some(responses) = requests.first().map(|request| request.responses.clone()) else {
        return Ok(Vec::new());
    };
    let mut subscription = connection.subscribe(&responses, deadline).await?;
    let commands: Vec<Command> = requests.into_iter().map(|request| request.command).collect();
    connection.send(&commands, None, deadline).await.map_err(|error| connection.unsent(error))?;

    let receive_until = deadline.half().at_most(REPLY_TIMEOUT);
    let mut next_until = receive_until;
    let mut readers: HashMap<Option<u32>, u64> = HashMap::new();
    while readers.len() < streams_by_id.len() || readers.values().any(|count| *count < servers) {
        let Some(frame) = subscription.next(next_until).await else { break };
        let frame = frame.frame();
        let answered = streams_by_id
            .iter()
            .find(|(_, ids)| matches!(adapter.read_reply(&frame, ids, SocketDetail::Id), Ok(Some(_))));
        if let Some((stream, _)) = answered {
            *readers.entry(*stream).or_default() += 1;
            next_until = receive_until.at_most(REPLY_GAP_TIMEOUT);
        }
    }
    let most_readers = readers.values().copied().max().unwrap_or(0);
    Ok(existing.iter().copied().filter(|stream| readers.get(stream) == Some(&most_readers)).collect())
}
