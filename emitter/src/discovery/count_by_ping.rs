use std::{collections::HashSet, slice, time::Duration};

use crate::{
    adapter::{Adapter, RequestBody, RequestIds, SocketDetail},
    base::{Deadline, Error},
    connection::Connection,
    message::Target,
};

/// The longest wait for all replies together.
const PING_TIMEOUT: Duration = Duration::from_secs(1);

/// The longest wait for the next reply once one has arrived: servers reply at once.
const REPLY_GAP_TIMEOUT: Duration = Duration::from_millis(200);

/// The number of servers of a namespace that answer a ping, for adapters whose servers Redis cannot count. Frozen servers
/// are not included.
pub(super) async fn count_by_ping(
    connection: &Connection,
    adapter: &Adapter,
    namespace: &str,
    deadline: Deadline,
) -> Result<u64, Error> {
    let ids = RequestIds::random();
    let mut target = Target::default();
    target.of(namespace);
    let request = adapter.encode_request(&RequestBody::Servers(target), &ids)?;
    let mut subscription = connection.subscribe(&request.responses, deadline).await?;
    let replies = connection
        .send(slice::from_ref(&request.command), None, deadline)
        .await
        .map_err(|error| connection.unsent(error))?;
    replies.results.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut servers = HashSet::new();
    let receive_until = deadline.half().at_most(PING_TIMEOUT);
    let mut next_until = receive_until;
    while let Some(frame) = subscription.next(next_until).await {
        if let Ok(Some(reply)) = adapter.read_reply(&frame.frame(), &ids, SocketDetail::Id) {
            servers.insert(reply.server);
            next_until = receive_until.at_most(REPLY_GAP_TIMEOUT);
        }
    }
    Ok(servers.len() as u64)
}
