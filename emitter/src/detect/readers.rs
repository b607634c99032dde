//! Who reads a stream can be found out by asking in it only.

use std::{collections::HashMap, time::Duration};

use crate::{
    adapter::{Adapter, Streams},
    command::Command,
    deadline::Deadline,
    error::Error,
    link::{Link, Query},
    request::{Detail, Ids},
    roll_call::roll_call,
};

/// How long servers have to answer in all.
const PATIENCE: Duration = Duration::from_millis(500);

/// Nobody answers so long after another one did: each answers at once.
const QUIET: Duration = Duration::from_millis(100);

/// Those of the streams that exist which most servers read: a stream can be left over from other days.
pub(crate) async fn readers(
    link: &Link,
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
        let census = adapter.census(namespace).into_iter().map(Query::Count).collect::<Vec<_>>();
        let answers = link.ask(&census, deadline).await?.into_iter().flatten();
        let count = answers.filter_map(Result::ok).map(|answer| answer.count()).sum();
        present = present.max((count, namespace));
    }
    let (servers, namespace) = present;

    let asker = Ids::random();
    let asked: Vec<_> = existing.iter().map(|stream| (*stream, asker.again())).collect();
    let probe = |(stream, ids): &(Option<u32>, Ids)| streams.probe(&streams.key(*stream), namespace, ids);
    let inquiries: Vec<_> = asked.iter().map(probe).collect();
    let Some(listen) = inquiries.first().map(|inquiry| inquiry.listen.clone()) else {
        return Ok(Vec::new());
    };
    let mut listener = link.listen(&listen, deadline).await?;
    let commands: Vec<Command> = inquiries.into_iter().map(|inquiry| inquiry.command).collect();
    link.send(&commands, None, deadline).await.map_err(|error| link.unsent(error))?;

    let patience = deadline.half().at_most(PATIENCE);
    let mut until = patience;
    let mut answers: HashMap<Option<u32>, u64> = HashMap::new();
    while answers.len() < asked.len() || answers.values().any(|count| *count < servers) {
        let Some(caught) = listener.next(until).await else { break };
        let frame = caught.frame();
        let answered = asked.iter().find(|(_, ids)| matches!(adapter.reply(&frame, ids, Detail::Id), Ok(Some(_))));
        if let Some((stream, _)) = answered {
            *answers.entry(*stream).or_default() += 1;
            until = patience.at_most(QUIET);
        }
    }
    let most = answers.values().copied().max().unwrap_or(0);
    Ok(existing.iter().copied().filter(|stream| answers.get(stream) == Some(&most)).collect())
}

/// True if servers answer to a question in the stream.
pub(super) async fn answer_in(
    link: &Link,
    adapter: &Adapter,
    namespace: &str,
    deadline: Deadline,
) -> Result<bool, Error> {
    for namespace in [namespace, "/"] {
        if roll_call(link, adapter, namespace, deadline).await? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
