//! How many servers are there, where Redis cannot tell? They are asked, and counted by their answers.

use std::{collections::HashSet, slice, time::Duration};

use crate::{
    adapter::{Adapter, RequestBody, RequestIds, SocketDetail},
    base::{Deadline, Error},
    connection::Connection,
    message::Target,
};

/// How long servers have to answer in all.
const PATIENCE: Duration = Duration::from_secs(1);

/// Nobody answers so long after another one did: each answers at once.
const QUIET: Duration = Duration::from_millis(200);

/// The servers of a namespace that answered. A frozen one is not among them.
pub(crate) async fn count_by_ping(
    connection: &Connection,
    adapter: &Adapter,
    namespace: &str,
    deadline: Deadline,
) -> Result<u64, Error> {
    let ids = RequestIds::random();
    let mut target = Target::default();
    target.of(namespace);
    let request = adapter.encode_request(&RequestBody::Servers(target.clone()), &ids)?;
    let mut listener = connection.subscribe(&request.responses, deadline).await?;
    let sent = connection
        .send(slice::from_ref(&request.command), None, deadline)
        .await
        .map_err(|error| connection.unsent(error))?;
    sent.results.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut present = HashSet::new();
    let patience = deadline.half().at_most(PATIENCE);
    let mut until = patience;
    while let Some(caught) = listener.next(until).await {
        if let Ok(Some(reply)) = adapter.read_reply(&caught.frame(), &ids, SocketDetail::Id) {
            present.insert(reply.server);
            until = patience.at_most(QUIET);
        }
    }
    Ok(present.len() as u64)
}
